"""What is known of a turn, and how it is written down."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from agent.errors import InTheWay

Status = Literal["pending", "done", "undone", "dropped"]


@dataclass(frozen=True)
class FileState:
    """A file at one moment."""

    mode: int
    """`st_mode`: the type and all permission bits."""
    content: bytes
    """The bytes on disk, before any filter of git; of a symbolic link what it points to."""

    @property
    def is_link(self) -> bool:
        """A symbolic link, not the file it leads to."""
        return stat.S_ISLNK(self.mode)


States = Mapping[str, FileState]
"""Path (relative, POSIX) → state; a path that is missing has no entry."""


@dataclass(frozen=True)
class TurnRecord:
    """One turn that wrote files."""

    turn: int
    when: int
    """Seconds since the epoch."""
    tool: str
    message: str
    """What was done, in the words of the commit message."""
    files: tuple[str, ...]
    request: str = ""
    """What the person had asked."""
    status: Status = "done"
    """`dropped`: it was undone and something else was done since, so it cannot be redone."""
    commit: str | None = None
    """The commit on the person's branch, if there is one."""
    note: str = ""
    """Why there is no commit, when there is none."""
    head: str = ""
    """The commit that the branch stood at before; empty in a repository without commits, or outside git."""
    branch: str | None = None
    undo_commit: str | None = None
    """The commit that took the turn back, when that was done by a commit."""
    modes: tuple[tuple[int | None, int | None], ...] = ()
    """For each file its mode before and after; None where it does not exist."""

    @property
    def undone(self) -> bool:
        """Whether the turn is taken back at present."""
        return self.status in ("undone", "dropped")


@dataclass(frozen=True)
class Recorded:
    """What `record` did."""

    turn: int | None
    """None when there was nothing to write."""
    files: tuple[str, ...]
    commit: str | None
    note: str
    """Why there is no commit, and what else the person should know; empty when all went the usual way."""


@dataclass(frozen=True)
class Undone:
    """What `undo` or `redo` did."""

    direction: Literal["undo", "redo"]
    turns: tuple[int, ...]
    """In the order in which they were taken back or done again."""
    files: tuple[str, ...]
    summary: str
    """One sentence per turn: what became of the files and of the commit."""


class Store(Protocol):
    """Where turns are kept."""

    def add(self, record: TurnRecord, before: States, after: States) -> None:
        """Keep a new turn."""
        ...

    def update(self, record: TurnRecord, after: States | None = None) -> None:
        """Change what is known of a turn, and what the files were after it if that is given."""
        ...

    def records(self) -> list[TurnRecord]:
        """All turns, newest first."""
        ...

    def states(self, turn: int) -> tuple[States, States]:
        """The files before and after a turn."""
        ...

    def diff(self, turn: int) -> str:
        """The turn as a unified diff."""
        ...

    def remove(self, turns: Sequence[int]) -> None:
        """Forget turns."""
        ...

    def remove_orphans(self, before: float) -> int:
        """Forget turns, older than a time, of work trees that are gone. Returns how many."""
        ...


def to_json(record: TurnRecord) -> dict[str, Any]:
    """The record as it is stored."""
    return asdict(record)


def from_json(data: Mapping[str, Any]) -> TurnRecord:
    """The stored record; fields that a later version added are left out. Raises ValueError, TypeError, KeyError."""
    known = {name: data[name] for name in TurnRecord.__dataclass_fields__ if name in data}
    known["files"] = tuple(known["files"])
    known["modes"] = tuple((before, after) for before, after in known.get("modes", ()))
    return TurnRecord(**known)


def read_state(root: Path, path: str) -> FileState | None:
    """The file as it is on disk; None when there is none (or a folder). Raises InTheWay when it cannot be read."""
    full = root / path
    try:
        status = full.lstat()
        if stat.S_ISLNK(status.st_mode):
            return FileState(stat.S_IFLNK, os.fsencode(full.readlink()))
        return FileState(status.st_mode, full.read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise InTheWay(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from None


def read_states(root: Path, paths: Sequence[str]) -> dict[str, FileState]:
    """The files among `paths` that exist."""
    found = {path: read_state(root, path) for path in paths}
    return {path: state for path, state in found.items() if state is not None}


def with_modes(record: TurnRecord, before: States, after: States) -> TurnRecord:
    """The record with the modes of its files filled in."""
    modes = tuple(
        (before[path].mode if path in before else None, after[path].mode if path in after else None)
        for path in record.files
    )
    return replace(record, modes=modes)
