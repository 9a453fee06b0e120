"""The embedded engine with real weights (the 0.5B): what a person would notice of it starting, answering, leaving."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.backends import engine, wire
from agent.backends.base import Message, Options, collect
from agent.backends.embedded import Embedded
from agent.backends.opening import open_backend
from agent.config import load_config
from agent.errors import ContextOverflow, NoSuchModel, ServerFailed
from agent.models.places import runtime_folder

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parents[2]
COUNT = [Message("user", "Write the numbers from 1 to 300 separated by spaces.")]
SHORT = Options(max_tokens=4)


def another_process(model: Path, keep_alive: str, then: str) -> list[str]:
    """The command line of a Python that opens the same model as `b` and goes on with `then`."""
    flags = {"model": str(model), "num_ctx": 2048, "keep_alive": keep_alive}
    head = (
        "import time\n"
        "from agent.config import load_config\n"
        "from agent.backends.opening import open_backend\n"
        "from agent.backends.base import Message, Options, collect\n"
        f"b = open_backend(load_config(None, {flags!r}))\n"
    )
    return [sys.executable, "-c", head + then]


def opened(model: Path, **flags: object) -> Embedded:
    config = load_config(None, {"model": str(model), "num_ctx": 2048, "keep_alive": "60s", **flags})
    backend = open_backend(config)
    assert isinstance(backend, Embedded)
    return backend


def only_engine() -> dict[str, object]:
    (found,) = engine.running()
    return found


def wait_until(condition: object, seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    return not engine.process_exists(pid)


@pytest.fixture
def backend(small_model: Path) -> Iterator[Embedded]:
    made = opened(small_model)
    yield made
    made.close()


def test_one_engine_answers_streams_counts_and_tells_what_was_cached(backend: Embedded) -> None:
    chunks = list(backend.chat(COUNT, options=Options(max_tokens=12)))
    assert len([c for c in chunks if c.text]) > 5
    assert "".join(c.text for c in chunks).startswith("1 2 3")
    assert chunks[-1].stop_reason == "length" and chunks[-1].usage is not None
    assert chunks[-1].usage.output_tokens == 12 and chunks[-1].usage.cached_tokens == 0

    again = collect(backend.chat(COUNT, options=SHORT)).usage
    assert again.cached_tokens is not None and again.cached_tokens >= again.prompt_tokens - 2

    label = collect(backend.chat([Message("user", "Answer yes or no: is 2 even?")], options=SHORT, logprobs=20))
    assert label.logprobs[0].token.strip().lower() in ("yes", "no") and len(label.logprobs[0].top) == 20
    assert label.logprobs[0].top[0][1] == max(p for _, p in label.logprobs[0].top)

    schema = {"type": "object", "properties": {"tool": {"enum": ["edit", "test"]}}, "required": ["tool"]}
    answer = collect(backend.chat([Message("user", "run the tests")], options=Options(max_tokens=40), schema=schema))
    assert json.loads(answer.text)["tool"] in ("edit", "test")
    bound = collect(backend.chat(COUNT, options=SHORT, grammar='root ::= "search"'))
    assert bound.text == "search"

    assert backend.count_tokens("hello world") == 2


def test_a_prompt_past_the_context_is_refused_with_the_exact_count(backend: Embedded) -> None:
    with pytest.raises(ContextOverflow) as caught:
        collect(backend.chat([Message("user", "word " * 4000)], options=SHORT))
    assert caught.value.context == 2048 and caught.value.prompt_tokens is not None
    assert caught.value.prompt_tokens > 4000


def test_closing_the_stream_stops_the_generation(backend: Embedded) -> None:
    stream = backend.chat(COUNT, options=Options(max_tokens=1500))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    running = engine.find(backend.settings)
    assert running is not None

    def idle() -> bool:
        slots = wire.ask(running.url + "/slots", key=running.key)
        return not any(slot["is_processing"] for slot in slots)

    wait_until(idle, 3.0)


def test_an_engine_killed_in_mid_answer_is_an_error_and_the_next_request_starts_it_again(backend: Embedded) -> None:
    stream = backend.chat(COUNT, options=Options(max_tokens=1500))
    next(stream)
    pid = int(str(only_engine()["pid"]))
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ServerFailed, match="middle of its answer"):
        collect(stream)
    assert collect(backend.chat(COUNT, options=SHORT)).text.startswith("1 2")
    assert int(str(only_engine()["pid"])) != pid


def test_an_engine_killed_between_two_requests_is_not_even_noticed(backend: Embedded) -> None:
    collect(backend.chat(COUNT, options=SHORT))
    os.kill(int(str(only_engine()["pid"])), signal.SIGKILL)
    assert collect(backend.chat(COUNT, options=SHORT)).text.startswith("1 2")


def test_the_next_one_shot_finds_the_warm_engine_and_its_cache(small_model: Path, backend: Embedded) -> None:
    collect(backend.chat(COUNT, options=SHORT))
    then = (
        f"r = collect(b.chat([Message('user', {COUNT[0].content!r})], options=Options(max_tokens=4)))\n"
        "print(r.usage.prompt_tokens - r.usage.cached_tokens, r.text)\n"
    )
    command = another_process(small_model, "60s", then)
    pid = only_engine()["pid"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    new, _, text = done.stdout.partition(" ")
    assert int(new) <= 2 and text.startswith("1 2")
    assert done.stderr == "", "the engine's log is not for the terminal"
    assert only_engine()["pid"] == pid


def test_two_that_start_at_once_share_one_engine(small_model: Path) -> None:
    backends = [opened(small_model) for _ in range(3)]
    threads = [threading.Thread(target=b.load) for b in backends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    only_engine()


def test_the_engine_is_gone_when_its_keep_alive_has_passed(small_model: Path) -> None:
    backend = opened(small_model, keep_alive="1s")
    collect(backend.chat(COUNT, options=SHORT))
    pid = int(str(only_engine()["pid"]))
    backend.close()
    wait_until(lambda: gone(pid), 5.0)
    assert not list(runtime_folder().glob("engine-*.json"))


def test_an_answer_longer_than_the_keep_alive_is_not_cut(small_model: Path) -> None:
    backend = opened(small_model, keep_alive="1s")
    stream = backend.chat(COUNT, options=Options(max_tokens=60))
    first = next(stream)
    time.sleep(2.5)
    reply = collect(stream)
    assert (first.text + reply.text).startswith("1 2 3") and reply.stop_reason == "length"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_with_no_keep_alive_the_engine_ends_with_its_parent_however_that_ends(
    small_model: Path, how: signal.Signals
) -> None:
    command = another_process(small_model, "0", "b.load()\nprint(b._engine.pid, flush=True)\ntime.sleep(60)\n")
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert not engine.running(), "nobody else can find it"
    parent.send_signal(how)
    parent.wait(10)
    wait_until(lambda: gone(pid), 5.0)


def test_a_stale_state_file_is_seen_through(small_model: Path) -> None:
    backend = opened(small_model)
    state = runtime_folder() / f"engine-{backend.settings.identity()}.json"
    for text in (
        json.dumps({"url": "http://127.0.0.1:1", "key": "k", "pid": os.getpid()}),
        json.dumps({"url": "http://127.0.0.1:1", "key": "k", "pid": 999_999_999}),
        json.dumps(["not", "a", "state"]),
        "{broken",
    ):
        state.write_text(text)
        assert engine.find(backend.settings) is None
        assert not state.exists()
    state.write_text("{broken")
    backend.load()
    only_engine()


def test_the_key_is_for_the_user_alone(backend: Embedded) -> None:
    backend.load()
    state = runtime_folder() / f"engine-{backend.settings.identity()}.json"
    key = json.loads(state.read_text())["key"]
    assert state.stat().st_mode & 0o077 == 0
    pid = json.loads(state.read_text())["pid"]
    assert key not in Path(f"/proc/{pid}/cmdline").read_text()
    with pytest.raises(wire.BadStatus):
        wire.ask(json.loads(state.read_text())["url"] + "/slots", key="another")


def test_weights_that_cannot_be_loaded_are_one_clear_error(small_model: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    data = bytearray(small_model.read_bytes()[:20_000_000])
    damaged.write_bytes(data)
    with pytest.raises(NoSuchModel, match="cut short"):
        opened(damaged)
    whole = tmp_path / "wrong.gguf"
    with small_model.open("rb") as source, whole.open("wb") as target:
        header = source.read(8_000_000).replace(b"qwen2.block_count", b"qwen2.block_kount")
        target.write(header)
        target.truncate(small_model.stat().st_size)
    with pytest.raises(ServerFailed, match="could not load") as caught:
        opened(whole).load()
    assert "wrong.gguf" in str(caught.value) and not engine.running()


def test_an_interrupt_while_it_loads_leaves_no_process(small_model: Path) -> None:
    command = another_process(small_model, "60s", "print('loading', flush=True)\nb.load()\n")
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert parent.stdout is not None
    parent.stdout.readline()
    time.sleep(0.3)
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    parent.send_signal(signal.SIGINT)
    parent.wait(10)
    for child in children:
        wait_until(lambda pid=int(child): gone(pid), 5.0)
    assert not engine.running()
