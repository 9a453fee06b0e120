"""How much memory a loaded model takes, as far as its server or the system tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.backends import wire
from agent.backends.base import Backend


def memory_of(backend: Backend) -> int | None:
    """Bytes: what Ollama says the loaded model takes, or what the embedded engine's process has in memory.

    None where nobody tells: other servers, other systems, an engine that nobody shares.
    """
    if backend.name == "ollama":
        return _told_by_ollama(backend)
    if backend.name == "embedded":
        from agent.backends import engine

        running = engine.find(backend.settings)  # type: ignore[attr-defined]
        return None if running is None else resident(running.pid)
    return None


def _told_by_ollama(backend: Backend) -> int | None:
    try:
        models: Any = wire.ask(f"{getattr(backend, 'url', '')}/api/ps", timeout=10)["models"]
        return next(int(m["size"]) for m in models if m.get("name") == backend.model or m.get("model") == backend.model)
    except (wire.Unreachable, wire.Broken, wire.BadStatus, KeyError, TypeError, ValueError, StopIteration):
        return None


def resident(pid: int) -> int | None:
    """Bytes of a process that are in memory, the mapped file of weights included; None but on Linux."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None
