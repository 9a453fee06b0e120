"""Java: names, imports, casts, `throws`, initial values, as javac's messages tell them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repair.advice.types import Advice, Diagnostic, Place, likely_results, operand
from agent.repair.importing import imported
from agent.repair.types import Splice

if TYPE_CHECKING:
    from tree_sitter import Node

_SIZES = ("length", "length()", "size()")
"""How many there are: of an array, a string, a collection."""
_ZERO = {"boolean": "false", "char": "'\\0'", "double": "0.0", "float": "0f", "long": "0L"}
_WHOLE = frozenset({"int", "short", "byte"})
_CALLS = frozenset({"method_invocation", "field_access", "object_creation_expression"})
_METHODS = frozenset({"method_declaration", "constructor_declaration"})


def advise(place: Place, error: Diagnostic) -> list[Advice]:
    """Edits that may do away with an error, the likeliest first."""
    start = _caret(place, error)
    for pattern, answer in _ANSWERS:
        if match := re.match(pattern, error.message):
            return answer(place, error, start, match)
    return []


def _caret(place: Place, error: Diagnostic) -> int:
    """The character that javac's caret stands under, or that Maven names: a tab goes to the next eighth column."""
    if error.column:
        return place.shown_at(error.line, error.column)
    for line in error.details:
        if re.fullmatch(r"\s*\^\s*", line):
            return place.at(error.line, line.index("^") + 1, bytewise=False)
    return place.at(error.line, 1)


