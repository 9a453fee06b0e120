"""Between the states before and after a turn: undo, redo, the commit that goes with them, and what a crash left."""

from __future__ import annotations

import itertools
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agent.edits import transaction
from agent.edits.types import FileChange
from agent.errors import InTheWay, TaskFailed
from agent.repo.history.intent import Intent, Intents
from agent.repo.history.own_changes import SWITCHED_OFF
from agent.repo.history.records import FileState, States, Store, TurnRecord, read_state, read_states, with_modes

if TYPE_CHECKING:
    from agent.repo.history.branch import Branch, Look

Direction = Literal["undo", "redo"]


def choose(records: Sequence[TurnRecord], direction: Direction, n: int) -> list[TurnRecord]:
    """The turns that `n` steps go over, in order. Raises TaskFailed when there are not so many."""
    if direction == "undo":
        found = [record for record in records if record.status == "done"]
    else:
        newest = list(itertools.takewhile(lambda record: record.status != "done", records))
        found = [record for record in reversed(newest) if record.status == "undone"]
    if not found or n > len(found):
        what = "taken back" if direction == "undo" else "done again"
        count = "no turn" if not found else f"only {len(found)} turn{'s' if len(found) > 1 else ''}"
        raise TaskFailed(f"There is {count} that can be {what}.", "`agent log` lists the turns.")
    return found[: max(n, 1)]


def commit_turn(
    branch: Branch, record: TurnRecord, look: Look, wanted: bool, root: Path, *, verify: bool = True
) -> tuple[str | None, str]:
    """Commit a turn that was just written, if it may be. Returns the commit and a note.

    Without `verify` the hooks that may change files are left out, as `git revert` does: what is taken back or done
    again shall be exact.
    """
    if not wanted:
        return None, SWITCHED_OFF
    if look.no_commit:
        return None, f"no commit: {look.no_commit}"
    paths = [path for path in record.files if look.unclean.get(path) != "is ignored by git"]
    unclean = [path for path in paths if path in look.unclean]
    if unclean:
        more = f" (and {len(unclean) - 1} more)" if len(unclean) > 1 else ""
        return None, f"no commit: {unclean[0]}{more} {look.unclean[unclean[0]]}"
    if not paths:
        return None, f"no commit: {record.files[0]} is ignored by git"
    before = read_states(root, paths)
    made = branch.commit(paths, record.message, look, verify=verify)
    if made.commit is None and read_states(root, paths) != before:
        made = branch.commit(paths, record.message, look)  # a formatter that fails once it has mended the files
    return made.commit, made.note if made.commit else f"no commit: {made.note}"


