"""Run the project's tests and report what they say."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING

from agent.config import CONFIG_NAME
from agent.errors import EXIT_FAILED, TaskFailed
from agent.events import Event, Notice, Progress
from tools import RequestArgs

if TYPE_CHECKING:
    from agent.repo.testing import TestCommand
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
        from agent.repo.testing import run_tests, to_event

        settings = turn.session.config.settings
        command = yield from chosen_command(args.command, turn, args.files)
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


def chosen_command(given: str, turn: Turn, paths: Sequence[str] = ()) -> Generator[Event, None, TestCommand | None]:
    """The command that runs the tests: the one given, else the setting's, else the project's own; None without any.

    The one given runs where the person is, the setting's in the root. `paths` are the files in question.

    One that comes from the repository's settings is shown before it runs, once a session: whoever wrote the repository
    chose it, not the person at the keyboard.
    """
    from agent.repo.testing import find_test_command

    session = turn.session
    setting, source = session.config.settings.test_command, session.config.source("test_command")
    if setting and not given and source == str(session.root / CONFIG_NAME) and not session.tests_shown:
        session.tests_shown = True
        yield Notice(f"The tests are run as {source} says: {setting}", "warning")
    return find_test_command(session.root, given or setting, folder=session.folder if given else "", paths=paths)
