"""`agent doctor`, `agent config`, `agent stats`: what the machine, the settings and the past turns say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from agent.cli.options import common_options, taken
from agent.errors import EXIT_FAILED
from agent.events import Checked, Done, Event, SettingListed


@click.command("doctor", short_help="Check server, model, git, parsers, terminal.")
@common_options
@click.pass_context
def doctor_command(context: click.Context, /, **said: Any) -> int:
    """Check the server, the model, git, the parsers and the terminal, with what to do about each."""
    from agent.doctor import diagnose
    from agent.render import drive

    common = taken(context, said)
    config = common.config()

    def events() -> Iterator[Event]:
        failed = False
        for check in diagnose(config):
            failed = failed or check.status == "fail"
            yield Checked(check.name, check.status, check.value, check.advice, check.data)
        yield Done(EXIT_FAILED if failed else 0)

    return drive(events(), common.renderer())


@click.command("config")
@common_options
@click.pass_context
def config_command(context: click.Context, /, **said: Any) -> int:
    """List every setting, its value and where it comes from."""
    from agent.render import drive

    common = taken(context, said)
    config = common.config()

    def events() -> Iterator[Event]:
        for key, value in config.settings.model_dump().items():
            yield SettingListed(key, value, config.source(key))
        yield Done(0)

    return drive(events(), common.renderer())


@click.command("stats")
@click.option("--days", type=click.FloatRange(min=0), default=30.0, help="How far back.")
@common_options
@click.pass_context
def stats_command(context: click.Context, /, days: float, **said: Any) -> int:
    """What the recorded turns of all repositories cost, by model."""
    from agent import accounting
    from agent.events import ModelCost, Notice
    from agent.render import drive

    common = taken(context, said)

    def events() -> Iterator[Event]:
        stats = accounting.by_model(accounting.recorded(), accounting.since_days(days))
        for row in stats:
            yield ModelCost(row)
        if not stats:
            yield Notice("No turn is recorded yet.")
        yield Done(0)

    return drive(events(), common.renderer())
