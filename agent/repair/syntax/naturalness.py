"""How natural a line of tokens is, by what stands elsewhere in the same file.

An interpolated n-gram model (Witten and Bell's estimate of what is new, orders 1 to 5) over two streams: one with
names, numbers and strings as classes, one with names as they are. Line ends are symbols that say whether the next
line is indented more, less or alike, so that a block's opener, a statement's end and a closing line are expected
where they belong.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence

from agent.repair.syntax.lexer import Token

ORDER = 5
_LEAST = -4.0
"""What one odd gap can cost, in nats: blanks say less than tokens."""


def symbols(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Each token as (class, word); comments are left out."""
    return [symbol(token) for token in tokens if token.kind != "com"]


def symbol(token: Token) -> tuple[str, str]:
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
        self._kinds: list[dict[tuple[str, ...], int]] = [defaultdict(int), defaultdict(int)]
        self._size = len(sequence)
        self._vocabulary = 60.0 + len({s[0] for s in sequence})
        _count(sequence, self._counts, self._totals)
        for stream in (0, 1):
            for gram in self._counts[stream]:
                self._kinds[stream][gram[:-1]] += 1

    def pair(self, left: str, right: str) -> float:
        """The natural logarithm of class `right` after class `left`, in nats; a quick estimate."""
        together = self._counts[0].get((left, right), 0)
        alone = self._counts[0].get((right,), 0) / max(self._size, 1)
        return math.log((together + 2.0 * (alone + 0.001)) / (self._totals[0].get((left,), 0) + 2.0))

    def without(self, sequence: Sequence[tuple[str, str]]) -> Unseen:
        """The model as if `sequence`, which is in the text, had not been read: a place must not vouch for itself."""
        return Unseen(self._counts, self._totals, self._kinds, self._vocabulary, sequence)


class Unseen:
    """An n-gram model less one stretch of the text that it was learnt from."""

    def __init__(
        self,
        counts: Sequence[dict[tuple[str, ...], int]],
        totals: Sequence[dict[tuple[str, ...], int]],
        kinds: Sequence[dict[tuple[str, ...], int]],
        vocabulary: float,
        sequence: Sequence[tuple[str, str]],
    ) -> None:
        self._counts, self._totals, self._kinds, self._vocabulary = counts, totals, kinds, vocabulary
        self._own: list[dict[tuple[str, ...], int]] = [defaultdict(int), defaultdict(int)]
        self._own_totals: list[dict[tuple[str, ...], int]] = [defaultdict(int), defaultdict(int)]
        self._known: dict[tuple[tuple[str, str], ...], float] = {}
        self._own_kinds: list[dict[tuple[str, ...], int]] = [defaultdict(int), defaultdict(int)]
        _count(sequence, self._own, self._own_totals)
        for stream in (0, 1):
            for gram, count in self._own[stream].items():
                if counts[stream].get(gram, 0) <= count:
                    self._own_kinds[stream][gram[:-1]] += 1

    def score(self, sequence: Sequence[tuple[str, str]], start: int, end: int) -> float:
        """The summed natural logarithms of symbols `start` to `end` of `sequence`, in nats."""
        total = 0.0
        known = self._known
        for at in range(start, min(end, len(sequence))):
            key = tuple(sequence[max(at - ORDER + 1, 0) : at + 1])
            value = known.get(key)
            if value is None:
                value = known[key] = self._logarithm(key)
            total += value
        return total

    def _logarithm(self, window: tuple[tuple[str, str], ...]) -> float:
        target = window[-1][0]
        p = 0.0
        for stream in (0, 1):
            words = tuple(s[stream] for s in window[:-1])
            counts, totals = self._counts[stream], self._totals[stream]
            own, own_totals = self._own[stream], self._own_totals[stream]
            kinds, own_kinds = self._kinds[stream], self._own_kinds[stream]
            estimate = 1.0 / self._vocabulary
            for order in range(len(words) + 1):
                context = words[len(words) - order :]
                total = totals.get(context, 0) - own_totals.get(context, 0)
                if total <= 0:
                    break
                gram = (*context, target)
                count = max(counts.get(gram, 0) - own.get(gram, 0), 0)
                novel = max(kinds.get(context, 0) - own_kinds.get(context, 0), 1)
                estimate = (count + novel * estimate) / (total + novel)
            p += estimate / 2
        return math.log(p)


def _count(
    sequence: Sequence[tuple[str, str]],
    counts: Sequence[dict[tuple[str, ...], int]],
    totals: Sequence[dict[tuple[str, ...], int]],
) -> None:
    for stream in (0, 1):
        words = tuple(s[stream] for s in sequence)
        grams, contexts = counts[stream], totals[stream]
        for at, symbol in enumerate(sequence):
            for order in range(min(ORDER, at + 1)):
                context = words[at - order : at]
                gram = (*context, symbol[0])
                grams[gram] += 1
                contexts[context] += 1


class Spacing:
    """How often two tokens stand together, one blank apart, or further, by class; learnt from a text's lines."""

    def __init__(self, lines: Sequence[tuple[str, Sequence[Token]]]) -> None:
        self._pairs: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        self._sides: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        for text, tokens in lines:
            for left, right, gap in _gaps(text, tokens):
                for table, key in ((self._pairs, (left, right)), (self._sides, (left, 0)), (self._sides, (right, 1))):
                    table[key][gap] += 1  # type: ignore[index]

    def score(self, text: str, tokens: Sequence[Token]) -> float:
        """The summed natural logarithms of the gaps within one line, in nats."""
        total = 0.0
        for left, right, gap in _gaps(text, tokens):
            pair, before, after = (
                self._pairs.get((left, right)),
                self._sides.get((left, 0)),
                self._sides.get((right, 1)),
            )
            prior = (0.45, 0.45, 0.02)[gap]
            for counts in (before, after):
                if counts is not None:
                    prior = (counts[gap] + prior) / (sum(counts) + 1)
            total += max(math.log(((pair[gap] if pair else 0) + prior) / ((sum(pair) if pair else 0) + 1)), _LEAST)
        return total


def _gaps(text: str, tokens: Sequence[Token]) -> list[tuple[str, str, int]]:
    code = [t for t in tokens if t.kind != "com"]
    found = [(symbol(a)[0], symbol(b)[0], min(b.start - a.end, 2)) for a, b in itertools.pairwise(code)]
    if code and len(text.rstrip()) < len(text) and not text.endswith("\t") and code[-1].end == len(text.rstrip()):
        found.append((symbol(code[-1])[0], "\n", 2))
    return found
