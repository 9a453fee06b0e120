"""Before the search: scratch copies, the baseline run, the traced run, the warm processes, all at once."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.repair import node
from agent.repair.benches import CommandBench, WarmBench
from agent.repair.compilers import quick_compilers
from agent.repair.opened import Watch
from agent.repair.pool import Bench
from agent.repair.running import Run, finish, hurried, kill, run, start
from agent.repair.scratch import Scratch
from agent.repair.targets import Target
from agent.repair.tracing import read_trace, start_trace
from agent.repair.types import Trace
from agent.repair.warm import Limits, WarmJudge

OUT_OF_TIME = 24
"""SIGXCPU: what ends a process that has used up its processor time."""
AS_LONG_AGAIN = 1.0
"""How many times what the traced run took the plain one is then waited for: what looked endless may be slow."""


@dataclass
class Ground:
    """What the search stands on."""

    command: str
    baseline: Run
    trace: Trace | None
    """None when no Python process of the command loads a target."""
    benches: list[Bench]
    judge: Scratch
    """The copy in which what was found is confirmed with the command as it is."""
    limit: float
    """Wall seconds for one run of the command."""
    warm: bool = False
    """Forked Python processes judge."""
    quick: bool = False
    """A warm process of another kind judges, many candidates a second."""
    spare: list[Scratch | _WarmUp] = field(default_factory=list)
    variables: Mapping[str, str] = field(default_factory=dict)
    """What runs that only judge find in their environment."""
    opened: bool | None = True
    """Whether the command opened a target; None where the system cannot tell."""

    def narrow(self, command: str) -> None:
        """Let this command judge candidates; the whole one confirms them."""
        for bench in self.benches:
            if isinstance(bench, CommandBench):
                bench.command = command

    def close(self) -> None:
        """End every process and remove every copy."""
        for bench in self.benches:
            bench.close()
        self.judge.close()
        for thing in self.spare:
            thing.close()


def cores() -> int:
    """How many processes may judge at once."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:
        return os.cpu_count() or 1


def prepare(
    root: Path,
    targets: Mapping[str, Target],
    texts: Mapping[str, str],
    command: str,
    seconds: float,
    workers: int,
    nice: int = 0,
) -> Ground:
    """Run the command on `texts` as a baseline, and get ready to judge candidates.

    `seconds` bounds the baseline run; one that takes longer counts as failing (an endless loop is a common fault).
    `nice` is how far the judging of candidates steps back: a model on the same cores comes first.
    """
    python = [path for path in targets if path.endswith((".py", ".pyw"))] or (
        [path for path, target in targets.items() if target.text.startswith("#!") and "python" in target.text[:60]]
    )
    count = workers + 1 + bool(python)
    # The last is where a model's candidates are judged while it waits.
    stepping_back = range(1 + bool(python), count - 1)
    copies = [Scratch(root, str(number), nice if number in stepping_back else 0) for number in range(count)]
    for copy in copies:
        copy.write({path: targets[path].encoded(text) for path, text in texts.items() if text != targets[path].text})
    judge, rest = copies[0], copies[1:]
    watch = Watch(judge.root / path for path in targets)
    begun = time.monotonic()
    # Processor time tells an endless loop from a compiler on a busy machine.
    real = start(judge, command, cpu_seconds=max(2, int(seconds * (4 if python else 1))))
    if not python:
        place = judge.folder / "compilers"
        tools = next((found for path in texts if (found := quick_compilers(place, judge.root / path))), None)
        variables = hurried(tools)
        warming = [_WarmUp(judge.source, command, variables, seconds)] if tools is not None else []
        script = any(path.endswith(node.SUFFIXES) for path in targets)
        recorded = node.start_recording(rest[0], command, list(targets)) if script else None
        baseline = finish(real, seconds * 2)
        if baseline.exit_code == 128 + OUT_OF_TIME:
            baseline = replace(baseline, timed_out=True)
        process = None
        if recorded is not None:
            # It was started with the baseline: where that loops it has loaded what it loads.
            more = 0.0 if baseline.timed_out else baseline.seconds
            process = node.read_recording(rest[0], recorded, list(targets), 1.0 + more)
        ground = _commands(command, baseline, None, judge, rest, texts, seconds, watch, variables, process)
        ground.spare.extend(warming)
        return ground
    ended: list[Run] = []
    # Waited for from the start, so that its time is its own.
    waiting = threading.Thread(target=lambda: ended.append(finish(real, seconds * 2)), daemon=True)
    waiting.start()
    traced = start_trace(rest[0], command, python)
    servers = [WarmJudge(copy, command, python) for copy in rest[1:]]
    ready: dict[int, bool] = {}

    def wait(index: int) -> None:
        ready[index] = servers[index].wait(seconds * 2)

    threads = [threading.Thread(target=wait, args=(index,), daemon=True) for index in range(len(servers))]
    for thread in threads:
        thread.start()
    # A traced loop is cut, so only slowness can make the traced run long: be patient with it.
    trace, trace_run = read_trace(rest[0], traced, seconds * 2)
    if _looped(trace):
        waiting.join(min(seconds, AS_LONG_AGAIN * (time.monotonic() - begun)))
        if ended and not ended[0].timed_out:
            # No loop but a slow test: the run without a trace has come to its end.
            traced = start_trace(rest[0], command, python, 2.0 + 2.0 * ended[0].seconds)
            trace, trace_run = read_trace(rest[0], traced, seconds * 2 + 3.0 * ended[0].seconds)
    with contextlib.suppress(Exception):
        rest[0].close()
    if _looped(trace):
        # The traced run has shown the endless loop; the real one need not be waited for.
        kill(real)
        waiting.join(5.0)
        said = ended[0].output if ended else ""
        baseline = Run(trace_run.exit_code or 1, said + trace_run.output, time.monotonic() - begun, True)
    else:
        waiting.join()
        baseline = ended[0]
    if not trace.loaded or baseline.ok:
        for server in servers:
            server.close()
        return _commands(
            command, baseline, trace if trace.loaded else None, judge, rest[1:], texts, seconds, watch, hurried()
        )
    for thread in threads:
        thread.join(seconds)
    limits = limits_for(trace, baseline)
    benches: list[Bench] = []
    unused: list[Scratch] = []
    for index, server in enumerate(servers):
        bench = WarmBench(server.scratch, command, python, server)
        bench.prepare(trace, limits, wait=seconds)
        if ready.get(index) and _agrees(bench, texts):
            benches.append(bench)
        else:
            server.close()
            unused.append(server.scratch)
    if not benches:
        return _commands(command, baseline, trace, judge, unused, texts, seconds, watch, hurried())
    watch.close()
    return Ground(command, baseline, trace, benches, judge, _limit(baseline, seconds), warm=True, spare=[*unused])


