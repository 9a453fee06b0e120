"""The commit on the person's branch: made with their identity, hooks and signing, beside their index, and taken back.

A commit is made from a copy of the index in which everything but the turn's files is as in HEAD, so that what the
person has staged stays staged and stays out. Afterwards the real index is moved for the turn's files alone.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.errors import InTheWay
from agent.repo.git import Git, GitFailed, raw, text, zsplit
from agent.repo.history.records import FileState
from agent.repo.root import Head

MANY_PATHS = 400
"""Above so many paths git is asked about all files instead: command lines have a limit."""

LOCK_TRIES = 30
LOCK_PAUSE = 0.1
"""How long to wait for an index that another git program has locked, in tries and seconds between them."""


@dataclass(frozen=True)
class Look:
    """The branch and the state of some files at one moment."""

    commit: str
    """HEAD's commit; empty on an unborn branch."""
    head: Head
    unclean: Mapping[str, str]
    """Path → why it cannot be committed as the agent's work alone."""
    staged: frozenset[str]
    """Paths whose index entry differs from HEAD."""
    hidden: frozenset[str]
    """Paths that a sparse checkout leaves out of the work tree."""

    @property
    def no_commit(self) -> str:
        """Why no commit can be made here at all; empty when one can."""
        if self.head.in_progress:
            return f"{self.head.in_progress} is in progress"
        return "HEAD is detached" if self.head.ref is None else ""


@dataclass(frozen=True)
class Committed:
    """What became of a commit."""

    commit: str | None
    note: str = ""


