"""A reply as lines that know where they stand in it."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One line of a reply."""

    text: str
    """Without its line end."""
    start: int
    """Offset of its first character in the reply."""
    end: int
    """Offset after its line end."""
    closed: bool
    """It has a line end, so nothing can be added to it."""


def split_lines(text: str, offset: int = 0) -> list[Line]:
    """The lines of `text`, split at CRLF, CR and LF only: form feeds and Unicode separators are content."""
    lines: list[Line] = []
    start = 0
    for piece in text.splitlines(keepends=True) if _simple(text) else _split(text):
        body = piece.rstrip("\r\n")
        lines.append(Line(body, offset + start, offset + start + len(piece), len(body) < len(piece)))
        start += len(piece)
    return lines


def _simple(text: str) -> bool:
    return not any(mark in text for mark in "\v\f\x1c\x1d\x1e\x85\u2028\u2029") and "\r" not in text


def _split(text: str) -> list[str]:
    pieces: list[str] = []
    for part in text.split("\n"):
        pieces.append(part + "\n")
    pieces[-1] = pieces[-1][:-1]
    if not pieces[-1]:
        pieces.pop()
    split: list[str] = []
    for piece in pieces:
        # A lone CR ends a line too (old Mac text), but one before LF belongs to it.
        body = piece[:-2] if piece.endswith("\r\n") else piece.rstrip("\n")
        tail = piece[len(body) :]
        parts = body.split("\r")
        split.extend(part + "\r" for part in parts[:-1])
        if parts[-1] or tail:
            split.append(parts[-1] + tail)
    return split


def join(lines: list[str]) -> str:
    """The lines as text, each ended by LF; no lines give the empty text."""
    return "".join(line + "\n" for line in lines)


def indent_of(text: str) -> int:
    """How many blanks or tabs a line begins with."""
    return len(text) - len(text.lstrip(" \t"))
