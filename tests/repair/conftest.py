"""What the tests of repair share: a small project in a folder, and a repair run to its end."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.events import Event
from agent.repair import RepairResult


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
