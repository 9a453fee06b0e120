"""The OpenAI chat-completions protocol: request bodies, and chunks out of a stream. Shared by `openai` and `embedded`.

Servers differ in what they add: llama.cpp's has `timings`, grammars and exact token counts, vLLM has its own name for
the repetition penalty. `Dialect` says which server it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from agent.backends.base import Chunk, Message, Options, StopReason, TokenLogprob, Usage
from agent.errors import AgentError, ContextOverflow, NoSuchModel, ServerFailed

Dialect = Literal["llama.cpp", "vllm", "plain"]
_TOO_LONG = r"maximum context length (?:is|of) (\d+).*?(?:requested|contains?|has|resulted in) (?:about )?(\d+)"
"""How vLLM and OpenAI's own servers put it."""


def request_body(
    model: str,
    messages: Sequence[Message],
    options: Options,
    *,
    dialect: Dialect,
    schema: Mapping[str, Any] | None = None,
    logprobs: int = 0,
    grammar: str | None = None,
    think: bool | str | None = None,
    predict: bool = False,
) -> dict[str, Any]:
    """The JSON of a streamed request.

    `think` None: nothing is said about thinking. `predict`: the server may know predicted outputs. Options that are no
    part of the protocol (`top_k`, `min_p`, `repeat_penalty`) go only to servers known to take them.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": options.temperature,
    }
    for name, value in (
        ("top_p", options.top_p),
        ("presence_penalty", options.presence_penalty),
        ("seed", options.seed),
        ("max_tokens", options.max_tokens),
    ):
        if value is not None:
            body[name] = value
    if options.stop:
        body["stop"] = list(options.stop)
    if logprobs:
        body["logprobs"] = True
        body["top_logprobs"] = logprobs
    if schema is not None:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "reply", "schema": dict(schema), "strict": True},
        }
    if predict and options.prediction:
        body["prediction"] = {"type": "content", "content": options.prediction}
    body.update(_own_options(options, dialect, grammar))
    if think is not None and dialect != "plain":
        body["chat_template_kwargs"] = {"enable_thinking": bool(think)}
    return body


def _own_options(options: Options, dialect: Dialect, grammar: str | None) -> dict[str, Any]:
    if dialect == "plain":
        return {}
    own: dict[str, Any] = {"top_k": options.top_k, "min_p": options.min_p}
    own["repeat_penalty" if dialect == "llama.cpp" else "repetition_penalty"] = options.repeat_penalty
    if grammar is not None:
        if dialect == "llama.cpp":
            own["grammar"] = grammar
        else:
            own["structured_outputs"] = {"grammar": grammar}
    return {name: value for name, value in own.items() if value is not None}


def events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The JSON objects of a server-sent event stream. Raises ServerFailed for one that is no JSON."""
    for line in lines:
        name, _, data = line.partition(":")
        if name not in ("data", "error") or not data.strip() or data.strip() == "[DONE]":
            continue
        try:
            value = json.loads(data)
        except ValueError:
            raise ServerFailed(
                f"The server sent something that is not JSON: {data.strip()[:80]!r}.", "Try again."
            ) from None
        if isinstance(value, dict):
            yield {"error": value} if name == "error" and "error" not in value else value


def chunks(stream: Iterable[Mapping[str, Any]], model: str) -> Iterator[Chunk]:
    """Chunks out of the objects of a stream; the last has `done`, the reason and the usage.

    Raises ServerFailed when the stream carries an error or ends without a finish reason, ContextOverflow when the
    error is that.
    """
    reason: StopReason | None = None
    usage = Usage()
    timings: Mapping[str, Any] = {}
    for data in stream:
        if data.get("error"):
            raise error_of(500, json.dumps({"error": data["error"]}), model)
        if data.get("usage"):
            usage = _usage(data["usage"])
        if data.get("timings"):
            timings = data["timings"]
        for choice in data.get("choices") or ():
            delta = choice.get("delta") or {}
            text = delta.get("content") or ""
            thinking = delta.get("reasoning_content") or delta.get("reasoning") or ""
            logprobs = _logprobs(choice.get("logprobs"))
            if text or thinking or logprobs:
                yield Chunk(text=text, thinking=thinking, logprobs=logprobs)
            if choice.get("finish_reason"):
                reason = "length" if choice["finish_reason"] == "length" else "stop"
    if reason is None:
        raise ServerFailed(
            "The server stopped in the middle of its answer.",
            "Ask again; if it happens again, look at the server's own log.",
        )
    yield Chunk(done=True, stop_reason=reason, usage=_with_timings(usage, timings))


