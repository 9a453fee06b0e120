"""Slips of the finger: one letter of a word dropped, added, changed or exchanged with the next."""

from __future__ import annotations


def one_slip(a: str, b: str) -> bool:
    """One letter dropped, added, changed or exchanged with the next makes `a` to `b`."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    left, right = a[start : len(a) - end], b[start : len(b) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])
