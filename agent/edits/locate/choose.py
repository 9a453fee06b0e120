"""Telling equal places apart by what a patch says beside the text: line number, lines above, end of the file."""

from __future__ import annotations

from collections.abc import Sequence

from agent.edits.locate.indent import indent
from agent.edits.locate.text import FileText
from agent.edits.types import Edit


def choose(file: FileText, starts: Sequence[int], length: int, edit: Edit, within: tuple[int, int] | None) -> list[int]:
    """The starts that fit what the edit says; one when that decides, all of them when nothing does.

    `within` are the lines (from, to) between which the order of a patch's hunks puts it.
    """
    if len(starts) <= 1:
        return list(starts)
    if edit.at == "end":
        reaching = [start for start in starts if not any(line.strip() for line in file.lines[start + length :])]
        if len(reaching) == 1:
            return reaching
    if edit.line_hint is not None and edit.line_hint - 1 in starts:
        return [edit.line_hint - 1]
    anchors = [anchor.strip() for anchor in edit.anchors if anchor.strip()]
    if edit.symbol.strip():
        anchors.append(edit.symbol.strip())
    if anchors:
        enclosed = [start for start in starts if _encloses(file, start, anchors)]
        if len(enclosed) == 1:
            return enclosed
        after = _after(file, starts, anchors)
        if len(after) == 1:
            return after
    if within is not None:
        between = [start for start in starts if within[0] <= start and start + length <= within[1]]
        if len(between) == 1:
            return between
    return list(starts)


def matches_anchor(line: str, anchor: str) -> bool:
    """Whether a file line is the one an anchor names: equal, or the anchor is its beginning."""
    line, anchor = line.strip(), anchor.strip()
    return bool(anchor) and (line == anchor or (len(anchor) >= 4 and line.startswith(anchor)))


def headers(file: FileText, start: int) -> list[str]:
    """The lines that stand above and further left, innermost first: the definitions around a line."""
    found: list[str] = []
    index = start
    while index < len(file.lines) and not file.lines[index].strip():
        index += 1
    depth = len(indent(file.lines[index]).expandtabs(4)) if index < len(file.lines) else 0
    for above in range(start - 1, -1, -1):
        line = file.lines[above]
        if not line.strip():
            continue
        here = len(indent(line).expandtabs(4))
        if here < depth:
            found.append(line)
            depth = here
            if not here:
                break
    return found


def _encloses(file: FileText, start: int, anchors: Sequence[str]) -> bool:
    around = headers(file, start)
    if not around:
        return False
    position = 0
    for anchor in reversed(anchors):
        while position < len(around) and not matches_anchor(around[position], anchor):
            position += 1
        if position == len(around):
            return False
        position += 1
    return True


def _after(file: FileText, starts: Sequence[int], anchors: Sequence[str]) -> list[int]:
    """The starts below the anchors, when each anchor is one line of the file."""
    floor = -1
    for anchor in anchors:
        places = [index for index, line in enumerate(file.lines) if index > floor and matches_anchor(line, anchor)]
        if len(places) != 1:
            return []
        floor = places[0]
    return [start for start in starts if start > floor]
