"""The traced run: which lines of the targets each test runs, the types of their variables, endless loops cut."""

import atexit
import sys
import time
from typing import Any

from agent_repair_state import arm, emit, state, target_of  # type: ignore[import-not-found, unused-ignore]

LINES_A_TEST = 200_000
"""After so many lines a test is traced no further (about 0.2 s of tracing)."""
LOOP_SECONDS = 1.5
"""Processor time from there on until a test is taken for an endless loop; a fifth of it once one was."""
SEEN_TYPES = 4_000
"""Line events after which the types of variables are no longer noted, per test."""


class LineBudget(BaseException):
    """Raised inside a traced test that runs for too many lines."""


def new_trace() -> None:
    """Forget what ran, for the next test."""
    state["lines"], state["order"], state["types"], state["count"] = {}, 0, {}, 0


def start_tracing() -> None:
    """Trace every frame of a target from here on."""
    import threading

    if "lines" not in state:
        new_trace()
    atexit.register(_emit_rest)
    names: dict[str, str | None] = {}

    def local(frame: Any, event: str, arg: Any) -> Any:
        if event == "line":
            state["count"] += 1
            count = state["count"]
            lines = state["lines"]
            line = (names[frame.f_code.co_filename], frame.f_lineno)
            lines[line] = count
            if count < SEEN_TYPES:
                types = state["types"]
                for name, value in list(frame.f_locals.items()):
                    types.setdefault((frame.f_code.co_name, name), set()).add(type(value).__name__)
            elif count > LINES_A_TEST:
                _stop_tracing(frame)
                return None
        elif event == "exception" and arg is not None:
            state["raised"] = (names[frame.f_code.co_filename], frame.f_lineno)
        return local

    def tracer(frame: Any, event: str, arg: Any) -> Any:
        filename = frame.f_code.co_filename
        if filename not in names:
            names[filename] = target_of(filename)
        return local if names[filename] is not None else None

    state["tracer"] = tracer
    threading.settrace(tracer)
    sys.settrace(tracer)


def _stop_tracing(frame: Any) -> None:
    """Let a long test run on untraced, for a while."""
    import signal

    sys.settrace(None)
    while frame is not None:
        frame.f_trace = None
        frame = frame.f_back
    try:
        signal.signal(signal.SIGPROF, _looped)
        arm(LOOP_SECONDS / (5 if state.get("any_looped") else 1))
    except ValueError:
        # Not in the main thread: the time limit of the whole run holds.
        pass
    state["stopped"] = True


def _looped(number: int, frame: Any) -> None:
    state["looped"] = state["any_looped"] = True
    arm(0.2)
    raise LineBudget("endless loop")


def emit_test(name: str, ok: bool, message: str, frames: "list[Any] | None" = None) -> None:
    """Write what one test ran and how it ended."""
    if "lines" not in state:
        new_trace()
    looped = bool(state.pop("looped", False))
    if state.pop("stopped", False):
        arm(0)
        if name:
            sys.settrace(state["tracer"])
    lines = sorted(state["lines"].items(), key=lambda item: item[1])
    raised = state.pop("raised", None)
    emit(
        {
            "test": name,
            "path": state.get("path", ""),
            "ok": ok,
            "message": message,
            "lines": [[path, line] for (path, line), _ in lines],
            "types": [[func, var, sorted(kinds)] for (func, var), kinds in state["types"].items()],
            "frames": frames or [],
            "raised": raised if not ok else None,
            "looped": looped,
            "seconds": time.process_time() - state.get("begun", 0.0),
        }
    )
    new_trace()


def _emit_rest() -> None:
    """At exit: what ran outside any test, which for a plain script is all there is."""
    sys.settrace(None)
    if state.get("lines"):
        told, frames = state.get("crash", ("", []))
        emit_test("", not told, told, frames)
