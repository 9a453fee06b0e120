"""`/api/chat`: the checks in the server's order, the load, the reply, and whatever accident the script asks for."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.scripted_ollama.asks import Ask, Refused, check_format, check_options, read_ask, too_long
from tests.scripted_ollama.script import DIED, Reply
from tests.scripted_ollama.served import ServedModel
from tests.scripted_ollama.thinking import Died, Finish, Piece, created_at
from tests.scripted_ollama.wire import ClientLeft, Recorded, Wire, dumps

if TYPE_CHECKING:
    from tests.scripted_ollama.server import ScriptedOllama

NDJSON = "application/x-ndjson"
_LOOK = 0.02


def answer_chat(app: ScriptedOllama, wire: Wire) -> None:
    """Answer one native chat request."""
    begun = time.monotonic_ns()
    ask = read_ask(wire.recorded.body)
    model = app.find(ask.model)
    if not ask.messages and ask.keep_alive == 0:
        app.engines.unload()
        wire.body(200, dumps(_whole(ask, "unload")))
        return
    _check_capabilities(ask, model)
    check_options(ask)
    context = app.engines.context_for(model, ask.option("num_ctx"))
    if ask.render_only:
        shown = {"rendered_template": model.render(ask.messages, ask.think)}
        wire.body(
            200, dumps({**_head(ask), "message": {"role": "", "content": ""}, "done": False, "_debug_info": shown})
        )
        return
    check = watch(app, wire)
    if not ask.messages:
        if not app.engines.is_loaded(model, context, ask.shift):
            with app.engines.turn(check):
                load(app, wire, model, context, ask.shift)
        app.engines.keep(ask.keep_alive)
        wire.body(200, dumps(_whole(ask, "load")))
        return
    with app.engines.turn(check):
        load_ns = load(app, wire, model, context, ask.shift)
        try:
            check_format(ask)
            messages = fit(app, ask, model, context, wire.recorded)
        except Refused as refused:
            if ask.stream and refused.status == 400:
                wire.body(400, dumps({"error": str(refused)}), "application/json", chunked=True)
                return
            raise
        reply = app.next_reply(ask.raw)
        _reply(app, wire, Turn(ask, model, context, messages, reply, begun, load_ns))
        app.engines.keep(ask.keep_alive)


@dataclass(frozen=True)
class Turn:
    """One generation: what was asked, of which engine, and what the script says to it."""

    ask: Ask
    model: ServedModel
    context: int
    messages: list[dict[str, Any]]
    reply: Reply
    begun: int
    load_ns: int


def watch(app: ScriptedOllama, wire: Wire) -> Callable[[], None]:
    """A function that raises when the client has left or the server is going."""

    def check() -> None:
        if app.closing.is_set() or wire.client_left():
            raise ClientLeft

    return check


def load(app: ScriptedOllama, wire: Wire, model: ServedModel, context: int, shift: bool) -> int:
    """Have the model loaded; nanoseconds."""
    before = app.engines.loads
    took = app.engines.load(model, context, shift, watch(app, wire))
    wire.recorded.reloaded = app.engines.loads != before
    return took


def pause(app: ScriptedOllama, wire: Wire, seconds: float) -> None:
    """Sleep, but notice a client that leaves."""
    check = watch(app, wire)
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        check()
        time.sleep(min(_LOOK, left))


def fit(app: ScriptedOllama, ask: Ask, model: ServedModel, context: int, recorded: Recorded) -> list[dict[str, Any]]:
    """The messages that go into the context: all, or without the oldest ones unless that was forbidden."""
    messages = list(ask.messages)
    count = app.thinker.count(model, ask, messages)
    recorded.prompt_tokens = count
    if count < context:
        return messages
    if not ask.truncate:
        raise too_long(count, context)
    kept = [m for m in messages[:-1] if m.get("role") == "system"]
    rest = [m for m in messages[:-1] if m.get("role") != "system"]
    while rest and app.thinker.count(model, ask, [*kept, *rest, messages[-1]]) >= context:
        rest.pop(0)
    fitting = [*kept, *rest, messages[-1]]
    left = app.thinker.count(model, ask, fitting)
    if left >= context:
        raise too_long(count, context)
    recorded.notes["dropped_messages"] = len(messages) - len(fitting)
    return fitting


def _check_capabilities(ask: Ask, model: ServedModel) -> None:
    if ask.think not in (None, False) and not model.thinks:
        raise Refused(400, f'"{ask.model}" does not support thinking')
    if ask.tools and "tools" not in model.capabilities:
        raise Refused(400, f'"{ask.model}" does not support tools')


@dataclass
class Outcome:
    """What came of a generation."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    logprobs: list[dict[str, Any]] = field(default_factory=list)
    finish: Finish | None = None
    """None when it was cut short."""
    error: str = ""
    dropped: bool = False


