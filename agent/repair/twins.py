"""The same small fault made twice in one line: `r > n or c > m`, where both should be `>=`."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Mapping, Sequence

from agent.repair.difference import difference
from agent.repair.types import Candidate, Mutation, Splice, overlap, searched

RARER = 1.5
"""Nats by which a twin is less likely than the likelier of its halves: a guess, to be tried soon after it."""
MOST_SITES = 4
_AROUND = 2


def twins(base: Mapping[str, str], singles: Sequence[Candidate]) -> list[Candidate]:
    """For each change that can be made at two to four places of one line: all of them at once."""
    starts = {
        path: [0, *itertools.accumulate(len(line) + 1 for line in text.split("\n"))] for path, text in base.items()
    }
    groups: dict[tuple[str, str, int, str, str], dict[int, tuple[Candidate, Splice]]] = {}
    for single in singles:
        if len(single.mutations) != 1 or len(single.mutations[0].splices) != 1:
            continue
        text = base[single.path]
        start, end, new = difference(text, single.mutations[0].splices)
        # What stands before an insertion tells `>` → `>=` from `<` → `<=`.
        old = text[max(0, start - _AROUND) : end] if start == end else text[start:end]
        if "\n" in old or "\n" in new:
            continue
        key = (single.path, single.family, bisect.bisect_right(starts[single.path], start), old, new)
        groups.setdefault(key, {}).setdefault(start, (single, Splice(start, end, new)))
    made = []
    for (path, family, _, _, _), sites in groups.items():
        if not 2 <= len(sites) <= MOST_SITES:
            continue
        halves = [single for single, _ in sites.values()]
        splices = tuple(splice for _, splice in sorted(sites.values(), key=lambda site: site[1].start))
        if overlap(splices):
            continue
        first = max(halves, key=lambda c: c.score)
        whole = Mutation(splices, family, first.line, first.mutations[0].weight)
        made.append(searched(path, base[path], family, first.score - RARER, splices, (whole,)))
    return made
