"""How natural a changed line reads, next to the user's own code: a token trigram model with back-off.

After Hindle et al., "On the Naturalness of Software" (2012): code of one project repeats itself, and faults are less
predictable than their fixes (Ray et al., "On the 'Naturalness' of Buggy Code", 2016).
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable

from agent.repair.types import Splice

TOKEN = re.compile(r"\w+|[^\w\s]=|\*\*|//|<<|>>|&&|\|\||->|=>|::|[^\w\s]")
BACK_OFF = 0.4
"""Brants et al., "Large Language Models in Machine Translation" (2007), for their "stupid back-off"."""


class Naturalness:
    """Counts of one to three tokens in a row over some texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._one: Counter[str] = Counter()
        self._two: Counter[tuple[str, str]] = Counter()
        self._three: Counter[tuple[str, str, str]] = Counter()
        for text in texts:
            for line in text.splitlines():
                tokens = ["", "", *TOKEN.findall(line), "\n"]
                self._one.update(tokens[2:])
                self._two.update(itertools.pairwise(tokens))
                self._three.update(zip(tokens, tokens[1:], tokens[2:], strict=False))
        self._one[""] = sum(self._one.values())
        self._total = sum(self._one.values()) + 1
        self._tokens: dict[tuple[str, str, str], float] = {}
        self._before: tuple[str, float] = ("", 0.0)

    def _token(self, a: str, b: str, c: str) -> float:
        count = self._three.get((a, b, c))
        if count:
            return math.log(count / self._two_count(a, b))
        count = self._two.get((b, c))
        if count:
            return math.log(BACK_OFF * count / self._one_count(b))
        return math.log(BACK_OFF * BACK_OFF * (self._one.get(c, 0) + 0.1) / self._total)

    def _two_count(self, a: str, b: str) -> int:
        return self._two.get((a, b), 0) or self._one_count(b)

    def _one_count(self, a: str) -> int:
        return self._one.get(a, 0) or 1

    def score(self, text: str) -> float:
        """The mean log-probability of a token of some lines."""
        total, count = 0.0, 0
        for line in text.splitlines():
            tokens = ["", "", *TOKEN.findall(line), "\n"]
            for three in zip(tokens, tokens[1:], tokens[2:], strict=False):
                known = self._tokens.get(three)
                if known is None:
                    known = self._tokens[three] = self._token(*three)
                total += known
            count += len(tokens) - 2
        return total / count if count else 0.0

    def change(self, text: str, splices: tuple[Splice, ...]) -> float:
        """By how much the changed lines read more naturally than before (negative: less)."""
        start = text.rfind("\n", 0, min(s.start for s in splices)) + 1
        last = max(s.end for s in splices)
        end = text.find("\n", last)
        end = len(text) if end < 0 else end
        if end - start > 2000:
            return 0.0
        before = text[start:end]
        after = before
        for splice in sorted(splices, key=lambda s: s.start, reverse=True):
            after = after[: splice.start - start] + splice.text + after[splice.end - start :]
        if self._before[0] != before:
            # Edits come line by line.
            self._before = before, self.score(before)
        return self.score(after) - self._before[1]
