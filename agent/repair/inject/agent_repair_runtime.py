"""What happens inside a judged Python process. Standard library only; Python 3.8 and later.

Three modes, chosen by the JSON in `AGENT_REPAIR`:

- `trace`: record, test by test, which lines of the target files run, the types of their variables, and the failures.
- `serve`: when a target file is about to be loaded, stop there and become a server that forks one child for each
  candidate text; the child goes on with that text in place of the file. Everything imported before is warm.
- `overlay`: load given texts in place of the target files (for processes that a candidate's tests start).

A child's time is bounded in processor time, so that a loop dies at once however busy the machine is.
"""

import atexit
import builtins
import importlib.machinery
import io
import json
import os
import sys
import time
from typing import Any

SETUP: "dict[str, Any]" = {}
_targets: "dict[str, str]" = {}
_keys: "dict[str, str | None]" = {}
_overlay: "dict[str, str]" = {}
_bases: "dict[str, Any]" = {}
"""Target → its first text (the unchanged one) and code, in a server."""
_state: "dict[str, Any]" = {
    "triggered": False,
    "test": "",
    "child": False,
    "pipe": -1,
    "fixed": 0,
    "tests": 0,
}
_real_open = io.open
_real_get_code = importlib.machinery.SourceFileLoader.get_code

LINES_A_TEST = 200_000
"""After so many lines a test is traced no further (about 0.2 s of tracing)."""
LOOP_SECONDS = 1.5
"""Processor time from there on until a test is taken for an endless loop; a fifth of it once one was."""
SEEN_TYPES = 4_000
"""Line events after which the types of variables are no longer noted, per test."""


class LineBudget(BaseException):
    """Raised inside a traced test that runs for too many lines."""


def start() -> None:
    """Read the set-up and put the hooks in place."""
    SETUP.update(json.loads(os.environ["AGENT_REPAIR"]))
    _targets.update(SETUP["targets"])
    _overlay.update(SETUP.get("overlay") or {})
    importlib.machinery.SourceFileLoader.get_code = _get_code  # type: ignore[method-assign]
    builtins.open = _open
    io.open = _open
    _hook_unittest()
    if SETUP["mode"] in ("trace", "serve"):
        _hook_excepthook()
    script = _main_script()
    if script is not None and _key(script[0]) is not None:
        _trigger(script[0])
        if _overlay.get(_key(script[0]) or ""):
            _run_main(*script)


def _key(path: Any) -> "str | None":
    """The target that a path means, or None."""
    try:
        name = os.fspath(path)
    except TypeError:
        return None
    if not isinstance(name, str) or not name.endswith(tuple(SETUP.get("suffixes") or (".py",))):
        return None
    if name not in _keys:
        _keys[name] = _targets.get(os.path.realpath(name))
    return _keys[name]


def _get_code(self: Any, fullname: str) -> Any:
    path = self.get_filename(fullname)
    key = _key(path)
    if key is not None:
        _trigger(path)
        text = _overlay.get(key)
        if text is not None:
            return _compiled(key, text, path)
    return _real_get_code(self, fullname)


def _compiled(key: str, text: str, path: str) -> Any:
    """The code of an overlaid target."""
    base = _bases.get(key)
    if base is not None and base.path == path:
        return base.compiled(text)
    return compile(text, path, "exec", dont_inherit=True)


def _open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
    if isinstance(mode, str) and not set(mode) & set("wax+"):
        key = _key(file) if not isinstance(file, int) else None
        if key is not None:
            _trigger()
            text = _overlay.get(key)
            if text is not None:
                raw = io.BytesIO(text.encode("utf-8", "surrogateescape"))
                return raw if "b" in mode else io.TextIOWrapper(raw, encoding="utf-8")
    return _real_open(file, mode, *args, **kwargs)


def _main_script() -> "tuple[str, list[str]] | None":
    """The script that this interpreter was started with, and its argument vector; None for -c, -m and no script."""
    argv = list(getattr(sys, "orig_argv", ()))
    if not argv:
        try:
            with _real_open("/proc/self/cmdline", "rb") as file:
                argv = [part.decode() for part in file.read().split(b"\0")[:-1]]
        except OSError:
            return None
    index = 1
    while index < len(argv) and argv[index].startswith("-") and argv[index] != "-":
        if argv[index] in ("-c", "-m") or argv[index].startswith(("-c", "-m")):
            return None
        index += 2 if argv[index] in ("-W", "-X") else 1
    return (argv[index], argv[index:]) if index < len(argv) and argv[index] != "-" else None


