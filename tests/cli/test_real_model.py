"""The whole line with a real model inside the package: the 0.5B routes, writes, is gated, undone, stopped, killed.

What so small a model writes is not promised: a run may end in an edit or in a refusal. Promised is that it ends in one
of the two, with the file whole and the exit code true.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CALC, RunAgent
from tests.conftest import git

MakeRepo = Callable[..., Path]
PROJECT = Path(__file__).parents[2]
pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine")]


@pytest.fixture(scope="module")
def env(small_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The 0.5B as the model, an engine that the tests of this file share, gone soon after the last."""
    cache = tmp_path_factory.mktemp("engine-cache")
    return {"AGENT_MODEL": str(small_weights), "XDG_CACHE_HOME": str(cache), "OLLAMA_KEEP_ALIVE": "20s"}


def start(args: list[str], cwd: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    """`agent ARGS --json` in the background."""
    return subprocess.Popen(
        [sys.executable, "-m", "agent", *args, "--json"],
        cwd=cwd,
        env={**os.environ, **env, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(process: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """Read events up to the first of this kind."""
    assert process.stdout is not None
    for line in process.stdout:
        said: dict[str, Any] = json.loads(line)
        if said["event"] == event:
            return said
    raise AssertionError(f"no {event}: {process.stderr.read() if process.stderr else ''}")


def engines(env: dict[str, str]) -> list[int]:
    """The engine processes that serve this test's cache folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if (
                env["XDG_CACHE_HOME"].encode() in path.read_bytes()
                and b"engine_child" in (path.parent / "cmdline").read_bytes()
            ):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_a_request_is_routed_by_the_model_with_one_token(
    agent: RunAgent, make_repo: MakeRepo, env: dict[str, str]
) -> None:
    root = make_repo({"calc.py": CALC, ".agentrc": 'router = "model"\n'})
    ran = agent("route", "--json", "where is total defined in this project?", cwd=root, env=env, limit=120)
    assert ran.code == 0, ran.err
    (route,) = ran.of("route")
    assert route["tool"] in ("edit", "explain", "test", "search", "chat", "unclear")
    assert route["source"] == "model"
    assert 0 < route["tokens"] < 500
    assert sum(route["alternatives"].values()) == pytest.approx(1, abs=0.01)


def test_an_edit_ends_applied_and_undoable_or_refused_with_the_file_untouched(
    agent: RunAgent, make_repo: MakeRepo, env: dict[str, str]
) -> None:
    root = make_repo({"calc.py": CALC})
    ran = agent("edit", "add a docstring to total", "calc.py", "--json", cwd=root, env=env, limit=240)
    now = (root / "calc.py").read_text()
    ast.parse(now)
    if ran.code == 0:
        assert now != CALC
        assert ran.of("applied")[0]["files"] == ["calc.py"]
        assert git(root, "status", "--porcelain") == ""
        assert agent("undo", cwd=root, env=env).code == 0
    else:
        assert ran.code in (1, 4)
        assert ran.of("error")
    assert (root / "calc.py").read_text() == CALC


def test_an_explanation_streams_as_text(agent: RunAgent, make_repo: MakeRepo, env: dict[str, str]) -> None:
    root = make_repo({"calc.py": CALC})
    ran = agent("explain", "what does total do?", "calc.py", "--json", cwd=root, env=env, limit=240)
    assert ran.code == 0, ran.out
    assert len(ran.of("text")) > 3
    (usage,) = [e["usage"] for e in ran.of("usage") if e["purpose"] == "explain"]
    assert usage["prompt_tokens"] > 50
    assert usage["cached_tokens"] is not None


def test_ctrl_c_in_the_middle_of_an_answer_ends_with_130_and_the_engine_is_free_again(
    agent: RunAgent, make_repo: MakeRepo, env: dict[str, str]
) -> None:
    root = make_repo({"calc.py": CALC * 3})
    process = start(["explain", "explain every line at length", "calc.py"], root, env)
    until(process, "text")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out.splitlines()[-1])["exit_code"] == 130
    # A generation that went on would hold the engine for the rest of its 600 tokens.
    begun = time.monotonic()
    assert agent("route", "-m", env["AGENT_MODEL"], "fix it", cwd=root, env=env, limit=60).code == 0
    assert time.monotonic() - begun < 45


def test_a_file_larger_than_the_context_is_an_error_with_numbers(
    agent: RunAgent, make_repo: MakeRepo, env: dict[str, str]
) -> None:
    long = "".join(f"value_{n} = compute({n}, {n * 7})\n" for n in range(400))
    root = make_repo({"long.py": long, ".agentrc": 'num_ctx = 2048\nedit_form = "whole"\n'})
    ran = agent("edit", "rename compute to calculate", "long.py", cwd=root, env=env, limit=120)
    assert ran.code == 1
    assert "2,048" in ran.err
    assert (root / "long.py").read_text() == long


def test_an_engine_killed_in_mid_answer_is_an_error_and_the_next_request_works(
    agent: RunAgent, make_repo: MakeRepo, env: dict[str, str]
) -> None:
    root = make_repo({"calc.py": CALC})
    process = start(["explain", "explain every line at length", "calc.py"], root, env)
    until(process, "text")
    pids = engines(env)
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out + err
    assert json.loads(out.splitlines()[-2])["event"] == "error"
    ran = agent("explain", "what does total do?", "calc.py", cwd=root, env=env, limit=240)
    assert ran.code == 0, ran.err
