"""What is loaded, with which context, until when; and how many requests run at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.scripted_ollama.served import ServedModel
from tests.scripted_ollama.thinking import Thinker, time_text

_LONGEST = 292.47 * 365.25 * 86_400
"""Go's longest duration, which is what "for ever" is."""
_LOOK = 0.02


@dataclass
class Loaded:
    """The engine that runs."""

    model: ServedModel
    context: int
    shift: bool
    expires: float
    """Seconds since the epoch."""


@dataclass
class Engines:
    """One engine at a time, as on a machine with room for one model."""

    thinker: Thinker
    load_seconds: float
    gpu_share: float
    default_context: int
    default_keep_alive: float = 300.0
    now: Loaded | None = None
    loads: int = 0
    parallel: int = 1
    """Requests that run at a time; the others wait."""
    _running: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._running = threading.Semaphore(self.parallel)
        self._loading = threading.Lock()

    def context_for(self, model: ServedModel, asked: Any) -> int:
        """`num_ctx` as it becomes: the default when left out, the model's own when above it."""
        return min(int(asked) if asked else self.default_context, model.context)

    @contextmanager
    def turn(self, check: Callable[[], None]) -> Iterator[None]:
        """Wait in silence until it is this request's turn. `check` is called meanwhile and may raise."""
        while not self._running.acquire(timeout=_LOOK):
            check()
        try:
            yield
        finally:
            self._running.release()

    def is_loaded(self, model: ServedModel, context: int, shift: bool) -> bool:
        """The same engine would serve this request."""
        self.expire()
        now = self.now
        return now is not None and (now.model.name, now.context, now.shift) == (model.name, context, shift)

    def load(self, model: ServedModel, context: int, shift: bool, check: Callable[[], None]) -> int:
        """Have the model loaded in just this way. Returns nanoseconds. When `check` raises, the load is abandoned."""
        started = time.monotonic_ns()
        while not self._loading.acquire(timeout=_LOOK):
            check()
        try:
            self._load(model, context, shift, check)
        finally:
            self._loading.release()
        return time.monotonic_ns() - started

    def _load(self, model: ServedModel, context: int, shift: bool, check: Callable[[], None]) -> None:
        if not self.is_loaded(model, context, shift):
            self.unload()
            ends = time.monotonic() + self.load_seconds
            while time.monotonic() < ends:
                check()
                time.sleep(min(_LOOK, max(0.0, ends - time.monotonic())))
            self.thinker.load(model, context, shift)
            check()
            self.loads += 1
            self.now = Loaded(model, context, shift, time.time() + self.default_keep_alive)

    def keep(self, seconds: float | None) -> None:
        """Set when the model goes; None is the server's default, zero is at once."""
        if self.now is None:
            return
        wanted = self.default_keep_alive if seconds is None else seconds
        if wanted == 0:
            self.unload()
        else:
            self.now.expires = time.time() + min(wanted, _LONGEST)

    def expire(self) -> None:
        """Unload what has had its time."""
        if self.now is not None and self.now.expires <= time.time():
            self.unload()

    def unload(self) -> None:
        """Stop the engine."""
        if self.now is not None:
            self.now = None
            self.thinker.unload()

    def listing(self) -> list[dict[str, Any]]:
        """`/api/ps`."""
        self.expire()
        if self.now is None:
            return []
        model = self.now.model
        size = model.size + self.now.context * 28_672
        return [
            {
                "name": model.name,
                "model": model.name,
                "size": size,
                "digest": model.digest,
                "details": model.details(),
                "expires_at": time_text(self.now.expires),
                "size_vram": int(size * self.gpu_share),
                "context_length": self.now.context,
            }
        ]
