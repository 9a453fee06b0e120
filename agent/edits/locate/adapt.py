"""Fitting a replacement to the place that was found: the lines that the edit leaves alone stay byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from agent.edits.locate.indent import Shift
from agent.edits.locate.text import LOOKALIKES, FileText, plain

_MOST_FOR_DIFF = 1500
"""Lines up to which the two sides are aligned line by line; a longer change is taken as one."""

Opcode = tuple[str, int, int, int, int]


def opcodes(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    """What changes between two lists of lines, common head and tail split off first."""
    head = 0
    while head < len(old) and head < len(new) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < len(old) - head and tail < len(new) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    found: list[Opcode] = [("equal", 0, head, 0, head)] if head else []
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if middle_old or middle_new:
        if middle_old and middle_new and len(middle_old) + len(middle_new) <= _MOST_FOR_DIFF:
            matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
            for tag, a, b, c, d in matcher.get_opcodes():
                found.append((tag, a + head, b + head, c + head, d + head))
        else:
            tag = "replace" if middle_old and middle_new else "delete" if middle_old else "insert"
            found.append((tag, head, len(old) - tail, head, len(new) - tail))
    if tail:
        found.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return found


def rewrite(
    file: FileText,
    place: Sequence[int],
    first: int,
    last: int,
    old: Sequence[str],
    new: Sequence[str],
    shift: Shift,
    *,
    lookalikes: bool = False,
    eof_newline: bool | None = None,
) -> str | None:
    """The text that replaces the file's lines `first` to `last` (exclusive); None when a line cannot be shifted.

    `place[i]` is the file line that `old[i]` stands for, -1 for a blank line that the file does not have. File lines
    between two of them that no `old` line stands for stay: blank ones, and those that the block forgot.
    """
    out: list[tuple[str, str]] = []
    ends = file.ends
    for tag, a, b, c, d in opcodes(old, new):
        if tag == "equal":
            indices = [place[index] for index in range(a, b) if place[index] >= 0]
            if not indices:
                continue
            start, stop = indices[0], indices[-1] + 1
            # Lines of the file before this run that the block does not show are kept with the run.
            start = max((index + 1 for index in place[:a] if index >= 0), default=first)
            out.extend((file.lines[index], ends[index]) for index in range(start, stop))
            if b == len(old):
                out.extend((file.lines[index], ends[index]) for index in range(stop, last))
            continue
        if tag in ("replace", "delete"):
            kept = _gap_before(file, place, a, b, first, old)
            out.extend((file.lines[index], ends[index]) for index in kept)
        fresh = _fresh(file, place, old[a:b], place[a:b], new[c:d], shift, c, lookalikes)
        if fresh is None:
            return None
        # A line that takes another's place takes its line end too, which matters in a file of mixed ones.
        own = [ends[index] if index >= 0 else "" for index in place[a:b]] if len(fresh) == b - a else []
        out.extend(zip(fresh, own or [""] * len(fresh), strict=True))
    return _join(file, out, first, last, eof_newline)


def _gap_before(file: FileText, place: Sequence[int], a: int, b: int, first: int, old: Sequence[str]) -> list[int]:
    """File lines between the line before a change and the change itself, which the block does not show."""
    here = next((index for index in place[a:b] if index >= 0), None)
    if here is None:
        return []
    previous = max((index for index in place[:a] if index >= 0), default=first - 1)
    if any(not old[index].strip() for index in range(a, b) if place[index] < 0):
        return []
    return list(range(previous + 1, here))


def _fresh(
    file: FileText,
    place: Sequence[int],
    old: Sequence[str],
    places: Sequence[int],
    new: Sequence[str],
    shift: Shift,
    offset: int,
    lookalikes: bool,
) -> list[str] | None:
    lines: list[str] = []
    for number, line in enumerate(new):
        shifted = shift.apply(line, is_first=offset + number == 0)
        if shifted is None:
            return None
        lines.append(shifted)
    if lookalikes:
        known = [(old[i], file.lines[index]) for i, index in enumerate(places) if index >= 0 and old[i].strip()]
        if len(known) == len(lines):
            lines = [_nearest_keep([pair], line, raw) for pair, line, raw in zip(known, lines, new, strict=False)]
        else:
            lines = [_nearest_keep(known, line, raw) for line, raw in zip(lines, new, strict=False)]
    return lines


def _nearest_keep(known: Sequence[tuple[str, str]], line: str, raw: str) -> str:
    best, score = None, 0.6
    for mine, theirs in known[:200]:
        ratio = SequenceMatcher(None, mine.strip(), raw.strip(), autojunk=False).ratio()
        if ratio > score:
            best, score = (mine, theirs), ratio
    return keep_characters(best[1], best[0], line, raw) if best is not None else line


def keep_characters(theirs: str, mine: str, line: str, raw: str) -> str:
    """The new line with the file's own look-alike characters wherever the edit leaves the character alone."""
    theirs_body, mine_body, raw_body = theirs.strip(), mine.strip(), raw.strip()
    if len(theirs_body) != len(mine_body) or plain(theirs_body) != plain(mine_body):
        return line
    if theirs_body == mine_body:
        return line
    body = list(raw_body)
    for tag, a, b, c, _ in SequenceMatcher(None, mine_body, raw_body, autojunk=False).get_opcodes():
        if tag != "equal":
            continue
        for step in range(b - a):
            there = theirs_body[a + step]
            if there != body[c + step] and LOOKALIKES.get(ord(there), there) == LOOKALIKES.get(
                ord(body[c + step]), body[c + step]
            ):
                body[c + step] = there
    own = line[: len(line) - len(line.lstrip())]
    return own + "".join(body) + line[len(line.rstrip()) :] if line.strip() else line


def _join(file: FileText, out: list[tuple[str, str]], first: int, last: int, eof_newline: bool | None) -> str:
    """The lines with line ends: their own, else that of the line above, else the file's."""
    nearest = file.ends[first] if first < len(file.ends) and file.ends[first] else file.newline
    if first > 0 and file.ends[first - 1]:
        nearest = file.ends[first - 1] if not (first < len(file.ends) and file.ends[first]) else nearest
    at_end = last >= len(file.lines)
    open_end = at_end and bool(file.ends) and not file.ends[-1] and last > first
    pieces: list[str] = []
    for index, (line, end) in enumerate(out):
        final = index + 1 == len(out)
        if not end:
            end = nearest
        else:
            nearest = end
        if final and at_end and eof_newline is not None:
            end = nearest if eof_newline else ""
        elif final and open_end:
            end = ""
        pieces.append(line + end)
    return "".join(pieces)
