"""Many one-shots at once: worktrees of their own, a result each, the rest after an interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import CALC, RunAgent
from tests.conftest import git
from tests.scripted_ollama import Reply, ScriptedOllama, failure, label

Start = Callable[..., ScriptedOllama]
MakeRepo = Callable[..., Path]


def rename(request: dict[str, object]) -> str:
    """A block that renames `total` to the name the request asks for."""
    last = request["messages"][-1]["content"]  # type: ignore[index]
    name = str(last).partition("rename total to ")[2].split()[0]
    return f"calc.py\n<<<<<<< SEARCH\ndef total(items):\n=======\ndef {name}(items):\n>>>>>>> REPLACE\n"


def write_tasks(folder: Path, names: list[str]) -> Path:
    """A file with one renaming task for each name."""
    path = folder / "tasks.jsonl"
    lines = [
        json.dumps({"id": n, "tool": "edit", "request": f"rename total to {n}", "files": ["calc.py"]}) for n in names
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_each_task_commits_on_a_branch_of_its_own_and_the_work_tree_stays(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start, tmp_path: Path
) -> None:
    server = scripted_ollama(replies=rename)
    root = make_repo({"calc.py": CALC})
    tasks = write_tasks(tmp_path, ["one", "two", "three"])
    ran = agent("batch", str(tasks), "--jobs", "2", "--json", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.out
    assert sorted(e["result"]["id"] for e in ran.of("task")) == ["one", "three", "two"]
    assert (root / "calc.py").read_text() == CALC
    assert "def two(items)" in git(root, "show", "agent-batch/two:calc.py")
    assert git(root, "worktree", "list").count("\n") == 0


def test_a_second_run_does_only_what_a_dead_server_left(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start, tmp_path: Path
) -> None:
    root = make_repo({"calc.py": CALC})
    tasks = write_tasks(tmp_path, ["one", "two"])
    dead = scripted_ollama(
        replies=lambda r: failure(500, "engine died") if "two" in r["messages"][-1]["content"] else rename(r)
    )
    env = {"OLLAMA_HOST": dead.url, "AGENT_BATCH_PATIENCE": "0"}
    first = agent("batch", str(tasks), "--json", cwd=root, env=env)
    assert first.code == 1
    alive = scripted_ollama(replies=rename)
    second = agent("batch", str(tasks), "--json", cwd=root, env={"OLLAMA_HOST": alive.url})
    assert second.code == 0, second.out
    assert [e["result"]["id"] for e in second.of("task")] == ["two"]
    assert len(alive.chats) == 1


def test_a_line_that_is_no_task_is_named(agent: RunAgent, make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({"calc.py": CALC})
    path = tmp_path / "tasks.jsonl"
    path.write_text('{"id": "a", "request": "x"}\n{"request": "no id"}\n')
    ran = agent("batch", str(path), cwd=root)
    assert ran.code == 2
    assert "tasks.jsonl:2" in ran.err


def test_a_request_is_words_whatever_it_looks_like(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start, tmp_path: Path
) -> None:
    server = scripted_ollama(replies=lambda r: label("chat", chat=-0.01) if r.get("logprobs") else "Fine.")
    root = make_repo({"calc.py": CALC, "flags.py": "flag = '-total'\n"})
    tasks = tmp_path / "tasks.jsonl"
    said = [
        {"id": "command", "request": "stats"},
        {"id": "option", "request": "--help, I need somebody"},
        {"id": "search", "request": "-total", "tool": "search"},
        {"id": "explain", "request": "-m is what?", "tool": "explain"},
    ]
    tasks.write_text("\n".join(json.dumps(task) for task in said))
    ran = agent("batch", str(tasks), "--json", cwd=root, env={"OLLAMA_HOST": server.url})
    ended = {e["result"]["id"]: e["result"] for e in ran.of("task")}
    assert all(result["exit_code"] != 2 for result in ended.values()), ended
    assert ended["command"]["summary"] == "Fine."
    assert ended["search"]["exit_code"] == 0
    assert ended["explain"]["summary"] == "Fine."


def test_settings_that_are_not_committed_hold_for_the_tasks(
    agent: RunAgent, make_repo: MakeRepo, tmp_path: Path
) -> None:
    root = make_repo({"calc.py": CALC})
    (root / ".agentrc").write_text('model = "none"\ntest_command = "exit 7"\n')
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"id": "t", "tool": "test"}\n')
    ran = agent("batch", str(tasks), "--json", cwd=root)
    assert "exit code 7" in ran.of("task")[0]["result"]["summary"]


def test_earlier_failures_still_count_and_again_does_only_these(
    agent: RunAgent, make_repo: MakeRepo, tmp_path: Path
) -> None:
    root = make_repo({"calc.py": CALC})
    (root / ".agentrc").write_text('model = "none"\n')
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text(
        '{"id": "good", "tool": "search", "request": "total"}\n{"id": "bad", "tool": "search", "request": "nosuch"}\n'
    )
    first = agent("batch", str(tasks), cwd=root)
    assert first.code == 1
    assert "1 of 2 tasks succeeded" in first.out
    second = agent("batch", str(tasks), "--json", cwd=root)
    assert second.code == 1 and not second.of("task")
    (root / "calc.py").write_text(CALC + "nosuch = 1\n")
    git(root, "commit", "-qam", "Add what was not found")
    third = agent("batch", str(tasks), "--json", "--again", cwd=root)
    assert [e["result"]["id"] for e in third.of("task")] == ["bad"]
    assert third.code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_the_tasks_end_too_and_nothing_is_left(
    make_repo: MakeRepo, scripted_ollama: Start, tmp_path: Path, number: signal.Signals
) -> None:
    server = scripted_ollama(replies=lambda r: Reply(text="word " * 500, gap=0.2), parallel=2)
    root = make_repo({"calc.py": CALC})
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text("".join(f'{{"id": "{n}", "tool": "explain", "request": "this"}}\n' for n in "ab"))
    batch = subprocess.Popen(
        [sys.executable, "-m", "agent", "batch", str(tasks), "--json"],
        cwd=root,
        env={**os.environ, "OLLAMA_HOST": server.url, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
    )
    server.wait_for(lambda s: len(s.chats) == 2, seconds=30)
    batch.send_signal(number)
    out, _ = batch.communicate(timeout=20)
    assert batch.returncode == (130 if number == signal.SIGINT else 143)
    assert '"event": "error"' in out
    server.wait_for(lambda s: all(chat.left for chat in s.chats), seconds=15)
    assert git(root, "worktree", "list").count("\n") == 0
    assert "agent-batch" not in git(root, "branch")


def test_a_dry_run_of_a_batch_does_nothing(agent: RunAgent, make_repo: MakeRepo, tmp_path: Path) -> None:
    tasks = write_tasks(tmp_path, ["one", "two"])
    ran = agent("batch", str(tasks), "--dry-run", cwd=make_repo({"calc.py": CALC}))
    assert ran.code == 0
    assert ran.out.count("would be agent edit") == 2
    assert not (tmp_path / "tasks.jsonl.results").exists()
