"""What the tests of repair share: a small project in a folder, and a repair run to its end."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.events import Event
from agent.repair import RepairResult, node
from agent.repair.benches import CommandBench
from agent.repair.meta_run import Batch, MetaRun
from agent.repair.scratch import Scratch
from agent.repair.targets import read_targets
from agent.repair.types import Mutation


def run_repair(root: Path, *targets: str, **options: Any) -> tuple[RepairResult, list[Event]]:
    """The result of a repair, and the events on the way."""
    from agent.repair import repair

    events: list[Event] = []
    steps = repair(root, targets, deadline_seconds=options.pop("seconds", 60.0), **options)
    while True:
        try:
            events.append(next(steps))
        except StopIteration as stop:
            return stop.value, events


def text_of(result: RepairResult, path: str) -> str:
    """The new text of a file in a result."""
    found = [change.after for change in result.changes if change.path == path]
    assert found and found[0] is not None, result
    return found[0].decode()


def run_built_in(
    root: Path, path: str, command: str, edits: Sequence[Mutation], spans: Sequence[tuple[int, int]], *failing: str
) -> tuple[MetaRun, list[tuple[int, ...]], int]:
    """The edits of a file tried in builds: the run, what passed, and the bytes of output that were left behind."""
    target = read_targets(root, [path])[path]
    batch = Batch(target.text, edits, spans, [0.0] * len(edits))
    passing: list[tuple[int, ...]] = []
    scratch = Scratch(root)
    try:
        deadline = time.monotonic() + 60.0
        run = MetaRun(
            scratch, command, target, batch, failing=failing, deadline=deadline, jobs=1, passing=passing.append
        )
        run.singles()
        left = sum(file.stat().st_size for file in scratch.folder.rglob("*") if ".said" in file.name)
    finally:
        scratch.close()
    return run, passing, left


@pytest.fixture
def project(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Writes files into a folder and returns it."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path / "project"
        for name, text in files.items():
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(textwrap.dedent(text).lstrip("\n"))
        return root

    return write


@pytest.fixture
def opened() -> Iterator[Callable[[Path, str, str], node.NodeBench | None]]:
    """Opens a warm judge for a command; None where the command's process cannot be run again and again."""
    made: list[node.NodeBench | Scratch] = []

    def open_(root: Path, command: str, target: str = "sum.js") -> node.NodeBench | None:
        scratch = Scratch(root)
        made.append(scratch)
        process = node.read_recording(scratch, node.start_recording(scratch, command, [target]), [target], 20.0)
        if process is None:
            return None
        text = (root / target).read_text()
        benches = node.benches([CommandBench(scratch, command, {target: text})], [scratch], process)
        made.extend(benches)
        return benches[0] if benches else None

    yield open_
    for thing in reversed(made):
        thing.close()


def judged(bench: node.NodeBench, text: str, target: str = "sum.js") -> tuple[bool, bool]:
    verdict = bench.judge({target: text})
    return verdict.passed, verdict.timed_out
