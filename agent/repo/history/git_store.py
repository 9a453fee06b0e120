"""Turns as commit objects under `refs/agent/`: the tree before the turn, and on top of it the tree after.

The trees hold the touched files only, as the bytes on disk (no filter runs), so that undo is exact for files that
are dirty, untracked, ignored or kept elsewhere by a filter. What a tree cannot say is in the message as JSON. One
`git fast-import` writes all objects and the reference.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from agent.errors import InTheWay
from agent.repo.git import Git, GitFailed, raw, text, zsplit
from agent.repo.history.records import FileState, States, TurnRecord, from_json, to_json

_MARK = "agent-turn: "
_WHO = b"agent <agent@localhost>"


@dataclass(frozen=True)
class _Stored:
    record: TurnRecord
    before: str
    """The commit whose tree is the files before."""
    tree: str
    """The tree after."""


class GitStore:
    """A `Store` in the repository itself. Each worktree has its own turns."""

    def __init__(self, git: Git) -> None:
        self._git = git
        repository = git.repository
        place = f"worktrees/{repository.git_dir.name}/" if repository.is_worktree else ""
        self.prefix = f"refs/agent/{place}turns/"

    def add(self, record: TurnRecord, before: States, after: States) -> None:
        """Keep a new turn."""
        ref = raw(self._ref(record.turn))
        self._import(
            [
                *_commit(ref, record.when, f"Before turn {record.turn}", _files(before)),
                *_commit(ref, record.when, _message(record), [b"deleteall\n", *_files(after)]),
            ]
        )

    def update(self, record: TurnRecord, after: States | None = None) -> None:
        """Replace the turn's commit by one that says what is known now."""
        stored = self._stored(record.turn)
        start = b"from " + stored.before.encode() + b"\n"
        if after is None:
            files = [b'M 040000 %s ""\n' % stored.tree.encode()]
        else:
            files = [b"deleteall\n", *_files(after)]
        self._import(_commit(raw(self._ref(record.turn)), record.when, _message(record), [start, *files]), "--force")

    def records(self) -> list[TurnRecord]:
        """All turns, newest first."""
        return [stored.record for stored in self._list(self.prefix)]

    def states(self, turn: int) -> tuple[States, States]:
        """The files before and after a turn, with their full modes."""
        stored = self._stored(turn)
        trees = (self._tree(stored.before), self._tree(stored.tree))
        blobs = self._blobs([blob for tree in trees for _, blob in tree.values()])
        modes = dict(zip(stored.record.files, stored.record.modes, strict=False))
        found: list[dict[str, FileState]] = []
        for side, tree in enumerate(trees):
            states: dict[str, FileState] = {}
            for path, (mode, blob) in tree.items():
                known = modes[path][side] if path in modes else None
                states[path] = FileState(mode if known is None else known, blobs[blob])
            found.append(states)
        return found[0], found[1]

    def diff(self, turn: int) -> str:
        """The turn as a unified diff with git's headers. Bytes that are no UTF-8 are surrogates, so none is lost."""
        stored = self._stored(turn)
        options = ("-r", "-p", "-M", "--no-ext-diff", "--no-textconv", "--no-color")
        return self._run("diff-tree", *options, stored.before, self._ref(turn)).decode("utf-8", "surrogateescape")

    def remove(self, turns: Sequence[int]) -> None:
        """Delete the references; git's own collection frees the space."""
        lines = "".join(f"delete {self._ref(turn)}\n" for turn in turns)
        self._run("update-ref", "--stdin", stdin=lines.encode(), write=True)

    def remove_orphans(self, before: float) -> int:
        """Delete the turns, older than a time, of worktrees that are not there any more. Returns how many."""
        place = "refs/agent/worktrees/"
        listed = text(self._run("for-each-ref", "--format=%(committerdate:unix) %(refname)", place)).split("\n")
        gone: list[str] = []
        for line in filter(None, listed):
            when, _, ref = line.partition(" ")
            worktree = self._git.repository.common_dir / "worktrees" / ref.removeprefix(place).split("/")[0]
            if int(when or 0) < before and not worktree.exists():
                gone.append(f"delete {ref}\n")
        if gone:
            self._run("update-ref", "--stdin", stdin="".join(gone).encode(), write=True)
        return len(gone)

    def _ref(self, turn: int) -> str:
        return f"{self.prefix}{turn:06d}"

    def _stored(self, turn: int) -> _Stored:
        found = self._list(self._ref(turn))
        if not found:
            raise InTheWay(f"The record of turn {turn} cannot be read.", f"git show {self._ref(turn)} may say more.")
        return found[0]

    def _list(self, pattern: str) -> list[_Stored]:
        form = "%(parent)%00%(tree)%00%(contents)%00"
        options = ("-c", "i18n.logOutputEncoding=UTF-8")
        output = self._run(*options, "for-each-ref", "--sort=-refname", f"--format={form}", pattern)
        fields = output.split(b"\0")
        found: list[_Stored] = []
        for at in range(0, len(fields) - 3, 3):
            parent, tree, contents = (text(field).lstrip("\n") for field in fields[at : at + 3])
            _, mark, data = contents.rpartition(_MARK)
            try:
                if mark:
                    found.append(_Stored(from_json(json.loads(data)), parent.split(" ")[0], tree))
            except (ValueError, TypeError, KeyError):
                continue  # somebody else's reference under our name: not ours to judge
        return found

    def _tree(self, tree: str) -> dict[str, tuple[int, str]]:
        entries: dict[str, tuple[int, str]] = {}
        for line in zsplit(self._run("ls-tree", "-r", "-z", "--full-tree", tree)):
            about, _, path = line.partition("\t")
            mode, _, blob = about.split(" ")
            entries[path] = (int(mode, 8), blob)
        return entries

    def _blobs(self, names: Sequence[str]) -> dict[str, bytes]:
        wanted = list(dict.fromkeys(names))
        output = self._run("cat-file", "--batch", stdin="".join(name + "\n" for name in wanted).encode())
        found: dict[str, bytes] = {}
        at = 0
        for name in wanted:
            end = output.index(b"\n", at)
            words = output[at:end].split(b" ")
            if len(words) != 3:
                raise InTheWay(
                    f"The recorded content {name} is not there any more.", "`git fsck` shows what is missing."
                )
            size = int(words[2])
            found[name] = output[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found

    def _import(self, stream: Sequence[bytes], *options: str) -> None:
        self._run("fast-import", "--quiet", "--done", *options, stdin=b"".join([*stream, b"done\n"]), write=True)

    def _run(self, *args: str, stdin: bytes | None = None, write: bool = False) -> bytes:
        try:
            return self._git.run(*args, stdin=stdin, write=write)
        except GitFailed as error:
            raise InTheWay(f"The turn's record cannot be used: {error}.", "`git fsck` shows what is wrong.") from None


def _message(record: TurnRecord) -> str:
    subject = " ".join(record.message.split()) or record.tool
    asked = f"\n\n{record.request}" if record.request else ""
    return f"Turn {record.turn}: {subject}{asked}\n\n{_MARK}{json.dumps(to_json(record))}".replace("\0", " ")


def _commit(ref: bytes, when: int, message: str, body: Sequence[bytes]) -> list[bytes]:
    data = raw(message)
    head = b"commit %s\ncommitter %s %d +0000\ndata %d\n%s\n" % (ref, _WHO, when, len(data), data)
    return [head, *body, b"\n"]


def _files(states: States) -> list[bytes]:
    lines: list[bytes] = []
    for path, state in states.items():
        mode = b"120000" if state.is_link else b"100755" if state.mode & 0o100 else b"100644"
        lines.append(b"M %s inline %s\ndata %d\n" % (mode, _quoted(path), len(state.content)))
        lines.append(state.content + b"\n")
    return lines


def _quoted(path: str) -> bytes:
    return b'"' + raw(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