def _usage(data: Mapping[str, Any]) -> Usage:
    details = data.get("prompt_tokens_details") or {}
    out = data.get("completion_tokens_details") or {}
    return Usage(
        prompt_tokens=int(data.get("prompt_tokens") or 0),
        cached_tokens=details.get("cached_tokens"),
        output_tokens=int(data.get("completion_tokens") or 0),
        thinking_tokens=out.get("reasoning_tokens"),
    )


def _with_timings(usage: Usage, timings: Mapping[str, Any]) -> Usage:
    if not timings:
        return usage
    cached, new = int(timings.get("cache_n") or 0), int(timings.get("prompt_n") or 0)
    return Usage(
        prompt_tokens=usage.prompt_tokens or cached + new,
        cached_tokens=cached,
        output_tokens=usage.output_tokens or int(timings.get("predicted_n") or 0),
        thinking_tokens=usage.thinking_tokens,
        prefill_seconds=float(timings.get("prompt_ms") or 0) / 1000,
        decode_seconds=float(timings.get("predicted_ms") or 0) / 1000,
    )


def _logprobs(data: Mapping[str, Any] | None) -> tuple[TokenLogprob, ...]:
    return tuple(
        TokenLogprob(
            token=str(item.get("token", "")),
            logprob=float(item.get("logprob", 0.0)),
            top=tuple((str(t.get("token", "")), float(t.get("logprob", 0.0))) for t in item.get("top_logprobs") or ()),
        )
        for item in (data or {}).get("content") or ()
    )


def error_of(status: int, body: str, model: str) -> AgentError:
    """The error for a status and the server's words about it."""
    error = _error_object(body)
    message = str(error.get("message") or body).strip()
    asked, limit = error.get("n_prompt_tokens"), error.get("n_ctx")
    if error.get("type") == "exceed_context_size_error" or error.get("code") == "context_length_exceeded":
        return overflow(asked, limit)
    told = re.search(_TOO_LONG, message, re.S)
    if told:
        return overflow(int(told[2]), int(told[1]))
    if status == 404 or error.get("code") == "model_not_found":
        return NoSuchModel(f"The server has no model `{model}`: {message[:200]}", "`agent models` lists what there is.")
    if status in (401, 403):
        return ServerFailed(
            f"The server refused the key ({status}).", "Set AGENT_API_KEY (or OPENAI_API_KEY) to the server's key."
        )
    return ServerFailed(f"The server failed ({status}): {message[:300]}", "Try again, or look at the server's own log.")


def words_of(body: str) -> str:
    """What an error body says, in words."""
    return str(_error_object(body).get("message") or body).strip()


def overflow(prompt_tokens: int | None, context: int | None) -> ContextOverflow:
    """The error for a prompt that does not fit; nothing was cut."""
    counts = f" ({prompt_tokens:,} tokens, the context holds {context:,})" if prompt_tokens and context else ""
    return ContextOverflow(
        f"The prompt does not fit in the model's context{counts}; nothing was cut.",
        "Name fewer or smaller files, /clear the conversation, or set `num_ctx` higher in .agentrc.",
        prompt_tokens=prompt_tokens,
        context=context,
    )


def _error_object(body: str) -> dict[str, Any]:
    """The innermost error object; Ollama wraps its engine's JSON in a string."""
    value: Any = body
    for _ in range(4):
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return {"message": value}
        if isinstance(value, dict) and "error" in value:
            value = value["error"]
        else:
            break
    return value if isinstance(value, dict) else {"message": str(value)}
