"""`agent batch`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from agent.cli.options import common_options, taken
from agent.errors import EXIT_FAILED, AgentError, InTheWay
from agent.events import BatchDone, Done, Event, failed


@click.command("batch")
@click.argument("tasks", type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(min=1, max=256), default=2, help="How many at a time.")
@common_options
@click.pass_context
def batch_command(context: click.Context, /, tasks: Path, jobs: int, **said: Any) -> int:
    """Run many requests in parallel, each in a git worktree of its own; the same command again does the rest.

    TASKS has one JSON object a line: {"id": "a", "request": "…"}, with "tool", "files" and "test" as needed.
    """
    from agent.batch import run_batch
    from agent.render import drive

    common = taken(context, said)
    session = common.session()
    options = ["--json", "--yes"]
    for name, flag in (("model", "-m"), ("host", "--host"), ("base_url", "--base-url"), ("timeout", "--timeout")):
        if common.values.get(name):
            options += [flag, str(common.values[name])]

    def events() -> Iterator[Event]:
        ended: list[int] = []
        try:
            if session.repository is None:
                raise InTheWay("A batch needs a git repository: each task has a worktree.", "Run `agent init`.")
            for event in run_batch(
                session.root, session.repository.common_dir, tasks.resolve(), jobs=jobs, options=options
            ):
                if isinstance(event, BatchDone):
                    ended.append(event.result.exit_code)
                yield event
            good = sum(1 for code in ended if code == 0)
            yield Done(0 if good == len(ended) else EXIT_FAILED, f"{good} of {len(ended)} tasks succeeded")
        except AgentError as error:
            yield failed(error)
            yield Done(error.exit_code, str(error))

    return drive(events(), common.renderer())
