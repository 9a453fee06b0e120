"""Runs an action in a child process that is killed with SIGKILL at its n-th step.

A step is a line of the watched source files, or a call into the operating system made anywhere below them: between
two steps the process cannot have changed anything on disk.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any


def run_killed(action: Callable[[], object], step: int, watched: Sequence[Path]) -> bool:
    """True when the child was killed at the step; False when the action ended before it got so far.

    An action that raises ends its child with status 3, which is reported as an error of the test.
    """
    prefixes = tuple(str(path) for path in watched)
    child = os.fork()
    if child == 0:
        status = 3
        try:
            _arm(step, prefixes)
            action()
            status = 0
        except BaseException as error:
            os.write(2, f"in the killed child: {error!r}\n".encode())
        finally:
            sys.settrace(None)
            sys.setprofile(None)
            os._exit(status)
    _, waited = os.waitpid(child, 0)
    if os.WIFSIGNALED(waited):
        assert os.WTERMSIG(waited) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(waited) == 0, "the action failed by itself"
    return False


def _arm(step: int, prefixes: tuple[str, ...]) -> None:
    left = step

    def count() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_line(frame: FrameType, event: str, arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(prefixes):
            return None
        if event == "line":
            count()
        return on_line

    def on_call(frame: FrameType, event: str, arg: Any) -> None:
        if event == "c_call" and getattr(arg, "__module__", "") == "posix" and arg.__name__ in CHANGING:
            count()

    sys.settrace(on_line)
    sys.setprofile(on_call)


CHANGING = frozenset(
    [
        "open",
        "write",
        "fsync",
        "close",
        "rename",
        "replace",
        "link",
        "unlink",
        "mkdir",
        "rmdir",
        "symlink",
        "fchmod",
        "fchown",
        "chmod",
        "ftruncate",
        "pwrite",
    ]
)
"""The calls that change something on disk, or make it durable."""
