"""The scripted server against recorded exchanges with a real one: the same request gets the same kind of answer.

The recorded requests are sent in their order to one server, so that loads, reloads and caches come about as they did.
The script says the recorded words; statuses, headers, shapes, order of lines and error texts have to be the server's
own. (The record: `tests/data/exchanges.jsonl`, Ollama 0.33.0-rc2.)
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scripted_ollama import CODER, SMALL_CODER, TINY_GEMMA, Recorded, Reply, ScriptedOllama, ServedModel, dying

RECORD = [
    json.loads(line) for line in Path(__file__).with_name("data").joinpath("exchanges.jsonl").open(encoding="utf-8")
]
NAMES = [exchange["name"] for exchange in RECORD]
THINKS = ("completion", "tools", "thinking")
RENDERERS = [
    *(
        ServedModel(f"renders-as-{family}:1.5b", renderer=family, capabilities=THINKS, parent=CODER.name)
        for family in ("gemma4", "gemma4-large", "qwen3.5")
    ),
    ServedModel("renders-as-qwen3-coder:1.5b", renderer="qwen3-coder", parent=CODER.name),
]
LOAD_SECONDS = 0.05
EXACT = {"done", "done_reason", "object", "finish_reason", "role", "status", "context_length", "rendered_template"}


@dataclass
class Got:
    """What came back for one exchange."""

    status: int | None
    headers: dict[str, str]
    body: str
    recorded: Recorded


@pytest.fixture(scope="module")
def replayed() -> Iterator[dict[str, Got]]:
    with ScriptedOllama(models=[TINY_GEMMA, SMALL_CODER, CODER], load_seconds=LOAD_SECONDS) as server:
        yield {exchange["name"]: replay(server, exchange) for exchange in RECORD}


def replay(server: ScriptedOllama, exchange: Mapping[str, Any]) -> Got:
    name = exchange["name"]
    before: threading.Thread | None = None
    if name == "thinking-omitted":
        server.models.update({model.name: model for model in RENDERERS})
    if name == "queued-second":
        server.say(Reply(text="one two three", gap=0.1))
        first = {"model": CODER.name, "messages": [{"role": "user", "content": "say"}], "options": {"num_ctx": 2048}}
        before = threading.Thread(target=send, args=(server, "POST", "/api/chat", first))
        count = len(server.requests)
        before.start()
        server.wait_for(lambda s: len(s.requests) > count and s.requests[count].pieces > 0)
    if name == "load-abandoned":
        server.kill_engine()
        server.engines.load_seconds = 30.0
    left = server.script.left()
    if said(exchange):
        server.say(reply_for(exchange))
    got = send(server, exchange["method"], exchange["path"], full(exchange["request"]), cut=exchange.get("cut"))
    if before is not None:
        before.join()
    server.engines.load_seconds = LOAD_SECONDS
    if exchange["status"] == 200 and server.script.left() != left:
        raise AssertionError(f"{name}: the reply was not asked for")
    return got


def said(exchange: Mapping[str, Any]) -> bool:
    request = exchange["request"]
    chat = exchange["path"] in ("/api/chat", "/v1/chat/completions") and isinstance(request, dict)
    died = exchange["name"].startswith("engine-killed")
    answered = exchange["status"] == 200 or died
    return bool(chat and answered and request.get("messages") and not request.get("_debug_render_only"))


def reply_for(exchange: Mapping[str, Any]) -> Reply:
    """The recorded words, and some more where the recorded reply was cut by a limit."""
    if exchange["name"] == "engine-killed-once":
        return dying("1 2 3 4 5 6", after=4)
    texts, thoughts, ends, error = words(exchange)
    if error:
        return Reply(pieces=(*texts, "more"), error=error, error_after=len(texts), dies=True)
    if "length" in ends:
        texts = [*texts, *["more "] * 400]
    if exchange.get("cut"):
        return Reply(pieces=tuple(texts * 40), gap=0.01)
    stop = exchange["request"].get("options", {}).get("stop")
    if stop:
        texts = [*texts, *stop, "8"]
    if "message" in str(exchange["chunks"][0][1]) and len(exchange["chunks"]) == 1:
        return Reply(text="".join(texts), thinking="".join(thoughts))
    return Reply(pieces=tuple(texts), thoughts=tuple(thoughts))


def words(exchange: Mapping[str, Any]) -> tuple[list[str], list[str], set[Any], str]:
    texts: list[str] = []
    thoughts: list[str] = []
    ends: set[Any] = set()
    error = ""
    for line in objects("".join(text for _, text in exchange["chunks"])):
        error = line["error"] if isinstance(line.get("error"), str) else error
        ends.add(line.get("done_reason"))
        message = line.get("message") or {}
        for choice in line.get("choices", []):
            message = choice.get("message") or choice.get("delta")
            ends.add(choice.get("finish_reason"))
        texts += [message["content"]] if message.get("content") else []
        thoughts += [message["thinking"]] if message.get("thinking") else []
    return texts, thoughts, ends, error


def full(request: Any) -> Any:
    """Long messages were shortened in the record; the request was sent with this many characters."""
    if not isinstance(request, dict):
        return request
    messages = []
    for message in request.get("messages", []):
        match = re.search(r"… \((\d+) characters\)$", message.get("content") or "")
        if match:
            start = message["content"][: match.start()]
            message = {**message, "content": (start * (int(match[1]) // len(start) + 1))[: int(match[1])]}
        messages.append(message)
    return {**request, "messages": messages} if messages else request


def send(server: ScriptedOllama, method: str, path: str, request: Any, cut: str | None = None) -> Got:
    body = request if isinstance(request, str) or request is None else json.dumps(request)
    count = len(server.requests)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.5 if cut and "timed" in cut else 20)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        if cut:
            text = "".join(response.readline().decode() for _ in range(5))
        else:
            text = response.read().decode()
        return Got(response.status, headers, text, server.requests[count])
    except TimeoutError:
        return Got(None, {}, "", server.requests[count])
    finally:
        connection.close()
        server.wait_for(lambda s: s.requests[count].finished or s.requests[count].left)


def objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects of an answer: one, one a line, or the data of server-sent events."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.strip()]
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in lines if line.startswith("{")]


def shape(value: Any, key: str = "") -> Any:
    """Keys in their order and the types of the values; the values themselves where they are the server's words."""
    if key in EXACT:
        return value
    if key == "error" and isinstance(value, str):
        return re.sub(r"\d{4,}(?= tokens)|(?<=n_prompt_tokens\":)\d+", "N", value)
    if key == "model_info":
        return "model_info"
    if isinstance(value, dict):
        return [(k, shape(v, k)) for k, v in value.items()]
    if isinstance(value, list):
        return sorted({json.dumps(shape(v)) for v in value})
    return type(value).__name__


