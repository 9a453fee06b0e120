"""What a request can be routed to: one file a tool. `find_tool` gives a tool by name.

The built-in tools are imported by name, so that a start does not pay for reading the installed packages' metadata;
others come through the entry point group `agent.tools`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol, cast

from pydantic import BaseModel

from agent.errors import UsageError

if TYPE_CHECKING:
    from agent.events import Event
    from agent.turn import Turn

BUILT_IN = ("edit", "explain", "test", "search", "chat", "fix")


class RequestArgs(BaseModel):
    """What every tool takes: the request in words, and files named beside it (relative to the root)."""

    request: str = ""
    files: list[str] = []


class Tool(Protocol):
    """A tool: its name, the line the router sees, its arguments, and what it does as events."""

    name: str
    summary: str
    Args: type[RequestArgs]

    def run(self, args: Any, turn: Turn) -> Iterator[Event]:
        """Do it. Raises AgentErrors; sets `turn.summary` and, when it failed without one, `turn.exit_code`."""


def find_tool(name: str) -> Tool:
    """The tool of this name. Raises UsageError when there is none."""
    if name in BUILT_IN:
        return cast(Tool, importlib.import_module(f"tools.{name}").TOOL)
    from importlib.metadata import entry_points

    for entry in entry_points(group="agent.tools"):
        if entry.name == name:
            return cast(Tool, entry.load())
    raise UsageError(f"There is no tool `{name}`.", f"The built-in ones are {', '.join(BUILT_IN)}.")
