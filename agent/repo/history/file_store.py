"""Turns outside git: a folder for each, with the contents before and after. For `--no-git`."""

from __future__ import annotations

import contextlib
import difflib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from agent.edits.transaction.journal import write_durably
from agent.errors import InTheWay
from agent.repo.history.records import FileState, States, TurnRecord, from_json, to_json

_ABOUT = "turn.json"


class FileStore:
    """A `Store` in a folder of its own, `turns/` in the state folder of the root."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "turns"

    def add(self, record: TurnRecord, before: States, after: States) -> None:
        """Keep a new turn; it is there as soon as its `turn.json` is."""
        place = self._place(record.turn)
        try:
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            self._keep(place, record, "before", before)
            self._keep(place, record, "after", after)
            self._save(place, record)
        except OSError as error:
            shutil.rmtree(place, ignore_errors=True)
            raise InTheWay(
                f"No backup can be made: {error.strerror}. Nothing was changed.", f"Look at {place}."
            ) from None

    def update(self, record: TurnRecord, after: States | None = None) -> None:
        """Change what is known of a turn."""
        place = self._place(record.turn)
        try:
            if after is not None:
                self._keep(place, record, "after", after)
            self._save(place, record)
        except OSError as error:
            raise InTheWay(f"The backup cannot be written: {error.strerror}.", f"Look at {place}.") from None

    def records(self) -> list[TurnRecord]:
        """All turns, newest first."""
        found: list[TurnRecord] = []
        with contextlib.suppress(FileNotFoundError):
            for place in sorted(self._folder.iterdir(), reverse=True):
                with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                    found.append(from_json(json.loads((place / _ABOUT).read_text(encoding="utf-8"))))
        return found

    def states(self, turn: int) -> tuple[States, States]:
        """The files before and after a turn."""
        place = self._place(turn)
        try:
            record = from_json(json.loads((place / _ABOUT).read_text(encoding="utf-8")))
            found: list[dict[str, FileState]] = [{}, {}]
            for number, (path, modes) in enumerate(zip(record.files, record.modes, strict=True)):
                for side, mode in enumerate(modes):
                    if mode is not None:
                        content = (place / f"{number}.{('before', 'after')[side]}").read_bytes()
                        found[side][path] = FileState(mode, content)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InTheWay(f"The backup of turn {turn} cannot be read: {error}.", f"Look at {place}.") from None
        return found[0], found[1]

    def diff(self, turn: int) -> str:
        """The turn as a unified diff."""
        before, after = self.states(turn)
        return "".join(unified(path, before.get(path), after.get(path)) for path in dict.fromkeys([*before, *after]))

    def remove(self, turns: Sequence[int]) -> None:
        """Delete the backups."""
        for turn in turns:
            shutil.rmtree(self._place(turn), ignore_errors=True)

    def remove_orphans(self, before: float) -> int:
        """A folder has no worktrees."""
        return 0

    def _place(self, turn: int) -> Path:
        return self._folder / f"{turn:06d}"

    def _save(self, place: Path, record: TurnRecord) -> None:
        write_durably(place / _ABOUT, json.dumps(to_json(record)).encode())

    def _keep(self, place: Path, record: TurnRecord, side: str, states: States) -> None:
        for number, path in enumerate(record.files):
            if path in states:
                write_durably(place / f"{number}.{side}", states[path].content)


def unified(path: str, before: FileState | None, after: FileState | None) -> str:
    """One file's unified diff, with git's headers for files that come or go."""
    old, new = (state.content if state else b"" for state in (before, after))
    if before is not None and after is not None and old == new:
        return ""
    head = f"diff --git a/{path} b/{path}\n"
    head += "new file\n" if before is None else "deleted file\n" if after is None else ""
    if b"\0" in old or b"\0" in new:
        return head + f"Binary files a/{path} and b/{path} differ\n"
    lines = difflib.unified_diff(
        old.decode("utf-8", "replace").splitlines(keepends=True),
        new.decode("utf-8", "replace").splitlines(keepends=True),
        "/dev/null" if before is None else f"a/{path}",
        "/dev/null" if after is None else f"b/{path}",
    )
    return head + "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)
