"""Where the words come from: the script. (`engine.py` has the same shape with a real model behind it.)"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.scripted_ollama.asks import Ask
from tests.scripted_ollama.script import Reply
from tests.scripted_ollama.served import ServedModel, tokens_of

_FILLERS = (
    "the",
    "a",
    "I",
    "```",
    "\n",
    "To",
    "This",
    "It",
    "Here",
    "You",
    "and",
    "of",
    "in",
    "is",
    "{",
    "1",
    "#",
    "-",
    "<",
    "Sure",
)
_PREFILL_NS, _DECODE_NS = 10_000_000, 60_000_000
_KEPT_STATES = 8


@dataclass(frozen=True)
class Piece:
    """One generated token."""

    text: str = ""
    thinking: str = ""
    logprobs: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class Finish:
    """How a reply ended and what it cost. Durations in nanoseconds."""

    reason: str
    prompt_tokens: int
    new_prompt_tokens: int
    """Those of the prompt whose state was not in the cache."""
    output_tokens: int
    prefill_ns: int
    decode_ns: int


class Died(Exception):
    """The engine went away in the middle."""


Stream = Generator[Piece | Finish, None, None]


class Thinker(Protocol):
    """What loads, counts and generates."""

    def load(self, model: ServedModel, context: int, shift: bool) -> None: ...

    def unload(self) -> None: ...

    def count(self, model: ServedModel, ask: Ask, messages: list[dict[str, Any]]) -> int: ...

    def generate(
        self, model: ServedModel, ask: Ask, messages: list[dict[str, Any]], context: int, reply: Reply
    ) -> Stream: ...


class ScriptedThinker:
    """Says what the reply says, cut by stop sequences and limits as a real engine would; keeps prompts' states."""

    def __init__(self) -> None:
        self._states: list[str] = []

    def load(self, model: ServedModel, context: int, shift: bool) -> None:
        """A new engine knows no prompt."""
        self._states.clear()

    def unload(self) -> None:
        """Forget the states."""
        self._states.clear()

    def count(self, model: ServedModel, ask: Ask, messages: list[dict[str, Any]]) -> int:
        """Prompt tokens."""
        return len(tokens_of(model.render(messages, ask.think)))

    def generate(
        self, model: ServedModel, ask: Ask, messages: list[dict[str, Any]], context: int, reply: Reply
    ) -> Stream:
        """The reply's tokens, then how it ended."""
        prompt = model.render(messages, ask.think)
        prompt_tokens = len(tokens_of(prompt))
        new = prompt_tokens - max((len(tokens_of(_common(prompt, state))) for state in self._states), default=0)
        new = max(1, new)
        thinking = model.thinks and ask.think is not False
        thoughts = (list(reply.thoughts) or tokens_of(reply.thinking)) if thinking else []
        words = list(reply.pieces) or tokens_of(reply.text or _instance_text(ask.schema))
        words, stopped = _stop(words, ask.option("stop") or [])
        limit = ask.option("num_predict")
        limit = None if limit is None or limit < 0 else int(limit)
        if not ask.shift:
            left = context - prompt_tokens
            limit = left if limit is None else min(limit, left)
        total = len(thoughts) + len(words)
        cut = limit is not None and limit <= total
        allowed = total if limit is None else min(limit, total)
        for n in range(allowed):
            if n < len(thoughts):
                yield Piece(thinking=thoughts[n])
            else:
                at = n - len(thoughts)
                yield Piece(text=words[at], logprobs=_logprobs(words[at], at, ask, reply))
        said = "".join(words[: max(0, allowed - len(thoughts))])
        self._states = [*self._states[1 - _KEPT_STATES :], prompt + said]
        output = allowed if cut and not stopped else allowed + 1
        yield Finish(
            reason="length" if cut else "stop",
            prompt_tokens=prompt_tokens,
            new_prompt_tokens=new,
            output_tokens=output,
            prefill_ns=new * _PREFILL_NS,
            decode_ns=1000 if output == 1 else output * _DECODE_NS,
        )


def created_at() -> str:
    """The present in the server's form, nanoseconds and all."""
    return time_text(time.time())


def time_text(seconds: float) -> str:
    """A point in time in the server's form."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1e9):09d}Z"


def _common(one: str, other: str) -> str:
    limit = min(len(one), len(other))
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return one[:low]


def _stop(words: list[str], stops: list[str]) -> tuple[list[str], bool]:
    text = "".join(words)
    ends = [at for at in (text.find(stop) for stop in stops if stop) if at >= 0]
    if not ends:
        return words, False
    kept: list[str] = []
    left = min(ends)
    for word in words:
        if left <= 0:
            break
        kept.append(word[:left])
        left -= len(word)
    return kept, True


def _logprobs(token: str, at: int, ask: Ask, reply: Reply) -> list[dict[str, Any]] | None:
    if not ask.logprobs:
        return None
    given = dict(reply.logprobs[at]) if at < len(reply.logprobs) else {token: -0.05}
    own = given.get(token, -12.0)
    top = sorted(given.items(), key=lambda item: -item[1])
    fillers = (word for word in _FILLERS if word not in given)
    top += [(word, -14.0 - n) for n, word in enumerate(fillers)]
    entry = logprob_entry(token, own)
    if ask.top_logprobs:
        entry["top_logprobs"] = [logprob_entry(word, value) for word, value in top[: ask.top_logprobs]]
    return [entry]


def logprob_entry(token: str, logprob: float) -> dict[str, Any]:
    """One token's entry, as the server writes it."""
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}


def _instance_text(schema: Any) -> str:
    return json.dumps(_instance(schema), indent=2) if isinstance(schema, Mapping) else ""


def _instance(schema: Mapping[str, Any]) -> Any:
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        return {name: _instance(part) for name, part in schema.get("properties", {}).items()}
    empty: dict[str, Any] = {"array": [], "string": "", "number": 0, "integer": 0, "boolean": False, "null": None}
    return empty.get(kind)
