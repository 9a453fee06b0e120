"""The REPL in a real pseudo-terminal, against a server that speaks Ollama's protocol."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import BLOCK, CALC, FIXED
from tests.scripted_ollama import Reply, ScriptedOllama, label

MakeRepo = Callable[..., Path]
Start = Callable[..., ScriptedOllama]
Open = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def terminal() -> Iterator[Open]:
    """Start `agent ARGS` in a terminal of 30 lines and 100 columns."""
    opened: list[pexpect.spawn[str]] = []

    def start(root: Path, server: ScriptedOllama | None, *args: str) -> pexpect.spawn[str]:
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm-256color"}
        env.pop("CI", None)
        if server is not None:
            env["OLLAMA_HOST"] = server.url
        child = pexpect.spawn(
            sys.executable,
            ["-m", "agent", *args],
            cwd=str(root),
            env=env,
            dimensions=(30, 100),
            timeout=30,
            encoding="utf-8",
            codec_errors="replace",
        )
        opened.append(child)
        return child

    yield start
    for child in opened:
        child.close(force=True)


def send(child: pexpect.spawn[str], text: str) -> None:
    """Type a line; the pause is what a person's hand takes, and keeps a completion menu from eating the Enter."""
    child.send(text)
    time.sleep(0.3)
    child.send("\r")


def leave(child: pexpect.spawn[str]) -> None:
    """Ctrl-D until it is gone: one that comes before the prompt is drawn is nobody's."""
    for _ in range(20):
        child.send("\x04")
        if child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
            return
    raise AssertionError("Ctrl-D did not end the session")


def chooses(request: dict[str, object]) -> Reply | str:
    """Routes everything to edit, and answers with the one good block."""
    last = str(request["messages"][-1]["content"])  # type: ignore[index]
    if request.get("logprobs"):
        return label("edit", edit=-0.01, explain=-5.0)
    if "slow" in last:
        return Reply(text="word " * 500, gap=0.1)
    return BLOCK


