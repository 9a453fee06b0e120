"""Settings: defaults, the user's file, the project's `.agentrc`, the environment, flags — each value knows its source.

Later layers win. Files are TOML. The user's file is `$AGENT_CONFIG`, else `agent/agentrc` in the platform's
configuration folder; the project's file is `.agentrc` at the repository's root. `.agentrc.example` documents every key
and a test loads it, so the two cannot drift.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from agent.addresses import ollama_url, openai_url
from agent.durations import seconds_of
from agent.errors import ConfigError

CONFIG_NAME = ".agentrc"
SETTINGS_BYTES = 1 << 20


def _seconds_as_text(value: object) -> object:
    """A bare number of seconds, as TOML has it, in the one form that durations are read from."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


class ProfileOverride(BaseModel):
    """`[profile."TAG"]`: what differs for one model from its family's profile. Every key is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=0)
    min_p: float | None = Field(None, ge=0, le=1)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    repeat_penalty: float | None = Field(None, ge=0, le=2)
    think: bool | Literal["low", "medium", "high"] | None = None
    num_ctx: int | None = Field(None, ge=512)
    edit_form: Literal["blocks", "symbol", "whole"] | None = None
    whole_file_lines: int | None = Field(None, ge=0)
    max_steps: int | None = Field(None, ge=1, le=50)
    stop: list[str] | None = None


class Settings(BaseModel):
    """Every setting there is. A field's docstring in `.agentrc.example` says what it does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # the model and where it runs
    model: str = ""
    provider: Literal["", "ollama", "embedded", "openai"] = ""
    host: str = ""
    base_url: str = ""
    allow_remote: bool = False
    num_ctx: int | None = Field(None, ge=512)
    keep_alive: Annotated[str, BeforeValidator(_seconds_as_text)] = "5m"
    think: bool | Literal["low", "medium", "high"] = False
    threads: int | None = Field(None, ge=1)
    timeout: float = Field(600.0, gt=0)
    # routing
    router: Literal["model", "rules", "both"] = "both"
    confirm_below: float = Field(0.6, ge=0, le=1)
    max_steps: int = Field(6, ge=1, le=50)
    # edits
    edit_form: Literal["auto", "blocks", "symbol", "whole"] = "auto"
    retries: int = Field(2, ge=0, le=10)
    mend: bool = True
    # git
    commit: bool = True
    git: bool = True
    # tests and repair
    test_command: str = ""
    test_timeout: float = Field(120.0, gt=0)
    lint_command: str = ""
    fix_rounds: int = Field(3, ge=1, le=50)
    fix_seconds: float = Field(300.0, gt=0)
    # what a model may see
    deny: list[str] = Field(default_factory=list)
    allow: list[str] = Field(default_factory=list)
    # limits of one turn
    max_tokens: int | None = Field(None, ge=16)
    turn_tokens: int = Field(60_000, ge=100)
    turn_seconds: float = Field(1800.0, gt=0)
    # overrides by tag
    profile: dict[str, ProfileOverride] = Field(default_factory=dict)


ENVIRONMENT = {
    "AGENT_MODEL": "model",
    "AGENT_PROVIDER": "provider",
    "AGENT_BASE_URL": "base_url",
    "AGENT_NUM_CTX": "num_ctx",
    "AGENT_ROUTER": "router",
    "AGENT_THREADS": "threads",
    "OLLAMA_HOST": "host",
    "OLLAMA_KEEP_ALIVE": "keep_alive",
}


class Config:
    """The settings that apply, and where each comes from.

    `config.settings.model` is the value, `config.source("model")` says `default`, a file's path, `AGENT_MODEL` or
    `--model`.
    """

    def __init__(self, settings: Settings, sources: Mapping[str, str]) -> None:
        self.settings = settings
        self._sources = dict(sources)

    def source(self, key: str) -> str:
        """Where the value of a setting comes from."""
        return self._sources.get(key, "default")

    def replace(self, source: str = "/set", **changes: Any) -> Config:
        """A copy with some settings changed. Raises ConfigError for a bad value."""
        merged = {**self.settings.model_dump(exclude_defaults=True), **changes}
        sources = {**self._sources, **dict.fromkeys(changes, source)}
        return Config(_validated(merged, sources), sources)


