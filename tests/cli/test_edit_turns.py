"""Edits end to end over HTTP: what is sent, what is written, what the model is told when it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from tests.cli.conftest import BLOCK, CALC, FIXED, RunAgent
from tests.conftest import git
from tests.scripted_ollama import GEMMA, SMALL_CODER, Reply, ScriptedOllama, label

Start = Callable[..., ScriptedOllama]
MakeRepo = Callable[..., Path]
WRONG = BLOCK.replace("total += price\n=", "total += prices\n=")
BROKEN = BLOCK.replace("price * quantity", "(price * (quantity")


def sent(server: ScriptedOllama, number: int) -> str:
    """The last message of a chat request."""
    return str(server.chats[number].json["messages"][-1]["content"])


def test_a_request_in_words_is_routed_edited_committed_and_undone(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(
        replies=lambda request: label("edit", edit=-0.02, explain=-4.0) if request.get("logprobs") else BLOCK
    )
    root = make_repo({"calc.py": CALC})
    ran = agent("make total respect the quantity in calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert (root / "calc.py").read_text() == FIXED
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "log", "-1", "--format=%s %an") == "Make total respect the quantity in calc.py Test Person"
    assert agent("undo", cwd=root).code == 0
    assert (root / "calc.py").read_text() == CALC
    assert agent("redo", cwd=root).code == 0
    assert (root / "calc.py").read_text() == FIXED


def test_a_block_that_is_not_found_is_asked_for_again_with_the_real_lines(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=[WRONG, BLOCK])
    root = make_repo({"calc.py": CALC})
    ran = agent("edit", "respect the quantity", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert (root / "calc.py").read_text() == FIXED
    assert "        total += price\n" in sent(server, 1)
    assert len(sent(server, 1)) < 700


def test_an_edit_that_breaks_the_syntax_is_never_written_and_the_turn_says_so(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=[BROKEN] * 3)
    root = make_repo({"calc.py": CALC})
    ran = agent("edit", "respect the quantity", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 4
    assert (root / "calc.py").read_text() == CALC
    assert git(root, "status", "--porcelain") == ""
    assert len(server.chats) == 3
    assert "line 4" in sent(server, 1).lower()
    assert "whole" in sent(server, 2)
    assert "Nothing was written" in ran.err


def test_good_blocks_are_kept_while_the_failed_one_is_mended(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    other = "other.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n"
    server = scripted_ollama(replies=[other + "\n" + WRONG, BLOCK])
    root = make_repo({"calc.py": CALC, "other.py": "x = 1\n"})
    ran = agent("edit", "respect the quantity", "calc.py", "other.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert (root / "calc.py").read_text() == FIXED
    assert (root / "other.py").read_text() == "x = 2\n"
    assert git(root, "rev-list", "--count", "HEAD") == "2"


def test_a_reply_without_an_edit_ends_in_failure_not_in_done(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=["I have fixed it for you!"] * 3)
    root = make_repo({"calc.py": CALC})
    ran = agent("edit", "respect the quantity", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 1
    assert (root / "calc.py").read_text() == CALC


def test_a_reply_cut_by_its_length_is_never_applied(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    # The cap is small here, so that the server itself cuts the reply in the middle of its only block.
    server = scripted_ollama(replies=[Reply(pieces=tuple(BLOCK))] * 3)
    root = make_repo({"calc.py": CALC, ".agentrc": "max_tokens = 70\n"})
    ran = agent("edit", "respect the quantity", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code != 0
    assert (root / "calc.py").read_text() == CALC


def test_a_small_model_is_asked_for_the_whole_file(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=[f"```python\n{FIXED}```\n"], models=[SMALL_CODER])
    root = make_repo({"calc.py": CALC})
    ran = agent("edit", "respect the quantity", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert (root / "calc.py").read_text() == FIXED
    assert "whole new calc.py" in sent(server, 0)


def test_a_whole_file_reply_that_forgets_a_function_is_not_written(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    head = "import math\n\nLIMIT = math.inf\n\n\n"
    both = head + CALC + "\n\ndef count(items):\n    return len(items)\n"
    server = scripted_ollama(
        replies=[
            f"```python\n{head}{FIXED}```\n",
            f"```python\n{both.replace('+= price', '+= price * quantity')}```\n",
        ],
        models=[SMALL_CODER],
    )
    root = make_repo({"calc.py": both})
    ran = agent("edit", "respect the quantity in total", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert "count" in sent(server, 1)
    assert (root / "calc.py").read_text() == both.replace("+= price", "+= price * quantity")


def test_a_new_file_is_made_where_the_request_names_it(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=["```python\ndef hello():\n    return 'hello'\n```\n"])
    root = make_repo({"calc.py": CALC})
    ran = agent("edit", "write src/hello.py with a function hello", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert (root / "src/hello.py").read_text() == "def hello():\n    return 'hello'\n"


def test_every_request_of_a_session_has_the_same_context_and_says_it_wants_no_cutting(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=[WRONG, WRONG, BLOCK], models=[GEMMA])
    root = make_repo({"calc.py": CALC})
    agent("edit", "respect the quantity", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    asked = [r.json for r in server.requests if r.path == "/api/chat"]
    assert len(asked) >= 4
    assert len({request["options"]["num_ctx"] for request in asked}) == 1
    assert all(request["shift"] is False for request in asked)
    assert all(request["think"] is False for request in asked if request["messages"])
    assert all(request["truncate"] is False for request in asked if request["messages"])


def test_what_was_sent_is_sent_again_byte_for_byte(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=[WRONG, WRONG, BLOCK], models=[GEMMA])
    root = make_repo({"calc.py": CALC})
    agent("edit", "respect the quantity", "calc.py", cwd=root, env={"OLLAMA_HOST": server.url})
    conversations = [r.json["messages"] for r in server.chats]
    for before, after in pairwise(conversations):
        assert after[: len(before)] == before


def test_a_prompt_that_cannot_fit_is_an_error_with_the_numbers_never_a_cut(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=[BLOCK])
    long = "".join(f"value_{n} = compute({n}, {n * 7})\n" for n in range(3000))
    root = make_repo({"long.py": long, ".agentrc": "num_ctx = 4096\n"})
    ran = agent("edit", "rename compute to calculate", "long.py", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 1
    assert "4,096" in ran.err
    assert "num_ctx" in ran.err
    assert not server.chats


def test_a_request_with_several_intents_runs_one_tool_after_the_other(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=lambda request: BLOCK)
    test = "import unittest\nfrom calc import total\n\n\nclass T(unittest.TestCase):\n" + (
        "    def test_total(self):\n        self.assertEqual(total([(2, 3)]), 6)\n"
    )
    root = make_repo({"calc.py": CALC, "test_calc.py": test})
    ran = agent(
        "find where total is computed, make it respect the quantity in calc.py, and run the tests",
        "--json",
        cwd=root,
        env={"OLLAMA_HOST": server.url},
    )
    assert ran.code == 0, ran.out
    assert [e["tool"] for e in ran.of("route")] == ["search", "edit", "test"]
    assert ran.of("found")[0]["hits"][0]["path"] == "calc.py"
    assert ran.of("tests")[-1]["ok"] is True
    assert ran.of("tests")[-1]["passed"] == 1


def test_a_mistyped_file_is_said_to_be_new_and_the_near_one_is_named(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    reply = "calk.py\n```python\nx = 1\n```\n"
    root = make_repo({"calc.py": CALC})
    server = scripted_ollama(replies=lambda request: reply)
    ran = agent("edit", "add a comment in calk.py", "--dry-run", cwd=root, env={"OLLAMA_HOST": server.url})
    assert "There is no calk.py yet" in ran.out + ran.err and "Did you mean calc.py?" in ran.out + ran.err