class Branch:
    """The branch that is checked out in one work tree."""

    CHANGED = "has changes of your own that are not committed"
    UNTRACKED = "is not tracked by git"

    def __init__(self, git: Git, state: Path) -> None:
        self._git = git
        self._temp_index = state / "index"

    def look(self, paths: Sequence[str]) -> Look:
        """What may be committed of `paths`, before they are changed. Raises InTheWay."""
        head = self._git.repository.head()
        wanted = set(paths)
        unclean: dict[str, str] = {}
        staged: set[str] = set()
        commit = ""
        fields = iter(zsplit(self._run("status", *_STATUS, *self._limited(paths))))
        for line in fields:
            kind, _, rest = line.partition(" ")
            if line.startswith("# branch.oid "):
                oid = line.removeprefix("# branch.oid ")
                commit = "" if oid == "(initial)" else oid
            elif kind == "1":
                path = line.split(" ", 8)[8]
                if path in wanted:
                    unclean[path] = self.CHANGED
                    if rest[0] != ".":
                        staged.add(path)
            elif kind == "u":
                path = line.split(" ", 10)[10]
                unclean[path] = "has conflicts"
                staged.add(path)
            elif kind == "?" and rest in wanted:
                unclean[rest] = self.UNTRACKED
        special, hidden = self._special(paths)
        unclean.update(special)
        unclean = {path: why for path, why in unclean.items() if path in wanted}
        return Look(commit, head, unclean, frozenset(staged), frozenset(hidden & wanted))

    def commit(self, paths: Sequence[str], message: str, look: Look, *, verify: bool = True) -> Committed:
        """Commit `paths` as they are on disk, and nothing else. `look` was taken before they were changed.

        `verify` runs the hooks `pre-commit` and `commit-msg`. Never raises for what a hook or the signing does: the
        note says it.
        """
        if not self._wait_for_index():
            return Committed(None, "another git program holds the index (.git/index.lock)")
        env = {"GIT_INDEX_FILE": str(self._temp_index)}
        options = () if verify else ("--no-verify",)
        try:
            self._fill_temp_index(paths, look.commit, env)
            if look.commit and self._git.attempt("diff-index", "--cached", "--quiet", "HEAD", "--", env=env)[0] == 0:
                return Committed(None, "git sees no difference in these files")
            status, said = self._git.porcelain("commit", "-q", *options, "-m", message, env=env)
        except GitFailed as error:
            return Committed(None, str(error))
        finally:
            for name in (self._temp_index, self._temp_index.with_name("index.lock")):
                with contextlib.suppress(OSError):
                    name.unlink()
        made = self.tip()
        if status != 0 or made == look.commit:
            return Committed(None, f"`git commit` failed: {_why(said)}")
        ours = self._first_since(look.commit, made)
        if not self.is_ours(ours, look.commit, paths, None):
            why = self._strangers(made, look.commit, paths)
            self._move(made, self._parent(made), "agent: take back a commit of other files")
            return Committed(None, f"it held more than this turn ({why}), so it was taken back")
        return Committed(ours, self.settle_index(paths, look.commit))

    def is_ours(self, commit: str, before: str, paths: Sequence[str], message: str | None) -> bool:
        """Whether a commit is the turn's: on top of `before`, of these files alone, and (where there may be doubt,
        after a crash) with the same subject."""
        if not commit or commit == before or self._strangers(commit, before, paths):
            return False
        if message is None:
            return True
        subject = " ".join(message.strip().split("\n\n")[0].split())
        return " ".join(self._git.line("log", "-1", "--format=%s", commit).split()) == subject

    def is_in(self, commit: str, path: str, state: FileState | None) -> bool:
        """Whether a commit has the file like that, once git's filters have run over it."""
        entry = self._entries(commit, [path]).get(path)
        if entry is None or state is None:
            return entry is None and state is None
        filters = ("--no-filters",) if state.is_link else (f"--path={path}",)
        name = self._git.run("hash-object", *filters, "--stdin", stdin=state.content).decode().strip()
        mode = "120000" if state.is_link else "100755" if state.mode & 0o100 else "100644"
        return entry == f"{mode} {name}"

    def tip(self) -> str:
        """HEAD's commit; empty on an unborn branch."""
        return self._git.line("rev-parse", "-q", "--verify", "HEAD^{commit}")

    def can_drop(self, commit: str, look: Look, paths: Collection[str]) -> bool:
        """Whether the branch can go back over `commit`: it is the tip, nobody else has it, nothing of it is staged."""
        if look.commit != commit or look.no_commit or look.staged & set(paths):
            return False
        if len(self._git.line("rev-list", "--parents", "-n", "1", commit).split()) > 2:
            return False
        holders = text(self._run("for-each-ref", "--format=%(refname)", "--contains", commit)).split("\n")
        others = [ref for ref in holders if ref and ref != look.head.ref and not ref.startswith("refs/agent/")]
        return not others and not self._in_other_worktree(commit)

    def drop(self, commit: str, paths: Sequence[str], why: str) -> str:
        """Move the branch from `commit` to its parent, and the index with it for `paths`. Returns a note."""
        self._move(commit, self._parent(commit), why)
        return self.settle_index(paths, commit)

    def can_restore(self, commit: str, look: Look, paths: Collection[str]) -> bool:
        """Whether the branch can go forward to `commit` again: it is a child of the tip and still there."""
        if look.no_commit or look.staged & set(paths):
            return False
        there = self._git.attempt("cat-file", "-e", commit + "^{commit}")[0] == 0
        return there and self._parent(commit) == look.commit

    def restore(self, commit: str, paths: Sequence[str], why: str) -> str:
        """Move the branch from the parent of `commit` to it, and the index with it for `paths`. Returns a note."""
        before = self._parent(commit)
        self._move(before, commit, why)
        return self.settle_index(paths, before)

    def settle_index(self, paths: Sequence[str], old: str) -> str:
        """Bring the index entries of `paths` from what they are in commit `old` to what they are in HEAD.

        Entries that are neither are the person's, and stay. Returns a note when the index stays locked.
        """
        new = self.tip()
        before, after = self._entries(old, paths), self._entries(new, paths)
        index: dict[str, str] = {}
        for line in zsplit(self._run("ls-files", "-s", "-z", *self._limited(paths))):
            about, _, path = line.partition("\t")
            mode, oid, _ = about.split(" ")
            index[path] = f"{mode} {oid}"
        stale = [p for p in paths if index.get(p) == before.get(p) and before.get(p) != after.get(p)]
        if not stale:
            return ""
        gone = "0" * (len(new or old) or 40)
        lines = [f"0 {gone}\t{path}" for path in stale]  # removed first, so that a file can become a folder
        lines += [f"{after[path]}\t{path}" for path in stale if path in after]
        stdin = b"".join(raw(line) + b"\0" for line in lines)
        for _ in range(LOCK_TRIES):
            status, _, said = self._git.attempt("update-index", "-z", "--index-info", stdin=stdin, write=True)
            if status == 0:
                self._git.attempt("update-index", "-q", "--refresh", write=True)
                return ""
            if "index.lock" not in said:
                return f"the index could not be updated: {_why(said)}"
            time.sleep(LOCK_PAUSE)
        return f"the index is locked by another git program; `git reset -q -- {stale[0]}` brings it up to date"

    def _fill_temp_index(self, paths: Sequence[str], commit: str, env: Mapping[str, str]) -> None:
        index = self._git.repository.git_dir / "index"
        self._temp_index.unlink(missing_ok=True)
        if index.exists():
            shutil.copyfile(index, self._temp_index)  # with what git knows of the files, so that none is read again
        if commit:
            self._git.run("read-tree", "--reset", commit, env=env, write=True)
        else:
            self._git.run("read-tree", "--empty", env=env, write=True)
        stdin = b"".join(raw(path) + b"\0" for path in paths)
        options = ("--add", "--remove", "--replace", "-z", "--stdin")
        self._git.run("update-index", *options, stdin=stdin, env=env, write=True)

    def _first_since(self, before: str, tip: str) -> str:
        """The first commit on top of `before`: a hook may have made more on top of that."""
        wanted = f"{before}..{tip}" if before else tip
        listed = text(self._run("rev-list", "--first-parent", "--max-count=20", wanted, "--")).split()
        return listed[-1] if listed else tip

    def _strangers(self, commit: str, before: str, paths: Sequence[str]) -> str:
        """What is wrong with a commit that should hold `paths` on top of `before`; empty when nothing is."""
        if self._parent(commit) != before:
            return "somebody else had committed meanwhile"
        options = ("-r", "-z", "--name-only", "--no-renames", "--no-commit-id", "--root")
        touched = set(zsplit(self._run("diff-tree", *options, commit)))
        return ", ".join(sorted(touched - set(paths))[:3])

    def _parent(self, commit: str) -> str:
        return self._git.line("rev-parse", "-q", "--verify", f"{commit}^")

    def _move(self, old: str, new: str, why: str) -> None:
        change = ("HEAD", new, old or "0" * len(new)) if new else ("-d", "HEAD", old)
        self._run("update-ref", "-m", why, *change, write=True)

    def _entries(self, commit: str, paths: Sequence[str]) -> dict[str, str]:
        """Path → mode and object name, as in a commit."""
        if not commit:
            return {}
        limited = paths if len(paths) <= MANY_PATHS else ()
        found: dict[str, str] = {}
        for line in zsplit(self._run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *limited)):
            about, _, path = line.partition("\t")
            mode, _, oid = about.split(" ")
            found[path] = f"{mode} {oid}"
        return found

    def _special(self, paths: Sequence[str]) -> tuple[dict[str, str], set[str]]:
        """Files that `status` says nothing about: ignored ones, those that git was told not to look at, hidden ones."""
        found: dict[str, str] = {}
        hidden: set[str] = set()
        tracked: set[str] = set()
        for line in zsplit(self._run("ls-files", "-v", "-z", *self._limited(paths))):
            tag, path = line[0], line[2:]
            tracked.add(path)
            if tag in "Ss":
                hidden.add(path)
            if tag.islower() or tag == "S":
                found[path] = "is marked as unchanged or left out (`git ls-files -v`)"
        others = [path for path in paths if path not in tracked]
        if others:
            found.update(dict.fromkeys(self._git.ignored(others), "is ignored by git"))
        return found, hidden

    def _in_other_worktree(self, commit: str) -> bool:
        listed = zsplit(self._run("worktree", "list", "--porcelain", "-z"))
        starts = [at for at, line in enumerate(listed) if line.startswith("worktree ")]
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(listed)], strict=True)):
            here = self._git.repository.is_worktree
            mine = listed[start] == f"worktree {self._git.repository.root}" if here else number == 0
            if not mine and f"HEAD {commit}" in listed[start:end]:
                return True
        return False

    def _wait_for_index(self) -> bool:
        lock = self._git.repository.git_dir / "index.lock"
        for _ in range(LOCK_TRIES):
            if not lock.exists():
                return True
            time.sleep(LOCK_PAUSE)
        return False

    def _limited(self, paths: Sequence[str]) -> tuple[str, ...]:
        return ("--", *paths) if len(paths) <= MANY_PATHS else ()

    def _run(self, *args: str, write: bool = False) -> bytes:
        try:
            return self._git.run(*args, write=write)
        except GitFailed as error:
            raise InTheWay(f"git is in the way: {error}.", "`git status` shows more.") from None


_STATUS = (
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-renames",
    "--no-ahead-behind",
    "--untracked-files=all",
    "--ignore-submodules=all",
)


def _why(said: str) -> str:
    """The first line that a person can use."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (telling or lines or ["it did not say why"])[0]
