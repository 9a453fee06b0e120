"""Intervals and verdicts: what repeated runs allow to say, and when they do not allow it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

Z95 = 1.959964
RESAMPLES = 2000
LEAST_RUNS = 20
"""Paired cases below which no verdict is given."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95% interval."""

    value: float
    low: float
    high: float

    def text(self, unit: str = "", scale: float = 1.0, digits: int = 0) -> str:
        """`67% (52–79)`."""
        value, low, high = (f"{x * scale:.{digits}f}" for x in (self.value, self.low, self.high))
        return f"{value}{unit} ({low}–{high})"


def share(successes: int, total: int) -> Interval:
    """A proportion with Wilson's score interval (Wilson 1927)."""
    if not total:
        return Interval(0.0, 0.0, 1.0)
    p, z2 = successes / total, Z95**2
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * math.sqrt(p * (1 - p) / total + z2 / (4 * total * total))
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half))


def bootstrap(values: Sequence[float], statistic: Callable[[Sequence[float]], float] = median) -> Interval:
    """A statistic with its percentile bootstrap interval (Efron 1979), from a fixed seed so that a report repeats."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    draw = random.Random(1)
    found = sorted(statistic([draw.choice(values) for _ in values]) for _ in range(RESAMPLES))
    return Interval(statistic(values), found[int(0.025 * RESAMPLES)], found[int(0.975 * RESAMPLES) - 1])


@dataclass(frozen=True)
class Verdict:
    """What the runs say of a claim that one model does better than another."""

    claim: str
    difference: Interval
    """Of the means, first model less second, in the claim's unit; better is positive."""
    verdict: str
    """`holds`, `the other way round`, `no difference seen` or `not enough runs`."""
    pairs: int


def paired(claim: str, pairs: Sequence[tuple[float, float]]) -> Verdict:
    """Compare two models on the same cases; larger must mean better. The interval is of the mean paired difference."""
    if len(pairs) < LEAST_RUNS:
        return Verdict(claim, Interval(0.0, 0.0, 0.0), "not enough runs", len(pairs))
    interval = bootstrap([a - b for a, b in pairs], fmean)
    if interval.low > 0:
        verdict = "holds"
    elif interval.high < 0:
        verdict = "the other way round"
    else:
        verdict = "no difference seen"
    return Verdict(claim, interval, verdict, len(pairs))


def percentile(values: Sequence[float], share_below: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share_below * len(ordered)) - 1))]
