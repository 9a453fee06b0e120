"""The journal: what a write is about to do, in enough detail that another process can finish or undo it."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

Phase = Literal["prepare", "commit", "abort"]


@dataclass(frozen=True)
class Entry:
    """One file of the write. Paths are relative: `path` and `temp` to the root, `backup` to the state folder."""

    shown: str
    """The path as the change named it."""
    path: str
    before: str | None
    """SHA-256 of the content that is replaced; None where there is no file."""
    after: str | None
    """SHA-256 of the new content; None where the file is removed."""
    link: bool = False
    temp: str | None = None
    """The new content, waiting beside its target. As long as it exists, the file has not been put in place."""
    backup: str | None = None
    in_place: bool = False
    """Ownership can only be kept by writing into the file itself, instead of renaming over it."""
    mode: int | None = None


@dataclass(frozen=True)
class Journal:
    """One write, with everything that it makes on the way."""

    phase: Phase
    holder: str
    pid: int
    entries: tuple[Entry, ...]
    folders: tuple[str, ...] = ()
    """Folders that do not exist yet, outermost first."""

    def at(self, phase: Phase) -> Journal:
        """The same write in another phase."""
        return replace(self, phase=phase)


def save(path: Path, journal: Journal) -> None:
    """Make the journal durable, atomically."""
    write_durably(path, json.dumps(asdict(journal)).encode())


def load(path: Path) -> Journal | None:
    """The journal of an interrupted write; None when there is none. Raises ValueError when it makes no sense."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    data: dict[str, Any] = json.loads(text)
    try:
        entries = tuple(Entry(**entry) for entry in data.pop("entries"))
        folders = tuple(data.pop("folders"))
        return Journal(entries=entries, folders=folders, **data)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from error


def write_durably(path: Path, content: bytes) -> None:
    """Write a file of our own so that after a crash it has the old or the new content, and is flushed."""
    temp = path.with_name(path.name + ".new")
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        write_all(fd, content)
        os.fsync(fd)
    finally:
        os.close(fd)
    temp.replace(path)
    sync_folder(path.parent)


def write_all(fd: int, content: bytes) -> None:
    """`os.write` until everything is written."""
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries. File systems that cannot are left to their own devices."""
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
