"""What a test tells the server to say: replies with their words, their pace and their accidents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DIED = "an error was encountered while running the model: unexpected EOF"
"""What a real server says when its engine dies."""


@dataclass(frozen=True)
class Reply:
    """One scripted answer to one chat request. Pace and accidents count streamed pieces (tokens)."""

    text: str = ""
    thinking: str = ""
    """Streamed before the text when the model can think and the request does not turn thinking off."""
    pieces: tuple[str, ...] = ()
    """The text cut into tokens by hand; in place of `text`."""
    thoughts: tuple[str, ...] = ()
    """The thinking cut into tokens by hand; in place of `thinking`."""
    logprobs: Sequence[Mapping[str, float]] = ()
    """For each token of the text, the alternatives' natural-log probabilities; made up where left out."""
    delay: float = 0.0
    """Seconds before the first byte."""
    gap: float = 0.0
    """Seconds between pieces."""
    status: int = 200
    """Anything but 200 answers with `error` and this status."""
    error: str = ""
    error_after: int | None = None
    """After so many pieces the stream ends in an error line with `error` (not streamed: a 500)."""
    cut_after: int | None = None
    """After so many pieces the stream ends properly but without its last, `done` line."""
    drop_after: int | None = None
    """After so many pieces (-1: before the status line) the connection is closed."""
    dies: bool = False
    """The engine is gone afterwards: the model is no longer loaded."""
    from_engine: bool = False
    """The words are the real engine's; pace and accidents are this reply's."""
    lines: tuple[bytes, ...] | None = None
    """Sent as they are in place of everything, for replies that no sane server gives."""


def failure(status: int, message: str) -> Reply:
    """An answer with this HTTP status and error text."""
    return Reply(status=status, error=message)


def label(token: str, **alternatives: float) -> Reply:
    """A one-token reply with the log-probabilities of its alternatives: `label("edit", edit=-0.1, test=-3)`."""
    return Reply(text=token, pieces=(token,), logprobs=(alternatives or {token: -0.05},))


def dying(text: str, after: int) -> Reply:
    """The engine is killed after so many pieces, as a real server reports it."""
    return Reply(text=text, error=DIED, error_after=after, dies=True)


Answer = str | Reply
Chooser = Callable[[Mapping[str, Any]], Answer]
Replies = Iterable[Answer] | Chooser


class Script:
    """Hands out the replies: one after the other from a list, or what a function of the request says."""

    def __init__(self, replies: Replies) -> None:
        self._choose = replies if callable(replies) else None
        self._queue: list[Answer] = [] if callable(replies) else list(replies)
        self._given = 0

    def add(self, *answers: Answer) -> None:
        """Append to the list."""
        self._queue.extend(answers)

    def left(self) -> int:
        """How many replies of the list have not been asked for."""
        return len(self._queue)

    def has_next(self) -> bool:
        """There is something to say to another request."""
        return self._choose is not None or bool(self._queue)

    def next(self, request: Mapping[str, Any]) -> Reply:
        """The reply to this request. An empty list is a loud error, so that a test cannot pass by accident."""
        self._given += 1
        if self._choose is not None:
            answer = self._choose(request)
        elif self._queue:
            answer = self._queue.pop(0)
        else:
            answer = failure(500, f"the script has no reply left for chat request {self._given}")
        return Reply(text=answer) if isinstance(answer, str) else answer
