"""Chat requests as they come over the wire, checked in the order and with the words of the real server."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FOREVER = float("inf")
_INTEGERS = {
    "num_ctx", "num_batch", "num_gpu", "main_gpu", "num_thread", "num_keep", "seed", "num_predict", "top_k",
    "repeat_last_n",
}  # fmt: skip
_FLOATS = {
    "top_p", "min_p", "typical_p", "temperature", "repeat_penalty", "presence_penalty", "frequency_penalty",
}  # fmt: skip
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}


class Refused(Exception):
    """The request is answered with this status and error text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Ask:
    """A chat request that was understood."""

    model: str
    messages: list[dict[str, Any]]
    raw: Mapping[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    schema: Any = None
    """A JSON schema, or "json"; None for plain text."""
    think: bool | str | None = None
    stream: bool = True
    keep_alive: float | None = None
    """Seconds; None when left out."""
    logprobs: bool = False
    top_logprobs: int = 0
    truncate: bool = True
    shift: bool = True
    tools: bool = False
    render_only: bool = False

    def option(self, name: str) -> Any:
        """The value of an option, or None."""
        return self.options.get(name)


def read_json(body: bytes) -> dict[str, Any]:
    """The request's object. Raises Refused as the real server's decoder does."""
    if not body.strip():
        raise Refused(400, "missing request body")
    try:
        value = json.loads(body)
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()):
            raise Refused(400, "unexpected EOF") from None
        raise Refused(400, f"invalid character {error.doc[error.pos]!r} looking for beginning of value") from None
    if not isinstance(value, dict):
        raise Refused(400, "json: cannot unmarshal into Go value of type api.ChatRequest")
    return value


def read_ask(body: bytes) -> Ask:
    """A native chat request, as far as it can be judged without knowing the models. Raises Refused."""
    raw = read_json(body)
    think = raw.get("think")
    if isinstance(think, str) and think not in ("high", "medium", "low", "max"):
        allowed = 'must be "high", "medium", "low", "max", true, or false'
        raise Refused(400, f'invalid think value: "{think}" ({allowed})')
    keep_alive = _duration(raw.get("keep_alive"))
    if not raw.get("model"):
        raise Refused(400, "model is required")
    top = raw.get("top_logprobs") or 0
    if not 0 <= top <= 20:
        raise Refused(400, "top_logprobs must be between 0 and 20")
    return Ask(
        model=str(raw["model"]),
        messages=list(raw.get("messages") or []),
        raw=raw,
        options=dict(raw.get("options") or {}),
        schema=raw.get("format") or None,
        think=think,
        stream=raw.get("stream", True) is not False,
        keep_alive=keep_alive,
        logprobs=bool(raw.get("logprobs")),
        top_logprobs=top if raw.get("logprobs") else 0,
        truncate=raw.get("truncate") is not False,
        shift=raw.get("shift") is not False,
        tools=bool(raw.get("tools")),
        render_only=bool(raw.get("_debug_render_only")),
    )


def check_options(ask: Ask) -> None:
    """Options of the wrong type are a 500; unknown ones are ignored. Raises Refused."""
    for name, value in ask.options.items():
        if value is None:
            continue
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if name in _INTEGERS and not number:
            raise Refused(500, f'option "{name}" must be of type integer')
        if name in _FLOATS and not number:
            raise Refused(500, f'option "{name}" must be of type float32')
        if name == "stop" and not isinstance(value, list):
            raise Refused(500, f'option "{name}" must be of type array')


def check_format(ask: Ask) -> None:
    """A `format` that is neither "json" nor a schema. Raises Refused."""
    if isinstance(ask.schema, str) and ask.schema != "json":
        quoted = json.dumps(json.dumps(ask.schema))
        raise Refused(500, f'invalid format: {quoted}; expected "json" or a valid JSON Schema object')
    kind = ask.schema.get("type") if isinstance(ask.schema, dict) else None
    if isinstance(kind, str) and kind not in _TYPES:
        shown = json.dumps(ask.schema, separators=(",", ":"))
        message = (
            "Unable to generate parser for this template. Automatic parser generation failed: "
            f"JSON schema conversion failed:\nUnrecognized schema: {shown}"
        )
        raise Refused(400, engine_error(message, "invalid_request_error"))


def engine_error(message: str, kind: str, **numbers: int) -> str:
    """An error of the engine inside: JSON in a string."""
    return json.dumps({"error": {"code": 400, "message": message, "type": kind, **numbers}}, separators=(",", ":"))


def too_long(prompt_tokens: int, context: int) -> Refused:
    """A prompt past the context, with the exact count."""
    message = (
        f"request ({prompt_tokens} tokens) exceeds the available context size ({context} tokens), try increasing it"
    )
    return Refused(
        400, engine_error(message, "exceed_context_size_error", n_prompt_tokens=prompt_tokens, n_ctx=context)
    )


def _duration(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, (int, float)):
        return FOREVER if value < 0 else float(value)
    text = str(value)
    body = text[1:] if text[:1] in "+-" else text
    parts = re.findall(r"([\d.]+)(ns|us|µs|ms|s|m|h)", body)
    if body != "0" and (not parts or "".join(n + u for n, u in parts) != body):
        raise Refused(400, f'time: invalid duration "{text}"')
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    return FOREVER if text.startswith("-") else seconds
