"""From output and exit code to counts and failures: the runner's own reader, else whichever recognises its output."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from agent.repo.testing import Failure, Outcome, TestCommand
from agent.repo.testing.any_output import read_any
from agent.repo.testing.compiled_output import read_cargo, read_ctest, read_go, read_gtest
from agent.repo.testing.java_output import read_maven, read_reports
from agent.repo.testing.javascript_output import read_jest, read_mocha, read_node, read_vitest
from agent.repo.testing.python_output import read_pytest, read_unittest

Reader = Callable[[Path, str], "Outcome | None"]


def readers() -> dict[str, Reader]:
    """The readers by kind of runner, in the order in which they are tried on output of an unknown runner."""
    return {
        "pytest": read_pytest,
        "unittest": read_unittest,
        "jest": read_jest,
        "vitest": read_vitest,
        "node": read_node,
        "cargo": read_cargo,
        "ctest": read_ctest,
        "gtest": read_gtest,
        "go": read_go,
        "mocha": read_mocha,
        "maven": read_maven,
    }


def read_outcome(command: TestCommand, root: Path, output: str, exit_code: int, *, since: float = 0.0) -> Outcome:
    """What a run says. Never raises; a run that failed has at least one failure."""
    known = readers()
    order = [known[command.kind]] if command.kind in known else []
    order += [reader for kind, reader in known.items() if kind != command.kind]
    outcome = Outcome()
    if command.kind in ("maven", "gradle", "make", "command"):
        reported = read_reports(root / command.folder, since) if since else None
        if reported is not None:
            return replace(reported, failures=_with_statements(root, reported.failures))
    for reader in order:
        found = reader(root, output)
        if found is not None:
            outcome = replace(found, failures=_with_statements(root, found.failures)) if reader in _WORDLESS else found
            break
    if exit_code != 0 and not outcome.failures and not outcome.no_tests:
        failures = _with_statements(root, read_any(command, root, output, exit_code))
        outcome = Outcome(outcome.passed, outcome.failed, outcome.skipped, outcome.errors, failures)
    return outcome


_WORDLESS = frozenset({read_jest, read_vitest, read_node, read_mocha, read_cargo})
"""Runners whose messages give the values but not what was computed: the failing line of the source says that."""


def _with_statements(root: Path, failures: Sequence[Failure]) -> tuple[Failure, ...]:
    return tuple(replace(f, head=f"{_statement(root, f)}{f.head}") for f in failures)


def _statement(root: Path, failure: Failure) -> str:
    if not failure.line or failure.name == failure.path or failure.head.startswith("assertion failed: "):
        return ""
    try:
        lines = (root / failure.path).read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    text = lines[failure.line - 1].strip() if failure.line <= len(lines) else ""
    whole = re.search(r"\{\s*(.*\S)\s*\}\s*\)?;?$", text)  # a test that is written on one line
    text = whole[1] if whole and re.match(r"(?:it|test|fn|async)\b", text) else text
    return f"{text}\n" if 3 < len(text) <= 120 and text not in failure.head else ""
