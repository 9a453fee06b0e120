"""A compiler's output as diagnostics of one file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

from agent.repair.advice.types import Diagnostic

MOST = 60
"""Errors of one file that are read: the rest mostly follow from them."""
_RUST = re.compile(r"^(error|warning|note|help)(?:\[\w+\])?: (.*)$")
_FIXIT = re.compile(r'^fix-it:".*$\n?', re.M)


_ERROR = re.compile(
    r"^\S+\.\w+:\d+(?::\d+)?: (?:fatal )?error: |^error(?:\[E\d+\])?: (?!test failed|aborting)"
    r"|\[(?:build|setup) failed\]$|\(\d+,\d+\): error TS\d+: | - error TS\d+: |^\S+\.go:\d+:\d+: ",
    re.M,
)


def diagnostics(output: str, path: str) -> list[Diagnostic]:
    """The errors that an output names in a file, in its order, each once. Reads what gcc, clang, go, javac, tsc and
    rustc write; warnings and notes are left out."""
    name = re.escape(PurePosixPath(path).name)
    rust = re.compile(rf"^\s*--> (?:\S*/)?{name}:(\d+):(\d+)$")
    colon = re.compile(
        rf"^(?:\S*/|\s*(?:vet: )?(?:\./)?){name}:(\d+)(?::(\d+))?(?::| -) ?"
        r"(?:fatal )?(error|warning|note)?(?: TS\d+)?:? ?(.+)$"
    )
    round_ = re.compile(rf"^(?:\S*/)?{name}\((\d+),(\d+)\): error (?:TS\d+: )?(.+)$")
    other = re.compile(
        r"^\S+\.\w+(?::\d+){1,2}:? |^(?:make|\d+ errors?\b|FAIL|ok |# )|^(?:error|warning)(?:\[\w+\])?: "
    )
    found: list[Diagnostic] = []
    details: list[str] | None = None
    head = ("", "")

    def add(line: int, column: int, message: str) -> list[str]:
        lines: list[str] = []
        collected.append(lines)
        found.append(Diagnostic(line, column, message))
        return lines

    collected: list[list[str]] = []
    for line in output.splitlines():
        if (match := _RUST.match(line)) and match[1] in ("error", "warning"):
            head, details = (match[1], match[2]), None
            continue
        if match := rust.match(line):
            if head[0] == "error" and details is None:
                details = add(int(match[1]), int(match[2]), head[1])
            continue
        if match := colon.match(line):
            kind, message = match[3], match[4]
            if kind == "note" and details is not None:
                details.append(message)
            elif kind in ("warning", "note"):
                details = None
            elif kind == "error" or match[2]:
                details = add(int(match[1]), int(match[2] or 0), message)
            continue
        if match := round_.match(line):
            details = add(int(match[1]), int(match[2]), match[3])
            continue
        if details is not None:
            if other.match(line) and not line.startswith((" ", "\t")) and " note: " not in line:
                details = None
            else:
                details.append(line)
    told: dict[tuple[int, int, str], tuple[str, ...]] = {}
    for one, lines in zip(found, collected, strict=True):
        # javac tells the name below the line.
        symbol = next((" ".join(line.split()[1:]) for line in lines if line.lstrip().startswith("symbol:")), "")
        message = f"{one.message}: {symbol}" if symbol else one.message
        told.setdefault((one.line, one.column, message), tuple(lines))
    count = Counter(message for _, _, message in told)
    seen: set[str] = set()
    whole = []
    for (number, column, message), more in told.items():
        whole.append(Diagnostic(number, column, message, more, message not in seen, count[message] > 1))
        seen.add(message)
    return whole[:MOST]


def compiles(output: str) -> bool:
    """Whether an output names no error of a compiler, in whatever file."""
    return _ERROR.search(output) is None


def plain(output: str) -> str:
    """An output without gcc's fix-it lines, which are for programs."""
    return _FIXIT.sub("", output)
