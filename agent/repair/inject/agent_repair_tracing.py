"""The traced run: which lines of the targets each test runs, the types of their variables, endless loops cut."""

import atexit
import sys
import time
from typing import Any

from agent_repair_state import SETUP, arm, emit, state, target_of  # type: ignore[import-not-found, unused-ignore]

LINES_A_TEST = 200_000
"""After so many lines a test is traced no further (about 0.2 s of tracing)."""
LOOP_SECONDS = 1.5
"""Processor time from there on until a test is taken for an endless loop; a fifth of it once one was. Where the run
without a trace has ended meanwhile, another traced run allows more."""
SEEN_TYPES = 4_000
"""Line events after which the types of variables are no longer noted, per test."""


class LineBudget(BaseException):
    """Raised inside a traced test that runs for too many lines."""


def new_trace() -> None:
    """Forget what ran, for the next test."""
    state["lines"], state["order"], state["types"], state["count"] = {}, 0, {}, 0


def start_tracing() -> None:
    """Watch every line of a target from here on: with `sys.monitoring` (PEP 669) where there is one.

    There other files cost next to nothing, and a coverage tool or debugger that sets a trace function takes ours not
    away.
    """
    if "lines" not in state:
        new_trace()
    atexit.register(_emit_rest)
    start = _monitor if hasattr(sys, "monitoring") else _trace
    state["resume"], state["pause"] = start()
    state["resume"]()


def _seen(line: "tuple[str, int]", frame: Any) -> bool:
    """Note a line that is about to run; False when its test has run long enough."""
    state["count"] += 1
    count = state["count"]
    state["lines"][line] = count
    if count < SEEN_TYPES:
        types = state["types"]
        for name, value in list(frame.f_locals.items()):
            types.setdefault((frame.f_code.co_name, name), set()).add(type(value).__name__)
    elif count > LINES_A_TEST:
        _run_on()
        return False
    return True


def _monitor() -> "tuple[Any, Any]":
    """How to begin and to stop watching, with the interpreter's own events."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
    events = monitoring.events
    tool = next((free for free in (3, 4, 1, 2, 0) if monitoring.get_tool(free) is None), None)
    if tool is None:
        return _trace()
    monitoring.use_tool_id(tool, "agent")

    def line(code: Any, number: int) -> Any:
        path = target_of(code.co_filename)
        if path is None:
            return monitoring.DISABLE
        _seen((path, number), sys._getframe(1))
        return None

    def raised(code: Any, offset: int, error: BaseException) -> None:
        path = target_of(code.co_filename)
        if path is not None:
            state["raised"] = (path, sys._getframe(1).f_lineno)

    monitoring.register_callback(tool, events.LINE, line)
    monitoring.register_callback(tool, events.RAISE, raised)
    return (
        lambda: monitoring.set_events(tool, events.LINE | events.RAISE),
        lambda: monitoring.set_events(tool, events.NO_EVENTS),
    )


def _trace() -> "tuple[Any, Any]":
    """How to begin and to stop watching, with a trace function."""
    import threading

    def local(frame: Any, event: str, arg: Any) -> Any:
        line = (target_of(frame.f_code.co_filename), frame.f_lineno)
        if event == "line":
            return local if _seen(line, frame) else None
        if event == "exception" and arg is not None:
            state["raised"] = line
        return local

    def tracer(frame: Any, event: str, arg: Any) -> Any:
        return local if target_of(frame.f_code.co_filename) is not None else None

    def begin() -> None:
        threading.settrace(tracer)
        sys.settrace(tracer)

    def end() -> None:
        sys.settrace(None)
        frame: Any = sys._getframe(1)
        while frame is not None:
            frame.f_trace = None
            frame = frame.f_back

    return begin, end


def _run_on() -> None:
    """Let a long test run on unwatched, for a while."""
    import signal

    state["pause"]()
    try:
        signal.signal(signal.SIGPROF, _looped)
        arm(SETUP.get("loop_seconds") or LOOP_SECONDS / (5 if state.get("any_looped") else 1))
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
            state["resume"]()
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
    state["pause"]()
    if state.get("lines"):
        told, frames = state.get("crash", ("", []))
        emit_test("", not told, told, frames)
