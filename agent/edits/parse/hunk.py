"""One hunk of a unified diff as one edit: what its rows say, whatever its numbers say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from agent.edits.parse.lines import Line
from agent.edits.types import Edit

HUNK = re.compile(r"^@@+(?:\s*-(\d+)(?:,(\d+))?\s*\+(\d+)(?:,(\d+))?\s*@@+|\s*(?:\.\.\.\s*)?@@+|(?=\s|$))[ \t]?(.*)$")

GIT = re.compile(r"^diff --(?:git|cc|combined) (.*)$")

_NO_NEWLINE = re.compile(r"^\\ ?(?:No newline|\S)", re.IGNORECASE)


@dataclass
class FileDiff:
    old: str | None = None
    new: str | None = None
    """None: not said; `/dev/null`: no file on that side."""
    move_from: str = ""
    move_to: str = ""
    copy: bool = False
    mode: int | None = None
    deleted: bool = False
    created: bool = False
    binary: bool = False
    git: bool = False
    start: int = 0
    hunks: list[Edit] = field(default_factory=list)


def starts_headers(lines: Sequence[Line], index: int, stop: int) -> bool:
    return lines[index].text.startswith("--- ") and index + 1 < stop and lines[index + 1].text.startswith("+++ ")


def read_hunk(lines: Sequence[Line], index: int, stop: int, file: FileDiff, header: str | None, *, fenced: bool) -> int:
    """Read one hunk's body and add it to the file; the index after it."""
    found = HUNK.match(header) if header is not None else None
    numbers = found is not None and found.group(1) is not None
    old_count = int(found.group(2) or 1) if found is not None and numbers else -1
    new_count = int(found.group(4) or 1) if found is not None and numbers else -1
    begun = index
    rows: list[tuple[str, str]] = []
    no_newline: set[str] = set()
    old_seen = new_seen = 0
    while index < stop:
        text = lines[index].text
        mark = text[:1]
        full = numbers and old_seen >= old_count and new_seen >= new_count
        if text.startswith("@@") and HUNK.match(text):
            break
        if GIT.match(text) or (text.startswith("Index: ") and index + 1 < stop):
            break
        if starts_headers(lines, index, stop) and _hunk_follows(lines, index + 2, stop):
            break
        if mark == "-" and text.rstrip() in ("--", "-- ") and full:
            # The signature of a mailed patch.
            index = _skip_signature(lines, index, stop)
            break
        if mark == "\\" and _NO_NEWLINE.match(text):
            if rows:
                no_newline.add(rows[-1][0])
            index += 1
            continue
        if mark and mark in "+- ":
            rows.append((mark, text[1:]))
        elif not text.strip():
            if full and not fenced:
                break
            rows.append((" ", ""))
        elif fenced and not full:
            # A context line that lost its leading blank.
            rows.append(("?", text))
        elif fenced and mark not in ("#", "`"):
            rows.append(("?", text))
        else:
            break
        old_seen += rows[-1][0] != "+"
        new_seen += rows[-1][0] != "-"
        index += 1
    extra = 0
    while rows and rows[-1] == (" ", "") and (old_seen - extra, new_seen - extra) != (old_count, new_count):
        rows.pop()
        extra += 1
    if not fenced and extra:
        index -= extra
    if not any(mark in "+-" for mark, _ in rows):
        return index
    edit = _hunk_edit(rows, no_newline, found, numbers, (old_count, new_count))
    file.hunks.append(replace(edit, span=(lines[max(begun - (header is not None), 0)].start, lines[index - 1].end)))
    return index


def _hunk_follows(lines: Sequence[Line], index: int, stop: int) -> bool:
    return index >= stop or lines[index].text.startswith("@@") or not lines[index].text.strip()


def _skip_signature(lines: Sequence[Line], index: int, stop: int) -> int:
    index += 1
    while index < stop and re.match(r"^\d+\.\d+", lines[index].text):
        index += 1
    return index


def _hunk_edit(
    rows: list[tuple[str, str]],
    no_newline: set[str],
    found: re.Match[str] | None,
    numbers: bool,
    counts: tuple[int, int],
) -> Edit:
    """The replace edit of a hunk's rows, with the second reading for context that lost its leading blank."""
    lost = any(mark == "?" for mark, _ in rows)
    first = [(mark if mark != "?" else " ", text) for mark, text in rows]
    old, new = _sides_of(first)
    alternatives: list[tuple[str, str]] = []
    if lost:
        # Then every context line may have lost its blank, those that begin with one of their own as well.
        verbatim = [
            (mark if mark != "?" else " ", text if mark != " " or not text else " " + text) for mark, text in rows
        ]
        alternatives.append(_sides_of(verbatim))
    marked = [text for mark, text in rows if mark in "+-" and text]
    if marked and all(text.startswith(" ") for text in marked):
        # `- old` and `+ new` with a blank after the mark; context may have it or not.
        spaced = [(mark if mark != "?" else " ", text[1:] if mark in "+-" and text else text) for mark, text in rows]
        alternatives.append(_sides_of(spaced))
        if any(mark in " ?" and text for mark, text in rows):
            wide = [(mark, text if mark in "+-" or not text else " " + text) for mark, text in spaced]
            alternatives.append(_sides_of(wide))
    heading = found.group(5).strip() if found is not None else ""
    heading = re.sub(r"\s*@@+$", "", heading)
    at: Literal["", "start"] = ""
    flaw = ""
    hint = int(found.group(1)) if found is not None and numbers else None
    if old and counts != (
        len([mark for mark, _ in rows if mark != "+"]),
        len([mark for mark, _ in rows if mark != "-"]),
    ):
        # Who did not count the lines of the hunk did not count those of the file.
        hint = None
    if not old:
        if hint == 0:
            at = "start"
        elif counts != (0, len([mark for mark, _ in rows if mark == "+"])):
            flaw = "The hunk adds lines without any line around them, so nothing says where they go."
    has_old = "\\" if not no_newline else "".join(sorted(no_newline))
    eof: bool | None = None
    if has_old != "\\":
        new_open = bool(no_newline & {"+", " ", "?"})
        eof = not new_open
    return Edit(
        "replace",
        None,
        old=old,
        new=new,
        format="diff",
        line_hint=hint,
        anchors=(heading,) if heading else (),
        alternatives=tuple(dict.fromkeys(a for a in alternatives if a != (old, new))),
        eof_newline=eof,
        at=at,
        flaw=flaw,
    )


def _sides_of(rows: list[tuple[str, str]]) -> tuple[str, str]:
    old = "".join(text + "\n" for mark, text in rows if mark != "+")
    new = "".join(text + "\n" for mark, text in rows if mark != "-")
    return old, new
