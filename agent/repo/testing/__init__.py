"""The project's tests: which command runs them, running it safely, and reading what it says.

Importing this costs nothing; the parts are imported when they are used.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.events import Tested


@dataclass(frozen=True)
class TestCommand:
    """A command whose exit code judges: an argument list, or a shell command line."""

    __test__ = False

    kind: str
    """Which runner it starts, as far as that can be told: `pytest`, `unittest`, `node`, `jest`, `vitest`, `mocha`,
    `go`, `cargo`, `maven`, `gradle`, `ctest`, `rspec`, `phpunit`, `deno`, …, `command` when it cannot."""
    argv: tuple[str, ...] = ()
    shell: str = ""
    """The command line, when it is one; `argv` is empty then."""
    why: str = ""
    """How it was found, for the person."""
    folder: str = ""
    """Where it runs, relative to the root."""
    env: tuple[tuple[str, str], ...] = ()
    """Variables it needs beyond the runner's own."""

    @property
    def text(self) -> str:
        """The command as a person would type it."""
        if self.shell:
            return self.shell
        return shlex.join([Path(self.argv[0]).name if _is_python(self.argv[0]) else self.argv[0], *self.argv[1:]])

    @property
    def line(self) -> str:
        """The same as one shell command line to be run in the root."""
        line = " ".join(
            [*(f"{name}={shlex.quote(value)}" for name, value in self.env), self.shell or shlex.join(self.argv)]
        )
        return f"cd {shlex.quote(self.folder)} && {line}" if self.folder else line


def _is_python(program: str) -> bool:
    return Path(program).name.startswith("python")


@dataclass(frozen=True)
class Failure:
    """One test that failed, or one error that kept tests from running."""

    name: str
    path: str = ""
    """Where it went wrong: the innermost place in the project, relative to the root; empty when unknown."""
    line: int = 0
    head: str = ""
    """The fewest lines that say what is wrong: the assertion with its values, or the error."""
    kind: str = "failed"
    """`failed` (an assertion), `error` (an exception, a file that does not load or compile), `timeout`."""
    test_path: str = ""
    """The file of the test itself, when known."""


@dataclass(frozen=True)
class TestRun:
    """What a run came to. Counts are None where the runner does not say them."""

    __test__ = False

    command: TestCommand
    exit_code: int
    """The process's; -N when signal N ended it."""
    seconds: float
    passed: int | None = None
    failed: int | None = None
    """Failed assertions and errors together."""
    skipped: int | None = None
    errors: int | None = None
    """Those of `failed` that are errors, where the runner tells them apart."""
    failures: tuple[Failure, ...] = ()
    timed_out: bool = False
    output: str = ""
    """stdout and stderr together, without colours; the middle is left out when it is very long."""
    limit: float = 0.0
    """The time limit it ran under, in seconds."""
    no_tests: bool = False
    """The runner says that it found no test."""

    @property
    def ok(self) -> bool:
        """The command said that all is well, in time."""
        return self.exit_code == 0 and not self.timed_out

    @property
    def summary(self) -> str:
        """One line: `3 passed, 1 failed in 0.4 s`."""
        if self.timed_out:
            return f"stopped after {self.limit:g} s"
        if self.no_tests:
            return "no tests were found"
        counts = [(self.passed, "passed"), (self.failed, "failed"), (self.skipped, "skipped")]
        said = [f"{n} {word}" for n, word in counts if n or (word == "passed" and n is not None)]
        if not said:
            said = ["passed" if self.ok else f"failed with exit code {self.exit_code}"]
        return f"{', '.join(said)} in {self.seconds:.1f} s"


@dataclass(frozen=True)
class Outcome:
    """What a runner's output says, before it is judged with the exit code."""

    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    errors: int | None = None
    failures: tuple[Failure, ...] = field(default_factory=tuple)
    no_tests: bool = False


def find_test_command(root: Path, said: str = "", *, folder: str = "", paths: Sequence[str] = ()) -> TestCommand | None:
    """The command that runs the tests of the project at `root`: the one said, else by the project's files, else None.

    `folder` is where one that is said runs, relative to the root. `paths` are the files it is about: a project of its
    own around the first of them comes before the whole repository, and so does the runner of its language.
    """
    from agent.repo.testing.find import find_command

    return find_command(root, said, folder=folder, paths=paths)


def run_tests(
    command: TestCommand,
    root: Path,
    *,
    timeout: float,
    on_output: Callable[[str], None] | None = None,
    only: Sequence[str] = (),
) -> TestRun:
    """Run a test command in `root` and read its result.

    It runs in a process group of its own, without stdin and without colours, and the whole group is killed when
    `timeout` seconds are over and on Ctrl-C (the KeyboardInterrupt goes on). `on_output` gets the output as it comes.
    `only` narrows the run to what concerns these files, where the runner can. Raises TaskFailed when the command
    cannot be started.
    """
    from agent.repo.testing.run import run

    return run(command, root, timeout=timeout, on_output=on_output, only=only)


def affected(command: TestCommand, root: Path, only: Sequence[str]) -> TestCommand:
    """The command narrowed to the tests of these files (sources or tests); the same command if it cannot be."""
    from agent.repo.testing.narrow import narrowed

    return narrowed(command, root, only)


def failure_digest(run: TestRun, max_chars: int = 1200) -> str:
    """The fewest characters that tell a model what failed: places and values, not the output's head or tail."""
    from agent.repo.testing.digest import digest

    return digest(run, max_chars)


def to_event(run: TestRun) -> Tested:
    """The run as the event that front ends draw."""
    from agent.events import Tested

    return Tested(
        command=run.command.text,
        ok=run.ok,
        exit_code=run.exit_code,
        passed=run.passed,
        failed=run.failed,
        skipped=run.skipped,
        seconds=round(run.seconds, 2),
        failures=tuple({"name": f.name, "path": f.path, "line": f.line, "head": f.head} for f in run.failures),
        timed_out=run.timed_out,
        output_tail="" if run.ok else run.output[-2000:],
    )
