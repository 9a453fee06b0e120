"""`agent doctor`: is everything there that is needed, and if not, what to type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.doctor.check import Check, Status

if TYPE_CHECKING:
    from agent.config import Config

__all__ = ["Check", "Status", "diagnose"]


def diagnose(config: Config, *, measure: bool = True) -> Iterator[Check]:
    """Every check, as it is made, the quick ones first. Raises nothing, whatever is broken.

    With `measure` the chosen model is loaded and asked one short question, so that context, processor and speed are
    what they are and not what they should be.
    """
    from agent.doctor import embedded, programs, server
    from agent.doctor.check import guarded

    for name in ("python", "packages", "git", "ripgrep", "parsers", "terminal", "disk"):
        yield from guarded(name, getattr(programs, name))
    yield from guarded("engine", embedded.engine)
    yield from guarded("weights", embedded.weights)
    yield from guarded("model", lambda: server.model(config, measure))
