"""The first step of a repair: files that do not parse are mended by the likeliest token edits."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from agent.events import Event, Notice, Progress
from agent.repair.targets import Target

SECONDS = 3.0
"""Of wall clock, for each file that does not parse."""


@dataclass(frozen=True)
class Mended:
    """What was found for the files that did not parse, or did not compile."""

    texts: Mapping[str, tuple[str, ...]]
    """Path → texts that parse, likeliest first."""
    words: Mapping[str, str]
    """Path → that it parses or compiles again, and what the likeliest text changes for it."""
    broken: Mapping[str, str]
    """Path → the first error, for files that still do not parse."""


def mend(files: Mapping[str, Target], deadline: float) -> Generator[Event, None, Mended]:
    """Mend every file that does not parse."""
    texts: dict[str, tuple[str, ...]] = {}
    words: dict[str, str] = {}
    broken: dict[str, str] = {}
    for path, target in files.items():
        error = _error(target)
        if not error:
            continue
        sides = _conflict(target.text)
        if sides:
            broken[path] = f"lines {sides} are a merge conflict: keep one of the two sides, without the marker lines"
            yield Notice(f"{path}: {broken[path]}.", "warning")
            continue
        from agent.repair.syntax import repair_syntax

        yield Progress("searching", f"{path} does not parse: {error}")
        seconds = min(SECONDS, max(0.5, (deadline - time.monotonic()) / 2))
        found = repair_syntax(path, target.text, deadline_seconds=seconds)
        if not found:
            broken[path] = error
            yield Notice(f"{path} does not parse ({error}), and no small edit mends it.", "warning")
            continue
        texts[path] = tuple(repair.text for repair in found)
        edits = "; ".join(map(str, found[0].edits))
        words[path] = f"{path} parses again ({edits})"
        yield Notice(f"{path} parses again: {edits}.")
    return Mended(texts, words, broken)


_CONFLICT = re.compile(r"^<{7}(?: .*)?$[\s\S]*?^={7}$[\s\S]*?^>{7}(?: .*)?$", re.MULTILINE)


def _conflict(text: str) -> str:
    """The lines of the first merge conflict, as "6 to 12"; empty when there is none. Whose side is right, no parser
    can tell."""
    found = _CONFLICT.search(text)
    if found is None:
        return ""
    first = text.count("\n", 0, found.start()) + 1
    return f"{first} to {first + found[0].count(chr(10))}"


def _error(target: Target) -> str:
    """The first syntax error of a file as it is; empty when it parses or nobody can tell."""
    from agent.edits.gate import check

    result = check(target.path, None, target.data)
    if result.ok or not result.problems:
        return ""
    first = result.problems[0]
    return f"line {first.line}: {first.message}"
