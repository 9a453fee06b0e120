"""Which tool a request is for: `route` decides, `plan_steps` and `next_step` order several."""

from agent.routing.route import route
from agent.routing.steps import PlannedStep, plan_steps
from agent.routing.types import LABELS, TOOLS, Route, RouteContext

__all__ = ["LABELS", "TOOLS", "PlannedStep", "Route", "RouteContext", "plan_steps", "route"]
