"""Multinomial logistic regression on sparse cues, in plain Python: small enough to fit on a user's machine in seconds.

Maximum a posteriori with a Gaussian prior around given weights: what the examples say little about stays as it was set.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import mul

Table = dict[str, dict[str, float]]
"""feature → label → weight"""
Row = tuple[Mapping[str, float], Mapping[str, float]]
"""(feature → value, label → share of the target, adding up to 1)"""


def logits(
    features: Mapping[str, float], table: Mapping[str, Mapping[str, float]], labels: Sequence[str]
) -> list[float]:
    """The weighted sums of the features, one for each label. A feature `bias` is always there."""
    total = dict.fromkeys(labels, 0.0)
    for feature, value in (("bias", 1.0), *features.items()):
        for label, weight in table.get(feature, {}).items():
            total[label] += weight * value
    return [total[label] for label in labels]


def softmax(values: Sequence[float]) -> list[float]:
    """Probabilities that add up to 1."""
    top = max(values)
    powers = [math.exp(x - top) for x in values]
    whole = sum(powers)
    return [p / whole for p in powers]


def fit(
    rows: Sequence[Row],
    labels: Sequence[str],
    *,
    prior: Table,
    spread: float | Mapping[str, float] = 1.0,
    rounds: int = 120,
    rate: float = 0.3,
) -> Table:
    """Weights that make the targets likely and stay near `prior`.

    `spread` is the prior's standard deviation, for all features or by a feature's prefix up to its colon (key "" for
    the rest). Full-batch gradient steps with a rate for each weight (AdaGrad: Duchi et al. 2011), so the result does
    not depend on the order of the rows. Time: rounds x non-zero features x labels.
    """
    names = sorted({f for row, _ in rows for f in row} | set(prior) | {"bias"})
    place = {f: at for at, f in enumerate(names)}
    start = [[prior.get(f, {}).get(label, 0.0) for f in names] for label in labels]
    weights = [list(of_label) for of_label in start]
    pull = [1.0 / _spread(f, spread) ** 2 for f in names]
    past = [[1e-8] * len(names) for _ in labels]
    full = []
    for row, target in rows:
        values = {"bias": 1.0, **row}
        full.append(([place[f] for f in values], list(values.values()), [target.get(label, 0.0) for label in labels]))
    for _ in range(rounds):
        slope = [
            [p * (w - s) for p, w, s in zip(pull, ws, ss, strict=True)] for ws, ss in zip(weights, start, strict=True)
        ]
        for places, values_, wanted in full:
            chances = softmax([sum(map(mul, map(ws.__getitem__, places), values_)) for ws in weights])
            for of_label, p, t in zip(slope, chances, wanted, strict=True):
                error = p - t
                if error > 1e-3 or error < -1e-3:
                    for at, value in zip(places, values_, strict=True):
                        of_label[at] += error * value
        for ws, gs, seen in zip(weights, slope, past, strict=True):
            for at, g in enumerate(gs):
                seen[at] += g * g
                ws[at] -= rate * g / math.sqrt(seen[at])
    return {f: {label: weights[k][at] for k, label in enumerate(labels)} for f, at in place.items()}


def _spread(feature: str, spread: float | Mapping[str, float]) -> float:
    if isinstance(spread, (int, float)):
        return float(spread)
    return spread.get(feature.partition(":")[0], spread[""])
