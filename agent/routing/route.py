"""A request in, a route out: rules, the model, or both together."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agent.routing import rules
from agent.routing.features import features
from agent.routing.followup import from_turn
from agent.routing.shape import shape
from agent.routing.types import Route, RouteContext, Source

if TYPE_CHECKING:
    from agent.backends.base import Backend
    from agent.config import Settings


def route(
    request: str,
    context: RouteContext | None = None,
    *,
    backend: Backend | None = None,
    config: Settings | None = None,
) -> Route:
    """The tool for a request.

    `backend` None, or `config.router == "rules"`, routes by rules alone (under a millisecond, no request). A reply
    that is no label even when constrained gives the tool `unclear`; asking the person is the caller's part.
    Raises what `Backend.chat` raises.
    """
    start = time.perf_counter()
    chances, why = by_rules(request, context or RouteContext())
    return made(chances, "rules", start, why=why)


def by_rules(request: str, context: RouteContext) -> tuple[dict[str, float], str]:
    """(label → probability, the cues that decided) without a model."""
    cues = features(shape(request))
    turn = from_turn(request, context)
    if turn is not None:
        if "hands_off" in cues:
            turn = {**turn, "edit": 0.0, "explain": turn["explain"] + turn["edit"]}
        return turn, "follows the turn before"
    chances = rules.probabilities(cues)
    return chances, ", ".join(rules.reasons(cues, max(chances, key=lambda label: chances[label])))


def made(chances: dict[str, float], source: Source, start: float, *, why: str = "") -> Route:
    """The route that a distribution stands for."""
    ordered = dict(sorted(chances.items(), key=lambda pair: -pair[1]))
    tool = next(iter(ordered))
    return Route(
        tool=tool,
        confidence=ordered[tool],
        source=source,
        alternatives=ordered,
        ms=(time.perf_counter() - start) * 1000,
        why=why,
    )
