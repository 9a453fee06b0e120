"""`agent undo`, `redo`, `log`, `diff`, `init`: what they say, and what a dry run of them leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import BLOCK, CALC, FIXED, RunAgent
from tests.conftest import git

MakeRepo = Callable[..., Path]


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
