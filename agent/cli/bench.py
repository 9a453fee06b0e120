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
    short_help="Measure and compare models on this machine.",
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
        for path in (first, second):
            if not path.exists():
                raise UsageError(f"{path}: there is no such file.", "`agent bench MODEL --out FILE` makes one.")
        names = (first.stem, second.stem) if first.stem != second.stem else (str(first), str(second))
        lines: list[dict[str, Any]] = []
        models: list[list[str]] = []
        for path, name in zip((first, second), names, strict=True):
            own = read_results(path)
            lines += [_named(line, name) for line in own]
            models.append(list(dict.fromkeys(str(line["model"]) for line in own if "suite" in line)))
        if not models[0] or not models[1]:
            raise UsageError(f"{second if models[0] else first} has no results.", "Run `agent bench` to its end first.")
        shared = [m for m in models[0] if m in models[1]]
        pairs = [(m, m) for m in shared] or [(models[0][0], other) for other in models[1]]
        couples = [(f"{names[0]}: {one}", f"{names[1]}: {other}") for one, other in pairs]
        yield Text(report.markdown(lines, couples) + "\n")

    return _draw(common, events())


def _named(line: dict[str, Any], name: str) -> dict[str, Any]:
    """A line of a results file, with the file's name before its model's."""
    return {**line, "model": f"{name}: {line['model']}"} if "model" in line else {**line, "of": name}


@bench_command.command("route")
@click.option("--fit", is_flag=True, help="Fit the calibration of this model and keep it.")
@click.option(
    "--limit",
    type=click.IntRange(min=200),
    default=400,
    show_default=True,
    help="Requests to fit it on, besides yours.",
)
@click.option("--half", type=click.Choice(["fit", "held", "both"]), default="held", help="Which labelled requests.")
@click.option("--cases", type=click.Path(path_type=Path), help="A file of labelled requests instead (JSON lines).")
@common_options
@click.pass_context
def route_command(context: click.Context, /, fit: bool, limit: int, half: str, cases: Path | None, **said: Any) -> int:
    """Measure how well the model routes the labelled requests; with --fit, calibrate it on others of them first.

    Your own corrections (`/as`) count among the requests it is fitted on.
    """
    common = taken(context, said)
    return _draw(common, _routing(common, limit if fit else 0, half, cases))


def _routing(common: Common, fit_on: int, half: str, path: Path | None) -> Iterator[Event]:
    from agent.bench.fitting import fit_router
    from agent.bench.routing import load_cases, score
    from agent.routing import calibration, route

    try:
        chosen = load_cases(path or half)  # type: ignore[arg-type]
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}", "One JSON object a line, with `request` and `label`.") from None
    if not chosen:
        raise UsageError(f"{path}: no labelled requests.", "One JSON object a line, with `request` and `label`.")
    session = common.session()
    try:
        backend = session.backend
        name = backend.model if backend else "rules"
        if fit_on:
            if backend is None:
                raise UsageError("Rules alone have nothing to calibrate.", "Choose a model with -m NAME.")
            yield from fit_router(backend, fit_on)
        if backend is not None:
            fitted, warning = calibration.for_backend(backend)
            said = f"its fit, on {fitted.cases:,} requests" if fitted.cases else "no fit: it only gets a small say"
            yield Notice(warning, "warning") if warning else Notice(f"{name}: {said}.")
        settings = session.config.settings
        if backend is not None:
            route(chosen[0].request, backend=backend, config=settings)  # pays for the cold prefix
        routed = []
        for number, case in enumerate(chosen, start=1):
            routed.append((case, route(case.request, case.context, backend=backend, config=settings)))
            yield Progress("routing", name, number, len(chosen))
        rows = "\n".join(f"| {key} | {value} |" for key, value in score(routed).figures().items())
        yield Text(f"| {name} | |\n|---|---|\n{rows}\n\n")
    finally:
        session.close()


@bench_command.command("tune")
@click.argument("name", metavar="MODEL")
@click.option("--limit", type=click.IntRange(min=4), default=12, show_default=True, help="Edit tasks for each variant.")
@click.option("--language", "languages", multiple=True, help="Only edit tasks in this language; repeatable.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("agent-bench-tune.jsonl"), help="The results file."
)
@common_options
@click.pass_context
def tune_command(
    context: click.Context, /, name: str, limit: int, languages: tuple[str, ...], out: Path, **said: Any
) -> int:
    """Measure the forms a MODEL can be asked for edits in, and keep the one that solves most.

    An interrupted run goes on from where it was when the same command is given again.
    """
    from agent.bench.tuning import tune

    common = taken(context, said)
    flags = {k: v for k, v in common.flags().items() if k != "model"}
    return _draw(common, tune(name, limit, languages, flags, out))
