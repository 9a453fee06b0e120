"""A model's router fitted to labelled requests: a map of its labels, a temperature, and how sure an edit must be.

A fit belongs to one model, one quantisation and one routing prompt. It is refused when any of these differs. Fits for
the two embedded models come with the package; `agent bench route --fit` stores the user's own, which is preferred.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.routing import combine, linear
from agent.routing.linear import Table
from agent.routing.model import Answer, prompt_hash
from agent.routing.types import LABELS

if TYPE_CHECKING:
    from agent.backends.base import Backend
    from agent.bench.routing import Case

VERSION = 1
FEWEST = 200
"""A fit needs at least this many labelled requests."""
EDIT_AT_LEAST = 0.5
"""Without a fit: an edit less probable than this goes to the next best class, since a wrong edit costs most."""
_SHIPPED = Path(__file__).with_name("fits")
SPREAD = {"": 0.5, "bias": 1.0}
"""How far a fit may move each weight of the model's map: standard deviations of the prior."""


@dataclass(frozen=True)
class CalibrationFile:
    """What `agent bench route --fit` stores for one model."""

    model: str
    quantisation: str
    prompt: str
    """`prompt_hash()` of the prompts it was fitted with."""
    cases: int
    table: Table
    temperature: float = 1.0
    edit_at_least: float = EDIT_AT_LEAST
    version: int = VERSION
    figures: dict[str, Any] = field(default_factory=dict)
    """What was measured when it was made: accepted, false edits, …, cross-validated by voice."""

    def matches(self, quantisation: str) -> bool:
        """It was made for this quantisation (or one of the two is not known), this version and this routing prompt."""
        return (
            self.version == VERSION
            and self.prompt == prompt_hash()
            and (not self.quantisation or not quantisation or self.quantisation.lower() == quantisation.lower())
        )

    def decide(self, model: Mapping[str, float], rules: Mapping[str, float]) -> dict[str, float]:
        """label → probability, from the two opinions as log-probabilities."""
        return combine.pool(model, rules, self.table, self.temperature)


def default_fit() -> CalibrationFile:
    """For a model that nobody measured."""
    return CalibrationFile("", "", prompt_hash(), 0, combine.default_table())


def folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the user's fits and corrections are kept; it need not exist."""
    env = os.environ if environ is None else environ
    base = env.get("XDG_DATA_HOME") or str(Path(env.get("HOME", "~")).expanduser() / ".local" / "share")
    return Path(base) / "agent" / "routing"


def quantisation_of(backend: Backend) -> str:
    """The quantisation as far as the backend or the model's name tells ("" where neither does)."""
    told = getattr(getattr(backend, "info", None), "quantisation", "") or ""
    named = re.search(r"(?i)(?<![a-z0-9])(i?q\d(?:_[a-z0-9]+)*|f16|bf16|fp16|fp8)(?![a-z0-9])", backend.model)
    return str(told) or (named.group(1) if named else "")


def for_backend(backend: Backend) -> tuple[CalibrationFile, str]:
    """(the fit to use, a warning or ""). The user's own comes first, then the package's, then the default.

    A fit that is stale (another prompt, quantisation or version) or damaged is refused: the warning says so.
    """
    quantisation, warning = quantisation_of(backend), ""
    for place in (folder(), _SHIPPED):
        for path in _files(place, backend, quantisation):
            try:
                fit = read(path)
            except (OSError, ValueError, KeyError, TypeError) as error:
                warning = warning or f"{path} is no router fit ({error}); `agent bench route --fit` makes a new one."
                continue
            if fit.matches(quantisation):
                return fit, warning
            if place != _SHIPPED:
                warning = f"The router's fit for {backend.model} is stale; `agent bench route --fit` makes a new one."
    return default_fit(), warning


