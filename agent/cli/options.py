"""The options that every command takes, and the session they make. They may stand before or after the command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent.errors import UsageError

if TYPE_CHECKING:
    from agent.config import Config
    from agent.render import Renderer
    from agent.session import Session

F = TypeVar("F", bound=Callable[..., Any])

SWITCHES = ("json", "dry_run", "yes", "verbose", "show_prompt")


@dataclass
class Common:
    """What was said on the command line; later words win."""

    values: dict[str, Any] = field(default_factory=dict)

    def take(self, said: dict[str, Any]) -> None:
        """Add what one level of the command line says."""
        self.values.update({k: v for k, v in said.items() if v is not None and v is not False})

    @property
    def json(self) -> bool:
        """Whether events go out as JSON lines."""
        return bool(self.values.get("json"))

    def flags(self) -> dict[str, Any]:
        """Settings that the command line overrides."""
        v = self.values
        flags = {key: v[key] for key in ("model", "host", "base_url") if v.get(key)}
        if v.get("no_commit"):
            flags["commit"] = False
        if v.get("no_git"):
            flags["git"] = False
        if v.get("timeout"):
            flags["turn_seconds"] = flags["fix_seconds"] = flags["test_timeout"] = v["timeout"]
        return flags

    def renderer(self) -> Renderer:
        """How events are drawn."""
        if self.json:
            from agent.render.json_lines import JsonRenderer

            return JsonRenderer()
        from agent.render.terminal import TerminalRenderer

        return TerminalRenderer(verbose=bool(self.values.get("verbose")))

    def config(self) -> Config:
        """The settings alone, for commands that need no repository. Raises UsageError, ConfigError."""
        from agent.config import load_config
        from agent.repo.root import find_root

        start = Path(self.values.get("directory") or ".")
        if not start.is_dir():
            raise UsageError(f"{start} is not a folder.", "Give -C an existing folder.")
        start = start.resolve()
        repository = find_root(start)
        return load_config(repository.root if repository else start, self.flags())

    def session(self) -> Session:
        """The session for this command. Raises UsageError, ConfigError."""
        from agent.front import NoFront
        from agent.session import Session, Switches

        v = self.values
        interactive = not self.json and sys.stdin.isatty() and sys.stdout.isatty()
        front: Any = NoFront()
        if interactive:
            from agent.repl.front import TerminalFront

            front = TerminalFront()
        return Session(
            Path(v.get("directory") or "."),
            flags=self.flags(),
            front=front,
            switches=Switches(
                dry_run=bool(v.get("dry_run")),
                assume_yes=bool(v.get("yes")),
                show_prompt=bool(v.get("show_prompt")),
                verbose=bool(v.get("verbose")),
            ),
        )


class Seconds(click.FloatRange):
    """A limit in seconds, which may be infinite but has to be a number."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds. Fails with a usage error."""
        seconds = float(super().convert(value, param, ctx))
        if seconds != seconds:  # the one number that no bound refuses
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return seconds


def common_options(function: F) -> F:
    """Add the options that make sense everywhere; they are gathered in the context's `Common`."""
    options = [
        click.option("-m", "--model", metavar="NAME", help="gemma, qwen, embedded, none, a tag, or a .gguf file."),
        click.option("--host", metavar="URL", help="Ollama's address (default: OLLAMA_HOST, else 127.0.0.1:11434)."),
        click.option("--base-url", metavar="URL", help="A server with the OpenAI protocol instead."),
        click.option("--json", "json", is_flag=True, help="One event a line, as JSON; nothing else on stdout."),
        click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing."),
        click.option("-y", "--yes", is_flag=True, help="Apply without asking."),
        click.option("--no-commit", is_flag=True, help="Record edits for undo, but make no commit on the branch."),
        click.option("--no-git", is_flag=True, help="Work without git; backups are kept by agent itself."),
        click.option("--timeout", type=Seconds(min=0.1), metavar="SECONDS", help="Limit of one turn."),
        click.option("-C", "directory", metavar="DIR", help="Work in this folder."),
        click.option("--show-prompt", is_flag=True, help="Print every prompt exactly as it is sent."),
        click.option("-v", "--verbose", is_flag=True, help="Say more: tokens and seconds of each request."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


NAMES = (
    "model", "host", "base_url", "json", "dry_run", "yes", "no_commit", "no_git", "timeout", "directory",
    "show_prompt", "verbose",
)  # fmt: skip


def taken(context: click.Context, /, said: dict[str, Any]) -> Common:
    """The gathered options, with what this command's own words add; pops them from `said`."""
    common = context.ensure_object(Common)
    common.take({name: said.pop(name) for name in NAMES if name in said})
    return common
