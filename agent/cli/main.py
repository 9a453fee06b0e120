"""The group: commands by name, and anything else is a request in words."""

from __future__ import annotations

import difflib
import sys
from typing import Any

import click

from agent import __version__
from agent.cli.options import Common, common_options, taken
from agent.errors import UsageError

MODULES = {
    "request": "agent.cli.request",
    "edit": "agent.cli.request",
    "explain": "agent.cli.request",
    "test": "agent.cli.request",
    "search": "agent.cli.request",
    "fix": "agent.cli.request",
    "route": "agent.cli.route",
    "apply": "agent.cli.apply",
    "undo": "agent.cli.turns",
    "redo": "agent.cli.turns",
    "log": "agent.cli.turns",
    "diff": "agent.cli.turns",
    "init": "agent.cli.turns",
    "models": "agent.cli.models",
    "doctor": "agent.cli.doctor",
    "config": "agent.cli.doctor",
    "stats": "agent.cli.doctor",
    "bench": "agent.cli.bench",
    "batch": "agent.cli.batch",
    "demo": "agent.cli.demo",
}
"""Where each command is defined: only the one that runs is imported."""


class RequestGroup(click.Group):
    """A group in which a first word that names no command starts a request in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands but the hidden one."""
        return [name for name in MODULES if name != "request"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and give the command."""
        import importlib

        if cmd_name not in MODULES:
            return None
        command = getattr(importlib.import_module(MODULES[cmd_name]), cmd_name.replace("-", "_") + "_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A command by its name; any other words are given to `request`."""
        if args and args[0] in MODULES and args[0] != "request":
            return super().resolve_command(ctx, args)
        if len(args) == 1 and args[0].isalpha():
            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1, cutoff=0.8)
            if close:
                raise UsageError(f"There is no command `{args[0]}`.", f"Did you mean `agent {close[0]}`?")
        return "request", self.get_command(ctx, "request"), args


@click.group(
    cls=RequestGroup,
    invoke_without_command=True,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@common_options
@click.version_option(__version__, "-V", "--version", message="agent %(version)s")
@click.pass_context
def main(context: click.Context, /, **said: Any) -> int | None:
    """A coding assistant that runs on your own machine.

    `agent` alone starts a conversation; `agent "REQUEST"` does one thing and exits; the commands below name the tool.
    """
    context.obj = Common()
    common = taken(context, said)
    if context.invoked_subcommand is not None:
        return None
    if sys.stdin.isatty() and sys.stdout.isatty() and not common.json:
        from agent.repl import run_repl

        return run_repl(common.session(), common)
    from agent.cli.request import run_request

    return run_request(common, "", [], tool=None)
