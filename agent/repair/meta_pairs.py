"""Two edits at once in one program: which pairs to run, and how far a single edit came."""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping, Sequence
from itertools import combinations

PARTIAL = 2.0
"""Nats by which a pair gains that holds an edit with which the program came further."""
NEAR = 12
"""Lines between two edits of a pair, at most, unless one of them is a partial success."""
MOST_PARTIAL = 9
_CHANGING = re.compile(r"0x[0-9a-f]+|\b\d+(\.\d+)?(s|ms|µs)\b|goroutine \d+|\(\d+\)|pid \d+")
"""What differs from run to run: addresses, times, numbers of threads."""
_PLACE = re.compile(r"([\w.\-/]+\.\w+):(\d+)")


def further(before: str, after: str) -> int:
    """How much less a failing program complains than before; 0 when it does not.

    Complaints that are gone, less those that are new; where as many came as went, whether the first one is about a
    later line of the same file (a test that ends at its first failure).
    """
    old, new = _complaints(before), _complaints(after)
    if not new:
        # It was ended before it could say anything.
        return 0
    fewer = len(old - new) - len(new - old)
    if fewer > 0:
        return min(fewer, MOST_PARTIAL)
    if old == new:
        return 0
    was, now = _PLACE.search(before), _PLACE.search(after)
    if was and now and was[1] == now[1] and int(now[2]) > int(was[2]):
        return 1
    return 0


def _complaints(output: str) -> set[str]:
    return {_CHANGING.sub("", line).strip() for line in output.splitlines()} - {""}


def likely_pairs(
    scores: Mapping[int, float],
    lines: Mapping[int, int],
    sites: Mapping[int, int],
    progress: Mapping[int, int],
    most: int,
) -> list[tuple[int, int]]:
    """Pairs of single edits at different sites, the likeliest first.

    `scores` are log-probabilities, `lines` the lines, `sites` the places in the program, `progress` what each single
    edit mended by itself.
    """

    def score(pair: Sequence[int]) -> float:
        helped = max(progress.get(one, 0) for one in pair)
        both = PARTIAL if all(progress.get(one) for one in pair) else 0.0
        return sum(scores[one] for one in pair) + (PARTIAL + 0.3 * helped if helped else 0.0) + both

    def fits(one: int, other: int) -> bool:
        near = abs(lines[one] - lines[other]) <= NEAR or progress.get(one) or progress.get(other)
        return bool(near) and sites[one] != sites[other]

    pairs = (pair for pair in combinations(sites, 2) if fits(*pair))
    return heapq.nlargest(most, pairs, key=score)
