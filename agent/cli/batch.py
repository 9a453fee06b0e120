"""`agent batch`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from agent.cli.options import common_options, taken
from agent.errors import EXIT_FAILED, AgentError, InTheWay
from agent.events import Done, Event, Notice, failed


@click.command("batch", short_help="Run many requests in parallel worktrees.")
@click.argument("tasks", type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(min=1, max=256), default=2, help="How many at a time.")
@click.option("--again", is_flag=True, help="Do those again that failed in an earlier run.")
@common_options
@click.pass_context
def batch_command(context: click.Context, /, tasks: Path, jobs: int, again: bool, **said: Any) -> int:
    """Run many requests in parallel, each in a git worktree of its own; the same command again does the rest.

    TASKS has one JSON object a line: {"id": "a", "request": "…"}, with "tool", "files" and "test" as needed.
    """
    from agent.batch import read_tasks, results_path, run_batch
    from agent.render import drive

    common = taken(context, said)
    session = common.session()
    options = ["--json", "--yes"]
    for name, flag in (("model", "-m"), ("host", "--host"), ("base_url", "--base-url"), ("timeout", "--timeout")):
        if common.values.get(name):
            value = str(common.values[name])
            # A task runs in another folder: a file is named from the root.
            options += [flag, str(Path(value).absolute()) if value.lower().endswith(".gguf") else value]

    def events() -> Iterator[Event]:
        try:
            if session.repository is None:
                raise InTheWay("A batch needs a git repository: each task has a worktree.", "Run `agent init`.")
            if session.switches.dry_run:
                for task in read_tasks(tasks):
                    yield Notice(f"Dry run: {task.id} would be agent {shlex.join(task.arguments(options))}")
                yield Done(0)
                return
            results = yield from run_batch(
                session.root, session.repository.common_dir, tasks.resolve(), jobs=jobs, options=options, again=again
            )
            good = sum(result.exit_code == 0 for result in results.values())
            summary = f"{good} of {len(results)} tasks succeeded"
            yield Notice(f"{summary}; their results are in {results_path(tasks)}.")
            yield Done(0 if good == len(results) else EXIT_FAILED, summary)
        except AgentError as error:
            yield failed(error)
            yield Done(error.exit_code, str(error))

    return drive(events(), common.renderer())
