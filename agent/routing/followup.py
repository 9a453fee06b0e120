"""Requests that lean on the turn before: "yes", "the same in b.py", "undo that", "and the tests?"."""

from __future__ import annotations

import re

from agent.routing import rules
from agent.routing.features import features
from agent.routing.frames import core, shows
from agent.routing.shape import Shape, shape
from agent.routing.types import LABELS, TOOLS, RouteContext
from agent.routing.words import SETS, words_of

MOST_WORDS = 12
"""A longer request says itself what it wants."""
_TESTS = re.compile(r"\W*(?:and |what about |how about )?(?:the |with )?(?:unit )?tests?\W*", re.I)
_PLEASE = re.compile(
    r"\b(?:please|pls|plz|por favor|porfa|s'il (?:te|vous) pla[iî]t|stp|svp|per favore|lütfen|пожалуйста|alsjeblieft"
    r"|proszę)\b",
    re.I,
)
_SAYING = ("why", "where", "how", "which", "what", "run", "you", "list", "who")
_OPENS = ("head:", "stem:", "last:")
_SPEAKS = ("head:", "stem:", *(f"frame:{frame}" for frame in _SAYING))
"""Cues of a request that says itself what it wants."""


def from_turn(request: str, context: RouteContext) -> dict[str, float] | None:
    """label → probability when the request only makes sense with the turn before, else None."""
    if not context.follows:
        return None
    form = shape(request)
    words = words_of(_PLEASE.sub(" ", form.prose)) or words_of(form.prose)
    if form.trace or form.code or not words or len(words) > MOST_WORDS:
        return None
    cues = features(form)
    told = bool(shows("go", form.prose))
    if "hands_off:part" in cues and words[0] in SETS["yes"]:
        return _lean(agreed(context, True))
    if shows("stop", form.prose):
        return {**dict.fromkeys(LABELS, 0.0), "chat": 0.85, "unclear": 0.15}
    if told or shows("approve", form.prose) or (len(words) <= 4 and all(w in SETS["yes"] for w in words)):
        return _lean(agreed(context, told))
    if all(w in SETS["thanks"] or w in SETS["yes"] for w in words) or "frame:smalltalk" in cues:
        return None
    if words[0] in SETS["no"] and len(words) <= 3 and "frame:revert" not in cues:
        return {**dict.fromkeys(LABELS, 0.0), "chat": 0.85, "unclear": 0.15}
    if "frame:revert" in cues and len(words) <= 8 and not cues.keys() & {"frame:why", "frame:how_would_i", "hands_off"}:
        return _lean({"edit": 0.92})
    if context.previous_tool in TOOLS:
        return _like_before(form, cues, context.previous_tool)
    return None


def _like_before(form: Shape, cues: dict[str, float], tool: str) -> dict[str, float] | None:
    """More of what the turn before did: "again", "also in b.py", "no, the other one", or a bare name."""
    text = form.prose
    if shows("again", text):
        return _lean({tool: 0.85})
    speaks = any(c.startswith(_SPEAKS) and c != "head:none" for c in cues)
    also = shows("also", text)
    if also:
        rest = text[also.end() :]
        speaks = any(c.startswith(_OPENS) and c != "head:none" for c in features(shape(rest)))
    if speaks:
        return None
    if _TESTS.fullmatch(core(text)):
        return _lean({"test": 0.6 if tool == "edit" else 0.3, tool: 0.35})
    if also or shows("same", text) or shows("correction", text):
        return _lean({tool: 0.85})
    own = rules.probabilities(cues)
    if len(words_of(text)) <= 5 and max(own.values()) < 0.75:
        return _lean({tool: 0.7})
    return None


def agreed(context: RouteContext, told: bool) -> dict[str, float]:
    """What "yes" agrees to: what was offered last. Without an offer only "do it" (`told`) after an explanation acts."""
    offer = shows("offer", context.previous_summary)
    if offer:
        chances = rules.probabilities(features(shape(offer.group(1))))
        best = max(chances, key=lambda label: chances[label])
        if best in TOOLS:
            return {best: 0.9}
    if context.previous_tool == "explain":
        return {"edit": 0.7, "explain": 0.1} if told else {"edit": 0.4, "explain": 0.2, "unclear": 0.3}
    if context.previous_tool in TOOLS and (told or "?" in context.previous_summary):
        return {context.previous_tool: 0.7}
    if context.previous_tool == "unclear" and context.previous_request:
        return rules.probabilities(features(shape(context.previous_request)))
    return {"chat": 0.45, "unclear": 0.45}


def _lean(towards: dict[str, float]) -> dict[str, float]:
    """A distribution that leans to some labels and leaves the rest to all."""
    rest = max(1 - sum(towards.values()), 0.0) / len(LABELS)
    return {label: towards.get(label, 0.0) + rest for label in LABELS}
