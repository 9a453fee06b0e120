"""Tests as pytest's plugin and unittest's results tell of them: recorded, or ended at the first that fails."""

import json
import os
import sys
import time
from typing import Any

from agent_repair_state import SETUP, arm, emit, state, tell  # type: ignore[import-not-found, unused-ignore]


def begin(name: str, path: str = "") -> None:
    """A test begins."""
    state["test"], state["path"] = name, path
    state["begun"] = time.process_time()
    if SETUP.get("mode") == "trace":
        _tracing().new_trace()
    elif state["child"]:
        arm(SETUP["per_test"])


def early(name: str) -> None:
    """A test has failed: in a child of a search that is the verdict, at once."""
    if state["child"] and not state["detail"] and not state["fixed"]:
        os._exit(1)


def end(name: str, ok: bool, message: str = "") -> None:
    """A test ended."""
    if SETUP.get("mode") == "trace":
        _tracing().emit_test(name, ok, message)
    elif state["child"]:
        arm(SETUP["total"])
        state["tests"] += 1
        tell(("P " if ok else "F ") + name)
        if not ok:
            if state["detail"]:
                tell("M " + json.dumps([name, message]))
            elif not state["fixed"]:
                os._exit(1)
        elif name in (SETUP.get("failing") or ()):
            state["fixed"] += 1
    state["test"] = ""


def broken(name: str, message: str) -> None:
    """A test file could not be collected."""
    if SETUP.get("mode") == "trace":
        emit({"test": name, "ok": False, "message": message, "lines": [], "frames": [], "broken": True})
    elif state["child"]:
        if state["detail"]:
            tell("M " + json.dumps([name, message]))
        else:
            os._exit(2)


def finish(status: int) -> None:
    """The test run is over: a child leaves without the interpreter's own shutdown."""
    if state["child"]:
        os._exit(status & 0xFF)


def hook_unittest() -> None:
    """Have unittest's results tell of each test. Done when unittest is imported, which may be never."""

    class Finder:
        busy = False

        @classmethod
        def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
            if name != "unittest.result" or cls.busy:
                return None
            cls.busy = True
            try:
                import importlib.util

                spec = importlib.util.find_spec(name)
            finally:
                cls.busy = False
            if spec is None or spec.loader is None:
                return spec
            loader: Any = spec.loader
            run = loader.exec_module

            def exec_module(module: Any) -> None:
                run(module)
                _patch_result(module.TestResult)

            loader.exec_module = exec_module
            return spec

    if "unittest.result" in sys.modules:
        _patch_result(sys.modules["unittest.result"].TestResult)
    else:
        sys.meta_path.insert(0, Finder)


def _patch_result(kind: Any) -> None:
    failed: dict[int, str] = {}
    start_test, stop_test = kind.startTest, kind.stopTest

    def started(self: Any, test: Any) -> None:
        begin(test.id())
        start_test(self, test)

    def stopped(self: Any, test: Any) -> None:
        stop_test(self, test)
        message = failed.pop(id(test), None)
        end(test.id(), message is None, message or "")

    def noting(method: Any) -> Any:
        def note(self: Any, test: Any, err: Any, *rest: Any) -> Any:
            if err is not None:
                owner = getattr(test, "test_case", test)
                if hasattr(owner, "_testMethodName") or hasattr(owner, "_dt_test"):
                    early(owner.id())
                failed[id(owner)] = _last_lines(err)
                if not hasattr(owner, "_testMethodName") and not hasattr(owner, "_dt_test"):
                    broken(str(test), failed.pop(id(owner)))
            return method(self, test, err, *rest)

        return note

    kind.startTest, kind.stopTest = started, stopped
    kind.addError, kind.addFailure = noting(kind.addError), noting(kind.addFailure)
    if hasattr(kind, "addSubTest"):
        add_sub = kind.addSubTest

        def sub(self: Any, test: Any, subtest: Any, err: Any) -> Any:
            if err is not None:
                failed[id(test)] = _last_lines(err)
            return add_sub(self, test, subtest, err)

        kind.addSubTest = sub


def _last_lines(err: Any) -> str:
    import traceback

    kind, value, trace = err
    frames = traceback.extract_tb(trace)
    told = "".join(traceback.format_exception_only(kind, value)).strip()
    own = [f for f in frames if "unittest" not in (f.filename or "")]
    return ((own[0].line or "") + "\n" if own else "") + told[:1200]


def hook_excepthook() -> None:
    """Have an exception that nothing catches end a child, and be remembered by a traced run."""
    before = sys.excepthook

    def hook(kind: Any, value: Any, trace: Any) -> None:
        if state["child"] and trace is not None:
            # How far a plain script came, with no test to name.
            tell(f"L {trace.tb_lineno}")
        if state["child"] and not state["detail"]:
            os._exit(1)
        frames, told = [], ""
        step = trace
        while step is not None:
            frames.append([step.tb_frame.f_code.co_filename, step.tb_lineno])
            step = step.tb_next
        try:
            told = _last_lines((kind, value, trace))
        except Exception:
            told = repr(value)[:500]
        state["crash"] = (told, frames)
        if state["child"]:
            tell("M " + json.dumps(["", told]))
            os._exit(1)
        before(kind, value, trace)

    sys.excepthook = hook


def _tracing() -> Any:
    import agent_repair_tracing  # type: ignore[import-not-found, unused-ignore]

    return agent_repair_tracing
