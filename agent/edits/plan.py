"""All edits of a reply placed in their files: what to write if it is all accepted, and what became of each edit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from agent.edits.encoding import Decoded, NotText, decode, encode
from agent.edits.paths import Resolved, Unresolved, resolve
from agent.edits.placing import Placed, place_all
from agent.edits.source import FileSource
from agent.edits.types import Candidate, Edit, FileChange, GateResult, Outcome, Plan

LARGEST = 8 * 1024 * 1024
"""Bytes of a file that is still edited."""

_MOST_TRIED = 24
"""Edits of one file up to which each is tried alone, to find the one that breaks the syntax."""


@dataclass
class _File:
    """The edits of one file, gathered."""

    path: str
    origin: str
    """Where its present content is: another path when it is moved here."""
    numbers: list[int] = field(default_factory=list)
    moved: int | None = None
    deleted: int | None = None


def plan_edits(
    edits: Sequence[Edit],
    source: FileSource,
    *,
    named: Collection[str] = (),
    mend: bool = True,
    requires_python: str | None = None,
    adding: bool = False,
) -> Plan:
    """Place every edit and pass every changed file through the syntax gate.

    `named` are the files that the request names; `mend` lets the gate mend a cheap slip; `requires_python` is the
    project's own specifier; `adding` says that the request asks for something new, so that definitions which a file has
    not are put behind its own. The outcomes are in the order of the edits. Pure but for reading through `source`.
    Raises `agent.errors.InTheWay` when the system refuses to read a file.
    """
    return _Planner(edits, source, named, mend, requires_python, adding).run()


class _Planner:
    def __init__(
        self,
        edits: Sequence[Edit],
        source: FileSource,
        named: Collection[str],
        mend: bool,
        requires_python: str | None,
        adding: bool,
    ) -> None:
        self.edits = list(edits)
        self.source = source
        self.named = tuple(named)
        self.mend = mend
        self.requires_python = requires_python
        self.adding = adding
        self.outcomes: dict[int, Outcome] = {}
        self.files: dict[str, _File] = {}
        self.changes: list[FileChange] = []

    def run(self) -> Plan:
        for number, edit in enumerate(self.edits):
            self._address(number, edit)
        for file in list(self.files.values()):
            self._plan_file(file)
        return Plan(tuple(self.changes), tuple(self.outcomes[number] for number in range(len(self.edits))))

    # -- which file --

    def _refuse(
        self,
        number: int,
        reason: str,
        *,
        path: str = "",
        candidates: tuple[Candidate, ...] = (),
        how: str = "",
        lines: tuple[int, int] = (0, 0),
        gate: GateResult | None = None,
    ) -> None:
        self.outcomes[number] = Outcome(
            self.edits[number], "refused", path, how, lines[0], lines[1], reason, candidates, gate
        )

    def _address(self, number: int, edit: Edit) -> None:
        if edit.flaw:
            self._refuse(number, edit.flaw, path=self._quiet_path(edit))
            return
        found = self._resolve(edit)
        if isinstance(found, Unresolved):
            candidates = tuple(Candidate(path, 0, 0, "", 0.0) for path in found.candidates)
            self._refuse(number, found.reason, candidates=candidates)
            return
        if edit.kind == "move":
            self._address_move(number, edit, found)
            return
        file = self.files.setdefault(found.path, _File(found.path, found.path))
        if edit.kind == "delete":
            file.deleted = number
        file.numbers.append(number)

    def _quiet_path(self, edit: Edit) -> str:
        found = self._resolve(edit)
        return found.path if isinstance(found, Resolved) else ""

    def _resolve(self, edit: Edit) -> Resolved | Unresolved:
        raw = edit.path
        if raw is None:
            return self._place_of(edit)
        moved = [file for file in self.files.values() if file.moved is not None]
        for file in moved:
            if raw in (file.path, self.edits[file.moved or 0].move_to):
                return Resolved(file.path, True)
            if raw in (file.origin, self.edits[file.moved or 0].path):
                return Resolved(file.path, True)
        new = edit.kind == "write" or (edit.kind == "replace" and not edit.old.strip() and not edit.at)
        if edit.kind == "delete":
            new = True
        found = resolve(raw, self.source, named=self.named, new=new)
        if edit.other_path and (isinstance(found, Unresolved) or not found.exists):
            other = resolve(edit.other_path, self.source, named=self.named)
            if isinstance(other, Resolved):
                return other
        return found

    def _place_of(self, edit: Edit) -> Resolved | Unresolved:
        """The file of an edit that names none: the one named file that holds its text."""
        named = [found.path for path in self.named if isinstance(found := resolve(path, self.source), Resolved)]
        if len(named) == 1 and edit.kind != "move":
            return Resolved(named[0], True, "named")
        if edit.kind == "replace" and edit.old.strip():
            holding = [path for path in named if self._holds(path, edit.old)]
            if len(holding) == 1:
                return Resolved(holding[0], True, "named")
        return Unresolved("The block names no file.", tuple(named[:5]))

    def _holds(self, path: str, old: str) -> bool:
        data = self.source.read(path)
        if data is None:
            return False
        try:
            return old.strip("\n") in decode(data).text.replace("\r\n", "\n")
        except NotText:
            return False

    def _address_move(self, number: int, edit: Edit, found: Resolved) -> None:
        goal = resolve(edit.move_to, self.source, new=True)
        if isinstance(goal, Unresolved):
            self._refuse(number, goal.reason, path=found.path)
            return
        if goal.path == found.path:
            self.outcomes[number] = Outcome(edit, "already", goal.path, "already")
            return
        if goal.exists and not self._same_file(goal.path, found.path):
            self._refuse(number, f"{goal.path} exists already, so {found.path} cannot be moved there.", path=found.path)
            return
        before = self.files.pop(found.path, None)
        file = _File(goal.path, found.path, before.numbers if before else [], number)
        self.files[goal.path] = file

    def _same_file(self, first: str, second: str) -> bool:
        return not self.source.case_sensitive and first.lower() == second.lower()

    # -- one file --

    def _plan_file(self, file: _File) -> None:
        before = self.source.read(file.origin)
        if file.deleted is not None:
            self._plan_delete(file, before)
            return
        try:
            if before is not None and len(before) > LARGEST:
                raise NotText(f"it has {len(before):,} bytes, and files above {LARGEST:,} are not edited")
            decoded = decode(before) if before is not None else Decoded("", "utf-8")
        except NotText as error:
            if file.numbers:
                for number in file.numbers:
                    self._refuse(number, f"{file.origin} is not edited: {error}.", path=file.path)
                if file.moved is not None:
                    self._refuse(file.moved, "The edits of the moved file were refused.", path=file.path)
                return
            decoded = None
        if decoded is None:
            self._change(file, before, before, None)
            return
        text, placed = self._place(file, decoded, before)
        self._conclude(file, before, decoded, text, placed)

    def _place(self, file: _File, decoded: Decoded, before: bytes | None) -> tuple[str, list[Placed]]:
        from agent.edits.whole import place_whole

        edits = [self.edits[number] for number in file.numbers]
        replaces = [edit for edit in edits if edit.kind == "replace"]
        if len(replaces) == len(edits) and before is not None and not _makes_file(edits, decoded.text):
            return place_all(edits, decoded.text, file.path)
        return place_whole(edits, decoded.text, file.path, exists=before is not None, adding=self.adding)

    def _plan_delete(self, file: _File, before: bytes | None) -> None:
        for number in file.numbers:
            if number == file.deleted or self.edits[number].kind == "delete":
                status = "located" if before is not None else "already"
                how = "exact" if before is not None else "already"
                self.outcomes[number] = Outcome(self.edits[number], status, file.origin, how)  # type: ignore[arg-type]
            else:
                self._refuse(number, f"{file.path} is deleted by another edit of the same reply.", path=file.path)
        if file.moved is not None:
            self._refuse(file.moved, f"{file.origin} is deleted by another edit of the same reply.", path=file.origin)
            return
        if before is not None:
            self.changes.append(FileChange(file.origin, before, None))

    def _conclude(
        self, file: _File, before: bytes | None, decoded: Decoded, text: str, placed: Sequence[Placed]
    ) -> None:
        try:
            after: bytes | None = before if before is not None and text == decoded.text else encode(decoded, text)
        except UnicodeEncodeError as error:
            reason = f"The file is in {decoded.encoding}, which has no {error.object[error.start]!r}."
            placed = [
                replace(one, status="refused", reason=reason) if one.status == "located" else one for one in placed
            ]
            after = before
        located = any(one.status == "located" for one in placed)
        gate: GateResult | None = None
        innocent: set[int] = set()
        if located and after is not None and after != before:
            gate, after = self._gate(file, before, after, decoded)
            if not gate.ok and len(file.numbers) > 1:
                innocent = self._innocent(file, decoded, before)
        for number, one in zip(file.numbers, placed, strict=False):
            status, reason = one.status, one.reason
            if gate is not None and not gate.ok and status == "located" and number not in innocent:
                status, reason = "refused", _gate_reason(gate)
            self.outcomes[number] = Outcome(
                self.edits[number],
                status,
                file.path,
                one.how,
                one.start_line,
                one.end_line,
                reason,
                one.candidates,
                gate if one.status == "located" else None,
            )
        if gate is not None and not gate.ok:
            if file.moved is not None:
                self._refuse(file.moved, "The edits of the moved file were refused.", path=file.path)
            return
        mode = next((self.edits[n].mode for n in file.numbers if self.edits[n].mode is not None), None)
        if located and (after != before or mode is not None):
            self._change(file, before, after, mode)
        elif file.moved is not None:
            self._change(file, before, before, mode)

    def _gate(self, file: _File, before: bytes | None, after: bytes, decoded: Decoded) -> tuple[GateResult, bytes]:
        """The verdict on the changed file, and its bytes, mended where the gate knows how."""
        from agent.edits.gate import check

        if decoded.encoding != "utf-8":
            # The parsers read UTF-8.
            plain = decoded.text.encode() if before is not None else None
            return check(
                file.path, plain, _text_of(decoded, after).encode(), requires_python=self.requires_python
            ), after
        result = check(file.path, before, after, requires_python=self.requires_python)
        if not result.ok and self.mend:
            from agent.edits.gate.mend import mend

            mended = mend(file.path, before, after)
            if mended is not None:
                return GateResult(True, True, result.language, (), mended[1]), mended[0]
        return result, after

    def _innocent(self, file: _File, decoded: Decoded, before: bytes | None) -> set[int]:
        """Of the edits of a file that the gate refuses, those that alone would pass: not theirs is the error."""
        from agent.edits.gate import check

        numbers = [number for number in file.numbers if self.edits[number].kind == "replace" and self.edits[number].old]
        if len(numbers) != len(file.numbers) or len(numbers) > _MOST_TRIED or before is None:
            return set()
        passing: set[int] = set()
        for number in numbers:
            text, placed = place_all([self.edits[number]], decoded.text, file.path)
            if placed[0].status != "located":
                continue
            alone = check(file.path, decoded.text.encode(), text.encode(), requires_python=self.requires_python)
            if alone.ok:
                passing.add(number)
        return passing if len(passing) < len(numbers) else set()

    def _change(self, file: _File, before: bytes | None, after: bytes | None, mode: int | None) -> None:
        if file.moved is not None:
            self.outcomes[file.moved] = Outcome(self.edits[file.moved], "located", file.origin, "exact")
            self.changes.append(FileChange(file.origin, before, None))
            self.changes.append(FileChange(file.path, None, after, mode))
        else:
            self.changes.append(FileChange(file.path, before, after, mode))


def _text_of(decoded: Decoded, data: bytes) -> str:
    return data[len(decoded.bom) :].decode(decoded.encoding)


def _makes_file(edits: Sequence[Edit], text: str) -> bool:
    """One edit gives the whole content: an empty text to find, without a place."""
    return any(not edit.old.strip() and not edit.at and edit.line_hint is None and edit.mode is None for edit in edits)


def _gate_reason(gate: GateResult) -> str:
    if not gate.problems:
        return f"It would leave a syntax error ({gate.language})."
    first = gate.problems[0]
    more = f" and {len(gate.problems) - 1} more" if len(gate.problems) > 1 else ""
    return f"It would leave a syntax error in line {first.line}: {first.message}{more}."
