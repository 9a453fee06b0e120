"""The Ollama backend against a real HTTP server that behaves as the recorded one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.backends.base import Backend, Message, Options, collect
from agent.backends.opening import list_models, open_backend
from agent.config import load_config
from agent.errors import AgentError, ContextOverflow, NoServer, NoSuchModel, ServerFailed
from tests.scripted_ollama import CODER, GEMMA, QWEN, Reply, ScriptedOllama, ServedModel, dying, failure, label

HELLO = [Message("user", "say hello")]
EXCHANGES = Path(__file__).parents[1] / "data" / "exchanges.jsonl"


def opened(server: ScriptedOllama, notes: list[str] | None = None, **flags: Any) -> Backend:
    config = load_config(None, {"host": server.url, "model": CODER.name, **flags})
    backend = open_backend(config, notify=None if notes is None else notes.append)
    assert backend is not None
    return backend


def text_of(backend: Backend, messages: Sequence[Message] = HELLO, **said: Any) -> str:
    return collect(backend.chat(messages, options=said.pop("options", Options()), **said)).text


def recorded(name: str) -> dict[str, Any]:
    for line in EXCHANGES.read_text().splitlines():
        exchange = json.loads(line)
        if exchange["name"] == name:
            return dict(exchange)
    raise LookupError(name)


def replaying(name: str) -> Reply:
    return Reply(lines=tuple(chunk[1].encode() for chunk in recorded(name)["chunks"]))


def test_a_reply_streams_in_pieces_and_ends_with_what_it_cost() -> None:
    with ScriptedOllama([Reply(pieces=("Hel", "lo"))]) as server:
        chunks = list(opened(server).chat(HELLO, options=Options()))
    assert [c.text for c in chunks if c.text] == ["Hel", "lo"]
    last = chunks[-1]
    assert last.done and last.stop_reason == "stop" and last.usage is not None
    # Ollama counts the end-of-turn token too.
    assert last.usage.output_tokens == 3 and last.usage.prompt_tokens > 0


def test_the_recorded_stream_of_a_real_server_is_understood() -> None:
    with ScriptedOllama([replaying("chat-stream")]) as server:
        reply = collect(opened(server).chat(HELLO, options=Options()))
    assert (reply.text, reply.stop_reason) == ("Hello world!", "stop")
    assert (reply.usage.prompt_tokens, reply.usage.output_tokens) == (35, 4)
    assert reply.usage.prefill_seconds == pytest.approx(0.431556)


def test_recorded_log_probabilities_come_with_their_alternatives() -> None:
    with ScriptedOllama([replaying("logprobs-stream")]) as server:
        reply = collect(opened(server).chat(HELLO, options=Options(max_tokens=1), logprobs=20))
        sent = server.chats[-1].json
    (token,) = reply.logprobs
    assert token.token == "edit" and token.top[0] == ("edit", pytest.approx(-0.3424, abs=1e-3)) and len(token.top) == 20
    assert sent["logprobs"] is True and sent["top_logprobs"] == 20


def test_more_alternatives_than_the_server_takes_are_not_asked_for() -> None:
    with ScriptedOllama([label("edit")]) as server:
        reply = collect(opened(server).chat(HELLO, options=Options(max_tokens=1), logprobs=50))
        assert server.chats[-1].json["top_logprobs"] == 20
    assert reply.text == "edit"


def test_every_request_carries_the_same_context_and_forbids_cutting() -> None:
    with ScriptedOllama(["one", "two", "three"]) as server:
        backend = opened(server, num_ctx=2048)
        backend.load()
        for _ in range(3):
            text_of(backend)
        bodies = [r.json for r in server.requests if r.path == "/api/chat"]
        assert server.engines.loads == 1
    assert len(bodies) == 4
    assert {(b["options"]["num_ctx"], b["truncate"], b["shift"], b["keep_alive"]) for b in bodies} == {
        (2048, False, False, 300)
    }


def test_loading_reads_back_the_context_and_says_when_it_is_less() -> None:
    notes: list[str] = []
    short = ServedModel("old:7b", context=4096)
    with ScriptedOllama(models=[short]) as server:
        backend = opened(server, notes, model="old:7b", num_ctx=9000)
        backend.load()
    assert backend.context_limit() == 4096


def test_a_model_partly_on_the_cpu_is_told_to_the_person() -> None:
    notes: list[str] = []
    with ScriptedOllama(gpu_share=0.4) as server:
        opened(server, notes).load()
    assert any("60%" in note and "CPU" in note for note in notes)


@pytest.mark.parametrize(
    ("model", "think", "sent"),
    [
        (GEMMA, False, False),
        (GEMMA, True, True),
        (QWEN, "high", "high"),
        (CODER, False, None),
        (CODER, True, None),
    ],
)
def test_thinking_is_always_said_to_a_model_that_can_and_never_to_one_that_cannot(
    model: ServedModel, think: bool | str, sent: object
) -> None:
    with ScriptedOllama([Reply("hi", thinking="hm")]) as server:
        backend = opened(server, model=model.name, think=think)
        backend.load()
        text_of(backend)
        bodies = [r.json for r in server.requests if r.path == "/api/chat"]
    assert [b.get("think") for b in bodies] == [sent, sent]


def test_thoughts_come_apart_from_the_answer() -> None:
    with ScriptedOllama([Reply("nine", thinking="let me see")]) as server:
        reply = collect(opened(server, model=GEMMA.name, think=True).chat(HELLO, options=Options()))
    assert (reply.text, reply.thinking) == ("nine", "let me see")


def test_every_option_is_sent_under_the_servers_names() -> None:
    options = Options(0.5, 0.9, 30, 0.1, 0.2, 1.1, 7, 64, ("END",))
    with ScriptedOllama(["x"]) as server:
        text_of(opened(server, num_ctx=1024), options=options)
        sent = server.chats[-1].json["options"]
    assert sent == {
        "num_ctx": 1024, "temperature": 0.5, "top_p": 0.9, "top_k": 30, "min_p": 0.1, "presence_penalty": 0.2,
        "repeat_penalty": 1.1, "seed": 7, "num_predict": 64, "stop": ["END"],
    }  # fmt: skip


def test_a_schema_is_sent_as_the_format() -> None:
    schema = {"type": "object", "properties": {"tool": {"type": "string"}}}
    with ScriptedOllama(['{"tool": "edit"}']) as server:
        assert json.loads(text_of(opened(server), schema=schema)) == {"tool": "edit"}
        assert server.chats[-1].json["format"] == schema


def test_a_prompt_past_the_context_is_an_error_with_the_exact_count() -> None:
    with ScriptedOllama(["never"]) as server, pytest.raises(ContextOverflow) as caught:
        text_of(opened(server, num_ctx=512), [Message("user", "many words " * 1000)])
    assert caught.value.context == 512 and caught.value.prompt_tokens is not None
    assert caught.value.prompt_tokens > 1000


def test_a_history_past_the_context_is_refused_rather_than_cut() -> None:
    history = [Message("system", "S"), *[Message("user", "part " * 300), Message("assistant", "ok")] * 3, HELLO[0]]
    with ScriptedOllama(["never"]) as server, pytest.raises(ContextOverflow):
        text_of(opened(server, num_ctx=512), history)


def test_closing_the_stream_stops_the_generation_on_the_server() -> None:
    with ScriptedOllama([Reply(" ".join(["word"] * 500), gap=0.02), "next"]) as server:
        backend = opened(server)
        stream = backend.chat(HELLO, options=Options())
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        server.wait_for(lambda s: s.chats[0].left)
        assert server.chats[0].pieces < 50
        assert text_of(backend) == "next"


def test_a_silent_first_minute_is_waited_for() -> None:
    with ScriptedOllama([Reply("late", delay=5.3)]) as server:
        assert text_of(opened(server)) == "late"


def test_an_engine_that_dies_in_mid_answer_is_an_error_and_the_next_request_works() -> None:
    with ScriptedOllama([dying("1 2 3 4 5 6", 3), "again"]) as server:
        backend = opened(server)
        with pytest.raises(ServerFailed, match="unexpected EOF"):
            text_of(backend)
        assert text_of(backend) == "again"


@pytest.mark.parametrize(
    "accident",
    [
        Reply("a b c d e f", cut_after=2),
        Reply("a b c d e f", drop_after=2),
        Reply("a", drop_after=-1),
        Reply(lines=(b"this is not json\n",)),
        Reply(lines=(b'{"model": 3, "message": "no"}\n',)),
        Reply(lines=(b"[1]\n",)),
        Reply(lines=()),
        failure(500, "boom"),
        failure(503, "busy"),
        failure(400, "invalid"),
    ],
    ids=lambda reply: str(reply)[:60],
)
def test_a_broken_answer_is_one_clear_error(accident: Reply) -> None:
    with ScriptedOllama([accident, "fine"]) as server:
        backend = opened(server)
        with pytest.raises(ServerFailed) as caught:
            text_of(backend)
        assert caught.value.hint
        assert text_of(backend) == "fine"


def test_a_missing_model_is_named_with_the_command_that_gets_it() -> None:
    with ScriptedOllama() as server, pytest.raises(NoSuchModel, match="nosuch:1b") as caught:
        opened(server, model="nosuch:1b")
    assert "agent models pull nosuch:1b" in caught.value.hint


def test_a_model_removed_meanwhile_is_named() -> None:
    with ScriptedOllama(["x"]) as server:
        backend = opened(server)
        server.models.clear()
        with pytest.raises(NoSuchModel):
            text_of(backend)
        with pytest.raises(NoSuchModel):
            backend.load()


def test_no_server_says_where_it_looked_and_how_to_start_it() -> None:
    config = load_config(None, {"host": "127.0.0.1:1", "model": "gemma"})
    with pytest.raises(NoServer, match=r"http://127\.0\.0\.1:1") as caught:
        open_backend(config)
    assert "ollama serve" in caught.value.hint and "embedded" in caught.value.hint


def test_a_server_that_goes_away_is_an_error_that_names_it() -> None:
    with ScriptedOllama(["x"]) as server:
        backend = opened(server)
        url = server.url
    with pytest.raises(NoServer, match=url):
        text_of(backend)
    with pytest.raises(NoServer, match=url):
        backend.load()


def test_another_kind_of_server_is_recognised() -> None:
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        with pytest.raises(ServerFailed, match="not as an Ollama server"):
            open_backend(load_config(None, {"host": f"127.0.0.1:{web.server_address[1]}", "model": "gemma"}))
    finally:
        web.shutdown()
        web.server_close()


def test_a_reload_behind_our_back_is_told() -> None:
    notes: list[str] = []
    with ScriptedOllama(["a", "b"], load_seconds=0.7) as server:
        backend = opened(server, notes)
        backend.load()
        text_of(backend)
        assert not notes
        server.kill_engine()
        text_of(backend)
    assert len(notes) == 1 and "loaded anew" in notes[0]


def test_loading_and_asking_at_once_load_the_model_once() -> None:
    with ScriptedOllama(["hi"], load_seconds=0.3) as server:
        backend = opened(server)
        loading = threading.Thread(target=backend.load)
        loading.start()
        time.sleep(0.05)
        assert text_of(backend) == "hi"
        loading.join()
        assert server.engines.loads == 1


def test_an_old_server_that_tells_less_is_asked_for_each_model() -> None:
    old = ServedModel("gemma4:26b", family="gemma4", capabilities=("completion", "thinking"), context=8192)
    with ScriptedOllama(["x"], models=[old]) as server:
        from agent.backends.ollama import Ollama, list_installed, show

        (listed,) = list_installed(server.url)
        full = show(server.url, listed)
        assert full.context == 8192 and "thinking" in full.capabilities
        assert isinstance(opened(server, model="gemma4:26b"), Ollama)


def test_the_list_says_what_is_loaded_and_how_much_on_the_gpu() -> None:
    with ScriptedOllama(gpu_share=1.0) as server:
        opened(server).load()
        listed = {m.name: m for m in list_models(load_config(None, {"host": server.url})) if m.backend == "ollama"}
    assert listed[CODER.name].loaded and listed[CODER.name].gpu_share == pytest.approx(1.0, abs=0.01)
    assert not listed[GEMMA.name].loaded and listed[GEMMA.name].gpu_share is None


def test_a_bad_keep_alive_is_an_error_that_names_the_setting() -> None:
    with ScriptedOllama() as server, pytest.raises(AgentError, match="soon"):
        opened(server, keep_alive="soon")


@pytest.mark.parametrize(("said", "sent"), [("5m", 300), ("0", 0), ("-1", -1), ("1h30m", 5400), ("45", 45)])
def test_keep_alive_is_sent_in_a_form_every_server_takes(said: str, sent: int) -> None:
    with ScriptedOllama(["x"]) as server:
        text_of(opened(server, keep_alive=said))
        assert server.chats[-1].json["keep_alive"] == sent