def test_an_edit_is_shown_accepted_with_enter_and_undone(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    root = make_repo({"calc.py": CALC})
    child = terminal(root, scripted_ollama(replies=chooses))
    child.expect("gemma4:26b")
    child.expect("> ")
    send(child, "make total respect the quantity in calc.py")
    child.expect("total \\+= price \\* quantity")
    child.expect("Apply\\?")
    assert (root / "calc.py").read_text() == CALC
    child.send("\r")
    child.expect("applied calc.py")
    assert (root / "calc.py").read_text() == FIXED
    send(child, "/undo")
    child.expect("undone")
    assert (root / "calc.py").read_text() == CALC
    leave(child)
    child.close()
    assert child.exitstatus == 0


def test_an_edit_that_is_declined_leaves_the_file(terminal: Open, make_repo: MakeRepo, scripted_ollama: Start) -> None:
    root = make_repo({"calc.py": CALC})
    child = terminal(root, scripted_ollama(replies=chooses))
    child.expect("> ")
    send(child, "make total respect the quantity in calc.py")
    child.expect("Apply\\?")
    child.send("n\r")
    child.expect("nothing was written")
    assert (root / "calc.py").read_text() == CALC


def test_an_objection_is_no_yes_however_it_begins(terminal: Open, make_repo: MakeRepo, scripted_ollama: Start) -> None:
    root = make_repo({"calc.py": CALC})
    child = terminal(root, scripted_ollama(replies=chooses))
    child.expect("> ")
    send(child, "make total respect the quantity in calc.py")
    child.expect("Apply\\?")
    child.send("you forgot the type hints\r")
    child.expect("none of the answers")
    child.expect("Apply\\?")
    assert (root / "calc.py").read_text() == CALC
    child.send("no, drop that\r")
    child.expect("nothing was written")
    send(child, "make total respect the quantity in calc.py")
    child.expect("Apply\\?")
    child.send("yes, please\r")
    child.expect("applied calc.py")
    assert (root / "calc.py").read_text() == FIXED


def test_what_is_typed_ahead_answers_no_question_and_waits_at_the_next_prompt(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    def late(request: dict[str, object]) -> Reply | str:
        return chooses(request) if request.get("logprobs") else Reply(text=BLOCK, delay=3.0)

    root = make_repo({"calc.py": CALC})
    child = terminal(root, scripted_ollama(replies=late))
    child.expect("> ")
    send(child, "make total respect the quantity in calc.py")
    child.expect("prefill")
    child.send("\r")
    child.send("/context\r")
    child.send("yes, half a li")
    child.expect("not taken as its answer: /context; yes, half a li\r\n")
    child.expect("Apply\\?")
    time.sleep(0.5)
    assert (root / "calc.py").read_text() == CALC
    child.send("n\r")
    child.expect("nothing was written")
    child.expect("/context")
    child.send("\r")
    child.expect("tokens")
    child.expect("yes, half a li")


def test_keys_pressed_while_an_answer_streams_do_not_disturb_the_screen(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    child = terminal(make_repo({"calc.py": CALC}), scripted_ollama(replies=chooses))
    child.expect("> ")
    send(child, "/explain something slow in calc.py")
    child.expect("word word")
    assert not termios.tcgetattr(child.child_fd)[3] & termios.ECHO
    child.send("/context\r")
    time.sleep(0.3)
    child.sendintr()
    child.expect("Interrupted")


def test_a_paragraph_is_seen_to_grow_past_the_edge_of_the_screen(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    words = " ".join(f"w{n}" for n in range(600))
    server = scripted_ollama(replies=lambda request: Reply(text=words, gap=0.1))
    child = terminal(make_repo({"calc.py": CALC}), server, "explain", "this", "calc.py")
    child.expect("w45 ", timeout=25)
    child.sendintr()
    child.expect("Interrupted")


def test_no_word_of_an_answer_is_cut_at_the_edge_of_the_screen(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    item = " ".join(f"item{n}" for n in range(30))
    code = "call(" + ", ".join(f"argument{n}" for n in range(30)) + ")"
    answer = f"- {item}\n\n```python\n{code}\n```\n"
    child = terminal(make_repo({"calc.py": CALC}), scripted_ollama(replies=[answer]), "explain", "this", "calc.py")
    child.expect(pexpect.EOF)
    shown = str(child.before)
    lost = [f"{word}{n}" for n in range(30) for word in ("item", "argument") if f"{word}{n}" not in shown]
    child.close()
    assert child.exitstatus == 0
    assert not lost, shown


def test_ctrl_c_stops_the_generation_and_the_server_and_the_session_goes_on(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=chooses)
    root = make_repo({"calc.py": CALC})
    child = terminal(root, server)
    child.expect("> ")
    send(child, "/explain something slow in calc.py")
    child.expect("word word")
    child.sendintr()
    child.expect("Interrupted")
    server.wait_for(lambda s: s.chats[-1].left)
    send(child, "/context")
    child.expect("tokens")
    leave(child)


def test_a_wrong_command_is_answered_with_the_nearest(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    child = terminal(make_repo({"calc.py": CALC}), scripted_ollama(replies=chooses))
    child.expect("> ")
    send(child, "/undoo")
    child.expect("Did you mean /undo")
    send(child, "/help")
    child.expect("take back the last turn")


def test_the_conversation_goes_on_with_another_model(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=lambda r: label("chat", chat=-0.01) if r.get("logprobs") else "Hello, friend.")
    child = terminal(make_repo({"calc.py": CALC}), server)
    child.expect("> ")
    send(child, "hello there, how are you today?")
    child.expect("Hello, friend")
    child.expect("> ")
    send(child, "/model qwen2.5-coder:1.5b")
    child.expect("qwen2.5-coder:1.5b")
    send(child, "thanks a lot, bye")
    child.expect("Hello, friend")
    messages = server.chats[-1].json["messages"]
    assert server.chats[-1].json["model"] == "qwen2.5-coder:1.5b"
    assert any("how are you today" in m["content"] for m in messages)


def test_as_corrects_the_last_request_though_its_tool_failed(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    def misled(request: dict[str, object]) -> Reply | str:
        if request.get("logprobs"):
            return label("edit", edit=-0.01, explain=-5.0)
        return "It adds." if "few sentences" in str(request) else "No edit here."

    child = terminal(make_repo({"calc.py": CALC}), scripted_ollama(replies=misled))
    child.expect("> ")
    send(child, "make total in calc.py respect the quantity")
    child.expect("error")
    send(child, "/as explain")
    child.expect("It adds")


def test_the_second_one_is_the_second_place_that_a_search_found(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    def answers(request: dict[str, object]) -> Reply | str:
        return label("explain", explain=-0.01) if request.get("logprobs") else "It is explained."

    source = "def zebra():\n    return 1\n"
    server = scripted_ollama(replies=answers)
    child = terminal(make_repo({"one.py": source, "two.py": source, "one_second.py": "second = 1\n"}), server)
    child.expect("> ")
    send(child, "explain the second one")
    child.expect("no list yet")
    send(child, "/search zebra")
    child.expect("two.py:1")
    send(child, "explain the second one")
    child.expect(r"That is (\w+\.py:1)\.")
    place = child.match.group(1) if child.match else ""
    assert place == "two.py:1"
    child.expect("It is explained")
    asked = next(c for c in reversed(server.chats) if "few sentences" in c.json["messages"][-1]["content"])
    sent = "".join(message["content"] for message in asked.json["messages"])
    assert "two.py" in sent and "one_second.py" not in sent, sent
    send(child, "explain the ninth one")
    child.expect("found 2 places")


@pytest.mark.parametrize("word", ["exit", "quit", ":q"])
def test_the_words_that_leave_other_programs_leave_this_one(terminal: Open, make_repo: MakeRepo, word: str) -> None:
    child = terminal(make_repo({"calc.py": CALC}), None, "-m", "none")
    child.expect("> ")
    send(child, "help")
    child.expect("take back the last turn")
    send(child, word)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_without_a_server_the_embedded_model_is_offered_with_its_size(terminal: Open, make_repo: MakeRepo) -> None:
    child = terminal(make_repo({"calc.py": CALC}), None)
    child.expect("No Ollama")
    child.expect("qwen2.5-coder:1.5b inside the package")
    child.send("n\r")
    child.expect("error")
    child.expect("> ")
    leave(child)


def test_an_unclear_route_asks_instead_of_guessing(terminal: Open, make_repo: MakeRepo) -> None:
    child = terminal(make_repo({"calc.py": CALC}), None, "-m", "none")
    child.expect("> ")
    send(child, "hmm")
    child.expect("What shall I do")
    child.send("\r")
    child.expect("Nothing was done")


def test_ended_from_outside_the_terminal_is_as_it_was(terminal: Open, make_repo: MakeRepo) -> None:
    child = terminal(make_repo({"calc.py": CALC}), None, "-m", "none")
    before = termios.tcgetattr(child.child_fd)
    child.expect("> ")
    time.sleep(0.5)
    assert termios.tcgetattr(child.child_fd) != before, "line editing has changed the terminal"
    child.kill(signal.SIGTERM)
    child.expect("Ended from outside")
    child.expect(pexpect.EOF)
    assert termios.tcgetattr(child.child_fd) == before
    child.close()
    assert child.exitstatus == 128 + signal.SIGTERM


def test_ended_in_mid_answer_the_server_stops_and_the_cursor_is_back(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=chooses)
    child = terminal(make_repo({"calc.py": CALC}), server, "explain", "something slow", "calc.py")
    child.expect("word word")
    child.kill(signal.SIGTERM)
    child.expect(pexpect.EOF)
    screen = str(child.before)
    assert "Ended from outside" in screen
    assert screen.rindex("\x1b[?25h") > screen.rfind("\x1b[?25l"), "the cursor is shown again"
    server.wait_for(lambda s: s.chats[-1].left)
    child.close()
    assert child.exitstatus == 128 + signal.SIGTERM


def test_a_silent_server_is_seen_to_be_silent_and_ctrl_c_leaves(
    terminal: Open, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=lambda request: Reply(text="late", delay=60.0))
    child = terminal(make_repo({"calc.py": CALC}), server, "explain", "this", "calc.py")
    child.expect("prefill")
    child.expect(r"[3-9] s, Ctrl-C stops")
    child.sendintr()
    child.expect("Interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    server.wait_for(lambda s: s.chats[-1].left)
