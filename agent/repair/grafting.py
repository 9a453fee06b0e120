"""Functions of a reply put in the place of the file's own: whatever else the reply holds (a `main`, tests, prints, a
package of another name, no imports) is left out, or added where the functions need it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from agent.repair.importing import imported
from agent.repo.symbols import symbols

FUNCTIONS = frozenset({"function", "method"})


@dataclass(frozen=True)
class _Function:
    name: str
    first: int
    last: int
    """Lines, 1-based, both inclusive."""
    text: str


def grafted(code: str, path: str, text: str) -> str | None:
    """The file with the reply's functions instead of its own of the same names; None when they share none.

    One function under another name counts as the file's only one, renamed. New functions that the others call are put
    before the first of them. The text may be the file's own, when the reply's functions are as they were.
    """
    code = _dedented(code)
    own, given = _functions(path, text), _functions(path, code)
    counts: dict[str, int] = {}
    for function in own:
        counts[function.name] = counts.get(function.name, 0) + 1
    shared = [f for f in given if counts.get(f.name) == 1]
    if not shared:
        shared = given = _renamed(own, given)
        if not shared:
            return None
    used = {f.name for f in shared}
    helpers = _called(shared, [f for f in given if f.name not in used and f.name not in counts])
    lines = text.splitlines(True)
    places = {f.name: f for f in own}
    top = min(shared, key=lambda f: places[f.name].first)
    for function in sorted(shared, key=lambda f: -places[f.name].first):
        place = places[function.name]
        before = "".join(lines[place.first - 1 : place.last])
        indent = _indent(before)
        body = _indented(function.text, indent)
        if function is top:
            body = "".join(_indented(helper.text, indent) + "\n" for helper in helpers) + body
        lines[place.first - 1 : place.last] = [body]
    return imported(path, "".join(lines), code)


def _functions(path: str, text: str) -> list[_Function]:
    """The outermost functions and methods of a text, in order."""
    lines = text.splitlines(True)
    found: list[_Function] = []
    end = 0
    for symbol in sorted(symbols(path, text.encode("utf-8", "surrogateescape")), key=lambda s: s.start_line):
        if symbol.kind not in FUNCTIONS or symbol.start_line <= end:
            continue
        end = symbol.end_line
        found.append(
            _Function(
                symbol.name, symbol.start_line, symbol.end_line, "".join(lines[symbol.start_line - 1 : symbol.end_line])
            )
        )
    return found


def _renamed(own: Sequence[_Function], given: Sequence[_Function]) -> list[_Function]:
    """The reply's only function under the name of the file's only one."""
    named = [f for f in given if f.name not in ("main", "__init__")]
    if len(own) != 1 or len(named) != 1:
        return []
    return [
        _Function(
            own[0].name,
            named[0].first,
            named[0].last,
            re.sub(rf"\b{re.escape(named[0].name)}\b", own[0].name, named[0].text),
        )
    ]


def _called(shared: Sequence[_Function], others: Sequence[_Function]) -> list[_Function]:
    """Those of the other functions that the shared ones need, directly or through each other."""
    needed: list[_Function] = []
    bodies = [f.text for f in shared]
    for body in bodies:
        for other in others:
            if other.name != "main" and other not in needed and re.search(rf"\b{re.escape(other.name)}\s*\(", body):
                needed.append(other)
                bodies.append(other.text)
    return [other for other in others if other in needed]


def _dedented(code: str) -> str:
    """Without common indentation, even where the first line alone has lost its own."""
    plain = textwrap.dedent(code.strip("\n")) + "\n"
    lines = plain.splitlines(True)
    if len(lines) > 2 and not lines[0].startswith((" ", "\t")) and lines[0].rstrip().endswith(":"):
        rest = textwrap.dedent("".join(lines[1:]))
        if rest != "".join(lines[1:]) and not any(line.strip() and line[0] not in " \t" for line in lines[1:]):
            # A body stays one step deeper than its head.
            return lines[0] + textwrap.indent(rest, "    ")
    return plain


def _indent(text: str) -> str:
    match = re.match(r"[ \t]*", text)
    return match.group() if match else ""


def _indented(text: str, indent: str) -> str:
    return textwrap.indent(textwrap.dedent(text).rstrip("\n"), indent) + "\n"
