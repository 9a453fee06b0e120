"""Patches between `*** Begin Patch` and `*** End Patch`: files added, updated, moved and deleted, placed by context.

*** Begin Patch
*** Update File: src/a.py
*** Move to: src/b.py
@@ class A
 context
-old
+new
*** End of File
*** End Patch
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from agent.edits.parse.block import Block, Pending
from agent.edits.parse.lines import Line
from agent.edits.types import Edit

_BEGIN = re.compile(r"^[ \t]*\*\*\* ?Begin Patch\b", re.IGNORECASE)
_END = re.compile(r"^[ \t]*\*\*\* ?End Patch\b", re.IGNORECASE)
_SECTION = re.compile(
    r"^[ \t]*\*\*\* ?(Add|Create|New|Update|Modify|Edit|Delete|Remove)(?: File)?: ?(.+?)[ \t]*$", re.IGNORECASE
)
_MOVE = re.compile(r"^[ \t]*\*\*\* ?(?:Move|Rename)(?: File)? ?to: ?(.+?)[ \t]*$", re.IGNORECASE)
_EOF = re.compile(r"^[ \t]*\*\*\* ?End of File\b", re.IGNORECASE)
_HEREDOC_END = re.compile(r"^(?:EOF|PATCH|END|EOT)['\"]?$")


def starts_patch(text: str) -> bool:
    """Whether a line begins a patch, with or without its opening line."""
    return "***" in text and (_BEGIN.match(text) is not None or _is_section(text))


def _is_section(text: str) -> bool:
    found = _SECTION.match(text)
    return found is not None and ("file" in text[: found.start(2)].lower())


def read_patch(lines: Sequence[Line], at: int, stop: int, *, fenced: bool = False) -> Block | Pending | None:
    """The patch that begins at `lines[at]`. `fenced`: `stop` is where the closing fence stands, which ends it too."""
    if not starts_patch(lines[at].text):
        return None
    index = at + (1 if _BEGIN.match(lines[at].text) else 0)
    edits: list[Edit] = []
    begun = len(edits)
    path: str | None = None
    closed = False
    while index < stop:
        text = lines[index].text
        if _END.match(text):
            index += 1
            closed = True
            break
        section = _SECTION.match(text)
        if section:
            begun = len(edits)
            path = section.group(2).strip("`\"'")
            index = _read_section(lines, index, stop, section.group(1).lower(), path, edits)
            continue
        if text.strip() and not fenced and path is None:
            return None
        if text.strip() and not fenced:
            # The patch ended without its closing line and prose goes on.
            closed = True
            break
        index += 1
    if not edits and (closed or fenced):
        return None
    if closed or fenced:
        return Block(stop if fenced else index, tuple(edits), path=path)
    return Pending(path, "patch", "the line *** End Patch is missing", tuple(edits[:begun]), ("***",), quiet="+- @")


def _read_section(lines: Sequence[Line], at: int, stop: int, verb: str, path: str, edits: list[Edit]) -> int:
    index = at + 1
    start = lines[at].start
    if verb in ("delete", "remove"):
        edits.append(Edit("delete", path, format="patch", span=(start, lines[at].end)))
        while index < stop and lines[index].text[:1] == "-" and not lines[index].text.startswith("***"):
            index += 1
        return index
    body: list[str] = []
    if verb in ("add", "create", "new"):
        while index < stop and not _marks(lines[index].text):
            body.append(lines[index].text)
            index += 1
        index, body = _trim(lines, index, body)
        if any(line.startswith("+") for line in body):
            body = [line[1:] if line.startswith("+") else line for line in body]
        text = "".join(line + "\n" for line in body)
        if index < stop and _EOF.match(lines[index].text):
            index += 1
        edits.append(Edit("replace", path, new=text, format="patch", span=(start, lines[index - 1].end)))
        return index
    if index < stop and (move := _MOVE.match(lines[index].text)):
        edits.append(
            Edit("move", path, move_to=move.group(1).strip("`\"'"), format="patch", span=(start, lines[index].end))
        )
        path = edits[-1].move_to
        index += 1
    anchors: list[str] = []
    rows: list[str] = []
    chunk_start = index

    def flush(at_end: bool) -> None:
        nonlocal anchors, rows
        if any(row[:1] in "+-" and row for row in rows):
            span = (lines[chunk_start].start, lines[max(index - 1, chunk_start)].end)
            edits.append(_chunk(path, rows, tuple(anchors), at_end, span))
            anchors = []
        rows = []

    while index < stop:
        text = lines[index].text
        if _EOF.match(text):
            flush(True)
            index += 1
            chunk_start = index
            continue
        if _marks(text):
            break
        if text.startswith("@@"):
            if rows:
                flush(False)
            if not rows and (not anchors or lines[index - 1].text.startswith("@@")):
                chunk_start = index if not anchors else chunk_start
            anchor = re.sub(r"\s*@@+$", "", re.sub(r"^@@+", "", text)).strip()
            # `@@ -1,2 +3,4 @@ def f():` from the other format: the numbers say nothing here.
            anchor = re.sub(r"^-\d+(?:,\d+)? \+\d+(?:,\d+)?(?: @@)?\s*", "", anchor)
            if anchor:
                anchors.append(anchor)
            index += 1
            continue
        if not rows and not text.strip() and _rest_blank(lines, index, stop):
            index += 1
            continue
        rows.append(text)
        index += 1
    index, rows = _trim(lines, index, rows)
    flush(False)
    while index < stop and not lines[index].text.strip():
        index += 1
    return index


def _marks(text: str) -> bool:
    return text.lstrip().startswith("***") and bool(
        _END.match(text) or _EOF.match(text) or _SECTION.match(text) or _BEGIN.match(text) or _MOVE.match(text)
    )


def _rest_blank(lines: Sequence[Line], index: int, stop: int) -> bool:
    while index < stop and not lines[index].text.strip():
        index += 1
    return index >= stop or _marks(lines[index].text) or lines[index].text.startswith("@@")


def _trim(lines: Sequence[Line], index: int, rows: list[str]) -> tuple[int, list[str]]:
    """Leave off blank lines and a shell's closing word at the end of a section."""
    while rows and (not rows[-1].strip() or _HEREDOC_END.match(rows[-1])):
        rows = rows[:-1]
    return index, rows


def _chunk(path: str, rows: list[str], anchors: tuple[str, ...], at_end: bool, span: tuple[int, int]) -> Edit:
    while rows and not rows[-1].strip():
        rows = rows[:-1]
    lost = [row for row in rows if row and row[0] not in "+- "]
    first = [(row[0], row[1:]) if row and row[0] in "+- " else (" ", row) for row in rows]
    readings = [first]
    if lost:
        # The context lost its leading blank: then indented lines, too, are meant as they stand.
        readings.append([(row[0], row[1:]) if row and row[0] in "+-" else (" ", row) for row in rows])
    texts = []
    for reading in readings:
        old = "".join(text + "\n" for mark, text in reading if mark != "+")
        new = "".join(text + "\n" for mark, text in reading if mark != "-")
        texts.append((old, new))
    old, new = texts[0]
    at: Literal["", "end"] = "end" if at_end else ""
    flaw = ""
    if not old and not at_end:
        flaw = "The chunk adds lines without any line around them, so nothing says where they go."
    return Edit(
        "replace",
        path,
        old=old,
        new=new,
        format="patch",
        span=span,
        anchors=anchors,
        alternatives=tuple(texts[1:]),
        at=at,
        flaw=flaw,
    )
