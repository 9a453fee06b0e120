"""The model that would answer: its server, what was asked of it and what is loaded, where it runs, how fast it is."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from agent.doctor.check import Check, guarded
from agent.errors import AgentError

if TYPE_CHECKING:
    from agent.backends.base import Backend
    from agent.backends.choosing import Choice
    from agent.config import Config

NUMBERS = 60
"""Numbers in the measured prompt: with any tokenizer some 150 to 300 tokens, none of which can be in a cache."""
OUTPUT_TOKENS = 48
DECODE_SECONDS = 30.0
"""A slow model is not listened to for longer than this."""
LOGPROBS_SINCE = (0, 12, 11)
SCHEMA_BROKEN = ((0, 17), (0, 21))
"""Ollama 0.17 to 0.20 ignored a schema with `think: false` for Gemma 4 and Qwen 3.5."""


def model(config: Config, measure: bool) -> Iterator[Check]:
    """The server, the choice of model, and with `measure` what it does once it is loaded."""
    from agent.backends.choosing import resolve_model

    choice: Choice | None = None
    problem: AgentError | None = None
    try:
        choice = resolve_model(config)
    except AgentError as error:
        problem = error
    yield from guarded("server", lambda: _server(config, choice))
    if choice is None:
        yield Check("model", "fail", str(problem), problem.hint if problem else "")
        return
    yield _chosen(choice)
    if choice.backend != "none" and measure:
        yield from _loaded(config, choice)


def _server(config: Config, choice: Choice | None) -> Iterator[Check]:
    from agent.backends import wire
    from agent.backends.choosing import server_url

    if choice is not None and choice.backend == "openai":
        yield from _openai_server(config.settings.base_url)
        return
    url = server_url(config)
    needed = choice is None or choice.backend == "ollama"
    try:
        answer = wire.ask(f"{url}/api/version")
        version = str(answer["version"])
    except wire.Unreachable:
        if needed:
            advice = "Start it with `ollama serve`, say where it is with --host, or use `-m embedded`."
            yield Check("server", "fail", f"no Ollama at {url}", advice)
        else:
            yield Check("server", "ok", f"no Ollama at {url}, and none is needed")
        return
    except (wire.Broken, wire.BadStatus, KeyError, TypeError) as error:
        value = f"{url} answers, but not as Ollama does ({str(error)[:80]})"
        yield Check("server", "fail" if needed else "warn", value, "Check --host and OLLAMA_HOST.")
        return
    yield _version(url, version)


def _version(url: str, version: str) -> Check:
    value, data = f"Ollama {version} at {url}", {"version": version, "url": url}
    numbers = tuple(int(n) for n in re.findall(r"\d+", version)[:3])
    if numbers and numbers < LOGPROBS_SINCE:
        advice = "Update Ollama: before 0.12.11 it gives no log-probabilities, and routing has no confidence."
        return Check("server", "warn", value, advice, data)
    if SCHEMA_BROKEN[0] <= numbers < SCHEMA_BROKEN[1]:
        advice = "Update Ollama: from 0.17 to 0.20 it ignores a schema when thinking is off."
        return Check("server", "warn", value, advice, data)
    return Check("server", "ok", value, data=data)


def _openai_server(url: str) -> Iterator[Check]:
    from agent.backends.openai import list_served

    names = [served.name for served in list_served(url)]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    yield Check("server", "ok", f"{url} serves {shown}", data={"url": url, "models": names})


def _chosen(choice: Choice) -> Check:
    if choice.backend == "none":
        return Check(
            "model", "ok", "none: rules route, nothing is generated", "`-m gemma` or `-m embedded` chooses one."
        )
    info = choice.info
    facts = [f"on {choice.backend}"]
    if info is not None:
        size = f"{info.size_bytes / 1e9:.1f} GB" if info.size_bytes else ""
        facts += [fact for fact in (info.family, info.parameters, info.quantisation, size) if fact]
    data = {"model": choice.model, "backend": choice.backend, "why": choice.why}
    return Check("model", "ok", f"{choice.model}, {', '.join(facts)}; {choice.why}", data=data)


def _loaded(config: Config, choice: Choice) -> Iterator[Check]:
    from agent.backends.opening import open_backend

    notes: list[str] = []
    try:
        backend = open_backend(config, notify=notes.append)
        assert backend is not None
        asked = backend.context_limit()
        began = time.monotonic()
        backend.load()
        load_seconds = time.monotonic() - began
    except AgentError as error:
        yield Check("context", "fail", f"the model does not load: {error}", error.hint)
        return
    try:
        yield from guarded("context", lambda: _context(backend, choice, asked, load_seconds))
        yield from guarded("speed", lambda: _speed(backend))
    finally:
        backend.close()


def _context(backend: Backend, choice: Choice, asked: int, load_seconds: float) -> Iterator[Check]:
    state = _loaded_state(backend) if choice.backend == "ollama" else {}
    loaded = state.get("context_length") or backend.context_limit()
    value = f"asked for {asked:,} tokens, {loaded:,} loaded, in {load_seconds:.1f} s"
    data = {"asked": asked, "loaded": loaded, "load_seconds": round(load_seconds, 3)}
    if loaded < asked:
        advice = f"The model has no more than {loaded:,}: set num_ctx to that."
        yield Check("context", "warn", value, advice, data)
    else:
        yield Check("context", "ok", value, data=data)
    if state.get("size"):
        yield _processor(state["size"], state.get("size_vram") or 0)


def _loaded_state(backend: Backend) -> dict[str, Any]:
    from agent.backends import wire

    try:
        models = wire.ask(f"{getattr(backend, 'url', '')}/api/ps")["models"]
    except (wire.Unreachable, wire.Broken, wire.BadStatus, KeyError, TypeError):
        return {}
    return next((m for m in models or [] if backend.model in (m.get("name"), m.get("model"))), {})


def _processor(size: int, vram: int) -> Check:
    share = vram / size
    data = {"gpu_share": round(share, 4), "size_bytes": size, "vram_bytes": vram}
    if vram >= size:
        return Check("processor", "ok", f"all of it on the GPU ({size / 1e9:.1f} GB)", data=data)
    if vram:
        value = f"{1 - share:.0%} of it on the CPU ({(size - vram) / 1e9:.1f} of {size / 1e9:.1f} GB)"
        advice = (
            "That part sets the pace. What makes it fit: a smaller num_ctx, a smaller model or quantisation, closing "
            "other programs on the GPU, or OLLAMA_KV_CACHE_TYPE=q8_0 with OLLAMA_FLASH_ATTENTION=1 on the server."
        )
        return Check("processor", "warn", value, advice, data)
    advice = "If this machine has a GPU, the server does not see it: its log says why. Else a small model serves best."
    return Check("processor", "warn", f"all of it on the CPU ({size / 1e9:.1f} GB)", advice, data)


def _speed(backend: Backend) -> Iterator[Check]:
    from agent.backends.base import Message, Options
    from prompts import render

    draw = random.SystemRandom()
    numbers = " ".join(str(draw.randrange(100, 1000)) for _ in range(NUMBERS))
    messages = [Message("user", render("doctor", numbers=numbers))]
    began = time.monotonic()
    first = 0.0
    pieces = 0
    usage = None
    with closing(backend.chat(messages, options=Options(max_tokens=OUTPUT_TOKENS))) as chunks:  # type: ignore[type-var]
        for chunk in chunks:
            if (chunk.text or chunk.thinking) and not first:
                first = time.monotonic()
            pieces += bool(chunk.text or chunk.thinking)
            usage = chunk.usage or usage
            if first and time.monotonic() - first > DECODE_SECONDS:
                break
    ended = time.monotonic()
    if not first:
        yield Check("speed", "fail", "the model answers with nothing", "Try another model, or update the server.")
        return
    new = (usage.prompt_tokens - (usage.cached_tokens or 0)) if usage else 0
    prefill_seconds = (usage.prefill_seconds if usage else 0) or first - began
    written = usage.output_tokens if usage and usage.output_tokens else pieces
    decode_seconds = (usage.decode_seconds if usage else 0) or ended - first
    prefill = new / prefill_seconds if new and prefill_seconds else 0.0
    decode = written / decode_seconds if written > 1 and decode_seconds else 0.0
    told = [f"reads {prefill:,.0f} tokens/s" if prefill else "", f"writes {decode:,.1f} tokens/s" if decode else ""]
    value = ", ".join(part for part in told if part) or "too short an answer to tell"
    data = {
        "prefill_tokens_per_second": round(prefill, 2),
        "decode_tokens_per_second": round(decode, 2),
        "first_token_seconds": round(first - began, 3),
        "prompt_tokens": new,
        "output_tokens": written,
    }
    yield Check("speed", "ok", f"{value}; first word after {first - began:.1f} s", data=data)
