"""All edits of one file, placed against the same original, and the text that they make of it together."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.edits.locate import FileText, Located, Miss, locate
from agent.edits.locate.symbols import Symbol
from agent.edits.locate.text import split
from agent.edits.types import Candidate, Edit, Status


@dataclass(frozen=True)
class Placed:
    """What became of one edit within its file."""

    edit: Edit
    status: Status
    how: str = ""
    start_line: int = 0
    end_line: int = 0
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()
    span: tuple[int, int, str] | None = None
    """The part of the original that changes and its new text; None for an edit placed in another edit's result."""


@dataclass
class _Work:
    file: FileText
    path: str
    spans: list[tuple[int, int, int, str]] = field(default_factory=list)
    """(start, end, number of the edit, new text), ordered, not overlapping."""
    placed: dict[int, Placed] = field(default_factory=dict)


def place_all(
    edits: Sequence[Edit], text: str, path: str, *, symbols: Sequence[Symbol] | None = None
) -> tuple[str, list[Placed]]:
    """Place `replace` edits in one text; the text with all those that found their place, and what became of each.

    Every edit is located in the original. One that finds nothing there, or overlaps another, is tried in the result
    of the others, with the strict steps only. Linear in the text for any number of edits that are placed at once.
    """
    work = _Work(FileText(text), path)
    late: list[int] = []
    first_seen: dict[tuple[str, str, bool, int | None, tuple[str, ...]], int] = {}
    bounds = _bounds(edits)
    for number, edit in enumerate(edits):
        key = (edit.old, edit.new, edit.every, edit.line_hint, edit.anchors)
        if key in first_seen and edit.old:
            late_twin = first_seen[key]
            work.placed[number] = Placed(edit, "already", "duplicate", reason=f"The same as edit {late_twin + 1}.")
            continue
        first_seen[key] = number
        _place_one(work, number, edit, symbols, late, bounds)
    result = _apply(text, work.spans)
    if late:
        result = _place_late(work, late, edits, result)
    _finish_twins(work, edits)
    breaks = ("\n", "\r")
    silent = all(edit.eof_newline is None for edit in edits)
    if silent and result != text and text and not text.endswith(breaks) and result.endswith(breaks):
        # The last line went, and the file keeps its way of ending.
        result = result[:-2] if result.endswith("\r\n") else result[:-1]
    return result, [work.placed[number] for number in range(len(edits))]


def _bounds(edits: Sequence[Edit]) -> bool:
    """Whether the edits are the hunks of one diff or patch, which stand in the order of the file."""
    return len(edits) > 1 and all(edit.format in ("diff", "patch") for edit in edits)


def _place_one(
    work: _Work, number: int, edit: Edit, symbols: Sequence[Symbol] | None, late: list[int], ordered: bool
) -> None:
    file = work.file
    if edit.every:
        _place_every(work, number, edit)
        return
    if not edit.old.strip() and not edit.old:
        _place_without_text(work, number, edit)
        return
    found = locate(edit, file, symbols=symbols, path=work.path)
    if isinstance(found, Miss) and found.ambiguous and ordered:
        within = (file.line_at(work.spans[-1][1]) if work.spans else 0, len(file.lines))
        found = locate(edit, file, symbols=symbols, path=work.path, within=within)
    if isinstance(found, Miss):
        if not found.ambiguous and (there := _already(edit, file)) is not None:
            work.placed[number] = Placed(edit, "already", "already", *there)
            return
        work.placed[number] = Placed(edit, "refused", reason=found.reason, candidates=found.candidates)
        if not found.ambiguous:
            late.append(number)
        return
    if _is_there(edit, file, found):
        work.placed[number] = Placed(edit, "already", "already", found.start_line, found.end_line)
        return
    span = _trim(file.text, found)
    if span[0] == span[1] and not span[2]:
        work.placed[number] = Placed(edit, "already", found.how, found.start_line, found.end_line)
        return
    clash = _clash(work.spans, span)
    if clash is not None:
        work.placed[number] = Placed(
            edit,
            "refused",
            found.how,
            found.start_line,
            found.end_line,
            reason=f"It changes lines that edit {clash + 1} changes too.",
        )
        late.append(number)
        return
    insort(work.spans, (span[0], span[1], number, span[2]))
    work.placed[number] = Placed(edit, "located", found.how, found.start_line, found.end_line, span=span)


