"""Routing with a model behind a real HTTP server: what is sent, how the answer is read, what happens to a bad one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.backends.base import Backend
from agent.backends.opening import open_backend
from agent.config import Settings, load_config
from agent.routing import LABELS, RouteContext, next_step, route
from agent.routing.model import ask, label_of, router_messages
from tests.scripted_ollama import CODER, Reply, ScriptedOllama, label

VAGUE = "the totals on the summary page, hm, those of last month"
"""Something that the rules are not sure about, so that the model is asked."""


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def opened(server: ScriptedOllama, **flags: Any) -> Backend:
    backend = open_backend(load_config(None, {"host": server.url, "model": CODER.name, **flags}))
    assert backend is not None
    return backend


def chats(server: ScriptedOllama) -> list[dict[str, Any]]:
    return [r.json for r in server.requests if r.path == "/api/chat" and r.json.get("messages")]


def test_the_label_probabilities_of_one_token_decide() -> None:
    reply = label("search", search=math.log(0.9), edit=math.log(0.1))
    with ScriptedOllama([reply]) as server:
        chosen = route(VAGUE, backend=opened(server), config=Settings(router="model"))
        (sent,) = chats(server)
    assert chosen.tool == "search" and chosen.source == "model" and chosen.requests == 1
    assert sent["options"]["temperature"] == 0 and sent["options"]["num_predict"] == 1
    assert sent["logprobs"] is True and sent["top_logprobs"] == 20
    assert sent["messages"][-1] == {"role": "user", "content": VAGUE}


def test_spellings_of_a_label_are_added_up() -> None:
    reply = label("Edit", **{"Edit": math.log(0.3), " edit": math.log(0.3), "test": math.log(0.4)})
    with ScriptedOllama([reply]) as server:
        answer = ask(VAGUE, RouteContext(), opened(server))
    assert answer.logs is not None
    assert math.exp(answer.logs["edit"]) == pytest.approx(0.6, abs=0.01)
    assert sum(math.exp(v) for v in answer.logs.values()) == pytest.approx(1)


def test_a_reply_that_is_no_label_is_asked_for_again_bound_to_the_labels() -> None:
    first = label("Sure", Sure=-0.01, I=-5.0)
    with ScriptedOllama([first, Reply(text='{"tool": "explain"}')]) as server:
        chosen = route(VAGUE, backend=opened(server), config=Settings(router="model"))
        again = chats(server)[1]
    assert chosen.tool == "explain" and chosen.requests == 2
    assert again["format"]["properties"]["tool"]["enum"] == list(LABELS)


def test_when_even_the_bound_reply_is_no_label_it_is_unclear() -> None:
    with ScriptedOllama([label("Sure", Sure=-0.01), Reply(text="I would rather not")]) as server:
        chosen = route(VAGUE, backend=opened(server))
    assert chosen.tool == "unclear" and chosen.requests == 2


def test_when_the_model_says_nothing_of_use_sure_rules_still_decide() -> None:
    with ScriptedOllama([label("Sure", Sure=-0.01), Reply(text="no")]) as server:
        chosen = route("list all usages of OldClient", backend=opened(server), config=Settings(router="model"))
    assert chosen.tool == "search" and chosen.source == "rules"


def test_where_the_rules_are_sure_the_model_is_not_asked() -> None:
    with ScriptedOllama([]) as server:
        chosen = route("run the tests", backend=opened(server))
        assert chats(server) == []
    assert chosen.tool == "test" and chosen.source == "rules" and chosen.prompt_tokens == 0


def test_router_rules_asks_no_model() -> None:
    with ScriptedOllama([]) as server:
        chosen = route(VAGUE, backend=opened(server), config=Settings(router="rules"))
        assert chats(server) == []
    assert chosen.source == "rules"


def test_a_model_that_insists_on_an_edit_cannot_overrule_change_nothing() -> None:
    request = "hm, do not modify it, but that total there"
    with ScriptedOllama(lambda _: label("edit", edit=-0.0001)) as server:
        for form in ("model", "both"):
            chosen = route(request, backend=opened(server), config=Settings(router=form))
            assert chosen.tool != "edit" and chosen.alternatives["edit"] == 0


def test_everything_but_the_request_is_byte_for_byte_the_same_each_time() -> None:
    first, second = router_messages("fix a.py"), router_messages("why does it fail?", RouteContext("x", "edit"))
    assert first[:-1] == second[:-1]
    assert first[-1] != second[-1]


def test_a_long_paste_is_shown_shortened() -> None:
    text = "explain this\n" + "x = 1\n" * 5000 + "why so slow?"
    asked = router_messages(text)[-1].content
    assert len(asked) < 1000
    assert asked.startswith("explain this") and asked.endswith("why so slow?")


def test_a_follow_up_is_sent_with_the_turn_before() -> None:
    context = RouteContext("where is the cache filled?", "search", "cache.py:40")
    asked = router_messages("hm and could it be emptied there", context)[-1].content
    assert "where is the cache filled?" in asked and asked.endswith("hm and could it be emptied there")


@pytest.mark.parametrize(
    ("token", "wanted"),
    [
        ("edit", "edit"),
        (" Edit", "edit"),
        ("unc", "unclear"),
        ("**test", "test"),
        ("e", None),
        ("editor", None),
        ("", None),
    ],
)
def test_a_token_is_a_label_when_it_is_one_or_begins_one(token: str, wanted: str | None) -> None:
    assert label_of(token, LABELS) == wanted


def test_the_next_step_is_a_tool_or_done() -> None:
    replies = [label("test", test=-0.1, done=-3.0), label("done", done=-0.1), label("hm", hm=-0.1)]
    with ScriptedOllama(replies) as server:
        backend = opened(server)
        said = [next_step("fix it and run the tests", [("edit", "Changed a.py.")], backend=backend) for _ in replies]
    assert said == ["test", "done", "done"]


@pytest.fixture
def engine_backend(small_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    backend = open_backend(load_config(None, {"model": str(small_weights), "num_ctx": 2048, "keep_alive": "60s"}))
    assert backend is not None
    yield backend
    from agent.backends import engine

    backend.close()
    for running in engine.running():
        engine.stop_pid(int(str(running["pid"])))


@pytest.mark.engine
def test_a_real_model_routes_with_one_token_and_a_cached_prompt(engine_backend: Backend) -> None:
    config = Settings(router="both")
    first = route(VAGUE, backend=engine_backend, config=config)
    second = route("hm, what about those numbers over there", backend=engine_backend, config=config)
    assert first.requests == second.requests == 1
    assert first.output_tokens == second.output_tokens == 1
    assert first.source == "both"
    assert sum(second.alternatives.values()) == pytest.approx(1)
    assert second.prompt_tokens <= 400
    assert second.cached_tokens is not None and second.cached_tokens >= 0.85 * second.prompt_tokens


@pytest.mark.engine
def test_with_a_real_model_clear_requests_keep_their_tool(engine_backend: Backend) -> None:
    wanted = {
        "please correct the rounding of the totals in invoice.py": "edit",
        "how come the cache is never emptied?": "explain",
        "whereabouts do we read the environment?": "search",
        "could you see whether the test suite passes": "test",
    }
    assert {r: route(r, backend=engine_backend).tool for r in wanted} == wanted
