"""`write`: from a turn's changes to files in place."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from agent.edits.transaction import content, steps
from agent.edits.transaction.guard import Guard
from agent.edits.transaction.journal import Entry, Journal, save
from agent.edits.transaction.recovery import settle
from agent.edits.transaction.state import journal_path, make_state_folder, state_folder
from agent.edits.transaction.target import LINK_MODE, Target, resolve
from agent.edits.types import FileChange
from agent.errors import InTheWay


def write(root: Path, git_dir: Path | None, changes: Sequence[FileChange], *, holder: str) -> None:
    """Write all files or none. `holder` is who others are told is writing.

    Mode, owner, extended attributes and links are kept, folders made and emptied ones removed. Raises InTheWay, with
    nothing changed, when a file is not as it was when it was read, may not be written, or the disk is full.
    """
    root = root.resolve()
    state = state_folder(root, git_dir)
    make_state_folder(state)
    with Guard(state, holder):
        settle(root, state)
        targets = _check(root, changes)
        if targets:
            _write(root, state, targets, holder)


def _check(root: Path, changes: Sequence[FileChange]) -> list[Target]:
    doomed = {change.path for change in changes if change.after is None}
    wanted = [c for c in changes if c.before != c.after or c.mode is not None]
    targets = [resolve(root, change, doomed) for change in wanted]
    seen: set[str] = set()
    for target in targets:
        if target.path in seen:
            raise InTheWay(f"{target.path} is changed twice in one turn.", "Make the changes one after the other.")
        seen.add(target.path)
        _check_before(root, target, doomed)
    return targets


def _check_before(root: Path, target: Target, doomed: set[str]) -> None:
    shown, full = target.change.path, root / target.path
    if target.status is not None and stat.S_ISDIR(target.status.st_mode):
        inside = [
            (Path(folder) / name).relative_to(root).as_posix() for folder, _, names in os.walk(full) for name in names
        ]
        if target.change.before is not None or any(path not in doomed for path in inside):
            raise InTheWay(f"{shown} is a folder.", "Choose another path.")
        return
    if target.status is not None and not target.link and _is_read_only(full, target.status):
        raise InTheWay(f"{shown} is read-only. Nothing was changed.", "Make it writable: chmod u+w.")
    try:
        found = content.current(full)
    except OSError as error:
        raise InTheWay(f"{shown} cannot be read: {error.strerror}.", "Check its permissions.") from None
    before = target.change.before
    if target.link and before is not None and target.change.mode != LINK_MODE and found is not None:
        found = content.current((root / shown).resolve())  # a link that goes is known by the content it led to
    if found == before:
        return
    if before is None:
        raise InTheWay(f"{shown} exists already. Nothing was changed.", "Look at it, and ask again.")
    what = "is not there any more" if found is None else "was changed since it was read"
    raise InTheWay(f"{shown} {what}. Nothing was changed.", "Ask again: it will be read anew.")


def _is_read_only(path: Path, status: os.stat_result) -> bool:
    """Also for root, who could write it: nobody was meant to."""
    return not status.st_mode & 0o222 or not os.access(path, os.W_OK)


def _write(root: Path, state: Path, targets: list[Target], holder: str) -> None:
    journal_file = journal_path(state)
    journal = _journal(root, targets, holder)
    shown = targets[0].change.path
    try:
        save(journal_file, journal)
        entries: list[Entry] = []
        for target, entry in zip(targets, journal.entries, strict=True):
            shown = entry.shown
            entries.append(_prepare(root, state, target, entry))
        journal = Journal("commit", holder, os.getpid(), tuple(entries), journal.folders)
        save(journal_file, journal)
        steps.forward(root, journal)
    except BaseException as error:
        _roll_back(root, state, journal)
        if isinstance(error, steps.Changed):
            raise InTheWay(
                f"{error} was changed while it was being written. Nothing was changed.",
                "Ask again: it will be read anew.",
            ) from None
        if isinstance(error, OSError):
            raise content.in_the_way(_shown(error, root, journal, shown), error) from None
        raise
    steps.discard(root, state, journal)
    journal_file.unlink()


def _roll_back(root: Path, state: Path, journal: Journal) -> None:
    """After an error. When even this fails, the journal stays, and the next start tries again."""
    file = journal_path(state)
    try:
        if journal.phase == "commit":
            journal = journal.at("abort")
            save(file, journal)
        steps.back(root, state, journal)
        file.with_name(file.name + ".new").unlink(missing_ok=True)
        file.unlink(missing_ok=True)
    except OSError as error:
        raise InTheWay(
            f"The write failed and could not be taken back: {error.strerror}.",
            "The next start tries again; the files' contents are kept until then.",
        ) from error


def _journal(root: Path, targets: list[Target], holder: str) -> Journal:
    token = secrets.token_hex(6)
    entries: list[Entry] = []
    folders: dict[str, None] = {}
    for number, target in enumerate(targets):
        change = target.change
        name = f"agent-{token}-{number}"
        before = change.before
        if target.link and before is not None:
            before = content.current(root / target.path)
        temp = None
        if change.after is not None:
            folder = _existing_folder(root, target.path)
            temp = str(PurePosixPath(folder) / f".{name}.tmp")
            missing = [str(p) for p in PurePosixPath(target.path).parents]
            folders.update(dict.fromkeys(reversed([p for p in missing if len(p) > len(folder) and p != "."])))
        entries.append(
            Entry(
                shown=change.path,
                path=target.path,
                before=None if before is None else content.digest(before),
                after=None if change.after is None else content.digest(change.after),
                link=target.link,
                temp=temp,
                backup=None if before is None else f"{name}.old",
                mode=None if change.mode == LINK_MODE else change.mode,
            )
        )
    return Journal("prepare", holder, os.getpid(), tuple(entries), tuple(folders))


def _existing_folder(root: Path, path: str) -> str:
    """The innermost folder above the path that is there, relative to the root; empty for the root."""
    for parent in PurePosixPath(path).parents:
        if str(parent) == ".":
            break
        if (root / parent).is_dir():
            return str(parent)
    return ""


def _prepare(root: Path, state: Path, target: Target, entry: Entry) -> Entry:
    """Write the new content beside the target and keep the old one."""
    full = root / entry.path
    in_place = False
    if entry.temp is not None:
        assert target.change.after is not None
        like = target.status if entry.before is not None else None
        if entry.link:
            (root / entry.temp).symlink_to(os.fsdecode(target.change.after))
        else:
            kept = content.stage(root / entry.temp, target.change.after, like, full, entry.mode)
            in_place = not kept
    if entry.backup is not None:
        content.keep(full, state / entry.backup, copy=in_place)
    return entry if not in_place else Entry(**{**entry.__dict__, "in_place": True})


def _shown(error: OSError, root: Path, journal: Journal, fallback: str) -> str:
    """The path that the person knows, for the file that the system complained about."""
    for name in (error.filename, error.filename2):
        if name is None:
            continue
        for entry in journal.entries:
            if str(name) in (str(root / entry.path), str(root / (entry.temp or ""))):
                return entry.shown
    return fallback
