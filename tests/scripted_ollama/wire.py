"""The HTTP side: answers written as Go's server writes them, requests recorded, a client's leaving noticed."""

from __future__ import annotations

import json
import select
import socket
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
JSON = "application/json; charset=utf-8"
_BUFFER = 2048
"""A longer body leaves Go's server in chunks, without a content length."""


class ClientLeft(Exception):
    """The client closed the connection."""


@dataclass
class Recorded:
    """One request as it came, and what became of it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    """Seconds on the monotonic clock."""
    status: int | None = None
    pieces: int = 0
    """Streamed tokens sent."""
    finished: bool = False
    """Answered to the end."""
    left: bool = False
    """The client closed the connection before the end."""
    prompt_tokens: int = 0
    new_prompt_tokens: int = 0
    reloaded: bool = False
    """The model was loaded for this request."""
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def dumps(value: Any) -> bytes:
    """JSON in Go's spelling: no blanks, `<`, `>` and `&` escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode("utf-8", "surrogatepass")


class Wire(BaseHTTPRequestHandler):
    """One connection. `server.app` is the ScriptedOllama that answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    recorded: Recorded
    _chunked = False

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet, unless the server was started to talk."""
        app = self.server.app  # type: ignore[attr-defined]
        if app.verbose:
            print(f"{self.command} {self.path} {args[1] if len(args) > 1 else ''}", flush=True)

    def version_string(self) -> str:
        """Go's server does not say who it is."""
        return ""

    def send_header(self, keyword: str, value: str) -> None:
        """All headers but the empty `Server`."""
        if keyword != "Server":
            super().send_header(keyword, value)

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else self._read_chunked()
        self.recorded = Recorded(
            self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body, time.monotonic()
        )
        self._chunked = False
        try:
            self.server.app.answer(self)  # type: ignore[attr-defined]
        except (ClientLeft, ConnectionError):
            self.recorded.left = True
            self.close_connection = True

    do_GET = do_POST = do_DELETE = do_HEAD = do_PUT = do_PATCH = _any

    def _read_chunked(self) -> bytes:
        if "chunked" not in (self.headers.get("Transfer-Encoding") or ""):
            return b""
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def client_left(self) -> bool:
        """The client's end of the connection is closed."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if not readable:
            return False
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def start(self, status: int, content_type: str, length: int | None = None) -> None:
        """Status line and headers; without a length the body comes in chunks."""
        self.recorded.status = status
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self._chunked = length is None
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def chunk(self, data: bytes) -> None:
        """One chunk of the body."""
        if self.client_left():
            raise ClientLeft
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self) -> None:
        """The end of a body in chunks."""
        if self._chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.recorded.finished = True

    def body(self, status: int, data: bytes, content_type: str = JSON, chunked: bool = False) -> None:
        """A whole answer."""
        if chunked or len(data) > _BUFFER:
            self.start(status, content_type)
            self.chunk(data)
            self.end()
            return
        self.start(status, content_type, len(data))
        if self.command != "HEAD":
            self.wfile.write(data)
        self.recorded.finished = True

    def drop(self) -> None:
        """Close the connection without a word."""
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
