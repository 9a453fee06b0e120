"""Which model answers: from a name, the settings and what is installed, to a backend. Nothing is swapped silently.

A model is chosen by its name, else the default: `gemma` where it is installed, else `qwen`, else the largest installed
model that completes. `Choice.why` says which rule it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.backends.base import Backend, ModelInfo
from agent.backends.host import is_loopback, ollama_url
from agent.backends.keep_alive import seconds_of
from agent.config import CONFIG_NAME, Config
from agent.errors import AgentError, ConfigError, NoServer, NoSuchModel
from agent.models.catalog import (
    ALIASES,
    EMBEDDED_DEFAULT,
    find_entry,
    is_cloud_tag,
    is_remote,
    resolve_alias,
)

if TYPE_CHECKING:
    from agent.backends.embedded import Embedded
    from agent.backends.ollama import Ollama
    from agent.models.profiles import Profile


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


def open_backend(
    config: Config, *, name: str | None = None, notify: Callable[[str], None] | None = None
) -> Backend | None:
    """The backend for a model name (default: the settings'); None for `none`.

    `notify` is told what the person should know: which context was chosen, a reload, weights on the CPU.
    Nothing is loaded yet. Raises NoServer, NoSuchModel, ConfigError.
    """
    choice = resolve_model(config, name=name)
    if choice.backend == "none":
        return None
    if choice.backend == "embedded":
        return _open_embedded(config, choice, notify)
    if choice.backend == "openai":
        from agent.backends.openai import open_openai

        return open_openai(config, choice.model, why=choice.why, notify=notify)
    return _open_ollama(config, choice, notify)


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
        _check_elsewhere(config, "base_url", settings.base_url)
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
    url = server_url(config)
    if is_cloud_tag(name):
        _check_remote_allowed(config, name)
    try:
        installed = list(_list_ollama(url) if models is None else models)
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
                f"Get one with `agent models pull {_pullable(name)}`, or use another: `agent models` lists them.",
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
            f"Get one with `agent models pull {_pullable('gemma')}`, or use `-m embedded`.",
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
        _check_remote_allowed(config, name)
    if not found.completes:
        raise NoSuchModel(f"`{found.name}` cannot generate text.", "`agent models` lists those that can.")
    return found.name, said, "", found


def _pullable(alias: str) -> str:
    """A tag of this alias that the registry surely has."""
    return next(tag for tag in ALIASES[alias] if ":" not in tag or "*" not in tag)


# where a prompt may go


def server_url(config: Config) -> str:
    """The Ollama server's URL. Raises ConfigError when a repository's own settings would send prompts elsewhere."""
    url = ollama_url(config.settings.host, config.source("host"))
    _check_elsewhere(config, "host", url)
    return url


def _check_elsewhere(config: Config, key: str, url: str) -> None:
    """A cloned repository must not choose which machine gets the user's code."""
    if not url or is_loopback(url) or not _from_repository(config, key):
        return
    raise ConfigError(
        f"{config.source(key)}: `{key}` would send your code to {url}; a repository cannot decide that.",
        f"If you want it, set `{key}` in your own settings file, by --host or in the environment.",
    )


def _check_remote_allowed(config: Config, name: str) -> None:
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


# opening


def _list_ollama(url: str) -> list[ModelInfo]:
    from agent.backends.ollama import list_installed

    return list_installed(url)


def _open_ollama(config: Config, choice: Choice, notify: Callable[[str], None] | None) -> Ollama:
    from agent.backends.ollama import Ollama, show

    url = server_url(config)
    info = choice.info or ModelInfo(choice.model, "ollama")
    if not info.capabilities or info.context is None:
        info = show(url, info)
        if is_remote(info):
            _check_remote_allowed(config, info.name)
    profile = _profile(config, info)
    num_ctx, _why = _context(config, profile, info.context)
    return Ollama(
        url,
        info,
        num_ctx=num_ctx,
        think=profile.think,
        keep_alive=seconds_of(config.settings.keep_alive, config.source("keep_alive")),
        why=choice.why,
        notify=notify,
    )


def _open_embedded(config: Config, choice: Choice, notify: Callable[[str], None] | None) -> Embedded:
    from agent.backends.embedded import Embedded
    from agent.backends.engine import EngineSettings
    from agent.backends.machine import available_memory, usable_cores
    from agent.models.gguf import read_gguf

    path, name = _weights(choice.model)
    header = read_gguf(path)
    if not header.complete:
        raise NoSuchModel(f"{path} is cut short: the weights are not all there.", "Fetch it again.")
    info = ModelInfo(
        name,
        "embedded",
        size_bytes=header.size_bytes,
        family=header.architecture,
        parameters=f"{header.parameters / 1e9:.2f}B",
        context=header.context,
        quantisation=header.quantisation,
    )
    profile = _profile(config, info, can_think="enable_thinking" in header.chat_template)
    num_ctx, _why = _context(
        config, profile, header.context, available_memory(), header.size_bytes, header.kv_bytes_per_token
    )
    stat = path.stat()
    settings = EngineSettings(
        str(path), stat.st_size, stat.st_mtime_ns, num_ctx, config.settings.threads or usable_cores()
    )
    return Embedded(
        name,
        header,
        settings,
        keep_alive=seconds_of(config.settings.keep_alive, config.source("keep_alive")),
        think=bool(profile.think),
        why=choice.why,
        notify=notify,
    )


def _weights(model: str) -> tuple[Path, str]:
    """(file, name) of an embedded model. Raises NoSuchModel when it is not installed."""
    if model.lower().endswith(".gguf"):
        return Path(model).absolute(), Path(model).name
    from agent.models.store import installed

    path = installed(model)
    if path is None:
        raise NoSuchModel(f"The embedded model {model} is not installed.", f"Get it with: agent models pull {model}")
    return path.absolute(), model


def embedded_offer() -> tuple[str, int, bool]:
    """(name, size in bytes, whether it is installed) of the embedded model to offer where no server answers."""
    from agent.models.store import installed

    entry = find_entry(EMBEDDED_DEFAULT)
    assert entry is not None
    return entry.name, entry.size_bytes, installed(entry.name) is not None


# profiles


def profile_of(backend: Backend, config: Config) -> Profile:
    """How the model of an open backend is best asked."""
    header = getattr(backend, "info", None)
    if isinstance(header, ModelInfo):
        return _profile(config, header)
    if header is not None:
        info = ModelInfo(
            backend.model,
            backend.name,
            size_bytes=header.size_bytes,
            family=header.architecture,
            parameters=f"{header.parameters / 1e9:.2f}B",
            context=header.context,
        )
        return _profile(config, info, can_think=backend.capabilities().thinking)
    return _profile(config, ModelInfo(backend.model, backend.name, context=backend.context_limit()))


def _profile(config: Config, info: ModelInfo, can_think: bool | None = None) -> Profile:
    from agent.models.profiles import profile_for

    if can_think is None and info.capabilities:
        can_think = "thinking" in info.capabilities
    return profile_for(
        info.name,
        family=info.family,
        parameters=info.parameters,
        size_bytes=info.size_bytes,
        context=info.context,
        can_think=can_think,
        think=config.settings.think,
        overrides=config.settings.profile.get(info.name),
    )


def _context(
    config: Config,
    profile: Profile,
    limit: int | None,
    memory: int | None = None,
    weights: int = 0,
    kv_bytes_per_token: int = 0,
) -> tuple[int, str]:
    from agent.models.tokens import choose_num_ctx

    override = config.settings.profile.get(profile.model)
    configured = (override.num_ctx if override else None) or config.settings.num_ctx
    return choose_num_ctx(
        limit,
        profile.num_ctx,
        configured=configured,
        memory=memory,
        weights=weights,
        kv_bytes_per_token=kv_bytes_per_token,
    )


def list_models(config: Config) -> tuple[list[ModelInfo], list[str]]:
    """Every model of every backend, and a note for each backend that could not be asked."""
    found: list[ModelInfo] = []
    notes: list[str] = []
    for listing in (_ollama_models, _embedded_models, _openai_models):
        try:
            found += listing(config)
        except AgentError as error:
            notes.append(str(error))
    return found, notes


def _ollama_models(config: Config) -> list[ModelInfo]:
    from agent.backends.ollama import with_loaded

    url = server_url(config)
    return with_loaded(url, _list_ollama(url))


def _embedded_models(config: Config) -> list[ModelInfo]:
    from agent.backends.engine import running
    from agent.models.catalog import CATALOG
    from agent.models.store import installed_entries

    files = installed_entries()
    loaded = {str(engine["path"]) for engine in running()}
    return [
        ModelInfo(
            entry.name,
            "embedded",
            installed=entry.name in files,
            size_bytes=entry.size_bytes,
            family=entry.family,
            parameters=entry.parameters,
            quantisation=entry.quantisation,
            context=entry.context,
            loaded=str(files.get(entry.name, "")) in loaded,
        )
        for entry in CATALOG
    ]


def _openai_models(config: Config) -> list[ModelInfo]:
    if not config.settings.base_url:
        return []
    from agent.backends.openai import list_served

    _check_elsewhere(config, "base_url", config.settings.base_url)
    return list_served(config.settings.base_url)
