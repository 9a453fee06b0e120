"""What locating an edit gives: a place with the text that goes there, or a miss with the nearest lines."""

from __future__ import annotations

from dataclasses import dataclass

from agent.edits.types import Candidate


@dataclass(frozen=True)
class Located:
    """One place in the file, and what replaces it."""

    start: int
    """Offset in the text, in characters."""
    end: int
    new: str
    """The text that replaces `text[start:end]`, fitted to the file's indentation and line ends."""
    how: str
    """The step that found it."""
    start_line: int
    """1-based, inclusive."""
    end_line: int
    similarity: float = 1.0


@dataclass(frozen=True)
class Miss:
    """No single place."""

    reason: str
    """One sentence."""
    candidates: tuple[Candidate, ...] = ()
    ambiguous: bool = False
    """There are several places, rather than none."""
