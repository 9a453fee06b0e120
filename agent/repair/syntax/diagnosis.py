"""What kind of token is wrong, by counting: which brackets have no partner, and where a quote has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.repair.syntax.document import QUOTES, Document
from agent.repair.syntax.layout import BLOCKS, CLOSER_OF
from agent.repair.syntax.types import Candidate

Phase = Callable[[Candidate], bool]


@dataclass(frozen=True)
class Diagnosis:
    """`quotes`: 0-based lines with a quote without partner. `missing`, `extra`: bracket kinds that would even out."""

    quotes: frozenset[int]
    missing: frozenset[str]
    extra: frozenset[str]

    def phases(self) -> list[Phase]:
        """Which candidates to try first, and which only when none of those is accepted. Each candidate is in one."""
        phases: list[Phase] = []
        if self.quotes:
            phases.append(self._closes_quote)
        if self.missing or self.extra:
            phases.append(self._evens_brackets)
        phases.append(lambda c: c.token not in _MARKS and not c.swaps_bracket and not c.last_resort)
        phases.append(lambda c: not c.last_resort)
        phases.append(lambda c: True)
        return phases

    def _closes_quote(self, candidate: Candidate) -> bool:
        return candidate.token in QUOTES and candidate.first in self.quotes

    def _evens_brackets(self, candidate: Candidate) -> bool:
        if candidate.swaps_bracket:
            return bool(self.missing and self.extra) and candidate.token in self.missing | self.extra
        token = candidate.token
        brackets = {c for c in token if c in "()[]{}"} | {w for w in token.split() if w.isalpha()}
        return bool(brackets) and bool(brackets & (self.missing if candidate.change > 0 else self.extra))


_MARKS = (*"()[]{}", *QUOTES)


def diagnose(document: Document) -> Diagnosis:
    """Count what has no partner. A quote within a comment or a string is no token, and so not counted."""
    quotes = frozenset(document.lone_quotes)
    missing: set[str] = set()
    extra: set[str] = set()
    block_openers = BLOCKS.get(document.language.name, ({}, frozenset()))[0]
    for opener, closer in CLOSER_OF.items():
        words = {opener} if len(opener) == 1 else {w for w, end in block_openers.items() if end == closer}
        surplus = document.balance[opener] - document.balance[closer]
        if surplus > 0:
            missing.add(closer)
            extra |= words
        elif surplus < 0:
            missing |= words
            extra.add(closer)
    return Diagnosis(quotes, frozenset(missing), frozenset(extra))
