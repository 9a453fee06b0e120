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
    from agent.backends.base import ModelInfo
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
    """Say what is known of one model (a tag, an alias, `embedded` or a .gguf file), and how it would be asked."""
    return _draw(taken(context, said), lambda config: shown(name, config))


def shown(name: str, config: Config) -> Iterator[Event]:
    """What a name stands for, and the profile of each model."""
    from agent.backends.naming import named_models
    from agent.backends.opening import profile_of_model
    from agent.models.catalog import ALIASES

    notes: list[str] = []
    try:
        found = named_models(name, config, notes.append)
    finally:
        for note in notes:
            yield Notice(note)
    for model in found:
        if name in ALIASES or name == "embedded":
            yield Notice(f"`{name}` is {model.name}.")
        yield ModelListed(model)
        profile = profile_of_model(config, model)
        s = profile.sampling
        steps = f"up to {profile.max_steps} steps" if profile.max_steps > 1 else "one step"
        yield Notice(
            f"asked as: family {profile.family}, {profile.size}; edits as {profile.edit_form}; {steps} a request; "
            f"context {config.settings.num_ctx or profile.num_ctx:,}; "
            f"think {'not possible' if profile.think is None else str(profile.think).lower()}; "
            f"temperature {s.temperature:g}, top_p {s.top_p:g}, top_k {s.top_k}, min_p {s.min_p:g}, "
            f"presence penalty {s.presence_penalty:g}, repeat penalty {s.repeat_penalty:g}"
        )


@models_command.command("pull")
@click.argument("name")
@common_options
@click.pass_context
def pull_command(context: click.Context, /, name: str, **said: Any) -> int:
    """Fetch NAME: for the embedded engine if it is `embedded` or in the catalog, else through Ollama."""
    common = taken(context, said)
    return _draw(common, lambda config: pulled(name, config, dry_run=bool(common.values.get("dry_run"))))


def pulled(name: str, config: Config, dry_run: bool = False) -> Iterator[Event]:
    """Fetch one model, with progress. Interrupted, it goes on from there the next time."""
    from agent.backends.naming import checked_name
    from agent.models import pull, store
    from agent.models.catalog import ALIASES, find_entry, is_cloud_tag, pullable

    name = checked_name(name)
    if name.lower().endswith(".gguf"):
        raise UsageError(f"{name} is a file, and needs no fetching.", f"Use it as it is: -m {name}")
    if is_cloud_tag(name) and not config.settings.allow_remote:
        raise NoSuchModel(
            f"`{name}` runs on somebody else's machine.",
            "Choose a local one, or set `allow_remote` in your settings.",
        )
    if name in ALIASES:
        yield Notice(f"`{name}` stands for the best of {', '.join(ALIASES[name])}; fetching {pullable(name)}.")
        name = pullable(name)
    entry = find_entry(name)
    if entry is None or config.settings.provider == "ollama":
        if dry_run:
            yield Notice(f"Dry run: {name} would be fetched through Ollama.")
            return
        yield from pull.ollama_pull(config.settings.host, name)
        yield Notice(f"{name} is installed in Ollama.")
        return
    present = store.installed(name)
    if present is not None:
        yield Notice(f"{entry.name} is installed already: {present}")
        return
    yield Notice(f"{entry.name}: {entry.size_bytes / 1e6:,.0f} MB, {entry.licence}")
    if dry_run:
        yield Notice("Dry run: nothing was fetched.")
        return
    yield from pull.pull(name)
    yield Notice(f"{entry.name} is installed: {store.installed(name)}")


@models_command.command("rm")
@click.argument("name")
@common_options
@click.pass_context
def rm_command(context: click.Context, /, name: str, **said: Any) -> int:
    """Remove a model's weights from this machine; asks first, or needs --yes."""
    common = taken(context, said)
    return _draw(common, lambda config: removed(name, config, common))


def removed(name: str, config: Config, common: Common) -> Iterator[Event]:
    """Ask, and remove the weights of one model. Raises UsageError where nobody can be asked and --yes is not given."""
    from agent.models import pull, store

    model = _installed(name, config)
    where = "Ollama" if model.backend == "ollama" else f"{store.installed(model.name)}"
    if common.values.get("dry_run"):
        yield Notice(f"Dry run: {model.name} ({model.size_bytes / 1e9:.1f} GB, {where}) would be removed.")
        return
    if not common.values.get("yes"):
        if common.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(f"Removing {model.name} needs a yes.", f"agent models rm {name} --yes")
        from agent.repl.front import TerminalFront

        question = f"Remove {model.name} ({model.size_bytes / 1e9:.1f} GB, {where})?"
        if TerminalFront().ask(question, [("y", "remove"), ("n", "keep")], "n") != "y":
            yield Notice("Nothing was removed.")
            return
    if model.backend == "ollama":
        pull.ollama_remove(config.settings.host, model.name)
        yield Notice(f"Removed {model.name} from Ollama.")
    else:
        yield Notice(f"Removed {store.remove(model.name)}.")


def _installed(name: str, config: Config) -> ModelInfo:
    """The one model to remove. Raises NoSuchModel, UsageError."""
    from agent.backends.base import ModelInfo
    from agent.backends.naming import checked_name, named_models
    from agent.models.catalog import CATALOG, find_entry
    from agent.models.partial import Partial
    from agent.models.places import models_folder

    name = checked_name(name)
    if name.lower().endswith(".gguf"):
        raise UsageError(f"{name} is a file of your own.", "Delete it yourself.")
    entry = find_entry(name)
    if entry is not None and config.settings.provider != "ollama":
        partial = Partial(entry, models_folder())
        if partial.leftovers():
            return ModelInfo(entry.name, "embedded", size_bytes=partial.size)
    notes: list[str] = []
    found = [m for m in named_models(name, config, notes.append) if m.installed and m.backend != "openai"]
    if config.settings.provider:
        found = [m for m in found if m.backend == config.settings.provider]
    if not found:
        catalog = ", ".join(entry.name for entry in CATALOG)
        unasked = " ".join(notes)
        raise NoSuchModel(f"{name} is not installed. {unasked}".strip(), f"The embedded engine's models: {catalog}.")
    if len(found) > 1:
        raise UsageError(
            f"{name} is installed twice: in {' and in '.join(m.backend for m in found)}.",
            f"Say which: AGENT_PROVIDER={found[0].backend} agent models rm {name}",
        )
    return found[0]
