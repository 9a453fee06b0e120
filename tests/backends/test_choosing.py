"""Which model answers, for each way of naming one and each set of installed models; and where a prompt may not go."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.backends.choosing import resolve_model
from agent.backends.opening import embedded_offer, list_models, open_backend, profile_of
from agent.config import load_config
from agent.errors import ConfigError, NoServer, NoSuchModel
from tests.scripted_ollama import CLOUD, CODER, DEFAULT_MODELS, GEMMA, QWEN, ScriptedOllama, ServedModel

EMBEDS = ServedModel("nomic-embed-text:latest", size=9_000_000_000, family="nomic-bert", capabilities=("embedding",))


@pytest.fixture
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(models=[*DEFAULT_MODELS, CLOUD]) as running:
        yield running


def chosen(server: ScriptedOllama, model: str = "", **flags: Any) -> str:
    choice = resolve_model(load_config(None, {"host": server.url, "model": model or None, **flags}))
    return f"{choice.backend} {choice.model}"


def repository(folder: Path, agentrc: str, *, tracked: bool) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / ".agentrc").write_text(agentrc)
    subprocess.run(["git", "init", "-q", folder], check=True)
    if tracked:
        subprocess.run(["git", "-C", folder, "add", ".agentrc"], check=True)
    return folder


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        ([CODER, GEMMA, QWEN], GEMMA.name),
        ([CODER, QWEN], QWEN.name),
        ([CODER, ServedModel("tiny:1b", size=10)], CODER.name),
        ([CODER, EMBEDS, CLOUD], CODER.name),
    ],
)
def test_without_a_name_it_is_gemma_then_qwen_then_the_largest_that_completes(
    installed: list[ServedModel], expected: str
) -> None:
    with ScriptedOllama(models=installed) as server:
        choice = resolve_model(load_config(None, {"host": server.url}))
    assert (choice.backend, choice.model) == ("ollama", expected)
    assert "-m NAME" in choice.why


def test_with_nothing_usable_installed_it_says_how_to_get_a_model() -> None:
    with ScriptedOllama(models=[EMBEDS, CLOUD]) as server, pytest.raises(NoSuchModel) as caught:
        chosen(server)
    assert "agent models pull gemma4" in caught.value.hint


def test_each_kind_of_name(server: ScriptedOllama, small_model: Path) -> None:
    assert chosen(server, "none") == "none none"
    assert chosen(server, CODER.name) == f"ollama {CODER.name}"
    assert chosen(server, "qwen").startswith("ollama qwen3.5")
    assert chosen(server, "embedded") == "embedded qwen2.5-coder:1.5b"
    assert chosen(server, str(small_model)) == f"embedded {small_model}"
    assert chosen(server, "qwen2.5-coder:0.5b", provider="embedded") == "embedded qwen2.5-coder:0.5b"


def test_a_tag_without_a_size_is_the_latest() -> None:
    with ScriptedOllama(models=[ServedModel("mistral:latest")]) as server:
        assert chosen(server, "mistral") == "ollama mistral:latest"


def test_a_name_that_is_nearly_right_is_asked_back(server: ScriptedOllama) -> None:
    with pytest.raises(NoSuchModel, match=f"Did you mean `{CODER.name}`"):
        chosen(server, CODER.name.replace("coder", "codr"))


def test_an_alias_with_nothing_installed_says_what_to_pull() -> None:
    with ScriptedOllama(models=[CODER]) as server, pytest.raises(NoSuchModel) as caught:
        chosen(server, "gemma-large")
    assert "agent models pull gemma4:31b" in caught.value.hint


def test_a_catalog_name_without_ollama_is_the_embedded_engine_and_says_so() -> None:
    choice = resolve_model(load_config(None, {"host": "127.0.0.1:1", "model": "qwen2.5-coder:0.5b"}))
    assert (choice.backend, choice.model) == ("embedded", "qwen2.5-coder:0.5b")
    assert "http://127.0.0.1:1" in choice.why


@pytest.mark.parametrize("model", ["", "gemma", "qwen", "mistral:7b"])
def test_any_other_name_without_ollama_is_an_error_and_not_another_model(model: str) -> None:
    with pytest.raises(NoServer):
        resolve_model(load_config(None, {"host": "127.0.0.1:1", "model": model or None}))


def test_an_embedded_model_that_is_not_installed_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_MODELS", str(tmp_path))
    with pytest.raises(NoSuchModel) as caught:
        open_backend(load_config(None, {"model": "embedded"}))
    assert "agent models pull qwen2.5-coder:1.5b" in caught.value.hint
    name, size, installed = embedded_offer()
    assert (name, installed) == ("qwen2.5-coder:1.5b", False) and 1e9 < size < 2e9


def test_a_file_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    text = tmp_path / "notes.gguf"
    text.write_text("these are notes")
    with pytest.raises(NoSuchModel, match="not a GGUF file"):
        open_backend(load_config(None, {"model": str(text)}))
    with pytest.raises(NoSuchModel, match="no file"):
        open_backend(load_config(None, {"model": str(tmp_path / "missing.gguf")}))


def test_an_embedding_model_is_refused_by_name() -> None:
    with ScriptedOllama(models=[EMBEDS]) as server, pytest.raises(NoSuchModel, match="cannot generate"):
        chosen(server, EMBEDS.name)


# where a prompt may not go


def test_a_model_on_somebody_elses_machine_is_refused_unless_the_user_allows_it(server: ScriptedOllama) -> None:
    with pytest.raises(NoSuchModel, match="somebody else's machine"):
        chosen(server, CLOUD.name)
    assert chosen(server, CLOUD.name, allow_remote=True) == f"ollama {CLOUD.name}"


def test_a_remote_model_that_does_not_look_like_one_is_refused_too() -> None:
    disguised = ServedModel("gemma4:26b", remote_host="https://elsewhere.example")
    with ScriptedOllama(models=[disguised]) as server, pytest.raises(NoSuchModel):
        open_backend(load_config(None, {"host": server.url, "model": "gemma4:26b"}))


def test_a_cloned_repository_cannot_send_code_to_another_machine(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", 'host = "http://evil.example:11434"\nmodel = "gemma"\n', tracked=True)
    with pytest.raises(ConfigError, match=r"evil\.example"):
        resolve_model(load_config(root))
    root = repository(tmp_path / "o", 'provider = "openai"\nbase_url = "https://evil.example/v1"\n', tracked=True)
    with pytest.raises(ConfigError, match=r"evil\.example"):
        resolve_model(load_config(root))


def test_a_cloned_repository_cannot_allow_remote_models(tmp_path: Path, server: ScriptedOllama) -> None:
    root = repository(tmp_path / "r", f'allow_remote = true\nmodel = "{CLOUD.name}"\n', tracked=True)
    with pytest.raises(NoSuchModel):
        resolve_model(load_config(root, {"host": server.url}))


def test_a_repository_may_name_a_server_on_this_machine(tmp_path: Path, server: ScriptedOllama) -> None:
    root = repository(tmp_path / "r", f'host = "{server.url}"\n', tracked=True)
    assert resolve_model(load_config(root)).model == GEMMA.name


def test_the_user_may_say_what_the_repository_may_not(tmp_path: Path, server: ScriptedOllama) -> None:
    mine = repository(tmp_path / "mine", f'allow_remote = true\nmodel = "{CLOUD.name}"\n', tracked=False)
    assert resolve_model(load_config(mine, {"host": server.url})).model == CLOUD.name
    theirs = repository(tmp_path / "r", 'host = "http://evil.example:11434"\n', tracked=True)
    assert resolve_model(load_config(theirs, {"host": server.url})).model == GEMMA.name


# what follows from the choice


def test_the_profile_follows_the_server_and_the_settings(server: ScriptedOllama, tmp_path: Path) -> None:
    (tmp_path / "agentrc").write_text(f'[profile."{GEMMA.name}"]\ntemperature = 0.3\nnum_ctx = 4096\n')
    config = load_config(None, {"host": server.url, "model": GEMMA.name})
    backend = open_backend(config)
    assert backend is not None and backend.context_limit() == 4096
    profile = profile_of(backend, config)
    assert (profile.family, profile.options().temperature, profile.options().top_k) == ("gemma4", 0.3, 64)


def test_the_list_has_every_backend_and_a_word_about_each_that_cannot_be_asked() -> None:
    notes: list[str] = []
    config = load_config(None, {"host": "127.0.0.1:1", "base_url": "http://127.0.0.1:2/v1"})
    listed = list_models(config, notify=notes.append)
    assert {m.backend for m in listed} == {"embedded"} and len(listed) >= 2
    assert len(notes) == 2 and "127.0.0.1:1" in notes[0] and "127.0.0.1:2" in notes[1]
