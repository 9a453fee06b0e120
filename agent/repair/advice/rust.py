"""Rust: the replacements that rustc shows below its errors, and casts between numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.repair.advice.types import Advice, Diagnostic, Place, operand
from agent.repair.types import Splice

_NUMBERS = r"(?:[iu](?:8|16|32|64|128|size)|f32|f64)"
LONGEST = 60
"""Characters of code that are shown instead of what rustc says of it."""
_SHOWN = re.compile(r"^\s*(\d+) ([|+~-])(?: (.*))?$")
_MARKS = re.compile(r"^\s*\| *[~+][ ~+]*$")


def advise(place: Place, error: Diagnostic) -> list[Advice]:
    """Edits that may do away with an error, the likeliest first."""
    found = [*_cast(place, error), *_two_types(place, error)]
    for words, lines in _helps(error.details):
        found += _shown(place, words, lines)
    if not found and (
        match := re.search(r"cannot find \S+ `(\w+)`|no (?:method|field|function) named `(\w+)`", error.message)
    ):
        name = match[1] or match[2]
        start = place.at(error.line, error.column, bytewise=False)
        if place.word(start) == name:
            found += place.renamed(start, name, place.names)
    return found


def _cast(place: Place, error: Diagnostic) -> list[Advice]:
    """One number where another is expected: `as`, put where the carets are."""
    if error.message != "mismatched types":
        return []
    for line in error.details:
        match = re.search(rf"(?<!\^)(\^+)[^^]* expected `({_NUMBERS})`, found `({_NUMBERS})`", line)
        if match:
            start = place.at(error.line, error.column, bytewise=False)
            end = start + len(match[1])
            inner = place.text[start:end]
            return [Advice((Splice(start, end, f"{operand(inner)} as {match[2]}"),), f"{inner} as {match[2]}")]
    return []


def _two_types(place: Place, error: Diagnostic) -> list[Advice]:
    """Two numbers of different types in one operation: one of them cast, never a float to an integer."""
    match = re.match(
        rf"cannot (add|subtract|multiply|divide) `({_NUMBERS})` (?:to|from|by) `({_NUMBERS})`", error.message
    )
    sides = place.binary(place.at(error.line, error.column, bytewise=False)) if match else None
    if match is None or sides is None:
        return []
    kinds = (match[2], match[3]) if match[1] in ("multiply", "divide") else (match[3], match[2])
    found = []
    for number in (1, 0):
        first, last = sides[number]
        if not (kinds[number].startswith("f") and not kinds[1 - number].startswith("f")):
            new = f"({operand(place.text[first:last])} as {kinds[1 - number]})"
            found.append(Advice((Splice(first, last, new),), new))
    return found


def _helps(details: Sequence[str]) -> list[tuple[str, list[str]]]:
    """(words, lines) of each help with code below it."""
    found: list[tuple[str, list[str]]] = []
    for line in details:
        if match := re.match(r"^help: (.*)$", line):
            found.append((match[1], []))
        elif re.match(r"^[^\s\d]", line):
            continue
        elif found:
            found[-1][1].append(line)
    return [help_ for help_ in found if any(_SHOWN.match(line) for line in help_[1])]


def _shown(place: Place, words: str, lines: Sequence[str]) -> list[Advice]:
    """What a help shows as the new code: with `-` and `+`, or as lines with the marks `+++` or `~~~` below them."""
    gone: dict[int, str] = {}
    put: dict[int, list[str]] = {}
    marked = False
    last = 0
    for line in lines:
        if match := _SHOWN.match(line):
            last, text = int(match[1]), match[3] or ""
            if match[2] == "-":
                gone[last] = text
            elif match[2] == "+":
                put.setdefault(last, []).append(text)
            elif match[2] == "~":
                put.setdefault(last, []).append(text)
                gone[last] = place.line(last)
        elif _MARKS.match(line) and last:
            marked = True
    if marked and not put:
        for line in lines:
            if (match := _SHOWN.match(line)) and match[2] == "|" and (text := match[3] or "").strip():
                number = int(match[1])
                if _flat(text) != _flat(place.line(number)):
                    gone[number] = place.line(number)
                    put[number] = [text]
    if not put or any("..." in line for new in put.values() for line in new):
        return []
    splices: list[Splice] = []
    for number in sorted({*put, *gone}):
        old = place.line(number)
        new = put.get(number, [])
        if number in gone:
            if _flat(gone[number]) != _flat(old) or not new:
                return []
            start = place.starts[number - 1]
            splices.append(Splice(start, start + len(old), place.indent(number) + "\n".join(new).lstrip()))
        else:
            start = place.starts[number - 1] if number <= len(place.starts) else len(place.text)
            splices.append(Splice(start, start, "".join(place.indent(number) + text.lstrip() + "\n" for text in new)))
    choices = [tuple(splices)]
    if len(put) == 1 and not gone:
        # Several places to import a name from: each line is one of them.
        number, several = next(iter(put.items()))
        start = splices[0].start
        choices = [(Splice(start, start, place.indent(number) + text.lstrip() + "\n"),) for text in several]
    return [Advice(choice, _first_words(choice) or words) for choice in choices]


def _first_words(choice: Sequence[Splice]) -> str:
    """The new code itself, where that is short enough to be read in a sentence."""
    code = " ".join(choice[0].text.split()).rstrip(";")
    return code if len(choice) == 1 and len(code) <= LONGEST else ""


def _flat(line: str) -> str:
    """rustc writes a tab as four blanks."""
    return " ".join(line.split())
