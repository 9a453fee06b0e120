"""Judging JavaScript candidates in a warm node process: some hundred a second instead of a process for each.

The command runs once with `inject/node_record.cjs` preloaded, which tells which node process loads the target. Then
`inject/node_server.cjs` runs that process's script again for each candidate. What it passes is confirmed by the
command itself before it counts, so that a script which the server does not run faithfully costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shlex
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.repair.running import INJECT, finish, kill, start
from agent.repair.scratch import Scratch
from agent.repair.types import Verdict

if TYPE_CHECKING:
    import subprocess

    from agent.repair.benches import CommandBench

SUFFIXES = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".mts", ".cts")
HEAP_MIB = 1024
"""The most a judged script may allocate."""
START_SECONDS = 10.0
LEAST_SECONDS = 0.1
"""For one candidate, at least; what takes longer is taken for an endless loop and tried later with more time."""
PATIENCE = 5
"""How much longer a second look at what ran out of time takes."""
MOST_WRONG = 5
"""Passes that the command does not confirm, until the server is given up."""


@dataclass(frozen=True)
class NodeProcess:
    """How a node process of the command was started, with the paths of the copy in which it ran."""

    root: str
    executable: str
    options: tuple[str, ...]
    main: str
    args: tuple[str, ...]
    cwd: str
    env: Mapping[str, str]
    targets: tuple[str, ...]
    strict: bool
    """It ended with 0 although a `console.assert` of it failed: that is what tells right from wrong."""


def start_recording(scratch: Scratch, command: str, targets: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the recorded run; `read_recording` gives its result."""
    told = json.dumps({"out": str(scratch.folder / "node.jsonl"), "targets": _aims(scratch, targets)})
    options = f"{os.environ.get('NODE_OPTIONS', '')} --require {INJECT / 'node_record.cjs'}".strip()
    return start(scratch, command, {"AGENT_REPAIR_NODE": told, "NODE_OPTIONS": options})


def read_recording(
    scratch: Scratch, process: subprocess.Popen[bytes], targets: Sequence[str], timeout: float
) -> NodeProcess | None:
    """The node process that loads a target and fails; None where there is none."""
    finish(process, timeout)
    try:
        lines = (scratch.folder / "node.jsonl").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    known: dict[int, dict[str, object]] = {}
    for line in lines:
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            known.setdefault(record["pid"], {}).update(record)
    # A process that has ended well comes last: only what it does when it ends may have failed.
    found = [_process(scratch, record, targets) for record in sorted(known.values(), key=lambda r: r.get("code") == 0)]
    return next((process for process in found if process is not None), None)


def _aims(scratch: Scratch, targets: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({os.path.realpath(scratch.root / target) for target in targets}))


def _process(scratch: Scratch, record: Mapping[str, object], targets: Sequence[str]) -> NodeProcess | None:
    argv = record.get("argv")
    if not isinstance(argv, list) or len(argv) < 2 or not argv[1].startswith(str(scratch.root)):
        return None
    module = argv[1].endswith(".mjs") or _in_module_package(Path(argv[1]), scratch.root)
    # What loads ES modules is not seen; a script of the project that is one may have loaded the target.
    if not record.get("loaded") and not module:
        return None
    printed = record.get("code") == 0 and bool(record.get("printed"))
    env = {k: v for k, v in dict(record["env"]).items() if k not in ("AGENT_REPAIR_NODE", "NODE_OPTIONS")}  # type: ignore[call-overload]
    # A test file that node's own runner has started reports to it; alone it prints and exits with a code.
    env.pop("NODE_TEST_CONTEXT", None)
    options = [option for option in record["execArgv"] if not option.startswith("--test")]  # type: ignore[attr-defined]
    return NodeProcess(
        str(scratch.root),
        argv[0],
        tuple(options),
        argv[1],
        tuple(argv[2:]),
        str(record["cwd"]),
        env,
        _aims(scratch, targets),
        printed,
    )


def _in_module_package(place: Path, root: Path) -> bool:
    for folder in place.parents:
        if (folder / "package.json").exists():
            with contextlib.suppress(OSError, ValueError):
                return bool(json.loads((folder / "package.json").read_text(encoding="utf-8")).get("type") == "module")
        if folder == root:
            break
    return False


