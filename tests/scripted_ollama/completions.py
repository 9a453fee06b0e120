"""`/v1/models` and `/v1/chat/completions`: the same model behind the OpenAI protocol, without `num_ctx` and `think`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.scripted_ollama.asks import Ask, Refused, read_json
from tests.scripted_ollama.chat import Turn, fit, generate, load, opening, watch
from tests.scripted_ollama.thinking import Piece
from tests.scripted_ollama.wire import Wire, dumps

if TYPE_CHECKING:
    from tests.scripted_ollama.server import ScriptedOllama

PLAIN_JSON = "application/json"
_KINDS = {400: "invalid_request_error", 404: "not_found_error"}


def answer_models(app: ScriptedOllama, wire: Wire) -> None:
    """List the models."""
    data = [
        {"id": m.name, "object": "model", "created": int(app.begun), "owned_by": "library"} for m in app.models.values()
    ]
    wire.body(200, dumps({"object": "list", "data": data}) + b"\n", PLAIN_JSON)


def answer_completions(app: ScriptedOllama, wire: Wire) -> None:
    """Answer one request; errors have the protocol's own form."""
    try:
        _answer(app, wire)
    except Refused as refused:
        kind = _KINDS.get(refused.status, "api_error")
        error = {"message": str(refused), "type": kind, "param": None, "code": None}
        wire.body(refused.status, dumps({"error": error}) + b"\n", PLAIN_JSON)


def _answer(app: ScriptedOllama, wire: Wire) -> None:
    begun = time.monotonic_ns()
    raw = read_json(wire.recorded.body)
    ask = _ask(raw)
    model = app.find(ask.model)
    context = app.engines.context_for(model, None)
    with app.engines.turn(watch(app, wire)):
        load_ns = load(app, wire, model, context, ask.shift)
        messages = fit(app, ask, model, context, wire.recorded)
        reply = app.next_reply(raw)
        if not opening(app, wire, reply):
            return
        head = {
            "id": f"chatcmpl-{len(app.requests)}",
            "object": "chat.completion.chunk" if ask.stream else "chat.completion",
            "created": int(time.time()),
            "model": ask.model,
            "system_fingerprint": "fp_ollama",
        }

        def each(piece: Piece) -> None:
            if ask.stream:
                delta = {"role": "assistant", "content": piece.text}
                _event(wire, head, [_choice(delta=delta, finish=None, logprobs=piece.logprobs)])

        outcome = generate(app, wire, Turn(ask, model, context, messages, reply, begun, load_ns), each)
        finish = outcome.finish
        app.engines.keep(None)
        if outcome.error and wire.recorded.status is None:
            raise Refused(500, outcome.error)
        if finish is None:
            wire.drop()
            return
        usage = {
            "prompt_tokens": finish.prompt_tokens,
            "completion_tokens": finish.output_tokens,
            "total_tokens": finish.prompt_tokens + finish.output_tokens,
        }
        if not ask.stream:
            message = {"role": "assistant", "content": "".join(outcome.texts)}
            choice = _choice(message=message, finish=finish.reason, logprobs=outcome.logprobs)
            wire.body(200, dumps({**head, "choices": [choice], "usage": usage}) + b"\n", PLAIN_JSON)
            return
        _event(wire, head, [_choice(delta={}, finish=finish.reason, logprobs=None)])
        if (raw.get("stream_options") or {}).get("include_usage"):
            _event(wire, head, [], usage)
        wire.chunk(b"data: [DONE]\n\n")
        wire.end()


def _ask(raw: dict[str, Any]) -> Ask:
    if not raw.get("model"):
        raise Refused(400, "model is required")
    if not raw.get("messages"):
        raise Refused(400, "[] is too short - 'messages'")
    named = {"num_predict": raw.get("max_tokens"), "stop": raw.get("stop")}
    if isinstance(named["stop"], str):
        named["stop"] = [named["stop"]]
    options = {name: value for name, value in named.items() if value is not None}
    for name in ("temperature", "top_p", "seed", "presence_penalty", "frequency_penalty"):
        if raw.get(name) is not None:
            options[name] = raw[name]
    form = raw.get("response_format") or {}
    schema = form.get("json_schema", {}).get("schema") if form.get("type") == "json_schema" else None
    return Ask(
        model=str(raw["model"]),
        messages=list(raw["messages"]),
        raw=raw,
        options=options,
        schema=schema,
        stream=bool(raw.get("stream")),
        logprobs=bool(raw.get("logprobs")),
        top_logprobs=int(raw.get("top_logprobs") or 0),
    )


def _choice(*, finish: str | None, logprobs: list[dict[str, Any]] | None, **part: Any) -> dict[str, Any]:
    choice = {"index": 0, **part, "finish_reason": finish}
    if logprobs:
        choice["logprobs"] = {"content": logprobs}
    return choice


def _event(wire: Wire, head: dict[str, Any], choices: list[dict[str, Any]], usage: Any = None) -> None:
    if wire.recorded.status is None:
        wire.start(200, "text/event-stream")
    data = {**head, "choices": choices, **({"usage": usage} if usage else {})}
    wire.chunk(b"data: " + dumps(data) + b"\n\n")
