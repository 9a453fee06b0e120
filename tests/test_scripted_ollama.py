"""The scripted server does what a test tells it, as official clients see it; a real model can do the talking."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import ollama
import openai
import pytest

from tests.scripted_ollama import CODER, DIED, SMALL_CODER, Reply, ScriptedOllama, dying, failure, label

Start = Callable[..., ScriptedOllama]
GEMMA = "gemma4:26b"


def ask(server: ScriptedOllama, text: str = "hi", model: str = GEMMA, **more: Any) -> Any:
    return ollama.Client(server.url).chat(model, [{"role": "user", "content": text}], **more)


def stream(server: ScriptedOllama, text: str = "hi", model: str = GEMMA, **more: Any) -> list[Any]:
    return list(ollama.Client(server.url).chat(model, [{"role": "user", "content": text}], stream=True, **more))


def test_says_the_replies_in_their_order_streamed_and_whole(scripted_ollama: Start) -> None:
    text = "def f():\n\treturn '<é>' & \"x\"\n\n\n"
    server = scripted_ollama([text, text])
    assert "".join(chunk.message.content for chunk in stream(server)) == text
    assert ask(server).message.content == text


def test_a_function_answers_by_the_request(scripted_ollama: Start) -> None:
    server = scripted_ollama(lambda request: request["messages"][-1]["content"].upper())
    assert ask(server, "say it loud").message.content == "SAY IT LOUD"


def test_a_request_too_many_fails_loudly(scripted_ollama: Start) -> None:
    server = scripted_ollama(["only one"])
    ask(server)
    with pytest.raises(ollama.ResponseError, match="no reply left for chat request 2"):
        ask(server)


def test_every_request_is_recorded_byte_for_byte(scripted_ollama: Start) -> None:
    server = scripted_ollama(["x"])
    body = b'{ "model": "gemma4:26b",  "messages": [{"role":"user","content":"\xc3\xa9"}], "stream": false }'
    httpx.post(f"{server.url}/api/chat", content=body)
    assert server.requests[0].body == body
    assert server.chats[0].json["messages"][0]["content"] == "é"


def test_a_label_comes_with_its_probabilities(scripted_ollama: Start) -> None:
    server = scripted_ollama([label("edit", edit=-0.2, search=-2.0)])
    reply = ask(server, logprobs=True, top_logprobs=5, options={"num_predict": 1})
    assert reply.done_reason == "length" and reply.eval_count == 1
    top = {entry.token: entry.logprob for entry in reply.logprobs[0].top_logprobs}
    assert reply.logprobs[0].logprob == -0.2 and top["search"] == -2.0 and len(top) == 5


def test_thinking_is_on_unless_it_is_turned_off(scripted_ollama: Start) -> None:
    server = scripted_ollama([Reply("yes", thinking="let me see")] * 2)
    assert ask(server).message.thinking == "let me see"
    assert ask(server, think=False).message.thinking is None


def test_another_context_or_shift_loads_the_model_anew_and_ps_tells(scripted_ollama: Start) -> None:
    server = scripted_ollama(["x"] * 5, gpu_share=0.5, models=[CODER])
    client = ollama.Client(server.url)
    for context, shift, loads in [
        (2048, None, 1),
        (2048, None, 1),
        (4096, None, 2),
        (4096, False, 3),
        (99_999, False, 4),
    ]:
        body = {"model": CODER.name, "messages": [{"role": "user", "content": "x"}], "options": {"num_ctx": context}}
        httpx.post(f"{server.url}/api/chat", json={**body, **({} if shift is None else {"shift": shift})})
        assert server.engines.loads == loads
    loaded = client.ps().models[0]
    assert loaded.context_length == CODER.context
    assert loaded.size is not None and loaded.size_vram == int(loaded.size * 0.5)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply("a b c", drop_after=2), httpx.RemoteProtocolError),
        (Reply("a b c", drop_after=-1), httpx.RemoteProtocolError),
        (Reply("a b c", error="out of memory", error_after=2), ollama.ResponseError),
        (dying("a b c", after=2), ollama.ResponseError),
        (failure(404, "model 'x' not found"), ollama.ResponseError),
        (failure(500, "boom"), ollama.ResponseError),
    ],
    ids=["dropped", "dropped at once", "error line", "engine dies", "404", "500"],
)
def test_accidents_reach_the_client_as_they_do_from_a_real_server(
    scripted_ollama: Start, reply: Reply, error: type[Exception]
) -> None:
    server = scripted_ollama([reply, "well again"])
    with pytest.raises(error):
        stream(server)
    assert ask(server).message.content == "well again"


def test_a_cut_stream_ends_in_peace_but_without_its_last_line(scripted_ollama: Start) -> None:
    server = scripted_ollama([Reply("a b c d", cut_after=2)])
    assert [chunk.done for chunk in stream(server)] == [False, False]


def test_a_dead_engine_is_loaded_again_by_the_next_request(scripted_ollama: Start) -> None:
    server = scripted_ollama([dying("a b c", after=1), "back"])
    with pytest.raises(ollama.ResponseError, match=DIED):
        ask(server)
    assert ask(server).message.content == "back"
    assert server.requests[-1].reloaded


def test_delays_are_kept(scripted_ollama: Start) -> None:
    server = scripted_ollama([Reply("a b c", delay=0.2, gap=0.1)])
    began = time.monotonic()
    times = [time.monotonic() - began for _ in ollama.Client(server.url).chat(GEMMA, [{"role": "user"}], stream=True)]
    assert times[0] >= 0.2 and times[-1] >= 0.2 + 2 * 0.1


def test_a_client_that_leaves_stops_the_generation(scripted_ollama: Start) -> None:
    server = scripted_ollama([Reply("word " * 1000, gap=0.02)])
    chunks = ollama.Client(server.url).chat(GEMMA, [{"role": "user", "content": "x"}], stream=True)
    next(iter(chunks))
    chunks.close()  # type: ignore[attr-defined]
    server.wait_for(lambda s: s.requests[-1].left)
    assert server.requests[-1].pieces < 200


def test_a_cloud_model_names_its_host(scripted_ollama: Start) -> None:
    server = scripted_ollama(models=["qwen3.5:cloud"])
    tags = httpx.get(f"{server.url}/api/tags").json()["models"]
    assert tags[0]["remote_host"].startswith("https://")


def test_the_openai_protocol_answers_too(scripted_ollama: Start) -> None:
    server = scripted_ollama(["one two", label("edit", edit=-0.3), failure(500, "boom")])
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="x", max_retries=0)
    messages: Any = [{"role": "user", "content": "x"}]
    chunks = client.chat.completions.create(model=GEMMA, messages=messages, stream=True)
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == "one two"
    whole = client.chat.completions.create(model=GEMMA, messages=messages, logprobs=True, top_logprobs=2, max_tokens=1)
    assert whole.choices[0].logprobs is not None
    assert whole.choices[0].logprobs.content is not None
    assert whole.choices[0].logprobs.content[0].logprob == -0.3
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model=GEMMA, messages=messages)


def test_runs_by_hand(tmp_path: Path) -> None:
    reply = tmp_path / "reply.md"
    reply.write_text("from a file")
    command = [
        sys.executable,
        "-m",
        "tests.scripted_ollama",
        "--port",
        "0",
        "--reply",
        str(reply),
        "--models",
        "qwen3.5",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[0]
        body = {"model": "qwen3.5", "messages": [{"role": "user", "content": "x"}], "stream": False}
        assert [m["name"] for m in httpx.get(f"{url}/api/tags").json()["models"]] == ["qwen3.5:latest"]
        assert httpx.post(f"{url}/api/chat", json=body).json()["message"]["content"] == "from a file"
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.engine
def test_a_real_model_behind_the_server_streams_counts_stops_and_comes_back(
    scripted_ollama: Start, small_weights: Path
) -> None:
    """One engine for the whole of it, since loading is what costs."""
    server = scripted_ollama(models=[SMALL_CODER], engine=small_weights)
    options = {"num_ctx": 512, "temperature": 0, "num_predict": 40}

    chunks = stream(server, "Reply with exactly: hello world", SMALL_CODER.name, options=options)
    assert "hello" in "".join(c.message.content for c in chunks).lower()
    assert chunks[-1].done and chunks[-1].prompt_eval_count > 20
    assert chunks[-1].eval_count >= len(chunks) - 1

    one = {**options, "num_predict": 1}
    reply = ask(server, "Is water wet? One word.", SMALL_CODER.name, options=one, logprobs=True, top_logprobs=5)
    assert reply.done_reason == "length" and len(reply.logprobs[0].top_logprobs) == 5
    assert reply.logprobs[0].token == reply.message.content

    schema = {"type": "object", "properties": {"tool": {"enum": ["edit", "search"]}}, "required": ["tool"]}
    bound = ask(server, "rename x to y", SMALL_CODER.name, options=options, format=schema)
    assert json.loads(bound.message.content)["tool"] in ("edit", "search")

    with pytest.raises(ollama.ResponseError, match="exceeds the available context size \\(512 tokens\\)"):
        ask(server, "word " * 2000, SMALL_CODER.name, options=options)

    long = {**options, "num_predict": 400}
    counting = ollama.Client(server.url).chat(
        SMALL_CODER.name,
        [{"role": "user", "content": "Write the numbers from 1 to 300 separated by spaces."}],
        stream=True,
        options=long,
    )
    for _ in range(5):
        next(iter(counting))
    counting.close()  # type: ignore[attr-defined]
    server.wait_for(lambda s: s.requests[-1].left)
    assert server.requests[-1].pieces < 100

    server.say("a word of the script")
    assert ask(server, "x", SMALL_CODER.name, options=options).message.content == "a word of the script"

    with pytest.raises(ollama.ResponseError, match=DIED):
        for n, _ in enumerate(
            ollama.Client(server.url).chat(
                SMALL_CODER.name,
                [{"role": "user", "content": "Write the numbers from 1 to 300 separated by spaces."}],
                stream=True,
                options=long,
            )
        ):
            if n == 5:
                server.kill_engine()
    assert ask(server, "hi", SMALL_CODER.name, options=one).message.content