def _trim(text: str, found: Located) -> tuple[int, int, str]:
    """The changed lines alone: what old and new have in common at either end is left out, by whole lines."""
    old, new = text[found.start : found.end], found.new
    limit = min(len(old), len(new))
    head = _common(old, new, limit)
    head = old.rfind("\n", 0, head) + 1
    tail = _common(old[::-1], new[::-1], limit - head)
    if tail:
        # The common tail must begin at a line start on both sides.
        kept = old[len(old) - tail :]
        cut = kept.find("\n") + 1
        at_line = len(old) - tail == 0 or old[len(old) - tail - 1] == "\n"
        new_at_line = len(new) - tail == 0 or new[len(new) - tail - 1] == "\n"
        if not (at_line and new_at_line):
            tail = tail - cut if cut else 0
    return found.start + head, found.end - tail, new[head : len(new) - tail]


def _common(left: str, right: str, limit: int) -> int:
    """The length of the common beginning, found by halving."""
    if left[:limit] == right[:limit]:
        return limit
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if left[:middle] == right[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _clash(spans: list[tuple[int, int, int, str]], span: tuple[int, int, str]) -> int | None:
    """The number of an edit whose span overlaps; touching, and two insertions at one place, are no overlap."""
    from bisect import bisect_left

    start, end, _ = span
    at = bisect_left(spans, (start, start, -1, ""))
    for other in spans[max(at - 1, 0) : at + 2]:
        if other[0] < end and start < other[1]:
            return other[2]
        if start == end and other[0] < start < other[1]:
            return other[2]
    return None


def _apply(text: str, spans: list[tuple[int, int, int, str]]) -> str:
    pieces: list[str] = []
    cursor = 0
    for start, end, _, new in spans:
        pieces.append(text[cursor:start])
        pieces.append(new)
        cursor = end
    pieces.append(text[cursor:])
    return "".join(pieces)


def _place_every(work: _Work, number: int, edit: Edit) -> None:
    file = work.file
    old, new = edit.old.replace("\r\n", "\n"), edit.new.replace("\r\n", "\n")
    if not old.strip():
        work.placed[number] = Placed(edit, "refused", reason="It replaces every occurrence of nothing.")
        return
    places: list[int] = []
    position = file.flat.find(old)
    while position >= 0:
        places.append(position)
        position = file.flat.find(old, position + len(old))
    if not places:
        known = bool(new.strip()) and new in file.flat
        status: Status = "already" if known else "refused"
        work.placed[number] = Placed(
            edit, status, "already" if known else "", reason="" if known else "The text to find is not in the file."
        )
        return
    spans = [
        (file.from_flat(place), file.from_flat(place + len(old)), number, new.replace("\n", file.newline))
        for place in places
    ]
    for span in spans:
        clash = _clash(work.spans, (span[0], span[1], span[3]))
        if clash is not None:
            work.placed[number] = Placed(edit, "refused", reason=f"It changes lines that edit {clash + 1} changes too.")
            return
    for span in spans:
        insort(work.spans, span)
    first, last = file.line_at(spans[0][0]) + 1, file.line_at(max(spans[-1][1] - 1, 0)) + 1
    work.placed[number] = Placed(edit, "located", "exact", first, last, span=(spans[0][0], spans[0][1], spans[0][3]))


def _place_without_text(work: _Work, number: int, edit: Edit) -> None:
    """An addition at the start, the end, or after a line that a diff without context states."""
    file = work.file
    lines = split(edit.new)[0]
    if not lines:
        # Only the permissions change.
        work.placed[number] = Placed(edit, "located" if edit.mode is not None else "already", "exact")
        return
    if file.flat.strip() and file.exact.find(lines, 1) and _at_edge(edit, file, lines):
        work.placed[number] = Placed(edit, "already", "already")
        return
    text = "".join(line + file.newline for line in lines)
    if edit.at == "start" or (edit.at == "" and edit.line_hint == 0):
        at, line = 0, 1
    elif edit.at == "end":
        at, line = len(file.text), len(file.lines)
        if file.ends and not file.ends[-1] and file.lines:
            text = file.newline + text[: -len(file.newline)]
    elif edit.line_hint is not None and edit.line_hint <= len(file.lines):
        at, line = file.starts[edit.line_hint], edit.line_hint
        if edit.line_hint == len(file.lines) and not file.ends[-1]:
            text = file.newline + text[: -len(file.newline)]
    else:
        reason = "It adds lines to a file that is there already, without saying where."
        work.placed[number] = Placed(edit, "refused", reason=reason)
        return
    insort(work.spans, (at, at, number, text))
    work.placed[number] = Placed(edit, "located", "exact", line, line, span=(at, at, text))


def _at_edge(edit: Edit, file: FileText, lines: Sequence[str]) -> bool:
    if edit.at == "end":
        return file.lines[-len(lines) :] == list(lines)
    if edit.at == "start":
        return file.lines[: len(lines)] == list(lines)
    return edit.line_hint is not None and file.lines[edit.line_hint : edit.line_hint + len(lines)] == list(lines)


def _already(edit: Edit, file: FileText) -> tuple[int, int] | None:
    """Where the replacement stands in the file whose text to find is gone; None when that is not sure."""
    new = list(split(edit.new)[0])
    while new and not new[0].strip():
        new = new[1:]
    while new and not new[-1].strip():
        new = new[:-1]
    filled = [line for line in new if line.strip()]
    old = {line.strip() for line in split(edit.old)[0]}
    told = [line for line in filled if line.strip() not in old]
    if sum(len(line.strip()) for line in told) < 4:
        # Nothing of its own to recognise it by.
        return None
    found = file.trailing.find(new, 2)
    if len(found) != 1:
        return None
    return found[0] + 1, found[0] + len(new)


def _is_there(edit: Edit, file: FileText, found: Located) -> bool:
    """The text to find is found inside the replacement that was made before (an addition made twice)."""
    old, new = split(edit.old)[0], split(edit.new)[0]
    if not old or (len(new) <= len(old) and _holds_at(edit, file, found)):
        return bool(old)
    if len(new) <= len(old):
        return False
    inside = [index for index in range(len(new) - len(old) + 1) if new[index : index + len(old)] == old]
    if not inside:
        return False
    first = found.start_line - 1
    for index in inside:
        start = first - index
        if start >= 0 and [line.rstrip() for line in file.lines[start : start + len(new)]] == [
            line.rstrip() for line in new
        ]:
            return True
    return False


def _holds_at(edit: Edit, file: FileText, found: Located) -> bool:
    """The characters of the replacement stand around the place already, the text to find among them."""
    old, new = edit.old.rstrip("\n"), edit.new.rstrip("\n")
    inside = new.find(old)
    if inside < 0 or old == new:
        return False
    line = file.line_at(found.start)
    start = file.flat_starts[line] + found.start - file.starts[line] - inside
    return start >= 0 and file.flat[start : start + len(new)] == new


_STRICT = frozenset({"exact", "whitespace", "indent", "blank-lines"})


def _place_late(work: _Work, late: Sequence[int], edits: Sequence[Edit], result: str) -> str:
    """Edits that were not found in the original: tried in the result of the others, one after the other."""
    file = FileText(result)
    for number in late:
        edit = edits[number]
        if not work.spans:
            break
        found = locate(edit, file, path=work.path)
        if isinstance(found, Miss) or found.how not in _STRICT:
            continue
        result = file.text[: found.start] + found.new + file.text[found.end :]
        file = FileText(result)
        before = work.placed[number]
        line = before.start_line or found.start_line
        work.placed[number] = Placed(edit, "located", found.how, line, line + found.end_line - found.start_line)
    return result


def _finish_twins(work: _Work, edits: Sequence[Edit]) -> None:
    """A repeated edit shares the fate of the first."""
    keys: dict[tuple[str, str, bool, int | None, tuple[str, ...]], int] = {}
    for number, edit in enumerate(edits):
        key = (edit.old, edit.new, edit.every, edit.line_hint, edit.anchors)
        first = keys.setdefault(key, number)
        twin = work.placed[number]
        if first != number and twin.how == "duplicate" and work.placed[first].status == "refused":
            work.placed[number] = replace(work.placed[first], edit=edit)
