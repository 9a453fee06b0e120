"""Where in the order the right edit stands: `python -m benchmarks.repair ranks`. No test runs, so it is quick.

Candidates are run inside this process, each call with a limit of processor time; good enough to measure an ordering.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.repair import localise
from agent.repair.naturalness import Naturalness
from agent.repair.ranking import ranked
from agent.repair.templates import python
from agent.repair.types import TestTrace, Trace, spliced
from benchmarks.repair.corpus import Bug

CALL_SECONDS = 0.02


class _Late(BaseException):
    pass


def late(number: int, frame: Any) -> None:
    """The handler of the time limit's signal (SIGVTALRM)."""
    raise _Late


@dataclass(frozen=True)
class Rank:
    """What came of one bug: 1-based ranks, 0 for none; the family that mends it rightly."""

    name: str
    operator: str
    plausible: int
    correct: int
    family: str
    edits: int
    winner: str = ""
    """The family of the first plausible edit."""


def _call(space: dict[str, Any], call: str) -> str:
    try:
        return _timed(lambda: repr(eval(call, space)))
    except _Late:
        return "!timeout"
    except Exception as error:
        return "!" + type(error).__name__


def _load(text: str) -> dict[str, Any] | None:
    space: dict[str, Any] = {"__name__": "program"}
    try:
        code = compile(text, "program.py", "exec")
        _timed(lambda: exec(code, space))
    except (_Late, Exception):
        return None
    return space


def _timed(run: Callable[[], Any]) -> Any:
    """Run with the limit. The signal may come as late as in `finally`, so callers catch it too."""
    signal.setitimer(signal.ITIMER_VIRTUAL, CALL_SECONDS)
    try:
        return run()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def trace(bug: Bug) -> Trace:
    """The traced tests of a bug, as the runtime would record them."""
    tests: list[TestTrace] = []
    types: dict[tuple[str, str], set[str]] = {}
    space = _load(bug.text) or {}
    for number, (call, wanted) in enumerate(bug.program.shown):
        lines: dict[int, int] = {}
        count = 0

        def local(frame: Any, event: str, arg: Any, lines: dict[int, int] = lines) -> Any:
            nonlocal count
            if event == "line":
                count += 1
                lines[frame.f_lineno] = count
                if count < 2000:
                    for name, value in list(frame.f_locals.items()):
                        types.setdefault((frame.f_code.co_name, name), set()).add(type(value).__name__)
            return local

        def tracer(frame: Any, event: str, arg: Any) -> Any:
            return local if frame.f_code.co_filename == "program.py" else None

        sys.settrace(tracer)
        try:
            got = _call(space, call)
        finally:
            sys.settrace(None)
        ordered = tuple(("program.py", line) for line in sorted(lines, key=lambda line: lines[line]))
        tests.append(TestTrace(str(number), got == wanted, "", "", ordered, None))
    return Trace(tuple(tests), {key: frozenset(kinds) for key, kinds in types.items()}, True)


def verdict(bug: Bug, found: Trace, text: str) -> int:
    """0 when a shown call is wrong, 1 when a held one is, 2 when all are right."""
    space = _load(text)
    order = sorted(zip(bug.program.shown, found.tests, strict=True), key=lambda pair: pair[1].ok)
    if space is None or any(_call(space, call) != wanted for (call, wanted), _ in order):
        return 0
    return 2 if all(_call(space, call) == wanted for call, wanted in bug.program.held) else 1


def rank(bug: Bug, most: int = 1500, priors: Mapping[str, float] | None = None) -> Rank:
    """The ranks of the first edits that pass the shown calls, and all calls."""
    signal.signal(signal.SIGVTALRM, late)
    found = trace(bug)
    suspicion = localise.suspicions(found, "program.py", bug.text)
    edits = python.mutations(bug.text, suspicion, found.types)
    order = ranked(bug.text, edits, suspicion, Naturalness([bug.text]), **({"priors": priors} if priors else {}))
    plausible, winner = 0, ""
    for number, (_, mutation) in enumerate(order[:most], 1):
        said = verdict(bug, found, spliced(bug.text, mutation.splices))
        if said and not plausible:
            plausible, winner = number, mutation.family
        if said == 2:
            return Rank(bug.name, bug.operator, plausible, number, mutation.family, len(order), winner)
    return Rank(bug.name, bug.operator, plausible, 0, "", len(order), winner)


def show(ranks: list[Rank]) -> None:
    """Print each bug and the totals."""
    for r in ranks:
        print(f"{r.name:44} plausible {r.plausible:5} ({r.winner}) correct {r.correct:5} ({r.family}) of {r.edits}")
    total = len(ranks)
    for limit in (10, 30, 100, 300, 1000):
        print(
            f"within {limit:5}: plausible {sum(0 < r.plausible <= limit for r in ranks) / total:.0%} "
            f"correct {sum(0 < r.correct <= limit for r in ranks) / total:.0%}"
        )
    print(f"first plausible is right: {sum(r.plausible == r.correct > 0 for r in ranks) / total:.0%}")
