"""Events → terminal, events → JSON lines. A renderer has `show(event)` and `close()`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from agent.events import Done, Event


class Renderer(Protocol):
    """Draws events."""

    def show(self, event: Event) -> None:
        """Draw one."""

    def close(self) -> None:
        """End what is still being drawn."""


def drive(events: Iterator[Event], renderer: Renderer) -> int:
    """Draw a turn's events to the end; returns its exit code. Ctrl-C stops the turn, and the server with it."""
    exit_code = 0
    try:
        for event in events:
            renderer.show(event)
            if isinstance(event, Done):
                exit_code = event.exit_code
    finally:
        close = getattr(events, "close", None)
        if close is not None:
            close()
        renderer.close()
    return exit_code
