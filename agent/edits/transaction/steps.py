"""The two directions of a write, forward and back. Both can be stopped anywhere and begun again."""

from __future__ import annotations

import contextlib
from pathlib import Path, PurePosixPath

from agent.edits.transaction import content
from agent.edits.transaction.journal import Entry, Journal, sync_folder


class Changed(Exception):
    """A file is not what it was when the change was made; the argument is its path."""


def forward(root: Path, journal: Journal, *, again: bool = False) -> None:
    """Put every file in place. `again`: an earlier run was interrupted. Raises Changed, OSError."""
    gone = [entry for entry in journal.entries if entry.after is None]
    for entry in gone:
        _remove(root, entry, again)
    for entry in gone:
        remove_empty_folders(root, entry.path)
    for entry in journal.entries:
        if entry.after is not None:
            _place(root, entry, again)
    for folder in sorted({str((root / entry.path).parent) for entry in journal.entries}):
        sync_folder(Path(folder))


def back(root: Path, state: Path, journal: Journal) -> list[str]:
    """Put everything back as it was. Returns the paths that somebody else has changed since, which are left alone."""
    kept: list[str] = []
    started = journal.phase != "prepare"
    for entry in reversed(journal.entries):
        if entry.after is not None and not _take_back(root, state, entry, started):
            kept.append(entry.shown)
    for folder in reversed(journal.folders):
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
    for entry in journal.entries:
        if entry.after is None and started and entry.backup is not None:
            backup = state / entry.backup
            if _exists(backup) and content.current(root / entry.path) is None:
                content.put_back(backup, root / entry.path)
    discard(root, state, journal)
    return kept


def discard(root: Path, state: Path, journal: Journal) -> None:
    """Remove what the write made for itself."""
    for entry in journal.entries:
        if entry.temp is not None:
            (root / entry.temp).unlink(missing_ok=True)
        if entry.backup is not None:
            (state / entry.backup).unlink(missing_ok=True)


def remove_empty_folders(root: Path, path: str) -> None:
    """Remove the folders that a removed file leaves empty, as git does, but never the one we stand in."""
    for parent in PurePosixPath(path).parents:
        folder = root / parent
        if folder == root or folder == Path.cwd():
            return
        try:
            folder.rmdir()
        except OSError:
            return


def _remove(root: Path, entry: Entry, again: bool) -> None:
    target = root / entry.path
    found = content.current(target)
    if found is None and again:
        return
    if found is None or content.digest(found) != entry.before:
        raise Changed(entry.shown)
    target.unlink()


def _place(root: Path, entry: Entry, again: bool) -> None:
    assert entry.temp is not None
    temp, target = root / entry.temp, root / entry.path
    if again and not _exists(temp):
        return
    found = content.current(target)
    if entry.in_place:
        new = temp.read_bytes()
        if found is None or not (content.digest(found) == entry.before or (again and new.startswith(found))):
            raise Changed(entry.shown)
        content.overwrite(target, new, entry.mode)
        temp.unlink()
        return
    if (None if found is None else content.digest(found)) != entry.before:
        raise Changed(entry.shown)
    target.parent.mkdir(parents=True, exist_ok=True)
    temp.replace(target)


def _take_back(root: Path, state: Path, entry: Entry, started: bool) -> bool:
    """Undo one placed file. False when somebody has changed it since."""
    assert entry.temp is not None
    target = root / entry.path
    waiting = _exists(root / entry.temp)
    if not started or (waiting and not entry.in_place):
        return True
    found = content.current(target)
    if entry.in_place:
        backup = state / (entry.backup or "")
        if entry.backup is not None and _exists(backup):
            new = (root / entry.temp).read_bytes() if waiting else None
            ours = found is not None and content.digest(found) in (entry.before, entry.after)
            if not ours and not (new is not None and found is not None and new.startswith(found)):
                return False
            content.overwrite(target, backup.read_bytes(), backup.stat().st_mode & 0o7777 if entry.mode else None)
        return True
    known = None if found is None else content.digest(found)
    if known == entry.after and entry.before is None:
        target.unlink()
    elif known == entry.after and entry.backup is not None and _exists(state / entry.backup):
        content.put_back(state / entry.backup, target)
    return known in (entry.before, entry.after)


def _exists(path: Path) -> bool:
    return path.is_symlink() or path.exists()
