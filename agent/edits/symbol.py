"""Replacing whole functions and classes by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.edits.locate.adapt import rewrite
from agent.edits.locate.elision import hidden, is_elision, merge
from agent.edits.locate.indent import Shift, file_unit, indent, relate
from agent.edits.locate.symbols import Shape, Symbol, shape_of
from agent.edits.locate.text import FileText, split

_ABOVE = re.compile(r"^\s*(?:#|//|/\*|\*|@|\"\"\"|--|;|%|<!--|\[|///)")


@dataclass(frozen=True)
class SymbolEdit:
    """The text with the definitions replaced."""

    text: str
    first: int
    """1-based first and last line of the original that were replaced."""
    last: int
    note: str = ""
    """What was added beside them, for the person."""


@dataclass(frozen=True)
class SymbolMiss:
    """Why not."""

    reason: str
    places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class _Piece:
    """One definition of the reply: its lines with what stands directly above it, and the definition it replaces."""

    symbol: Symbol
    lines: list[str]
    head: int
    """How many of the lines stand above the definition proper (decorators, comments)."""
    target: Symbol | None


def replace_symbols(text: str, new: str, path: str, *, wanted: str = "") -> SymbolEdit | SymbolMiss:
    """Replace each definition of `new` that the file has under the same name, and only those.

    A new import of a Python text is added below the file's imports. A definition that the file does not have is put
    beside the one that it stands next to in `new`; with none of them in the file, nothing is guessed. `wanted` is the
    one qualified name that is meant, where several fit.
    """
    lines = split(new)[0]
    shared = margin(lines)
    lines = [line[len(shared) :] if line.strip() else line for line in lines]
    old_shape, new_shape = shape_of(path, text), shape_of(path, "\n".join(lines) + "\n", fragment=True)
    if old_shape is None or new_shape is None:
        return SymbolMiss("There is no parser for this language, so a definition cannot be found by its name.")
    if not new_shape.top:
        return SymbolMiss("The text holds no definition.")
    pieces: list[_Piece] = []
    for symbol in new_shape.top:
        target = _target(symbol, old_shape, bool(shared) or new_shape.wrapped, lines, wanted)
        if isinstance(target, SymbolMiss):
            return target
        start = head_start(lines, symbol)
        pieces.append(_Piece(symbol, lines[start : symbol.end_line], symbol.start_line - 1 - start, target))
    if all(piece.target is None for piece in pieces):
        names = ", ".join(piece.symbol.name for piece in pieces[:5])
        return SymbolMiss(f"The file has no definition of {names}, so nothing says where it goes.")
    file = FileText(text)
    changes: list[tuple[int, int, str]] = []
    notes: list[str] = []
    for number, piece in enumerate(pieces):
        if piece.target is None:
            added = _beside(file, pieces, number)
            changes.append(added)
            notes.append(f"{piece.symbol.name} is new and was put beside its neighbour in the reply")
            continue
        change = _replaced(file, piece)
        if isinstance(change, SymbolMiss):
            inner = _members(file, piece, old_shape, new_shape, lines)
            if inner is None:
                return change
            changes.extend(inner)
            continue
        changes.append(change)
    imports = new_imports(file, new_shape, old_shape, lines, path)
    if imports is not None:
        changes.append(imports)
        notes.append("an import was added")
    result = text
    for start, end, piece_text in sorted(changes, key=lambda change: (change[0], change[1]), reverse=True):
        result = result[:start] + piece_text + result[end:]
    replaced = [piece.target for piece in pieces if piece.target is not None]
    return SymbolEdit(result, min(s.outer_line for s in replaced), max(s.end_line for s in replaced), "; ".join(notes))


def margin(lines: Sequence[str]) -> str:
    """The indentation that all lines have in common."""
    margins = [indent(line) for line in lines if line.strip()]
    if not margins:
        return ""
    shortest = min(margins, key=len)
    return shortest if all(own.startswith(shortest) for own in margins) else ""


def _target(symbol: Symbol, shape: Shape, inner: bool, lines: Sequence[str], wanted: str) -> Symbol | SymbolMiss | None:
    """The definition of the file that a definition of the reply replaces; None when the file has none of its name."""
    same = [other for other in shape.symbols if other.name == symbol.name and other.kind == symbol.kind]
    if not same:
        same = [other for other in shape.symbols if other.name == symbol.name]
    if len(same) > 1 and wanted:
        same = [other for other in same if other.qualified == wanted or other.name == wanted] or same
    if len(same) > 1:
        header = lines[symbol.start_line - 1]
        method = inner or re.search(r"\(\s*(?:self|cls)\b", header) is not None
        nearer = [other for other in same if (other.depth > 0) == method]
        same = nearer or same
    if len(same) > 1:
        exact = [other for other in same if other.depth == symbol.depth] if not inner else []
        same = exact if len(exact) == 1 else same
    if not same:
        return None
    if len(same) > 1:
        places = tuple((other.outer_line, other.end_line) for other in same)
        return SymbolMiss(f"The file has {len(same)} definitions of {symbol.name}.", places)
    return same[0]


def head_start(lines: Sequence[str], symbol: Symbol) -> int:
    """The index of the first line that belongs to a definition: its decorators and the comment right above it."""
    start = symbol.outer_line - 1
    while start > 0 and lines[start - 1].strip() and _ABOVE.match(lines[start - 1]):
        start -= 1
    return start


def _replaced(file: FileText, piece: _Piece) -> tuple[int, int, str] | SymbolMiss:
    target = piece.target
    assert target is not None
    bare = piece.head == 0 and piece.symbol.outer_line == piece.symbol.start_line
    # A reply without the decorators, or the comment above, leaves those of the file alone.
    first = target.start_line - 1 if bare else target.outer_line - 1
    if not bare:
        above = first
        while above > 0 and file.lines[above - 1].strip() and _ABOVE.match(file.lines[above - 1]):
            above -= 1
        if (
            piece.head
            and _ABOVE.match(piece.lines[0])
            and not piece.lines[0].lstrip().startswith("@")
            and above < first
        ):
            first = above
    last = target.end_line
    own = file.lines[first:last]
    new = list(piece.lines)
    if bare and not _shares_line_start(file, target):
        return SymbolMiss(
            f"{target.name} does not begin on a line of its own.", ((target.start_line, target.end_line),)
        )
    unit = file_unit(file.lines)
    shift = relate([(new[0], own[0])], [*new, *own], unit)
    if shift is None:
        return SymbolMiss(f"The indentation of {target.name} does not fit.", ((first + 1, last),))
    shifted: list[str] = []
    for line in new:
        moved = shift.apply(line)
        if moved is None:
            return SymbolMiss(f"The indentation of {target.name} does not fit.", ((first + 1, last),))
        shifted.append(moved)
    if bare and own and re.match(r"\s*export\b", own[0]) and not re.match(r"\s*export\b", shifted[0]):
        words = re.match(r"\s*export\s+(?:default\s+)?", own[0])
        shifted[0] = indent(shifted[0]) + (words.group().strip() + " " if words else "") + shifted[0].lstrip()
    marks = hidden(shifted, own)
    if marks:
        merged = merge(own, shifted, marks)
        if isinstance(merged, str):
            return SymbolMiss(f"The new {target.name} leaves code out. {merged}", ((first + 1, last),))
        shifted = merged
    text = rewrite(file, range(first, last), first, last, own, shifted, Shift())
    if text is None:
        return SymbolMiss(f"The indentation of {target.name} does not fit.", ((first + 1, last),))
    return file.starts[first], file.starts[last], text


def _members(
    file: FileText, piece: _Piece, old_shape: Shape, new_shape: Shape, lines: Sequence[str]
) -> list[tuple[int, int, str]] | None:
    """A class that leaves members out: those it gives, each replacing its namesake; None when that is not all."""
    target = piece.target
    if target is None or piece.symbol.kind != "class":
        return None
    inside = [
        s
        for s in new_shape.symbols
        if s.depth == piece.symbol.depth + 1 and piece.symbol.start_line <= s.start_line <= piece.symbol.end_line
    ]
    theirs = [
        s
        for s in old_shape.symbols
        if s.depth == target.depth + 1 and target.start_line <= s.start_line <= target.end_line
    ]
    given: set[int] = set()
    changes: list[tuple[int, int, str]] = []
    for symbol in inside:
        same = [other for other in theirs if other.name == symbol.name]
        if len(same) != 1:
            return None
        start = head_start(lines, symbol)
        while start < symbol.outer_line - 1 and is_elision(lines[start]):
            start += 1
        part = _Piece(symbol, list(lines[start : symbol.end_line]), symbol.start_line - 1 - start, same[0])
        given.update(range(start, symbol.end_line))
        change = _replaced(file, part)
        if isinstance(change, SymbolMiss):
            return None
        changes.append(change)
    known = {line.strip() for line in file.lines[target.outer_line - 1 : target.end_line]}
    rest = [lines[i].strip() for i in range(piece.symbol.outer_line - 1, piece.symbol.end_line) if i not in given]
    if not changes or any(line and not is_elision(line) and line not in known for line in rest):
        return None
    return changes


def _shares_line_start(file: FileText, target: Symbol) -> bool:
    return 0 < target.start_line <= len(file.lines)


def _beside(file: FileText, pieces: Sequence[_Piece], number: int) -> tuple[int, int, str]:
    """Where a definition goes that the file does not have: before or after its neighbour in the reply."""
    after = next((piece.target for piece in pieces[number + 1 :] if piece.target is not None), None)
    before = next((piece.target for piece in reversed(pieces[:number]) if piece.target is not None), None)
    anchor = before if before is not None else after
    assert anchor is not None
    column = indent(file.lines[anchor.outer_line - 1])
    body = [column + line if line.strip() else "" for line in pieces[number].lines]
    gap = [""] * blank_lines(file, anchor)
    newline = file.newline
    if before is not None:
        at = file.starts[before.end_line]
        text = "".join(line + newline for line in [*gap, *body])
        if before.end_line == len(file.lines) and not file.ends[-1]:
            text = newline + text[: -len(newline)]
        return at, at, text
    at = file.starts[anchor.outer_line - 1]
    return at, at, "".join(line + newline for line in [*body, *gap])


def blank_lines(file: FileText, anchor: Symbol) -> int:
    """How many blank lines the file puts between definitions, judged by those around this one."""
    count = 0
    index = anchor.outer_line - 2
    while index >= 0 and not file.lines[index].strip():
        count += 1
        index -= 1
    if index >= 0 and count:
        return count
    index, count = anchor.end_line, 0
    while index < len(file.lines) and not file.lines[index].strip():
        count += 1
        index += 1
    return count if count and index < len(file.lines) else (2 if anchor.depth == 0 else 1)


def new_imports(
    file: FileText, new_shape: Shape, old_shape: Shape, lines: Sequence[str], path: str
) -> tuple[int, int, str] | None:
    """The reply's imports that the file has not, to go below the file's last one at the top level."""
    known = {re.sub(r"\s+", " ", " ".join(file.lines[a - 1 : b])).strip() for a, b in old_shape.imports}
    there = {name for line in known for name in re.findall(r'"[^"]+"', line)}
    fresh: list[str] = []
    for first, last in new_shape.imports:
        statement = list(lines[first - 1 : last])
        if re.sub(r"\s+", " ", " ".join(statement)).strip() not in known:
            if path.endswith(".go"):
                # One package imported twice, alone and in a group, is an error there.
                statement = [line for line in statement if there.isdisjoint(re.findall(r'"[^"]+"', line))]
                if not any('"' in line for line in statement):
                    continue
            fresh.extend(statement)
    if not fresh:
        return None
    text = "".join(line + file.newline for line in fresh)
    if old_shape.imports:
        # Only the block at the head counts: an import in the middle of a file is there for a reason.
        first_definition = min((s.outer_line for s in old_shape.top), default=len(file.lines) + 1)
        heads = [rows for rows in old_shape.imports if rows[1] < first_definition] or [old_shape.imports[0]]
        at = file.starts[heads[-1][1]]
        return at, at, text
    first_code = min([rows[0] for rows in old_shape.others] + [s.outer_line for s in old_shape.top], default=1)
    if old_shape.others and path.endswith((".py", ".pyi")):
        rows = old_shape.others[0]
        if re.match(r"\s*[rRbBuU]{0,2}(\"\"\"|'''|\"|')", file.lines[rows[0] - 1]):
            at = file.starts[rows[1]]
            return at, at, file.newline + text
    at = file.starts[first_code - 1]
    return at, at, text + file.newline
