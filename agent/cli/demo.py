"""`agent demo`."""

from __future__ import annotations

from typing import Any

import click

from agent.cli.options import common_options, taken


@click.command("demo", short_help="Watch a repair in a throwaway repository.")
@click.option("--keep", is_flag=True, help="Keep the throwaway repository.")
@common_options
@click.pass_context
def demo_command(context: click.Context, /, keep: bool, **said: Any) -> int:
    """Watch a model route, find, repair and undo in a throwaway repository, with its tests as witness."""
    from agent.demo import run_demo
    from agent.render import drive

    common = taken(context, said)
    return drive(run_demo(common.flags(), keep=keep, verbose=bool(common.values.get("verbose"))), common.renderer())
