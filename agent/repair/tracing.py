"""The traced baseline run: which lines each test runs, which types variables hold, what the failures say."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.repair.running import INJECT, Run, finish, start
from agent.repair.scratch import Scratch
from agent.repair.types import TestTrace, Trace


def setup(scratch: Scratch, targets: Sequence[str], **more: object) -> dict[str, str]:
    """The variables that make every Python process of a command load the runtime with this set-up."""
    aliases: dict[str, str] = {}
    for target in targets:
        for base in (scratch.root, scratch.source):
            aliases[os.path.realpath(base / target)] = target
    suffixes = sorted({Path(target).suffix or target for target in targets})
    path = str(INJECT)
    if os.environ.get("PYTHONPATH"):
        path += os.pathsep + scratch.own(os.environ["PYTHONPATH"])
    options = os.environ.get("PYTEST_ADDOPTS", "")
    return {
        "AGENT_REPAIR": json.dumps({"targets": aliases, "suffixes": suffixes, **more}),
        "PYTHONPATH": path,
        "PYTEST_ADDOPTS": f"{options} -p agent_repair_plugin -p no:cacheprovider".strip(),
    }


def start_trace(
    scratch: Scratch, command: str, targets: Sequence[str], loop_seconds: float = 0.0
) -> subprocess.Popen[bytes]:
    """Start the traced run; `read_trace` gives its result when it has ended.

    `loop_seconds`: processor time, untraced, until a long test is taken for an endless loop (0: the usual, which is
    short).
    """
    out = scratch.folder / "trace.jsonl"
    out.unlink(missing_ok=True)
    return start(scratch, command, setup(scratch, targets, mode="trace", out=str(out), loop_seconds=loop_seconds))


def read_trace(scratch: Scratch, process: subprocess.Popen[bytes], timeout: float) -> tuple[Trace, Run]:
    """Wait for a traced run and gather what it wrote."""
    run = finish(process, timeout)
    tests: list[TestTrace] = []
    types: dict[tuple[str, str], set[str]] = {}
    loaded = False
    try:
        lines = (scratch.folder / "trace.jsonl").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if "loaded" in record:
            loaded = True
            continue
        for func, variable, kinds in record.get("types", ()):
            types.setdefault((func, variable), set()).update(kinds)
        raised = record.get("raised")
        tests.append(
            TestTrace(
                record["test"],
                bool(record["ok"]),
                record.get("message", ""),
                record.get("path", ""),
                tuple((path, number) for path, number in record["lines"]),
                (raised[0], raised[1]) if raised and raised[0] else None,
                bool(record.get("looped")),
                float(record.get("seconds", 0.0)),
                int(record["frames"][0][1]) if record["frames"] and not record["test"] else 0,
            )
        )
    named = [test for test in tests if test.name]
    if named:
        # What ran outside the tests (imports) is no test.
        tests = named
    elif tests and run.exit_code != 0:
        tests = [
            _failed(test, run) if test.ok and index == len(tests) - 1 else test for index, test in enumerate(tests)
        ]
    return Trace(tuple(tests), {key: frozenset(kinds) for key, kinds in types.items()}, loaded), run


def _failed(test: TestTrace, run: Run) -> TestTrace:
    """A plain script that left with a bad exit code without an uncaught exception."""
    tail = "\n".join(run.output.strip().splitlines()[-6:])
    return replace(test, ok=False, message=tail)