class Mover:
    """Takes turns back and does them again. The caller holds the lock."""

    def __init__(
        self, root: Path, git_dir: Path | None, store: Store, branch: Branch | None, intents: Intents, holder: str
    ) -> None:
        self._root = root
        self._git_dir = git_dir
        self._store = store
        self._branch = branch
        self._intents = intents
        self._holder = holder

    def check(self, turns: Sequence[TurnRecord], direction: Direction) -> None:
        """Raise InTheWay when a file is not as the turns left it, before any of them is moved."""
        simulated: dict[str, FileState | None] = {}
        for record in turns:
            before, after = self._store.states(record.turn)
            have, want = (after, before) if direction == "undo" else (before, after)
            for path in record.files:
                now = simulated[path] if path in simulated else read_state(self._root, path)
                problem = _differs(now, have.get(path), want.get(path))
                if problem and now != want.get(path):  # what is already as it shall be is not overwritten
                    verb = "undone" if direction == "undo" else "redone"
                    raise InTheWay(
                        f"{path} {problem} since turn {record.turn}, so that turn cannot be {verb}. "
                        "Nothing was changed.",
                        f"`agent diff {record.turn}` shows what the turn had written; take it back by hand.",
                    )
                simulated[path] = want.get(path)

    def move(self, record: TurnRecord, direction: Direction, commits: bool) -> str:
        """Take one turn back, or do it again. Returns a sentence about it."""
        before, after = self._store.states(record.turn)
        have, want = (after, before) if direction == "undo" else (before, after)
        there = {path: read_state(self._root, path) for path in record.files}
        moved = [path for path in record.files if there[path] != want.get(path)]
        changes = [change for p in moved if (change := _change(p, have.get(p), want.get(p))) is not None]
        look = self._branch.look(record.files) if self._branch else None
        self._intents.save(Intent(direction, record.turn, look.commit if look else ""))
        try:
            transaction.write(self._root, self._git_dir, changes, holder=self._holder)
        except InTheWay:
            self._intents.clear()
            raise
        said = self._finish(record, direction, look, commits)
        self._intents.clear()
        return said

    def recover(self, intent: Intent, written: bool | None) -> str:
        """Finish or forget what a killed process began. `written`: whether its files are in place, if that is known."""
        record = next((r for r in self._store.records() if r.turn == intent.turn), None)
        if record is None:
            return ""
        before, after = self._store.states(record.turn)
        if written is None:
            want, other = (before, after) if intent.what == "undo" else (after, before)
            paths = [p for p in record.files if before.get(p) != after.get(p)]
            written = not any(_differs(read_state(self._root, p), want.get(p), other.get(p)) for p in paths)
        if intent.what == "record":
            return self._recover_record(record, before, after, written)
        if not written:
            return ""
        settled = "undone" if intent.what == "undo" else "done"
        if record.status != settled:
            self._recover_move(record, intent.what, intent.head)
        return f"Turn {record.turn} had been interrupted; it is {'undone' if settled == 'undone' else 'redone'} now."

    def _recover_move(self, record: TurnRecord, direction: Direction, head: str) -> None:
        """The files are in place. If the branch has moved too, only the index and the record are left to do."""
        branch = self._branch
        tip = branch.tip() if branch else ""
        if branch is None or tip == head:
            self._finish(record, direction, branch.look(record.files) if branch else None, commits=False)
            return
        branch.settle_index(record.files, head)
        message = _revert_message(record) if direction == "undo" else record.message
        made = tip if branch.is_ours(tip, head, record.files, message) else None
        if direction == "undo":
            self._store.update(replace(record, status="undone", undo_commit=made))
        else:
            self._store.update(replace(record, status="done", undo_commit=None, commit=made or record.commit))

    def _recover_record(self, record: TurnRecord, before: States, after: States, written: bool) -> str:
        if record.status != "pending":
            return ""
        if not written:
            self._store.remove([record.turn])
            return ""
        made: str | None = None
        if self._branch is not None:
            tip = self._branch.tip()
            if self._branch.is_ours(tip, record.head, record.files, record.message):
                made = tip
                self._branch.settle_index(record.files, record.head)
        note = "" if made else "no commit: it was interrupted"
        self._store.update(with_modes(replace(record, status="done", commit=made, note=note), before, after))
        return f"It is recorded as turn {record.turn}" + (
            f", with the commit {made[:9]}." if made else ", without a commit."
        )

    def _finish(self, record: TurnRecord, direction: Direction, look: Look | None, commits: bool) -> str:
        """After the files are back: the branch, and the record."""
        if direction == "undo":
            changed, said = self._undo_commit(record, look, commits)
            self._store.update(replace(changed, status="undone"))
        else:
            changed, said = self._redo_commit(record, look, commits)
            self._store.update(replace(changed, status="done"))
        count = f"{len(record.files)} file{'s' if len(record.files) > 1 else ''}"
        verb = "undone" if direction == "undo" else "redone"
        return f"Turn {record.turn} {verb} in {count}{': ' + said if said else ''}."

    def _undo_commit(self, record: TurnRecord, look: Look | None, commits: bool) -> tuple[TurnRecord, str]:
        branch, commit = self._branch, record.commit
        if branch is None or look is None or commit is None:
            return record, ""
        if branch.can_drop(commit, look, record.files):
            note = branch.drop(commit, record.files, f"agent: undo turn {record.turn}")
            return record, _joined(f"commit {commit[:9]} was taken off {look.head.branch}", note)
        reverting = replace(record, message=_revert_message(record))
        made, note = commit_turn(branch, reverting, look, commits, self._root, verify=False)
        if made is None:
            why = note.removeprefix("no commit: ")
            return record, f"commit {commit[:9]} stays in the branch's history ({why})"
        return replace(record, undo_commit=made), _joined(f"commit {commit[:9]} was reverted by {made[:9]}", note)

    def _redo_commit(self, record: TurnRecord, look: Look | None, commits: bool) -> tuple[TurnRecord, str]:
        branch, commit = self._branch, record.commit
        if branch is None or look is None or commit is None:
            return record, ""
        undone = replace(record, undo_commit=None)
        if record.undo_commit is not None:
            if branch.can_drop(record.undo_commit, look, record.files):
                note = branch.drop(record.undo_commit, record.files, f"agent: redo turn {record.turn}")
                return undone, _joined(f"commit {record.undo_commit[:9]} was taken off {look.head.branch}", note)
        elif branch.can_restore(commit, look, record.files):
            note = branch.restore(commit, record.files, f"agent: redo turn {record.turn}")
            return undone, _joined(f"commit {commit[:9]} is back on {look.head.branch}", note)
        made, note = commit_turn(branch, record, look, commits, self._root, verify=False)
        if made is None:
            return replace(undone, commit=None), note
        return replace(undone, commit=made), _joined(f"committed as {made[:9]}", note)


def _revert_message(record: TurnRecord) -> str:
    """What `git revert` would say."""
    subject = record.message.strip().split("\n")[0]
    return f'Revert "{subject}"\n\nThis reverts commit {record.commit}.'


def _joined(said: str, note: str) -> str:
    return f"{said}; {note}" if note else said


def _same(a: FileState | None, b: FileState | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.content == b.content and a.is_link == b.is_link


def _differs(now: FileState | None, have: FileState | None, want: FileState | None) -> str:
    """What has happened to a file that should be in state `have`, in words; empty when it is."""
    if not _same(now, have):
        return "is gone" if now is None else "has come back" if have is None else "was changed"
    if now is not None and have is not None and want is not None and have.mode != want.mode:
        return "" if now.mode == have.mode else "has other permissions"
    return ""


def _change(path: str, have: FileState | None, want: FileState | None) -> FileChange | None:
    """From one recorded state to the other, as the transaction takes it."""
    if have is None and want is None:
        return None
    before, after = (state.content if state else None for state in (have, want))
    if (have and have.is_link) or (want and want.is_link):
        if have and want and have.is_link != want.is_link:
            raise InTheWay(f"{path} was a symbolic link and is a file, or the other way round.", "Change it by hand.")
        return FileChange(path, before, after, transaction.LINK_MODE)
    mode = None
    if want is not None and (have is None or have.mode != want.mode):
        mode = stat.S_IMODE(want.mode)
    return FileChange(path, before, after, mode) if before != after or mode is not None else None