def _files(place: Path, backend: Backend, quantisation: str) -> list[Path]:
    """The stored fits that could be for a backend's model, by any name it is known by."""
    told = str(getattr(getattr(backend, "info", None), "name", "") or "")
    found: list[Path] = []
    for key in dict.fromkeys(model_key(name) for name in (backend.model, told) if name):
        exact = place / _file_name(key, quantisation)
        found += [exact] if exact.exists() else [] if quantisation else sorted(place.glob(f"{key}@*.json"))
    return found


@lru_cache(maxsize=8)
def _read(path: str, modified: int) -> CalibrationFile:
    raw = json.loads(Path(path).read_text(encoding="utf-8"))
    fit = CalibrationFile(**raw)
    probe = dict.fromkeys(LABELS, math.log(1 / len(LABELS)))
    if not all(math.isfinite(p) for p in fit.decide(probe, probe).values()):
        raise ValueError("weights that are no numbers")
    return fit


def read(path: Path) -> CalibrationFile:
    """A stored fit. Raises FileNotFoundError, OSError, or ValueError, KeyError, TypeError for what is none."""
    return _read(str(path), path.stat().st_mtime_ns)


def write(fit: CalibrationFile, place: Path | None = None) -> Path:
    """Store a fit, whole or not at all; returns where. Raises OSError."""
    target = (place or folder()) / _file_name(model_key(fit.model), fit.quantisation)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".new")
    beside.write_text(json.dumps(asdict(fit), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    beside.replace(target)
    return target


def fit(
    backend: Backend, cases: Sequence[Case], *, progress: Callable[[int, int], None] | None = None
) -> CalibrationFile:
    """Ask the model about every case, and fit its map to the answers.

    Needs at least FEWEST cases (ValueError). Raises what `Backend.chat` raises.
    """
    from agent.routing.model import ask

    if len(cases) < FEWEST:
        raise ValueError(f"{len(cases)} labelled requests are too few for a fit; {FEWEST} are needed")
    answers = []
    for number, case in enumerate(cases, 1):
        answers.append(ask(case.request, case.context, backend) if case.request.strip() else Answer(None))
        if progress:
            progress(number, len(cases))
    return fit_answers(backend.model, quantisation_of(backend), cases, answers)


def fit_answers(model: str, quantisation: str, cases: Sequence[Case], answers: Sequence[Answer]) -> CalibrationFile:
    """The fit from answers that are known already; its figures are cross-validated by voice."""
    known = [
        (case, a.logs)
        for case, a in zip(cases, answers, strict=True)
        if a.logs is not None and not case.context.follows
    ]
    apart = _rules_apart()
    rules = [apart.get(case.id) or rules_logs(case) for case, _ in known]
    rows = [combine.row(logs) for _, logs in known]
    targets = [target(case) for case, _ in known]
    data = list(zip(rows, targets, strict=True))
    voices = sorted({case.voice for case, _ in known})
    held: list[dict[str, float]] = [{} for _ in known]
    for part in range(5):
        out = {voice for at, voice in enumerate(voices) if at % 5 == part}
        table = _fit_table([d for d, (case, _) in zip(data, known, strict=True) if case.voice not in out])
        for at, (case, logs) in enumerate(known):
            if case.voice in out:
                held[at] = combine.pool(logs, rules[at], table)
    chosen = [case for case, _ in known]
    temperature = best_temperature(held, chosen)
    warm = [_warmed(p, temperature) for p in held]
    edge = best_edge(warm, chosen)
    tools = [decide(p, edge) for p in warm]
    figures = {
        "accepted": round(sum(c.accepts(t) for c, t in zip(chosen, tools, strict=True)) / len(chosen), 4),
        "false_edits": round(
            sum(t == "edit" and not c.accepts("edit") for c, t in zip(chosen, tools, strict=True)) / len(chosen), 4
        ),
    }
    return CalibrationFile(
        model, quantisation, prompt_hash(), len(known), _rounded(_fit_table(data)), temperature, edge, figures=figures
    )


def rules_logs(case: Case) -> dict[str, float]:
    """The rules' log-probabilities for a labelled request."""
    from agent.routing.route import by_rules

    return logs_of(by_rules(case.request, case.context)[0])


def _rules_apart() -> dict[str, dict[str, float]]:
    """The rules' log-probabilities for the labelled requests that ship, from weights that had not seen them."""
    from agent.bench.routing import DATA

    try:
        raw = json.loads((DATA / "rules.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: dict(zip(LABELS, logs, strict=True)) for name, logs in raw.items()}


def logs_of(chances: Mapping[str, float]) -> dict[str, float]:
    """Natural-log probabilities, floored."""
    return {label: math.log(max(p, 1e-6)) for label, p in chances.items()}


def target(case: Case) -> dict[str, float]:
    """What a fit aims at: most for the label, the rest for what is accepted too."""
    if not case.also:
        return {case.label: 1.0}
    return {case.label: 0.7, **{label: 0.3 / len(case.also) for label in case.also if label != case.label}}


def decide(chances: Mapping[str, float], edit_at_least: float) -> str:
    """The likeliest label, but `edit` only when it is at least so likely."""
    best = max(chances, key=lambda label: chances[label])
    if best == "edit" and chances["edit"] < edit_at_least:
        return max((label for label in chances if label != "edit"), key=lambda label: chances[label])
    return best


def best_temperature(chances: Sequence[Mapping[str, float]], cases: Sequence[Case]) -> float:
    """The temperature under which the labels are likeliest (Guo et al. 2017), by a search over a grid from 1 to 3.

    Never below 1: the rules know the shipped requests better than they will know others, so being surer is not earned.
    """

    def loss(temperature: float) -> float:
        total = 0.0
        for p, case in zip(chances, cases, strict=True):
            warm = _warmed(p, temperature)
            total -= math.log(max(sum(warm[label] for label in {case.label, *case.also}), 1e-9))
        return total

    return min((1.0 + 0.05 * step for step in range(41)), key=loss)


def best_edge(chances: Sequence[Mapping[str, float]], cases: Sequence[Case], *, wrong_edit_costs: float = 3.0) -> float:
    """How likely an edit must be: the threshold of least cost, a wrong edit counting as several other mistakes."""

    def cost(edge: float) -> float:
        total = 0.0
        for p, case in zip(chances, cases, strict=True):
            tool = decide(p, edge)
            if not case.accepts(tool):
                total += wrong_edit_costs if tool == "edit" else 1.0
        return total

    return min((0.45 + 0.05 * step for step in range(6)), key=cost)


def _fit_table(data: Sequence[tuple[dict[str, float], dict[str, float]]]) -> Table:
    return linear.fit(data, LABELS, prior=combine.default_table(), spread=SPREAD, rounds=40, rate=0.15)


def _warmed(chances: Mapping[str, float], temperature: float) -> dict[str, float]:
    values = [math.log(max(chances[label], 1e-9)) / temperature for label in LABELS]
    return dict(zip(LABELS, linear.softmax(values), strict=True))


def _rounded(table: Table) -> Table:
    return {f: {label: round(w, 4) for label, w in weights.items()} for f, weights in table.items()}


def model_key(model: str) -> str:
    """A model's name without what all models say: `Qwen2.5 Coder 1.5B Instruct GGUF` → `qwen2.5-coder-1.5b`."""
    name = model.replace("\\", "/").rsplit("/", 1)[-1].lower()
    name = re.sub(r"(?<![a-z0-9])i?q\d(_[a-z0-9]+)*(?![a-z0-9])", "", name)
    words = [w for w in re.split(r"[^a-z0-9.]+", name.removesuffix(".gguf")) if w.strip(".")]
    return "-".join(w for w in words if w not in _SAID_OF_EVERY) or "model"


_SAID_OF_EVERY = ("gguf", "instruct", "it", "chat", "awq", "gptq", "latest", "fp16", "bf16", "f16")


def _file_name(key: str, quantisation: str) -> str:
    return f"{key}@{quantisation.lower() or 'any'}.json"
