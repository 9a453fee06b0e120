"""The server itself: routes, what it has, what it was sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.scripted_ollama.asks import Refused
from tests.scripted_ollama.chat import answer_chat
from tests.scripted_ollama.completions import answer_completions, answer_models
from tests.scripted_ollama.library import (
    answer_delete,
    answer_ps,
    answer_pull,
    answer_show,
    answer_tags,
    answer_version,
)
from tests.scripted_ollama.script import Answer, Replies, Reply, Script
from tests.scripted_ollama.served import DEFAULT_MODELS, ServedModel, model_named
from tests.scripted_ollama.state import Engines
from tests.scripted_ollama.thinking import ScriptedThinker, Thinker
from tests.scripted_ollama.wire import Recorded, Wire, dumps

Route = Callable[["ScriptedOllama", Wire], None]


def answer_root(app: ScriptedOllama, wire: Wire) -> None:
    """The sign of life."""
    wire.body(200, b"Ollama is running", "text/plain; charset=utf-8")


ROUTES: dict[str, dict[str, Route]] = {
    "/": {"GET": answer_root, "HEAD": answer_root},
    "/api/version": {"GET": answer_version, "HEAD": answer_version},
    "/api/tags": {"GET": answer_tags, "HEAD": answer_tags},
    "/api/ps": {"GET": answer_ps},
    "/api/show": {"POST": answer_show},
    "/api/chat": {"POST": answer_chat},
    "/api/pull": {"POST": answer_pull},
    "/api/delete": {"DELETE": answer_delete},
    "/v1/models": {"GET": answer_models},
    "/v1/chat/completions": {"POST": answer_completions},
}


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    app: ScriptedOllama

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is part of the play; anything else is a fault of the server and shown."""
        import sys

        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class ScriptedOllama:
    """A real HTTP server that speaks Ollama's protocol and says what it is told.

    `replies` is a list of texts and `Reply` objects, used up one a chat request, or a function of the request's JSON.
    With `engine`, a GGUF file, a real model answers where the script says nothing. Use it as a context manager.
    """

    def __init__(
        self,
        replies: Replies = (),
        *,
        models: Iterable[ServedModel | str] = DEFAULT_MODELS,
        version: str = "0.33.0-rc2",
        default_context: int = 4096,
        load_seconds: float = 0.0,
        gpu_share: float = 0.0,
        parallel: int = 1,
        pullable: Mapping[str, int] | None = None,
        engine: Path | None = None,
        port: int = 0,
        verbose: bool = False,
    ) -> None:
        served = [model_named(model) if isinstance(model, str) else model for model in models]
        self.models = {model.name: model for model in served}
        self.version = version
        self.verbose = verbose
        self.pullable = dict(pullable or {})
        """What `/api/pull` can fetch: name to bytes."""
        self.pull_gap = 0.0
        """Seconds between the lines of a pull."""
        self.pull_drops_after: int | None = None
        """The next pull's connection is closed after so many lines."""
        self.script = Script(replies)
        self.requests: list[Recorded] = []
        self.closing = threading.Event()
        self.begun = time.time()
        self._engine_file = engine
        self.thinker: Thinker = _engine_thinker(engine) if engine else ScriptedThinker()
        self.engines = Engines(self.thinker, load_seconds, gpu_share, default_context, parallel=parallel)
        self._listener = _Listener(("127.0.0.1", port), Wire)
        self._listener.app = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """The base URL, which is also a value for `OLLAMA_HOST`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def chats(self) -> list[Recorded]:
        """The recorded chat requests that had messages, in the order they came."""
        return [
            r
            for r in list(self.requests)
            if r.path in ("/api/chat", "/v1/chat/completions") and isinstance(r.json, dict) and r.json.get("messages")
        ]

    def say(self, *answers: Answer) -> None:
        """Append replies to the script."""
        self.script.add(*answers)

    def kill_engine(self) -> None:
        """The engine goes away, now; the server stays and loads it again when next asked."""
        self.engines.unload()

    def wait_for(self, condition: Callable[[ScriptedOllama], bool], seconds: float = 5.0) -> None:
        """Wait until something is so. Raises TimeoutError."""
        ends = time.monotonic() + seconds
        while not condition(self):
            if time.monotonic() > ends:
                raise TimeoutError(f"not so after {seconds} s; requests: {[r.path for r in self.requests]}")
            time.sleep(0.01)

    def start(self) -> ScriptedOllama:
        """Begin to answer."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop answering; connections that are open are cut."""
        self.closing.set()
        if self._thread.is_alive():
            self._listener.shutdown()
        self._listener.server_close()
        self.thinker.unload()

    def __enter__(self) -> ScriptedOllama:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def find(self, name: str) -> ServedModel:
        """The model of that name. Raises Refused with the server's 404."""
        model = self.models.get(name) or self.models.get(f"{name}:latest")
        if model is None:
            raise Refused(404, f"model '{name}' not found")
        return model

    def next_reply(self, request: Mapping[str, Any]) -> Reply:
        """What the script says to a chat request; with a real engine and nothing scripted, the engine's words."""
        with self._lock:
            if self._engine_file is not None and not self.script.has_next():
                return Reply(from_engine=True)
            return self.script.next(request)

    def answer(self, wire: Wire) -> None:
        """Answer one HTTP request."""
        with self._lock:
            self.requests.append(wire.recorded)
        routes = ROUTES.get(wire.path.split("?")[0])
        if routes is None:
            wire.body(404, b"404 page not found", "text/plain")
        elif wire.command not in routes:
            wire.body(405, b"405 method not allowed", "text/plain")
        else:
            try:
                routes[wire.command](self, wire)
            except Refused as refused:
                wire.body(refused.status, dumps({"error": str(refused)}))


def _engine_thinker(file: Path) -> Thinker:
    from tests.scripted_ollama.engine import EngineThinker

    return EngineThinker(file)
