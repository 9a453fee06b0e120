"""Go: names, imports, unused variables, and numbers of two types, as the compiler's messages tell them."""

from __future__ import annotations

import re

from agent.repair.advice.types import Advice, Diagnostic, Place, likely_results, nearest
from agent.repair.importing import GO_PACKAGES, imported
from agent.repair.types import Splice

_BUILT_IN = frozenset(
    {
        *("append", "cap", "clear", "close", "copy", "delete", "len", "make", "max", "min", "new", "panic", "print"),
        *("println", "recover", "true", "false", "nil", "iota", "bool", "byte", "error", "float32", "float64", "int"),
        *("int8", "int16", "int32", "int64", "rune", "string", "uint", "uint8", "uint16", "uint32", "uint64"),
    }
)
_NUMBER = r"(?:int|uint|float)\d*|byte|rune|uintptr"
_ZERO = {"string": '""', "bool": "false", "error": "nil"}


def advise(place: Place, error: Diagnostic) -> list[Advice]:
    """Edits that may do away with an error, the likeliest first."""
    message = error.message
    start = place.at(error.line, error.column)
    for pattern, answer in _ANSWERS:
        if match := re.match(pattern, message):
            return answer(place, error, start, match)
    return []


def _undefined(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    name = match[1]
    found: list[Advice] = []
    if name in GO_PACKAGES and place.text[start + len(name) : start + len(name) + 1] == ".":
        found += _imports(place, f'import "{GO_PACKAGES[name]}"')
    if error.again and not error.first:
        # Where it is missing in many places, its declaration is what is missing.
        return found
    renamed = place.renamed(start, name, place.names | _BUILT_IN)
    line = place.line(error.line)
    declared = []
    if assigned := re.match(r"\s*[\w, ]*\b" + re.escape(name) + r"\b[\w, ]*(?<![:=!<>+\-*/|&^%])=(?!=)", line):
        at = place.starts[error.line - 1] + assigned.end() - 1
        declared.append(Advice((Splice(at, at, ":"),), "= → :="))
    return found + (declared + renamed if error.again else renamed + declared)


def _no_package(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    at = place.text.find(match[1], place.starts[error.line - 1])
    known = set(GO_PACKAGES.values())
    return [
        Advice((Splice(at, at + len(match[1]), other),), f"{match[1]} → {other}")
        for other in nearest(match[1], known)
        if at >= 0
    ]


def _imports(place: Place, words: str) -> list[Advice]:
    """The file's imports made to fit what it uses."""
    text = imported(place.path, place.text, "")
    return [Advice((Splice(0, len(place.text), text),), words)] if text != place.text else []


def _spare_import(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    line = place.line(error.line)
    if re.fullmatch(r'\s*(?:import\s+)?(?:[\w.]+\s+)?"[^"]*"\s*(?://.*)?', line):
        return [Advice((place.whole_line(error.line),), f'import "{match[1]}" taken out')]
    return _imports(place, f'import "{match[1]}" taken out')


def _unused(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    name = match[1]
    line = place.line(error.line)
    # What a line does beside declaring must stay.
    bare = re.search(r"[(;]|<-", line) is None
    declared = re.match(r"(\s*(?:for\s+|if\s+|switch\s+)?)([\w, ]+?)(\s*):=", line)
    if declared is None or name not in re.findall(r"\w+", declared[2]):
        if "var " in line and bare:
            return [Advice((place.whole_line(error.line),), f"{line.strip()} taken out", True)]
        fits = "var " in line and "=" in line and place.word(start) == name
        return [Advice((Splice(start, start + len(name), "_"),), f"{name} → _", True)] if fits else []
    names = re.findall(r"\w+", declared[2])
    first = place.starts[error.line - 1] + declared.end(1)
    new = ["_" if one == name else one for one in names]
    words = f"{name} → _"
    if "for" in declared[1] and new == ["_"] and "range" in line:
        end = line.index("range")
        return [Advice((Splice(first, place.starts[error.line - 1] + end, ""),), words, True)]
    if "for" in declared[1] and len(new) == 2 and new[1] == "_":
        return [Advice((Splice(first, first + len(declared[2]), new[0]),), f", {name} taken out", True)]
    none_new = all(one == "_" for one in new)
    parts = [Splice(first, first + len(declared[2]), ", ".join(new))]
    if none_new:
        at = first + len(declared[2]) + len(declared[3])
        parts.append(Splice(at, at + 1, ""))
    found = [Advice(tuple(parts), words, True)]
    if none_new and bare:
        found.insert(0, Advice((place.whole_line(error.line),), f"{line.strip()} taken out", True))
    return found


def _nothing_new(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    at = place.text.find(":=", place.starts[error.line - 1])
    return [Advice((Splice(at, at + 2, "="),), ":= → =")] if at >= 0 and place.number(at) == error.line else []


def _mismatch(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    have, want = int(match[1]), int(match[2])
    line = place.line(error.line)
    found = re.match(r"(\s*(?:if\s+|for\s+|var\s+|switch\s+)?)([\w., \[\]]+?)(\s*:?=(?!=))", line)
    if found is None:
        return []
    names = [name.strip() for name in found[2].split(",")]
    if len(names) != have:
        return []
    new = names + ["_"] * (want - have) if want > have else names[:want]
    at = place.starts[error.line - 1] + found.end(1)
    return [Advice((Splice(at, at + len(found[2]), ", ".join(new)),), f"{found[2]} → {', '.join(new)}", guess=True)]


def _no_member(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    name, told = match[1], match[2]
    at = start if place.word(start) == name else place.text.find(name, start)
    if at < 0 or place.number(at) != error.line:
        return []
    if told:
        return [Advice((Splice(at, at + len(name), told),), f"{name} → {told}")]
    members = set(place.tree.members) | set(place.tree.functions) if place.tree is not None else place.names
    return place.renamed(at, name, members)


def _wrong_type(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    value, want = match[1], match[2]
    if not place.text.startswith(value, start):
        return []
    return [Advice((Splice(start, start + len(value), f"{want}({value})"),), f"{want}({value})")]


def _two_types(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    left, right = match[1], match[2]
    sides = place.binary(start)
    if sides is None:
        return []
    found = []
    for (first, last), kind in zip(sides, (right, left), strict=True):
        words = f"{kind}({place.text[first:last]})"
        found.append(Advice((Splice(first, last, words),), words))
    # What is cut off when a float becomes an integer is seldom meant.
    return found[::-1] if left.startswith("float") or (right == "int" and not left.startswith("int")) else found


def _no_return(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    """A value before the closing brace: the last variable of the function's outermost level, else the zero value."""
    above = [
        number for number in range(error.line, 0, -1) if re.match(r"func\b", place.line(number).lstrip())
        and len(place.indent(number)) <= len(place.indent(error.line))
    ]  # fmt: skip
    if not above:
        return []
    head = re.search(r"\)\s*([\w.*\[\]]+)\s*\{\s*$", place.line(above[0]))
    if head is None:
        return []
    body = range(above[0] + 1, error.line)
    deep = next((place.indent(number) for number in body if place.line(number).strip()), "\t")
    names = [
        found[1] for number in body
        if (found := re.match(rf"{re.escape(deep)}(?:var )?(\w+)(?: :?=|\s+[\w\[\]*]+(?: =|$))", place.line(number)))
    ]  # fmt: skip
    zero = _ZERO.get(head[1], "0" if re.fullmatch(_NUMBER, head[1]) else "nil")
    values = likely_results([*names, zero])
    at = place.starts[error.line - 1]
    return [Advice((Splice(at, at, f"{deep}return {value}\n"),), f"return {value}", guess=True) for value in values[:4]]


def _not_used(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    at = place.text.find(" == ", start)
    return [Advice((Splice(at + 1, at + 3, "="),), "== → =")] if at >= 0 and place.number(at) == error.line else []


_TOLD = r"(?:variable|value|constant)[^()]* of (?:\w+ )?type"
_ANSWERS = (
    (r"undefined: (\w+)$", _undefined),
    (r"package (\S+) is not in std", _no_package),
    (r'"([^"]+)" imported (?:as \w+ )?and not used', _spare_import),
    (r"declared and not used: (\w+)$", _unused),
    (r"(\w+) declared (?:and|but) not used$", _unused),
    (r"no new variables on left side of :=()", _nothing_new),
    (r"assignment mismatch: (\d+) variables? but .* returns? (\d+) values?", _mismatch),
    (
        r"\S*\.(\w+) undefined \(type .*? has no field or method \w+(?:, but does have (?:field|method) (\w+))?\)",
        _no_member,
    ),
    (rf"cannot use (.+?) \({_TOLD} (?:{_NUMBER})\) as ({_NUMBER}) value", _wrong_type),
    (rf"cannot use (.+?) \({_TOLD} (?:\[\]byte|\[\]rune|byte|rune)\) as (string) value", _wrong_type),
    (rf"invalid operation: .* \(mismatched types ({_NUMBER}) and ({_NUMBER})\)", _two_types),
    (r"missing return()", _no_return),
    (r"(?=.* == ).*\(untyped bool value\) is not used()", _not_used),
)
