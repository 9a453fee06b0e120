"""`agent models pull` and `rm` through a server: its progress is shown, and its errors in a 200 are errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.errors import NoServer, NoSuchModel, ServerFailed
from agent.models.pull import ollama_pull, ollama_remove
from tests.scripted_ollama import ScriptedOllama

Start = Callable[..., ScriptedOllama]


def test_progress_rises_to_the_whole_and_the_model_is_there(scripted_ollama: Start) -> None:
    server = scripted_ollama(models=[], pullable={"gemma4:26b": 17_000_000_000})
    events = list(ollama_pull(server.url, "gemma4:26b"))
    counts = [event.done for event in events if event.done is not None]
    assert counts == sorted(counts) and counts[-1] == 17_000_000_000
    assert events[-1].total == 17_000_000_000
    assert "gemma4:26b" in server.models


def test_an_error_in_the_middle_of_a_good_answer_is_an_error(scripted_ollama: Start) -> None:
    server = scripted_ollama()
    with pytest.raises(ServerFailed, match="no such host"):
        list(ollama_pull(server.url, "nosuch:1b"))


def test_a_bad_name_is_no_such_model(scripted_ollama: Start) -> None:
    server = scripted_ollama()
    with pytest.raises(NoSuchModel):
        list(ollama_pull(server.url, "no such name!"))


def test_a_pull_that_breaks_off_says_that_it_can_be_gone_on_with(scripted_ollama: Start) -> None:
    server = scripted_ollama(pullable={"gemma4:12b": 1000})
    server.pull_drops_after = 3
    with pytest.raises(ServerFailed, match="broke off") as error:
        list(ollama_pull(server.url, "gemma4:12b"))
    assert "agent models pull gemma4:12b" in error.value.hint


def test_giving_up_closes_the_connection(scripted_ollama: Start) -> None:
    server = scripted_ollama(pullable={"gemma4:12b": 1000})
    server.pull_gap = 0.05
    events = ollama_pull(server.url, "gemma4:12b")
    next(events)
    events.close()  # type: ignore[attr-defined]
    server.wait_for(lambda s: s.requests[-1].left)


def test_without_a_server_it_says_where_it_looked() -> None:
    with pytest.raises(NoServer, match=r"127\.0\.0\.1:9"):
        list(ollama_pull("http://127.0.0.1:9", "gemma4:26b"))
    with pytest.raises(NoServer):
        ollama_remove("http://127.0.0.1:9", "gemma4:26b")


def test_a_removed_model_is_gone_from_the_server(scripted_ollama: Start) -> None:
    server = scripted_ollama()
    ollama_remove(server.url, "gemma4:26b")
    assert "gemma4:26b" not in server.models
    with pytest.raises(NoSuchModel):
        ollama_remove(server.url, "gemma4:26b")
