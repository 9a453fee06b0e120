"""Where a change really goes: links followed, and everything refused that is not a plain file inside the root."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from agent.edits.types import FileChange
from agent.errors import InTheWay

LINK_MODE = stat.S_IFLNK
"""As `FileChange.mode`: the change is about a symbolic link itself, and the content is what it points to."""


@dataclass(frozen=True)
class Target:
    """A change and the file that it ends at."""

    change: FileChange
    path: str
    """Relative to the root: where the bytes go. Differs from `change.path` when that goes through a link."""
    link: bool
    """The target is a symbolic link itself, which is made or removed."""
    status: os.stat_result | None
    """Of the target as it is; None when there is none."""


def resolve(root: Path, change: FileChange, doomed: Collection[str] = ()) -> Target:
    """Find where a change goes. `doomed` are the paths that the same turn removes, which may be in its way.

    Raises InTheWay for a path outside the root, in `.git`, in another repository, at or below something that is not
    a plain file.
    """
    shown = change.path
    parts = shown.split("/")
    if not shown or "\0" in shown or shown.startswith("/") or any(part in ("", ".", "..") for part in parts):
        raise InTheWay(f"{shown!r} is not a path inside {root}.", "Use a path relative to the repository's root.")
    full = root / shown
    about_link = change.mode == LINK_MODE or (change.after is None and full.is_symlink())
    try:
        real = full.parent.resolve() / full.name if about_link else full.resolve()
    except (OSError, RuntimeError):
        raise InTheWay(f"{shown} is a symbolic link that leads in a circle.", "Mend the link.") from None
    if not real.is_relative_to(root) or real == root:
        raise InTheWay(f"{shown} leads out of {root}.", "Only files inside the repository are edited.")
    path = real.relative_to(root).as_posix()
    _check_folders(root, path, shown, doomed)
    status = _lstat(real)
    if status is not None and not stat.S_ISDIR(status.st_mode):
        wanted = stat.S_ISLNK if about_link and change.before is not None else stat.S_ISREG
        if change.before is None and change.mode == LINK_MODE:
            wanted = stat.S_ISLNK
        if not wanted(status.st_mode) and not (about_link and stat.S_ISLNK(status.st_mode)):
            raise InTheWay(f"{shown} is not a regular file.", "Only regular files are edited.")
    return Target(change, path, about_link, status)


def _check_folders(root: Path, path: str, shown: str, doomed: Collection[str]) -> None:
    parts = path.split("/")
    if any(is_git_name(part) for part in parts):
        raise InTheWay(f"{shown} is part of git's own data.", "Nothing is written inside .git.")
    folder = root
    for depth, part in enumerate(parts[:-1], 1):
        folder = folder / part
        status = _lstat(folder)
        if status is None:
            return
        if not stat.S_ISDIR(status.st_mode):
            if "/".join(parts[:depth]) in doomed:
                return
            raise InTheWay(f"{shown} cannot be made: {'/'.join(parts[:depth])} is a file.", "Choose another path.")
        if os.path.lexists(folder / ".git"):
            raise InTheWay(
                f"{shown} belongs to another repository, {'/'.join(parts[:depth])}.",
                "Start in that folder to edit it.",
            )


def is_git_name(part: str) -> bool:
    """A name that git or a file system takes for `.git`: other case, NTFS short name, trailing dots, HFS+ blanks."""
    plain = "".join(c for c in part if c not in _HFS_IGNORED).lower().rstrip(". ")
    return plain in (".git", "git~1")


_HFS_IGNORED = frozenset(map(chr, (*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF)))


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InTheWay(f"{path} cannot be looked at: {error.strerror}.", "Check its permissions.") from None
