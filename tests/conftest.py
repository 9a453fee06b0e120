"""What tests share: an environment of their own, repositories, the scripted server, the small model's weights."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.models.places import models_folder
from agent.models.store import installed
from tests.scripted_ollama import ScriptedOllama

SMALL_MODEL = "qwen2.5-coder:0.5b"
NOBODY_LISTENS = "127.0.0.1:9"


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads the user's settings, git configuration, caches, engines or server. The weights are shared."""
    home = tmp_path_factory.mktemp("home")
    gitconfig = home / "gitconfig"
    gitconfig.write_text("[user]\n\tname = Test Person\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGENT_MODELS", str(models_folder().absolute()))
        patch.setenv("AGENT_CONFIG", str(home / "agentrc"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(gitconfig))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("OLLAMA_HOST", NOBODY_LISTENS)
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        # A judged pytest has no use for the plugins of these tests, which make it start five times slower.
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        for name in (
            "XDG_RUNTIME_DIR",
            "AGENT_MODEL",
            "AGENT_PROVIDER",
            "AGENT_BASE_URL",
            "AGENT_NUM_CTX",
            "AGENT_ROUTER",
        ):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def scripted_ollama() -> Iterator[Callable[..., ScriptedOllama]]:
    """A function that starts a scripted server (the arguments are `ScriptedOllama`'s); all are closed at the end."""
    started: list[ScriptedOllama] = []

    def start(*args: Any, **options: Any) -> ScriptedOllama:
        started.append(ScriptedOllama(*args, **options).start())
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a git repository with the given files (path to text or bytes), committed."""

    def make(files: Mapping[str, str | bytes], name: str = "repo", commit: bool = True) -> Path:
        root = tmp_path / name
        root.mkdir()
        git(root, "init", "-q")
        for path, content in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        if commit:
            git(root, "add", "-A")
            git(root, "commit", "-q", "--allow-empty", "-m", "Start")
        return root

    return make


@pytest.fixture(scope="session")
def small_weights() -> Path:
    """The file of the smallest chat model in the catalog, for tests marked `engine`."""
    path = installed(SMALL_MODEL)
    if path is None:
        pytest.fail(f"the weights are missing: `agent models pull {SMALL_MODEL}`, or leave out with -m 'not engine'")
    return path


def git(root: Path, *args: str) -> str:
    """Run git there; its output, stripped. Raises CalledProcessError."""
    done = subprocess.run(["git", "-C", str(root), *args], capture_output=True, text=True, check=True)
    return done.stdout.strip()
