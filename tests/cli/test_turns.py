"""`agent undo`, `redo`, `log`, `diff`, `init`: what they say, and what a dry run of them leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.moving import asks_back
from tests.cli.conftest import BLOCK, CALC, FIXED, RunAgent
from tests.conftest import git
from tests.scripted_ollama import ScriptedOllama, label

MakeRepo = Callable[..., Path]
Start = Callable[..., ScriptedOllama]


def test_a_dry_run_takes_nothing_back_and_does_nothing_again(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    assert agent("apply", "-", stdin=BLOCK, cwd=root).code == 0
    head = git(root, "rev-parse", "HEAD")
    ran = agent("undo", "--dry-run", cwd=root)
    assert ran.code == 0
    assert "turn 1 would be taken back, in calc.py" in ran.out
    assert (root / "calc.py").read_text() == FIXED
    assert git(root, "rev-parse", "HEAD") == head
    assert agent("undo", cwd=root).code == 0
    assert "turn 1 would be done again" in agent("redo", "--dry-run", cwd=root).out
    assert (root / "calc.py").read_text() == CALC
    assert agent("redo", cwd=root).code == 0
    (root / "calc.py").write_text("changed = 1\n")
    assert agent("undo", "--dry-run", cwd=root).code == 5


def test_a_dry_run_drops_no_record(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    assert agent("apply", "-", stdin=BLOCK, cwd=root).code == 0
    assert "would be dropped" in agent("log", "--prune", "--older-than", "0", "--dry-run", cwd=root).out
    assert len(agent("log", "--json", cwd=root).of("turn")) == 1


def test_a_dry_run_makes_no_repository(agent: RunAgent, tmp_path: Path) -> None:
    ran = agent("init", "--dry-run", cwd=tmp_path)
    assert ran.code == 0
    assert str(tmp_path) in ran.out
    assert not (tmp_path / ".git").exists()


@pytest.mark.parametrize("said", ["undo that", "Please revert your last change.", "no, undo it"])
def test_undo_in_words_takes_back_the_last_turn_and_nothing_else(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start, said: str
) -> None:
    server = scripted_ollama(replies=lambda request: label("edit", edit=-0.01) if request.get("logprobs") else BLOCK)
    root = make_repo({"calc.py": CALC, "last.py": "change = 1\n"})
    assert agent("apply", "-", stdin=BLOCK, cwd=root).code == 0
    ran = agent(said, "--yes", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert "undone: turn 1, calc.py" in ran.out
    assert (root / "calc.py").read_text() == CALC
    assert git(root, "status", "--porcelain") == ""


def test_undo_in_words_without_a_turn_fails_and_of_several_asks_for_the_number(
    agent: RunAgent, make_repo: MakeRepo
) -> None:
    root = make_repo({"calc.py": CALC})
    assert agent("edit", "undo that", cwd=root, env={"AGENT_MODEL": "none"}).code == 1
    assert agent("apply", "-", stdin=BLOCK, cwd=root).code == 0
    ran = agent("edit", "undo everything", cwd=root, env={"AGENT_MODEL": "none"})
    assert ran.code == 1 and "How many turns" in ran.err
    assert (root / "calc.py").read_text() == FIXED


@pytest.mark.parametrize(
    "said",
    ["undo the rename in b.py", "add an undo button", "don't undo that", "how do I undo this?", "do it again"],
)
def test_a_request_that_names_something_or_asks_is_no_undo(said: str) -> None:
    assert not asks_back(said)
