"""The OpenAI protocol: against a real llama.cpp server with several slots, and against servers that know less."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.backends import engine
from agent.backends.base import Message, Options, collect
from agent.backends.embedded import Embedded
from agent.backends.openai import OpenAI
from agent.backends.opening import open_backend
from agent.config import load_config
from agent.errors import ConfigError, ContextOverflow, NoServer, NoSuchModel, ServerFailed
from tests.backends.plain_server import PlainServer
from tests.scripted_ollama import CODER, Reply, ScriptedOllama

COUNT = [Message("user", "Write the numbers from 1 to 300 separated by spaces.")]


def opened(base_url: str, model: str = "", **flags: Any) -> OpenAI:
    config = load_config(None, {"provider": "openai", "base_url": base_url, "model": model or None, **flags})
    backend = open_backend(config)
    assert isinstance(backend, OpenAI)
    return backend


@pytest.fixture
def llama(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAI]:
    """The engine's own server, seen as any llama.cpp server."""
    own = open_backend(load_config(None, {"model": str(small_model), "num_ctx": 2048}))
    assert isinstance(own, Embedded)
    running = engine.acquire(replace(own.settings, slots=3), 60.0)
    monkeypatch.setenv("AGENT_API_KEY", running.key)
    backend = opened(f"{running.url}/v1")
    yield backend
    backend.close()


@pytest.mark.engine
def test_a_llama_cpp_server_is_recognised_and_used_fully(llama: OpenAI) -> None:
    assert (llama.dialect, llama.context_limit()) == ("llama.cpp", 2048)
    can = llama.capabilities()
    assert can.grammar and can.tokenize and can.cached_counts and can.logprobs and can.schema
    assert llama.count_tokens("hello world") == 2
    first = collect(llama.chat(COUNT, options=Options(max_tokens=8), logprobs=5))
    assert first.text.startswith("1 2 3") and first.stop_reason == "length" and len(first.logprobs[0].top) == 5
    assert first.usage.cached_tokens == 0 and first.usage.prefill_seconds > 0
    again = collect(llama.chat(COUNT, options=Options(max_tokens=2))).usage
    assert again.cached_tokens is not None and again.cached_tokens > 20
    bound = collect(llama.chat(COUNT, options=Options(max_tokens=4), grammar='root ::= "search"'))
    assert bound.text == "search"
    with pytest.raises(ContextOverflow) as caught:
        collect(llama.chat([Message("user", "word " * 4000)], options=Options(max_tokens=4)))
    assert caught.value.context == 2048

    texts: dict[int, str] = {}

    def count(number: int) -> None:
        asked = [Message("user", f"Write the numbers from {number} to 300 separated by spaces.")]
        texts[number] = collect(llama.chat(asked, options=Options(max_tokens=6))).text

    threads = [threading.Thread(target=count, args=(n,)) for n in (5, 6, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(text.startswith(str(number)) for number, text in texts.items()) and len(texts) == 3


@pytest.mark.engine
def test_a_wrong_key_is_said_without_showing_any_key(llama: OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_API_KEY", "sk-secret-of-mine")
    with pytest.raises(ServerFailed, match="refused the key") as caught:
        opened(llama.base_url)
    assert "sk-secret" not in str(caught.value) + caught.value.hint + repr(caught.value)


def test_a_plain_server_is_not_sent_what_it_may_not_know() -> None:
    with PlainServer(["hello"]) as server:
        backend = opened(server.url)
        reply = collect(backend.chat(COUNT, options=Options(0.3, 0.9, 20, 0.1, 0.0, 1.1, 5, 99, ("X",))))
        sent = server.chats[-1]
    assert reply.text == "hello" and reply.usage.prompt_tokens == 11
    assert backend.dialect == "plain" and backend.count_tokens("x") is None
    assert not {"top_k", "min_p", "repeat_penalty", "grammar", "chat_template_kwargs"} & set(sent)
    assert (sent["temperature"], sent["seed"], sent["max_tokens"], sent["stop"]) == (0.3, 5, 99, ["X"])
    assert sent["stream_options"] == {"include_usage": True}


def test_vllm_is_recognised_and_sent_its_own_names() -> None:
    with PlainServer(["hello"], kind="vllm") as server:
        backend = opened(server.url)
        reply = collect(backend.chat(COUNT, options=Options(0.3, top_k=20, repeat_penalty=1.1)))
        sent = server.chats[-1]
    assert (backend.dialect, backend.context_limit()) == ("vllm", 4096)
    assert sent["top_k"] == 20 and sent["repetition_penalty"] == 1.1
    assert reply.usage.cached_tokens == 8


def test_a_schema_goes_as_the_response_format() -> None:
    schema = {"type": "object"}
    with PlainServer(["{}"]) as server:
        collect(opened(server.url).chat(COUNT, options=Options(), schema=schema))
        sent = server.chats[-1]["response_format"]
    assert sent["type"] == "json_schema" and sent["json_schema"]["schema"] == schema


def test_a_prediction_is_offered_once_to_a_server_that_refuses_it() -> None:
    options = Options(prediction="the file as it is")
    with PlainServer(["a", "b"], refuses="prediction") as server:
        backend = opened(server.url)
        assert collect(backend.chat(COUNT, options=options)).text == "a"
        assert collect(backend.chat(COUNT, options=options)).text == "b"
        assert ["prediction" in sent for sent in server.chats] == [True, False, False]
    with PlainServer(["a"]) as server:
        collect(opened(server.url).chat(COUNT, options=options))
        assert server.chats[-1]["prediction"] == {"type": "content", "content": "the file as it is"}


def test_thoughts_come_apart_from_the_answer() -> None:
    with PlainServer([("hm", "nine")]) as server:
        reply = collect(opened(server.url).chat(COUNT, options=Options()))
    assert (reply.thinking, reply.text) == ("hm", "nine")


@pytest.mark.parametrize(
    ("accident", "error"),
    [("cut", ServerFailed), ("drop", ServerFailed), ("error", ServerFailed), ("not json", ServerFailed),
     ("too long", ContextOverflow), ("500", ServerFailed), ("404", NoSuchModel), ("401", ServerFailed)],
)  # fmt: skip
def test_every_accident_is_one_clear_error_and_the_next_request_works(accident: str, error: type[Exception]) -> None:
    with PlainServer(["one two three", "fine"], accident=accident) as server:
        backend = opened(server.url)
        with pytest.raises(error) as caught:
            collect(backend.chat(COUNT, options=Options()))
        assert getattr(caught.value, "hint", "")
        assert collect(backend.chat(COUNT, options=Options())).text == "fine"


def test_the_scripted_ollamas_own_openai_protocol_works_too() -> None:
    with ScriptedOllama([Reply("hello there")]) as server:
        backend = opened(f"{server.url}/v1", CODER.name)
        assert collect(backend.chat(COUNT, options=Options())).text == "hello there"
        assert backend.dialect == "plain"


def test_closing_the_stream_closes_the_connection() -> None:
    with ScriptedOllama([Reply(" ".join(["word"] * 400), gap=0.02)]) as server:
        stream = opened(f"{server.url}/v1", CODER.name).chat(COUNT, options=Options())
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        server.wait_for(lambda s: s.chats[0].left)


def test_no_server_and_no_such_model_are_said() -> None:
    with pytest.raises(NoServer, match=r"127\.0\.0\.1:1"):
        opened("http://127.0.0.1:1/v1")
    with PlainServer([]) as server, pytest.raises(NoSuchModel, match="nosuch"):
        opened(server.url, "nosuch")
    with pytest.raises(ConfigError, match="not a URL"):
        opened("gpu-box/v1")
