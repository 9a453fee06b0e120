"""A file as lines with their own line ends, indexed for finding runs of lines at several levels of tolerance."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")

LOOKALIKES: dict[int, str] = {
    **dict.fromkeys(map(ord, "‘’‚‛′ʼ＇´"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″＂«»"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-"),
    **dict.fromkeys(
        map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"),
        " ",
    ),
}
"""Characters that models and editors swap for plain ones, one for one."""
_VANISHING = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def plain(line: str) -> str:
    """The line with look-alikes made plain, in composed form, without zero-width characters."""
    if line.isascii():
        return line
    return unicodedata.normalize("NFC", line.translate(_VANISHING)).translate(LOOKALIKES).replace("…", "...")


def split(text: str) -> tuple[list[str], list[str]]:
    """Line contents and their line ends; the last line end is empty when the text does not end in one."""
    contents: list[str] = []
    ends: list[str] = []
    if "\r" not in text:
        contents = text.split("\n")
        ends = ["\n"] * (len(contents) - 1) + [""]
        if not contents[-1]:
            contents.pop()
            ends.pop()
        return contents, ends
    for match in _LINE.finditer(text):
        if match.end() == match.start() == len(text):
            break
        contents.append(match.group(1))
        ends.append(match.group(2))
    return contents, ends


class FileText:
    """One file's text. Built once for all the edits of a file; every index is made when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines, self.ends = split(text)

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line's first character, and the text's length."""
        offsets = [0]
        for line, end in zip(self.lines, self.ends, strict=False):
            offsets.append(offsets[-1] + len(line) + len(end))
        return offsets

    @cached_property
    def newline(self) -> str:
        """The line end that most lines have; LF for a text without any."""
        counts = {end: self.ends.count(end) for end in ("\n", "\r\n", "\r")}
        best = max(counts, key=lambda end: counts[end])
        return best if counts[best] else "\n"

    @cached_property
    def flat(self) -> str:
        """The text with every line end as LF."""
        return (
            self.text
            if "\r" not in self.text
            else "\n".join(self.lines) + ("\n" if self.ends and self.ends[-1] else "")
        )

    @cached_property
    def flat_starts(self) -> list[int]:
        """The offset of each line in `flat`."""
        offsets = [0]
        for line in self.lines:
            offsets.append(offsets[-1] + len(line) + 1)
        return offsets

    def from_flat(self, offset: int) -> int:
        """An offset in `flat` as one in `text`."""
        if "\r" not in self.text:
            return offset
        line = min(bisect_right(self.flat_starts, offset) - 1, max(len(self.lines) - 1, 0))
        column = offset - self.flat_starts[line]
        if column > len(self.lines[line]):
            return self.starts[line + 1]
        return self.starts[line] + column

    def line_at(self, offset: int) -> int:
        """The index of the line that holds an offset of `text`."""
        return max(min(bisect_right(self.starts, offset) - 1, len(self.lines) - 1), 0)

    # -- keys and their places --

    @cached_property
    def exact(self) -> Level:
        """Lines as they are."""
        return Level(self.lines, lambda line: line)

    @cached_property
    def trailing(self) -> Level:
        """Lines without trailing blanks."""
        return Level(self.lines, str.rstrip)

    @cached_property
    def stripped(self) -> Level:
        """Lines without blanks at either end."""
        return Level(self.lines, str.strip)

    @cached_property
    def unicode(self) -> Level:
        """Stripped lines with look-alikes made plain."""
        return Level(self.lines, lambda line: plain(line).strip())

    @cached_property
    def filled(self) -> list[int]:
        """Indices of the lines that are not blank."""
        return [index for index, line in enumerate(self.lines) if line.strip()]

    @cached_property
    def filled_stripped(self) -> Level:
        """Only the lines that are not blank, stripped."""
        return Level([self.lines[index] for index in self.filled], str.strip)

    @cached_property
    def filled_unicode(self) -> Level:
        """Only the lines that are not blank, stripped and plain."""
        return Level([self.lines[index] for index in self.filled], lambda line: plain(line).strip())


class Level:
    """Lines seen through one key function, with the places of every key."""

    def __init__(self, lines: Sequence[str], key: Callable[[str], str]) -> None:
        self.key = key
        self.keys = [key(line) for line in lines]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Key to the indices of the lines that have it, ascending."""
        found: dict[str, list[int]] = {}
        for index, key in enumerate(self.keys):
            found.setdefault(key, []).append(index)
        return found

    def find(self, lines: Sequence[str], limit: int = 64) -> list[int]:
        """The starts of the runs that equal `lines` under the key, ascending, at most `limit`.

        Looks only at the places of the rarest line, so the cost does not grow with the file.
        """
        wanted = [self.key(line) for line in lines]
        if not wanted:
            return []
        rarest, least = 0, len(self.keys) + 1
        for index, key in enumerate(wanted):
            count = len(self.places.get(key, ()))
            if not count:
                return []
            if count < least:
                rarest, least = index, count
        found: list[int] = []
        for place in self.places[wanted[rarest]]:
            start = place - rarest
            if start >= 0 and self.keys[start : start + len(wanted)] == wanted:
                found.append(start)
                if len(found) >= limit:
                    break
        return found
