"""The failure in the output of any command: a traceback, a compiler's errors, a panic, else its most telling lines."""

from __future__ import annotations

import re
from pathlib import Path

from agent.repo.testing import Failure, TestCommand
from agent.repo.testing.compiled_output import compiler_errors, panic, read_rustc
from agent.repo.testing.java_output import javac_errors, read_stack_trace
from agent.repo.testing.javascript_output import read_thrown
from agent.repo.testing.places import inside, short
from agent.repo.testing.python_output import read_doctest, read_traceback

_TELLING = re.compile(
    r"\b(?:\w*Error|\w*Exception|error|fatal|FAIL(?:ED|URE)?|panic(?:ked)?|assert\w*|Assertion|expected|segmentation|"
    r"undefined|cannot|unable|not found|mismatch|abort\w*)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"([\w./\\@+-]+\.[A-Za-z]\w{0,4})(?::(\d+)|\((\d+)[,)]|\", line (\d+))")


def read_any(command: TestCommand, root: Path, output: str, exit_code: int) -> tuple[Failure, ...]:
    """At least one failure."""
    errors = (*compiler_errors(root, output), *read_rustc(root, output), *javac_errors(root, output))
    if errors:
        return errors
    for reader in (read_doctest, read_traceback, read_stack_trace, read_thrown, panic):
        found = reader(root, output, command.text)
        if found is not None:
            return (found,)
    return (_telling_lines(command, root, output, exit_code),)


def _telling_lines(command: TestCommand, root: Path, output: str, exit_code: int) -> Failure:
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
