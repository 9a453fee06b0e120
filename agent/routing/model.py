"""Routing by a model: one short request, one token of reply, and the log-probabilities of the labels at that token.

The system message and the examples never change, so that a server that keeps prompts' states computes them once; only
the request is new. The form (words as labels, a definition each, examples as chat turns) is the one that did best of
those measured: see `docs/routing.md`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from agent.backends.base import Message, Options, Reply, collect
from agent.routing.types import LABELS, TOOLS, RouteContext
from prompts import load, render

if TYPE_CHECKING:
    from agent.backends.base import Backend

TOP = 20
"""Alternatives asked for at the label's token: the most that servers give."""
LEAST_MASS = 0.2
"""A reply whose first token gives the labels less probability than this in all is no label."""
SHOWN_CHARACTERS = 240
"""Of a longer request the head and the tail are shown: routing needs the gist, and each token costs time (about 20 ms
with the 1.5B on two cores). One in two hundred of the labelled requests is longer."""
FLOOR = 1e-6
TEXT_ONLY = 0.8
"""The probability given to a label that came as text alone, without log-probabilities."""


@dataclass(frozen=True)
class Answer:
    """What the model said about one request."""

    logs: dict[str, float] | None
    """label → natural-log probability, adding up to 1; None when the reply was no label, even constrained."""
    mass: float = 0.0
    """How much probability all labels had together at the token that was read, 0 to 1."""
    prompt_tokens: int = 0
    cached_tokens: int | None = None
    output_tokens: int = 0
    requests: int = 0
    prompts: tuple[tuple[Message, ...], ...] = ()


def ask(request: str, context: RouteContext, backend: Backend) -> Answer:
    """Ask the model for the label of a request; once more, constrained, when the reply is no label.

    Raises what `Backend.chat` raises.
    """
    messages = router_messages(request, context)
    able = backend.capabilities()
    reply = collect(
        backend.chat(
            messages,
            options=Options(temperature=0.0, max_tokens=1 if able.logprobs else 8),
            logprobs=TOP if able.logprobs else 0,
        )
    )
    replies = [reply]
    logs, mass = label_logs(reply, LABELS)
    if logs is None and (able.grammar or able.schema):
        forced = _constrained(messages, backend, LABELS)
        replies.append(forced)
        logs, mass = text_logs(forced.text, LABELS), 0.0
    return Answer(
        logs=logs,
        mass=mass,
        prompt_tokens=sum(r.usage.prompt_tokens for r in replies),
        cached_tokens=_cached(replies),
        output_tokens=sum(r.usage.output_tokens for r in replies),
        requests=len(replies),
        prompts=(tuple(messages),) * len(replies),
    )


def router_messages(request: str, context: RouteContext | None = None) -> list[Message]:
    """The messages of one routing request: the fixed part, then the request with the turn before, if there is one."""
    return [*_fixed(), Message("user", asked(request, context or RouteContext()))]


def asked(request: str, context: RouteContext) -> str:
    """The last user message: the request, shortened in its middle when it is long."""
    text = shortened(request.strip())
    if context.follows and len(text) <= 160:
        before = " ".join(context.previous_request.split())[:120]
        return render("route-follow", tool=context.previous_tool or "chat", before=before, request=text)
    return text or "(nothing)"


def shortened(text: str) -> str:
    """The head and the tail of a long text."""
    if len(text) <= SHOWN_CHARACTERS:
        return text
    head, tail = SHOWN_CHARACTERS * 2 // 3, SHOWN_CHARACTERS // 3
    return f"{text[:head]}\n[...]\n{text[-tail:]}"


@cache
def _fixed() -> tuple[Message, ...]:
    messages = [Message("system", load("route"))]
    for label, request in examples():
        messages += [Message("user", request), Message("assistant", label)]
    return tuple(messages)


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """(label, request) of `prompts/route-examples.md`: one a line, the label first."""
    pairs = []
    for line in load("route-examples").splitlines():
        label, _, request = line.partition(": ")
        if label in LABELS and request:
            pairs.append((label, request))
    return tuple(pairs)


