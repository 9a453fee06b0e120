"""Limits on waiting: a server may be silent for ever, and no client library bounds a whole answer."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from agent.errors import AgentError, ServerFailed, TaskFailed

T = TypeVar("T")


LONGEST = 1e8
"""Seconds: `inf` is a limit that a person may set, and none that a timer takes."""


class _Rang(BaseException):
    """The alarm; not an Exception, so that nothing between the wait and its caller takes it for a failed server."""


def turn_is_over(seconds: float) -> TaskFailed:
    """The error of a turn that reached its limit."""
    return TaskFailed(f"Stopped after {seconds:g} s, the limit of one turn.", "Raise `turn_seconds`, or --timeout.")


@contextmanager
def interrupted_after(seconds: float, error: AgentError) -> Iterator[None]:
    """Raise `error` inside a blocking wait that takes longer. Only wrap waiting: whatever it interrupts is left undone.

    An interval timer is the one thing that ends a blocked read in the same thread, as Ctrl-C does; where there is none
    (another thread, a timer in use already) the wait is not bounded.
    """
    possible = (
        threading.current_thread() is threading.main_thread()
        and hasattr(signal, "setitimer")
        and signal.getitimer(signal.ITIMER_REAL)[0] == 0
    )
    if not possible:
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _Rang

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, min(max(seconds, 1e-3), LONGEST))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _Rang:
        raise error from None
    finally:
        signal.signal(signal.SIGALRM, before)


def bounded(items: Iterator[T], *, silence: float, end: float, turn_seconds: float) -> Iterator[T]:
    """The items of a stream, in time.

    Raises ServerFailed after `silence` seconds without one, once the first has come (reading a long prompt may take
    longer), and TaskFailed when the monotonic clock reaches `end`, `turn_seconds` after the turn's start.
    """
    patience = float("inf")
    while True:
        left = end - time.monotonic()
        error: AgentError = turn_is_over(turn_seconds)
        if patience < left:
            error = ServerFailed(
                f"The server has sent nothing for {patience:g} s in the middle of its answer.",
                "Ask again, or restart the server; `timeout` in .agentrc says how long to wait.",
            )
        try:
            with interrupted_after(min(patience, left), error):
                item = next(items)
        except StopIteration:
            return
        patience = silence
        yield item