@pytest.mark.parametrize("name", NAMES)
def test_answers_a_recorded_request_as_the_real_server_did(replayed: dict[str, Got], name: str) -> None:
    exchange, got = RECORD[NAMES.index(name)], replayed[name]
    assert got.status == exchange["status"]
    for header in ("content-type", "transfer-encoding"):
        assert got.headers.get(header) == exchange["headers"].get(header), header
    text = "".join(text for _, text in exchange["chunks"])
    if not text.lstrip().startswith(("{", "data:")):
        assert got.body == text
        return
    expected = [shape(line) for line in objects(text)]
    if name in ("show", "show-thinking"):
        expected, ours = (
            [sorted(map(repr, e)) for e in expected],
            [sorted(map(repr, shape(o))) for o in objects(got.body)],
        )
        assert ours == expected
        return
    assert [shape(line) for line in objects(got.body)] == expected
    assert text.endswith("\n") == got.body.endswith("\n")
    assert ("data: [DONE]" in text) == ("data: [DONE]" in got.body)


@pytest.mark.parametrize("name", ["show", "show-thinking"])
def test_shows_only_model_facts_that_the_real_server_shows(replayed: dict[str, Got], name: str) -> None:
    theirs = objects(RECORD[NAMES.index(name)]["chunks"][0][1])[0]
    ours = objects(replayed[name].body)[0]
    assert set(ours["model_info"]) <= set(theirs["model_info"])
    assert set(ours["capabilities"]) == set(theirs["capabilities"])


def timed() -> list[str]:
    return [e["name"] for e in RECORD if '"load_duration"' in json.dumps(e["chunks"]).replace("\\", "")]


@pytest.mark.parametrize("name", timed())
def test_loads_the_model_when_and_only_when_the_real_server_did(replayed: dict[str, Got], name: str) -> None:
    theirs = objects("".join(text for _, text in RECORD[NAMES.index(name)]["chunks"]))[-1]
    ours = objects(replayed[name].body)[-1]
    assert (ours["load_duration"] > LOAD_SECONDS * 0.9e9) == (theirs["load_duration"] > 1e9)


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("cache-")])
def test_computes_only_the_new_part_of_a_prompt_where_the_real_server_did(replayed: dict[str, Got], name: str) -> None:
    theirs = objects(RECORD[NAMES.index(name)]["chunks"][0][1])[0]
    was_cached = theirs["prompt_eval_duration"] / theirs["prompt_eval_count"] < 2e6
    recorded = replayed[name].recorded
    assert (recorded.new_prompt_tokens < recorded.prompt_tokens / 4) == was_cached
    assert objects(replayed[name].body)[0]["prompt_eval_count"] == recorded.prompt_tokens


def test_a_reply_that_meets_the_end_of_the_context_fills_it_exactly(replayed: dict[str, Got]) -> None:
    last = objects(replayed["runs-out-refused"].body)[-1]
    assert last["prompt_eval_count"] + last["eval_count"] == 256


def test_drops_the_oldest_messages_only_where_it_was_not_forbidden(replayed: dict[str, Got]) -> None:
    assert replayed["overflow-history-default"].recorded.notes["dropped_messages"] > 0
    assert replayed["overflow-history-refused"].status == 400


def test_stops_generating_when_the_client_goes_away(replayed: dict[str, Got]) -> None:
    cancelled = replayed["cancel"].recorded
    assert cancelled.left and not cancelled.finished
    assert cancelled.pieces < 20


def test_a_load_that_the_client_gave_up_leaves_nothing_loaded(replayed: dict[str, Got]) -> None:
    assert replayed["load-abandoned"].recorded.left
    assert json.loads(replayed["ps-later"].body) == {"models": []}


def test_a_second_request_waits_for_the_first_without_a_sign_of_life() -> None:
    with ScriptedOllama([Reply("a b c", gap=0.15), "second"]) as server:
        ask = {"model": "gemma4:26b", "messages": [{"role": "user", "content": "x"}]}
        first = threading.Thread(target=send, args=(server, "POST", "/api/chat", ask))
        first.start()
        server.wait_for(lambda s: len(s.requests) > 0 and s.requests[0].pieces > 0)
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST", "/api/chat", json.dumps(ask))
        response = connection.getresponse()
        assert time.monotonic() - began > 0.2
        assert server.requests[0].finished
        response.read()
        connection.close()
        first.join()
