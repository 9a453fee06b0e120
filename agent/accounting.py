"""What turns cost: tokens in and out, seconds by phase; kept locally, one line a turn, for `agent stats`."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.backends.base import Usage

KEPT_BYTES = 4_000_000
"""The record is cut to its newer half when it grows past this."""


@dataclass(frozen=True)
class TurnCost:
    """One recorded turn."""

    when: float
    """Seconds since the epoch."""
    model: str
    backend: str
    tool: str
    requests: int
    prompt_tokens: int
    cached_tokens: int
    """0 where the server does not say."""
    output_tokens: int
    thinking_tokens: int
    load_seconds: float
    prefill_seconds: float
    decode_seconds: float
    seconds: float
    """From the request to the end, tests and questions included."""
    exit_code: int


def add(usages: Iterable[Usage]) -> Usage:
    """The sum; cached tokens stay None when no request told them."""
    total = Usage()
    cached: int | None = None
    thinking: int | None = None
    for u in usages:
        cached = cached if u.cached_tokens is None else (cached or 0) + u.cached_tokens
        thinking = thinking if u.thinking_tokens is None else (thinking or 0) + u.thinking_tokens
        total = Usage(
            prompt_tokens=total.prompt_tokens + u.prompt_tokens,
            output_tokens=total.output_tokens + u.output_tokens,
            load_seconds=total.load_seconds + u.load_seconds,
            prefill_seconds=total.prefill_seconds + u.prefill_seconds,
            decode_seconds=total.decode_seconds + u.decode_seconds,
        )
    return Usage(
        total.prompt_tokens,
        cached,
        total.output_tokens,
        thinking,
        total.load_seconds,
        total.prefill_seconds,
        total.decode_seconds,
    )


def record_path() -> Path:
    """Where the record is kept: the user's state folder."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path(os.environ.get("HOME", "~")).expanduser() / ".local" / "state")
    return Path(base) / "agent" / "turns.jsonl"


def record(cost: TurnCost) -> None:
    """Append one turn. A record that cannot be written is no reason to fail a turn."""
    path = record_path()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > KEPT_BYTES:
            lines = path.read_text(encoding="utf-8").splitlines(True)
            path.write_text("".join(lines[len(lines) // 2 :]), encoding="utf-8")
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(cost)) + "\n")


def recorded() -> Iterator[TurnCost]:
    """The recorded turns, oldest first; lines of another form are passed over."""
    try:
        lines = record_path().read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        with contextlib.suppress(ValueError, TypeError):
            yield TurnCost(**json.loads(line))


@dataclass(frozen=True)
class ModelStats:
    """All recorded turns of one model added up."""

    model: str
    backend: str
    turns: int
    failed: int
    requests: int
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    prefill_seconds: float
    decode_seconds: float
    seconds: float

    @property
    def decode_speed(self) -> float:
        """Tokens a second while replies were generated; 0 when nothing was."""
        return self.output_tokens / self.decode_seconds if self.decode_seconds else 0.0


def by_model(turns: Iterable[TurnCost], since: float = 0.0) -> list[ModelStats]:
    """The sums by model, most used first."""
    groups: dict[tuple[str, str], list[TurnCost]] = {}
    for turn in turns:
        if turn.when >= since:
            groups.setdefault((turn.model, turn.backend), []).append(turn)
    stats = [
        ModelStats(
            model,
            backend,
            len(group),
            sum(1 for t in group if t.exit_code),
            sum(t.requests for t in group),
            sum(t.prompt_tokens for t in group),
            sum(t.cached_tokens for t in group),
            sum(t.output_tokens for t in group),
            sum(t.prefill_seconds for t in group),
            sum(t.decode_seconds for t in group),
            sum(t.seconds for t in group),
        )
        for (model, backend), group in groups.items()
    ]
    return sorted(stats, key=lambda s: -s.turns)


def since_days(days: float) -> float:
    """The moment that many days ago, in seconds since the epoch."""
    return time.time() - days * 86_400
