"""C++ compilers that find the standard headers precompiled, for runs that only judge."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from agent.repair.running import INJECT

SUFFIXES = (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".h")
NAMES = ("g++", "c++")
_INCLUDED = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([\w/+.]+)>", re.M)
MOST_FILES = 30
MOST_BYTES = 200_000


def standard_headers(texts: Iterable[str]) -> tuple[str, ...]:
    """The C++ standard headers that the texts include. `<cassert>` is left to the source, which may define NDEBUG."""
    names = dict.fromkeys(name for text in texts for name in _INCLUDED.findall(text))
    if "bits/stdc++.h" in names:
        return ("bits/stdc++.h",)
    return tuple(name for name in names if re.fullmatch(r"[a-z_]+", name) and name != "cassert")


def quick_compilers(folder: Path, target: Path) -> Path | None:
    """Put stand-ins for the C++ compilers into `folder`, for a target and the files beside it; None without use."""
    if sys.platform != "linux" or not target.name.endswith(SUFFIXES):
        return None
    beside = sorted(path for path in target.parent.iterdir() if path.name.endswith(SUFFIXES))[:MOST_FILES]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in beside if path.stat().st_size <= MOST_BYTES]
    headers = standard_headers(texts)
    compilers = [(name, real) for name in NAMES if (real := shutil.which(name))]
    if not headers or not compilers:
        return None
    folder.mkdir()
    (folder / "headers.txt").write_text("".join(f"#include <{name}>\n" for name in headers))
    tools = folder / "bin"
    tools.mkdir()
    for name, real in compilers:
        argv = [sys.executable, "-I", "-S", str(INJECT / "precompiled.py"), real, str(folder)]
        (tools / name).write_text(f'#!/bin/sh\nexec {shlex.join(argv)} "$@"\n')
        (tools / name).chmod(0o755)
    return tools
