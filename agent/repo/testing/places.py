"""Where in the project a runner's output points, and how little of a message is enough."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

HEAD_CHARS = 320
HEAD_LINES = 5
LINE_CHARS = 200

_OUTSIDE = ("site-packages", "dist-packages", "node_modules", "/.cargo/", "/rustc/", "/go/pkg/", "<frozen", "node:")


def inside(root: Path, said: str, folder: str = "") -> str | None:
    """A path as printed, relative to the root with POSIX separators; None when it is not one of the project's files."""
    said = said.removeprefix("file://").strip()
    if not said or any(part in said.replace("\\", "/") for part in _OUTSIDE):
        return None
    top = os.path.realpath(root)
    for base in (folder, ""):
        path = os.path.realpath(os.path.join(top, base, said))  # noqa: PTH118 (normalises `..` before the check)
        if path.startswith(top + os.sep) and os.path.isfile(path):  # noqa: PTH113
            parts = os.path.relpath(path, top).replace(os.sep, "/")
            return None if parts.startswith((".venv/", "venv/", ".tox/", ".nox/")) else parts
    return None


def short(lines: Iterable[str], *, lines_max: int = HEAD_LINES, chars: int = HEAD_CHARS) -> str:
    """The lines cut to a few, each to a readable length (the middle goes: values stand at both ends)."""
    kept: list[str] = []
    room = chars
    for line in lines:
        text = line.rstrip()
        if not text.strip():
            continue
        if len(text) > LINE_CHARS:
            text = f"{text[: LINE_CHARS // 2]} … {text[-LINE_CHARS // 2 :]}"
        if len(kept) >= lines_max or (kept and len(text) > room):
            break
        kept.append(text)
        room -= len(text) + 1
    indent = min((len(t) - len(t.lstrip()) for t in kept), default=0)
    return "\n".join(t[indent:] for t in kept)


def named(root: Path, name: str, folder: str = "") -> str | None:
    """The one file of this name in the project, in a folder that ends with `folder`; None when none or several."""
    found: list[str] = []
    for base, folders, files in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(".") and f not in _BUILT]
        if name in files:
            path = os.path.relpath(os.path.join(base, name), root).replace(os.sep, "/")  # noqa: PTH118
            if not folder or f"/{path.rpartition('/')[0]}".endswith(f"/{folder}"):
                found.append(path)
    return found[0] if len(found) == 1 else None


_BUILT = frozenset({"node_modules", "target", "build", "dist", "out", "vendor", "__pycache__", "venv"})
