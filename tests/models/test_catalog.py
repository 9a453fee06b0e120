"""Names: what an alias becomes, and that the catalog holds together."""

from __future__ import annotations

import re

import pytest

from agent.backends.base import ModelInfo
from agent.models.catalog import ALIASES, CATALOG, EMBEDDED_DEFAULT, find_entry, resolve_alias


def have(*names: str, sizes: dict[str, int] | None = None) -> list[ModelInfo]:
    return [ModelInfo(name, "ollama", size_bytes=(sizes or {}).get(name, 1)) for name in names]


@pytest.mark.parametrize(
    ("alias", "installed", "becomes"),
    [
        ("gemma", ["gemma4:12b", "gemma4:31b", "gemma4:26b"], "gemma4:26b"),
        ("gemma", ["gemma4:12b", "gemma4:31b"], "gemma4:31b"),
        ("gemma", ["gemma4:e2b", "gemma4:latest"], "gemma4:latest"),
        ("gemma", ["gemma4:31b-cloud", "gemma4:e2b"], "gemma4:e2b"),
        ("gemma", ["gemma4:26b-it-q8_0"], "gemma4:26b-it-q8_0"),
        ("gemma", ["gemma3:27b", "qwen3.5:35b"], None),
        ("gemma-large", ["gemma4:26b"], None),
        ("gemma-large", ["gemma4:31b"], "gemma4:31b"),
        ("qwen", ["qwen3.5:27b", "qwen3-coder:30b"], "qwen3-coder:30b"),
        ("qwen", ["qwen3.5:cloud", "qwen3.5:4b"], "qwen3.5:4b"),
        ("qwen", ["qwen3.6:35b", "qwen3:30b"], "qwen3.6:35b"),
        ("qwen-coder", ["qwen2.5-coder:1.5b"], "qwen2.5-coder:1.5b"),
        ("qwen-coder", ["qwen2.5-coder:32b", "qwen3-coder:30b"], "qwen3-coder:30b"),
    ],
)
def test_an_alias_becomes_the_best_that_is_installed(alias: str, installed: list[str], becomes: str | None) -> None:
    found = resolve_alias(alias, have(*installed))
    assert (found.name if found else None) == becomes


def test_of_several_sizes_an_alias_takes_the_largest() -> None:
    models = have("qwen2.5-coder:7b", "qwen2.5-coder:14b", sizes={"qwen2.5-coder:7b": 5, "qwen2.5-coder:14b": 9})
    found = resolve_alias("qwen-coder", models)
    assert found is not None and found.name == "qwen2.5-coder:14b"


def test_an_alias_never_becomes_a_model_on_somebody_elses_machine_or_one_that_cannot_answer() -> None:
    remote = ModelInfo("gemma4:26b", "ollama", remote=True)
    embedding = ModelInfo("gemma4:31b", "ollama", completes=False)
    assert resolve_alias("gemma", [remote, embedding]) is None


def test_every_entry_is_pinned_and_can_be_fetched_from_somewhere() -> None:
    for entry in CATALOG:
        assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256)
        assert entry.hub or entry.wheels
        assert entry.hub is None or re.fullmatch(r"[0-9a-f]{40}", entry.hub.revision)
        assert entry.file.endswith(".gguf")
    assert len({entry.file for entry in CATALOG}) == len(CATALOG)


def test_embedded_is_an_entry_that_can_converse() -> None:
    entry = find_entry("embedded")
    assert entry is not None and entry.name == EMBEDDED_DEFAULT and entry.chats
    assert "embedded" not in ALIASES
