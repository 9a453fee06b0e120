"""Code fences: what opens one, what its info string says, and which line closes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from agent.edits.parse.languages import extension_of, is_language
from agent.edits.parse.lines import Line, indent_of
from agent.edits.parse.naming import NOTHING, Known, looks_like_path, stated_path

_FENCE = re.compile(r"^[ \t]*(?:>[ ]?)*[ \t]*(`{3,}|~{3,})[ \t]*(.*?)[ \t]*(?:<[|｜][^\s`]*[|｜]>)*$")
"""The tokens that a model's own syntax puts after a fence are no part of it."""
_ATTRIBUTE = re.compile(
    r"\b(?:title|file|filename|path|name|src|filepath)\s*[=:]\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s}\"']+))", re.IGNORECASE
)
_DOCUMENTS = frozenset({"md", "markdown", "mdx", "rst", "qmd", "txt", "adoc", "rmd"})


class Fence(NamedTuple):
    """An opening fence line."""

    mark: str
    """The fence characters themselves."""
    indent: int
    language: str
    path: str | None
    """A path in the info string."""
    info: str


def opening(text: str, known: Known = NOTHING) -> Fence | None:
    """Read a line as an opening fence; None when it is none."""
    if "```" not in text and "~~~" not in text:
        return None
    found = _FENCE.match(text)
    if not found:
        return None
    mark, info = found.group(1), found.group(2)
    if mark[0] == "`" and "`" in info:
        # Inline code that happens to stand first on its line.
        return None
    language, path = _read_info(info, known)
    return Fence(mark, indent_of(text), language, path, info)


def _read_info(info: str, known: Known) -> tuple[str, str | None]:
    info = info.strip()
    if not info:
        return "", None
    attribute = _ATTRIBUTE.search(info)
    if attribute:
        path = next(group for group in attribute.groups() if group)
        rest = (info[: attribute.start()] + " " + info[attribute.end() :]).strip(" {}.,")
        language = re.split(r"[\s{,]", rest)[0] if rest else ""
        return language.lstrip(".").lower(), path if looks_like_path(path, known, labelled=True) else None
    braced = re.fullmatch(r"\{\s*\.?([\w+#-]+)[^}]*\}", info)
    if braced:
        return braced.group(1).lower(), None
    if is_language(info) and info not in known.paths:
        return info.lower(), None
    # `python:src/a.py`, `12:20:src/a.py` (a citation of lines), `python src/a.py`, `src/a.py`
    cited = re.fullmatch(r"(\d+):(\d+):(.+)", info)
    if cited:
        return "", cited.group(3)
    paired = re.fullmatch(r"([\w+#.-]+)[:,|]\s*(.+)", info)
    if paired and is_language(paired.group(1)):
        path = paired.group(2).strip("\"'`")
        return paired.group(1).lower(), path if looks_like_path(path, known, labelled=True) else None
    if info in known.paths:
        return "", info
    words = info.split(None, 1)
    if len(words) == 2 and "/" in words[0] and looks_like_path(info, known, labelled=True):
        return "", info
    if len(words) == 2 and (is_language(words[0]) or not looks_like_path(words[0], known)):
        path = stated_path(words[1], known, comment=True)
        return words[0].lower(), path
    path = stated_path(info, known, comment=True)
    if path is not None:
        return "", path
    if len(words) == 2 and is_language(words[1]) and looks_like_path(words[0], known):
        return words[1].lower(), words[0]
    return words[0].lower(), None


def is_closing(text: str, fence: Fence, *, margin: int = 0) -> bool:
    """Whether a line may close the fence: the same character, at least as many, nothing after it, not further right."""
    found = _FENCE.match(text)
    return (
        found is not None
        and indent_of(text) <= fence.indent + margin
        and not found.group(2)
        and found.group(1)[0] == fence.mark[0]
        and len(found.group(1)) >= len(fence.mark)
    )


def find_close(lines: Sequence[Line], at: int, fence: Fence, path: str | None, *, finished: bool) -> int | None:
    """Index of the line that closes the fence opened at `lines[at]`; None while it is not there.

    A fence with a name inside (```` ```bash ```` in a README that is itself in a fence) opens a nested one. Inside a
    document a nameless fence line that comes after an empty line and before a full one opens a nested one too.
    """
    document = (path is not None and extension_of(path) in _DOCUMENTS) or fence.language in _DOCUMENTS
    depth = 0
    for index in range(at + 1, len(lines)):
        text = lines[index].text
        if "```" not in text and "~~~" not in text:
            continue
        found = _FENCE.match(text)
        if not found or found.group(1)[0] != fence.mark[0]:
            continue
        indent, info = indent_of(text), found.group(2)
        if indent > fence.indent:
            # Deeper than the opening: part of a docstring or a list inside the content.
            continue
        if info:
            if ("`" not in info and len(found.group(1)) <= len(fence.mark)) or (document and "`" not in info):
                depth += 1
            continue
        if depth:
            depth -= 1
            continue
        if len(found.group(1)) < len(fence.mark):
            continue
        if document and index > at + 1 and _opens_nested(lines, index, finished):
            depth += 1
            continue
        if not finished and document and index + 1 >= len(lines):
            return None
        return index
    return None


def _opens_nested(lines: Sequence[Line], index: int, finished: bool) -> bool:
    before = lines[index - 1].text.strip()
    after = lines[index + 1].text.strip() if index + 1 < len(lines) else ""
    return not before and bool(after)


def find_close_plainly(lines: Sequence[Line], at: int, fence: Fence) -> int | None:
    """The first line that CommonMark would take as the closing one."""
    for index in range(at + 1, len(lines)):
        if is_closing(lines[index].text, fence, margin=3):
            return index
    return None
