"""What a piece of code says about itself: docstrings, the comments above a definition, the head of a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from agent.repo.symbols import Symbol

_MARKERS = re.compile(r"^\s*(?:///?!?|//!|/\*\*?!?|\*/|\*|#+!?|--+\[?\[?|;+|%+|\"\"\"|''')\s?|\s*\*/\s*$")
_XML_TAGS = re.compile(r"</?(?:summary|para|remarks|returns?|c|see|p|b|code)\b[^>]*>")


def doc_of(symbol: Symbol, lines: Sequence[str], grammar: str) -> str:
    """The docstring or the comment above a definition, as plain text; empty when it has none."""
    if grammar == "python":
        block = symbol.kind in ("function", "method", "class")
        # A string under an assignment documents the attribute (PEP 257).
        text = _python_docstring(lines, symbol.start_line) if block else _string_at(lines, symbol.end_line, blank=False)
        if text:
            return text
    above = lines[max(0, symbol.doc_start - 1) : symbol.start_line - 1]
    comments = [t for t in above if not re.match(r"\s*(?:@|#\[|\[)\w", t)]
    return plain(comments)


def first_sentence(text: str, limit: int = 200) -> str:
    """The first sentence of a text, on one line."""
    paragraph = re.split(
        r"\n\s*\n|\n\s*(?:Args|Arguments|Parameters|Params|Returns|Raises|Examples?|Note)s?:|\n\s*@\w|\n\s*:\w+", text
    )[0]
    line = " ".join(paragraph.split())
    match = re.match(r"(.+?(?<!e\.g)(?<!i\.e)(?<!\bcf)(?<!\bvs)[.!?。])(?:\s|$)", line)
    line = match[1] if match and len(match[1]) > 12 else line
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def plain(lines: Sequence[str]) -> str:
    """Comment lines without their markers."""
    text = "\n".join(_MARKERS.sub("", _MARKERS.sub("", line)).rstrip() for line in lines)
    return _XML_TAGS.sub("", text).strip()


def _python_docstring(lines: Sequence[str], start_line: int) -> str:
    """The string that the body begins with, read without importing or running anything."""
    depth = 0
    row = start_line - 1
    while row < len(lines):  # to the end of the head, which may take several lines
        code = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", lines[row])
        depth += sum(code.count(c) for c in "([{") - sum(code.count(c) for c in ")]}")
        if depth <= 0 and code.rstrip().endswith(":"):
            break
        if depth <= 0 and ":" in code and row == start_line - 1:
            return ""  # on one line
        row += 1
    return _string_at(lines, row + 1)


def _string_at(lines: Sequence[str], row: int, *, blank: bool = True) -> str:
    while blank and row < len(lines) and not lines[row].strip():
        row += 1
    if row >= len(lines):
        return ""
    match = re.match(r"\s*[rRuU]{0,2}(\"\"\"|'''|\"|')", lines[row])
    if match is None:
        return ""
    quote = match[1]
    taken = [lines[row].strip()]
    while not _closed(taken, quote) and row + 1 < len(lines) and len(taken) < 200:
        row += 1
        taken.append(lines[row])
    try:
        value = ast.literal_eval("\n".join(taken).strip())
    except (SyntaxError, ValueError):
        return ""
    return "\n".join(t.strip() for t in value.split("\n")).strip() if isinstance(value, str) else ""


def _closed(taken: Sequence[str], quote: str) -> bool:
    text = "\n".join(taken).strip()
    start = text.index(quote) + len(quote)
    return quote in text[start:]


_LICENCE = re.compile(
    r"copyright|licen[sc]e|spdx|all rights reserved|coding[:=]|^!|shebang|eslint|noqa|pylint|mypy:", re.IGNORECASE
)


def head_of_file(lines: Sequence[str], grammar: str) -> str:
    """The docstring or comment that a file begins with; a licence is not one."""
    row = 0
    while row < len(lines) and (not lines[row].strip() or lines[row].startswith("#!") or "coding:" in lines[row]):
        row += 1
    if grammar == "python":
        text = _string_at(lines, row)
        if text:
            return text
    blocks: list[list[str]] = [[]]
    in_block = False
    for line in lines[row : row + 80]:
        text = line.strip()
        in_block = in_block or text.startswith("/*")
        if in_block or re.match(r"(?://|#(?!include|define|if|pragma|import)|--|;|%)", text):
            blocks[-1].append(line)
            if not plain([line]):
                blocks.append([])
        elif not text:
            blocks.append([])
        else:
            break
        if "*/" in text:
            in_block = False
    for block in blocks:
        text = plain(block)
        if text and not _LICENCE.search(text):
            return text
    return ""


def from_name(name: str) -> str:
    """A name read as words: `parse_http_headers` → `parse http headers`."""
    from agent.repo.search.terms import split_identifier

    return " ".join(split_identifier(name))
