"""`agent models`: what each backend has, fetching and removing weights."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from agent.cli.options import Common, common_options, taken
from agent.errors import AgentError, NoSuchModel, UsageError
from agent.events import Done, Event, ModelListed, Notice, failed

if TYPE_CHECKING:
    from agent.config import Config


@click.group("models", invoke_without_command=True)
@common_options
@click.pass_context
def models_command(context: click.Context, /, **said: Any) -> int | None:
    """List, fetch and remove models."""
    common = taken(context, said)
    if context.invoked_subcommand is None:
        return _draw(common, listed)
    return None


def _draw(common: Common, events: Callable[[Config], Iterator[Event]]) -> int:
    from agent.render import drive

    config = common.config()

    def run() -> Iterator[Event]:
        try:
            yield from events(config)
            yield Done(0)
        except AgentError as error:
            yield failed(error)
            yield Done(error.exit_code, str(error))

    return drive(run(), common.renderer())


def listed(config: Config) -> Iterator[Event]:
    """Every model of every backend, those that can be fetched too."""
    from agent.backends.opening import list_models

    notes: list[str] = []
    for model in list_models(config, notify=notes.append):
        yield ModelListed(model)
    for note in notes:
        yield Notice(note)


@models_command.command("list")
@common_options
@click.pass_context
def list_command(context: click.Context, /, **said: Any) -> int:
    """List the models of each backend."""
    return _draw(taken(context, said), listed)


@models_command.command("show")
@click.argument("name")
@common_options
@click.pass_context
def show_command(context: click.Context, /, name: str, **said: Any) -> int:
    """Say what is known of one model, and how it would be asked."""

    def events(config: Config) -> Iterator[Event]:
        from agent.backends.opening import list_models
        from agent.errors import NoSuchModel
        from agent.models.profiles import profile_for

        found = [m for m in list_models(config, notify=lambda note: None) if m.name == name]
        if not found:
            raise NoSuchModel(f"No backend has `{name}`.", "`agent models` lists what there is.")
        for model in found:
            yield ModelListed(model)
            profile = profile_for(
                model.name,
                family=model.family,
                parameters=model.parameters,
                size_bytes=model.size_bytes,
                context=model.context,
                overrides=config.settings.profile.get(model.name),
            )
            yield Notice(
                f"family {profile.family}, {profile.size}; edits as {profile.edit_form}; "
                f"{profile.max_steps} step(s); context {profile.num_ctx:,}; think {profile.think}; {profile.sampling}"
            )

    return _draw(taken(context, said), events)


@models_command.command("pull")
@click.argument("name")
@common_options
@click.pass_context
def pull_command(context: click.Context, /, name: str, **said: Any) -> int:
    """Fetch NAME: for the embedded engine if it is in the catalog, else through Ollama."""

    def events(config: Config) -> Iterator[Event]:
        yield from pulled(name, config)

    return _draw(taken(context, said), events)


def pulled(name: str, config: Config) -> Iterator[Event]:
    """Fetch one model, with progress. Interrupted, it goes on from there the next time."""
    from agent.models import pull, store
    from agent.models.catalog import find_entry, is_cloud_tag

    entry = find_entry(name)
    if is_cloud_tag(name) and not config.settings.allow_remote:
        raise NoSuchModel(
            f"`{name}` runs on somebody else's machine.",
            "Choose a local one, or set `allow_remote` in your settings.",
        )
    if entry is None or config.settings.provider == "ollama":
        yield from pull.ollama_pull(config.settings.host, name)
        yield Notice(f"{name} is installed in Ollama.")
        return
    present = store.installed(name)
    if present is not None:
        yield Notice(f"{entry.name} is installed: {present}")
        return
    yield Notice(f"{entry.name}: {entry.size_bytes / 1e6:,.0f} MB, {entry.licence}")
    yield from pull.pull(name)
    yield Notice(f"{entry.name} is installed: {store.installed(name)}")


@models_command.command("rm")
@click.argument("name")
@common_options
@click.pass_context
def rm_command(context: click.Context, /, name: str, **said: Any) -> int:
    """Remove a model's weights from this machine."""
    common = taken(context, said)

    def events(config: Config) -> Iterator[Event]:
        from agent.models import pull, store
        from agent.models.catalog import find_entry

        if not common.values.get("yes"):
            if common.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
                raise UsageError(f"Removing {name} needs a yes.", f"agent models rm {name} --yes")
            if not click.confirm(f"Remove the weights of {name} from this machine?", default=False):
                yield Notice("Nothing was removed.")
                return
        if find_entry(name) is not None and config.settings.provider != "ollama":
            path = store.remove(name)
            yield Notice(f"Removed {path}.")
        else:
            pull.ollama_remove(config.settings.host, name)
            yield Notice(f"Removed {name} from Ollama.")

    return _draw(common, events)
