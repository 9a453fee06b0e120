"""What a turn may ask of whoever sits in front of it. Without a terminal nothing is ever asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Front(Protocol):
    """A terminal, or the lack of one."""

    interactive: bool
    typed_ahead: list[str]
    """Lines typed before a question stood there, which are no answers to it."""

    def ask(self, question: str, choices: Sequence[tuple[str, str]], default: str) -> str:
        """Put a question; `choices` are (key, meaning). Returns a key. Only called when `interactive`."""


class NoFront:
    """Nobody is there."""

    interactive = False

    def __init__(self) -> None:
        self.typed_ahead: list[str] = []

    def ask(self, question: str, choices: Sequence[tuple[str, str]], default: str) -> str:
        """Never called: the callers check `interactive` first. Says so rather than guessing an answer."""
        raise RuntimeError(f"asked without a terminal: {question}")
