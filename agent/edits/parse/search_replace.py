"""SEARCH/REPLACE blocks: five to nine marker characters, in every decoration that models give them.

<<<<<<< SEARCH            also `------- SEARCH`, `<<<<<<< ORIGINAL`, `<<<<<<< HEAD`, with a path or colon after it
lines to find
=======
lines to put there
>>>>>>> REPLACE           also `+++++++ REPLACE`, `>>>>>>> UPDATED`
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.edits.parse.block import Block, Incomplete, Pending
from agent.edits.parse.languages import extension_of
from agent.edits.parse.lines import Line, indent_of, join
from agent.edits.parse.naming import NOTHING, Known, stated_path
from agent.edits.types import Edit, Naming

_DECORATION = r"[ \t]*(?:[*_`]{1,3}|>[ \t]|#{1,4}[ \t]+)?[ \t]*"
_HEAD = re.compile(rf"^{_DECORATION}(<{{5,9}}|-{{5,9}})[ \t]*([A-Za-z]+)?(?:/REPLACE)?(?P<rest>[^<]*)$")
_DIVIDER = re.compile(
    r"^[ \t]*(?:[*_`]{1,3})?(={5,9})[ \t]*(?:REPLACE|WITH|UPDATED|NEW|DIVIDER)?[ \t]*(?:[*_`]{1,3})?$"
)
_TAIL = re.compile(rf"^{_DECORATION}(>{{5,9}}|\+{{5,9}})[ \t]*([A-Za-z/ ]*).*$")
_SEARCH_WORDS = frozenset({"search", "find", "old", "before", "original", "searching"})
_MERGE_WORDS = frozenset({"head", "current", "existing", "updated", "ours"})
_REPLACE_WORDS = frozenset(
    {
        "replace",
        "replaced",
        "replacement",
        "replacing",
        "updated",
        "update",
        "new",
        "after",
        "search/replace",
        "end",
        "modified",
        "changed",
    }
)
_HINT = re.compile(r"^[ \t]*:(start|end)_line:[ \t]*(\d+)[ \t]*$")
_RULE = re.compile(r"^[ \t]*-{3,9}[ \t]*$")
_MOST_NESTED = 20
_FAR = 400
"""Lines within which the divider of what looks like a merge conflict has to follow."""


@dataclass(frozen=True)
class Head:
    """The opening marker line."""

    width: int
    mark: str
    merge: bool
    """It is written as git writes a conflict, so a path has to stand before it."""
    path: str | None
    indent: int
    line_hint: int | None


def head_of(text: str, known: Known = NOTHING) -> Head | None:
    """Read an opening marker line; None when the line is none."""
    if "<<<<<" not in text and "-----" not in text:
        return None
    found = _HEAD.match(text)
    if not found:
        return None
    marks, word, rest = found.group(1), (found.group(2) or "").lower(), found.group("rest").strip()
    is_search = word in _SEARCH_WORDS
    if marks[0] == "-" and word not in ("search", "find"):
        return None
    if not is_search and word and word not in _MERGE_WORDS:
        named = stated_path(found.group(2) + found.group("rest"), known)
        return Head(len(marks), marks[0], True, named, indent_of(text), None) if named else None
    rest = rest.strip("*_`> \t").lstrip(":").strip()
    hint = re.search(r"\blines?\s*:?\s*(\d+)", rest, re.IGNORECASE)
    path = stated_path(rest, known) if rest and not hint else None
    if path is None and rest and not hint and len(rest) > 60:
        return None
    return Head(len(marks), marks[0], not is_search, path, indent_of(text), int(hint.group(1)) if hint else None)


def _tail_of(text: str, head: Head) -> int:
    """The number of marks of a closing marker line, 0 when it is none for this opening."""
    if ">>>>>" not in text and "+++++" not in text:
        return 0
    found = _TAIL.match(text)
    if not found:
        return 0
    word = found.group(2).strip().lower().split(" ")[0]
    marks = found.group(1)
    if marks[0] == "+":
        return len(marks) if word in _REPLACE_WORDS else 0
    if word in _REPLACE_WORDS or not word or (word == "search" and head.mark != "+"):
        return len(marks)
    return len(marks) if head.merge else 0


def _divider_of(text: str, head: Head) -> int:
    if "=====" not in text:
        return 0
    found = _DIVIDER.match(text)
    if not found or indent_of(text) > head.indent:
        return 0
    return len(found.group(1))


def read_block(
    lines: Sequence[Line], at: int, *, path: str | None, naming: Naming, known: Known = NOTHING, last: bool = True
) -> Block | Pending | None:
    """The block that begins at `lines[at]`, if one does.

    `path` is the one stated or inherited before it; `last` says that no line will follow. Linear in the length of
    the block.
    """
    head = head_of(lines[at].text, known)
    if head is None:
        return None
    if head.merge and path is None and head.path is None:
        return None
    own_path = head.path or path
    end = _find_end(lines, at, head, nested=True)
    if end is None:
        end = _find_end(lines, at, head, nested=False)
    if end is None:
        if head.merge and (last or len(lines) - at > _FAR) and not _has_divider(lines, at, head):
            return None
        return Pending(
            own_path, "search-replace", "the closing marker is missing", closers=(">>>>>", "+++++", "<<<<<", "-----")
        )
    close, dividers, restart = end
    span = (lines[at].start, lines[close - 1 if restart else close].end)
    if restart:
        reason = "the closing marker is missing"
        return Block(close, incomplete=(Incomplete(own_path, "search-replace", span, reason),), path=own_path)
    body = [line.text for line in lines[at + 1 : close]]
    first = at + 1
    hint = head.line_hint
    while body and (mark := _HINT.match(body[0])):
        hint = int(mark.group(2)) if mark.group(1) == "start" else hint
        body, first = body[1:], first + 1
    if first > at + 1 and body and _RULE.match(body[0]):
        body, first = body[1:], first + 1
    body = _dedent(body, head.indent)
    if not dividers:
        edit = Edit(
            "replace",
            own_path,
            old=join(body),
            format="search-replace",
            span=span,
            line_hint=hint,
            flaw="The block has no ======= line between the text to find and the text to put there.",
        )
        return Block(close + 1, (edit,), path=own_path)
    readings = [(join(body[: mark - first]), join(body[mark - first + 1 :])) for mark in dividers if mark >= first]
    chosen = len(readings) // 2
    old, new = readings.pop(chosen)
    fences = own_path is None or extension_of(own_path) not in ("md", "markdown", "mdx", "rst", "txt")
    readings += [
        plain for reading in [(old, new), *readings] if (plain := _plainer(*reading, fences=fences)) is not None
    ]
    edit = Edit(
        "replace",
        own_path,
        old=old,
        new=new,
        format="search-replace",
        span=span,
        line_hint=hint,
        alternatives=tuple(readings),
        naming="stated" if head.path else naming if own_path else "none",
    )
    return Block(close + 1, (edit,), path=own_path)


_NUMBERED = re.compile(r"^[ \t]*\d+[ \t]*[|:│┃][ ]?")


def _plainer(old: str, new: str, *, fences: bool) -> tuple[str, str] | None:
    """The two texts without fences around each, or without the line numbers that were shown to the model."""
    sides = [side.split("\n")[:-1] for side in (old, new)]
    if not old.strip():
        return None
    unfenced = [_unfence(side) for side in sides]
    if unfenced[0] is not None and fences:
        return join(unfenced[0]), join(unfenced[1] if unfenced[1] is not None else sides[1])
    if all(_NUMBERED.match(line) for line in sides[0] if line.strip()):
        return join([_NUMBERED.sub("", line) for line in sides[0]]), join(
            [_NUMBERED.sub("", line) for line in sides[1]]
        )
    return None


def _unfence(side: list[str]) -> list[str] | None:
    filled = [index for index, line in enumerate(side) if line.strip()]
    if len(filled) < 2:
        return None
    first, last = side[filled[0]].strip(), side[filled[-1]].strip()
    if re.fullmatch(r"(`{3,}|~{3,})[\w+-]*", first) and re.fullmatch(r"`{3,}|~{3,}", last):
        return side[filled[0] + 1 : filled[-1]]
    return None


def _has_divider(lines: Sequence[Line], at: int, head: Head) -> bool:
    return any(_divider_of(line.text, head) for line in lines[at + 1 : at + _FAR])


def _find_end(lines: Sequence[Line], at: int, head: Head, *, nested: bool) -> tuple[int, list[int], bool] | None:
    """(index of the closing line, indices of the dividing lines, the block broke off at a new opening) or None.

    With `nested`, whole blocks within the content are passed over, as in a document about this very format; where
    that does not come out even, the caller reads again without.
    """
    depth = 1
    seen_nested = 0
    dividers: list[int] = []
    odd: list[int] = []
    inner_widths: set[int] = set()
    for index in range(at + 1, len(lines)):
        text = lines[index].text
        if len(text) < 5 or not (
            "<<<<<" in text or ">>>>>" in text or "=====" in text or "-----" in text or "+++++" in text
        ):
            continue
        inner = head_of(text)
        if inner is not None:
            if inner.width != head.width:
                inner_widths.add(inner.width)
                continue
            if inner.merge and not head.merge:
                # A conflict inside the text to edit: its `>>>>>>> branch` does not close a SEARCH block.
                continue
            if inner.indent > head.indent:
                continue
            if nested:
                depth += 1
                seen_nested += 1
                if seen_nested > _MOST_NESTED:
                    return None
                continue
            return index, dividers, True
        width = _divider_of(text, head)
        if width and depth == 1:
            (dividers if width == head.width else odd).append(index)
            continue
        width = _tail_of(text, head)
        if not width or (width != head.width and width in inner_widths):
            continue
        if indent_of(text) > head.indent + 3:
            continue
        if nested and depth == 1 and not dividers and not odd:
            # Its divider is missing, or it is nested text without an opening: only the plain reading can tell.
            return (index, [], False) if seen_nested == 0 else None
        depth -= 1
        if depth == 0:
            if not dividers:
                dividers = [mark for mark in odd if mark > at]
            return index, dividers, False
    return None


def _dedent(body: list[str], indent: int) -> list[str]:
    """Take off the indentation that the markers stand at, when every line has it (a block inside a list)."""
    if not indent or not all(indent_of(line) >= indent or not line.strip() for line in body):
        return body
    return [line[indent:] if line.strip() else "" for line in body]
