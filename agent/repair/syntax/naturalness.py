"""How natural a line of tokens is, by what stands elsewhere in the same file.

An interpolated n-gram model (Witten-Bell style back-off, orders 1 to 5) over two streams: one with names, numbers
and strings as classes, one with names as they are. Line ends are symbols that say whether the next line is indented
more, less or alike, so that a block's opener, a statement's end and a closing line are expected where they belong.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from agent.repair.syntax.lexer import Token

ORDER = 5
_BACKOFF = 1.5


def symbols(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Each token as (class, word); comments are left out."""
    return [_symbol(token) for token in tokens if token.kind != "com"]


def _symbol(token: Token) -> tuple[str, str]:
    if token.kind in ("kw", "op"):
        return token.text, token.text
    if token.kind == "id":
        return "I", token.text
    return token.kind, token.kind


def line_end(indent: int, next_indent: int) -> tuple[str, str]:
    """The symbol between two lines."""
    word = "\n+" if next_indent > indent else "\n-" if next_indent < indent else "\n="
    return word, word


class Naturalness:
    """Log-probabilities of symbols given the up to four before them, learnt from one sequence."""

    def __init__(self, sequence: Sequence[tuple[str, str]]) -> None:
        self._counts: list[dict[tuple[str, ...], int]] = [defaultdict(int), defaultdict(int)]
        self._totals: list[dict[tuple[str, ...], int]] = [defaultdict(int), defaultdict(int)]
        self._known: tuple[dict[tuple[tuple[str, str], ...], float], ...] = ({}, {})
        self._vocabulary = 60.0 + len({s[0] for s in sequence})
        for stream in (0, 1):
            words = [s[stream] for s in sequence]
            classes = [s[0] for s in sequence]
            counts, totals = self._counts[stream], self._totals[stream]
            for at, word in enumerate(classes):
                for order in range(min(ORDER, at + 1)):
                    context = tuple(words[at - order : at])
                    counts[(*context, word)] += 1
                    totals[context] += 1

    def score(self, sequence: Sequence[tuple[str, str]], start: int, end: int, seen: int = 0) -> float:
        """The summed natural logarithms of symbols `start` to `end` of `sequence`, in nats.

        `seen`: how often this very place was counted when learning (1 for text that is in the file).
        """
        total = 0.0
        known = self._known[min(seen, 1)]
        for at in range(start, min(end, len(sequence))):
            key = tuple(sequence[max(at - ORDER + 1, 0) : at + 1])
            value = known.get(key)
            if value is None:
                value = known[key] = self._logarithm(key, seen)
            total += value
        return total

    def _logarithm(self, window: tuple[tuple[str, str], ...], seen: int) -> float:
        target = window[-1][0]
        p = 0.0
        for stream in (0, 1):
            words = [s[stream] for s in window[:-1]]
            counts, totals = self._counts[stream], self._totals[stream]
            estimate = 1.0 / self._vocabulary
            for order in range(len(words) + 1):
                context = tuple(words[len(words) - order :])
                total = totals.get(context, 0) - seen
                if total <= 0:
                    break
                count = max(counts.get((*context, target), 0) - seen, 0)
                estimate = (count + _BACKOFF * estimate) / (total + _BACKOFF)
            p += estimate / 2
        return math.log(p)
