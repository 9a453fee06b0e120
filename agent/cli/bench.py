"""`agent bench`: measure models on this machine, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from agent.cli.options import Common, common_options, taken
from agent.errors import AgentError, TaskFailed, UsageError
from agent.events import Done, Event, Notice, Progress, Text, failed


class BenchGroup(click.Group):
    """`agent bench MODEL…` runs the bench; `route`, `tune` and `compare` are commands of their own."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A command by its name; any other words are models."""
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "run", self.commands["run"], args


@click.group(
    "bench",
    cls=BenchGroup,
    invoke_without_command=True,
    # Options of `run` may stand before the models.
    context_settings={"ignore_unknown_options": True},
)
@click.pass_context
def bench_command(context: click.Context, /) -> int | None:
    """Measure models on this machine: routing, and edit tasks with checks.

    `agent bench gemma qwen` measures both side by side and ends in a table of verdicts. An interrupted run goes on
    from where it was when the same command is given again.
    """
    if context.invoked_subcommand is None:
        raise UsageError("Name the models to measure.", "For example: agent bench gemma qwen")
    return None


def _draw(common: Common, events: Iterator[Event]) -> int:
    from agent.render import drive

    def ended() -> Iterator[Event]:
        try:
            yield from events
            yield Done(0)
        except AgentError as error:
            yield failed(error)
            yield Done(error.exit_code, str(error))

    return drive(ended(), common.renderer())


@bench_command.command("run", hidden=True)
@click.argument("models", nargs=-1, required=True)
@click.option("--suite", "suites", multiple=True, type=click.Choice(["route", "edit"]), help="Only this; repeatable.")
@click.option("--runs", type=click.IntRange(min=1), default=1, help="How often each edit task is done.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many cases of each suite.")
@click.option("--language", "languages", multiple=True, help="Only edit tasks in this language; repeatable.")
@click.option("--think", type=click.Choice(["off", "on", "both"]), default="off", help="Thinking of models that can.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("agent-bench.jsonl"), help="The results file.")
@common_options
@click.pass_context
def run_command(
    context: click.Context,
    /,
    models: tuple[str, ...],
    suites: tuple[str, ...],
    runs: int,
    limit: int | None,
    languages: tuple[str, ...],
    think: str,
    out: Path,
    **said: Any,
) -> int:
    """Measure MODELS; writes OUT, and a report beside it as Markdown and as HTML."""
    from agent.bench.runner import Plan, run_bench

    common = taken(context, said)
    plan = Plan(
        models=models,
        suites=suites or ("route", "edit"),
        runs=runs,
        limit=limit,
        languages=languages,
        think={"off": (False,), "on": (True,), "both": (False, True)}[think],
        flags={k: v for k, v in common.flags().items() if k != "model"},
    )

    def events() -> Iterator[Event]:
        yield from run_bench(plan, out)
        yield from written(out)

    return _draw(common, events())


def written(results: Path) -> Iterator[Event]:
    """Write the reports beside a results file and show the Markdown."""
    from agent.bench import report
    from agent.bench.runner import read_results

    lines = read_results(results)
    if not any("suite" in line for line in lines):
        raise TaskFailed("Nothing was measured.", "The notices above say why.")
    text = report.markdown(lines)
    results.with_suffix(".md").write_text(text, encoding="utf-8")
    results.with_suffix(".html").write_text(report.html(lines), encoding="utf-8")
    yield Text(text + "\n")
    yield Notice(f"Written: {results.with_suffix('.md')}, {results.with_suffix('.html')}")


@bench_command.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@common_options
@click.pass_context
def compare_command(context: click.Context, /, first: Path, second: Path, **said: Any) -> int:
    """Compare two results files, of two machines, versions or settings."""
    from agent.bench import report
    from agent.bench.runner import read_results

    common = taken(context, said)

    def events() -> Iterator[Event]:
        lines: list[dict[str, Any]] = []
        for path in (first, second):
            if not path.exists():
                raise UsageError(f"{path}: there is no such file.", "`agent bench MODEL --out FILE` makes one.")
            lines += [
                {**line, "model": f"{path.stem}: {line['model']}"} if "model" in line else line
                for line in read_results(path)
            ]
        yield Text(report.markdown(lines) + "\n")

    return _draw(common, events())


@bench_command.command("route")
@click.option("--fit", is_flag=True, help="Fit the calibration of this model and keep it.")
@click.option("--half", type=click.Choice(["fit", "held", "both"]), default="held", help="Which labelled requests.")
@click.option("--cases", type=click.Path(path_type=Path), help="A file of labelled requests instead (JSON lines).")
@common_options
@click.pass_context
def route_command(context: click.Context, /, fit: bool, half: str, cases: Path | None, **said: Any) -> int:
    """Measure how well the model routes the labelled requests; with --fit, calibrate it on them first.

    Your own corrections (`/as`) count among the requests it is fitted on.
    """
    common = taken(context, said)
    return _draw(common, _routing(common, fit, half, cases))


def _routing(common: Common, fit: bool, half: str, path: Path | None) -> Iterator[Event]:
    from agent.bench.routing import evaluate, load_cases
    from agent.routing import calibration, corrections, route

    session = common.session()
    try:
        backend = session.backend
        name = backend.model if backend else "rules"
        if fit:
            if backend is None:
                raise UsageError("Rules alone have nothing to calibrate.", "Choose a model with -m NAME.")
            labelled = [*load_cases("both"), *corrections.corrections()]
            yield Progress("fitting", f"{name}: {len(labelled):,} labelled requests")
            try:
                kept = calibration.write(calibration.fit(backend, labelled))
            except ValueError as error:
                raise TaskFailed(f"The calibration was not fitted: {error}.") from None
            yield Notice(f"Fitted on {len(labelled):,} labelled requests and kept in {kept}.")
        try:
            chosen = load_cases(path or half)  # type: ignore[arg-type]
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: {error}", "One JSON object a line, with `request` and `label`.") from None
        settings = session.config.settings
        scores = evaluate(chosen, lambda request, about: route(request, about, backend=backend, config=settings))
        figures = scores.figures()
        rows = "\n".join(f"| {key} | {value} |" for key, value in figures.items())
        yield Text(f"| {name} | |\n|---|---|\n{rows}\n\n")
    finally:
        session.close()


@bench_command.command("tune")
@click.argument("model")
@click.option("--limit", type=click.IntRange(min=4), default=12, help="Edit tasks for each variant.")
@common_options
@click.pass_context
def tune_command(context: click.Context, /, model: str, limit: int, **said: Any) -> int:
    """Measure the forms a MODEL can be asked for edits in, and say which setting to keep."""
    from agent.bench.tuning import tune

    common = taken(context, said)
    flags = {k: v for k, v in common.flags().items() if k != "model"}
    return _draw(common, tune(model, limit, flags))
