"""Multinomial logistic regression on sparse cues, in plain Python: small enough to fit on a user's machine in seconds.

Maximum a posteriori with a Gaussian prior around given weights: what the examples say little about stays as it was set.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

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
    the rest). Full-batch gradient steps with a rate for each weight (AdaGrad: Duchi et al. 2011), so the result does not
    depend on the order of the rows. Time: rounds x non-zero features x labels.
    """
    table: Table = {}
    for row, _ in rows:
        for feature in row:
            table.setdefault(feature, dict.fromkeys(labels, 0.0))
    table["bias"] = dict.fromkeys(labels, 0.0)
    for feature, weights in prior.items():
        table.setdefault(feature, dict.fromkeys(labels, 0.0)).update(weights)
    start = {f: dict(w) for f, w in table.items()}
    pull = {f: 1.0 / _spread(f, spread) ** 2 for f in table}
    past = {f: dict.fromkeys(labels, 1e-8) for f in table}
    full = [({"bias": 1.0, **row}, [target.get(label, 0.0) for label in labels]) for row, target in rows]
    for _ in range(rounds):
        slope = {f: [0.0] * len(labels) for f in table}
        for row, wanted in full:
            chances = softmax(logits_of(row, table, labels))
            for at, (p, t) in enumerate(zip(chances, wanted, strict=True)):
                error = p - t
                if error > 1e-4 or error < -1e-4:
                    for feature, value in row.items():
                        slope[feature][at] += error * value
        for feature, weights in table.items():
            for at, label in enumerate(labels):
                g = slope[feature][at] + pull[feature] * (weights[label] - start[feature][label])
                past[feature][label] += g * g
                weights[label] -= rate * g / math.sqrt(past[feature][label])
    return table


def logits_of(row: Mapping[str, float], table: Table, labels: Sequence[str]) -> list[float]:
    """As `logits`, for a row that has its own `bias`."""
    total = [0.0] * len(labels)
    for feature, value in row.items():
        weights = table[feature]
        for at, label in enumerate(labels):
            total[at] += weights[label] * value
    return total


def _spread(feature: str, spread: float | Mapping[str, float]) -> float:
    if isinstance(spread, (int, float)):
        return float(spread)
    return spread.get(feature.partition(":")[0], spread[""])
