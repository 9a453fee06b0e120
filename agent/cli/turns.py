"""The recorded turns: undo, redo, log, diff, and making a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli.options import Common, common_options, taken
from agent.errors import AgentError, UsageError
from agent.events import Diff, Done, Event, Notice, Undone, failed
from agent.moving import moved

if TYPE_CHECKING:
    from agent.session import Session


def _draw(common: Common, events: Callable[[Session], Iterator[Event]]) -> int:
    from agent.render import drive

    session = common.session()
    return drive(_ending(events(session)), common.renderer())


def _ending(events: Iterator[Event]) -> Iterator[Event]:
    summary = ""
    try:
        for event in events:
            if isinstance(event, (Undone, Notice)):
                summary = getattr(event, "summary", "") or getattr(event, "text", "")
            yield event
        yield Done(0, summary)
    except AgentError as error:
        yield failed(error)
        yield Done(error.exit_code, str(error))


@click.command("undo")
@click.argument("count", type=click.IntRange(min=1), default=1)
@common_options
@click.pass_context
def undo_command(context: click.Context, /, count: int, **said: Any) -> int:
    """Take back the last turn (or the last COUNT), byte for byte."""
    return _draw(taken(context, said), lambda session: moved(session, "undo", count))


@click.command("redo")
@click.argument("count", type=click.IntRange(min=1), default=1)
@common_options
@click.pass_context
def redo_command(context: click.Context, /, count: int, **said: Any) -> int:
    """Do again what was undone."""
    return _draw(taken(context, said), lambda session: moved(session, "redo", count))


@click.command("log")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, help="How many turns.")
@click.option("--prune", is_flag=True, help="Drop the records of old turns instead.")
@click.option("--older-than", type=click.IntRange(min=0), default=30, metavar="DAYS", help="What --prune calls old.")
@common_options
@click.pass_context
def log_command(context: click.Context, /, limit: int, prune: bool, older_than: int, **said: Any) -> int:
    """Show the recorded turns, newest first."""
    common = taken(context, said)
    if prune:
        return _draw(common, lambda session: _pruned(session, older_than))
    return _draw(common, lambda session: logged(session, limit, common.json))


def _pruned(session: Session, days: int) -> Iterator[Event]:
    dry = session.switches.dry_run
    count = session.history.prune(days, dry_run=dry)
    yield Notice(f"{'Dry run: ' * dry}{count} turn(s) older than {days} days {'would be ' * dry}dropped.")


def logged(session: Session, limit: int, as_json: bool = False) -> Iterator[Event]:
    """The turns as notices for people, or as `turn` events for scripts."""
    from agent.events import TurnListed

    turns = session.history.log(limit)
    if not turns:
        yield Notice("No turn is recorded here yet.")
    for turn in turns:
        yield TurnListed(
            turn=turn.turn,
            when=datetime.fromtimestamp(turn.when).astimezone().isoformat(timespec="seconds"),
            tool=turn.tool,
            request=turn.request or turn.message,
            files=turn.files,
            commit=turn.commit,
            undone=turn.status != "done",
        )


@click.command("diff")
@click.argument("turn", type=int, required=False)
@common_options
@click.pass_context
def diff_command(context: click.Context, /, turn: int | None, **said: Any) -> int:
    """Show what the last turn (or TURN) changed."""
    return _draw(taken(context, said), lambda session: diffed(session, turn))


def diffed(session: Session, turn: int | None = None) -> Iterator[Event]:
    """The diff of a turn."""
    text = session.history.diff(turn)
    if text:
        yield Diff("", text)
    else:
        yield Notice("No turn is recorded here yet.")


@click.command("init", short_help="Make a git repository here, for undo.")
@common_options
@click.pass_context
def init_command(context: click.Context, /, **said: Any) -> int:
    """Make a git repository here, so that edits can be tracked and undone."""
    from agent.render import drive
    from agent.repo.history import init
    from agent.repo.root import find_root

    common = taken(context, said)
    where = Path(common.values.get("directory") or ".").resolve()

    def events() -> Iterator[Event]:
        if not where.is_dir():
            raise UsageError(f"{where} is not a folder.", "Give -C an existing folder.")
        if common.values.get("dry_run") and find_root(where) is None:
            yield Notice(f"Dry run: {where} would be made a git repository.")
        else:
            yield Notice(init(where))

    return drive(_ending(events()), common.renderer())
