"""Reading and writing one file's content with everything that belongs to it: mode, owner, extended attributes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from pathlib import Path

from agent.edits.transaction.journal import write_all
from agent.errors import InTheWay

_HINTS = {
    errno.ENOSPC: "The disk is full: make room and try again.",
    errno.EDQUOT: "The disk quota is used up: make room and try again.",
    errno.EROFS: "The file system is mounted read-only.",
    errno.EFBIG: "The file is larger than the limit for files.",
}


def digest(content: bytes) -> str:
    """What the journal knows a content by."""
    return hashlib.sha256(content).hexdigest()


def current(path: Path) -> bytes | None:
    """The content of a file or the text of a link; None when there is none, or a folder."""
    try:
        if path.is_symlink():
            return os.fsencode(path.readlink())
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def in_the_way(shown: str, error: OSError) -> InTheWay:
    """The one error for everything that the system can say while a file is written."""
    reason = (error.strerror or str(error)).lower()
    hint = _HINTS.get(error.errno or 0, "Check the permissions of the file and its folder.")
    return InTheWay(f"{shown} cannot be written: {reason}. Nothing was changed.", hint)


def stage(temp: Path, content: bytes, like: os.stat_result | None, source: Path, mode: int | None) -> bool:
    """Write and flush the new content. `like` and `source` are the file it will replace, if there is one.

    Returns False when the file's owner could not be kept, so that it has to be written in place.
    """
    kept = True
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666 if like is None else 0o600)
    try:
        write_all(fd, content)
        if like is not None:
            kept = copy_owner(fd, like)
            os.fchmod(fd, stat.S_IMODE(like.st_mode) if mode is None else mode)
            copy_attributes(source, temp)
        elif mode is not None:
            os.fchmod(fd, mode)
        os.fsync(fd)
    finally:
        os.close(fd)
    return kept


def copy_owner(fd: int, like: os.stat_result) -> bool:
    """Give the file the owner and group of another; False when that is not allowed."""
    mine = os.fstat(fd)
    if (mine.st_uid, mine.st_gid) == (like.st_uid, like.st_gid):
        return True
    try:
        os.fchown(fd, like.st_uid, like.st_gid)
    except PermissionError:
        return False
    return True


def copy_attributes(source: Path, target: Path) -> None:
    """Copy extended attributes (access control lists among them) where the system has them."""
    if not hasattr(os, "listxattr"):
        return
    with contextlib.suppress(OSError):
        for name in os.listxattr(source, follow_symlinks=False):
            with contextlib.suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))


def keep(path: Path, backup: Path, *, copy: bool) -> None:
    """Keep the file as it is under another name: a hard link, or a flushed copy."""
    if path.is_symlink():
        backup.symlink_to(path.readlink())
        return
    if not copy:
        with contextlib.suppress(OSError):
            os.link(path, backup)
            return
    stage(backup, path.read_bytes(), path.stat(), path, None)


def put_back(backup: Path, path: Path) -> None:
    """Put a kept file back in place of whatever is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        backup.replace(path)
        backup.unlink(missing_ok=True)  # renaming over another link of the same file does nothing
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = path.with_name(f".{backup.name}")
        beside.unlink(missing_ok=True)
        keep(backup, beside, copy=True)
        beside.replace(path)
        backup.unlink()


def overwrite(path: Path, content: bytes, mode: int | None) -> None:
    """Write into the file itself, keeping its inode and so its owner."""
    fd = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        write_all(fd, content)
        if mode is not None:
            os.fchmod(fd, mode)
        os.fsync(fd)
    finally:
        os.close(fd)
