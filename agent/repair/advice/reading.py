"""A compiler's output as diagnostics of one file."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from agent.repair.advice.types import Diagnostic
from agent.repo.testing.run import clean

MOST = 60
"""Errors of one file that are read: the rest mostly follow from them."""
_FIXIT = re.compile(r'^fix-it:".*$\n?', re.M)
_HEADLINE = re.compile(r"^(error|warning)(?:\[\w+\])?: (.*)$")
"""What rustc says before it says where."""
_ELSEWHERE = re.compile(
    r"^\S+\.\w+(?::\d+){1,2}:? |^(?:make|\d+ errors?\b|FAIL|ok |# )|^(?:error|warning)(?:\[\w+\])?: "
)
"""A line that does not belong to the error before it."""
_ERROR = re.compile(
    r"^[^\s:][^:\n]*\.\w+:\d+(?::\d+)?: (?:fatal )?error: |^error(?:\[E\d+\])?: (?!test failed|aborting)"
    r"|\[(?:build|setup) failed\]$|\(\d+,\d+\): error TS\d+: | - error TS\d+: |^\S+\.go:\d+:\d+: "
    r"|^\[ERROR\] \S+:\[\d+,\d+\] ",
    re.M,
)


@dataclass
class _Found:
    """One error while its lines are read."""

    line: int
    column: int
    message: str
    details: list[str] = field(default_factory=list)


def diagnostics(output: str, path: str) -> list[Diagnostic]:
    """The errors that an output names in a file, in its order, each once. Reads what gcc, clang, go, javac (Maven's,
    too), tsc and rustc write; warnings and notes are left out."""
    found: list[_Found] = []
    here: _Found | None = None
    headline: tuple[str, str] = ("", "")
    places = _places(PurePosixPath(path).name)
    for line in clean(output).splitlines():
        if match := _HEADLINE.match(line):
            headline, here = (match[1], match[2]), None
            continue
        match = next((match for place in places if (match := place.match(line))), None)
        if match is not None and _same(match["path"], path):
            told = match.groupdict()
            kind, message = told.get("kind") or "", told.get("message")
            if message is None:
                # rustc: a second place belongs to the same error.
                kind, message = headline if here is None else ("note", line)
            elif not kind and not path.endswith(".go"):
                continue
            if kind == "note" and here is not None:
                here.details.append(message)
            elif kind in ("warning", "note"):
                here = None
            else:
                here = _Found(int(told["line"]), int(told["column"] or 0), message)
                found.append(here)
        elif here is not None:
            if _ELSEWHERE.match(line) and " note: " not in line:
                here = None
            else:
                here.details.append(line.removeprefix("[ERROR] "))
    return _each_once(found)


def _places(name: str) -> tuple[re.Pattern[str], ...]:
    """How compilers name a place in a file of a name."""
    path = rf"(?P<path>(?:/|[^:\s][^:\n]*/)?{re.escape(name)})"
    return (
        re.compile(rf"^\s*--> {path}:(?P<line>\d+):(?P<column>\d+)$"),
        re.compile(
            rf"^\s*(?:vet: )?{path}:(?P<line>\d+)(?::(?P<column>\d+))(?::| -) ?(?:fatal )?(?P<kind>error|warning|note)?"
            r"(?: TS\d+)?:? ?(?P<message>.+)$"
        ),
        re.compile(rf"^{path}:(?P<line>\d+)(?P<column>): (?P<kind>error|warning|note): (?P<message>.+)$"),
        re.compile(rf"^{path}\((?P<line>\d+),(?P<column>\d+)\): (?P<kind>error) (?:TS\d+: )?(?P<message>.+)$"),
        re.compile(rf"^\[(?P<kind>ERROR)\] {path}:\[(?P<line>\d+),(?P<column>\d+)\] (?P<message>.+)$"),
    )


def _same(said: str, path: str) -> bool:
    """Whether a path in an output can mean the file: its end, or a path from elsewhere that ends in it."""
    one, other = (PurePosixPath(p).parts for p in (said, path))
    if len(one) > len(other) and not said.startswith("/") and ".." not in one:
        return False
    size = min(len(one), len(other))
    return one[-size:] == other[-size:]


def _each_once(found: list[_Found]) -> list[Diagnostic]:
    told: dict[tuple[int, int, str], tuple[str, ...]] = {}
    for one in found:
        # javac tells the name below the line.
        symbol = next((" ".join(line.split()[1:]) for line in one.details if line.lstrip().startswith("symbol:")), "")
        message = f"{one.message}: {symbol}" if symbol else one.message
        told.setdefault((one.line, one.column, message), tuple(one.details))
    count = Counter(message for _, _, message in told)
    seen: set[str] = set()
    whole = []
    for (line, column, message), details in told.items():
        whole.append(Diagnostic(line, column, message, details, message not in seen, count[message] > 1))
        seen.add(message)
    return whole[:MOST]


def compiles(output: str) -> bool:
    """Whether an output names no error of a compiler, in whatever file."""
    return _ERROR.search(output) is None


def plain(output: str) -> str:
    """An output without gcc's fix-it lines, which are for programs."""
    return _FIXIT.sub("", output)
