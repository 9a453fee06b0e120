"""The header of a GGUF file: real weights, and files that are none."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import NoSuchModel
from agent.models.gguf import read_gguf
from agent.models.store import installed


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def header(pairs: list[tuple[str, bytes]], tensors: int = 0, version: int = 3) -> bytes:
    body = b"".join(text(key) + value for key, value in pairs)
    return b"GGUF" + struct.pack("<IQQ", version, tensors, len(pairs)) + body


def string(value: str) -> bytes:
    return struct.pack("<I", 8) + text(value)


def number(value: int) -> bytes:
    return struct.pack("<II", 4, value)


SMALL = [
    ("general.architecture", string("qwen2")),
    ("general.name", string("Small")),
    ("qwen2.context_length", number(4096)),
    ("qwen2.block_count", number(2)),
    ("qwen2.embedding_length", number(64)),
    ("qwen2.attention.head_count", number(4)),
    ("qwen2.attention.head_count_kv", number(2)),
    ("some.scores", struct.pack("<IIQ", 9, 6, 3) + struct.pack("<3f", 1, 2, 3)),
    ("some.tokens", struct.pack("<IIQ", 9, 8, 2) + text("a") + text("bc")),
    ("tokenizer.chat_template", string("{{ messages }}")),
]


def test_a_header_written_by_hand(tmp_path: Path) -> None:
    tensor = text("w") + struct.pack("<I2QIQ", 2, 8, 16, 0, 0)
    path = tmp_path / "small.gguf"
    path.write_bytes(header(SMALL, tensors=1) + tensor + bytes(600))
    info = read_gguf(path)
    assert (info.architecture, info.name, info.context, info.parameters) == ("qwen2", "Small", 4096, 128)
    assert info.chat_template == "{{ messages }}" and info.complete
    # 2 layers, keys and values, 2 heads of 16, 2 bytes each.
    assert info.kv_bytes_per_token == 2 * 2 * 2 * 16 * 2


@pytest.mark.engine
def test_real_weights() -> None:
    path = installed("qwen2.5-coder:0.5b")
    if path is None:
        pytest.skip("the 0.5B is not installed")
    info = read_gguf(path)
    assert (info.architecture, info.context, info.quantisation) == ("qwen2", 32768, "Q4_K_M")
    assert 4e8 < info.parameters < 7e8 and "<|im_start|>" in info.chat_template and info.complete


def test_a_file_that_was_exchanged_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "small.gguf"
    path.write_bytes(header(SMALL))
    assert read_gguf(path).name == "Small" == read_gguf(path).name
    path.write_bytes(header([*SMALL, ("general.name", string("Other"))]))
    assert read_gguf(path).name == "Other"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a GGUF file"),
        (b"PK\x03\x04 a zip file", "not a GGUF file"),
        (b"GGUF", "cut short"),
        (header(SMALL)[:200], "cut short"),
        (header(SMALL, version=1), "version 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 1), "version"),
        (header([("a", struct.pack("<I", 99))]), "cut short"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 60), "cut short"),
    ],
)
def test_what_is_no_model_is_one_clear_error(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    with pytest.raises(NoSuchModel, match=says):
        read_gguf(path)


def test_weights_that_end_early_are_seen(tmp_path: Path) -> None:
    tensors = text("a") + struct.pack("<IQIQ", 1, 8, 0, 0) + text("b") + struct.pack("<IQIQ", 1, 8, 0, 100_000)
    path = tmp_path / "x.gguf"
    path.write_bytes(header(SMALL, tensors=2) + tensors + bytes(500))
    assert not read_gguf(path).complete


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_damage_never_gives_a_traceback(tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int) -> None:
    data = bytearray(header(SMALL) + bytes(64))
    data[place : place + len(noise)] = noise
    path = tmp_path_factory.mktemp("gguf") / "x.gguf"
    path.write_bytes(data)
    try:
        read_gguf(path)
    except NoSuchModel as error:
        assert str(path) in str(error)
