"""What the model says and what the rules see, put together: a log-linear pool of two opinions.

First the model's label log-probabilities go through a small linear map that knows which labels this model mixes up; for
a model nobody measured the map only makes it less sure. Then the rules' log-probabilities are added. The map is
fitted on the model's answers alone, never together with the rules: these know the labelled requests too well, and a
joint fit would learn to trust them blindly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from agent.routing import linear
from agent.routing.linear import Table
from agent.routing.types import LABELS

MODEL_SAYS = 0.45
"""The say of a model without a fit: its log-probabilities are taken this seriously."""
RULES_SAY = 0.65
"""The say of the rules' log-probabilities, measured with rules that did not know the requests they were judged on."""
CLIP = 8.0
"""Log-probabilities below -CLIP say no more than -CLIP."""


def default_table() -> Table:
    """The map for a model without a fit: each label's log-probability, made less sure."""
    table: Table = {"bias": dict.fromkeys(LABELS, 0.0)}
    for label in LABELS:
        table["model:" + label] = {label: MODEL_SAYS}
    return table


def row(model: Mapping[str, float]) -> dict[str, float]:
    """The map's features: the model's natural-log probabilities, clipped."""
    return {"model:" + label: max(model[label], -CLIP) for label in LABELS}


def calibrated(model: Mapping[str, float], table: Table) -> dict[str, float]:
    """label → natural-log probability, after the map."""
    values = linear.softmax(linear.logits(row(model), table, LABELS))
    return {label: math.log(max(p, 1e-9)) for label, p in zip(LABELS, values, strict=True)}


def pool(
    model: Mapping[str, float], rules: Mapping[str, float], table: Table, temperature: float = 1.0
) -> dict[str, float]:
    """label → probability of both together. `temperature` above 1 makes the pool less sure."""
    own = calibrated(model, table)
    values = [(own[label] + RULES_SAY * max(rules[label], -CLIP)) / temperature for label in LABELS]
    return dict(zip(LABELS, linear.softmax(values), strict=True))
