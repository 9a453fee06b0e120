"""What fails, in words: for a person, for a model (few tokens), and as names for the localisation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.repair.advice import plain
from agent.repair.preparing import Ground
from agent.repair.running import Run
from agent.repair.types import Verdict
from agent.repo.testing import Failure, TestCommand, TestRun, failure_digest
from agent.repo.testing.find import kind_of
from agent.repo.testing.outcome import read_outcome
from agent.repo.testing.run import clean

SHOWN = 900
"""Characters of failures in a first prompt; two assertions with values are about 300."""


def read_failures(ground: Ground, run: Run) -> tuple[Failure, ...]:
    """The failures in a command's output, paths relative to the root."""
    command = TestCommand(kind_of(ground.command), shell=ground.command)
    try:
        return read_outcome(command, ground.judge.root, plain(run.output), run.exit_code).failures
    except (OSError, ValueError):
        return ()


def first_words(ground: Ground) -> str:
    """What the baseline run says, for a model: up to two failing assertions with their values."""
    trace = ground.trace
    if trace is not None:
        told = [(test.name, test.message) for test in trace.failing if test.message or test.looped]
        if told:
            looped = {test.name for test in trace.tests if test.looped}
            return "These tests fail:\n" + _assertions(
                [(name, "it never ends (endless loop)" if name in looped else message) for name, message in told],
                3,
            )
    if ground.baseline.timed_out and not ground.baseline.output.strip():
        return "The tests fail:\n" + tail(ground.baseline)
    failures = read_failures(ground, ground.baseline)
    if failures:
        command = TestCommand(kind_of(ground.command), shell=ground.command)
        run = TestRun(
            command,
            ground.baseline.exit_code,
            ground.baseline.seconds,
            failures=failures,
            output=plain(ground.baseline.output),
        )
        return "The tests fail:\n" + failure_digest(run, SHOWN)
    return "The tests fail:\n" + tail(ground.baseline)


def tail(run: Run, characters: int = SHOWN) -> str:
    """The last lines of an output, or that it does not end."""
    if run.timed_out:
        return "The program does not end."
    text = plain(run.output).strip()
    return text[-characters:]


def first_failure(ground: Ground, characters: int = 160) -> str:
    """What fails as things are, in one line."""
    trace = ground.trace
    told = [(test.name.rpartition("::")[2], test.message) for test in (trace.failing if trace else ()) if test.message]
    told = told or [(failure.name, failure.head) for failure in read_failures(ground, ground.baseline)]
    if not told or ground.baseline.timed_out:
        return "it does not end" if ground.baseline.timed_out else complaint(ground, characters)
    name, message = told[0]
    line = next((line.strip() for line in clean(message).splitlines() if line.strip()), "")
    known = not name or line.startswith(name) or name in ground.command
    return (line if known else f"{name}: {line}").rstrip(":;. ")[:characters]


def complaint(ground: Ground, characters: int = 200) -> str:
    """The line of the baseline's output that tells most: the last that speaks of an error, else the last."""
    lines = [line.strip() for line in clean(tail(ground.baseline)).splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"error|not found|no such|usage|cannot|can't|unknown", line, re.I)]
    line = (telling or lines or [""])[-1]
    return line.replace(str(ground.judge.root) + "/", "")[:characters]


def words(ground: Ground, verdict: Verdict) -> str:
    """What a judged candidate's failure says."""
    if verdict.timed_out:
        return "the program does not end."
    if verdict.messages:
        return _assertions(list(verdict.messages), 2)
    if verdict.output:
        run = Run(1, verdict.output, verdict.seconds)
        failures = read_failures(ground, run)
        if failures:
            return "\n".join(f"{f.name}: {f.head}" if f.name else f.head for f in failures[:2])
        return tail(run, 400)
    return ""


def _assertions(told: Sequence[tuple[str, str]], most: int) -> str:
    """Different messages first, shortest first among equals, so that few tokens say much."""
    seen: set[str] = set()
    lines: list[str] = []
    room = SHOWN
    for name, message in sorted(told, key=lambda item: len(item[1])):
        short = "\n".join(line for line in message.splitlines() if not line.startswith(("Use -v", "Full diff")))[:400]
        if short in seen or len(short) > room:
            continue
        seen.add(short)
        label = name.rpartition("::")[2] or name
        lines.append(f"{label}: {short}" if label else short)
        room -= len(short)
        if len(lines) >= most:
            break
    if not lines and told:
        lines.append(told[0][1][:SHOWN])
    return "\n".join(lines)
