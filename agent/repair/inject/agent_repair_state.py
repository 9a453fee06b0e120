"""What the parts of the runtime share: the set-up, the targets, the state of the process, how it tells of itself."""

import io
import json
import os
from typing import Any

SETUP: "dict[str, Any]" = {}
targets: "dict[str, str]" = {}
"""Real path → the target's name in the project."""
overlay: "dict[str, str]" = {}
"""Target → the text that is loaded in place of the file."""
bases: "dict[str, Any]" = {}
"""Target → its first text (the unchanged one) and code, in a server."""
state: "dict[str, Any]" = {
    "triggered": False,
    "test": "",
    "child": False,
    "pipe": -1,
    "fixed": 0,
    "tests": 0,
}
real_open = io.open
_keys: "dict[str, str | None]" = {}


def target_of(path: Any) -> "str | None":
    """The target that a path means, or None."""
    if path.__class__ is str and path in _keys:
        return _keys[path]
    try:
        name = os.fspath(path)
    except TypeError:
        return None
    if not isinstance(name, str) or not name.endswith(tuple(SETUP.get("suffixes") or (".py",))):
        return None
    if name not in _keys:
        _keys[name] = targets.get(os.path.realpath(name))
    return _keys[name]


def emit(record: "dict[str, Any]") -> None:
    """Write a record of the traced run."""
    data = (json.dumps(record) + "\n").encode()
    handle = os.open(SETUP["out"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, data)
    finally:
        os.close(handle)


def arm(seconds: float) -> None:
    """Allow so much processor time from here on (0: any)."""
    import signal

    signal.setitimer(signal.ITIMER_PROF, seconds)


def tell(line: str) -> None:
    """Write a line to the server that this child is of."""
    try:
        os.write(state["pipe"], (line + "\n").encode())
    except OSError:
        pass