@cache
def prompt_hash() -> str:
    """Twelve hex digits that change when anything the router sends, or how it reads the answer, changes."""
    parts = [f"{m.role}:{m.content}" for m in _fixed()] + [
        load("route-follow"),
        str(SHOWN_CHARACTERS),
        ",".join(LABELS),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def label_logs(reply: Reply, labels: tuple[str, ...]) -> tuple[dict[str, float] | None, float]:
    """(label → log-probability, their mass before normalising) from a reply's first token, or (None, mass)."""
    if not reply.logprobs:
        return text_logs(reply.text, labels), 0.0
    first = next((t for t in reply.logprobs if t.token.strip()), reply.logprobs[0])
    top = dict(first.top)
    top.setdefault(first.token, first.logprob)
    chances = dict.fromkeys(labels, 0.0)
    for token, logprob in top.items():
        label = label_of(token, labels)
        if label:
            chances[label] += math.exp(logprob)
    mass = sum(chances.values())
    if mass < LEAST_MASS:
        return None, mass
    whole = sum(max(p, FLOOR) for p in chances.values())
    return {label: math.log(max(p, FLOOR) / whole) for label, p in chances.items()}, mass


def text_logs(text: str, labels: tuple[str, ...]) -> dict[str, float] | None:
    """As `label_logs`, from a reply without log-probabilities: the first label in it is taken at TEXT_ONLY."""
    for word in re.findall(r"[A-Za-z]+", text)[:6]:
        if word.lower() in labels:
            rest = (1 - TEXT_ONLY) / (len(labels) - 1)
            return {label: math.log(TEXT_ONLY if label == word.lower() else rest) for label in labels}
    return None


def label_of(token: str, labels: tuple[str, ...]) -> str | None:
    """The label that a token is, or begins ("unc" → unclear): at least two letters, whatever its case."""
    word = token.strip().strip("\"'*`.:[]()<>#-").lower()
    if len(word) < 2:
        return None
    found = [label for label in labels if label.startswith(word)]
    return found[0] if len(found) == 1 else None


def _constrained(messages: list[Message], backend: Backend, labels: tuple[str, ...]) -> Reply:
    """The same request, bound to a label: by a grammar where the server takes one, else by a JSON schema."""
    if backend.capabilities().grammar:
        grammar = "root ::= " + " | ".join(json.dumps(label) for label in labels)
        return collect(backend.chat(messages, options=Options(temperature=0.0, max_tokens=8), grammar=grammar))
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"tool": {"type": "string", "enum": list(labels)}},
        "required": ["tool"],
        "additionalProperties": False,
    }
    reply = collect(backend.chat(messages, options=Options(temperature=0.0, max_tokens=24), schema=schema))
    try:
        reply.text = str(json.loads(reply.text)["tool"])
    except (ValueError, KeyError, TypeError):
        pass  # whatever it is, `text_logs` looks for a label in it
    return reply


def next_step(
    request: str, done: list[tuple[str, str]], *, backend: Backend, context: RouteContext | None = None
) -> str:
    """The tool to use next for a request, or `done`: one token among the tools and `done`.

    `done` lists (tool, result in a line) of the steps so far. Anything but a tool's name is taken as `done`.
    Raises what `Backend.chat` raises.
    """
    steps = "\n".join(
        f"{number}. {tool}: {' '.join(result.split())[:200]}" for number, (tool, result) in enumerate(done, 1)
    )
    message = Message("user", render("route-next", request=shortened(request.strip()), steps=steps or "none"))
    choices = (*TOOLS, "done")
    able = backend.capabilities()
    reply = collect(
        backend.chat(
            [message],
            options=Options(temperature=0.0, max_tokens=1 if able.logprobs else 8),
            logprobs=TOP if able.logprobs else 0,
        )
    )
    logs, _ = label_logs(reply, choices)
    if logs is None:
        return "done"
    return max(logs, key=lambda label: logs[label])


def _cached(replies: list[Reply]) -> int | None:
    known = [r.usage.cached_tokens for r in replies if r.usage.cached_tokens is not None]
    return sum(known) if known else None
