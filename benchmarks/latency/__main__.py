"""From the key press to the diff: "fix the bug in calc.py" with the embedded engine, cold and warm, second by second.

    python -m benchmarks.latency [MODEL] [--runs N]

The engine has a cache of its own. "first ever" has nothing on disk but the weights; "cold" starts an engine that finds
the state of the fixed prefix on disk; "warm" finds the engine of the run before it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.startup.__main__ import AGENT, small_repository

KEEP_ALIVE = 6
"""Seconds that an engine stays; a cold run waits until it is gone."""


@dataclass(frozen=True)
class Latency:
    """Seconds of one run; `front` is all before the request: start-up, route, files read; `after` is gate and diff."""

    front: float
    loading: float
    prefill: float
    decode: float
    after: float
    new_tokens: int
    cached_tokens: int
    output_tokens: int

    @property
    def total(self) -> float:
        """From the start of the process to the diff on the screen."""
        return self.front + self.loading + self.prefill + self.decode + self.after


def measured(model: str, folder: Path, env: dict[str, str]) -> Latency:
    """One run. Raises RuntimeError where no diff came."""
    start = time.monotonic()
    at: dict[str, float] = {}
    usage: dict[str, float] = {}
    command = [AGENT, "-m", model, "--json", "--dry-run", "fix the bug in calc.py"]
    with subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            kind = event["event"]
            at.setdefault("asked" if event.get("phase") == "prefill" else kind, time.monotonic() - start)
            if kind == "usage" and event["purpose"] == "edit":
                usage = event["usage"]
                at["answered"] = time.monotonic() - start
    if "diff" not in at:
        raise RuntimeError(f"no diff: exit code {process.returncode}")
    prefill, decode = usage["prefill_seconds"], usage["decode_seconds"]
    waited = at["answered"] - at["asked"]
    cached = int(usage["cached_tokens"])
    return Latency(
        front=at["asked"],
        loading=max(0.0, waited - prefill - decode),
        prefill=prefill,
        decode=decode,
        after=at["diff"] - at["answered"],
        new_tokens=int(usage["prompt_tokens"]) - cached,
        cached_tokens=cached,
        output_tokens=int(usage["output_tokens"]),
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", nargs="?", default="qwen2.5-coder:1.5b")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    rows: dict[str, list[Latency]] = {"first ever": [], "cold": [], "warm": []}
    for _ in range(args.runs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "repository"
            folder.mkdir()
            small_repository(folder)
            (folder / ".agentrc").write_text(f'keep_alive = "{KEEP_ALIVE}s"\n')
            env = {**os.environ, "XDG_CACHE_HOME": f"{name}/cache", "XDG_RUNTIME_DIR": f"{name}/run"}
            Path(env["XDG_RUNTIME_DIR"]).mkdir()
            for kind in ("first ever", "warm", "warm", "cold"):
                if kind == "cold":
                    time.sleep(KEEP_ALIVE + 4)
                rows[kind].append(measured(args.model, folder, env))
            time.sleep(KEEP_ALIVE + 4)
    print("| | to the diff, s | front | loading | prefill | decode | after | new / cached / written tokens |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, runs in rows.items():
        middle = sorted(runs, key=lambda r: r.total)[len(runs) // 2]
        parts = " | ".join(f"{getattr(middle, p):.2f}" for p in ("front", "loading", "prefill", "decode", "after"))
        tokens = f"{middle.new_tokens} / {middle.cached_tokens} / {middle.output_tokens}"
        print(f"| {kind} | {statistics.median(r.total for r in runs):.2f} | {parts} | {tokens} |")


if __name__ == "__main__":
    main()
