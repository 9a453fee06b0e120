"""The two kinds of judge: warm Python processes, and the command line itself."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.repair.running import finish, kill, start
from agent.repair.scratch import Scratch
from agent.repair.types import Trace, Verdict
from agent.repair.warm import Limits, WarmJudge


class WarmBench:
    """Judges by forking a warm process of the command. Starts it anew when it dies."""

    def __init__(self, scratch: Scratch, command: str, targets: Sequence[str], judge: WarmJudge) -> None:
        self._scratch, self._command, self._targets = scratch, command, list(targets)
        self._judge: WarmJudge | None = judge
        self.limits = Limits()
        self.failing: tuple[str, ...] = ()
        self.only: tuple[str, ...] = ()
        self.least_tests = 0
        self.reached = 0
        self._wait = 10.0
        self._closed = False

    def prepare(self, trace: Trace, limits: Limits, wait: float) -> None:
        """What the traced run has told: which tests fail, where they are, how long tests take."""
        self.limits, self._wait = limits, wait
        failing = [test for test in trace.failing if test.name]
        self.failing = tuple(test.name for test in failing)
        self.only = tuple(dict.fromkeys(test.path for test in failing if test.path))
        self.least_tests = len(failing)
        self.reached = max((test.reached for test in trace.failing), default=0)

    def judge(self, texts: Mapping[str, str], *, patient: bool = False, detail: bool = False) -> Verdict:
        """See `Bench`. Raises ConnectionError when the process cannot be had again."""
        if self._closed:
            raise ConnectionError("closed")
        limits = self.limits.longer(8.0) if patient else self.limits
        for attempt in (1, 2):
            if self._judge is None:
                self._judge = WarmJudge(self._scratch, self._command, self._targets)
                if not self._judge.wait(self._wait):
                    self._judge.close()
                    self._judge = None
                    raise ConnectionError("the command no longer loads the file")
            try:
                verdict = self._judge.judge(texts, limits, failing=self.failing, only=self.only, detail=detail)
            except ConnectionError:
                self._judge.close()
                self._judge = None
                if attempt == 2 or self._closed:
                    raise
                continue
            if verdict.passed and verdict.tests_passed < self.least_tests:
                # It left before the tests were run.
                return Verdict(False, verdict.tests_passed, verdict.fixed, seconds=verdict.seconds)
            if not verdict.passed and 0 < self.reached < verdict.reached:
                verdict = replace(verdict, further=verdict.reached - self.reached)
            return verdict
        raise ConnectionError("unreachable")

    def close(self) -> None:
        """End the process and remove the copy."""
        self._closed = True
        if self._judge is not None:
            self._judge.close()
        self._scratch.close()


class CommandBench:
    """Judges by running the command in a scratch copy of its own."""

    def __init__(self, scratch: Scratch, command: str, base: Mapping[str, str]) -> None:
        self._scratch, self.command = scratch, command
        self._now = dict(base)
        self.timeout = 20.0
        self.loops = False
        """The unchanged files loop: processor time is what many candidates will use up."""
        self._fresh = True
        self._process: subprocess.Popen[bytes] | None = None

    def judge(self, texts: Mapping[str, str], *, patient: bool = False, detail: bool = False) -> Verdict:
        """See `Bench`: write what differs, run, look at the exit code."""
        self.write(texts)
        # The first run in a fresh copy may have to build everything.
        timeout = self.timeout * (4.0 if patient or self._fresh else 1.0)
        cpu_seconds = timeout * 4
        if self.loops and not patient:
            cpu_seconds, timeout = self.timeout, timeout * 4
        elif self._scratch.nice:
            # What steps back may wait long for the processor: its own time tells an endless loop.
            cpu_seconds, timeout = timeout, timeout * 4
        self._fresh = False
        process = start(self._scratch, self.command, cpu_seconds=max(2, int(cpu_seconds)))
        self._process = process
        run = finish(process, timeout)
        self._process = None
        return Verdict(run.ok, timed_out=run.timed_out, seconds=run.seconds, output=run.output)

    def write(self, texts: Mapping[str, str]) -> None:
        """Put the texts into the copy, as far as they differ from what it holds."""
        changed = {path: text for path, text in texts.items() if self._now.get(path) != text}
        self._scratch.write({p: t.encode("utf-8", "surrogateescape") for p, t in changed.items()})
        self._now.update(changed)

    def close(self) -> None:
        """End what runs and remove the copy."""
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                kill(process)
        self._scratch.close()
