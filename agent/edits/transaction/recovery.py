"""What the next start does about a write that was interrupted: complete it, or roll it back, and say which."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from agent.edits.transaction import steps
from agent.edits.transaction.guard import Guard
from agent.edits.transaction.journal import Journal, load, save
from agent.edits.transaction.state import journal_path, state_folder
from agent.errors import InTheWay


@dataclass(frozen=True)
class Recovery:
    """What became of an interrupted write."""

    completed: bool
    """True: every file is as the write wanted it. False: every file is as it was before."""
    files: tuple[str, ...]
    text: str
    """One sentence for the person."""


def recover(root: Path, git_dir: Path | None) -> str | None:
    """Finish or undo an interrupted write of this root. Returns what was done, in a sentence; None: nothing to do.

    Raises InTheWay when another process is writing, or when files cannot be put back.
    """
    recovery = recover_files(root, git_dir)
    return recovery.text if recovery else None


def recover_files(root: Path, git_dir: Path | None) -> Recovery | None:
    """Like `recover`, for a caller that has to know the outcome."""
    root = root.resolve()
    state = state_folder(root, git_dir)
    if not journal_path(state).exists():
        return None
    with Guard(state, "recovery"):
        return settle(root, state)


def settle(root: Path, state: Path) -> Recovery | None:
    """The recovery itself, for a caller that holds the guard."""
    file = journal_path(state)
    try:
        journal = load(file)
        if journal is None:
            return None
        if not _inside(journal):
            raise ValueError("a path leads out of the root")
    except (ValueError, json.JSONDecodeError):
        aside = file.with_name("journal.unreadable")
        file.replace(aside)
        return Recovery(False, (), f"The journal of an interrupted write makes no sense; it is kept as {aside}.")
    try:
        recovery = _settle(root, state, file, journal)
    except OSError as error:
        raise InTheWay(
            f"An interrupted write can neither be completed nor taken back: {error}.",
            "Check the disk and the permissions, and start again.",
        ) from None
    file.with_name(file.name + ".new").unlink(missing_ok=True)
    file.unlink(missing_ok=True)
    return recovery


def _settle(root: Path, state: Path, file: Path, journal: Journal) -> Recovery:
    files = tuple(entry.shown for entry in journal.entries)
    who = f"A write by {journal.holder} (process {journal.pid}) was interrupted"
    names = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
    if journal.phase == "commit":
        try:
            steps.forward(root, journal, again=True)
            steps.discard(root, state, journal)
            return Recovery(True, files, f"{who}; it has been completed now: {names}.")
        except (steps.Changed, OSError):
            journal = journal.at("abort")
            save(file, journal)
    kept = steps.back(root, state, journal)
    left = f" {', '.join(kept)} had been changed since and was left as it is." if kept else ""
    return Recovery(False, files, f"{who}; it has been rolled back: {names}.{left}")


def _inside(journal: Journal) -> bool:
    paths = [p for e in journal.entries for p in (e.path, e.temp, e.backup) if p] + list(journal.folders)
    return not any(p.startswith("/") or ".." in p.split("/") for p in paths)
