"""Repair files until they parse and the tests pass: search and model propose, the tests judge, nothing is claimed.

The candidates are tried in scratch copies; what wins is shown, passes the syntax gate again and is written and
recorded like any other edit.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING

from agent.edits.types import Edit, FileChange, GateResult, Outcome, Plan
from agent.errors import EXIT_FAILED, EditRefused, NoServer, NoSuchModel, TaskFailed, UsageError
from agent.events import Event, Notice
from tools import RequestArgs
from tools.test import chosen_command

if TYPE_CHECKING:
    from agent.backends.base import Backend
    from agent.repair.types import RepairResult
    from agent.turn import Turn


MOST_LINT_FIXES = 40
"""Lint fixes of one file in one run: a guard against two fixes that undo each other."""


class FixArgs(RequestArgs):
    """`command`: a shell command line whose exit code judges; the request is what is wrong, in words."""

    command: str = ""


class FixTool:
    """`agent fix FILE…`."""

    name = "fix"
    summary = "repair files until they parse and the tests pass"
    Args = FixArgs

    def run(self, args: FixArgs, turn: Turn) -> Iterator[Event]:
        """Repair. Exit code 0 only when the files parse and the tests, where there are some, pass.

        Raises TaskFailed when nothing helped; nothing was changed then.
        """
        if not args.files:
            raise UsageError("/fix needs a file.", "For example: /fix @calc.py")
        result = yield from repaired(args.files, args.command, args.request, turn)
        yield from written(result, args.request, turn)
        if result.ok and not result.changes:
            yield from tidied(args.files, turn)
            yield from _still_passing(args.command, args.files, turn)


TOOL = FixTool()


def repaired(files: Sequence[str], command: str, issue: str, turn: Turn) -> Generator[Event, None, RepairResult]:
    """Look for a repair; nothing is written."""
    from agent.repair import repair

    session = turn.session
    settings = session.config.settings
    found = yield from chosen_command(command, turn, files)
    backend = yield from _model(turn)
    result: RepairResult = yield from repair(
        session.root,
        files,
        test_command=found.line if found else None,
        issue=issue,
        backend=backend,
        profile=session.profile if backend else None,
        settings=settings,
        deadline_seconds=settings.fix_seconds,
    )
    return result


def _model(turn: Turn) -> Generator[Event, None, Backend | None]:
    """The model, as a second source of candidates; a repair goes on without one, and says so."""
    session = turn.session
    if session.config.settings.model == "none":
        return None
    try:
        yield from turn.announce()
        return session.backend
    except (NoServer, NoSuchModel) as error:
        if session.config.settings.model:
            raise
        yield Notice(f"{error} Searching without a model.")
        session.without_model()
        return None


def written(result: RepairResult, issue: str, turn: Turn) -> Iterator[Event]:
    """Show what was found, have it approved, write it; then say what passes now and what does not."""
    before, after = result.tests_before, result.tests_after
    if not result.changes:
        if result.ok:
            turn.summary = result.summary or "nothing to fix"
            yield Notice(_sentence(turn.summary))
            return
        raise TaskFailed(
            _sentence(result.summary or "Nothing helped") + " Nothing was changed.",
            result.hint or "More time (--timeout), a larger model (-m NAME), or --issue with what is wrong may help.",
        )
    plan = gated(result.changes, turn)
    yield from turn.outcomes(plan.outcomes)
    if plan.refused:
        raise EditRefused(f"The repair does not pass the syntax gate: {plan.refused[0].reason}", "Please report this.")
    for number, other in enumerate(result.alternatives, start=2):
        yield Notice(f"Candidate {number} passes too: {other.explanation or other.origin}")
    names = ", ".join(change.path for change in result.changes)
    message = f"Fix {names}" + (f"\n\n{issue.strip()}" if issue.strip() else "")
    if not (yield from turn.write(plan, tool="fix", message=message)):
        return
    turn.summary = result.summary
    if sum(before):
        yield Notice(f"Tests before: {_counts(before)}; now: {_counts(after)}.")
    if result.still_failing:
        yield Notice(f"Still failing: {', '.join(result.still_failing[:5])}", "warning")
    if not result.ok:
        turn.exit_code = EXIT_FAILED
    yield Notice(_sentence(result.summary))


def tidied(files: Sequence[str], turn: Turn) -> Iterator[Event]:
    """Defects that need no test to see: each fix explained in a line, and a turn of its own, to be undone by itself."""
    from agent.repair.lint import lint_fixes

    session = turn.session
    if session.config.settings.lint_command:
        yield from _linted(turn)
    for path in files:
        for _ in range(MOST_LINT_FIXES):
            data = session.work.read(path)
            if data is None or b"\0" in data:
                break
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                break
            fix = next((f for f in lint_fixes(path, text) if f.sure), None)
            if fix is None:
                break
            plan = gated([FileChange(path, data, fix.new_text.encode("utf-8"))], turn)
            yield Notice(f"{path}:{fix.line} {fix.code}: {fix.explanation}")
            if plan.refused or not (yield from turn.write(plan, tool="fix", message=f"{fix.explanation} ({path})")):
                return
            turn.summary = f"{turn.summary}; {fix.explanation}" if turn.summary else fix.explanation


def _still_passing(command: str, paths: Sequence[str], turn: Turn) -> Iterator[Event]:
    """The tests passed before the lint fixes; where they fail now, the fixes are taken back."""
    from agent.repo.testing import run_tests

    session = turn.session
    found = (yield from chosen_command(command, turn, paths)) if turn.applied else None
    if found is None:
        return
    run = run_tests(found, session.root, timeout=session.config.settings.test_timeout)
    if not run.ok:
        session.history.undo(len(turn.applied))
        turn.exit_code = EXIT_FAILED
        turn.summary = "the lint fixes made the tests fail and were taken back"
        yield Notice(_sentence(turn.summary), "warning")


def _linted(turn: Turn) -> Iterator[Event]:
    """What the project's own linter says, for the person to see."""
    from agent.repo.testing import find_test_command, run_tests

    settings = turn.session.config.settings
    command = find_test_command(turn.session.root, settings.lint_command)
    if command is not None:
        run = run_tests(command, turn.session.root, timeout=settings.test_timeout)
        yield Notice(
            f"`{settings.lint_command}`: {'clean' if run.ok else run.summary}", "info" if run.ok else "warning"
        )


