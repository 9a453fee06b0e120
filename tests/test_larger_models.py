"""Longer runs with the 1.5B and Gemma 3 270M: `make test-models`, not part of `make test`.

What they write is not judged; that the line holds is: caches, context, tokens, undo over a long conversation.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.backends.base import Message, Options, collect
from agent.backends.opening import open_backend
from agent.config import load_config
from agent.events import Applied, Done, Spent
from agent.models.store import installed
from agent.session import Session, Switches
from agent.turn import Turn
from tests.cli.conftest import CALC
from tests.conftest import git

MakeRepo = Callable[..., Path]
pytestmark = pytest.mark.models
STEPS = "".join(f"def step_{n}(value):\n    return value + {n}\n\n\n" for n in range(12))


def weights(name: str) -> Path:
    """The file of a catalog model; fails, saying how to get it, when it is not there."""
    path = installed(name)
    if path is None:
        pytest.fail(f"the weights are missing: agent models pull {name}")
    return path


@pytest.fixture
def session(make_repo: MakeRepo) -> Iterator[Session]:
    """The 1.5B in a small repository."""
    root = make_repo({"steps.py": STEPS, ".agentrc": "commit = false\nnum_ctx = 8192\n"})
    made = Session(root, flags={"model": str(weights("qwen2.5-coder:1.5b"))}, switches=Switches(assume_yes=True))
    yield made
    made.close()


def test_twenty_turns_compute_little_twice_and_every_edit_can_be_undone(session: Session) -> None:
    path = session.root / "steps.py"
    states = [path.read_bytes()]
    costs: list[Spent] = []
    for number in range(20):
        tool = "explain" if number % 4 == 3 else "edit"
        request = (
            f"what does step_{number % 12} return for 1?"
            if tool == "explain"
            else f"make step_{number % 12} return its result as a float"
        )
        for event in Turn(session, request).run(tool, ["steps.py"]):
            if isinstance(event, Spent) and event.purpose in ("edit", "explain"):
                costs.append(event)
            if isinstance(event, Applied):
                states.append(path.read_bytes())
            if isinstance(event, Done):
                assert event.exit_code in (0, 1, 4)
        ast.parse(path.read_text())
    later = costs[1:]
    cached = sum(c.usage.cached_tokens or 0 for c in later)
    prompts = sum(c.usage.prompt_tokens for c in later)
    # The engine's own count: what was sent before is not computed again, but for folds and the newest messages.
    assert cached / prompts > 0.6
    for state in reversed(states[:-1]):
        session.history.undo()
        assert path.read_bytes() == state
    assert git(session.root, "status", "--porcelain") == ""


def test_a_task_costs_few_prompt_tokens_by_the_real_tokenizer(make_repo: MakeRepo) -> None:
    files = {f"{n}.py": f"def {n}(a, b):\n    return a + b\n" for n in ("cart", "report", "store", "main")}
    root = make_repo({"calc.py": CALC, **files})
    made = Session(root, flags={"model": str(weights("qwen2.5-coder:1.5b"))}, switches=Switches(assume_yes=True))
    spent = [e for e in Turn(made, "fix the bug in calc.py").run() if isinstance(e, Spent) and e.purpose != "turn"]
    made.close()
    print([(e.purpose, e.usage.prompt_tokens, e.usage.output_tokens) for e in spent])
    assert spent[0].usage.prompt_tokens <= 500
    assert sum(e.usage.prompt_tokens for e in spent) <= 1200


def test_gemma_counts_with_its_own_tokenizer_and_completes_past_its_sliding_window(tmp_path: Path) -> None:
    config = load_config(tmp_path, {"model": str(weights("gemma3:270m")), "keep_alive": "0"})
    backend = open_backend(config)
    assert backend is not None
    try:
        assert backend.count_tokens("def total(items):") == len(["def", " total", "(", "items", "):"])
        reply = collect(backend.chat([Message("user", "x = 1\n" * 400)], options=Options(max_tokens=8)))
        # Five tokens a line, and the window is 512.
        assert reply.usage.prompt_tokens > 1000
        assert 0 < reply.usage.output_tokens <= 8
    finally:
        backend.close()
