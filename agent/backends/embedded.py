"""The `embedded` backend: a GGUF file served by llama.cpp in a child process of ours (`engine.py`).

It speaks the same protocol as the `openai` backend; only the connection is our own, since the engine is on loopback
and a warm one answers before an HTTP framework would be imported.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from agent.backends import completions, engine, prefixes, wire
from agent.backends.base import Capabilities, Chunk, Message, Options
from agent.errors import ServerFailed
from agent.models.gguf import GgufInfo


class Embedded:
    """A model in a child process, started by `load` or the first request, and again if it died."""

    name = "embedded"

    def __init__(
        self,
        model: str,
        info: GgufInfo,
        settings: engine.EngineSettings,
        *,
        keep_alive: float,
        think: bool = False,
        why: str = "",
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.model = model
        self.why = why
        self.info = info
        self.settings = settings
        self._keep_alive = keep_alive
        self._think = think
        self._notify = notify
        self._engine: engine.Engine | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Start the engine, or find the warm one. Raises NoServer, ServerFailed."""
        self._running()

    def chat(
        self,
        messages: Sequence[Message],
        *,
        options: Options,
        schema: Mapping[str, Any] | None = None,
        logprobs: int = 0,
        grammar: str | None = None,
    ) -> Iterator[Chunk]:
        """Stream a reply. Raises ContextOverflow, NoServer, ServerFailed."""
        body = completions.request_body(
            self.model,
            messages,
            options,
            dialect="llama.cpp",
            schema=schema,
            logprobs=logprobs,
            grammar=grammar,
            think=self._think if "enable_thinking" in self.info.chat_template else None,
        )
        prefixes.wish(self.settings.states(), prefixes.fixed_part(messages, labels=logprobs > 0))
        try:
            yield from completions.chunks(completions.events(self._post(body)), self.model)
        except wire.BadStatus as error:
            raise completions.error_of(error.status, error.body, self.model) from None
        except wire.Broken:
            self._forget()
            raise ServerFailed(
                "The embedded engine ended in the middle of its answer.",
                "Ask again: it is started anew with the next request.",
            ) from None
        finally:
            if self._engine is not None:
                self._engine.extend(self._keep_alive)

    def _post(self, body: Mapping[str, Any]) -> Iterator[str]:
        """The lines of the answer. An engine that died before it began to answer is started again, once."""
        for attempt in (1, 2):
            current = self._running()
            began = False
            try:
                for line in wire.lines(current.url + "/v1/chat/completions", body, key=current.key):
                    began = True
                    yield line
                return
            except wire.Unreachable as error:
                self._forget()
                if began or attempt == 2:
                    raise ServerFailed(
                        f"The embedded engine does not answer: {error}.", "`agent doctor` says more."
                    ) from None

    def capabilities(self) -> Capabilities:
        """What llama.cpp's server can do with this model."""
        return Capabilities(
            logprobs=True,
            schema=True,
            grammar=True,
            tokenize=True,
            cached_counts=True,
            thinking="enable_thinking" in self.info.chat_template,
        )

    def context_limit(self) -> int:
        """The context in tokens that the engine is started with."""
        return self.settings.n_ctx

    def count_tokens(self, text: str) -> int | None:
        """Exact, by the model's own tokenizer. None when the engine cannot be asked."""
        current = self._running()
        try:
            return len(wire.ask(current.url + "/tokenize", {"content": text}, key=current.key, timeout=60)["tokens"])
        except (wire.Unreachable, wire.Broken, wire.BadStatus, KeyError, TypeError):
            return None

    def close(self) -> None:
        """Leave the engine to its lease; one with a `keep_alive` of 0 is stopped."""
        with self._lock:
            if self._engine is not None and not self._engine.lease:
                self._engine.stop()
            self._engine = None

    def _running(self) -> engine.Engine:
        with self._lock:
            if self._engine is None or not self._engine.alive():
                self._engine = engine.acquire(self.settings, self._keep_alive, self._notify)
            return self._engine

    def _forget(self) -> None:
        with self._lock:
            self._engine = None
