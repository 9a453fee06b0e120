"""What a real parser says: the first thing that it could not read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """The first error of a parser that stops at the first. `line` and `column` are 1-based, column in characters."""

    line: int
    column: int
    message: str


def decode(text: bytes) -> str:
    """Text as the parsers shall see it: UTF-8 without its mark, UTF-16 by its mark, else one character a byte."""
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text.decode("utf-16", "replace")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("latin-1")
