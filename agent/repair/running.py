"""Run a judged command line in a scratch copy, contained, with a time limit; the exit code is the verdict."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.repair.advice.native import FIXITS
from agent.repair.scratch import Scratch

INJECT = Path(__file__).parent / "inject"
FILE_BYTES = 2**30
"""The largest file a judged command may write."""
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""What makes a Java process start for little: javac takes a third less processor time with it."""
OUTPUT_BYTES = 2**20
"""How much of its output is kept, from the end."""


@dataclass(frozen=True)
class Run:
    """How a judged command ended."""

    exit_code: int
    """128 + the signal's number when a signal ended it."""
    output: str
    seconds: float
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """The exit code is 0, within the time."""
        return self.exit_code == 0 and not self.timed_out


def environment(scratch: Scratch, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a judged command: the user's, with paths into the work tree meaning the copy."""
    source = str(scratch.source)
    env = {key: scratch.own(value) if source in value else value for key, value in os.environ.items()}
    env.update(
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONHASHSEED="0",
        TMPDIR=str(scratch.folder / "tmp"),
        CARGO_NET_OFFLINE="true",
        PWD=str(scratch.root),
    )
    # What compilers say is read: in the words that they have without a translation, and with what is for programs.
    env.update(FIXITS, LC_MESSAGES="C")
    env.pop("AGENT_REPAIR", None)
    env.update(scratch.variables)
    env.update(extra or {})
    return env


def start(
    scratch: Scratch,
    command: str,
    extra: Mapping[str, str] | None = None,
    *,
    cpu_seconds: int = 3600,
    quiet: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command line in a process group of its own; its output goes to one pipe, which has to be read, or nowhere
    (`quiet`)."""
    line = scratch.command(command)
    if extra and "AGENT_REPAIR" in extra:
        # A command that sets PYTHONPATH itself must keep the runtime on it.
        line = re.sub(r"\bPYTHONPATH=(?=[^\s;])", f"PYTHONPATH={INJECT}:", line)
    return subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-S",
            str(INJECT / "contained.py"),
            str(FILE_BYTES),
            str(cpu_seconds),
            str(scratch.nice),
            line,
        ],
        cwd=scratch.root,
        env=environment(scratch, extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def hurried(tools: Path | None = None) -> dict[str, str]:
    """Variables for runs that only judge: what starts fast comes before what runs fast. `tools` goes before PATH."""
    found = {
        "JAVA_TOOL_OPTIONS": f"{JAVA} {os.environ.get('JAVA_TOOL_OPTIONS', '')}".strip(),
        # A panic that names its callers reads the debugging tables first: 120 milliseconds instead of 3.
        "RUST_BACKTRACE": "0",
    }
    if tools is not None:
        found["PATH"] = f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return found


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a started command and everything it started."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()


def finish(process: subprocess.Popen[bytes], timeout: float) -> Run:
    """Wait for a started command; kill it at the time limit."""
    begun = time.monotonic()
    timed_out = False
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
        kill(process)
        try:
            output, _ = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            output = b""
    kill(process)
    code = process.returncode if process.returncode is not None else 137
    text = output[-OUTPUT_BYTES:].decode("utf-8", "replace").replace(f"Picked up JAVA_TOOL_OPTIONS: {JAVA}\n", "")
    return Run(code if code >= 0 else 128 - code, text, time.monotonic() - begun, timed_out)


def run(scratch: Scratch, command: str, timeout: float, extra: Mapping[str, str] | None = None) -> Run:
    """Run a command line to its end, or to the time limit in seconds."""
    begun = time.monotonic()
    done = finish(start(scratch, command, extra, cpu_seconds=max(2, int(timeout * 4))), timeout)
    return Run(done.exit_code, done.output, time.monotonic() - begun, done.timed_out)
