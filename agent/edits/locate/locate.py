"""Where an edit goes in a file: one place, found by the strictest step that finds any, or a miss with candidates."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence

from agent.edits.locate import steps
from agent.edits.locate.adapt import rewrite
from agent.edits.locate.choose import choose
from agent.edits.locate.elision import has_elision, hidden, locate_elided, merge
from agent.edits.locate.indent import translation
from agent.edits.locate.nearest import candidates_for, locate_nearest
from agent.edits.locate.result import Located, Miss
from agent.edits.locate.steps import Match, unit, without_edges
from agent.edits.locate.symbols import Symbol
from agent.edits.locate.text import FileText, split
from agent.edits.types import Candidate, Edit

Within = tuple[int, int]


def locate(
    edit: Edit,
    text: str | FileText,
    *,
    symbols: Sequence[Symbol] | None = None,
    within: Within | None = None,
    path: str = "",
) -> Located | Miss:
    """Find the one place of a `replace` edit with a text to find.

    Steps in order, each only when the one before found nothing: exact, trailing blanks, indentation, part of a line,
    blank lines, look-alikes, escapes, elision, nearest. A step that finds several places ends in a miss unless the
    edit itself says which (`line_hint`, `anchors`, `at`), or `within`, the lines between which the order of a patch
    puts it. `symbols` are the file's definitions, for the nearest step. `path` goes into the candidates. Never raises.
    """
    file = text if isinstance(text, FileText) else FileText(text)
    found = _locate(edit, file, symbols, within, path)
    if isinstance(found, Miss) and not found.ambiguous:
        for old, new in edit.alternatives:
            if not old.strip():
                continue
            other = _strict(_with(edit, old, new), file, within, path)
            if isinstance(other, Located):
                return other
    return found


def _with(edit: Edit, old: str, new: str) -> Edit:
    from dataclasses import replace

    return replace(edit, old=old, new=new, alternatives=())


def _locate(
    edit: Edit, file: FileText, symbols: Sequence[Symbol] | None, within: Within | None, path: str
) -> Located | Miss:
    if edit.alternatives and edit.format == "search-replace":
        longer = _longest_exact(edit, file)
        if longer is not None:
            edit = longer
    strict = _strict(edit, file, within, path)
    if strict is not None:
        return strict
    for old, new in _unescaped(edit):
        found = _strict(_with(edit, old, new), file, within, path)
        if isinstance(found, Located):
            return _renamed(found, "escapes")
        if found is not None:
            return found
    if has_elision(edit.old, file):
        elided = locate_elided(edit, file, path)
        if isinstance(elided, Located):
            return elided
        return Miss(elided, candidates_for(edit, file, path))
    return locate_nearest(edit, file, symbols, within, path)


def _renamed(found: Located, how: str) -> Located:
    from dataclasses import replace

    return replace(found, how=how)


def _longest_exact(edit: Edit, file: FileText) -> Edit | None:
    """Where a marker line occurs in the content, the reading whose whole text to find stands in the file."""
    readings = [(edit.old, edit.new), *edit.alternatives]
    fitting = [reading for reading in readings if reading[0].strip() and file.trailing.find(split(reading[0])[0], 2)]
    if not fitting:
        return None
    old, new = max(fitting, key=lambda reading: len(reading[0]))
    return _with(edit, old, new)


def _strict(edit: Edit, file: FileText, within: Within | None, path: str) -> Located | Miss | None:
    """The steps that take the text as it is; None when none finds anything."""
    old, new = split(edit.old)[0], split(edit.new)[0]
    if edit.format == "json" and not edit.every:
        literal = _literal(edit, file)
        if literal is not None:
            return literal
    if edit.old and not edit.old.endswith("\n") and edit.format == "json" and not edit.new:
        new = [""]
    readings: list[tuple[Sequence[str], Sequence[str]]] = [(old, new)]
    core = without_edges(old, new)
    if core is not None:
        readings.append(core)
    if not any(line.strip() for line in old):
        return None
    for how, find in _line_steps(file):
        for reading in readings if how != "exact" else readings[:1]:
            found = find(reading[0], reading[1])
            if found:
                return _settle(edit, file, found, reading, how, within, path)
        if how == "indent":
            part = _part_of_line(edit, file, path)
            if part is not None:
                return part
    return None


def _line_steps(file: FileText) -> Iterator[tuple[str, Callable[[Sequence[str], Sequence[str]], list[Match]]]]:
    yield "exact", lambda old, new: steps.exact(file, old)
    yield "whitespace", lambda old, new: steps.trailing(file, old)
    yield "indent", lambda old, new: steps.indented(file, old, new)
    yield "blank-lines", lambda old, new: steps.blank_lines(file, old, new)
    yield "unicode", lambda old, new: steps.unicode(file, old, new)
    yield "unicode", lambda old, new: steps.blank_lines(file, old, new, lookalikes=True)


def _settle(
    edit: Edit,
    file: FileText,
    found: list[Match],
    core: tuple[Sequence[str], Sequence[str]],
    how: str,
    within: Within | None,
    path: str,
) -> Located | Miss:
    by_start = {match.first: match for match in found}
    length = found[0].last - found[0].first
    chosen = choose(file, sorted(by_start), length, edit, within)
    if len(chosen) != 1:
        places = [
            Candidate(path, start + 1, by_start[start].last, _shown(file, start, by_start[start].last), 1.0)
            for start in chosen[:5]
        ]
        count = f"{len(chosen)}" if len(chosen) < 64 else "64 or more"
        return Miss(f"The text to find stands in {count} places.", tuple(places), ambiguous=True)
    match = by_start[chosen[0]]
    new = core[1]
    if how != "exact":
        # Blank lines are compared as blank, so the blanks in them mean nothing either.
        core = ([line if line.strip() else "" for line in core[0]], [line if line.strip() else "" for line in new])
        new = core[1]
    marks = hidden(new, core[0])
    if marks:
        merged = merge(core[0], new, marks)
        if isinstance(merged, str):
            place = Candidate(path, match.first + 1, match.last, _shown(file, match.first, match.last), 1.0)
            return Miss(f"The replacement leaves code out. {merged}", (place,))
        new, how = merged, "elision"
    shift = match.shift if not match.shift.identity else translation(core[0], new, file.lines, unit(file))
    text = rewrite(
        file,
        match.place,
        match.first,
        match.last,
        core[0],
        new,
        shift,
        lookalikes=how == "unicode",
        eof_newline=edit.eof_newline,
    )
    if text is None:
        place = Candidate(path, match.first + 1, match.last, _shown(file, match.first, match.last), 1.0)
        return Miss("The replacement stands further left than the file's indentation allows.", (place,))
    return Located(file.starts[match.first], file.starts[match.last], text, how, match.first + 1, match.last)


def _shown(file: FileText, first: int, last: int) -> str:
    return "".join(line + "\n" for line in file.lines[first:last])


def occurrences(file: FileText, needle: str, limit: int = 3) -> list[int]:
    """Where `needle` (line ends as LF) stands in the flat text, not cutting a word or a number in two."""
    found: list[int] = []
    position = file.flat.find(needle)
    while position >= 0 and len(found) < limit:
        if _on_boundary(file.flat, position, position + len(needle)):
            found.append(position)
        position = file.flat.find(needle, position + 1)
    return found


def _on_boundary(text: str, start: int, end: int) -> bool:
    before, first = text[start - 1 : start], text[start : start + 1]
    last, after = text[end - 1 : end], text[end : end + 1]
    if re.match(r"\w", before) and re.match(r"\w", first):
        return False
    if re.match(r"\w", last) and re.match(r"\w", after):
        return False
    return not (last.isdigit() and after == "." and text[end + 1 : end + 2].isdigit())


def _literal(edit: Edit, file: FileText) -> Located | None:
    """A tool call's text is characters, not lines: taken as it is where it stands exactly once."""
    old, new = edit.old.replace("\r\n", "\n"), edit.new.replace("\r\n", "\n")
    if not old.strip():
        return None
    found = occurrences(file, old, 2)
    if len(found) != 1 or (old.endswith("\n") and file.flat.endswith(old[:-1])):
        return None
    start, end = found[0], found[0] + len(old)
    line_start = file.flat.rfind("\n", 0, start) + 1
    if start > line_start and (old.startswith("\n") or (not file.flat[line_start:start].strip() and "\n" in old + new)):
        # It begins in the indentation of a line, or with the end of one: the steps for lines know better.
        return None
    if "\n" in new and not translation(split(old)[0], split(new)[0], file.lines, unit(file)).identity:
        return None
    if old.endswith("\n") and new and not new.endswith("\n") and file.flat[end : end + 1] not in ("", "\n"):
        return None
    return _cut(file, found[0], found[0] + len(old), new, "exact")


