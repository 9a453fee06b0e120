"""From a broken text to texts that parse, the likeliest first, within a time limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from agent.edits.gate.languages import Language
from agent.edits.gate.trees import errors_of
from agent.repair.syntax.acceptance import Acceptance, weight
from agent.repair.syntax.candidates import candidates
from agent.repair.syntax.diagnosis import Phase, diagnose
from agent.repair.syntax.document import Document, Line
from agent.repair.syntax.suspects import suspect_lines
from agent.repair.syntax.types import INDENTED, Candidate, Edited

Clock = Callable[[], float]
"""Seconds: `time.monotonic`, or `time.process_time` where a measurement must not depend on the machine's load."""

_NEAR = 7
_LAYOUT_CHECKED = 600
_ENOUGH = 12
_MARGIN = 8.0
"""Nats above the cheapest accepted one after which none is looked for."""
_UNPAIRED_COST = 10.0
_CONTRADICTION_COST = 6.0
_PARTIAL = 3


@dataclass(frozen=True)
class Found:
    """A text, how it came about, and its cost in nats: the lower, the likelier."""

    text: str
    edits: tuple[Edited, ...]
    cost: float
    weight: float = 0.0


def search(
    language: Language, text: str, max_edits: int, deadline: float, limit: int, clock: Clock = time.monotonic
) -> list[Found]:
    """Texts that parse, cheapest first. `deadline` is a reading of `clock`."""
    frontier = [Found(text, (), 0.0)]
    done: list[Found] = []
    doubtful: list[Found] = []
    seen = {text}
    for depth in range(max_edits):
        partial: list[Found] = []
        for start in frontier:
            share = deadline if depth == 0 else min(deadline, clock() + (deadline - clock()) / 2)
            whole, rest, rejected = _one_edit(language, start, share, clock, last=depth == max_edits - 1)
            done += whole
            partial += rest
            doubtful += rejected
            if clock() > deadline:
                break
        if done or clock() > deadline:
            break
        partial.sort(key=lambda f: (f.weight, f.cost))
        frontier = []
        for found in partial:
            if found.text not in seen and len(frontier) < _PARTIAL:
                seen.add(found.text)
                frontier.append(found)
        if not frontier:
            break
    unique = {f.text: f for f in sorted(done or doubtful, key=lambda f: -f.cost)}
    return sorted(unique.values(), key=lambda f: f.cost)[:limit]


def _one_edit(
    language: Language, start: Found, deadline: float, clock: Clock, *, last: bool
) -> tuple[list[Found], list[Found], list[Found]]:
    """What parses, what is less broken than before, and what the grammar accepts and the language's tool does not."""
    acceptance = Acceptance(language, start.text)
    document = Document(language, start.text)
    fault = acceptance.fault()
    before = weight(acceptance.errors)
    whole: list[Found] = []
    partial: list[Found] = []
    doubtful: list[Found] = []
    lines = suspect_lines(document, acceptance, fault)
    # What mends one of several slips is worth half of the time: the others need some too.
    patience = deadline if last else (clock() + deadline) / 2
    made: dict[int, list[Candidate]] = {}
    for phase, numbers in _order(diagnose(document).phases(), lines):
        chosen: list[Candidate] = []
        for number in numbers:
            if number not in made:
                made[number] = list(candidates(document, number))
            chosen += [c for c in made[number] if phase(c)]
            made[number] = [c for c in made[number] if not phase(c)]
        for cost, candidate in _ranked(document, chosen, deadline, clock):
            if clock() > deadline or len(whole) >= _ENOUGH:
                break
            if whole and cost > min(f.cost for f in whole) - start.cost + _MARGIN:
                break
            begin, end, new = _span(document, candidate)
            tree = acceptance.tree_after(begin, end, new)
            changed = start.text[:begin] + new + start.text[end:]
            made_here = Edited(candidate.first + 1, candidate.what)
            if not tree.root_node.has_error and acceptance.accepts(changed):
                accepted = Found(changed, (*start.edits, made_here), start.cost + cost)
                (doubtful if acceptance.tool_rejects(changed) else whole).append(accepted)
            elif not whole and not last:
                left = weight(errors_of(tree))
                if acceptance.reads_on(fault, changed):
                    left = min(left, before) - 0.5
                if left < before or (left == 0 and fault is not None):
                    partial.append(Found(changed, (*start.edits, made_here), start.cost + cost, left))
        if whole:
            whole.sort(key=lambda f: f.cost)
            agreed = set(acceptance.agreed([f.text for f in whole]))
            whole = [f for f in whole if f.text in agreed]
        if whole or clock() > (patience if partial else deadline):
            break
    return whole, partial, doubtful


def _order(phases: list[Phase], lines: list[int]) -> list[tuple[Phase, list[int]]]:
    """What the counts point at, on all lines; then everything, first on the most suspect lines."""
    pointed = [(phase, lines) for phase in phases[:-3]]
    near, far = lines[:_NEAR], lines[_NEAR:]
    return pointed + [(phase, part) for phase in phases[-3:] for part in (near, far)]


def _ranked(
    document: Document, chosen: list[Candidate], deadline: float, clock: Clock
) -> list[tuple[float, Candidate]]:
    """The candidates with their cost, cheapest first: the edit's own, less what it makes more natural, and layout."""
    scored: list[tuple[float, Candidate, list[Line]]] = []
    seen: set[tuple[int, int, str]] = set()
    until = clock() + max(deadline - clock(), 0) * 0.5
    for number, candidate in enumerate(chosen):
        key = (candidate.first, candidate.last, candidate.new)
        if key in seen:
            continue
        seen.add(key)
        new = document.read(candidate.new if candidate.raw is None else candidate.raw)
        if candidate.follows:
            gain = 0.0
        elif candidate.first <= candidate.last:
            gain = document.gain(candidate.first, candidate.last, new)
            if len(new) == 1 and candidate.what != INDENTED:
                gain += document.spacing_gain(candidate.first, new[0])
        else:
            gain = _line_gain(document, candidate, new)
        scored.append((candidate.cost - gain, candidate, new))
        if number % 64 == 0 and clock() > until:
            break
    scored.sort(key=lambda row: (not row[1].follows, row[0]))
    was = document.layout
    result: list[tuple[float, Candidate]] = []
    for cost, candidate, new in scored[:_LAYOUT_CHECKED]:
        if candidate.token or candidate.what == INDENTED:
            now = document.layout_after(candidate.first, candidate.last, new)
            cost += _UNPAIRED_COST * (now.unpaired - was.unpaired)
            cost += _CONTRADICTION_COST * (now.penalty - was.penalty)
        result.append((cost, candidate))
    result.sort(key=lambda pair: pair[0])
    return result


def _line_gain(document: Document, candidate: Candidate, new: list[Line]) -> float:
    """For a line put in before line `first`: the line before it stands for the place."""
    number = max(candidate.first - 1, 0)
    return document.gain(number, number, [document.lines[number], *new])


def _span(document: Document, candidate: Candidate) -> tuple[int, int, str]:
    """The characters that the candidate replaces, and what with."""
    start = document.lines[candidate.first].start if candidate.first < len(document.lines) else len(document.text)
    if candidate.last < candidate.first:
        return start, start, candidate.new + "\n"
    line = document.lines[candidate.last]
    return start, line.start + len(line.text), candidate.new
