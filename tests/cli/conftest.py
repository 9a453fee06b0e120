"""The real program in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CALC = "def total(items):\n    total = 0\n    for price, quantity in items:\n        total += price\n    return total\n"
FIXED = CALC.replace("+= price", "+= price * quantity")
BLOCK = "calc.py\n<<<<<<< SEARCH\n        total += price\n=======\n        total += price * quantity\n>>>>>>> REPLACE\n"


@dataclass(frozen=True)
class Ran:
    """What a process did."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines of its standard output; anything else there is a failure."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, name: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == name]


RunAgent = Callable[..., Ran]


@pytest.fixture
def agent() -> RunAgent:
    """Run `agent ARGS` in a folder, without a terminal."""

    def run(
        *args: str, cwd: Path, stdin: str | bytes | None = None, env: dict[str, str] | None = None, limit: float = 60
    ) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "agent", *args],
            cwd=cwd,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=limit,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})},
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err + ran.out, ran.err
        assert "should not have happened" not in ran.err + ran.out, ran.err + ran.out
        return ran

    return run