def _run_main(path: str, argv: "list[str]") -> None:
    """Run a candidate's text as the main script, and leave with its exit status."""
    import __main__

    sys.argv = argv
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))  # noqa: PTH120
    status = 0
    try:
        __main__.__dict__.update({"__file__": path, "__name__": "__main__"})
        key = _key(path) or ""
        exec(_compiled(key, _overlay[key], path), __main__.__dict__)
    except SystemExit as leaving:
        code = leaving.code
        status = code if isinstance(code, int) else 0 if code is None else 1
    except BaseException:
        status = 1
    try:
        sys.stdout.flush()
    except Exception:
        status = status or 1
    os._exit(status & 0xFF)


def _trigger(path: str = "") -> None:
    """The first load of a target in this process."""
    if _state["triggered"]:
        return
    _state["triggered"] = True
    mode = SETUP["mode"]
    if mode != "overlay":
        os.environ.pop("AGENT_REPAIR", None)
    if mode == "trace":
        _emit({"loaded": True})
        _start_tracing()
    elif mode == "serve":
        _serve(path)


# tests, as pytest's plugin and unittest's results tell of them


def begin(name: str, path: str = "") -> None:
    """A test begins."""
    _state["test"], _state["path"] = name, path
    _state["begun"] = time.process_time()
    if SETUP.get("mode") == "trace":
        _new_trace()
    elif _state["child"]:
        _arm(SETUP["per_test"])


def early(name: str) -> None:
    """A test has failed: in a child of a search that is the verdict, at once."""
    if _state["child"] and not _state["detail"] and not _state["fixed"]:
        os._exit(1)


def end(name: str, ok: bool, message: str = "") -> None:
    """A test ended."""
    if SETUP.get("mode") == "trace":
        _emit_test(name, ok, message)
    elif _state["child"]:
        _arm(SETUP["total"])
        _state["tests"] += 1
        _tell(("P " if ok else "F ") + name)
        if not ok:
            if _state["detail"]:
                _tell("M " + json.dumps([name, message]))
            elif not _state["fixed"]:
                os._exit(1)
        elif name in (SETUP.get("failing") or ()):
            _state["fixed"] += 1
    _state["test"] = ""


def broken(name: str, message: str) -> None:
    """A test file could not be collected."""
    if SETUP.get("mode") == "trace":
        _emit({"test": name, "ok": False, "message": message, "lines": [], "frames": [], "broken": True})
    elif _state["child"]:
        if _state["detail"]:
            _tell("M " + json.dumps([name, message]))
        else:
            os._exit(2)


def finish(status: int) -> None:
    """The test run is over: a child leaves without the interpreter's own shutdown."""
    if _state["child"]:
        os._exit(status & 0xFF)


def _hook_unittest() -> None:
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


def _hook_excepthook() -> None:
    before = sys.excepthook

    def hook(kind: Any, value: Any, trace: Any) -> None:
        if _state["child"] and trace is not None:
            # How far a plain script came, with no test to name.
            _tell(f"L {trace.tb_lineno}")
        if _state["child"] and not _state["detail"]:
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
        _state["crash"] = (told, frames)
        if _state["child"]:
            _tell("M " + json.dumps(["", told]))
            os._exit(1)
        before(kind, value, trace)

    sys.excepthook = hook


# tracing


def _new_trace() -> None:
    _state["lines"], _state["order"], _state["types"], _state["count"] = {}, 0, {}, 0


def _start_tracing() -> None:
    import threading

    if "lines" not in _state:
        _new_trace()
    atexit.register(_emit_rest)
    names: dict[str, str | None] = {}

    def local(frame: Any, event: str, arg: Any) -> Any:
        if event == "line":
            _state["count"] += 1
            count = _state["count"]
            lines = _state["lines"]
            line = (names[frame.f_code.co_filename], frame.f_lineno)
            lines[line] = count
            if count < SEEN_TYPES:
                types = _state["types"]
                for name, value in list(frame.f_locals.items()):
                    types.setdefault((frame.f_code.co_name, name), set()).add(type(value).__name__)
            elif count > LINES_A_TEST:
                _stop_tracing(frame)
                return None
        elif event == "exception" and arg is not None:
            _state["raised"] = (names[frame.f_code.co_filename], frame.f_lineno)
        return local

    def tracer(frame: Any, event: str, arg: Any) -> Any:
        filename = frame.f_code.co_filename
        if filename not in names:
            names[filename] = _key(filename)
        return local if names[filename] is not None else None

    _state["tracer"] = tracer
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
        _arm(LOOP_SECONDS / (5 if _state.get("any_looped") else 1))
    except ValueError:
        # Not in the main thread: the time limit of the whole run holds.
        pass
    _state["stopped"] = True


def _looped(number: int, frame: Any) -> None:
    _state["looped"] = _state["any_looped"] = True
    _arm(0.2)
    raise LineBudget("endless loop")


