"""`agent search` as a person types it at a shell: letters, punctuation, patterns, nothing, a large repository."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import RunAgent
from tests.conftest import git

MakeRepo = Callable[..., Path]
NONE = {"AGENT_MODEL": "none"}
LINES = "for price, quantity in items:\n    k = total(price)\nwidth = 640\n"


@pytest.mark.parametrize(
    ("query", "line"),
    [("k", 2), ("price, quantity", 1), ("total(", 2), (r"\d+$", 3), ("= 640", 3), ("(", 2), ("^width", 3)],
)
def test_what_stands_in_a_file_is_found_as_it_was_typed(
    agent: RunAgent, make_repo: MakeRepo, query: str, line: int
) -> None:
    ran = agent("search", "--json", "--", query, cwd=make_repo({"shop.py": LINES}), env=NONE)
    assert ran.code == 0, ran.out
    assert ran.of("found")[0]["hits"][0]["line"] == line


@pytest.mark.parametrize("query", ["[a-z", "*", "\\", "/(unclosed/", "qqq"])
def test_a_pattern_that_cannot_be_read_is_nothing_found(agent: RunAgent, make_repo: MakeRepo, query: str) -> None:
    ran = agent("search", "--", query, cwd=make_repo({"shop.py": LINES}), env=NONE)
    assert (ran.code, ran.err) == (1, "")
    assert "nothing found" in ran.out


def test_no_word_at_all_is_wrong_use(agent: RunAgent, make_repo: MakeRepo) -> None:
    assert agent("search", " ", cwd=make_repo({"shop.py": LINES}), env=NONE).code == 2


def test_a_letter_that_is_everywhere_is_cut_short_in_time(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({f"part{n % 20}/f{n}.py": "k = 1\n" * 50 for n in range(2000)})
    began = time.monotonic()
    ran = agent("search", "k", cwd=root, env=NONE)
    assert time.monotonic() - began < 20
    assert ran.code == 0
    assert "more; narrow the search" in ran.out
    assert len(ran.out.splitlines()) < 40


def test_a_bare_repository_has_no_files_and_says_so(agent: RunAgent, make_repo: MakeRepo, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(make_repo({"shop.py": LINES})), str(bare))
    for args in (["search", "total"], ["route", "fix it"], ["fix", "shop.py"], ["log"], ["init"]):
        ran = agent(*args, cwd=bare, env=NONE)
        assert ran.code == 5, args
        assert "bare repository" in ran.err
    assert agent("config", "-C", str(tmp_path / "nosuch"), cwd=bare).code == 2
