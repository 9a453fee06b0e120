"""`agent apply`: a saved answer through parse, locate, gate and transaction."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli.options import common_options, taken
from agent.errors import AgentError, EditRefused, UsageError
from agent.events import Done, Event, Notice, failed

if TYPE_CHECKING:
    from agent.session import Session

REPLY_LIMIT = 64 * 1024 * 1024


@click.command("apply")
@click.argument("reply")
@click.argument("files", nargs=-1)
@common_options
@click.pass_context
def apply_command(context: click.Context, /, reply: str, files: tuple[str, ...], **said: Any) -> int:
    """Apply the edits in REPLY (a file, or `-` for standard input).

    FILES are the files the reply is about: needed only where it has code without a file name.
    """
    from agent.render import drive

    common = taken(context, said)
    text = _read(reply)
    session = common.session()
    targets = [session.relative(f) for f in files]
    return drive(apply_reply(session, text, targets), common.renderer())


def _read(name: str) -> str:
    if name == "-":
        data = sys.stdin.buffer.read(REPLY_LIMIT + 1)
    else:
        try:
            with Path(name).open("rb") as file:
                data = file.read(REPLY_LIMIT + 1)
        except FileNotFoundError:
            raise UsageError(f"{name}: there is no such file.", "Give a file with the reply, or `-`.") from None
        except OSError as error:
            raise UsageError(f"{name} cannot be read: {error.strerror}.", "Give a text file, or `-`.") from None
    if len(data) > REPLY_LIMIT:
        raise UsageError(f"{name} is larger than {REPLY_LIMIT >> 20} MiB.", "Split it.")
    if b"\0" in data:
        raise UsageError(f"{name} is not a text file.", "Give a text file.")
    return data.decode("utf-8-sig", "replace")


def apply_reply(session: Session, text: str, targets: list[str]) -> Iterator[Event]:
    """The events of applying one reply: all of it, or nothing."""
    from agent.edits.parse import parse_reply
    from agent.edits.plan import plan_edits
    from agent.turn import Turn

    turn = Turn(session, "apply a saved reply")
    try:
        recovered = session.recover()
        if recovered:
            yield Notice(recovered, "warning")
        parsed = parse_reply(
            text,
            finished=True,
            known_paths=session.work.list_paths(),
            default_path=targets[0] if len(targets) == 1 else None,
        )
        for problem in parsed.problems:
            yield Notice(str(problem), "warning")
        if parsed.incomplete:
            raise EditRefused(
                f"The reply is cut off: {len(parsed.incomplete)} block(s) in it are not complete. Nothing was written.",
                "Get the whole reply, or delete the unfinished block.",
            )
        if not parsed.edits:
            raise EditRefused("There is no edit in this reply.", "Edits are blocks, fenced files or patches.")
        # Nothing is mended here: no generation is saved by it, and a saved reply means what it says.
        plan = plan_edits(parsed.edits, session.work, named=targets, mend=False)
        yield from turn.outcomes(plan.outcomes)
        if all(outcome.how == "quoted" for outcome in plan.outcomes):
            raise EditRefused(
                "The reply only repeats parts of the files; there is no edit in it.",
                "Edits are blocks, fenced files or patches.",
            )
        if plan.refused:
            raise EditRefused(
                f"{len(plan.refused)} of {len(plan.outcomes)} edits were refused; nothing was written.",
                "The lines above say why and show the nearest places.",
            )
        written = yield from turn.write(plan, tool="apply", message=_message(plan.changes), approve=False)
        if not written and not turn.summary:
            turn.summary = "already applied: nothing to write"
            yield Notice("Everything is applied already; nothing was written.")
        yield Done(turn.exit_code, turn.summary or f"{len(plan.changes)} file(s) written")
    except AgentError as error:
        yield failed(error)
        yield Done(error.exit_code, str(error))


def _message(changes: Any) -> str:
    names = [change.path for change in changes]
    return f"Edit {', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")
