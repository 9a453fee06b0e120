"""Running a test command: its own process group, bounded output, a time limit, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.errors import TaskFailed
from agent.repo.testing import Failure, TestCommand, TestRun

HEAD_BYTES = 1_000_000
TAIL_BYTES = 3_000_000
"""What is kept of a very long output: runners sum up at the end, compilers complain at the start."""

_ENVIRONMENT = {
    "NO_COLOR": "1",
    "PY_COLORS": "0",
    "TERM": "dumb",
    "CARGO_TERM_COLOR": "never",
    "RUST_BACKTRACE": "0",  # the panic's own place is enough
    "CI": "1",  # no watch mode, no questions
    "COLUMNS": "160",  # pytest cuts its summary lines to the width
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",  # a file edited twice in a second must not be read from a stale .pyc
    "PYTHONIOENCODING": "utf-8",
}
_UNSET = ("FORCE_COLOR", "CLICOLOR_FORCE", "PYTEST_CURRENT_TEST", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]")


def run(
    command: TestCommand,
    root: Path,
    *,
    timeout: float,
    on_output: Callable[[str], None] | None = None,
    only: Sequence[str] = (),
) -> TestRun:
    """See `agent.repo.testing.run_tests`."""
    from agent.repo.testing.narrow import narrowed
    from agent.repo.testing.outcome import read_outcome

    if only:
        command = narrowed(command, root, only)
    started = time.monotonic()
    wall = time.time()
    output, exit_code, timed_out = execute(command, root, timeout=timeout, on_output=on_output)
    seconds = time.monotonic() - started
    outcome = read_outcome(command, root, output, 0 if timed_out else exit_code, since=wall)
    failures = outcome.failures
    if timed_out:
        failures = (*failures, Failure(command.text, head=f"stopped after {timeout:g} s", kind="timeout"))
    return TestRun(
        command,
        exit_code,
        seconds,
        outcome.passed,
        outcome.failed,
        outcome.skipped,
        outcome.errors,
        failures,
        timed_out,
        output,
        timeout,
        outcome.no_tests,
    )


def execute(
    command: TestCommand, root: Path, *, timeout: float, on_output: Callable[[str], None] | None = None
) -> tuple[str, int, bool]:
    """Run to the end or the limit: (output without colours, exit code, timed out). Raises TaskFailed at the start."""
    process = _start(command, root)
    kept = _Kept()
    deadline = time.monotonic() + timeout
    timed_out = False
    try:
        assert process.stdout is not None
        timed_out = not _drain(process, kept, deadline, on_output)
    finally:  # also on KeyboardInterrupt: nothing of the group survives
        _kill_group(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        if process.stdout is not None:
            process.stdout.close()
    return clean(kept.text()), process.returncode if process.returncode is not None else -9, timed_out


def _start(command: TestCommand, root: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, **_ENVIRONMENT}
    for name in _UNSET:
        env.pop(name, None)
    for name, value in command.env:
        if name == "PYTHONPATH" and env.get(name):
            value = value + os.pathsep + env[name]
        env[name] = value
    folder = root / command.folder if command.folder else root
    try:
        return subprocess.Popen(
            command.shell or list(command.argv),
            shell=bool(command.shell),
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=sys.platform != "win32",
            bufsize=0,
        )
    except OSError as error:
        raise TaskFailed(
            f"The test command could not be started: {command.text}: {error.strerror or error}.",
            "Set `test_command` in .agentrc, or give one: agent test --test CMD.",
        ) from None


class _Kept:
    """The start and the end of a stream of bytes."""

    def __init__(self) -> None:
        self.head = bytearray()
        self.tail = bytearray()
        self.dropped = 0

    def add(self, data: bytes) -> None:
        room = HEAD_BYTES - len(self.head)
        self.head += data[:room] if room > 0 else b""
        self.tail += data[max(room, 0) :]
        over = len(self.tail) - TAIL_BYTES
        if over > TAIL_BYTES // 4:
            del self.tail[:over]
            self.dropped += over

    def text(self) -> str:
        gap = f"\n[{self.dropped} bytes left out]\n".encode() if self.dropped else b""
        return (bytes(self.head) + gap + bytes(self.tail)).decode("utf-8", "replace")


def _drain(
    process: subprocess.Popen[bytes], kept: _Kept, deadline: float, on_output: Callable[[str], None] | None
) -> bool:
    """Read until the process has ended; False when the deadline came first."""
    assert process.stdout is not None
    ended_at: float | None = None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            now = time.monotonic()
            if now >= deadline:
                return process.poll() is not None
            if ended_at is not None and now - ended_at > 0.3:
                return True  # a child left running in the background still holds the pipe
            if selector.select(min(0.1, deadline - now)):
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    break
                kept.add(data)
                if on_output is not None:
                    on_output(clean(data.decode("utf-8", "replace")))
            elif ended_at is None and process.poll() is not None:
                ended_at = time.monotonic()
    try:
        process.wait(timeout=max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    # The group's number is the leader's process id; after `wait` it may only be used while members remain, and
    # killpg says so itself when none does.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def clean(text: str) -> str:
    """Without colours and carriage returns."""
    text = _COLOUR.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")
