"""`agent bench route --fit`: the model is asked about labelled requests, and its map is fitted to the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.backends.base import Backend
from agent.bench.routing import Case, load_cases
from agent.errors import TaskFailed
from agent.events import Event, Notice, Progress
from agent.routing import calibration, corrections
from agent.routing.model import Answer, ask


def fit_router(backend: Backend, limit: int) -> Iterator[Event]:
    """Fit and store. Only the fitting half and the user's corrections are used, so that the held half can judge.

    Raises TaskFailed when the requests are too few, and what `Backend.chat` raises.
    """
    labelled = [*every(load_cases("fit"), limit), *corrections.corrections()]
    answers: list[Answer] = []
    for number, case in enumerate(labelled, start=1):
        answers.append(ask(case.request, case.context, backend))
        yield Progress("fitting", backend.model, number, len(labelled))
    known = sum(answer.logs is not None for answer in answers)
    if known < calibration.FEWEST:
        raise TaskFailed(
            f"The calibration was not fitted: {known} of {len(labelled)} replies were labels, and "
            f"{calibration.FEWEST} are needed.",
            'Route by rules with this model: `router = "rules"`.',
        )
    quantisation = calibration.quantisation_of(backend)
    kept = calibration.write(calibration.fit_answers(backend.model, quantisation, labelled, answers))
    yield Notice(f"Fitted on {known:,} labelled requests and kept in {kept}.")


def every(cases: Sequence[Case], wanted: int) -> list[Case]:
    """About `wanted` of the cases that can be asked about alone, evenly spread over the voices."""
    plain = [case for case in cases if not case.context.follows and case.request.strip()]
    if wanted >= len(plain):
        return plain
    return [plain[int(at * len(plain) / wanted)] for at in range(wanted)]
