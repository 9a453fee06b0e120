"""Run the project's tests and report what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.errors import EXIT_FAILED, TaskFailed
from agent.events import Event, Progress
from tools import RequestArgs

if TYPE_CHECKING:
    from agent.turn import Turn


class TestArgs(RequestArgs):
    """`command`: a shell command line instead of the one found."""

    __test__ = False
    command: str = ""


class TestTool:
    """Finds the test command, runs it in a process group of its own with a time limit, reports the counts."""

    __test__ = False
    name = "test"
    summary = "run the project's tests and report the result"
    Args = TestArgs

    def run(self, args: TestArgs, turn: Turn) -> Iterator[Event]:
        """Run the tests. Exit code 1 when they fail. Raises TaskFailed when the project has no tests to find."""
        from agent.repo.testing import find_test_command, run_tests, to_event

        settings = turn.session.config.settings
        command = find_test_command(turn.session.root, args.command or settings.test_command)
        if command is None:
            raise TaskFailed(
                "No test command was found in this project.",
                "Set `test_command` in .agentrc, or give one: agent test --test CMD.",
            )
        yield Progress("testing", command.text)
        run = run_tests(command, turn.session.root, timeout=settings.test_timeout, only=args.files)
        event = to_event(run)
        yield event
        turn.session.last_tests = event
        turn.summary = run.summary
        if not event.ok:
            turn.exit_code = EXIT_FAILED


TOOL = TestTool()
