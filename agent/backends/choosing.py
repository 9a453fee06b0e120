"""Which model answers: a name, the settings and what is installed become a choice. Nothing is swapped silently.

A model is chosen by its name, else the default: `gemma` where it is installed, else `qwen`, else the largest installed
model that completes. `Choice.why` says which rule it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.addresses import is_loopback, ollama_url
from agent.backends.base import ModelInfo
from agent.config import CONFIG_NAME, Config
from agent.errors import ConfigError, NoServer, NoSuchModel
from agent.models.catalog import ALIASES, find_entry, is_cloud_tag, is_remote, pullable, resolve_alias


@dataclass(frozen=True)
class Choice:
    """Which model answers, and why that one."""

    backend: str
    """`ollama`, `embedded`, `openai` or `none`."""
    model: str
    """A tag on the server, a catalog name, or the path of a GGUF file."""
    why: str
    alias: str = ""
    """The short name it was asked for by, if any."""
    info: ModelInfo | None = None


def resolve_model(config: Config, *, name: str | None = None, models: Sequence[ModelInfo] | None = None) -> Choice:
    """Which model a name stands for. `models` are those on the Ollama server, where they are known already.

    Raises NoServer, NoSuchModel, ConfigError.
    """
    settings = config.settings
    source = config.source("model") if name is None else "-m"
    name = (settings.model if name is None else name).strip()
    said = f"{source} says `{name}`"
    if name == "none":
        return Choice("none", "none", said)
    if name.lower().endswith(".gguf"):
        return Choice("embedded", str(Path(name).expanduser()), said)
    if name == "embedded" or settings.provider == "embedded":
        return _embedded_choice(name, said)
    if settings.provider == "openai" or (settings.base_url and not settings.provider and name not in ALIASES):
        check_elsewhere(config, "base_url", settings.base_url)
        return Choice("openai", name, said if name else "the first model of the server")
    return _on_ollama(config, name, said, models)


def _embedded_choice(name: str, said: str) -> Choice:
    entry = find_entry(name or "embedded")
    if entry is None:
        raise NoSuchModel(
            f"The embedded engine has no model `{name}`.",
            "Name a .gguf file, or a model of the catalog: `agent models` lists it.",
        )
    return Choice("embedded", entry.name, said if name else "provider is `embedded`", alias=name)


def _on_ollama(config: Config, name: str, said: str, models: Sequence[ModelInfo] | None) -> Choice:
    from agent.backends.ollama import list_installed

    url = server_url(config)
    if is_cloud_tag(name):
        check_remote_allowed(config, name)
    try:
        installed = list(list_installed(url) if models is None else models)
    except NoServer:
        entry = find_entry(name)
        if entry is not None and config.settings.provider != "ollama":
            return Choice("embedded", entry.name, f"{said}; no Ollama answers at {url}, the embedded engine has it")
        raise
    if not name:
        return _default(installed, url)
    if name in ALIASES:
        found = resolve_alias(name, installed)
        if found is None:
            raise NoSuchModel(
                f"No model of `{name}` is installed on Ollama at {url}.",
                f"Get one with `agent models pull {pullable(name)}`, or use another: `agent models` lists them.",
            )
        return Choice("ollama", found.name, f"{said}, which is the best installed of that name", name, found)
    return Choice("ollama", *_tag(config, name, installed, url, said))


def _default(installed: Sequence[ModelInfo], url: str) -> Choice:
    change = "change it with -m NAME, AGENT_MODEL or `model` in .agentrc"
    for alias in ("gemma", "qwen"):
        found = resolve_alias(alias, installed)
        if found is not None:
            return Choice("ollama", found.name, f"the default, `{alias}`; {change}", alias, found)
    usable = [m for m in installed if m.completes and not is_remote(m)]
    if not usable:
        raise NoSuchModel(
            f"Ollama at {url} has no model that can be used.",
            f"Get one with `agent models pull {pullable('gemma')}`, or use `-m embedded`.",
        )
    found = max(usable, key=lambda m: (m.size_bytes, m.name))
    why = f"the largest installed, since there is no gemma and no qwen; {change}"
    return Choice("ollama", found.name, why, "", found)


def _tag(
    config: Config, name: str, installed: Sequence[ModelInfo], url: str, said: str
) -> tuple[str, str, str, ModelInfo]:
    found = next((m for m in installed if m.name in (name, f"{name}:latest")), None)
    if found is None:
        import difflib

        close = difflib.get_close_matches(name, [m.name for m in installed], n=1)
        near = f" Did you mean `{close[0]}`?" if close else ""
        raise NoSuchModel(
            f"Ollama at {url} has no model `{name}`.{near}",
            f"Get it with `agent models pull {name}`; `agent models` lists what there is.",
        )
    if is_remote(found):
        check_remote_allowed(config, name)
    if not found.completes:
        raise NoSuchModel(f"`{found.name}` cannot generate text.", "`agent models` lists those that can.")
    return found.name, said, "", found


# where a prompt may go


def server_url(config: Config) -> str:
    """The Ollama server's URL. Raises ConfigError when a repository's own settings would send prompts elsewhere."""
    url = ollama_url(config.settings.host, config.source("host"))
    check_elsewhere(config, "host", url)
    return url


def check_elsewhere(config: Config, key: str, url: str) -> None:
    """A cloned repository must not choose which machine gets the user's code."""
    if not url or is_loopback(url) or not _from_repository(config, key):
        return
    raise ConfigError(
        f"{config.source(key)}: `{key}` would send your code to {url}; a repository cannot decide that.",
        f"If you want it, set `{key}` in your own settings file, by --host or in the environment.",
    )


def check_remote_allowed(config: Config, name: str) -> None:
    if config.settings.allow_remote and not _from_repository(config, "allow_remote"):
        return
    raise NoSuchModel(
        f"`{name}` runs on somebody else's machine, and your code would be sent there.",
        "Choose a local model, or set `allow_remote = true` in your own settings file.",
    )


def _from_repository(config: Config, key: str) -> bool:
    """Whether a setting comes from a project's `.agentrc` that git tracks, so that others may have written it."""
    from agent.config import user_file

    path = Path(config.source(key))
    return path.name == CONFIG_NAME and path != user_file() and _tracked(path)


def _tracked(path: Path) -> bool:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", str(path.parent), "ls-files", "--error-unmatch", "--", path.name],
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return True
    return done.returncode == 0
