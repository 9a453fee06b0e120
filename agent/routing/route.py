"""A request in, a route out: rules, the model, or both together."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.routing import rules, wording
from agent.routing.features import features
from agent.routing.followup import from_turn
from agent.routing.shape import shape
from agent.routing.types import Route, RouteContext, Source

if TYPE_CHECKING:
    from agent.backends.base import Backend
    from agent.config import Settings

SURE = 0.98
"""Cues this sure decide alone where the wording does not object, and the model is not asked; see `docs/routing.md`."""
NO_OBJECTION = 0.3
"""The wording does not object to a label that it gives this probability."""
FOLLOWS = "follows the turn before"
"""Why a follow-up goes where it goes. The rules read these from the turn before; a small model only guesses."""
RULES_EDIT_AT_LEAST = 0.65
"""By rules alone an edit must be this likely."""


def route(
    request: str,
    context: RouteContext | None = None,
    *,
    backend: Backend | None = None,
    config: Settings | None = None,
) -> Route:
    """The tool for a request.

    `backend` None, or `config.router == "rules"`, routes by rules alone (under a millisecond, no request).
    `config.router == "model"` asks the model alone; `"both"` (the default) puts both together and leaves the model out
    where the rules are sure. A reply that is no label even when constrained leaves it to the rules if they are sure,
    else the tool is `unclear`; asking the person is the caller's part. Raises what `Backend.chat` raises.
    """
    start = time.perf_counter()
    where = context or RouteContext()
    form = config.router if config is not None else "both"
    seen = _seen(request, where)
    if backend is None or backend.name == "none" or form == "rules" or "empty" in seen.cues:
        return _made(seen.chances, "rules", start, seen.why, RULES_EDIT_AT_LEAST)
    if form == "both" and seen.sure:
        return _made(seen.chances, "rules", start, seen.why, RULES_EDIT_AT_LEAST)
    return _with_model(request, where, backend, form, seen, start)


def by_rules(request: str, context: RouteContext) -> tuple[dict[str, float], str]:
    """(label → probability, the cues that decided) without a model."""
    seen = _seen(request, context)
    return seen.chances, seen.why


@dataclass(frozen=True)
class _Seen:
    """What a request shows without a model."""

    chances: dict[str, float]
    why: str
    cues: dict[str, float]
    sure: bool
    """Nobody needs to be asked."""


def _seen(request: str, context: RouteContext) -> _Seen:
    form = shape(request)
    cues = features(form)
    turn = from_turn(request, context)
    if turn is not None:
        return _Seen(rules.hands_off(cues, turn), FOLLOWS, cues, True)
    own, said = rules.probabilities(cues), wording.logs(form)
    best = max(own, key=lambda label: own[label])
    agreed = math.exp(said[best]) >= NO_OBJECTION
    why = ", ".join(rules.reasons(cues, best))
    return _Seen(rules.pooled(cues, own, said), why, cues, own[best] >= SURE and agreed)


def _with_model(
    request: str,
    context: RouteContext,
    backend: Backend,
    form: str,
    known: _Seen,
    start: float,
) -> Route:
    from agent.routing import calibration, model

    answer = model.ask(request, context, backend)
    seen, why = known.chances, known.why
    source: Source
    if answer.logs is None:
        sure = max(seen.values()) >= 0.9
        chances = seen if sure else {label: (0.6 if label == "unclear" else 0.4 * p) for label, p in seen.items()}
        source, edge, why = "rules", RULES_EDIT_AT_LEAST, "the model's reply was no label"
    else:
        fit, _ = calibration.for_backend(backend)
        flat = dict.fromkeys(seen, 1 / len(seen))
        opinion = flat if form == "model" else seen
        chances = fit.decide(answer.logs, calibration.logs_of(opinion))
        source, edge = ("model" if form == "model" else "both"), fit.edit_at_least
    made = _made(rules.hands_off(known.cues, chances), source, start, why, edge)
    return replace(
        made,
        prompt_tokens=answer.prompt_tokens,
        cached_tokens=answer.cached_tokens,
        output_tokens=answer.output_tokens,
        requests=answer.requests,
        prompts=answer.prompts,
    )


def _made(chances: dict[str, float], source: Source, start: float, why: str, edit_at_least: float) -> Route:
    """The route that a distribution stands for; an edit that is not likely enough goes to the next best class."""
    total = sum(chances.values()) or 1.0
    ordered = dict(sorted(((k, p / total) for k, p in chances.items()), key=lambda pair: -pair[1]))
    tool = next(iter(ordered))
    if tool == "edit" and ordered["edit"] < edit_at_least:
        tool = list(ordered)[1]
    return Route(
        tool=tool,
        confidence=ordered[tool],
        source=source,
        alternatives=ordered,
        ms=(time.perf_counter() - start) * 1000,
        why=why,
    )
