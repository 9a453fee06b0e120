"""Many one-shots at once: worktrees of their own, a result each, the rest after an interruption."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import CALC, RunAgent
from tests.conftest import git
from tests.scripted_ollama import ScriptedOllama, failure

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
