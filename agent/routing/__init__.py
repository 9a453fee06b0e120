"""Which tool a request is for: `route` decides, `plan_steps` and `next_step` order several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.routing.route import route
from agent.routing.steps import PlannedStep, plan_steps
from agent.routing.types import LABELS, TOOLS, Route, RouteContext

if TYPE_CHECKING:
    from agent.backends.base import Backend

__all__ = ["LABELS", "TOOLS", "PlannedStep", "Route", "RouteContext", "next_step", "plan_steps", "route"]


def next_step(request: str, done: list[tuple[str, str]], *, backend: Backend) -> str:
    """The tool to use next for a request, or `done`; `done` lists (tool, result) so far. See `agent.routing.model`."""
    from agent.routing.model import next_step as ask_next

    return ask_next(request, done, backend=backend)
