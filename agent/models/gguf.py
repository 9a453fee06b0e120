"""The header of a GGUF file: which model it is, how long its context is, what one token of context costs.

The format is llama.cpp's (`docs/gguf.md` in the ggml project): magic, version, tensor count, then typed key-value
pairs. Only the header is read; long arrays (the vocabulary) are skipped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from agent.errors import NoSuchModel
from agent.models.places import cache_folder

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS",
    20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M",
    28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
}  # fmt: skip
_LONGEST = 64 * 1024 * 1024
"""No string or key in a real header is this long: a larger length is a damaged file."""


@dataclass(frozen=True)
class GgufInfo:
    """What the header tells."""

    path: str
    size_bytes: int
    architecture: str
    """As llama.cpp names it: `qwen2`, `gemma3`, …"""
    name: str
    context: int | None
    """The longest context the model was trained for, tokens."""
    parameters: int
    """Number of weights, counted from the tensors' shapes."""
    quantisation: str
    chat_template: str
    """Empty for a base model, which was never taught to converse."""
    kv_bytes_per_token: int
    """Memory of one token's keys and values over all layers at 16 bits; 0 where the header does not tell."""
    complete: bool
    """The file is as long as its header says the tensors need (to within the last tensor)."""


def read_gguf(path: Path) -> GgufInfo:
    """Read the header. Raises NoSuchModel when there is no such file, it is not GGUF, or it is cut short."""
    try:
        stat = path.stat()
        return _remembered(str(path), stat.st_size, stat.st_mtime_ns)
    except FileNotFoundError:
        raise NoSuchModel(f"There is no file {path}.", "Check the path, or `agent models` for what there is.") from None
    except IsADirectoryError:
        raise NoSuchModel(f"{path} is a folder, not a GGUF file.", "Name the .gguf file in it.") from None
    except OSError as error:
        raise NoSuchModel(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from None


@lru_cache(maxsize=16)
def _remembered(path: str, size: int, mtime: int) -> GgufInfo:
    """From the record of an earlier run: to walk over 150,000 vocabulary entries takes 70 ms."""
    name = hashlib.sha256(f"{path}\n{size}\n{mtime}".encode("utf-8", "surrogateescape")).hexdigest()[:24]
    record = cache_folder() / "gguf" / f"{name}.json"
    try:
        return GgufInfo(**json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        info = _read(path, size)
    with contextlib.suppress(OSError, ValueError):
        record.parent.mkdir(parents=True, exist_ok=True)
        fresh = record.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(json.dumps(asdict(info)), encoding="utf-8")
        fresh.replace(record)
    return info


def _read(path: str, size: int) -> GgufInfo:
    with Path(path).open("rb") as file:
        if file.read(4) != b"GGUF":
            raise NoSuchModel(f"{path} is not a GGUF file.", "Models for the embedded engine end in .gguf.")
        try:
            version, tensors, pairs = struct.unpack("<IQQ", _take(file, 20))
            if version not in (2, 3) or pairs > 100_000 or tensors > 1_000_000:
                raise NoSuchModel(
                    f"{path} has a GGUF header of version {version}, which is not understood.",
                    "Versions 2 and 3, little-endian, are.",
                )
            values = dict(_pair(file) for _ in range(pairs))
            weights, last_offset = _tensors(file, tensors)
            data_start = file.tell()
        except (struct.error, UnicodeDecodeError, KeyError, EOFError):
            raise NoSuchModel(
                f"{path} is damaged or cut short: its header cannot be read.", "Fetch it again."
            ) from None
    return _info(path, size, values, weights, complete=size > data_start + last_offset)


def _info(path: str, size: int, values: dict[str, Any], weights: int, *, complete: bool) -> GgufInfo:
    arch = str(values.get("general.architecture", ""))

    def number(key: str) -> int:
        value = values.get(f"{arch}.{key}", 0)
        if isinstance(value, list):
            # Some models give one value a layer.
            value = max(value, default=0)
        return value if isinstance(value, int) else 0

    layers, heads = number("block_count"), number("attention.head_count")
    kv_heads = number("attention.head_count_kv") or heads
    default = number("embedding_length") // heads if heads else 0
    width = (number("attention.key_length") or default) + (number("attention.value_length") or default)
    kind = values.get("general.file_type")
    return GgufInfo(
        path=path,
        size_bytes=size,
        architecture=arch,
        name=str(values.get("general.name", "")),
        context=number("context_length") or None,
        parameters=weights,
        quantisation=_FILE_TYPES.get(kind, "") if isinstance(kind, int) else "",
        chat_template=str(values.get("tokenizer.chat_template", "")),
        kv_bytes_per_token=layers * kv_heads * width * 2,
        complete=complete,
    )


def _tensors(file: BinaryIO, count: int) -> tuple[int, int]:
    """(number of weights, offset of the last tensor's data)."""
    weights, last = 0, 0
    for _ in range(count):
        _string(file)
        (dimensions,) = struct.unpack("<I", _take(file, 4))
        if dimensions > 8:
            raise EOFError
        shape = struct.unpack(f"<{dimensions}Q", _take(file, 8 * dimensions))
        _kind, offset = struct.unpack("<IQ", _take(file, 12))
        elements = 1
        for extent in shape:
            elements *= extent
        weights += elements
        last = max(last, offset)
    return weights, last


def _pair(file: BinaryIO) -> tuple[str, Any]:
    key = _string(file)
    (kind,) = struct.unpack("<I", _take(file, 4))
    return key, _value(file, kind)


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        form = _SCALARS[kind]
        return struct.unpack(form, _take(file, struct.calcsize(form)))[0]
    element, count = struct.unpack("<IQ", _take(file, 12))
    if element == _STRING:
        return _skip_strings(file, count)
    form = _SCALARS[element]
    size = struct.calcsize(form)
    if count > 4096:
        _skip(file, size * count)
        return []
    return [struct.unpack(form, _take(file, size))[0] for _ in range(count)]


def _skip_strings(file: BinaryIO, count: int) -> list[Any]:
    """Vocabularies: hundreds of thousands of short strings that nobody here needs."""
    read, unpack = file.read, struct.Struct("<Q").unpack
    for _ in range(count):
        (length,) = unpack(read(8))
        if length > _LONGEST:
            raise EOFError
        read(length)
    return []


def _skip(file: BinaryIO, size: int) -> None:
    if size > _LONGEST:
        raise EOFError
    file.seek(size, 1)


def _string(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", _take(file, 8))
    if length > _LONGEST:
        raise EOFError
    return _take(file, length).decode("utf-8", "replace")


def _take(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return data
