# ruff: noqa: E501
"""What goes wrong between a file and a model's memory of it: each kind damages the text to find and the replacement alike."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable

from benchmarks.edits.render import Pair

Damage = Callable[[random.Random, list[str], list[str], int, int], "Pair | None"]
"""(dice, old lines, new lines, unchanged lines at the head, unchanged lines at the tail) → the damaged pair."""


def trailing(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """Blanks at line ends that the file does not have."""
    extra = [dice.choice(["", " ", "  "]) for _ in old]
    if not any(extra):
        extra[0] = " "
    shown = [line + blank for line, blank in zip(old, extra, strict=False)]
    fresh = [*shown[:head], *new[head : len(new) - tail], *shown[len(old) - tail :]]
    return shown, fresh


def shift_left(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """The indentation that all lines have in common is dropped."""
    margins = [line[: len(line) - len(line.lstrip(" \t"))] for line in [*old, *new] if line.strip()]
    shortest = min(margins, key=len, default="")
    if not shortest or not all(own.startswith(shortest) for own in margins):
        return None
    cut = len(shortest) if dice.random() < 0.7 else dice.randint(1, len(shortest))
    return _cut(old, cut), _cut(new, cut)


def _cut(lines: list[str], width: int) -> list[str]:
    return [line[width:] if line.strip() else line for line in lines]


def shift_right(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """All lines stand further right."""
    if any("\t" in line[: len(line) - len(line.lstrip())] for line in [*old, *new]):
        return None
    amount = " " * dice.choice([2, 4, 8])
    return [amount + line if line.strip() else line for line in old], [
        amount + line if line.strip() else line for line in new
    ]


def tabs(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """Four blanks become a tab. Only where the file's levels are four blanks wide."""
    widths = [len(line) - len(line.lstrip(" ")) for line in [*old, *new] if line.strip()]
    if not any(widths) or any(width % 4 for width in widths) or any(line.startswith("\t") for line in old):
        return None
    return _tabbed(old), _tabbed(new)


def _tabbed(lines: list[str]) -> list[str]:
    out = []
    for line in lines:
        width = len(line) - len(line.lstrip(" "))
        out.append("\t" * (width // 4) + line[width:] if line.strip() else line)
    return out


def first_line(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """The first line has lost its indentation, as when a reply is stripped."""
    if not head or not old[0].strip() or old[0] == old[0].lstrip() or len([line for line in old if line.strip()]) < 2:
        return None
    return [old[0].lstrip(), *old[1:]], [new[0].lstrip(), *new[1:]]


def blank_lines(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """A blank line more or less between two lines that stay."""
    spots = [i for i in range(1, head) if old[i - 1].strip() and old[i].strip()]
    spots += [i for i in range(len(old) - tail + 1, len(old)) if old[i - 1].strip() and old[i].strip()]
    gone = [i for i in range(1, head - 1) if not old[i].strip() and old[i - 1].strip() and old[i + 1].strip()]
    gone += [
        i
        for i in range(len(old) - tail + 1, len(old) - 1)
        if not old[i].strip() and old[i - 1].strip() and old[i + 1].strip()
    ]
    offset = len(new) - len(old)
    if gone and dice.random() < 0.6:
        at = dice.choice(gone)
        there = at if at < head else at + offset
        return [*old[:at], *old[at + 1 :]], [*new[:there], *new[there + 1 :]]
    if not spots:
        return None
    at = dice.choice(spots)
    there = at if at < head else at + offset
    return [*old[:at], "", *old[at:]], [*new[:there], "", *new[there:]]


_FANCY = {"'": "’", '"': "”", "-": "–", " ": "\u00a0"}


def fancy(dice: random.Random, line: str) -> str:
    """The line as a file may have it: look-alikes for some plain characters (not for the indentation)."""
    start = len(line) - len(line.lstrip())
    body = line[start:].rstrip()
    return (
        line[:start]
        + "".join(_FANCY[c] if c in _FANCY and dice.random() < 0.4 else c for c in body)
        + line[start + len(body) :]
    )


def entities(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """HTML entities for the characters that HTML reserves."""
    escaped = [html.escape(line) for line in old]
    if escaped == old or any("&" in line for line in [*old, *new]):
        return None
    return escaped, [html.escape(line) for line in new]


def quotes(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """A backslash before every double quote."""
    if not any('"' in line for line in old) or any("\\" in line for line in [*old, *new]):
        return None
    return [line.replace('"', '\\"') for line in old], [line.replace('"', '\\"') for line in new]


def one_line(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """Line breaks written as backslash and n."""
    if len(old) < 2 or any("\\" in line for line in [*old, *new]) or not new:
        return None
    return ["\\n".join(old)], ["\\n".join(new)]


def elided(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """Lines that stay are left out on both sides."""
    if head < 4:
        return None
    mark = dice.choice(["...", "# ... existing code ...", "// ... rest of the code unchanged ..."])
    margin = old[1][: len(old[1]) - len(old[1].lstrip())]
    return [old[0], margin + mark, *old[head - 1 :]], [new[0], margin + mark, *new[head - 1 :]]


def misremembered(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """A word in one of the lines that stay is another."""
    spots = [i for i in range(head) if re.search(r"\w{3,}", old[i])]
    spots += [i for i in range(len(old) - tail, len(old)) if re.search(r"\w{3,}", old[i])]
    if not spots:
        return None
    at = dice.choice(spots)
    words = list(re.finditer(r"\w{3,}", old[at]))
    word = dice.choice(words)
    wrong = old[at][: word.start()] + dice.choice(["value", "data", "item", "self"]) + old[at][word.end() :]
    if wrong == old[at]:
        return None
    offset = len(new) - len(old)
    there = at if at < head else at + offset
    return [*old[:at], wrong, *old[at + 1 :]], [*new[:there], wrong, *new[there + 1 :]]


def dropped(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """One of the lines that stay is forgotten."""
    spots = list(range(1, head)) + list(range(len(old) - tail, len(old) - 1))
    spots = [i for i in spots if old[i].strip()]
    if not spots:
        return None
    at = dice.choice(spots)
    there = at if at < head else at + len(new) - len(old)
    return [*old[:at], *old[at + 1 :]], [*new[:there], *new[there + 1 :]]


def inner_blanks(dice: random.Random, old: list[str], new: list[str], head: int, tail: int) -> Pair | None:
    """Another spacing inside the lines that stay."""

    def respaced(line: str) -> str:
        start = len(line) - len(line.lstrip())
        return line[:start] + re.sub(r" ?([=+,]) ?", r" \1 ", line[start:]).rstrip()

    shown = [respaced(line) if i < head or i >= len(old) - tail else line for i, line in enumerate(old)]
    if shown == old:
        return None
    return shown, [*shown[:head], *new[head : len(new) - tail], *(shown[len(old) - tail :])]


KINDS: dict[str, Damage] = {
    "trailing": trailing,
    "shift-left": shift_left,
    "shift-right": shift_right,
    "tabs": tabs,
    "first-line": first_line,
    "blank-lines": blank_lines,
    "entities": entities,
    "quotes": quotes,
    "one-line": one_line,
    "elided": elided,
    "misremembered": misremembered,
    "dropped": dropped,
    "inner-blanks": inner_blanks,
}