def generate(app: ScriptedOllama, wire: Wire, turn: Turn, each: Callable[[Piece], None]) -> Outcome:
    """Run the model at the script's pace and with its accidents, giving each piece to `each`. Raises ClientLeft."""
    reply, recorded, outcome = turn.reply, wire.recorded, Outcome()
    check = watch(app, wire)
    with closing(app.thinker.generate(turn.model, turn.ask, turn.messages, turn.context, reply)) as stream:
        try:
            for piece in stream:
                if isinstance(piece, Finish):
                    outcome.finish = piece
                    recorded.prompt_tokens = piece.prompt_tokens
                    recorded.new_prompt_tokens = piece.new_prompt_tokens
                    break
                if recorded.pieces == reply.drop_after:
                    outcome.dropped = True
                    break
                if recorded.pieces in (reply.error_after, reply.cut_after):
                    break
                if reply.gap and recorded.pieces:
                    pause(app, wire, reply.gap)
                check()
                each(piece)
                outcome.texts.append(piece.text)
                outcome.thoughts.append(piece.thinking)
                outcome.logprobs.extend(piece.logprobs or [])
                recorded.pieces += 1
        except Died:
            outcome.error = DIED
    if outcome.finish is None and reply.error_after is not None:
        outcome.error = reply.error
    if reply.dies or outcome.error == DIED:
        app.engines.unload()
    return outcome


def opening(app: ScriptedOllama, wire: Wire, reply: Reply) -> bool:
    """What happens before the first byte. False when the connection was closed. Raises Refused."""
    pause(app, wire, reply.delay)
    if reply.drop_after == -1:
        wire.drop()
        return False
    if reply.status != 200:
        raise Refused(reply.status, reply.error)
    return True


def _reply(app: ScriptedOllama, wire: Wire, turn: Turn) -> None:
    ask = turn.ask
    if not opening(app, wire, turn.reply):
        return
    if turn.reply.lines is not None:
        wire.start(200, NDJSON)
        for line in turn.reply.lines:
            wire.chunk(line)
        wire.end()
        return
    each: Callable[[Piece], None] = (lambda piece: _send_piece(wire, ask, piece)) if ask.stream else (lambda _: None)
    outcome = generate(app, wire, turn, each)
    if outcome.dropped:
        wire.drop()
    elif outcome.error and wire.recorded.status is None:
        raise Refused(500, outcome.error)
    elif ask.stream:
        _end_stream(wire, turn, outcome)
    elif outcome.finish is None:
        wire.drop()
    else:
        message: dict[str, Any] = {"role": "assistant", "content": "".join(outcome.texts)}
        if any(outcome.thoughts):
            message["thinking"] = "".join(outcome.thoughts)
        wire.body(200, dumps(_last(turn, message, outcome.finish, outcome.logprobs)))


def _end_stream(wire: Wire, turn: Turn, outcome: Outcome) -> None:
    if wire.recorded.status is None:
        wire.start(200, NDJSON)
    if outcome.error:
        wire.chunk(dumps({"error": outcome.error}) + b"\n")
    elif outcome.finish is not None:
        message = {"role": "assistant", "content": ""}
        wire.chunk(dumps(_last(turn, message, outcome.finish, [])) + b"\n")
    wire.end()


def _send_piece(wire: Wire, ask: Ask, piece: Piece) -> None:
    message = {"role": "assistant", "content": piece.text}
    if piece.thinking:
        message["thinking"] = piece.thinking
    line = {**_head(ask), "message": message, "done": False}
    if piece.logprobs:
        line["logprobs"] = piece.logprobs
    if wire.recorded.status is None:
        wire.start(200, NDJSON)
    wire.chunk(dumps(line) + b"\n")


def _head(ask: Ask) -> dict[str, Any]:
    return {"model": ask.model, "created_at": created_at()}


def _whole(ask: Ask, reason: str) -> dict[str, Any]:
    return {**_head(ask), "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": reason}


def _last(turn: Turn, message: dict[str, Any], finish: Finish, logprobs: list[dict[str, Any]]) -> dict[str, Any]:
    line = {**_head(turn.ask), "message": message, "done": True, "done_reason": finish.reason}
    if logprobs:
        line["logprobs"] = logprobs
    return {
        **line,
        "total_duration": time.monotonic_ns() - turn.begun,
        "load_duration": turn.load_ns,
        "prompt_eval_count": finish.prompt_tokens,
        "prompt_eval_duration": finish.prefill_ns,
        "eval_count": finish.output_tokens,
        "eval_duration": finish.decode_ns,
    }
