"""`agent --version` and the time to the first request, beside `python -c pass` run in turn with them.

    python -m benchmarks.startup [--runs N]

Prints medians in milliseconds and ratios. The first request is taken at a real HTTP server that speaks Ollama's
protocol: from the process's start to the arrival of its first byte, in a small repository.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.scripted_ollama import ScriptedOllama

AGENT = str(Path(sys.executable).parent / "agent")


def seconds(command: list[str], **kwargs: object) -> float:
    """Wall time of one process."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **kwargs)  # type: ignore[call-overload]
    return time.perf_counter() - start


def small_repository(folder: Path) -> Path:
    """Five small files, one commit."""
    for name in ("calc", "cart", "report", "store", "main"):
        (folder / f"{name}.py").write_text(f"def {name}(a, b):\n    return a - b\n")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def first_request(folder: Path) -> tuple[float, float]:
    """Seconds from the start of `agent "fix …"` to its first request and to its first chat request with messages."""
    with ScriptedOllama(replies=lambda request: "edit") as server:
        env = {**os.environ, "OLLAMA_HOST": server.url}
        start = time.monotonic()
        process = subprocess.Popen(
            [AGENT, "-m", server_model(server), "fix the bug in calc.py"],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not server.requests and time.monotonic() - start < 20:
            time.sleep(0.002)
        first = server.requests[0].at - start if server.requests else float("nan")
        process.wait(60)
        chats = [r for r in server.requests if r.path == "/api/chat"]
        return first, (chats[0].at - start if chats else float("nan"))


def server_model(server: ScriptedOllama) -> str:
    """Any model that the server has."""
    return next(iter(server.models))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    bare, version = [], []
    for _ in range(runs):
        bare.append(seconds([sys.executable, "-c", "pass"]))
        version.append(seconds([AGENT, "--version"]))
    with tempfile.TemporaryDirectory() as name:
        folder = small_repository(Path(name))
        firsts = [first_request(folder) for _ in range(max(3, runs // 3))]
    b, v = statistics.median(bare), statistics.median(version)
    print(f"python -c pass        {b * 1000:7.0f} ms")
    print(f"agent --version       {v * 1000:7.0f} ms   {v / b:.1f} times")
    for label, values in (("first request", [f for f, _ in firsts]), ("first chat request", [c for _, c in firsts])):
        median = statistics.median(values)
        print(f"{label:<21} {median * 1000:7.0f} ms   {median / b:.1f} times")


if __name__ == "__main__":
    main()
