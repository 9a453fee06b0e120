"""Opening a backend: from the choice of a model to something that answers, with its context and its profile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agent.backends.base import Backend, ModelInfo
from agent.backends.choosing import Choice, check_elsewhere, check_remote_allowed, resolve_model, server_url
from agent.config import Config
from agent.durations import seconds_of
from agent.errors import AgentError, NoSuchModel
from agent.models.catalog import EMBEDDED_DEFAULT, find_entry, is_remote

if TYPE_CHECKING:
    from agent.backends.embedded import Embedded
    from agent.backends.ollama import Ollama
    from agent.models.gguf import GgufInfo
    from agent.models.profiles import Profile

__all__ = [
    "Choice",
    "embedded_offer",
    "list_models",
    "of_header",
    "open_backend",
    "profile_of",
    "profile_of_model",
    "resolve_model",
]


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


def _open_ollama(config: Config, choice: Choice, notify: Callable[[str], None] | None) -> Ollama:
    from agent.backends.ollama import Ollama, show

    url = server_url(config)
    info = choice.info or ModelInfo(choice.model, "ollama")
    if not info.capabilities or info.context is None:
        info = show(url, info)
        if is_remote(info):
            check_remote_allowed(config, info.name)
    profile = profile_of_model(config, info)
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
    profile = profile_of_model(config, of_header(name, header))
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
        return profile_of_model(config, header)
    if header is not None:
        return profile_of_model(config, of_header(backend.model, header))
    return profile_of_model(config, ModelInfo(backend.model, backend.name, context=backend.context_limit()))


def of_header(name: str, header: GgufInfo) -> ModelInfo:
    """What a file of weights says of its model."""
    return ModelInfo(
        name,
        "embedded",
        size_bytes=header.size_bytes,
        family=header.architecture,
        parameters=f"{header.parameters / 1e9:.2f}B",
        quantisation=header.quantisation,
        context=header.context,
        capabilities=("thinking",) if "enable_thinking" in header.chat_template else ("completion",),
    )


def profile_of_model(config: Config, info: ModelInfo) -> Profile:
    """How a model is best asked. Whether it can think its capabilities tell, where there are any."""
    from agent.models.profiles import profile_for

    return profile_for(
        info.name,
        family=info.family,
        parameters=info.parameters,
        size_bytes=info.size_bytes,
        context=info.context,
        can_think="thinking" in info.capabilities if info.capabilities else None,
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


def list_models(config: Config, *, notify: Callable[[str], None] | None = None) -> list[ModelInfo]:
    """Every model of every backend. A backend that cannot be asked is a word to `notify`, not an error."""
    found: list[ModelInfo] = []
    for listing in (_ollama_models, _embedded_models, _openai_models):
        try:
            found += listing(config)
        except AgentError as error:
            if notify:
                notify(str(error))
    return found


def _ollama_models(config: Config) -> list[ModelInfo]:
    from agent.backends.ollama import list_installed, with_loaded

    url = server_url(config)
    return with_loaded(url, list_installed(url))


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

    check_elsewhere(config, "base_url", config.settings.base_url)
    return list_served(config.settings.base_url)
