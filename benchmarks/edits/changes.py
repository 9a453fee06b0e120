"""Making edits of a text: which lines, with how much context, and what they become."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """Lines `first` to `last` (exclusive) are shown with their neighbours; those from `a` to `b` change."""

    first: int
    last: int
    a: int
    b: int
    fresh: tuple[str, ...]
    """What the lines from `a` to `b` become."""


def lines_of(text: str) -> list[str]:
    """The lines without their ends; the text ends in LF."""
    return text.split("\n")[:-1]


def old_of(change: Change, lines: list[str]) -> list[str]:
    """The lines shown, before."""
    return lines[change.first : change.last]


def new_of(change: Change, lines: list[str]) -> list[str]:
    """The lines shown, after."""
    return [*lines[change.first : change.a], *change.fresh, *lines[change.b : change.last]]


def apply(changes: list[Change], lines: list[str]) -> list[str]:
    """The intended lines."""
    out = list(lines)
    for change in sorted(changes, key=lambda c: (c.a, c.b))[::-1]:
        out[change.a : change.b] = change.fresh
    return out


def make_changes(dice: random.Random, lines: list[str], most: int = 4) -> list[Change]:
    """Changes that do not overlap, in the order of the file; each is shown with 0 to 4 lines of context."""
    wanted = dice.randint(1, most)
    changes: list[Change] = []
    cursor = 0
    for _ in range(wanted):
        if cursor >= len(lines):
            break
        a = dice.randint(cursor, min(len(lines) - 1, cursor + max(len(lines) // wanted, 1)))
        b = min(a + dice.randint(0, 4), len(lines))
        first = max(cursor, a - dice.randint(0, 4))
        last = min(len(lines), b + dice.randint(0, 4))
        if a == b and first == a and last == b:
            last = min(len(lines), b + 1)
            if last == b:
                break
        fresh = _fresh(dice, lines[a:b], lines, a)
        if fresh == lines[a:b] or not any(line.strip() for line in lines[first:last]):
            continue
        changes.append(Change(first, last, a, b, tuple(fresh)))
        cursor = last
    return changes


def _fresh(dice: random.Random, old: list[str], lines: list[str], at: int) -> list[str]:
    kind = dice.random()
    if kind < 0.2 and old:
        return []
    if kind < 0.55 and old:
        return [mutate(dice, line) for line in old]
    model = lines[min(at, len(lines) - 1)]
    margin = model[: len(model) - len(model.lstrip())]
    added = [margin + _words(dice) for _ in range(dice.randint(1, 4))]
    if dice.random() < 0.3:
        added.insert(dice.randint(0, len(added)), "")
    keep = old[: dice.randint(0, len(old))] if dice.random() < 0.5 else []
    return keep + added


def mutate(dice: random.Random, line: str) -> str:
    """The line with one of its words changed."""
    words = list(re.finditer(r"\w+", line))
    if not words:
        return line
    word = dice.choice(words)
    return line[: word.start()] + word.group() + dice.choice(["_x", "2", "New"]) + line[word.end() :]


def _words(dice: random.Random) -> str:
    name = "".join(dice.choice("abcdefghijklmnop") for _ in range(6))
    return dice.choice(
        [
            f"{name} = {dice.randint(0, 999)}",
            f"{name}({dice.randint(0, 99)})",
            f"return {name}",
            f"# {name}",
            f'"{name}": 1,',
        ]
    )