def user_file(environ: Mapping[str, str] | None = None) -> Path:
    """The user's own settings file, which need not exist."""
    env = os.environ if environ is None else environ
    if env.get("AGENT_CONFIG"):
        return Path(env["AGENT_CONFIG"]).expanduser()
    base = env.get("XDG_CONFIG_HOME") or str(Path(env.get("HOME", "~")).expanduser() / ".config")
    return Path(base) / "agent" / "agentrc"


def load_config(
    root: Path | None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read all layers. `root` is the repository's root (or None), `flags` what the command line says (None: not said).

    Raises ConfigError, which names the key and the file, variable or flag it came from.
    """
    env = os.environ if environ is None else environ
    merged: dict[str, Any] = {}
    sources: dict[str, str] = {}

    def layer(values: Mapping[str, Any], source: str | Mapping[str, str]) -> None:
        for key, value in values.items():
            merged[key] = {**merged[key], **value} if key == "profile" and key in merged else value
            sources[key] = source if isinstance(source, str) else source[key]

    files = [user_file(env)] + ([root / CONFIG_NAME] if root is not None else [])
    for path in files:
        layer(_read_file(path), str(path))
    from_env = {key: env[var] for var, key in ENVIRONMENT.items() if env.get(var, "").strip()}
    layer(from_env, {key: var for var, key in ENVIRONMENT.items()})
    said = {k: v for k, v in (flags or {}).items() if v is not None}
    layer(said, {k: "--" + k.replace("_", "-") for k in said})
    return Config(_validated(merged, sources), sources)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ConfigError(f"{path} is not a regular file.", "Remove it, or put a settings file there.")
        with path.open("rb") as file:
            data = file.read(SETTINGS_BYTES + 1)
        if len(data) > SETTINGS_BYTES:
            raise ConfigError(f"{path} is too large for settings.", "Mend or remove the file.")
        text = data.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except IsADirectoryError:
        raise ConfigError(f"{path} is a folder, not a settings file.", "Rename it, or put a file there.") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path} cannot be read: {why}.", "Mend or remove the file.") from None
    if not text.strip():
        return {}
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(text).unwrap()
    except TOMLKitError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}", "`.agentrc.example` shows the form.") from None


def _validated(merged: Mapping[str, Any], sources: Mapping[str, str]) -> Settings:
    try:
        settings = Settings.model_validate(dict(merged))
    except ValidationError as error:
        first = error.errors()[0]
        loc = first["loc"]
        if loc and loc[0] != "profile":
            loc = loc[:1]  # what follows is which form of the value was tried
        key = ".".join(str(part) for part in loc[:3])
        source = sources.get(str(first["loc"][0]) if first["loc"] else "", "the settings")
        if first["type"] == "extra_forbidden":
            raise ConfigError(
                f"{source}: there is no setting `{key}`.{_nearest(loc)}", "`agent config` lists every setting."
            ) from None
        why = first["msg"].lower()
        if (loc and loc[-1] == "profile") or first["type"] == "model_type":
            why = 'it has to be a table, such as [profile."qwen3-coder:30b"]'
        elif "think" in loc[-1:] or "think" in loc[2:3]:
            why = 'it has to be true, false, "low", "medium" or "high"'
        raise ConfigError(
            f"{source}: `{key}` is {first['input']!r}: {why}.", "`agent config` lists every setting."
        ) from None
    for key, value in settings:
        if isinstance(value, str) and "\0" in value:
            source = sources.get(key, "default")
            raise ConfigError(f"{source}: `{key}` has a NUL character in it.", "Write it without.")
    seconds_of(settings.keep_alive, sources.get("keep_alive", "default"))
    ollama_url(settings.host, sources.get("host", "default"))
    if settings.base_url:
        openai_url(settings.base_url, sources.get("base_url", "default"))
    return settings


def _nearest(loc: tuple[int | str, ...]) -> str:
    import difflib

    known = ProfileOverride.model_fields if loc[0] == "profile" else Settings.model_fields
    close = difflib.get_close_matches(str(loc[-1]), list(known), n=1)
    return f" Did you mean `{close[0]}`?" if close else ""