def _cut(file: FileText, start: int, end: int, new: str, how: str) -> Located:
    first, last = file.from_flat(start), file.from_flat(end)
    line = file.line_at(first)
    newline = file.ends[line] or file.newline if file.ends else file.newline
    return Located(first, last, new.replace("\n", newline), how, line + 1, file.line_at(max(last - 1, first)) + 1)


def _part_of_line(edit: Edit, file: FileText, path: str) -> Located | Miss | None:
    """The text to find is part of a line, or begins and ends inside lines: only exact, and only once."""
    old = edit.old.replace("\r\n", "\n")
    new = edit.new.replace("\r\n", "\n")
    if old.endswith("\n"):
        old = old[:-1]
        new = new[:-1] if new.endswith("\n") else new
    if len(old.strip()) < 3 or old.startswith("\n") or old.rstrip(" \t").endswith("\n"):
        # Where it begins or ends with a blank line, it is whole lines and no part of one.
        return None
    found = occurrences(file, old)
    if not found:
        return None
    if len(found) > 1:
        lines = sorted({file.line_at(file.from_flat(place)) for place in found})
        places = tuple(Candidate(path, line + 1, line + 1, file.lines[line] + "\n", 1.0) for line in lines)
        return Miss("The text to find is part of a line that occurs more than once.", places, ambiguous=True)
    start, end = found[0], found[0] + len(old)
    if new.count("\n") > old.count("\n") and file.flat[end : end + 1] not in ("", "\n"):
        line = file.line_at(file.from_flat(start))
        place = Candidate(path, line + 1, line + 1, file.lines[line] + "\n", 0.9)
        return Miss("The text to find is part of a line, and more lines are to replace it.", (place,))
    return _cut(file, start, end, new, "exact")


_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);")


def _unescaped(edit: Edit) -> Iterator[tuple[str, str]]:
    """Other readings of text that was escaped once too often, strictest first."""
    old, new = edit.old, edit.new
    if _ENTITY.search(old):
        yield html.unescape(old), html.unescape(new)
    body = old.rstrip("\n")
    if "\n" not in body and "\\n" in body:
        yield _unescape(old), _unescape(new)
    if "\\" in old:
        quotes = re.sub(r"\\([\"'`])", r"\1", old)
        if quotes != old:
            yield quotes, re.sub(r"\\([\"'`])", r"\1", new)
        halved = old.replace("\\\\", "\\")
        if halved != old:
            yield halved, new.replace("\\\\", "\\")
            both = re.sub(r"\\([\"'`])", r"\1", halved)
            if both != halved:
                yield both, re.sub(r"\\([\"'`])", r"\1", new.replace("\\\\", "\\"))


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\", "/": "/"}


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match.group(1), match.group()), text)
