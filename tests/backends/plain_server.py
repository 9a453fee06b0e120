"""A real HTTP server with the OpenAI protocol and nothing beyond it, or as vLLM answers; with accidents to order."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Accident = Literal["", "cut", "drop", "error", "not json", "too long", "500", "404", "401"]
_STATUS = {
    "500": (500, {"error": {"message": "boom"}}),
    "404": (404, {"error": {"message": "The model `m` does not exist.", "code": "model_not_found"}}),
    "401": (401, {"error": {"message": "Unauthorized"}}),
    "too long": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens "
                "(4900 in the messages, 100 in the completion).",
                "type": "BadRequestError",
                "code": 400,
            }
        },
    ),
}


class PlainServer:
    """Answers one text after the other; a pair is (thinking, text). The accident happens to the first request."""

    def __init__(
        self,
        texts: Sequence[str | tuple[str, str]],
        *,
        kind: Literal["plain", "vllm"] = "plain",
        accident: str = "",
        refuses: str = "",
    ) -> None:
        self.texts = list(texts)
        self.kind, self.accident, self.refuses = kind, accident, refuses
        self.chats: list[dict[str, Any]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self._http.owner = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        """The base URL, with /v1."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> PlainServer:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    @property
    def owner(self) -> PlainServer:
        owner: PlainServer = self.server.owner  # type: ignore[attr-defined]
        return owner

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            extra = {"max_model_len": 4096} if self.owner.kind == "vllm" else {}
            self._json(200, {"object": "list", "data": [{"id": "m", "object": "model", **extra}]})
        elif self.path == "/version" and self.owner.kind == "vllm":
            self._json(200, {"version": "0.11.0"})
        else:
            self._json(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        owner = self.owner
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        owner.chats.append(body)
        if owner.refuses in body:
            self._json(400, {"error": {"message": f"Unrecognized request argument supplied: {owner.refuses}"}})
            return
        accident, owner.accident = owner.accident, ""
        said = owner.texts.pop(0)
        if accident in _STATUS:
            self._json(*_STATUS[accident])
            return
        self._stream(*(("", said) if isinstance(said, str) else said), accident)

    def _json(self, status: int, data: Any) -> None:
        payload = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def _stream(self, thinking: str, text: str, accident: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        if accident == "drop":
            # More is promised than comes.
            self.send_header("Content-Length", "100000")
        self.end_headers()
        if thinking:
            self._event(self._delta({"reasoning_content": thinking}))
        for piece in text.split(" "):
            self._event(self._delta({"content": piece if piece == text.split(" ")[0] else f" {piece}"}))
            if accident == "not json":
                self.wfile.write(b"data: {oops\n\n")
            if accident == "error":
                self._event({"error": {"message": "engine died", "code": 500}})
            if accident:
                return
        self._event(self._delta({}, "stop"))
        details = {"prompt_tokens_details": {"cached_tokens": 8}} if self.owner.kind == "vllm" else {}
        usage = {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14, **details}
        self._event(
            {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage}
        )
        self.wfile.write(b"data: [DONE]\n\n")

    def _delta(self, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}

    def _event(self, data: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
