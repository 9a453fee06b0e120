"""Record a turn, take it back, do it again.

A turn is recorded as `pending` with what it is about to write, then the files are written, then it is `done`. A file
`intent.json` says that one of these is going on; the next start reads it and finishes or forgets the turn.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.edits import transaction
from agent.edits.transaction.state import make_state_folder
from agent.edits.types import FileChange
from agent.errors import InTheWay, TaskFailed
from agent.repo.history import moving
from agent.repo.history.file_store import FileStore
from agent.repo.history.intent import Intent, Intents
from agent.repo.history.own_changes import without_own
from agent.repo.history.records import (
    FileState,
    Recorded,
    Store,
    TurnRecord,
    Undone,
    read_states,
    with_modes,
)
from agent.repo.lock import WAIT_SECONDS, Held, Lock
from agent.repo.root import Repository

if TYPE_CHECKING:
    from agent.config import Config
    from agent.repo.history.branch import Branch, Look


class FileHistory:
    """The turns of a folder outside git, with backups in the person's state folder.

    Raises InTheWay (exit code 5) whenever another agent, a changed file or the file system is in the way.
    """

    def __init__(
        self,
        root: Path,
        config: Config | None = None,
        *,
        holder: str = "agent",
        wait: float = WAIT_SECONDS,
        waiting: Callable[[str], None] | None = None,
    ) -> None:
        self.root = root.resolve()
        self._setup(None, config, holder, wait, waiting)
        self._store: Store = FileStore(self._state)
        self._branch: Branch | None = None

    def _setup(
        self,
        git_dir: Path | None,
        config: Config | None,
        holder: str,
        wait: float,
        waiting: Callable[[str], None] | None,
    ) -> None:
        self.git_dir = git_dir
        self.holder = holder
        self._commits = config is None or config.settings.commit
        self._state = transaction.state_folder(self.root, git_dir)
        self._wait = wait
        self._waiting = waiting
        self._intents = Intents(self._state)

    def record(
        self,
        changes: Sequence[FileChange],
        *,
        message: str,
        request: str = "",
        tool: str = "edit",
        commit: bool = True,
    ) -> Recorded:
        """Write the files, all or none, and record them as one turn; commit them where they were clean.

        Without a commit the note says why there is none. Raises InTheWay, with nothing changed.
        """
        wanted = [c for c in changes if c.before != c.after or c.mode is not None]
        if not wanted:
            return Recorded(None, (), None, "there is nothing to change")
        with self._lock():
            recovered = self._recover()
            doomed = {change.path for change in wanted if change.after is None}
            paths = [transaction.resolve(self.root, change, doomed).path for change in wanted]
            known = self._store.records()
            look = self._look(paths, known)
            before = read_states(self.root, paths)
            after = _planned(dict(zip(paths, wanted, strict=True)), before)
            record = self._new_record(known, paths, message, request, tool, look, before, after)
            self._store.add(record, before, after)
            self._intents.save(Intent("record", record.turn, record.head))
            try:
                transaction.write(self.root, self.git_dir, wanted, holder=self.holder)
            except BaseException:
                if not transaction.journal_path(self._state).exists():
                    self._store.remove([record.turn])
                    self._intents.clear()
                raise
            self._intents.save(Intent("record", record.turn, record.head, written=True))
            try:
                record = self._finish(record, before, look, commit and self._commits)
            except BaseException:
                with contextlib.suppress(InTheWay):
                    self._recover()  # the files are written: the turn is known, with or without a commit
                raise
            for undone in known:
                if undone.status == "undone":  # it cannot be redone over the new turn
                    self._store.update(replace(undone, status="dropped"))
            self._intents.clear()
        note = "; ".join(part for part in (recovered, record.note) if part)
        return Recorded(record.turn, record.files, record.commit, note)

    def undo(self, n: int = 1, *, dry_run: bool = False) -> Undone:
        """Take back the last `n` turns, newest first, to the byte; with `dry_run` only look whether that can be done.

        Raises InTheWay, naming the file, with nothing changed, when one of them is not as the agent left it, and
        TaskFailed when there are not so many turns.
        """
        return self._move("undo", n, dry_run)

    def redo(self, n: int = 1, *, dry_run: bool = False) -> Undone:
        """Do again the last `n` turns that were taken back. Raises InTheWay and TaskFailed like `undo`."""
        return self._move("redo", n, dry_run)

    def log(self, limit: int | None = None) -> list[TurnRecord]:
        """The turns, newest first."""
        found = [record for record in self._store.records() if record.status != "pending"]
        return found if limit is None else found[:limit]

    def last_turn(self) -> TurnRecord | None:
        """The newest turn that stands."""
        return next((record for record in self.log() if record.status == "done"), None)

    def diff(self, turn: int | None = None) -> str:
        """The unified diff of a turn, by default of the last one that stands. Raises TaskFailed: no such turn."""
        if turn is None:
            last = self.last_turn()
            if last is None:
                raise TaskFailed("There is no turn yet.", "`agent log` lists the turns.")
            turn = last.turn
        elif not any(record.turn == turn for record in self.log()):
            raise TaskFailed(f"There is no turn {turn}.", "`agent log` lists the turns.")
        return self._store.diff(turn)

    def prune(self, older_than_days: float, *, dry_run: bool = False) -> int:
        """Forget turns older than so many days. Returns how many; they cannot be undone any more."""
        limit = time.time() - older_than_days * 86_400
        if dry_run:
            return len(self._older(limit))
        with self._lock():
            self._recover()
            old = self._older(limit)
            if old:
                self._store.remove(old)
            orphans = self._store.remove_orphans(limit)
        return len(old) + orphans

    def _older(self, limit: float) -> list[int]:
        """The turns from before a moment, in seconds since the epoch."""
        return [record.turn for record in self._store.records() if record.when < limit]

    def recover(self) -> str | None:
        """Finish what a killed agent began. Returns what was done, in a sentence; None when there was nothing.

        To be called at every start. Does not wait: what a living agent is doing is not for us to finish.
        """
        if not (self._intents.exists() or transaction.journal_path(self._state).exists()):
            return None
        try:
            with self._lock(wait=0.0):
                return self._recover() or None
        except Held:
            return None

    def _lock(self, wait: float | None = None) -> Lock:
        make_state_folder(self._state)
        timeout = self._wait if wait is None else wait
        return Lock(self.git_dir or self._state, self.holder, timeout=timeout, waiting=self._waiting)

    def _look(self, paths: Sequence[str], known: Sequence[TurnRecord]) -> Look | None:
        if self._branch is None:
            return None
        look = self._branch.look(paths)
        for path in look.hidden:
            raise InTheWay(
                f"{path} is left out by the sparse checkout. Nothing was changed.",
                "`git sparse-checkout add` with its folder brings it in.",
            )
        return without_own(look, self._branch, self._store, known, self.root) if look.unclean else look

    def _new_record(
        self,
        known: Sequence[TurnRecord],
        paths: Sequence[str],
        message: str,
        request: str,
        tool: str,
        look: Look | None,
        before: dict[str, FileState],
        after: dict[str, FileState],
    ) -> TurnRecord:
        record = TurnRecord(
            turn=known[0].turn + 1 if known else 1,
            when=int(time.time()),
            tool=tool,
            message=message.strip() or f"Apply {tool}",
            files=tuple(paths),
            request=request,
            status="pending",
            head=look.commit if look else "",
            branch=look.head.branch if look else None,
        )
        return with_modes(record, before, after)

    def _finish(self, record: TurnRecord, before: dict[str, FileState], look: Look | None, commit: bool) -> TurnRecord:
        """After the files are written: the commit, and what is on disk after its hooks."""
        note, made = "", None
        if look is not None and self._branch is not None:
            made, note = moving.commit_turn(self._branch, record, look, commit, self.root)
        after = read_states(self.root, record.files)
        record = with_modes(replace(record, status="done", commit=made, note=note), before, after)
        self._store.update(record, after)
        return record

    def _move(self, direction: moving.Direction, n: int, dry_run: bool) -> Undone:
        with self._lock():
            recovered = self._recover()
            turns = moving.choose(self._store.records(), direction, n)
            mover = moving.Mover(self.root, self.git_dir, self._store, self._branch, self._intents, self.holder)
            mover.check(turns, direction)
            said = [] if dry_run else [mover.move(record, direction, self._commits) for record in turns]
        files = tuple(dict.fromkeys(path for record in turns for path in record.files))
        summary = " ".join(part for part in (recovered, *said) if part)
        return Undone(direction, tuple(record.turn for record in turns), files, summary)

    def _recover(self) -> str:
        """The caller holds the lock."""
        written = transaction.recover_files(self.root, self.git_dir)
        intent = self._intents.load()
        said = written.text if written else ""
        if intent is not None:
            mover = moving.Mover(self.root, self.git_dir, self._store, self._branch, self._intents, self.holder)
            done = written.completed if written else (True if intent.written else None)
            said = " ".join(part for part in (said, mover.recover(intent, done)) if part)
            self._intents.clear()
        return said


class History(FileHistory):
    """The turns of a git repository, kept under `refs/agent/`."""

    def __init__(
        self,
        repository: Repository,
        config: Config | None = None,
        *,
        holder: str = "agent",
        wait: float = WAIT_SECONDS,
        waiting: Callable[[str], None] | None = None,
    ) -> None:
        from agent.repo.git import Git
        from agent.repo.history.branch import Branch
        from agent.repo.history.git_store import GitStore

        repository.check_files()
        self.root = repository.root
        self.repository = repository
        self._setup(repository.git_dir, config, holder, wait, waiting)
        git = Git(repository)
        self._store = GitStore(git)
        self._branch = Branch(git, self._state)


def _planned(changes: dict[str, FileChange], before: dict[str, FileState]) -> dict[str, FileState]:
    """The files as they will be; of a new file the mode is not known yet, and is read when it is there."""
    after: dict[str, FileState] = {}
    for path, change in changes.items():
        if change.after is None:
            continue
        mode = change.mode if change.mode is not None else before[path].mode if path in before else 0o100644
        after[path] = FileState(mode if mode >> 12 else 0o100000 | mode, change.after)
    return after
