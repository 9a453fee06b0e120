"""The models that the server says it has, and how each renders a conversation into the prompt text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Renderer = Literal["qwen2.5", "qwen3-coder", "qwen3.5", "gemma4", "gemma4-large"]

_QWEN_SYSTEM = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
_TOKEN = re.compile(r"<\|?/?\w+\|?>| ?[^\W\d_]{1,8}|\d|\n+|[ \t]+|.", re.DOTALL)


@dataclass(frozen=True)
class ServedModel:
    """One model on the server."""

    name: str
    size: int = 1_117_320_919
    family: str = "qwen2"
    parameters: str = "1.8B"
    quantisation: str = "Q4_K_M"
    context: int = 32_768
    """The model's own longest context, tokens; a larger `num_ctx` is clamped to it without a word."""
    capabilities: tuple[str, ...] = ("completion", "tools")
    renderer: Renderer = "qwen2.5"
    remote_host: str = ""
    """Not empty for a model that runs on somebody else's machine."""
    parent: str = ""

    @property
    def thinks(self) -> bool:
        """Whether `think` has an effect."""
        return "thinking" in self.capabilities

    @property
    def digest(self) -> str:
        """A stable made-up digest."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    def details(self, longer: bool = False) -> dict[str, Any]:
        """The `details` object; `/api/tags` gives two fields more than the others."""
        extra = {"context_length": self.context, "embedding_length": 1536} if longer else {}
        return {
            "parent_model": self.parent,
            "format": "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": self.parameters,
            "quantization_level": self.quantisation,
            **extra,
        }

    def parameter_count(self) -> int:
        """The number of weights, from the label."""
        match = re.fullmatch(r"([\d.]+)([BM])", self.parameters)
        return int(float(match[1]) * {"B": 1e9, "M": 1e6}[match[2]]) if match else 0

    def render(self, messages: Sequence[Mapping[str, Any]], think: bool | str | None) -> str:
        """The prompt text. `think` None means what the server does when a request leaves it out: thinking is on."""
        thinking = self.thinks and think is not False
        return _RENDERERS[self.renderer](messages, thinking, self.renderer)


def tokens_of(text: str) -> list[str]:
    """A made-up tokenizer: the pieces join to the text again. Digits count one each, as Qwen's do."""
    return _TOKEN.findall(text)


def _chatml(messages: Sequence[Mapping[str, Any]], thinking: bool, renderer: str) -> str:
    turns = [(str(m.get("role", "")), str(m.get("content") or "")) for m in messages]
    if renderer == "qwen2.5" and (not turns or turns[0][0] != "system"):
        turns.insert(0, ("system", _QWEN_SYSTEM))
    body = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in turns)
    opened = ""
    if renderer == "qwen3.5":
        opened = "<think>\n" if thinking else "<think>\n\n</think>\n\n"
    return f"{body}<|im_start|>assistant\n{opened}"


def _gemma4(messages: Sequence[Mapping[str, Any]], thinking: bool, renderer: str) -> str:
    turns = [(str(m.get("role", "")), str(m.get("content") or "")) for m in messages]
    system = turns.pop(0)[1] if turns and turns[0][0] == "system" else None
    head = "<bos>"
    if thinking or system is not None:
        marker = "<|think|>\n" if thinking else ""
        head += f"<|turn>system\n{marker}{system or ''}<turn|>\n"
    named = {"assistant": "model"}
    body = "".join(f"<|turn>{named.get(role, role)}\n{content}<turn|>\n" for role, content in turns)
    closed = "<|channel>thought\n<channel|>" if renderer == "gemma4-large" and not thinking else ""
    return f"{head}{body}<|turn>model\n{closed}"


_RENDERERS = {
    "qwen2.5": _chatml,
    "qwen3-coder": _chatml,
    "qwen3.5": _chatml,
    "gemma4": _gemma4,
    "gemma4-large": _gemma4,
}

CODER = ServedModel("qwen2.5-coder:1.5b")
SMALL_CODER = ServedModel("qwen2.5-coder:0.5b", size=491_400_218, parameters="630.17M")
TINY_GEMMA = ServedModel(
    "gemma3:270m", size=253_113_180, family="gemma3", parameters="268.10M", capabilities=("completion",)
)
GEMMA = ServedModel(
    "gemma4:26b",
    size=17_990_000_000,
    family="gemma4",
    parameters="25.2B",
    context=262_144,
    capabilities=("completion", "tools", "thinking"),
    renderer="gemma4-large",
)
QWEN = ServedModel(
    "qwen3.5:35b",
    size=22_240_000_000,
    family="qwen35moe",
    parameters="35.1B",
    context=262_144,
    capabilities=("completion", "tools", "thinking"),
    renderer="qwen3.5",
)
CLOUD = ServedModel("qwen3.5:cloud", size=384, family="", parameters="", remote_host="https://ollama.com:443")
DEFAULT_MODELS = (GEMMA, QWEN, CODER)

_SHAPES: dict[str, tuple[str, Renderer, str, int]] = {
    "gemma4": ("gemma4", "gemma4", "8B", 131_072),
    "qwen3.5": ("qwen35", "qwen3.5", "9B", 262_144),
    "qwen3-coder": ("qwen3moe", "qwen3-coder", "30.5B", 262_144),
}


def model_named(name: str) -> ServedModel:
    """A model for a tag, with the family's usual properties (known: the constants above, Gemma 4, Qwen 3.5 and 3)."""
    name = name if ":" in name else f"{name}:latest"
    for known in (CODER, SMALL_CODER, TINY_GEMMA, GEMMA, QWEN, CLOUD):
        if known.name == name:
            return known
    if name.endswith("cloud"):
        return ServedModel(name, size=384, remote_host="https://ollama.com:443")
    family, renderer, parameters, context = _SHAPES.get(name.split(":")[0], ("qwen2", "qwen2.5", "7.6B", 32_768))
    capabilities = ("completion", "tools", "thinking") if renderer in ("gemma4", "qwen3.5") else ("completion", "tools")
    return ServedModel(
        name,
        family=family,
        renderer=renderer,
        parameters=parameters,
        context=context,
        capabilities=capabilities,
    )
