"""The steps that find a block by its lines, from exact to forgiving. Each gives every place that fits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.edits.locate.adapt import opcodes
from agent.edits.locate.indent import Shift, file_unit, relate
from agent.edits.locate.text import FileText, Level


@dataclass(frozen=True)
class Match:
    """A place that fits a block's lines."""

    first: int
    """Index of the first file line."""
    last: int
    """Index after the last one."""
    place: Sequence[int]
    """For every old line the file line it stands for, -1 for a blank line that the file does not have."""
    shift: Shift = field(default_factory=Shift)


def unit(file: FileText) -> str:
    """The file's level of indentation, computed once."""
    cached = file.__dict__.get("_unit")
    if cached is None:
        cached = file.__dict__["_unit"] = file_unit(file.lines)
    return str(cached)


def exact(file: FileText, old: Sequence[str]) -> list[Match]:
    """The same lines, whatever their line ends."""
    return [_straight(start, old) for start in file.exact.find(old)]


def trailing(file: FileText, old: Sequence[str]) -> list[Match]:
    """The same but for blanks at the ends of lines."""
    return [_straight(start, old) for start in file.trailing.find(old)]


def _straight(start: int, old: Sequence[str], shift: Shift | None = None) -> Match:
    return Match(start, start + len(old), range(start, start + len(old)), shift or Shift())


def indented(file: FileText, old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """The same but for one shift of the indentation."""
    return _shifted(file, file.stripped, old, new)


def unicode(file: FileText, old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """The same but for look-alike characters, and one shift of the indentation."""
    return _shifted(file, file.unicode, old, new)


def _shifted(file: FileText, level: Level, old: Sequence[str], new: Sequence[str]) -> list[Match]:
    found: list[Match] = []
    if not any(re.search(r"\w", line) for line in old):
        # Brackets alone, at another indentation, could be those of anything.
        return found
    for start in level.find(old):
        pairs = [(mine, file.lines[start + index]) for index, mine in enumerate(old) if mine.strip()]
        shift = relate(pairs, [*old, *new], unit(file))
        if shift is not None:
            found.append(_straight(start, old, shift))
    return found


def blank_lines(file: FileText, old: Sequence[str], new: Sequence[str], *, lookalikes: bool = False) -> list[Match]:
    """The same lines in the same order but for blank lines between them, and one shift of the indentation."""
    filled = [index for index, line in enumerate(old) if line.strip()]
    level = file.filled_unicode if lookalikes else file.filled_stripped
    found: list[Match] = []
    for start in level.find([old[index] for index in filled]):
        lines = file.filled[start : start + len(filled)]
        pairs = [(old[mine], file.lines[theirs]) for mine, theirs in zip(filled, lines, strict=False)]
        shift = relate(pairs, [*old, *new], unit(file))
        if shift is None:
            continue
        place = [-1] * len(old)
        for mine, theirs in zip(filled, lines, strict=False):
            place[mine] = theirs
        _place_blanks(file, old, place)
        first, last = _take_edges(file, old, place, lines[0], lines[-1] + 1)
        if place[0] < 0 or place[-1] < 0:
            # It begins or ends with blank lines that the file does not have there.
            continue
        found.append(Match(first, last, place, shift))
    return found


def _place_blanks(file: FileText, old: Sequence[str], place: list[int]) -> None:
    """Give the block's blank lines the file's, one for one, as far as the file has any there."""
    last = -1
    for index, line in enumerate(old):
        if line.strip():
            last = place[index]
        elif last >= 0 and last + 1 < len(file.lines) and not file.lines[last + 1].strip():
            following = next((place[later] for later in range(index + 1, len(old)) if place[later] >= 0), None)
            if following is not None and last + 1 < following:
                place[index] = last = last + 1


def _take_edges(file: FileText, old: Sequence[str], place: list[int], first: int, last: int) -> tuple[int, int]:
    """Take the file's blank lines around the place for those that the block begins and ends with."""
    for index in range(next(i for i, line in enumerate(old) if line.strip()) - 1, -1, -1):
        if first == 0 or file.lines[first - 1].strip():
            break
        first -= 1
        place[index] = first
    for index in range(len(old) - next(i for i, line in enumerate(reversed(old)) if line.strip()), len(old)):
        if last == len(file.lines) or file.lines[last].strip():
            break
        place[index] = last
        last += 1
    return first, last


def without_edges(old: Sequence[str], new: Sequence[str]) -> tuple[Sequence[str], Sequence[str]] | None:
    """Both sides without the blank lines at either end, None where there are none or they say where something goes."""

    def lead(lines: Sequence[str]) -> int:
        return next((index for index, line in enumerate(lines) if line.strip()), len(lines))

    head, tail = lead(old), lead(old[::-1])
    if head == len(old) or not (head or tail):
        return None
    new_head = min(head, lead(new))
    kept = new[new_head:]
    new_tail = min(tail, lead(kept[::-1]))
    if head > new_head or tail > new_tail:
        # It takes out blank lines that the file does not have: the text is remembered from somewhere else.
        return None
    short_old, short_new = old[head : len(old) - tail], kept[: len(kept) - new_tail]
    changes = opcodes(short_old, short_new)
    if (head and changes[0][0] == "insert") or (tail and changes[-1][0] == "insert"):
        # Lines added at the very edge: without the blank line nothing says on which side of what they go.
        return None
    return short_old, short_new
