"""What happens inside a judged Python process. Standard library only; Python 3.8 and later.

Three modes, chosen by the JSON in `AGENT_REPAIR`:

- `trace`: record, test by test, which lines of the target files run, the types of their variables, and the failures.
- `serve`: when a target file is about to be loaded, stop there and become a server that forks one child for each
  candidate text; the child goes on with that text in place of the file. Everything imported before is warm.
- `overlay`: load given texts in place of the target files (for processes that a candidate's tests start).

A child's time is bounded in processor time, so that a loop dies at once however busy the machine is.
"""

import builtins
import importlib.machinery
import io
import json
import os
import sys
from typing import Any

from agent_repair_state import (  # type: ignore[import-not-found, unused-ignore]
    SETUP,
    bases,
    emit,
    overlay,
    real_open,
    state,
    target_of,
    targets,
)
from agent_repair_tests import (  # type: ignore[import-not-found, unused-ignore]
    hook_excepthook,
    hook_unittest,
)

_real_get_code = importlib.machinery.SourceFileLoader.get_code


def start() -> None:
    """Read the set-up and put the hooks in place."""
    SETUP.update(json.loads(os.environ["AGENT_REPAIR"]))
    targets.update(SETUP["targets"])
    overlay.update(SETUP.get("overlay") or {})
    importlib.machinery.SourceFileLoader.get_code = _get_code  # type: ignore[method-assign]
    builtins.open = _open
    io.open = _open
    hook_unittest()
    if SETUP["mode"] in ("trace", "serve"):
        hook_excepthook()
        # Now: what the command does to sys.path later does not matter then.
        _part()
    script = _main_script()
    if script is not None and target_of(script[0]) is not None:
        _trigger(script[0])
        if overlay.get(target_of(script[0]) or ""):
            _run_main(*script)


def _get_code(self: Any, fullname: str) -> Any:
    path = self.get_filename(fullname)
    key = target_of(path)
    if key is not None:
        _trigger(path)
        text = overlay.get(key)
        if text is not None:
            return _compiled(key, text, path)
    return _real_get_code(self, fullname)


def _compiled(key: str, text: str, path: str) -> Any:
    """The code of an overlaid target."""
    base = bases.get(key)
    if base is not None and base.path == path:
        return base.compiled(text)
    return compile(text, path, "exec", dont_inherit=True)


def _open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
    if isinstance(mode, str) and not set(mode) & set("wax+"):
        key = target_of(file) if not isinstance(file, int) else None
        if key is not None:
            _trigger()
            text = overlay.get(key)
            if text is not None:
                raw = io.BytesIO(text.encode("utf-8", "surrogateescape"))
                return raw if "b" in mode else io.TextIOWrapper(raw, encoding="utf-8")
    return real_open(file, mode, *args, **kwargs)


def _main_script() -> "tuple[str, list[str]] | None":
    """The script that this interpreter was started with, and its argument vector; None for -c, -m and no script."""
    argv = list(getattr(sys, "orig_argv", ()))
    if not argv:
        try:
            with real_open("/proc/self/cmdline", "rb") as file:
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
        key = target_of(path) or ""
        exec(_compiled(key, overlay[key], path), __main__.__dict__)
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
    if state["triggered"]:
        return
    state["triggered"] = True
    mode = SETUP["mode"]
    if mode != "overlay":
        os.environ.pop("AGENT_REPAIR", None)
    if mode == "trace":
        emit({"loaded": True})
        _part().start_tracing()
    elif mode == "serve":
        _part().serve(path)


def _part() -> Any:
    """What this mode has beside the rest."""
    if SETUP["mode"] == "trace":
        import agent_repair_tracing  # type: ignore[import-not-found, unused-ignore]

        return agent_repair_tracing
    import agent_repair_serving  # type: ignore[import-not-found, unused-ignore]

    return agent_repair_serving
