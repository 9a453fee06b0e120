"""Markdown drawn while it streams: finished blocks are printed for good, the unfinished tail is redrawn in place."""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.text import Text

TAIL_LINES = 12
"""Lines of the screen for the unfinished block: a region taller than the screen cannot be redrawn."""


class MarkdownStream:
    """Feed text as it comes, then `close`. Only for terminals."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pending = ""
        self._live: Live | None = None

    def feed(self, text: str) -> None:
        """Add text; blocks that are complete are printed."""
        self._pending += text
        cut = finished_length(self._pending)
        if cut:
            self._stop()
            self._print(self._pending[:cut])
            self._pending = self._pending[cut:]
        if self._pending.strip():
            if self._live is None:
                self._live = Live(console=self._console, transient=True, refresh_per_second=12)
                self._live.start()
            self._live.update(self._tail())

    def close(self) -> None:
        """Print what is left."""
        self._stop()
        self._print(self._pending)
        self._pending = ""

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _tail(self) -> Text:
        """The end of the unfinished block in lines of the screen: a line longer than that would be cut at its edge."""
        lines = [
            row
            for line in self._pending.splitlines()[-TAIL_LINES:]
            for row in Text(line).wrap(self._console, self._console.width)
        ]
        return Text("\n").join(lines[-TAIL_LINES:])

    def _print(self, text: str) -> None:
        """Print whole blocks, wrapped: in a console that wraps nothing, Markdown cuts code and lists at the edge."""
        if text.strip():
            self._console.print(Markdown(text.strip("\n"), hyperlinks=False), soft_wrap=False)


def finished_length(text: str) -> int:
    """How many characters of `text`, from its start, are whole blocks: up to the last blank line outside a fence."""
    cut, position, fence = 0, 0, ""
    for line in text.splitlines(keepends=True):
        position += len(line)
        stripped = line.strip()
        if fence:
            if stripped.startswith(fence) and not stripped.strip("`~"):
                fence = ""
                cut = position if line.endswith("\n") else cut
        elif stripped.startswith(("```", "~~~")):
            fence = stripped[:3]
        elif not stripped and line.endswith("\n"):
            cut = position
    return cut
