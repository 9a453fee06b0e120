"""Judging JavaScript candidates in a warm node process: some hundred a second instead of a process for each.

The command runs once with `inject/node_record.cjs` preloaded, which tells which node process loads the target, or is
jest's or vitest's own. Then `inject/node_server.cjs` runs that process's script again for each candidate; for a runner
`inject/jest_server.cjs` or `vitest_server.mjs` has the runner itself run its tests again. What passes is confirmed
by the command itself before it counts, so that what a server does not run faithfully costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
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
LAST = " last"
"""Ends the answer of a server that has used up its memory."""
START_SECONDS = 10.0
LEAST_SECONDS = 0.1
"""For one candidate, at least; what takes longer is taken for an endless loop and tried later with more time."""
RUNNER_SECONDS = 0.5
"""The same for a test runner, whose process has to be started anew after an endless loop."""
LOOP_SECONDS = 5.0
"""For a test runner's first run of unchanged files that loop."""
SERVERS = {"": "node_server.cjs", "jest": "jest_server.cjs", "vitest": "vitest_server.mjs"}
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
    runner: str = ""
    """`jest` or `vitest` where it is one of these; else a script."""
    tests: tuple[int, ...] = ()
    """How many tests of the runner failed and passed, where that is known."""


_RECORDER = f"--require {INJECT / 'node_record.cjs'}"
_SETS_OPTIONS = re.compile(r"""\bNODE_OPTIONS=(?:(['"])(.+?)\1|([^\s'";]+))""")


def start_recording(scratch: Scratch, command: str, targets: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the recorded run; `read_recording` gives its result."""
    told = json.dumps({"out": str(scratch.folder / "node.jsonl"), "targets": _aims(scratch, targets)})
    # A command that sets the options itself must keep the recorder among them.
    command = _SETS_OPTIONS.sub(lambda match: f'NODE_OPTIONS="{_RECORDER} {match[2] or match[3]}"', command)
    options = f"{os.environ.get('NODE_OPTIONS', '')} {_RECORDER}".strip()
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
    order = sorted(known.values(), key=lambda r: (r.get("code") == 0, not r.get("runner")))
    found = [_process(scratch, record, targets) for record in order]
    return next((process for process in found if process is not None), None)


def _aims(scratch: Scratch, targets: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({os.path.realpath(scratch.root / target) for target in targets}))


def _process(scratch: Scratch, record: Mapping[str, object], targets: Sequence[str]) -> NodeProcess | None:
    argv = record.get("argv")
    if not isinstance(argv, list) or len(argv) < 2:
        return None
    # How a runner loads the target is not seen; its server sees it.
    runner = str(record.get("runner") or "")
    if not runner and not argv[1].startswith(str(scratch.root)):
        return None
    module = bool(runner) or argv[1].endswith(".mjs") or _in_module_package(Path(argv[1]), scratch.root)
    # What loads ES modules is not seen; a script of the project that is one may have loaded the target.
    if not record.get("loaded") and not module:
        return None
    printed = record.get("code") == 0 and bool(record.get("printed"))
    env = {k: v for k, v in dict(record["env"]).items() if k != "AGENT_REPAIR_NODE"}  # type: ignore[call-overload]
    env["NODE_OPTIONS"] = env.get("NODE_OPTIONS", "").replace(_RECORDER, "").strip()
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
        runner,
        tuple(record.get("tests") or ()),  # type: ignore[arg-type]
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

        self._folder, self._runner = scratch.folder, what.runner
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
            "before": str(self._folder / "before.json"),
            "tests": what.tests or None,
        }
        argv = [what.executable, *what.options, f"--max-old-space-size={HEAP_MIB}", str(INJECT / SERVERS[what.runner])]
        env = {key: here(value) for key, value in what.env.items()}
        env |= {"AGENT_REPAIR_NODE": json.dumps(setup), "TMPDIR": str(scratch.folder / "tmp")}
        self._process = start(scratch, f"exec {shlex.join(argv)}", env, quiet=True)
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
        """`P`, `F N`, `T` or `E` (no target was loaded). N: how far it came; of a runner, how many tests are mended.

        Raises ConnectionError when it is gone, or hangs and has been ended.
        """
        try:
            os.write(self._commands, f"{mode} {int(seconds * 1000)}\n".encode())
        except OSError as error:
            raise ConnectionError(str(error)) from None
        # A server that runs a script cuts it by itself.
        line = self._line(seconds if self._runner else 2 * seconds + 2.0)
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
        for descriptor in (self._commands, self._answers):
            if descriptor >= 0:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        self._commands = self._answers = -1


def _number(told: str) -> int:
    """The N of an answer `F N …`."""
    return int(told.split()[1]) if told[:2] == "F " else 0


class NodeBench:
    """Judges by a warm node process first; what passes there, and what needs words or patience, by the command."""

    def __init__(self, command: CommandBench, scratch: Scratch, what: NodeProcess) -> None:
        self._command, self._scratch, self._what = command, scratch, what
        self.runner = what.runner
        self._server: NodeServer | None = None
        self._mode = ""
        self._reached = 0
        self._seconds = LEAST_SECONDS
        self._first = 0.0
        """By how much the first run of a new server takes longer."""
        self._server_starts = False
        self._wrong = 0
        self._closed = False

    def open(self) -> bool:
        """Start, and see that the unchanged files fail here too, twice; else only the command judges."""
        if self.runner:
            return self._open_runner()
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
                self._reached = _number(again) if again[0] == "F" else 0
                self._seconds = LEAST_SECONDS + (5 * took if again[0] == "F" else 0.25)
                return True
        self._drop()
        return False

    def _open_runner(self) -> bool:
        """The same for a test runner, whose first run reads and searches much that later ones need not."""
        begun = time.monotonic()
        try:
            first = self._ask("run", LOOP_SECONDS if self._command.loops else self._command.timeout)
            self._first = time.monotonic() - begun
            begun = time.monotonic()
            again = self._ask("run", 1.0 + self._first)
            took = time.monotonic() - begun
        except ConnectionError:
            # Files that loop from the start tell nothing of how long a run takes; what is cut has a second look.
            first = again = "T" if self._command.loops and self._server_starts else "E"
            self._first, took = 1.0, 0.0
        if first[0] not in "FT" or again[0] != first[0]:
            self._drop()
            return False
        self._mode = "run"
        self._seconds = RUNNER_SECONDS + 5 * took
        return True

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
            if told[0] in "FE" and self.runner:
                return Verdict(False, fixed=_number(told), seconds=seconds)
            if told[0] in "FE":
                reached = _number(told)
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
            if not server.wait(max(START_SECONDS, self._command.timeout) if self.runner else START_SECONDS):
                server.close()
                raise ConnectionError("the server does not start")
            self._server, self._server_starts = server, True
            seconds += 2 * self._first
        try:
            told = self._server.run(mode, seconds)
        except ConnectionError:
            self._server.close()
            self._server = None
            raise
        if told.endswith(LAST):
            self._server.close()
            self._server = None
        return told

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
