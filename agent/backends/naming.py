"""Models by any name a person gives them: a tag, an alias, a catalog name, `embedded`, or a GGUF file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from agent.backends.base import ModelInfo
from agent.backends.opening import list_models, of_header
from agent.config import Config
from agent.errors import NoSuchModel, UsageError
from agent.models.catalog import ALIASES, find_entry, pullable, resolve_alias


def named_models(name: str, config: Config, notify: Callable[[str], None] | None = None) -> list[ModelInfo]:
    """What a name stands for: one model, or the same name on two backends. An alias is its best installed model.

    `notify` is told which backend could not be asked. Raises NoSuchModel, UsageError.
    """
    name = checked_name(name)
    if name.lower().endswith(".gguf"):
        return [_of_file(Path(name).expanduser())]
    models = list_models(config, notify=notify)
    exact = [m for m in models if m.name in (name, f"{name}:latest")]
    if exact:
        return exact
    if name in ALIASES:
        found = resolve_alias(name, [m for m in models if m.backend == "ollama"])
        if found is None:
            tags = ", ".join(tag for tag in ALIASES[name] if "*" not in tag)
            raise NoSuchModel(
                f"No model of `{name}` is installed; it stands for the first of {tags}.",
                f"Get one with `agent models pull {pullable(name)}`, or another of these by its tag.",
            )
        return [found]
    entry = find_entry(name)
    if entry is not None:
        return [m for m in models if m.backend == "embedded" and m.name == entry.name]
    raise NoSuchModel(f"No backend has `{name}`.{_nearest(name, models)}", "`agent models` lists what there is.")


def checked_name(name: str) -> str:
    """The name without blanks around it. Raises UsageError for what is no model's name at all."""
    name = name.strip()
    if not name:
        raise UsageError("The name of the model is empty.", "`agent models` lists what there is.")
    if name == "none":
        raise UsageError("`none` is the lack of a model: rules route, and tests judge repairs.", "Name a model.")
    return name


def _of_file(path: Path) -> ModelInfo:
    """Raises NoSuchModel when it is not there or not a GGUF file."""
    from agent.models.gguf import read_gguf

    return of_header(path.name, read_gguf(path))


def _nearest(name: str, models: Sequence[ModelInfo]) -> str:
    import difflib

    close = difflib.get_close_matches(name, [*ALIASES, "embedded", *(m.name for m in models)], n=1)
    return f" Did you mean `{close[0]}`?" if close else ""
