"""The data of the edit pipeline: reply text → Edit → Outcome and FileChange. No function here touches the disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EditKind = Literal["replace", "write", "symbol", "delete", "move"]
Status = Literal["located", "already", "refused"]
Naming = Literal["stated", "prose", "request", "none"]


@dataclass(frozen=True)
class Edit:
    """One change as a reply states it, not yet placed in any file."""

    kind: EditKind
    path: str | None
    """As written in the reply; None when the reply named no file."""
    old: str = ""
    """`replace`: the text to find. Empty with kind `replace` means: a new file."""
    new: str = ""
    """`replace`, `write`, `symbol`: the text to put there."""
    symbol: str = ""
    """`symbol`: the name of the function or class that `new` is the whole of. Otherwise a hint for the location."""
    move_to: str = ""
    """`move`: the new path."""
    line_hint: int | None = None
    """1-based line number that a diff header claims; only used to tell equal places apart when it is exact."""
    format: str = ""
    """The syntax it was written in: `search-replace`, `whole-file`, `diff`, `patch`, `json`, `symbol`."""
    span: tuple[int, int] = (0, 0)
    """Where the block stands in the reply, in characters."""
    anchors: tuple[str, ...] = ()
    """Lines that a patch names as standing above the place (`@@ class A`), outermost first."""
    alternatives: tuple[tuple[str, str], ...] = ()
    """Other readings of the block as (old, new), where a marker line occurs in the content too."""
    at: Literal["", "start", "end"] = ""
    """`replace`: the place is that end of the file. With an empty `old` the text is added there."""
    every: bool = False
    """`replace`: every occurrence is meant, not one."""
    mode: int | None = None
    """New permission bits, where a diff states them."""
    eof_newline: bool | None = None
    """What a diff says of the newline at the end of the changed file; None when it says nothing."""
    naming: Naming = "stated"
    """Where the path comes from: stated for the block, the prose above it, the request's one target, nowhere."""
    other_path: str = ""
    """The other side's path of a diff whose two headers differ without saying that it renames."""
    flaw: str = ""
    """Why the block cannot be applied as it is written, in one sentence; such an edit is refused."""


@dataclass(frozen=True)
class Candidate:
    """A place that an edit that could not be placed may have meant."""

    path: str
    start_line: int
    end_line: int
    text: str
    """The file's real lines, exactly."""
    similarity: float
    """0 to 1."""


@dataclass(frozen=True)
class Problem:
    """One syntax error, 1-based line and column."""

    path: str
    line: int
    column: int
    message: str
    text: str = ""
    """The offending line as it would be."""


@dataclass(frozen=True)
class GateResult:
    """The syntax gate's verdict on one file."""

    ok: bool
    checked: bool
    """False where there is no parser for the language: the person is told that nobody checked."""
    language: str = ""
    problems: tuple[Problem, ...] = ()
    """The *new* errors, those that the file did not have before."""
    mended: str = ""
    """What was mended in the reply (one cheap slip), in words; empty when nothing was."""


@dataclass(frozen=True)
class Outcome:
    """What became of one edit."""

    edit: Edit
    status: Status
    path: str = ""
    """Relative to the root, POSIX separators; empty when the path could not be resolved."""
    how: str = ""
    """The step that placed it: `exact`, `whitespace`, `indent`, `blank-lines`, `unicode`, `escapes`, `elision`,
    `nearest`, `symbol`, `whole-file`, `new-file`."""
    start_line: int = 0
    end_line: int = 0
    """1-based, inclusive, in the file as it was; 0 for a new file."""
    reason: str = ""
    """Why it was refused, in one sentence."""
    candidates: tuple[Candidate, ...] = ()
    gate: GateResult | None = None


@dataclass(frozen=True)
class FileChange:
    """A file as it was and as it shall be, in bytes. The unit of the transaction."""

    path: str
    """Relative to the root, POSIX separators."""
    before: bytes | None
    """None: it does not exist."""
    after: bytes | None
    """None: it shall not exist."""
    mode: int | None = None
    """New permission bits; None keeps those it has (0o644 for a new file)."""


@dataclass(frozen=True)
class Plan:
    """The result of placing all edits of a reply: what to write if it is all accepted, and what became of each edit."""

    changes: tuple[FileChange, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The edits that could not be placed or did not pass the gate."""
        return tuple(o for o in self.outcomes if o.status == "refused")

    @property
    def ok(self) -> bool:
        """Every edit is placed (or was there already)."""
        return bool(self.outcomes) and not self.refused
