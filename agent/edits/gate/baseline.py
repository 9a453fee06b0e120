"""Is a syntax error new, in a file that already had some? Decided where the edit is, not by counting alone.

Error recovery moves errors about: an edit far from an old error can make the parser report that error elsewhere.
So the smallest part of the text around each change that was readable on its own before must still be readable on
its own after; nothing outside it can be the edit's doing. Only where no part was readable (the change is in the
broken statement itself) are the errors of the whole file compared, position by position.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.edits.gate.brackets import indent_of
from agent.edits.gate.regions import Region, changed_lines, map_line

Readable = Callable[[bytes], bool]
_LARGEST_PART = 400


@dataclass(frozen=True)
class Mark:
    """An error for comparison: its 0-based line and what it is."""

    line: int
    what: str


def keeps_parts_readable(before: bytes, after: bytes, readable: Readable) -> bool | None:
    """True: every changed part was readable on its own and still is, or is now. False: one no longer is.

    None: some change lies in a part that was not readable before, so that this way cannot tell.
    """
    old, new = before.split(b"\n"), after.split(b"\n")
    regions = changed_lines(old, new)
    undecided = False
    for region in regions:
        verdict = _part_verdict(old, new, region, regions, readable)
        if verdict is False:
            return False
        undecided = undecided or verdict is None
    return None if undecided else True


def _part_verdict(
    old: Sequence[bytes], new: Sequence[bytes], region: Region, regions: Sequence[Region], readable: Readable
) -> bool | None:
    repaired = False
    for start, end in _parts_around(old, region.start, region.old_end):
        new_start = map_line(start, regions) if start < region.start else region.start_new
        last = map_line(end - 1, regions) if end > region.old_end else None
        new_end = last + 1 if last is not None else region.new_end
        if new_start is None or (end > region.old_end and last is None):
            continue  # the part ends inside another change
        if not b"".join(old[start:end]).strip():
            # Nothing there to tell by; lines put in that can be read alone are right, unless what is around says no.
            repaired = repaired or _is_readable_code(new[new_start:new_end], readable)
            continue
        now_readable = readable(_dedented(new[new_start:new_end]))
        if readable(_dedented(old[start:end])):
            return now_readable
        repaired = repaired or _is_readable_code(new[new_start:new_end], readable)
    return True if repaired else None


def _is_readable_code(lines: Sequence[bytes], readable: Readable) -> bool:
    return bool(b"".join(lines).strip()) and readable(_dedented(lines))


def _dedented(lines: Sequence[bytes]) -> bytes:
    return (
        textwrap.dedent(b"\n".join(lines).decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape") + b"\n"
    )


def _parts_around(lines: Sequence[bytes], start: int, end: int) -> list[tuple[int, int]]:
    """Ever larger line ranges around [start, end): by indentation, each a whole block with the line that heads it."""
    parts: list[tuple[int, int]] = []

    def add(low: int, high: int) -> None:
        part = (max(low, 0), min(high, len(lines)))
        if part[1] - part[0] <= _LARGEST_PART and (not parts or parts[-1] != part):
            parts.append(part)

    add(start, end)
    changed = [indent_of(line) for line in lines[start:end] if line.strip()]
    around = [indent_of(line) for line in (*lines[max(start - 1, 0) : start], *lines[end : end + 1]) if line.strip()]
    level = min(changed or around or [0])
    low, high = start, end
    while True:
        while low > 0 and (not lines[low - 1].strip() or indent_of(lines[low - 1]) > level):
            low -= 1
        if low > 0 and indent_of(lines[low - 1]) == level and low == start:
            low -= 1
            while low > 0 and (lines[low].strip()[:1] in (b"}", b")", b"]") or indent_of(lines[low]) > level):
                low -= 1  # up to the head of the block that this closes
        while high < len(lines) and (not lines[high].strip() or indent_of(lines[high]) > level):
            high += 1
        if high < len(lines) and lines[high].strip()[:1] in (b"}", b")", b"]") and indent_of(lines[high]) == level:
            high += 1
        add(low, high)
        if high - low > _LARGEST_PART or (low == 0 and high >= len(lines)):
            return parts
        # One level out: the heading line that is indented less, and all that it heads.
        while low > 0 and (not lines[low - 1].strip() or indent_of(lines[low - 1]) >= level):
            low -= 1
        while high < len(lines) and (not lines[high].strip() or indent_of(lines[high]) >= level):
            high += 1
        add(low, high)
        if low > 0:
            low -= 1
            level = indent_of(lines[low])
        elif level > 0:
            level = 0
        else:
            add(0, len(lines))
            return parts


def new_marks(before: bytes, after: bytes, old: Sequence[Mark], new: Sequence[Mark]) -> list[Mark]:
    """The errors of `new` that no error of `old` stands for, by line mapped through the edit.

    Errors on lines that the edit touches are old ones as long as there were as many on the lines it replaced; and
    where the edit leaves fewer errors than there were, none counts as new: it repaired one of several. Nor does an
    error next to a line of the same indentation that could not be read either: what surrounds both is broken.
    """
    if len(new) < len(old):
        return []
    lines = after.split(b"\n")
    regions = changed_lines(before.split(b"\n"), lines)
    expected: dict[int, int] = {}
    replaced = 0
    for mark in old:
        line = map_line(mark.line, regions)
        if line is None:
            replaced += 1
        else:
            expected[line] = expected.get(line, 0) + 1
    unreadable = frozenset(expected)
    left: list[Mark] = []
    for mark in new:
        if expected.get(mark.line, 0):
            expected[mark.line] -= 1
        elif replaced and any(r.start_new <= mark.line < max(r.new_end, r.start_new + 1) for r in regions):
            replaced -= 1
        elif not _beside_unreadable(mark.line, lines, unreadable):
            left.append(mark)
    moved = sum(expected.values()) + replaced  # old errors that recovery now reports elsewhere
    return left[moved:] if moved < len(left) else []


def _beside_unreadable(line: int, lines: Sequence[bytes], unreadable: frozenset[int]) -> bool:
    for step in (-1, 1):
        at = line + step
        while 0 <= at < len(lines) and (not lines[at].strip() or indent_of(lines[at]) > indent_of(lines[line])):
            at += step
        if at in unreadable and indent_of(lines[at]) == indent_of(lines[line]):
            return True
    return False