def _no_symbol(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    told = next((m for line in error.details if (m := re.match(r"\s*symbol:\s+(\w+) (\w+)(\(.*\))?", line))), None)
    if told is None:
        return []
    kind, name, arguments = told.groups()
    found: list[Advice] = []
    if kind == "class" or (kind == "variable" and name[0].isupper()):
        text = imported(place.path, place.text, "")
        if text != place.text:
            found.append(Advice((Splice(0, len(place.text), text),), f"import of {name}"))
    at = start + 1 if place.text[start : start + 1] == "." else start
    at = at if place.word(at) == name else place.text.find(name, start)
    if at < 0 or place.number(at) != error.line:
        return found
    written = name + "()" if arguments == "()" else name
    if written in _SIZES and place.text.startswith(written, at):
        kind = next((m[1] for line in error.details if (m := re.match(r"\s*location: .* of type (.+)", line))), "")
        fit = "length" if kind.endswith("[]") else "length()" if kind in ("String", "StringBuilder") else "size()"
        if fit != written:
            found.append(Advice((Splice(at, at + len(written), fit),), f"{written} → {fit}"))
    if error.again and not error.first and kind == "variable":
        return found
    renamed = place.renamed(at, name, place.names)
    declared = _declared(place, error.line, name) if kind == "variable" else []
    return found + (declared + renamed if error.again else renamed + declared)


def _declared(place: Place, number: int, name: str) -> list[Advice]:
    """A type put before the first assignment to a name."""
    line = place.line(number)
    match = re.match(rf"(\s*(?:for \()?){name} = (.+)", line)
    if match is None:
        return []
    value = match[2]
    made = re.match(r"new ([\w.]+(?:<[^(]*>)?(?:\[\])?)", value)
    kind = "int" if re.match(r"-?\d+\s*;", value) else "String" if value.startswith('"') else "var"
    at = place.starts[number - 1] + match.end(1)
    kind = made[1] if made and not made[1].endswith("<>") else kind
    return [Advice((Splice(at, at, f"{kind} "),), f"{kind} {name}")]


def _node(place: Place, start: int) -> Node | None:
    """The expression that javac points at: at the operator of a binary one, at the dot or the bracket of a call."""
    node = place.node(start, 1)
    if node is not None and not node.is_named:
        node = node.parent
        if node is not None and node.type == "argument_list":
            node = node.parent
    while node is not None and node.parent is not None and node.parent.type in _CALLS:
        owner = node.parent.child_by_field_name("object")
        if owner is not None and owner == node:
            break
        node = node.parent
    return node


def _wrapped(place: Place, start: int, before: str, after: str = "", bare: bool = False) -> list[Advice]:
    node = _node(place, start)
    if node is None or place.tree is None:
        return []
    words = place.tree.of(node)
    inner = words if bare else operand(words)
    return [Advice((Splice(*place.tree.span(node), before + inner + after),), before + inner + after)]


def _lossy(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    return _wrapped(place, start, f"({match[1]}) ")


def _convert(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    have, want = match[1], match[2]
    if want == "boolean" and place.text[start : start + 1] == "=":
        return [Advice((Splice(start, start + 1, "=="),), "= → ==")]
    if want == "String":
        return _wrapped(place, start, "String.valueOf(", ")", bare=True)
    if have == "String" and want == "int":
        return _wrapped(place, start, "Integer.parseInt(", ")", bare=True)
    if have == "String" and want == "char":
        return _wrapped(place, start, "", ".charAt(0)")
    return []


def _method(place: Place, start: int) -> Node | None:
    node = place.node(start)
    while node is not None and node.type not in _METHODS:
        node = node.parent
    return node


def _no_return(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    """A value before the closing brace: the last variable of that type, else the zero value."""
    method = _method(place, start)
    kind = method.child_by_field_name("type") if method is not None else None
    if method is None or kind is None or place.tree is None:
        return []
    name = place.tree.of(kind)
    zero = _ZERO.get(name, "0" if name in _WHOLE else "null")
    end = place.tree.span(method)[1] - 1
    at = place.starts[place.number(end) - 1]
    if place.text[at:end].strip():
        return []
    first = place.number(place.tree.span(method)[0]) + 1
    deep = next((place.indent(n) for n in range(first, place.number(end)) if place.line(n).strip()), "    ")
    # Of the outermost level, and parameters: what a loop declares is gone at its end.
    declared = re.findall(rf"^(?:{deep}|.*[(,] ?){re.escape(name)}\s+(\w+)\s*(?=[=;,)])", place.tree.of(method), re.M)
    values = likely_results([*declared, zero])[:4]
    return [Advice((Splice(at, at, f"{deep}return {value};\n"),), f"return {value}", guess=True) for value in values]


def _unreported(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    method = _method(place, start)
    body = method.child_by_field_name("body") if method is not None else None
    if method is None or body is None or place.tree is None:
        return []
    at = place.tree.span(body)[0]
    head = place.text[place.tree.span(method)[0] : at]
    words = f", {match[1]} " if re.search(r"\bthrows\b", head) else f"throws {match[1]} "
    back = len(head) - len(head.rstrip()) if words.startswith(",") else 0
    return [Advice((Splice(at - back, at, words),), f"throws {match[1]}")]


def _uninitialised(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    places = list(re.finditer(rf"\b([\w<>\[\]]+)\s+{match[1]}(?=\s*;)", place.text[:start]))
    if not places:
        return []
    declared = places[-1]
    zero = _ZERO.get(declared[1], "0" if declared[1] in _WHOLE else "null")
    return [Advice((Splice(declared.end(), declared.end(), f" = {zero}"),), f"{match[1]} = {zero}")]


def _twice(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    line = place.text[place.starts[error.line - 1] : start]
    kind = re.search(r"[\w<>\[\],]+\s+$", line)
    if kind is None:
        return []
    return [Advice((Splice(start - len(kind[0]), start, ""),), f"{match[1]} is not declared again", guess=True)]


def _static(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    declared = re.search(
        rf"^([ \t]*(?:(?:public|private|protected|final)\s+)*)(?!return|new)[\w<>\[\]]+\s+{match[1]}\s*[(=;]",
        place.text,
        re.M,
    )
    return [Advice((Splice(declared.end(1), declared.end(1), "static "),), f"static {match[1]}")] if declared else []


def _final(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    declared = re.search(rf"\bfinal\s+(?=(?:static\s+)?[\w<>\[\]]+\s+{match[1]}\b)", place.text)
    return (
        [Advice((Splice(declared.start(), declared.end(), ""),), f"{match[1]} is not final", guess=True)]
        if declared
        else []
    )


def _unreachable(place: Place, error: Diagnostic, start: int, match: re.Match[str]) -> list[Advice]:
    before, line = place.text[place.starts[error.line - 1] : start], place.line(error.line)
    if before.strip() or not line.rstrip().endswith(";"):
        return []
    return [Advice((place.whole_line(error.line),), f"{line.strip()} taken out")]


_ANSWERS = (
    (r"cannot find symbol()", _no_symbol),
    (r"incompatible types: possible lossy conversion from \w+ to (\w+)", _lossy),
    (r"incompatible types: (\w+) cannot be converted to (\w+)", _convert),
    (r"missing return statement()", _no_return),
    (r"unreported exception (\w+); must be caught or declared to be thrown", _unreported),
    (r"variable (\w+) might not have been initialized", _uninitialised),
    (r"variable (\w+) is already defined in", _twice),
    (r"non-static (?:method|variable) (\w+)(?:\(.*\))? cannot be referenced from a static context", _static),
    (r"cannot assign a value to final variable (\w+)", _final),
    (r"unreachable statement()", _unreachable),
)
