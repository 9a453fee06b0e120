"""Routing without a model: the cues of a request, weighed and added up, give each class its probability.

The hand-set weights below are the starting point of the fitted ones (`weights.json`): a logistic regression whose
penalty pulls each weight towards its hand-set value, so that a cue the labelled requests say little about keeps it.
A second opinion (`wording`) that knows only what the labelled requests are written in is pooled with it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from agent.routing import linear
from agent.routing.types import LABELS

WORDING_SAYS = 0.5
"""The say of the wording's log-probabilities beside the cues', measured on requests that neither had seen."""
CLIP = 8.0
_WEIGHTS = Path(__file__).with_name("weights.json")

# cue → what it says for each class, in natural-log odds
PRIOR: dict[str, dict[str, float]] = {
    "bias": {"unclear": -0.6, "test": -0.6, "chat": -0.2},
    "empty": {"unclear": 12},
    "gibberish": {"unclear": 5},
    "frame:vague": {"unclear": 5},
    "trace:bare": {"explain": 1.5, "edit": 0.3},
    "trace:said": {"explain": 0.6, "edit": 0.3},
    "code:bare": {"explain": 0.7, "edit": 0.3},
    "code:said": {"explain": 0.4, "edit": 0.3},
    "paste_alone": {"explain": 2.0, "edit": -0.5, "unclear": 0.5},
    "file": {"chat": -1.5, "unclear": -1.0},
    "name": {"chat": -1.0, "unclear": -1.0},
    "asks": {"edit": -0.9, "explain": 0.5, "unclear": -0.5},
    "asks:word": {"edit": -0.7, "explain": 0.5, "unclear": -0.3},
    "later:check": {"test": 0.6, "explain": 0.3},
    "asks_inside": {"explain": 0.2},
    "hands_off": {"edit": -9, "explain": 1.0},
    "head:edit": {"edit": 4.0, "unclear": -1},
    "head:test": {"test": 3.0, "unclear": -1},
    "head:search": {"search": 2.6, "unclear": -1},
    "head:explain": {"explain": 3.0, "unclear": -1},
    "head:check": {"test": 1.2, "explain": 1.0, "edit": -0.3, "unclear": -1},
    "verb:check": {"test": 0.5},
    "stem:check": {"test": 0.7, "explain": 0.8},
    "head:edit&asking": {"edit": -0.5, "explain": 0.3},
    "stem_only:edit": {"edit": 1.5},
    "stem_only:test": {"test": 1.2},
    "stem_only:search": {"search": 1.2},
    "stem_only:explain": {"explain": 1.2},
    "last:edit": {"edit": 2.0},
    "last:test": {"test": 2.0},
    "last:search": {"search": 2.0},
    "last:explain": {"explain": 2.0},
    "asked:edit": {"edit": 1.5},
    "asked:test": {"test": 1.2},
    "asked:search": {"search": 1.2},
    "asked:explain": {"explain": 1.2},
    "sed": {"edit": 5.0},
    "broken_here": {"edit": 0.8},
    "frame:creative": {"chat": 5.0},
    "frame:this": {"chat": -0.8, "explain": 0.2},
    "concept": {"chat": 0.8},
    "concept_asked": {"chat": 1.2},
    "abstract:bare": {"chat": 1.4},
    "abstract:camel": {"chat": 0.5},
    "camel": {"unclear": -1.0, "chat": -0.3},
    "head:noun": {"edit": 0.5, "unclear": 0.3},
    "declares:told": {"edit": 1.4},
    "declares:bare": {"edit": 0.6},
    "no_cue:short": {"unclear": 1.8},
    "no_cue:middle": {"unclear": 0.8, "edit": 0.3},
    "no_cue:long": {"edit": 0.5},
    "frame:command": {"test": 6.0},
    "frame:sed": {"edit": 2.0},
    "frame:no_more": {"edit": 1.0},
    "frame:do_it": {"edit": 2.5, "explain": -0.5},
    "frame:there_is": {"edit": 0.7},
    "frame:any": {"search": 1.5},
    "has:thanks": {"chat": 2.0},
    "verb:edit": {"edit": 0.7},
    "verb:test": {"test": 0.3},
    "verb:search": {"search": 0.6},
    "verb:explain": {"explain": 0.8},
    "later:edit": {"edit": 1.4},
    "later:test": {"test": 0.7},
    "later:search": {"search": 0.5},
    "later:explain": {"explain": 0.6},
    "stem:edit": {"edit": 2.0},
    "stem:test": {"test": 1.6},
    "stem:search": {"search": 2.0},
    "stem:explain": {"explain": 2.0},
    "stem1:edit": {"edit": 0.6},
    "stem1:test": {"test": 0.6},
    "stem1:search": {"search": 0.6},
    "stem1:explain": {"explain": 0.6},
    "frame:why": {"explain": 3.2, "edit": -1.5, "search": -0.5},
    "frame:what_does": {"explain": 2.2, "edit": -0.8},
    "frame:how_does": {"explain": 2.6, "edit": -1.5},
    "frame:how_would_i": {"explain": 2.2, "chat": 1.0, "edit": -2.8},
    "frame:would_happen": {"explain": 2.2, "edit": -1.5},
    "frame:where": {"search": 3.2, "edit": -0.6},
    "frame:which": {"search": 2.8, "edit": -0.5},
    "frame:who_calls": {"search": 2.0, "edit": -0.3},
    "frame:how_many": {"search": 2.4, "edit": -0.8},
    "frame:list_all": {"search": 2.4, "edit": -0.5},
    "frame:run_tests": {"test": 3.6, "edit": -0.8},
    "frame:write_tests": {"edit": 2.2, "test": -1.8},
    "frame:pass_tests": {"edit": 2.2, "test": -0.6},
    "frame:asks_you": {"edit": 0.5, "explain": -0.1},
    "frame:wanted": {"edit": 1.3},
    "frame:broken": {"edit": 0.9, "explain": 0.2, "chat": -0.6, "unclear": -0.5},
    "frame:ours": {"chat": -1.2, "unclear": -0.8},
    "frame:generic": {"chat": 2.6, "edit": -0.6, "search": -0.8},
    "frame:you": {"chat": 4.0, "edit": -1.0, "search": -1.0},
    "frame:smalltalk": {"chat": 2.6, "edit": -0.5},
    "frame:review": {"explain": 2.2, "edit": -0.6},
    "frame:revert": {"edit": 2.5},
    "opens:hello": {"chat": 0.7},
    "only:hello": {"chat": 3.5},
    "opens:thanks": {"chat": 2.0},
    "only:thanks": {"chat": 4.0},
    "only:yes": {"unclear": 1.5, "chat": 1.0},
    "only:no": {"unclear": 0.5, "chat": 2.0},
    "words:0": {"unclear": 0.5},
    "words:1": {"unclear": 1.0},
    "words:2-3": {"unclear": 0.3},
    "words:9-20": {"unclear": -0.5},
    "words:21+": {"unclear": -1.0},
    "head:none": {"edit": -0.6},
}


@lru_cache(maxsize=1)
def weights() -> dict[str, dict[str, float]]:
    """The weights in use: the fitted ones where there are any, else the hand-set ones."""
    try:
        fitted: dict[str, dict[str, float]] = json.loads(_WEIGHTS.read_text(encoding="utf-8"))["weights"]
    except FileNotFoundError:
        return PRIOR
    return fitted


def probabilities(
    cues: Mapping[str, float], table: Mapping[str, Mapping[str, float]] | None = None
) -> dict[str, float]:
    """label → probability by the rules alone."""
    values = linear.softmax(linear.logits(cues, weights() if table is None else table, LABELS))
    return hands_off(cues, dict(zip(LABELS, values, strict=True)))


def pooled(cues: Mapping[str, float], own: Mapping[str, float], said: Mapping[str, float]) -> dict[str, float]:
    """label → probability by the cues (`own`, their probabilities) and the wording (`said`, its logs) together."""
    values = [max(math.log(max(own[label], 1e-9)), -CLIP) + WORDING_SAYS * said[label] for label in LABELS]
    return hands_off(cues, dict(zip(LABELS, linear.softmax(values), strict=True)))


NO_EDIT = ("hands_off", "paste_alone:trace")
"""Cues of a request that can be no edit: "change nothing", and an error message pasted without a word."""


def hands_off(cues: Mapping[str, float], chances: dict[str, float]) -> dict[str, float]:
    """A person who says "change nothing" is never given an edit, whatever else speaks for it."""
    if not any(cue in cues for cue in NO_EDIT):
        return chances
    kept = sum(p for label, p in chances.items() if label != "edit") or 1.0
    return {label: (0.0 if label == "edit" else p / kept) for label, p in chances.items()}


def reasons(cues: Mapping[str, float], label: str) -> list[str]:
    """The cues that spoke most for a label, strongest first."""
    table = weights()
    said = {cue: table.get(cue, {}).get(label, 0.0) * strength for cue, strength in cues.items()}
    return [cue for cue, weight in sorted(said.items(), key=lambda pair: -pair[1])[:3] if weight > 0.3]