def _emit_test(name: str, ok: bool, message: str, frames: "list[Any] | None" = None) -> None:
    if "lines" not in _state:
        _new_trace()
    looped = bool(_state.pop("looped", False))
    if _state.pop("stopped", False):
        _arm(0)
        if name:
            sys.settrace(_state["tracer"])
    lines = sorted(_state["lines"].items(), key=lambda item: item[1])
    raised = _state.pop("raised", None)
    _emit(
        {
            "test": name,
            "path": _state.get("path", ""),
            "ok": ok,
            "message": message,
            "lines": [[path, line] for (path, line), _ in lines],
            "types": [[func, var, sorted(kinds)] for (func, var), kinds in _state["types"].items()],
            "frames": frames or [],
            "raised": raised if not ok else None,
            "looped": looped,
            "seconds": time.process_time() - _state.get("begun", 0.0),
        }
    )
    _new_trace()


def _emit_rest() -> None:
    """At exit: what ran outside any test, which for a plain script is all there is."""
    sys.settrace(None)
    if _state.get("lines"):
        told, frames = _state.get("crash", ("", []))
        _emit_test("", not told, told, frames)


def _emit(record: "dict[str, Any]") -> None:
    data = (json.dumps(record) + "\n").encode()
    handle = os.open(SETUP["out"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, data)
    finally:
        os.close(handle)


# serving


def _arm(seconds: float) -> None:
    import signal

    signal.setitimer(signal.ITIMER_PROF, seconds)


def _tell(line: str) -> None:
    try:
        os.write(_state["pipe"], (line + "\n").encode())
    except OSError:
        pass


def _serve(path: str) -> None:
    """Fork a child for each candidate; returns only in the children. `path`: the target about to be loaded."""
    import gc
    import select
    import socket
    import struct

    link = socket.socket(socket.AF_UNIX)
    link.connect(SETUP["socket"])
    stream = link.makefile("rwb")
    stream.write(struct.pack("!I", 2) + b"{}")
    stream.flush()
    gc.collect()
    gc.freeze()
    while True:
        head = stream.read(4)
        if len(head) < 4:
            os._exit(1)
        job = json.loads(stream.read(struct.unpack("!I", head)[0]))
        _note_base(job["files"], path)
        out, into = os.pipe()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.close(out)
            link.close()
            _become(job, into)
            return
        os.close(into)
        begun = time.monotonic()
        told, late = b"", False
        while True:
            left = job["wall"] - (time.monotonic() - begun)
            ready = select.select([out], [], [], max(left, 0))[0] if left > 0 else []
            if not ready:
                late = True
                break
            data = os.read(out, 65536)
            if not data:
                break
            told += data
        os.close(out)
        try:
            # Whatever the child started dies with it; ESRCH when it is gone already.
            os.killpg(child, 9)
        except OSError:
            try:
                if late:
                    os.kill(child, 9)
            except OSError:
                pass
        _, status = os.waitpid(child, 0)
        reply = json.dumps(
            {
                "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status),
                "late": late,
                "told": told.decode("utf-8", "replace"),
                "seconds": time.monotonic() - begun,
            }
        ).encode()
        stream.write(struct.pack("!I", len(reply)) + reply)
        stream.flush()


def _note_base(files: "dict[str, str]", path: str) -> None:
    """Compile the target that is loaded first, once: what is judged first is the unchanged text."""
    key = _key(path) if path else None
    if key is None or key in _bases or key not in files:
        return
    import agent_repair_compiling  # type: ignore[import-not-found, unused-ignore]

    try:
        _bases[key] = agent_repair_compiling.Base(files[key], path)
    except (SyntaxError, ValueError):
        _bases[key] = None


def _become(job: "dict[str, Any]", pipe: int) -> None:
    """Turn a fresh child into the judged process of one candidate."""
    import resource
    import signal

    os.setsid()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _state.update(child=True, pipe=pipe, detail=job.get("detail", False), fixed=0, tests=0)
    SETUP["per_test"], SETUP["total"] = job["per_test"], job["total"]
    SETUP["first"] = SETUP["failing"] = job.get("failing") or []
    SETUP["only"] = job.get("only") or []
    _overlay.update(job["files"])
    size = _virtual_size()
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size + 2**31, size + 2**31))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**28, 2**28))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nested = json.dumps({"mode": "overlay", "targets": _targets, "overlay": job["files"]})
    if len(nested) < 100_000:
        os.environ["AGENT_REPAIR"] = nested
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    if not job.get("detail"):
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
    if _state["test"]:
        # The target is first loaded inside a test: the limit of that test holds.
        _arm(job["per_test"])
    else:
        _arm(job["total"])


def _virtual_size() -> int:
    try:
        with _real_open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * 4096
    except (OSError, ValueError):
        return 0
