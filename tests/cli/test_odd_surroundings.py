"""Odd names, terminals, pipes, disks and servers: each ends in one clear line and the right exit code."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import BLOCK, CALC, RunAgent
from tests.conftest import git
from tests.scripted_ollama import Reply, ScriptedOllama, label

Start = Callable[..., ScriptedOllama]
MakeRepo = Callable[..., Path]
NONE = {"AGENT_MODEL": "none"}
TEST = "from calc import total\n\n\ndef test_total():\n    assert total([(2, 3)]) == 6\n"


def piped(command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A shell line in which `agent` is the real program."""
    program = f'agent() {{ {sys.executable} -m agent "$@"; }}; '
    path = {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        ["bash", "-c", program + command],
        cwd=cwd,
        # An empty value is none: with unbuffered streams nothing would be left to fail at the end.
        env={**os.environ, "PYTHONUNBUFFERED": "", **NONE, **path, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_file_with_spaces_in_its_name_is_explained(agent: RunAgent, make_repo: MakeRepo) -> None:
    ran = agent("explain", "my calc.py", cwd=make_repo({"my calc.py": CALC}), env=NONE)
    assert ran.code == 0
    assert "my calc.py:1" in ran.out


def test_a_very_long_word_is_words_and_takes_no_time(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    assert agent("explain", "a" * 5000, cwd=root, env=NONE).code == 1
    ran = agent("explain", "this", stdin="a" * 100_000, cwd=root, env=NONE, limit=15)
    assert ran.code == 1


def test_a_huge_file_is_not_called_empty(agent: RunAgent, make_repo: MakeRepo) -> None:
    ran = agent("explain", "big.py", cwd=make_repo({"big.py": "a = 1\n" * 800_000}), env=NONE)
    assert "too large" in ran.out
    assert "empty" not in ran.out


def test_the_number_of_lines_is_the_one_that_editors_show(agent: RunAgent, make_repo: MakeRepo) -> None:
    ran = agent("explain", "calc.py:99", cwd=make_repo({"calc.py": "a = 1\nb = 2\n"}), env=NONE)
    assert "only 2 lines" in ran.out


def test_a_wrong_path_in_a_subfolder_is_corrected_to_one_that_works_there(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"src/calc.py": CALC})
    ran = agent("fix", "src/calc.py", cwd=root / "src", env=NONE)
    assert ran.code == 2
    assert "Did you mean calc.py?" in ran.err


@pytest.mark.parametrize("name", ["s", "tmp"])
def test_a_repair_does_not_mind_what_the_project_is_called(agent: RunAgent, tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    root.mkdir()
    (root / "calc.py").write_text("def double(x):\n    return x + 2\n")
    (root / "test_calc.py").write_text(
        "from calc import double\n\n\ndef test_double():\n    assert double(3) == 6\n    assert double(0) == 0\n"
    )
    git(root, "init", "-q")
    ran = agent("fix", "calc.py", cwd=root, env=NONE)
    assert ran.code == 0, ran.err
    assert "+ 2" not in (root / "calc.py").read_text()


def test_a_locale_without_unicode_ends_no_turn(agent: RunAgent, make_repo: MakeRepo) -> None:
    old = {**NONE, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    root = make_repo({"calc.py": CALC})
    ran = agent("apply", "-", stdin=BLOCK, cwd=root, env=old)
    assert ran.code == 0, ran.err
    assert "calc.py:4-4" in ran.out


def test_a_file_name_that_is_not_unicode_is_valid_json(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.py")).write_text("def unusual():\n    return 1\n")
    ran = agent("search", "unusual", "--json", cwd=root, env=NONE)
    assert ran.code == 0, ran.err
    assert ran.of("found")[0]["hits"][0]["path"].startswith("caf")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("options", ["", "--json"])
def test_a_full_disk_behind_the_output_is_one_error(make_repo: MakeRepo, options: str) -> None:
    done = piped(f"agent search total {options} > /dev/full", make_repo({"calc.py": CALC}))
    assert done.returncode == 5
    assert done.stderr.startswith("error: No space left")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["config", "config --json", "--help", "--version", "models --json"])
def test_a_reader_that_goes_away_is_no_failed_task(make_repo: MakeRepo, command: str) -> None:
    done = piped(f"agent {command} | true; exit ${{PIPESTATUS[0]}}", make_repo({"calc.py": CALC}))
    assert done.returncode in (0, 141)
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_the_errors_keeps_the_exit_code(make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    assert piped("agent fix nosuch.py 2> /dev/full", root).returncode == 2
    assert piped("agent --version > /dev/full", root).returncode == 5
    assert piped("agent --version > /dev/full 2> /dev/full", root).returncode == 5
    assert piped("agent log > /dev/full 2> /dev/full", root).returncode == 5


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_standard_stream_is_no_error(make_repo: MakeRepo, closed: str) -> None:
    root = make_repo({"calc.py": CALC})
    done = piped(f"agent explain calc.py {closed}", root)
    assert done.returncode == 0
    assert "error" not in done.stderr
    assert piped(f"agent fix nosuch.py {closed}", root).returncode == 2


def test_a_cache_that_cannot_be_made_is_a_note_in_the_list_of_models(agent: RunAgent, make_repo: MakeRepo) -> None:
    env = {"XDG_CACHE_HOME": "/dev/null", "XDG_RUNTIME_DIR": "", "AGENT_MODELS": ""}
    ran = agent("models", cwd=make_repo({"calc.py": CALC}), env=env)
    assert ran.code == 0
    assert "cannot be made" in ran.out


def test_a_timeout_holds_for_the_tests(agent: RunAgent, make_repo: MakeRepo) -> None:
    began = time.monotonic()
    ran = agent("test", "--test", "sleep 30", "--timeout", "1", cwd=make_repo({"calc.py": CALC}), env=NONE)
    assert ran.code == 1
    assert time.monotonic() - began < 15


def test_a_timeout_holds_while_a_server_is_silent(agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start) -> None:
    server = scripted_ollama(replies=lambda request: Reply(text="word " * 50, gap=10.0))
    root = make_repo({"calc.py": CALC})
    began = time.monotonic()
    env = {"OLLAMA_HOST": server.url}
    ran = agent("explain", "what is this", "calc.py", "--timeout", "3", cwd=root, env=env)
    assert ran.code == 1
    assert "3 s, the limit of one turn" in ran.err
    assert time.monotonic() - began < 15


def test_a_server_that_falls_silent_in_mid_answer_counts_as_dead(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(
        replies=lambda request: label("edit") if request.get("logprobs") else Reply(text="word " * 50, gap=10.0)
    )
    root = make_repo({"calc.py": CALC, ".agentrc": "timeout = 1\n"})
    ran = agent("explain", "what is this", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 1
    assert "sent nothing for 1 s" in ran.err


def test_the_options_of_a_bench_may_stand_before_the_models(agent: RunAgent, tmp_path: Path) -> None:
    ran = agent("bench", "--suite", "route", "--limit", "1", "nosuch", cwd=tmp_path)
    assert ran.code == 1
    assert "Nothing was measured" in ran.err


def test_words_that_look_like_an_option_are_told_where_to_go(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    ran = agent("search", "-total", cwd=root, env=NONE)
    assert ran.code == 2
    assert "after `--`" in ran.err
    assert agent("search", "--", "total", cwd=root, env=NONE).code == 0


def test_every_error_in_json_ends_in_done_with_the_exit_code(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    for args in (["bench"], ["batch", "no.jsonl"], ["diff", "9"], ["models", "show", "no"], ["--nosuch"], ["undo"]):
        ran = agent(*args, "--json", cwd=root, env=NONE)
        last = json.loads(ran.out.splitlines()[-1])
        assert (last["event"], last["exit_code"]) == ("done", ran.code), args
        assert ran.err == ""


def test_a_test_command_that_the_repository_brought_is_shown_before_it_runs(
    agent: RunAgent, make_repo: MakeRepo
) -> None:
    root = make_repo({"calc.py": CALC, ".agentrc": 'test_command = "false"\n'})
    for args in (["test"], ["fix", "calc.py"], ["fix the bug in calc.py"]):
        events = agent(*args, "--json", "--timeout", "5", cwd=root, env=NONE).events
        shown = [i for i, e in enumerate(events) if e["event"] == "notice" and "says: false" in e["text"]]
        ran = [i for i, e in enumerate(events) if e["event"] in ("tests", "tried", "done")]
        assert len(shown) == 1 and shown[0] < ran[0], args
    assert "says: false" not in agent("test", "--test", "false", cwd=root, env=NONE).out


def test_without_git_the_hint_is_the_command_that_undoes(agent: RunAgent, tmp_path: Path) -> None:
    (tmp_path / "calc.py").write_text(CALC)
    ran = agent("apply", "-", "--no-git", stdin=BLOCK, cwd=tmp_path)
    assert "`agent undo --no-git` takes it back" in ran.out
    assert agent("undo", "--no-git", cwd=tmp_path).code == 0
    assert (tmp_path / "calc.py").read_text() == CALC


def test_a_file_name_at_the_start_of_a_sentence_keeps_its_letters(agent: RunAgent, tmp_path: Path) -> None:
    (tmp_path / "calc.py").write_text("def f(:\n    return 1\n")
    ran = agent("fix", "calc.py", "--no-git", cwd=tmp_path, env=NONE)
    assert ran.code == 0, ran.err
    assert "Calc.py" not in ran.out


def test_a_server_that_accepts_and_says_nothing_is_waited_for_once(agent: RunAgent, make_repo: MakeRepo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        ran = agent("explain", "calc.py", cwd=make_repo({"calc.py": CALC}), env={"OLLAMA_HOST": host})
    assert ran.code == 3
    assert host in ran.err
    assert time.monotonic() - began < 9
