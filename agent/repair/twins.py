"""The same small fault made twice in one line: `r > n or c > m`, where both should be `>=`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from agent.repair.difference import difference
from agent.repair.types import Candidate, Mutation, Splice, SplicedText

RARER = 1.5
"""Nats by which a twin is less likely than the likelier of its halves: a guess, to be tried soon after it."""
MOST_SITES = 4
_AROUND = 2


def twins(base: Mapping[str, str], singles: Sequence[Candidate]) -> list[Candidate]:
    """For each change that can be made at two to four places of one line: all of them at once."""
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
        key = (single.path, single.family, text.count("\n", 0, start), old, new)
        groups.setdefault(key, {}).setdefault(start, (single, Splice(start, end, new)))
    made = []
    for (path, family, _, _, _), sites in groups.items():
        if not 2 <= len(sites) <= MOST_SITES:
            continue
        halves = [single for single, _ in sites.values()]
        splices = tuple(splice for _, splice in sorted(sites.values(), key=lambda site: site[1].start))
        if any(a.end > b.start for a, b in itertools.pairwise(splices)):
            continue
        first = max(halves, key=lambda c: c.score)
        whole = Mutation(splices, family, first.line, first.mutations[0].weight)
        made.append(
            Candidate(
                SplicedText(path, base[path], splices),
                "search",
                family,
                first.score - RARER,
                first.line,
                (whole,),
                path,
            )
        )
    return made
