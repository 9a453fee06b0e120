"""From output and exit code to counts and failures: the runner's own reader, else whichever recognises its output."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from agent.repo.testing import Failure, Outcome, TestCommand
from agent.repo.testing.places import inside, short
from agent.repo.testing.python_output import read_pytest, read_traceback, read_unittest

Reader = Callable[[Path, str], "Outcome | None"]


def readers() -> dict[str, Reader]:
    """The readers by kind of runner, in the order in which they are tried on output of an unknown runner."""
    return {"pytest": read_pytest, "unittest": read_unittest}


def read_outcome(command: TestCommand, root: Path, output: str, exit_code: int, *, since: float = 0.0) -> Outcome:
    """What a run says. Never raises; a run that failed has at least one failure."""
    known = readers()
    order = [known[command.kind]] if command.kind in known else []
    order += [reader for kind, reader in known.items() if kind != command.kind]
    outcome = next((found for reader in order if (found := reader(root, output)) is not None), None)
    if outcome is None:
        outcome = Outcome()
    if exit_code != 0 and not outcome.failures and not outcome.no_tests:
        failure = _generic(command, root, output, exit_code)
        outcome = Outcome(outcome.passed, outcome.failed, outcome.skipped, outcome.errors, (failure,))
    return outcome


_TELLING = re.compile(
    r"\b(?:\w*Error|\w*Exception|error|fatal|FAIL(?:ED|URE)?|panic(?:ked)?|assert\w*|Assertion|expected|segmentation|"
    r"undefined|cannot|unable|not found|mismatch|abort\w*)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"([\w./\\@+-]+\.[A-Za-z]\w{0,4})(?::(\d+)|\((\d+)[,)]|\", line (\d+))")


def _generic(command: TestCommand, root: Path, output: str, exit_code: int) -> Failure:
    """The most telling lines of a command that failed in a way of its own."""
    traceback = read_traceback(root, output, command.text)
    if traceback is not None:
        return traceback
    lines = [line for line in output.split("\n") if line.strip()]
    telling = [i for i, line in enumerate(lines) if _TELLING.search(line)]
    start = telling[0] if telling else max(0, len(lines) - 4)
    chosen = lines[start : start + 4]
    path, number = "", 0
    for line in lines[start:] if telling else lines[-8:]:
        for match in _PLACE.finditer(line):
            found = inside(root, match[1], command.folder)
            if found:
                path, number = found, int(match[2] or match[3] or match[4])
                break
        if path:
            break
    head = short(chosen) or (
        f"ended by signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}, without a word"
    )
    return Failure(command.text, path, number, head, "error")