def gated(changes: Sequence[FileChange], turn: Turn) -> Plan:
    """The changes as a plan whose every file has passed the gate."""
    from agent.edits.gate import check

    outcomes = []
    for change in changes:
        gate = check(change.path, change.before, change.after) if change.after is not None else GateResult(True, False)
        edit = Edit("write", change.path, new="", format="repair")
        reason = "" if gate.ok else "it adds a syntax error"
        status = "located" if gate.ok else "refused"
        outcomes.append(Outcome(edit, status, change.path, "repair", reason=reason, gate=gate))  # type: ignore[arg-type]
    return Plan(tuple(changes), tuple(outcomes))


def try_fix(paths: Sequence[str], request: str, turn: Turn) -> Generator[Event, None, bool]:
    """For a request in words: repair with the tests as judge where tests fail. Returns whether that was done."""
    from agent.repo.testing import run_tests, to_event

    session = turn.session
    settings = session.config.settings
    command = yield from chosen_command("", turn, paths)
    if command is None:
        return False
    run = run_tests(command, session.root, timeout=settings.test_timeout)
    event = to_event(run)
    session.last_tests = event
    if run.ok or run.timed_out:
        return False
    yield event
    result = yield from repaired(paths, "", request, turn)
    if not result.changes or not result.ok:
        # A small model's edit that no test vouches for is wrong more often than right.
        if session.config.settings.model != "none" and session.profile.size not in ("tiny", "small"):
            yield Notice(f"{_sentence(result.summary)} Asking for an edit in words instead.", "warning")
            return False
        raise TaskFailed(
            _sentence(result.summary) + " Nothing was changed.",
            result.hint
            or "Say what is wrong in more words, give it more time (--timeout), or try a larger model (-m NAME).",
        )
    yield from written(result, request, turn)
    return True


def _counts(tests: tuple[int, int]) -> str:
    return f"{tests[0]} passed, {tests[1]} failed"


def _sentence(text: str) -> str:
    stripped = text.strip()
    begins_with_name = "." in stripped.partition(" ")[0].rstrip(".")  # a file's name keeps its letters
    start = stripped[:1] if begins_with_name else stripped[:1].upper()
    return start + stripped[1:] + ("" if stripped.endswith((".", "!", "?")) else ".")
