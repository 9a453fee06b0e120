"""How the indentation of a block relates to the file's: by one amount, or level by level between tabs and spaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import gcd


def indent(line: str) -> str:
    """The blanks and tabs that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


@dataclass(frozen=True)
class Shift:
    """From the block's indentation to the file's."""

    seen: dict[str, str] = field(default_factory=dict)
    """Pairs that the located lines show."""
    add: str = ""
    remove: str = ""
    from_unit: str = ""
    to_unit: str = ""
    levels: int = 0
    first: tuple[str, str] | None = None
    """The block's first line alone lost its indentation: (as written, as in the file)."""

    @property
    def identity(self) -> bool:
        """Nothing changes."""
        return not (self.add or self.remove or self.from_unit or self.first)

    def apply(self, line: str, *, is_first: bool = False) -> str | None:
        """The line as the file would indent it; None when it cannot be shifted so far to the left."""
        if not line.strip():
            return "" if not line or not self.identity else line
        own = indent(line)
        body = line[len(own) :]
        if self.first is not None and is_first and own == self.first[0]:
            return self.first[1] + body
        if self.from_unit:
            if own in self.seen:
                return self.seen[own] + body
            return self._translate(own, body)
        if self.remove:
            return own[len(self.remove) :] + body if own.startswith(self.remove) else None
        return self.add + own + body

    def _translate(self, own: str, body: str) -> str | None:
        measured = _levels(own, self.from_unit)
        if measured is None:
            return None
        level, rest = measured
        level += self.levels
        return self.to_unit * level + rest + body if level >= 0 else None


def _levels(own: str, unit: str) -> tuple[int, str] | None:
    """The number of whole units and the blanks left over for alignment."""
    count = 0
    while own.startswith(unit):
        own = own[len(unit) :]
        count += 1
    return (count, own) if not own.strip(" ") else None


def unit_of(lines: Iterable[str]) -> str:
    """One level of indentation in these lines: a tab, or the most blanks that divide every indentation."""
    width = 0
    tabs = spaces = 0
    for line in lines:
        own = indent(line)
        if not own or not line.strip():
            continue
        if own[0] == "\t":
            tabs += 1
        else:
            spaces += 1
            if "\t" not in own:
                width = gcd(width, len(own))
    if tabs > spaces:
        return "\t"
    return " " * width if width > 1 else ""


def file_unit(lines: Sequence[str]) -> str:
    """The file's own level: a tab, or the step by which indentation grows most often."""
    steps: dict[int, int] = {}
    tabs = spaces = 0
    last = 0
    for line in lines:
        own = indent(line)
        if not line.strip():
            continue
        if own[:1] == "\t":
            tabs += 1
            continue
        spaces += bool(own)
        if len(own) > last:
            steps[len(own) - last] = steps.get(len(own) - last, 0) + 1
        last = len(own)
    if tabs > spaces:
        return "\t"
    steps = {step: count for step, count in steps.items() if step > 1}
    return " " * max(steps, key=lambda step: (steps[step], step)) if steps else ""


def relate(pairs: Sequence[tuple[str, str]], block: Iterable[str], unit: str) -> Shift | None:
    """The one shift that takes every block line to its file line; None when there is none.

    `pairs` are (block line, file line), none of them blank; `block` are all lines of the block, old and new; `unit`
    is the file's level of indentation.
    """
    seen = [(indent(mine), indent(theirs)) for mine, theirs in pairs]
    whole = _uniform(seen, block, unit)
    if whole is not None or len(seen) < 2:
        return whole
    rest = _uniform(seen[1:], block, unit)
    mine, theirs = seen[0]
    if rest is not None and len(mine) < len(theirs) and rest.identity:
        # A reply whose first line was stripped of its blanks.
        return Shift(first=(mine, theirs))
    return None


def translation(old: Sequence[str], new: Sequence[str], lines: Sequence[str], unit: str) -> Shift:
    """For a block whose text to find shows no indentation: the replacement's in the characters that the file uses."""
    if any(indent(line) for line in old if line.strip()):
        return Shift()
    marks = {indent(line)[:1] for line in new if line.strip()} - {""}
    if len(marks) != 1 or not unit or unit[0] in marks:
        return Shift()
    mark = marks.pop()
    if any(line.startswith(mark) and line.strip() for line in lines):
        return Shift()
    own = unit_of(new)
    return Shift(from_unit=own, to_unit=unit) if own else Shift()


def _without_shift(seen: list[tuple[str, str]]) -> Shift | None:
    """Tabs against spaces, level for level: the simplest reading, where one width of a tab fits every line."""
    widths: set[int] = set()
    for own, other in seen:
        tabs, spaces = (own, other) if "\t" in own or "\t" not in other else (other, own)
        if tabs.strip("\t") or spaces.strip(" ") or bool(tabs) != bool(spaces) or (tabs and len(spaces) % len(tabs)):
            return None
        if tabs:
            widths.add(len(spaces) // len(tabs))
    if len(widths) != 1 or (width := widths.pop()) not in (2, 3, 4, 8):
        return None
    from_tabs = any("\t" in own for own, _ in seen)
    unit = " " * width
    return Shift(seen=dict(seen), from_unit="\t" if from_tabs else unit, to_unit=unit if from_tabs else "\t")


def _uniform(seen: list[tuple[str, str]], block: Iterable[str], unit: str) -> Shift | None:
    if not seen:
        return Shift()
    if all(mine == theirs for mine, theirs in seen):
        return Shift()
    mine, theirs = seen[0]
    plain: Shift | None = None
    if theirs.endswith(mine):
        add = theirs[: len(theirs) - len(mine)]
        if all(other == add + own for own, other in seen):
            plain = Shift(add=add)
    if plain is None and mine.endswith(theirs):
        remove = mine[: len(mine) - len(theirs)]
        if all(own == remove + other for own, other in seen):
            plain = Shift(remove=remove)
    block_unit = unit_of(block)
    if plain is not None and (not block_unit or not unit or block_unit[0] == unit[0]):
        return plain
    level_for_level = _without_shift(seen)
    if level_for_level is not None:
        return level_for_level
    if block_unit and unit and block_unit != unit:
        levels: set[int] = set()
        for own, other in seen:
            here, there = _levels(own, block_unit), _levels(other, unit)
            if here is None or there is None or here[1] != there[1]:
                return plain
            levels.add(there[0] - here[0])
        if len(levels) == 1:
            return Shift(seen=dict(seen), from_unit=block_unit, to_unit=unit, levels=levels.pop())
    return plain
