"""How well requests are routed: the labelled requests that ship with the package, and the figures over them.

`fit.jsonl` is what the rules and the models' maps were fitted on, `held.jsonl` has other voices. A case is one JSON
object a line: `request`, `label`, `also` (labels that are accepted too), `context` (the turn before), `voice`, `kind`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from agent.routing.types import LABELS, Route, RouteContext

DATA = Path(__file__).parent / "data" / "routing"
BINS = 10


@dataclass(frozen=True)
class Case:
    """One labelled request."""

    id: str
    request: str
    label: str
    also: tuple[str, ...] = ()
    """Labels that a reasonable reader would accept too."""
    context: RouteContext = field(default_factory=RouteContext)
    voice: str = ""
    kind: str = ""

    def accepts(self, tool: str) -> bool:
        """The tool is right for this request."""
        return tool == self.label or tool in self.also


@dataclass(frozen=True)
class Bin:
    """One bar of the reliability diagram: the requests whose confidence fell between `low` and `high`."""

    low: float
    high: float
    count: int
    confidence: float
    """Their mean confidence."""
    accepted: float
    """The share of them that was accepted."""


@dataclass(frozen=True)
class Scores:
    """The figures over a set of cases. Shares are 0 to 1, times milliseconds."""

    cases: int
    accepted: float
    macro_f1: float
    false_edits: float
    """The share of all cases that were routed to `edit` where `edit` is not accepted."""
    missed_edits: float
    """The share of all cases that are edits and went elsewhere, unaccepted."""
    ece: float
    """Expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    p50_ms: float
    p95_ms: float
    prompt_tokens: float
    """Mean prompt tokens a request, cached ones included."""
    bins: tuple[Bin, ...] = ()
    wrong: tuple[tuple[Case, Route], ...] = ()

    def figures(self) -> dict[str, float]:
        """The numbers alone, for JSON."""
        return {
            "cases": self.cases,
            "accepted": round(self.accepted, 4),
            "macro_f1": round(self.macro_f1, 4),
            "false_edits": round(self.false_edits, 4),
            "missed_edits": round(self.missed_edits, 4),
            "ece": round(self.ece, 4),
            "p50_ms": round(self.p50_ms, 2),
            "p95_ms": round(self.p95_ms, 2),
            "prompt_tokens": round(self.prompt_tokens, 1),
        }


def load_cases(half: Literal["fit", "held", "both"] | Path = "held") -> list[Case]:
    """The labelled requests of one half, of both, or of any JSON-lines file of the same form.

    Raises ValueError, with the line's number, for a line that is not a case.
    """
    if half == "both":
        return load_cases("fit") + load_cases("held")
    path = half if isinstance(half, Path) else DATA / f"{half}.jsonl"
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                cases.append(case_from(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number}: not a labelled request: {error}") from None
    return cases


def case_from(raw: dict[str, object]) -> Case:
    """A case from its JSON object. Raises KeyError for a missing key and ValueError for an unknown label."""
    label, also = str(raw["label"]), tuple(str(x) for x in _list(raw.get("also")))
    for name in (label, *also):
        if name not in LABELS:
            raise ValueError(f"{name!r} is none of {', '.join(LABELS)}")
    turn = raw.get("context") or {}
    if not isinstance(turn, dict):
        raise ValueError("`context` is not an object")
    context = RouteContext(
        previous_request=str(turn.get("previous_request", "")),
        previous_tool=str(turn.get("previous_tool", "")),
        previous_summary=str(turn.get("previous_summary", "")),
    )
    return Case(
        id=str(raw.get("id", "")),
        request=str(raw["request"]),
        label=label,
        also=also,
        context=context,
        voice=str(raw.get("voice", "")),
        kind=str(raw.get("kind", "")),
    )


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else ()


def evaluate(
    cases: Iterable[Case],
    router: Callable[[str, RouteContext], Route],
    *,
    progress: Callable[[int], None] | None = None,
) -> Scores:
    """Route every case and add up. Raises what the router raises."""
    routed: list[tuple[Case, Route]] = []
    for case in cases:
        routed.append((case, router(case.request, case.context)))
        if progress:
            progress(len(routed))
    return score(routed)


def score(routed: Sequence[tuple[Case, Route]]) -> Scores:
    """The figures of routes that are known already. Raises ValueError for none at all."""
    if not routed:
        raise ValueError("no cases to score")
    total = len(routed)
    right = [case.accepts(route.tool) for case, route in routed]
    times = sorted(route.ms for _, route in routed)
    bins = reliability([(route.confidence, ok) for (_, route), ok in zip(routed, right, strict=True)])
    return Scores(
        cases=total,
        accepted=sum(right) / total,
        macro_f1=macro_f1(routed),
        false_edits=sum(r.tool == "edit" and not c.accepts("edit") for c, r in routed) / total,
        missed_edits=sum(c.label == "edit" and not c.accepts(r.tool) for c, r in routed) / total,
        ece=sum(b.count * abs(b.confidence - b.accepted) for b in bins) / total,
        p50_ms=times[total // 2],
        p95_ms=times[min(total - 1, int(total * 0.95))],
        prompt_tokens=sum(r.prompt_tokens for _, r in routed) / total,
        bins=bins,
        wrong=tuple(pair for pair, ok in zip(routed, right, strict=True) if not ok),
    )


def macro_f1(routed: Sequence[tuple[Case, Route]]) -> float:
    """The mean over the labels of the harmonic mean of precision and recall; another accepted label counts as right."""
    values = []
    for label in LABELS:
        true = [route.tool if case.accepts(route.tool) else case.label for case, route in routed]
        said = [route.tool for _, route in routed]
        hits = sum(t == s == label for t, s in zip(true, said, strict=True))
        wanted, given = true.count(label), said.count(label)
        if wanted or given:
            values.append(2 * hits / (wanted + given))
    return sum(values) / len(values)


def reliability(pairs: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Confidences against how often they were right, in bins of equal width; empty bins are left out."""
    bins = []
    for index in range(BINS):
        low, high = index / BINS, (index + 1) / BINS
        inside = [(c, ok) for c, ok in pairs if low < c <= high or (index == 0 and c == 0)]
        if inside:
            mean = sum(c for c, _ in inside) / len(inside)
            bins.append(Bin(low, high, len(inside), mean, sum(ok for _, ok in inside) / len(inside)))
    return tuple(bins)
