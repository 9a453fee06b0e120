"""Definitions that a file does not have, put where such definitions stand in it: for requests that ask to add some."""

from __future__ import annotations

import re

from agent.edits.locate.indent import indent
from agent.edits.locate.symbols import Shape, Symbol, shape_of
from agent.edits.locate.text import FileText, split
from agent.edits.symbol import SymbolEdit, SymbolMiss, blank_lines, head_start, margin, new_imports

_METHOD = re.compile(r"\(\s*(?:&\s*(?:'\w+\s+)?)?(?:mut\s+)?(?:self|cls)\b")
_STATIC = re.compile(r"\s*@(?:static|class)method\b")


def added_definitions(text: str, new: str, path: str) -> SymbolEdit | SymbolMiss | None:
    """The text with the definitions of `new` behind its last one, methods behind the last one of its only class.

    None where `new` holds anything else than definitions, comments and imports, or one that the file has: then it is
    not (only) an addition. A miss where it is one, and nothing says where it goes.
    """
    lines = split(new)[0]
    cut = len(margin(lines))
    lines = [line[cut:] if line.strip() else line for line in lines]
    old, fresh = shape_of(path, text), shape_of(path, "\n".join(lines) + "\n", fragment=True)
    if old is None or fresh is None or not fresh.top or not old.top or fresh.broken or fresh.others:
        return None
    if {symbol.name for symbol in fresh.top} & {symbol.name for symbol in old.symbols}:
        return None
    methods = [s for s in fresh.top if fresh.wrapped or _is_method(lines, s)]
    if methods and len(methods) < len(fresh.top):
        return SymbolMiss("It holds functions and methods, so nothing says where they go.")
    file = FileText(text)
    bodies = [lines[head_start(lines, symbol) : symbol.end_line] for symbol in fresh.top]
    if methods or _only_a_class(old, path):
        place = _in_class(file, old, path)
        if isinstance(place, SymbolMiss):
            return place
        at, column, gap = place
    else:
        # One within an `if` or a `try` is only there where that is so.
        columns = {symbol: len(indent(file.lines[symbol.outer_line - 1])) for symbol in old.top}
        outermost = [symbol for symbol in old.top if columns[symbol] == min(columns.values())]
        last = max(outermost, key=lambda symbol: symbol.end_line)
        at, column, gap = last.end_line, indent(file.lines[last.outer_line - 1]), blank_lines(file, last)
    put = [line for body in bodies for line in [*[""] * gap, *(column + one if one.strip() else "" for one in body)]]
    piece = "".join(line + file.newline for line in put)
    changes = [(file.starts[at], piece)]
    if at == len(file.lines) and not file.ends[-1]:
        changes = [(file.starts[at], file.newline + piece[: -len(file.newline)])]
    notes = [f"{fresh.top[0].name} is new" if len(fresh.top) == 1 else "new definitions"]
    if (imports := new_imports(file, fresh, old, lines, path)) is not None:
        changes.append((imports[0], imports[2]))
        notes.append("an import was added")
    for start, words in sorted(changes, reverse=True):
        text = text[:start] + words + text[start:]
    return SymbolEdit(text, at + 1, at + 1, "; ".join(notes))


def _is_method(lines: list[str], symbol: Symbol) -> bool:
    above = lines[symbol.outer_line - 1 : symbol.start_line - 1]
    return _METHOD.search(lines[symbol.start_line - 1]) is not None or any(map(_STATIC.match, above))


def _only_a_class(shape: Shape, path: str) -> bool:
    """Java has no functions outside classes."""
    return path.endswith(".java") and len(shape.top) == 1


def _in_class(file: FileText, shape: Shape, path: str) -> tuple[int, str, int] | SymbolMiss:
    """(line behind which a method goes, its indentation, blank lines above it) in the file's only class."""
    owners = [symbol for symbol in shape.top if symbol.kind == "class"]
    # Rust: methods stand in an `impl`, not in the struct.
    owners = [symbol for symbol in owners if symbol.name.startswith("impl ")] or owners
    if len(owners) != 1:
        return SymbolMiss("A method was given, and the file has not one class alone.")
    owner = owners[0]
    inner = [
        s for s in shape.symbols if s.depth == owner.depth + 1 and owner.start_line < s.start_line <= owner.end_line
    ]
    if not inner:
        return SymbolMiss(f"{owner.name} has no method that the new one could stand behind.")
    last = max(inner, key=lambda symbol: symbol.end_line)
    return last.end_line, indent(file.lines[last.start_line - 1]), _between(file, inner, last)


def _between(file: FileText, inner: list[Symbol], last: Symbol) -> int:
    return blank_lines(file, last) if len(inner) > 1 else 1