def _looped(trace: Trace) -> bool:
    return trace.loaded and any(test.looped for test in trace.tests)


def untouched(ground: Ground, targets: Mapping[str, Target], texts: Mapping[str, str]) -> bool:
    """Whether the command fails without opening any target, and goes on to when they are new and hold nothing of use.

    A build tool may skip what it has built before; it does not when the files are changed.
    """
    if ground.opened is not False or ground.baseline.ok or ground.baseline.timed_out:
        return False
    ground.judge.write(dict.fromkeys(targets, b"?\n"))
    watch = Watch(ground.judge.root / path for path in targets)
    again = run(ground.judge, ground.command, ground.limit)
    opened = watch.opened
    watch.close()
    ground.judge.write({path: target.encoded(texts[path]) for path, target in targets.items()})
    return opened is False and not again.timed_out and again.exit_code == ground.baseline.exit_code


class _WarmUp:
    """Runs the command once beside the baseline, in a copy of its own, so that its headers are soon precompiled."""

    def __init__(self, root: Path, command: str, variables: dict[str, str], seconds: float) -> None:
        self._copy = Scratch(root, "warm")
        self._copy.variables = variables
        self._process = start(self._copy, command)
        threading.Thread(target=finish, args=(self._process, seconds * 2), daemon=True).start()

    def close(self) -> None:
        """End it and remove the copy."""
        kill(self._process)
        self._copy.close()


def _agrees(bench: WarmBench, texts: Mapping[str, str]) -> bool:
    """The warm process, too, finds that the unchanged files fail."""
    try:
        return not bench.judge(texts).passed
    except ConnectionError:
        return False


def _commands(
    command: str,
    baseline: Run,
    trace: Trace | None,
    judge: Scratch,
    copies: Sequence[Scratch],
    texts: Mapping[str, str],
    seconds: float,
    watch: Watch,
    variables: dict[str, str],
    process: node.NodeProcess | None = None,
) -> Ground:
    limit = _limit(baseline, seconds)
    opened = watch.opened
    watch.close()
    plain: list[CommandBench] = []
    for copy in copies:
        copy.variables = variables
        bench = CommandBench(copy, command, texts)
        bench.timeout, bench.loops = limit, baseline.timed_out
        plain.append(bench)
    warm = node.benches(plain, copies, process) if process is not None and not baseline.ok else []
    benches: list[Bench] = [*(warm or plain)]
    return Ground(command, baseline, trace, benches, judge, limit, quick=bool(warm), variables=variables, opened=opened)


def _limit(baseline: Run, seconds: float) -> float:
    """Wall seconds for one run: three times the baseline and a second, since several run at once."""
    if baseline.timed_out:
        return max(5.0, seconds / 2)
    return 1.0 + 3.0 * baseline.seconds


def limits_for(trace: Trace, baseline: Run) -> Limits:
    """Processor time for a candidate's tests, from what the traced ones took (tracing slows them several times)."""
    passing = [test.seconds for test in trace.tests if test.ok]
    every = [test.seconds for test in trace.tests if not test.looped]
    named = any(test.name for test in trace.tests)
    per_test = max(0.08, 2 * max(passing, default=0.0))
    if named:
        total = max(1.0, 2 * sum(every))
    else:
        total = max(0.12, 1.5 * sum(every))
    wall = 3.0 + 3 * total + (0.0 if baseline.timed_out else 3 * baseline.seconds)
    return Limits(min(per_test, 20.0), min(total, 60.0), min(wall, 120.0))
