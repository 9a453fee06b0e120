"""A settings file that is broken, whichever way, is one error that names the file and the key; nothing hangs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import CALC, RunAgent
from tests.scripted_ollama import ScriptedOllama

MakeRepo = Callable[..., Path]
Start = Callable[..., ScriptedOllama]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"model = ", "TOML"),
        (b'modle = "x"', "Did you mean `model`"),
        (b"retries = -1", "`retries` is -1"),
        (b'num_ctx = "big"', "`num_ctx` is 'big'"),
        (b'think = "maybe"', "`think` is 'maybe': it has to be true, false, \"low\""),
        (b"[profile]\nx = 1", "`profile.x` is 1: it has to be a table"),
        (b'profile = "x"', "`profile` is 'x': it has to be a table"),
        (b'[profile."a:b"]\ntemperature = 9', "`profile.a:b.temperature` is 9"),
        (b'[profile."a:b"]\nthink = 3.5', "`profile.a:b.think` is 3.5: it has to be true"),
        (b'deny = "x"', "`deny` is 'x'"),
        (b"turn_seconds = nan", "`turn_seconds`"),
        (b"a = 1\na = 2", "TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"#" * 2_000_000, "too large"),
    ],
)
def test_a_broken_settings_file_is_named_with_its_key(
    agent: RunAgent, tmp_path: Path, content: bytes, named: str
) -> None:
    (tmp_path / ".agentrc").write_bytes(content)
    ran = agent("config", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert f"{tmp_path}/.agentrc" in ran.err
    assert named in ran.err


def test_a_pipe_in_the_place_of_the_settings_does_not_hang(agent: RunAgent, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".agentrc")
    ran = agent("config", cwd=tmp_path, limit=20)
    assert ran.code == 2
    assert "not a regular file" in ran.err


def test_settings_of_an_editor_that_marks_its_encoding_are_read(agent: RunAgent, tmp_path: Path) -> None:
    (tmp_path / ".agentrc").write_text('model = "none"\n', encoding="utf-8-sig")
    ran = agent("config", "--json", cwd=tmp_path)
    assert next(e for e in ran.of("setting") if e["key"] == "model")["value"] == "none"


def test_a_limit_may_be_infinite(agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start) -> None:
    server = scripted_ollama(replies=lambda request: "Adds up.")
    root = make_repo({"calc.py": CALC, ".agentrc": "turn_seconds = inf\ntimeout = inf\n"})
    ran = agent("explain", "what is this", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
