"""`agent explain`: what the model is sent for questions that name a part, the whole, or nothing there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import CALC, RunAgent
from tests.scripted_ollama import ScriptedOllama

MakeRepo = Callable[..., Path]
Start = Callable[..., ScriptedOllama]
README = "# Till\n\nAdds up what a customer owes.\n"


def sent(server: ScriptedOllama) -> str:
    return "\n".join(message["content"] for message in server.chats[-1].json["messages"])


def test_a_question_about_the_project_is_answered_from_its_readme_and_files(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=["It adds."])
    root = make_repo({"calc.py": CALC, "README.md": README})
    ran = agent("explain", "what is this project about?", cwd=root, env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert "Adds up what a customer owes." in sent(server) and "calc.py:1" in sent(server)


def test_a_question_that_names_a_file_is_answered_from_that_alone(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=["It adds."])
    root = make_repo({"calc.py": CALC, "README.md": README})
    assert agent("explain", "what is calc.py for?", cwd=root, env={"OLLAMA_HOST": server.url}).code == 0
    assert "def total" in sent(server) and "Adds up what a customer owes." not in sent(server)


def test_an_answer_that_rests_on_nothing_in_the_project_is_said_to(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=["It adds."])
    ran = agent("explain", "what is this about?", cwd=make_repo({}), env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert "rests on none of it" in ran.out + ran.err


def test_a_question_about_the_world_is_sent_nothing_of_the_project(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=["Four."])
    root = make_repo({"calc.py": CALC, "README.md": README})
    assert agent("explain", "what is two and two?", cwd=root, env={"OLLAMA_HOST": server.url}).code == 0
    assert "Adds up what a customer owes." not in sent(server)


def test_a_question_about_text_that_is_piped_in_is_sent_that_text_alone(
    agent: RunAgent, make_repo: MakeRepo, scripted_ollama: Start
) -> None:
    server = scripted_ollama(replies=["A name."])
    root = make_repo({"calc.py": CALC, "README.md": README})
    ran = agent("explain", "what is this?", cwd=root, stdin="zebra = 1\n", env={"OLLAMA_HOST": server.url})
    assert ran.code == 0, ran.err
    assert "zebra = 1" in sent(server) and "Adds up what a customer owes." not in sent(server)
