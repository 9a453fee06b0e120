"""From the results' lines to the table of a report: per model, and the claims with their verdicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from agent.bench.statistics import Interval, Verdict, bootstrap, paired, percentile, share

LABELS = ("edit", "explain", "test", "search", "chat", "unclear")
Line = dict[str, Any]


@dataclass(frozen=True)
class RouteSummary:
    """Routing of one model."""

    cases: int
    accepted: Interval
    macro_f1: float
    false_edits: Interval
    ece: float
    p50_ms: float
    p95_ms: float
    tokens: float
    asked: int
    """How many of the requests the model was asked about; the rules were sure of the others."""


@dataclass(frozen=True)
class EditSummary:
    """Edit tasks of one model."""

    runs: int
    solved: Interval
    valid_first: Interval
    located_first: Interval
    prompt_tokens: Interval
    output_tokens: Interval
    seconds: Interval
    decode_speed: float
    applied: Interval
    """The share of runs that changed a file at all."""
    cached: float | None
    """The share of the prompt tokens that the server had computed before; None where no server told."""
    by_language: dict[str, tuple[int, int, int]]
    """language → (solved, valid at first try, runs)"""


@dataclass(frozen=True)
class Column:
    """All of one model."""

    model: str
    facts: dict[str, Any]
    route: RouteSummary | None
    edit: EditSummary | None
    error: str = ""


def columns(lines: Sequence[Line]) -> list[Column]:
    """A column for each model, in the order in which they were measured."""
    names = list(dict.fromkeys(str(line["model"]) for line in lines if "model" in line))
    made = []
    for name in names:
        own = [line for line in lines if line.get("model") == name]
        facts: dict[str, Any] = next((line["facts"] for line in reversed(own) if "facts" in line), {})
        error = next((line["error"] for line in reversed(own) if "error" in line), "")
        made.append(Column(name, facts, _route([x for x in own if x.get("suite") == "route"]), _edit(own), error))
    return made


def _route(lines: Sequence[Line]) -> RouteSummary | None:
    if not lines:
        return None
    times = [float(line["ms"]) for line in lines]
    return RouteSummary(
        cases=len(lines),
        accepted=share(sum(line["ok"] for line in lines), len(lines)),
        macro_f1=_macro_f1(lines),
        false_edits=share(sum(line["false_edit"] for line in lines), len(lines)),
        ece=_ece(lines),
        p50_ms=percentile(times, 0.5),
        p95_ms=percentile(times, 0.95),
        tokens=fmean(line["tokens"] for line in lines),
        asked=sum(1 for line in lines if line["tokens"]),
    )


def _macro_f1(lines: Sequence[Line]) -> float:
    values = []
    for label in LABELS:
        hits = sum(1 for x in lines if x["tool"] == label and x["ok"])
        given = sum(1 for x in lines if x["tool"] == label)
        wanted = sum(1 for x in lines if (x["tool"] if x["ok"] else x["label"]) == label)
        if given or wanted:
            values.append(2 * hits / (given + wanted))
    return fmean(values) if values else 0.0


def _ece(lines: Sequence[Line]) -> float:
    """Expected calibration error over ten equal bins (Guo et al. 2017)."""
    total = 0.0
    for index in range(10):
        inside = [x for x in lines if min(int(x["confidence"] * 10), 9) == index]
        if inside:
            total += abs(sum(x["confidence"] for x in inside) - sum(x["ok"] for x in inside))
    return total / len(lines)


def _edit(own: Sequence[Line]) -> EditSummary | None:
    lines = [line for line in own if line.get("suite") == "edit"]
    if not lines:
        return None
    languages = sorted({str(line["language"]) for line in lines})
    speeds = [line["decode_speed"] for line in lines if line["decode_speed"]]
    return EditSummary(
        runs=len(lines),
        solved=share(sum(line["solved"] for line in lines), len(lines)),
        valid_first=share(sum(line["valid_first"] for line in lines), len(lines)),
        located_first=share(sum(line["located_first"] for line in lines), len(lines)),
        prompt_tokens=bootstrap([line["prompt_tokens"] for line in lines], fmean),
        output_tokens=bootstrap([line["output_tokens"] for line in lines], fmean),
        seconds=bootstrap([line["seconds"] for line in lines]),
        decode_speed=percentile(speeds, 0.5),
        applied=share(sum(line["applied"] for line in lines), len(lines)),
        cached=_cached(lines),
        by_language={
            language: (
                sum(line["solved"] for line in lines if line["language"] == language),
                sum(line["valid_first"] for line in lines if line["language"] == language),
                sum(1 for line in lines if line["language"] == language),
            )
            for language in languages
        },
    )


def _cached(lines: Sequence[Line]) -> float | None:
    told = [line for line in lines if line.get("cached_tokens") is not None]
    sent = sum(line["prompt_tokens"] for line in told)
    return sum(line["cached_tokens"] for line in told) / sent if sent else None


CLAIMS: tuple[tuple[str, str, Callable[[Line], float]], ...] = (
    ("routes more accurately", "route", lambda line: float(line["ok"])),
    ("routes faster (ms)", "route", lambda line: -float(line["ms"])),
    ("writes valid code at first try more often", "edit", lambda line: float(line["valid_first"])),
    ("solves more tasks", "edit", lambda line: float(line["solved"])),
    ("needs fewer tokens a task", "edit", lambda line: -float(line["prompt_tokens"] + line["output_tokens"])),
    ("answers sooner (s a task)", "edit", lambda line: -float(line["seconds"])),
)
"""What the comparison of the model families claims, as figures where larger is better."""


def claims(lines: Sequence[Line], first: str, second: str) -> list[Verdict]:
    """The verdicts on "FIRST … than SECOND", on the cases that both have."""
    return [paired(text, pairs(lines, suite, first, second, figure)) for text, suite, figure in CLAIMS]


def pairs(
    lines: Sequence[Line], suite: str, first: str, second: str, figure: Callable[[Line], float]
) -> list[tuple[float, float]]:
    """The figure of both models on each case they share; several runs of a case are averaged first."""
    found: dict[str, dict[str, list[float]]] = {first: {}, second: {}}
    for line in lines:
        if line.get("suite") == suite and line.get("model") in found:
            found[line["model"]].setdefault(str(line["case"]), []).append(figure(line))
    shared = [case for case in found[first] if case in found[second]]
    return [(fmean(found[first][case]), fmean(found[second][case])) for case in shared]
