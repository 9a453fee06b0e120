"""The edit tasks of `agent bench`: each can be failed, each can be solved.

The compiled languages run for a few tasks only; AGENT_TEST_TOOLCHAINS=all runs every one.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from agent.bench.edits import make_repository, passes
from agent.bench.tasks import EditTask, load_tasks
from agent.edits.gate import check_text

SLOW_LANGUAGES = ("go", "rust", "java")
SLOW_TASKS = 2
"""Tasks run in each of the slow languages when nobody asks for all."""

TASKS = load_tasks()


def tasks_to_run() -> list[EditTask]:
    if os.environ.get("AGENT_TEST_TOOLCHAINS") == "all":
        return TASKS
    chosen: list[EditTask] = []
    seen: Counter[str] = Counter()
    for task in TASKS:
        seen[task.language] += 1
        if task.language not in SLOW_LANGUAGES or seen[task.language] <= SLOW_TASKS:
            chosen.append(task)
    return chosen


@pytest.mark.parametrize("task", tasks_to_run(), ids=lambda task: task.id)
def test_the_check_fails_as_given_and_passes_with_the_solution(task: EditTask, tmp_path: Path) -> None:
    if task.missing:
        pytest.skip(f"needs {', '.join(task.missing)}")
    root = make_repository(task, tmp_path / "repo")
    assert not passes(task, root), "there is nothing to do"
    for path, text in task.solution.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    assert passes(task, root), "the solution does not solve it"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_a_task_is_well_formed_and_the_gate_takes_its_solution(task: EditTask) -> None:
    assert task.target in task.files
    assert task.target in task.solution
    assert task.request.strip() and task.needs
    for path, text in task.solution.items():
        assert text != task.files.get(path), f"{path} is in the solution and does not change"
        verdict = check_text(path, task.files.get(path), text)
        assert verdict.ok, verdict.problems
    assert check_text(task.target, None, task.solution[task.target]).checked


def test_every_language_has_its_tasks_and_no_two_share_a_name() -> None:
    count = Counter(task.language for task in TASKS)
    assert set(count) == {"python", "javascript", "go", "rust", "java", "c", "cpp", "bash", "perl"}
    assert min(count.values()) >= 7
    assert len(TASKS) >= 64
    assert len({task.id for task in TASKS}) == len(TASKS)
    assert len({task.request for task in TASKS}) == len(TASKS)


def test_a_file_with_a_task_that_lacks_a_field_is_named(tmp_path: Path) -> None:
    (tmp_path / "python.toml").write_text('[[task]]\nid = "half"\nrequest = "do it"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"python\.toml.*target"):
        load_tasks(folder=tmp_path)
