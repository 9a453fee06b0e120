"""The order in which candidates are tried: P(family) · P(place, instance | family), and how natural the line reads.

P(family) is the table of priors; within a family the probability is shared out by suspicion and instance weight. So a
family with thousands of instances does not crowd out one with two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from agent.repair.naturalness import Naturalness
from agent.repair.priors import NATURALNESS_WEIGHT, PRIORS, SUSPICION_POWER, UNKNOWN
from agent.repair.types import Mutation

MOST_OF_A_FAMILY = 1500
"""More edits of a family than this are not looked at closely: the least likely are never come to."""


def ranked(
    text: str,
    mutations: Sequence[Mutation],
    suspicion: Mapping[int, float],
    natural: Naturalness | None,
    *,
    priors: Mapping[str, float] = PRIORS,
) -> list[tuple[float, Mutation]]:
    """(log-probability, mutation), most likely first."""
    masses: dict[str, float] = {}
    weights: list[float] = []
    mutations = _likeliest(mutations, suspicion)
    for mutation in mutations:
        weight = suspicion.get(mutation.line, 0.01) ** SUSPICION_POWER * mutation.weight
        if natural is not None:
            gain = natural.change(text, mutation.splices)
            weight *= math.exp(NATURALNESS_WEIGHT * max(-4.0, min(4.0, gain)))
        weights.append(weight)
        masses[mutation.family] = masses.get(mutation.family, 0.0) + weight
    scored = [
        (math.log(priors.get(m.family, UNKNOWN)) + math.log(max(w / masses[m.family], 1e-12)), m)
        for m, w in zip(mutations, weights, strict=False)
    ]
    scored.sort(key=lambda item: -item[0])
    return scored


def _likeliest(mutations: Sequence[Mutation], suspicion: Mapping[int, float]) -> list[Mutation]:
    """Without the tail of the families that have very many edits."""
    counts: dict[str, list[tuple[float, int]]] = {}
    for number, mutation in enumerate(mutations):
        weight = suspicion.get(mutation.line, 0.01) ** SUSPICION_POWER * mutation.weight
        counts.setdefault(mutation.family, []).append((-weight, number))
    kept = [number for group in counts.values() for _, number in sorted(group)[:MOST_OF_A_FAMILY]]
    return [mutations[number] for number in sorted(kept)]