class NodeServer:
    """One server process in one scratch copy. Use from one thread at a time."""

    def __init__(self, scratch: Scratch, what: NodeProcess) -> None:
        def here(text: str) -> str:
            return text.replace(what.root, str(scratch.root))

        self._folder = scratch.folder
        commands, answers = self._folder / "node.in", self._folder / "node.out"
        for place in (commands, answers):
            place.unlink(missing_ok=True)
            os.mkfifo(place)
        self._answers = os.open(answers, os.O_RDONLY | os.O_NONBLOCK)
        self._commands = -1
        setup = {
            "main": here(what.main),
            "args": [here(arg) for arg in what.args],
            "cwd": here(what.cwd),
            "strict": what.strict,
            "targets": [here(target) for target in what.targets],
            "commands": str(commands),
            "answers": str(answers),
        }
        argv = [what.executable, *what.options, f"--max-old-space-size={HEAP_MIB}", str(INJECT / "node_server.cjs")]
        env = {key: here(value) for key, value in what.env.items()}
        env |= {"AGENT_REPAIR_NODE": json.dumps(setup), "TMPDIR": str(scratch.folder / "tmp")}
        env["NODE_OPTIONS"] = os.environ.get("NODE_OPTIONS", "")
        self._process = start(scratch, f"exec {shlex.join(argv)} >/dev/null 2>&1", env)
        self._told = b""

    def wait(self, seconds: float = START_SECONDS) -> bool:
        """Whether it is ready within the time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                # Fails until the server has opened its end.
                self._commands = os.open(self._folder / "node.in", os.O_WRONLY | os.O_NONBLOCK)
                return self._line(deadline - time.monotonic()) == "ready"
            time.sleep(0.01)
        return False

    def run(self, mode: str, seconds: float) -> str:
        """`P`, `F N`, `T` or `E` (no target was loaded).

        Raises ConnectionError when it is gone, or hangs and has been ended.
        """
        try:
            os.write(self._commands, f"{mode} {int(seconds * 1000)}\n".encode())
        except OSError as error:
            raise ConnectionError(str(error)) from None
        line = self._line(2 * seconds + 2.0)
        if line is None:
            self.close()
            raise ConnectionError("the script hangs")
        return line

    def _line(self, seconds: float) -> str | None:
        deadline = time.monotonic() + seconds
        while b"\n" not in self._told:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                return None
            data = os.read(self._answers, 4096)
            if not data:
                if self._commands < 0 or self._process.poll() is not None:
                    return None
                time.sleep(0.005)
            self._told += data
        line, _, self._told = self._told.partition(b"\n")
        return line.decode()

    def close(self) -> None:
        """End the process."""
        kill(self._process)
        with contextlib.suppress(Exception):
            self._process.wait(timeout=2)
        if self._process.stdout is not None:
            self._process.stdout.close()
        for descriptor in (self._commands, self._answers):
            if descriptor >= 0:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        self._commands = self._answers = -1


class NodeBench:
    """Judges by a warm node process first; what passes there, and what needs words or patience, by the command."""

    def __init__(self, command: CommandBench, scratch: Scratch, what: NodeProcess) -> None:
        self._command, self._scratch, self._what = command, scratch, what
        self._server: NodeServer | None = None
        self._mode = ""
        self._reached = 0
        self._seconds = LEAST_SECONDS
        self._wrong = 0
        self._closed = False

    def open(self) -> bool:
        """Start, and see that the unchanged files fail here too, twice; else only the command judges."""
        for mode in ("inline", "worker"):
            try:
                first = self._ask(mode, 5.0)
                begun = time.monotonic()
                again = self._ask(mode, 2.0)
            except ConnectionError:
                continue
            took = time.monotonic() - begun
            if first[0] in "FT" and again[0] == first[0]:
                self._mode = mode
                self._reached = int(again[2:] or 0) if again[0] == "F" else 0
                self._seconds = LEAST_SECONDS + (5 * took if again[0] == "F" else 0.25)
                return True
        self._drop()
        return False

    def judge(self, texts: Mapping[str, str], *, patient: bool = False, detail: bool = False) -> Verdict:
        """See `Bench`."""
        if self._mode and not detail and not self._closed:
            self._command.write(texts)
            begun = time.monotonic()
            try:
                told = self._ask(self._mode, self._seconds * (PATIENCE if patient else 1))
            except ConnectionError:
                told = "T"
            seconds = time.monotonic() - begun
            if told[0] == "T":
                return Verdict(False, timed_out=True, seconds=seconds)
            if told[0] in "FE":
                reached = int(told[2:] or 0)
                further = reached - self._reached if self._reached and reached else 0
                return Verdict(False, reached=reached, further=max(0, further), seconds=seconds)
            verdict = self._command.judge(texts, patient=True)
            self._wrong += not verdict.passed
            if self._wrong >= MOST_WRONG:
                self._drop()
            return verdict
        return self._command.judge(texts, patient=patient, detail=detail)

    def _ask(self, mode: str, seconds: float) -> str:
        if self._closed:
            raise ConnectionError("closed")
        if self._server is None:
            server = NodeServer(self._scratch, self._what)
            if not server.wait():
                server.close()
                raise ConnectionError("the server does not start")
            self._server = server
        try:
            return self._server.run(mode, seconds)
        except ConnectionError:
            self._server.close()
            self._server = None
            raise

    def _drop(self) -> None:
        self._mode = ""
        if self._server is not None:
            self._server.close()
            self._server = None

    def close(self) -> None:
        """End what runs and remove the copy."""
        self._closed = True
        self._drop()
        self._command.close()


def benches(plain: Sequence[CommandBench], copies: Sequence[Scratch], what: NodeProcess) -> list[NodeBench]:
    """A warm judge in each copy; none when the first cannot be had or does not agree with the command."""
    made = [NodeBench(command, copy, what) for command, copy in zip(plain, copies, strict=True)]
    if not made[0].open():
        return []
    threads = [threading.Thread(target=bench.open, daemon=True) for bench in made[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made
