"""How many tokens a text is, before a server has counted it; how long the context is; how long a reply may be.

The estimate cuts a text the way byte-pair tokenizers' first stage does (words, single digits, runs of punctuation,
line breaks) and is then scaled by what the server counted for this model so far. Where the server can tokenize, ask
it instead.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Sequence
from typing import Literal

from agent.backends.base import Message
from agent.models.places import cache_folder

_PIECE = re.compile(r"[^\W\d_]+|\d|_+|[^\w\s]+|\n[\s]*|[^\S\n]+")
_MESSAGE_TOKENS = 5
"""A chat template's marks around one message: 5 for Qwen and Gemma."""
_MEMORY = 0.9
"""Weight of what was known before at each new count."""


def pieces(text: str) -> float:
    """A raw count, in tokens, for a typical byte-pair vocabulary of 100,000 and more entries."""
    count = 0.0
    for match in _PIECE.finditer(text):
        piece = match.group()
        first = piece[0]
        if first == "\n" or first.isdigit():
            count += 1
        elif first.isspace():
            # One space belongs to the next word; a longer run is a token of its own.
            count += len(piece) > 1
        elif first.isalpha():
            count += 1 + max(0, len(piece) - 8) / 6 if piece.isascii() else _foreign(piece)
        else:
            count += 1 + max(0, len(piece) - 3) / 4
    return count


def _foreign(piece: str) -> float:
    """Letters outside ASCII: about a token for 4 bytes of UTF-8, at least one."""
    return max(1.0, len(piece.encode("utf-8", "replace")) / 4)


class TokenMeter:
    """Estimates for one model, which get better with every count the server gives. Kept on disk between runs."""

    def __init__(self, model: str, *, keep: bool = True) -> None:
        self.model = model
        self._keep = keep
        self._scale = 1.0
        self._error = 0.15
        self._chars_per_token = 3.2
        self.observations = 0
        if keep:
            self._read()

    @property
    def chars_per_token(self) -> float:
        """Characters of the prompts so far for each token counted; a cautious 3.2 before the first count."""
        return self._chars_per_token

    @property
    def error(self) -> float:
        """The mean relative error of the estimates so far, recent ones weighing more; 0.15 before the first count."""
        return self._error

    def estimate(self, text: str) -> int:
        """Tokens of a text."""
        return math.ceil(pieces(text) * self._scale)

    def estimate_messages(self, messages: Sequence[Message]) -> int:
        """Tokens of a prompt, with the chat template's marks."""
        return math.ceil(_raw(messages) * self._scale)

    def upper(self, messages: Sequence[Message]) -> int:
        """An estimate that is seldom too low: twice the mean error is added."""
        return math.ceil(self.estimate_messages(messages) * (1 + 2 * self._error))

    def observe(self, text: str, counted: int) -> None:
        """The server counted this text alone."""
        self._learn(pieces(text), len(text), counted)

    def observe_messages(self, messages: Sequence[Message], counted: int) -> None:
        """The server counted this prompt."""
        self._learn(_raw(messages), sum(len(m.content) for m in messages), counted)

    def _learn(self, raw: float, chars: int, counted: int) -> None:
        if raw < 20 or counted < 20:
            # A handful of tokens says more about the template than about the text.
            return
        error = abs(raw * self._scale - counted) / counted
        weight = max(1 - _MEMORY, 1 / (self.observations + 1))
        self._error += weight * (error - self._error)
        self._scale += weight * (counted / raw - self._scale)
        self._chars_per_token += weight * (chars / counted - self._chars_per_token)
        self.observations += 1
        if self._keep:
            self._write()

    def _read(self) -> None:
        values = _records().get(self.model)
        if isinstance(values, list) and len(values) == 4 and all(isinstance(v, (int, float)) for v in values):
            self._scale, self._error, self._chars_per_token = values[:3]
            self.observations = int(values[3])

    def _write(self) -> None:
        path = cache_folder() / "tokens.json"
        records = _records()
        records[self.model] = [self._scale, self._error, self._chars_per_token, self.observations]
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(records))
            fresh.replace(path)


def _records() -> dict[str, object]:
    try:
        records = json.loads((cache_folder() / "tokens.json").read_text())
    except (OSError, ValueError):
        return {}
    return records if isinstance(records, dict) else {}


def _raw(messages: Sequence[Message]) -> float:
    return sum(pieces(m.content) + _MESSAGE_TOKENS for m in messages)


def choose_num_ctx(
    model_limit: int | None,
    wanted: int,
    *,
    configured: int | None = None,
    memory: int | None = None,
    weights: int = 0,
    kv_bytes_per_token: int = 0,
) -> tuple[int, str]:
    """The context length in tokens for a whole session, and why that one.

    `configured` wins, up to the model's limit. Else `wanted`, halved until keys and values fit in half of the memory
    that the weights leave, but not below 2048. Sizes in bytes.
    """
    if configured is not None:
        if model_limit is not None and configured > model_limit:
            return model_limit, f"the model's limit; `num_ctx` asks for {configured:,}"
        return configured, "`num_ctx`"
    chosen, why = wanted, "the profile's"
    if model_limit is not None and chosen > model_limit:
        chosen, why = model_limit, "the model's limit"
    if memory is not None and kv_bytes_per_token:
        while chosen > 2048 and chosen * kv_bytes_per_token > (memory - weights) / 2:
            chosen, why = chosen // 2, f"what {memory / 1e9:.1f} GB of free memory allow"
    return chosen, why


Target = Literal["label", "answer", "whole", "symbol", "blocks"]


def output_cap(target_tokens: int, kind: Target) -> int:
    """The cap in tokens for a reply, from the size of what it rewrites.

    A rewritten file may grow by half, and has prose and a fence around it; blocks repeat what they replace. Too small
    a cap cuts real files in mid-fence, too large a one lets a loop run for an hour.
    """
    if kind == "label":
        return 1
    if kind == "answer":
        return max(700, min(1500, target_tokens))
    if kind == "blocks":
        return 400 + min(target_tokens * 2, 4000)
    return target_tokens * 3 // 2 + (200 if kind == "whole" else 300)
