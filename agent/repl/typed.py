"""What a person types while something runs: not echoed into what is drawn, not taken for an answer, not lost."""

from __future__ import annotations

import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

READ_BYTES = 1 << 16
LOCAL_MODES = 3
"""Where `termios.tcgetattr` has the local modes, ECHO and ICANON among them."""


@contextmanager
def unechoed() -> Iterator[None]:
    """Let keys wait unseen: an echoed Enter moves the cursor under a line that is being redrawn."""
    with _local_modes(clear=termios.ECHO):
        yield


@contextmanager
def echoed() -> Iterator[None]:
    """Show keys as they are typed, as an answer has to be."""
    with _local_modes(add=termios.ECHO):
        yield


def take_typed() -> list[str]:
    """Take the lines that wait in the terminal, an unfinished one included; none where there is no terminal."""
    if not sys.stdin.isatty():
        return []
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    at_once = termios.tcgetattr(descriptor)
    at_once[LOCAL_MODES] &= ~termios.ICANON
    at_once[6][termios.VMIN] = at_once[6][termios.VTIME] = 0
    termios.tcsetattr(descriptor, termios.TCSANOW, at_once)
    try:
        typed = os.read(descriptor, READ_BYTES)
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
    text = typed.decode("utf-8", "replace").replace("\r", "\n")
    return [line.strip() for line in text.split("\n") if line.strip()]


@contextmanager
def _local_modes(*, add: int = 0, clear: int = 0) -> Iterator[None]:
    if not sys.stdin.isatty():
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    during = termios.tcgetattr(descriptor)
    during[LOCAL_MODES] = (during[LOCAL_MODES] | add) & ~clear
    termios.tcsetattr(descriptor, termios.TCSANOW, during)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
