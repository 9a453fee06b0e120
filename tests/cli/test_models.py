"""`agent models`: every name that `-m` takes is understood, and nothing is removed unasked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import RunAgent
from tests.scripted_ollama import ScriptedOllama

Start = Callable[..., ScriptedOllama]


@pytest.mark.parametrize(
    ("name", "stands_for"),
    [("gemma", "gemma4:26b"), ("qwen", "qwen3.5:35b"), ("qwen-coder", "qwen2.5-coder:1.5b"), ("gemma4", "gemma4:26b")],
)
def test_an_alias_is_shown_as_the_model_it_stands_for(
    agent: RunAgent, tmp_path: Path, scripted_ollama: Start, name: str, stands_for: str
) -> None:
    models = ["gemma4:26b", "qwen3.5:35b", "qwen2.5-coder:1.5b"]
    server = scripted_ollama(models=models)
    ran = agent("models", "show", name, "--json", cwd=tmp_path, env={"OLLAMA_HOST": server.url})
    if name == "gemma4":  # not an alias: this tag is not installed
        assert ran.code == 3
        assert "Did you mean" in ran.of("error")[0]["message"]
        return
    assert ran.code == 0
    assert [e["model"]["name"] for e in ran.of("model")] == [stands_for]


def test_embedded_is_shown_whether_it_is_installed_or_not(agent: RunAgent, tmp_path: Path) -> None:
    ran = agent("models", "show", "embedded", cwd=tmp_path, env={"AGENT_MODELS": str(tmp_path)})
    assert ran.code == 0, ran.err
    assert "`embedded` is qwen2.5-coder:1.5b" in ran.out
    assert "not installed" in ran.out
    assert "edits as" in ran.out


def test_an_alias_without_a_model_says_what_to_fetch(agent: RunAgent, tmp_path: Path, scripted_ollama: Start) -> None:
    server = scripted_ollama(models=["qwen2.5-coder:1.5b"])
    ran = agent("models", "show", "gemma", cwd=tmp_path, env={"OLLAMA_HOST": server.url})
    assert ran.code == 3
    assert "agent models pull gemma4:26b" in ran.err


def test_an_alias_is_fetched_as_the_best_tag_it_stands_for(
    agent: RunAgent, tmp_path: Path, scripted_ollama: Start
) -> None:
    server = scripted_ollama(models=[], pullable={"gemma4:26b": 17_000_000})
    env = {"OLLAMA_HOST": server.url}
    assert agent("models", "pull", "gemma", "--dry-run", cwd=tmp_path, env=env).code == 0
    assert not server.models
    ran = agent("models", "pull", "gemma", cwd=tmp_path, env=env)
    assert ran.code == 0, ran.err
    assert "gemma4:26b is installed in Ollama" in ran.out
    assert list(server.models) == ["gemma4:26b"]


@pytest.mark.parametrize("name", ["", "none", " "])
@pytest.mark.parametrize("verb", ["show", "pull", "rm"])
def test_what_is_no_model_is_wrong_use(agent: RunAgent, tmp_path: Path, verb: str, name: str) -> None:
    ran = agent("models", verb, name, cwd=tmp_path)
    assert ran.code == 2
    assert ran.err.startswith("error: ")


def test_removing_says_what_is_not_there_before_it_asks_for_a_yes(
    agent: RunAgent, tmp_path: Path, scripted_ollama: Start
) -> None:
    server = scripted_ollama(models=["gemma4:26b"])
    env = {"OLLAMA_HOST": server.url, "AGENT_MODELS": str(tmp_path)}
    for name in ("nosuch:1b", "qwen", "embedded"):
        assert agent("models", "rm", name, cwd=tmp_path, env=env).code == 3, name
    ran = agent("models", "rm", "gemma", cwd=tmp_path, env=env)
    assert ran.code == 2
    assert "agent models rm gemma --yes" in ran.err
    assert "would be removed" in agent("models", "rm", "gemma", "--dry-run", cwd=tmp_path, env=env).out
    assert list(server.models) == ["gemma4:26b"]
    assert agent("models", "rm", "gemma", "--yes", cwd=tmp_path, env=env).code == 0
    assert not server.models


def test_in_a_terminal_removing_asks_and_enter_keeps(tmp_path: Path, scripted_ollama: Start) -> None:
    server = scripted_ollama(models=["gemma4:26b"])
    env = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "OLLAMA_HOST": server.url,
        "AGENT_MODELS": str(tmp_path),
    }

    def remove(answer: str) -> str:
        command = ["-m", "agent", "models", "rm", "gemma"]
        child = pexpect.spawn(sys.executable, command, cwd=str(tmp_path), env=env, encoding="utf-8", timeout=30)
        child.expect(r"Remove gemma4:26b \(.* GB, Ollama\)\?")
        child.send(answer)
        child.expect(pexpect.EOF)
        return str(child.before)

    assert "Nothing was removed" in remove("\r")
    assert "Nothing was removed" in remove("\x04")
    assert list(server.models) == ["gemma4:26b"]
    assert "Removed gemma4:26b" in remove("y\r")
    assert not server.models
