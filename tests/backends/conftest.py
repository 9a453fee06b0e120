"""Every test here has its own cache and runtime folder, so that no engine or estimate of another run is found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.models.places import models_folder

WEIGHTS = models_folder()
"""Before the environment is changed below."""


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache, a runtime folder and settings of its own; stops the engines that the test left."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    runtime = tmp_path / "run"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("AGENT_CONFIG", str(tmp_path / "agentrc"))
    monkeypatch.setenv("AGENT_MODELS", str(WEIGHTS))
    for name in [
        n for n in os.environ if n.startswith(("OLLAMA_", "OPENAI_")) or n in ("AGENT_MODEL", "AGENT_API_KEY")
    ]:
        monkeypatch.delenv(name)
    yield
    from agent.backends import engine

    for running in engine.running():
        engine.stop_pid(int(str(running["pid"])))


@pytest.fixture(scope="session")
def small_model() -> Path:
    """The 0.5B's file."""
    from agent.models.store import installed

    path = installed("qwen2.5-coder:0.5b", WEIGHTS)
    if path is None:
        pytest.skip("the 0.5B is not installed: agent models pull qwen2.5-coder:0.5b")
    return path
