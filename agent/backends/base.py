"""What every backend is: the messages it takes, the chunks it gives, what it says it can do.

`Backend.chat` returns a generator. Closing the generator closes the connection, and the server stops generating.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]
StopReason = Literal["stop", "length", "load"]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation, as the server is sent it."""

    role: Role
    content: str


@dataclass(frozen=True)
class Options:
    """Sampling and limits of one request. `None` leaves a value out, so that the server's own applies."""

    temperature: float = 0.0
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    presence_penalty: float | None = None
    repeat_penalty: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    """The output cap in tokens; a reply cut by it ends with `stop_reason == "length"`."""
    stop: tuple[str, ...] = ()
    prediction: str = ""
    """What the reply will mostly repeat (a file to rewrite); a hint, for servers with predicted outputs."""


@dataclass(frozen=True)
class TokenLogprob:
    """One generated token with its natural-log probability and the alternatives at its place."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()
    """(token, log-probability), most likely first."""


@dataclass(frozen=True)
class Usage:
    """What one request cost, as far as the server tells. Times in seconds."""

    prompt_tokens: int = 0
    """The whole prompt, cached and new together."""
    cached_tokens: int | None = None
    """Prompt tokens whose state was reused; None where the server does not say."""
    output_tokens: int = 0
    thinking_tokens: int | None = None
    load_seconds: float = 0.0
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0


@dataclass(frozen=True)
class Chunk:
    """A piece of a streamed reply. The last one has `done` set, a `stop_reason` and the `usage`."""

    text: str = ""
    thinking: str = ""
    logprobs: tuple[TokenLogprob, ...] = ()
    done: bool = False
    stop_reason: StopReason | None = None
    usage: Usage | None = None


@dataclass(frozen=True)
class Capabilities:
    """What this server and model can do; features that lack one find another way."""

    logprobs: bool = False
    schema: bool = False
    grammar: bool = False
    """Takes a GBNF grammar (llama.cpp's server)."""
    tokenize: bool = False
    """`count_tokens` is exact."""
    cached_counts: bool = False
    """`Usage.cached_tokens` is told."""
    thinking: bool = False
    """The model can think; `think` has an effect."""


@dataclass(frozen=True)
class ModelInfo:
    """One model a backend has, or could have."""

    name: str
    backend: str
    installed: bool = True
    size_bytes: int = 0
    family: str = ""
    parameters: str = ""
    quantisation: str = ""
    context: int | None = None
    loaded: bool = False
    gpu_share: float | None = None
    """0 to 1: the part of the loaded weights in GPU memory; None when not loaded or not told."""
    remote: bool = False
    """Runs on somebody else's machine."""
    completes: bool = True
    """Can generate text (an embedding model cannot)."""
    capabilities: tuple[str, ...] = ()


class Backend(Protocol):
    """A place where a model runs. Instances are made by `agent.backends.opening.open_backend`."""

    name: str
    """`ollama`, `embedded`, `openai` (or `none`, which never chats)."""
    model: str
    """The model as the server calls it."""

    def load(self) -> None:
        """Have the model in memory; returns when it is. Safe to call from a thread while the user types.

        Raises NoServer, NoSuchModel, ServerFailed.
        """

    def chat(
        self,
        messages: Sequence[Message],
        *,
        options: Options,
        schema: Mapping[str, Any] | None = None,
        logprobs: int = 0,
        grammar: str | None = None,
    ) -> Iterator[Chunk]:
        """Stream a reply. `logprobs` is the number of alternatives wanted at each token (0: none).

        Raises NoServer, NoSuchModel, ContextOverflow, ServerFailed.
        """

    def capabilities(self) -> Capabilities: ...

    def context_limit(self) -> int:
        """The context length in tokens that this session runs with (`num_ctx`)."""

    def count_tokens(self, text: str) -> int | None:
        """The exact number of tokens of `text`, or None where the server cannot tell."""

    def close(self) -> None:
        """Give the connection back; an engine we started lives on for its `keep_alive`."""


@dataclass
class Reply:
    """A whole reply, gathered from its chunks."""

    text: str = ""
    thinking: str = ""
    stop_reason: StopReason | None = None
    usage: Usage = field(default_factory=Usage)
    logprobs: list[TokenLogprob] = field(default_factory=list)

    def add(self, chunk: Chunk) -> None:
        """Append one chunk."""
        self.text += chunk.text
        self.thinking += chunk.thinking
        self.logprobs.extend(chunk.logprobs)
        if chunk.done:
            self.stop_reason = chunk.stop_reason
        if chunk.usage is not None:
            self.usage = chunk.usage


def collect(chunks: Iterator[Chunk]) -> Reply:
    """The whole reply of a stream."""
    reply = Reply()
    for chunk in chunks:
        reply.add(chunk)
    return reply
