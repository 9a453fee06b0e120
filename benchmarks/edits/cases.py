"""Labelled cases: a file, a reply with damaged edits of it, and the bytes that were meant."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from benchmarks.edits import changes as making
from benchmarks.edits.damage import KINDS, fancy
from benchmarks.edits.render import RENDERERS, whole
from benchmarks.edits.sources import excerpt


@dataclass(frozen=True)
class Case:
    """One case."""

    seed: int
    path: str
    before: bytes
    reply: str
    intended: bytes
    format: str
    damage: str
    unique: bool
    """Every shown text stands in the file exactly once."""


def make_case(
    seed: int, *, format: str | None = None, damage: str | None = None, path: str | None = None, absent: bool = False
) -> Case | None:
    """The case of a seed; None where the damage cannot be done to the lines drawn."""
    dice = random.Random(seed)
    text = excerpt(dice)
    format = format or dice.choice([*RENDERERS, "whole-file"])
    damage = damage or dice.choice(["none", "none", "fancy", *KINDS])
    path = path or dice.choice(["src/module.txt", "notes.txt", "deep/er/file name.txt", "data.txt"])
    lines = making.lines_of(text)
    made = making.make_changes(dice, lines, most=1 if absent or damage not in ("none", "trailing") else 4)
    if damage == "fancy":
        changed = {index for change in made for index in range(change.a, change.b)}
        lines = [line if index in changed else fancy(dice, line) for index, line in enumerate(lines)]
    if not made:
        return None
    plain = making.lines_of(text)
    intended = making.apply(made, lines)
    pairs = []
    for change in made:
        old, new = making.old_of(change, lines), making.new_of(change, lines)
        head, tail = change.a - change.first, change.last - change.b
        if damage == "fancy":
            shown = plain[change.first : change.last]
            if shown == old:
                return None
            old, new = shown, [*shown[:head], *change.fresh, *shown[len(shown) - tail :]]
        elif damage != "none":
            damaged = KINDS[damage](dice, old, new, head, tail)
            if damaged is None:
                return None
            old, new = damaged
        text_shown = "".join(line + "\n" for line in old)
        if damage != "none" and "\n" + text_shown in "\n" + "".join(line + "\n" for line in lines):
            # The damaged text stands somewhere as it is: nobody could tell.
            return None
        pairs.append((old, new))
    if format == "whole-file":
        if damage != "none":
            return None
        reply = whole(dice, path, intended)
    else:
        if format in ("diff", "patch") and damage not in (
            "none",
            "trailing",
            "shift-left",
            "shift-right",
            "tabs",
            "fancy",
            "misremembered",
            "inner-blanks",
            "entities",
            "quotes",
        ):
            return None
        reply = RENDERERS[format](dice, path, pairs, lines, made)
    if absent:
        return _absent(dice, seed, path, lines, made, reply, format)
    newline = dice.choice(["\n", "\n", "\n", "\r\n"])
    ending = dice.random() < 0.9 or not (lines[-1] and intended and intended[-1])
    before, after = newline.join(lines), newline.join(intended)
    if ending:
        before, after = before + newline, after + (newline if intended else "")
    if dice.random() < 0.1:
        reply = reply.replace("\n", "\r\n")
    bom = b"\xef\xbb\xbf" if dice.random() < 0.1 else b""
    body = "\n".join(lines) + "\n"
    unique = all(
        ("\n" + body).count("\n" + "".join(line + "\n" for line in making.old_of(c, lines))) == 1 for c in made
    )
    return Case(seed, path, bom + before.encode(), reply, bom + after.encode(), format, damage, unique)


def _absent(
    dice: random.Random, seed: int, path: str, lines: list[str], made: list[making.Change], reply: str, format: str
) -> Case | None:
    """A case whose place is not in the file any more: it was rewritten or taken out, and look-alikes may remain."""
    change = _narrowed(made[0], lines)
    kind = dice.choice(["rewritten", "gone", "twin", "cousin"])
    if not any(line.strip() for line in lines[change.a : change.b]):
        return None
    gone = list(lines)
    changed = ["".join("zq" if c.isalpha() else c for c in line) for line in lines[change.a : change.b]]
    if kind == "rewritten":
        gone[change.a : change.b] = changed
    elif kind == "gone":
        gone[change.first : change.last] = []
    elif kind == "cousin":
        # The same lines to change, in other surroundings.
        around = [making.mutate(dice, line) if line.strip() else line for line in lines]
        if len([line for line in making.old_of(change, lines) if line.strip()]) - (change.b - change.a) < 2:
            return None
        gone = [*around[: change.a], *lines[change.a : change.b], *around[change.b :]]
    else:
        # A copy of the surroundings elsewhere, with other lines in the place of the changed ones.
        twin = [*lines[change.first : change.a], *changed, *lines[change.b : change.last]]
        gone[change.a : change.b] = [*changed, ""]
        gone += ["", *twin]
    if not gone or _stands_once_shifted(making.old_of(change, lines), gone):
        return None
    if any(line.strip() and line in gone for line in lines[change.a : change.b]) and kind not in ("gone", "cousin"):
        return None
    data = "".join(line + "\n" for line in gone).encode()
    return Case(seed, path, data, reply, data, format, "absent-" + kind, False)


def _stands_once_shifted(shown: list[str], lines: list[str]) -> bool:
    """The lines shown stand somewhere after all, but for blank lines and one shift of their indentation."""
    wanted, there = ([line for line in side if line.strip()] for side in (shown, lines))
    bare = [line.strip() for line in wanted]
    for start in range(len(there) - len(wanted) + 1):
        window = there[start : start + len(wanted)]
        shifts = {_margin(mine) - _margin(theirs) for mine, theirs in zip(wanted, window, strict=True)}
        if [line.strip() for line in window] == bare and len(shifts) == 1:
            return 0 in shifts or any(re.search(r"\w", line) for line in bare)
    return False


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _narrowed(change: making.Change, lines: list[str]) -> making.Change:
    """The change without the lines at either end that it leaves as they are."""
    old, fresh = lines[change.a : change.b], list(change.fresh)
    head = 0
    while head < min(len(old), len(fresh)) and old[head] == fresh[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(fresh)) - head and old[-1 - tail] == fresh[-1 - tail]:
        tail += 1
    return making.Change(
        change.first, change.last, change.a + head, change.b - tail, tuple(fresh[head : len(fresh) - tail])
    )
