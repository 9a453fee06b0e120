"""One request to the model: budgeted before it is sent, shown while it streams, accounted for when it ends."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from agent.backends.base import Chunk, Message, Reply
from agent.errors import ContextOverflow, ServerFailed, TaskFailed
from agent.events import Event, Notice, Progress, Prompted, Spent, Text
from agent.limits import bounded

if TYPE_CHECKING:
    from agent.session import Session


def generate(
    session: Session,
    purpose: str,
    messages: Sequence[Message],
    *,
    max_tokens: int,
    kind: Literal["answer", "code"] = "answer",
    temperature: float | None = None,
    stop: tuple[str, ...] = (),
) -> Generator[Event, None, Reply]:
    """Stream one reply as events; returns it whole.

    Raises ContextOverflow before anything is sent when the prompt and the output cap cannot fit, ServerFailed when
    the reply is empty or runs wild twice, and whatever the backend raises.
    """
    if session.switches.show_prompt:
        yield Prompted(purpose, tuple({"role": m.role, "content": m.content} for m in messages))
    _check_budget(session, messages, max_tokens)
    for attempt in (1, 2):
        reply, tripped = yield from _stream(session, purpose, messages, max_tokens, kind, temperature, stop, attempt)
        if not tripped:
            return reply
        if attempt == 1:
            yield Notice(f"The reply was cut: {tripped}. Asking once more, differently.", "warning")
    raise ServerFailed(
        f"The model's reply was of no use twice: {tripped}.", "Try a smaller request or another model (-m NAME)."
    )


def _stream(
    session: Session,
    purpose: str,
    messages: Sequence[Message],
    max_tokens: int,
    kind: Literal["answer", "code"],
    temperature: float | None,
    stop: tuple[str, ...],
    attempt: int,
) -> Generator[Event, None, tuple[Reply, str]]:
    from agent.backends.guards import GuardTripped, guarded

    backend = session.backend
    if backend is None:
        raise TaskFailed("This needs a model, and the model is `none`.", "Choose one with -m NAME.")
    options = replace(session.profile.options(), max_tokens=max_tokens)
    if temperature is not None:
        options = replace(options, temperature=temperature)
    if stop:
        options = replace(options, stop=options.stop + stop)
    if attempt > 1:
        # A greedy model would loop in the same place again.
        options = replace(options, temperature=max(options.temperature, 0.7), repeat_penalty=1.1)
    reply = Reply()
    started, first = time.monotonic(), 0.0
    yield Progress("prefill", f"reading {sum(len(m.content) for m in messages):,} characters")
    chunks = guarded(backend.chat(messages, options=options), max_tokens=max_tokens)
    settings = session.config.settings
    tripped = ""
    pieces = 0
    try:
        for chunk in bounded(
            chunks, silence=settings.timeout, end=session.turn_end, turn_seconds=settings.turn_seconds
        ):
            reply.add(chunk)
            if not first and (chunk.text or chunk.thinking):
                first = time.monotonic()
            pieces += bool(chunk.text or chunk.thinking)
            yield from _shown(chunk, kind)
            if pieces and pieces % 8 == 0 and not chunk.done:
                speed = pieces / max(time.monotonic() - first, 1e-3)
                yield Progress("generating", f"{pieces} tokens, {speed:.0f} tokens/s", pieces, max_tokens)
    except GuardTripped as error:
        tripped = str(error)
    finally:
        chunks.close()
    _account(session, purpose, messages, reply, time.monotonic() - started)
    yield Spent(purpose, reply.usage)
    return reply, tripped


def _shown(chunk: Chunk, kind: Literal["answer", "code"]) -> Generator[Event, None, None]:
    if chunk.thinking:
        yield Text(chunk.thinking, "thinking")
    if chunk.text:
        yield Text(chunk.text, kind)


def _check_budget(session: Session, messages: Sequence[Message], max_tokens: int) -> None:
    backend = session.backend
    if backend is None:
        return
    estimate = session.meter.estimate_messages(messages)
    limit = backend.context_limit()
    spent = session.totals.prompt_tokens + session.totals.output_tokens - session.turn_start_tokens
    if spent > session.config.settings.turn_tokens:
        raise TaskFailed(
            f"This turn has used {spent:,} tokens, its limit is {session.config.settings.turn_tokens:,}.",
            "Raise `turn_tokens` in .agentrc, or ask for less at a time.",
        )
    if estimate + max_tokens > limit:
        raise ContextOverflow(
            f"The request needs about {estimate:,} tokens and up to {max_tokens:,} for the reply; "
            f"the context holds {limit:,}.",
            "Name fewer or smaller files, /clear the conversation, or set `num_ctx` higher in .agentrc.",
            prompt_tokens=estimate,
            context=limit,
        )


def _account(session: Session, purpose: str, messages: Sequence[Message], reply: Reply, seconds: float) -> None:
    usage, totals = reply.usage, session.totals
    totals.requests += 1
    totals.prompt_tokens += usage.prompt_tokens
    totals.cached_tokens += usage.cached_tokens or 0
    totals.output_tokens += usage.output_tokens
    totals.decode_seconds += usage.decode_seconds
    totals.seconds += seconds
    totals.last_prompt_tokens = usage.prompt_tokens
    totals.by_purpose[purpose] = totals.by_purpose.get(purpose, 0) + usage.prompt_tokens + usage.output_tokens
    if usage.prompt_tokens:
        session.meter.observe_messages(messages, usage.prompt_tokens)
    if usage.output_tokens > 4 and usage.decode_seconds > 0:
        totals.last_speed = usage.output_tokens / usage.decode_seconds


def output_room(session: Session, wanted: int) -> int:
    """The output cap: what the target needs, within `max_tokens` and half the context."""
    backend = session.backend
    ceiling = backend.context_limit() // 2 if backend else wanted
    configured = session.config.settings.max_tokens
    return max(64, min(wanted, ceiling, configured or wanted))
