"""SIGTERM and SIGHUP as an exception: the terminal is restored and what was begun is rolled back on the way out."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Ended(BaseException):
    """The system ends the program. Not an Exception, so that nothing on the way takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def end_in_order() -> None:
    """Have both signals raise `Ended`; a second one kills at once. A signal that somebody ignores stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
    raise Ended(number)
