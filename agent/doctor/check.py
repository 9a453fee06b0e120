"""One finding of `agent doctor`, and the guard that turns whatever goes wrong in looking into a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.errors import AgentError

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is, and what to do about it."""

    name: str
    status: Status
    value: str
    advice: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    """The same as numbers and names, for programs."""


def guarded(name: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """The findings of one look. It never raises: a broken part of the machine is what a doctor is for."""
    try:
        yield from look()
    except AgentError as error:
        yield Check(name, "fail", str(error), error.hint)
    except Exception as error:
        yield Check(name, "fail", f"{type(error).__name__}: {error}", "This part of the installation is broken.")
