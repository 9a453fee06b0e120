"""The contract that scripts rely on: exit codes, one clear error, JSON lines and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import BLOCK, CALC, FIXED, RunAgent
from tests.scripted_ollama import ScriptedOllama, failure, label

Start = Callable[..., ScriptedOllama]
MakeRepo = Callable[..., Path]


def test_version_needs_no_repository_and_no_server(agent: RunAgent, tmp_path: Path) -> None:
    ran = agent("--version", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("agent ")


def test_help_lists_every_command(agent: RunAgent, tmp_path: Path) -> None:
    ran = agent("--help", cwd=tmp_path)
    assert ran.code == 0
    commands = "edit explain test search fix route apply undo redo log diff models doctor bench config demo"
    for command in re.split(" ", commands):
        assert f"  {command} " in ran.out


@pytest.mark.parametrize(
    "args",
    [
        ["edit"],
        ["fix"],
        ["search"],
        ["--nosuch", "x"],
        ["undo", "minus-one"],
        ["apply", "nosuch.txt"],
        ["fix", "nosuch.py"],
        ["-C", "nosuch", "log"],
        ["modles"],
        [""],
    ],
)
def test_wrong_use_is_exit_code_2_with_one_error(agent: RunAgent, make_repo: MakeRepo, args: list[str]) -> None:
    ran = agent(*args, cwd=make_repo({"calc.py": CALC}))
    assert ran.code == 2
    assert ran.err.startswith("error: ")
    assert ran.out == ""


def test_no_server_is_exit_code_3_and_says_where_it_looked(agent: RunAgent, make_repo: MakeRepo) -> None:
    ran = agent("explain", "what is this", cwd=make_repo({"calc.py": CALC}))
    assert ran.code == 3
    assert "127.0.0.1:9" in ran.err
    assert "ollama serve" in ran.err


def test_a_model_that_is_not_installed_is_exit_code_3(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama()
    ran = agent("-m", "nosuch:7b", "hello", cwd=make_repo({"a.py": ""}), env={"OLLAMA_HOST": server.url})
    assert ran.code == 3
    assert "nosuch:7b" in ran.err


def test_a_cloud_model_is_refused_unless_allowed(agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start) -> None:
    server = scripted_ollama()
    ran = agent("-m", "big:cloud", "hello", cwd=make_repo({"a.py": ""}), env={"OLLAMA_HOST": server.url})
    assert ran.code == 3
    assert "allow_remote" in ran.err
    assert not server.chats


def test_a_broken_settings_file_is_exit_code_2_and_named(agent: RunAgent, make_repo: MakeRepo) -> None:
    ran = agent("log", cwd=make_repo({".agentrc": "retries = 'many'\n"}))
    assert ran.code == 2
    assert "retries" in ran.err
    assert ".agentrc" in ran.err


def test_outside_a_repository_an_edit_is_refused_with_two_ways_out(agent: RunAgent, tmp_path: Path) -> None:
    (tmp_path / "calc.py").write_text(CALC)
    ran = agent("apply", "-", cwd=tmp_path, stdin=BLOCK)
    assert ran.code == 5
    assert "agent init" in ran.err
    assert "--no-git" in ran.err
    assert (tmp_path / "calc.py").read_text() == CALC


def test_without_git_edits_have_backups_and_can_be_undone(agent: RunAgent, tmp_path: Path) -> None:
    (tmp_path / "calc.py").write_text(CALC)
    assert agent("apply", "-", "--no-git", cwd=tmp_path, stdin=BLOCK).code == 0
    assert (tmp_path / "calc.py").read_text() == FIXED
    assert agent("undo", "--no-git", cwd=tmp_path).code == 0
    assert (tmp_path / "calc.py").read_text() == CALC


def test_an_unclear_request_without_a_terminal_fails_and_says_how_to_say_it(
    agent: RunAgent, make_repo: MakeRepo
) -> None:
    ran = agent("-m", "none", "hmm", cwd=make_repo({"a.py": ""}))
    assert ran.code == 1
    assert "name the tool" in ran.err


def test_json_prints_one_event_a_line_and_nothing_else(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=[BLOCK])
    root = make_repo({"calc.py": CALC})
    ran = agent("edit", "respect the quantity", "calc.py", "--json", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0
    assert ran.err == ""
    assert all(event["v"] == 1 for event in ran.events)
    assert [e["event"] for e in ran.events][-1] == "done"
    assert ran.of("applied")[0]["files"] == ["calc.py"]
    assert ran.of("edit")[0]["how"] == "exact"
    assert (root / "calc.py").read_text() == FIXED


def test_json_errors_are_events_too(agent: RunAgent, make_repo: MakeRepo) -> None:
    ran = agent("explain", "what is this", "--json", cwd=make_repo({"calc.py": CALC}))
    assert ran.code == 3
    assert ran.of("error")[0]["exit_code"] == 3
    assert ran.of("error")[0]["hint"]
    assert ran.events[-1] == {"event": "done", "v": 1, "exit_code": 3, "summary": ran.of("error")[0]["message"]}


def test_a_dry_run_shows_the_diff_and_writes_nothing(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    ran = agent("apply", "-", "--dry-run", cwd=root, stdin=BLOCK)
    assert ran.code == 0
    assert "+        total += price * quantity" in ran.out
    assert (root / "calc.py").read_text() == CALC
    assert agent("log", "--json", cwd=root).of("turn") == []


def test_a_server_that_fails_in_the_middle_changes_nothing(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=lambda request: failure(500, "llama runner process has terminated"))
    root = make_repo({"calc.py": CALC})
    ran = agent("edit", "respect the quantity", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 1
    assert "llama runner" in ran.err
    assert (root / "calc.py").read_text() == CALC


def test_route_prints_an_object_a_line_in_the_order_of_the_requests(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=lambda request: label("explain", explain=-0.1, edit=-3.0))
    root = make_repo({"calc.py": CALC})
    requests = ["fix the bug in calc.py", "", "where is total defined?"]
    ran = agent("route", "--json", "-", cwd=root, stdin="\n".join(requests) + "\n", env={"OLLAMA_HOST": server.url})
    assert ran.code == 0
    assert [event["request"] for event in ran.events] == requests
    for event in ran.events:
        assert 0 <= event["confidence"] <= 1
        assert event["milliseconds"] >= 0
        assert event["source"] in ("model", "rules", "both")
        assert "tokens" in event
    assert ran.events[1]["tool"] == "unclear"


def test_a_reader_that_goes_away_is_no_error_message(make_repo: MakeRepo) -> None:
    root = make_repo({f"f{n}.py": "x = 1\n" for n in range(60)})
    command = f"{sys.executable} -m agent search x -m none | head -n 1"
    project = Path(__file__).parents[2]
    done = subprocess.run(
        ["bash", "-c", f"cd {root} && PYTHONPATH={project} {command}"], capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_piped_input_that_is_not_text_is_refused(agent: RunAgent, make_repo: MakeRepo) -> None:
    ran = agent("explain", "this", cwd=make_repo({"a.py": ""}), stdin=b"\x00\x01\x02")
    assert ran.code == 2
    assert "not text" in ran.err


@pytest.mark.parametrize("seconds", ["nan", "0", "soon", "-1"])
def test_a_timeout_that_is_no_time_is_a_usage_error(agent: RunAgent, make_repo: MakeRepo, seconds: str) -> None:
    ran = agent("fix", "calc.py", "--timeout", seconds, cwd=make_repo({"calc.py": CALC}), env={"AGENT_MODEL": "none"})
    assert ran.code == 2
    assert "--timeout" in ran.err and "should not have happened" not in ran.err
