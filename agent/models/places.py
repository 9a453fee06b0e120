"""Where files of ours live outside a repository: weights and measurements, and the state of running engines."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agent.errors import InTheWay


def cache_folder() -> Path:
    """The platform's cache folder for `agent`; it need not exist. Everything in it can be made again."""
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "agent"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "agent"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "agent" / "cache"
    return Path.home() / ".cache" / "agent"


def models_folder() -> Path:
    """Where weights are kept: `$AGENT_MODELS`, else `models` in the cache folder; it need not exist."""
    if os.environ.get("AGENT_MODELS"):
        return Path(os.environ["AGENT_MODELS"]).expanduser()
    return cache_folder() / "models"


def runtime_folder() -> Path:
    """Where the state of running engines is kept, private to the user (mode 0700); made if missing.

    Raises InTheWay where it cannot be made.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base) / "agent" if base and os.access(base, os.W_OK) else cache_folder() / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InTheWay(
            f"{folder} cannot be made: {error.strerror}.", "Set XDG_CACHE_HOME to a folder that can be written."
        ) from None
    return folder
