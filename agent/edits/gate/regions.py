"""What changed between two texts, and where a place in the old text is in the new one. Pure functions on bytes."""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Items `start` to `old_end` of the old sequence became items `start_new` to `new_end` of the new one."""

    start: int
    old_end: int
    start_new: int
    new_end: int


def changed_bytes(before: bytes, after: bytes) -> Region:
    """The one smallest byte range that differs. Linear: compares slices, not single bytes."""
    prefix = _common_prefix(before, after)
    limit = min(len(before), len(after)) - prefix
    suffix = _common_prefix(before[::-1][:limit], after[::-1][:limit])
    return Region(prefix, len(before) - suffix, prefix, len(after) - suffix)


def _common_prefix(a: bytes, b: bytes) -> int:
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low


def changed_lines(before: Sequence[bytes], after: Sequence[bytes]) -> list[Region]:
    """The changed line ranges, 0-based and half-open, in order. Texts of very many changed lines give one range."""
    start = 0
    limit = min(len(before), len(after))
    while start < limit and before[start] == after[start]:
        start += 1
    tail = 0
    while tail < limit - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = before[start : len(before) - tail], after[start : len(after) - tail]
    if not old and not new:
        return []
    if not old or not new or len(old) * len(new) > 4_000_000:  # difflib is quadratic
        return [Region(start, start + len(old), start, start + len(new))]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        Region(start + i1, start + i2, start + j1, start + j2)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


class Lines:
    """Byte offsets of line starts, to turn an offset into a 1-based line and column."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.starts = [0]
        at = text.find(b"\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = text.find(b"\n", at + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line, and 1-based column in characters."""
        row = bisect_right(self.starts, offset) - 1
        return row + 1, len(self.text[self.starts[row] : offset].decode("utf-8", "replace")) + 1

    def line(self, number: int) -> str:
        """The text of the 1-based line, without its line end; empty past the end."""
        if not 1 <= number <= len(self.starts):
            return ""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].decode("utf-8", "replace").rstrip("\r\n")


def map_line(line: int, regions: Sequence[Region]) -> int | None:
    """Where 0-based old `line` is in the new text; None when it was changed."""
    shift = 0
    for region in regions:
        if line < region.start:
            break
        if line < region.old_end:
            return None
        shift = region.new_end - region.old_end
    return line + shift
