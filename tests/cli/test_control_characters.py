"""Escape sequences in what a model, a file name or a program says do not reach the terminal; files keep their bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import CALC, RunAgent
from tests.conftest import git
from tests.scripted_ollama import Reply, ScriptedOllama, label

Start = Callable[..., ScriptedOllama]
MakeRepo = Callable[..., Path]
NONE = {"AGENT_MODEL": "none"}

TITLE = "\x1b]0;owned\x07"
CLEAR = "\x1b[2J\x1b[31m"
HOSTILE = f"good {TITLE}{CLEAR} \x08\x08\x08\x08 \x9b31m \x7f and \u202edesrever\u2066 end"
DRIVING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal acts on: every control but line feed and tab, and what reorders text."""


def explains(text: str) -> Callable[[dict[str, object]], Reply]:
    """A server that streams this text, each character a piece of its own."""
    return lambda request: label("explain") if request.get("logprobs") else Reply(text=text, pieces=tuple(text))


def test_escape_sequences_of_a_model_do_not_reach_a_reader(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=explains(HOSTILE))
    root = make_repo({"calc.py": CALC})
    ran = agent("explain", "this", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert not DRIVING.search(ran.out + ran.err)
    assert "␛]0;owned␇" in ran.out
    assert "<U+202E>desrever" in ran.out


def test_in_a_terminal_only_our_own_sequences_are_sent(make_repo: MakeRepo, scripted_ollama: Start) -> None:
    # Two spellings that only become a control character when Markdown is drawn, and a link whose text is another.
    text = HOSTILE + " &#x202e;x &#27;]0;two&#7; and [bank.example](http://evil.example)\n"
    server = scripted_ollama(replies=explains(text))
    root = make_repo({"calc.py": CALC})
    child = pexpect.spawn(
        sys.executable,
        ["-m", "agent", "explain", "this", "calc.py"],
        cwd=str(root),
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "OLLAMA_HOST": server.url,
            "TERM": "xterm-256color",
        },
        dimensions=(30, 200),
        encoding="utf-8",
    )
    child.expect(pexpect.EOF, timeout=30)
    screen = str(child.before)
    assert "]0;owned" in screen
    for sequence in ("\x1b]", "\x07", "\x08", "\x1b[2J", "\x9b", "\x7f", "\u202e", "\u2066"):
        assert sequence not in screen, repr(sequence)
    assert "http://evil.example" in screen


def test_json_keeps_control_characters_escaped(agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start) -> None:
    server = scripted_ollama(replies=explains(HOSTILE))
    root = make_repo({"calc.py": CALC})
    ran = agent("explain", "this", "calc.py", "--json", cwd=root, env={"OLLAMA_HOST": server.url})
    assert not DRIVING.search(ran.out)
    assert "".join(e["text"] for e in ran.of("text") if e["kind"] == "answer").startswith(HOSTILE)


def test_a_file_is_written_with_its_true_bytes_and_shown_without(agent: RunAgent, make_repo: MakeRepo) -> None:
    before = f'RED = "{CLEAR}"\n\x0c\nNAME = "a"\n'
    root = make_repo({"colour.py": before})
    reply = 'colour.py\n<<<<<<< SEARCH\nNAME = "a"\n=======\nNAME = "\x1b[0m\u202e"\n>>>>>>> REPLACE\n'
    ran = agent("apply", "-", stdin=reply, cwd=root, env=NONE)
    assert ran.code == 0, ran.err
    assert (root / "colour.py").read_text() == before.replace('"a"', '"\x1b[0m\u202e"')
    assert not DRIVING.search(ran.out)
    assert '+NAME = "␛[0m<U+202E>"' in ran.out


def test_a_patch_in_a_pipe_is_exact_and_applies(agent: RunAgent, make_repo: MakeRepo) -> None:
    before = "# café\r\n\x0c\r\nold\r\n".encode("latin-1")
    root = make_repo({"notes.txt": before})
    reply = "notes.txt\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
    assert agent("apply", "-", stdin=reply, cwd=root, env=NONE).code == 0
    after = (root / "notes.txt").read_bytes()
    assert after == before.replace(b"old", b"new")
    (root / "notes.txt").write_bytes(before)
    patch = subprocess.run(
        [sys.executable, "-m", "agent", "diff"],
        cwd=root,
        env={**os.environ, **NONE, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=True,
    ).stdout
    subprocess.run(["git", "apply", "-"], cwd=root, input=patch, check=True)
    assert (root / "notes.txt").read_bytes() == after


@pytest.mark.parametrize("args", [["search", "unusual"], ["explain", "unusual"], ["fix", "gone\x1b[2J.py"]])
def test_a_file_name_cannot_drive_the_terminal(agent: RunAgent, make_repo: MakeRepo, args: list[str]) -> None:
    root = make_repo({"plain.py": "x = 1\n", f"evil{TITLE}.py": "def unusual():\n    return 1\n"})
    ran = agent(*args, cwd=root, env=NONE)
    assert not DRIVING.search(ran.out + ran.err)
    assert "␛" in ran.out + ran.err


def test_the_output_of_a_test_command_cannot_drive_the_terminal(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    command = r"printf '\033]0;owned\007\033[2J failing\n'; exit 3"
    ran = agent("test", "--test", command, cwd=root, env=NONE)
    assert ran.code == 1
    assert "failing" in ran.out
    assert not DRIVING.search(ran.out + ran.err)


def test_the_log_of_a_hostile_request_is_harmless(agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start) -> None:
    whole = "```python\n" + CALC.replace("+= price", "+= price * quantity") + "```\n"
    server = scripted_ollama(replies=lambda request: label("edit") if request.get("logprobs") else whole)
    root = make_repo({"calc.py": CALC})
    env = {"OLLAMA_HOST": server.url}
    ran = agent("edit", f"multiply {TITLE}{CLEAR}", "calc.py", "--yes", cwd=root, env=env)
    assert ran.code == 0, ran.err
    listed = agent("log", cwd=root, env=NONE)
    assert "multiply" in listed.out
    assert not DRIVING.search(listed.out)
    assert git(root, "log", "-1", "--format=%B") == "Multiply ]0;owned[2J[31m"
