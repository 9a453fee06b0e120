"""What the model says and what the rules see, put together: a log-linear pool of two opinions.

For a model nobody measured the pool has the default weights below; for one that was measured (`agent bench route --fit`)
the weights are fitted, with the default ones as the prior, so that a fit can move only as far as the cases carry it.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.routing import linear
from agent.routing.linear import Table
from agent.routing.types import LABELS

MODEL_SAYS = 0.55
"""The default say of the model's log-probabilities."""
RULES_SAY = 0.8
"""The default say of the rules' log-probabilities."""
CLIP = 8.0
"""Log-probabilities below -CLIP say no more than -CLIP."""


def default_table() -> Table:
    """The pool for a model without a fit: each label's two log-probabilities, weighed and added."""
    table: Table = {"bias": dict.fromkeys(LABELS, 0.0)}
    for label in LABELS:
        table["model:" + label] = {label: MODEL_SAYS}
        table["rules:" + label] = {label: RULES_SAY}
    return table


def row(model: Mapping[str, float], rules: Mapping[str, float]) -> dict[str, float]:
    """The pool's features: both opinions, label by label, as log-probabilities (natural log)."""
    features = {"model:" + label: max(model[label], -CLIP) for label in LABELS}
    features.update({"rules:" + label: max(rules[label], -CLIP) for label in LABELS})
    return features


def pool(
    model: Mapping[str, float], rules: Mapping[str, float], table: Table, temperature: float = 1.0
) -> dict[str, float]:
    """label → probability of both together. `temperature` above 1 makes the pool less sure."""
    values = linear.logits(row(model, rules), table, LABELS)
    return dict(zip(LABELS, linear.softmax([v / temperature for v in values]), strict=True))
