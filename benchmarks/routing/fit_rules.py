"""Fit the rules' weights to the labelled requests: `python -m benchmarks.routing.fit_rules [--write]`.

Prints what the hand-set and the fitted weights reach: on the fitting half (cross-validated by voice, so that no weight
has seen the voice it is judged on) and on the held half. `--write` stores the weights, and the cross-validated
probabilities, which a model's fit uses so that it does not take the rules for better than they are.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

from agent.bench.routing import DATA, Case, load_cases, score
from agent.routing import linear, rules
from agent.routing.calibration import decide, target
from agent.routing.features import features
from agent.routing.route import RULES_EDIT_AT_LEAST
from agent.routing.shape import shape
from agent.routing.types import LABELS, Route

FOLDS = 8
SPREAD = 1.0
"""How far a weight may move from its hand-set value (standard deviation of the prior)."""
Table = linear.Table


def fit(cases: list[Case], spread: float = SPREAD) -> Table:
    """Weights from the cases that need no turn before."""
    rows = [(features(shape(c.request)), target(c)) for c in cases if not c.context.follows]
    table = linear.fit(rows, LABELS, prior={k: dict(v) for k, v in rules.PRIOR.items()}, spread=spread)
    return {f: {label: round(w, 3) for label, w in ws.items() if abs(w) > 5e-4} for f, ws in sorted(table.items())}


def chances(case: Case, table: Table) -> dict[str, float]:
    """label → probability under some weights, as `by_rules` gives them."""
    return rules.probabilities(features(shape(case.request)), table)


def judged(cases: list[Case], known: list[dict[str, float]]) -> str:
    """The figures in a line."""
    routed = []
    for case, p in zip(cases, known, strict=True):
        tool = decide(p, RULES_EDIT_AT_LEAST)
        routed.append((case, Route(tool, p[tool], "rules", p)))
    s = score(routed)
    return (
        f"{s.cases} cases  accepted {s.accepted:.1%}  macro-F1 {s.macro_f1:.3f}  false edits {s.false_edits:.1%}  "
        f"ECE {s.ece:.3f}"
    )


def main() -> None:
    """Fit, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--spread", type=float, default=SPREAD)
    said = parser.parse_args()
    plain = [c for c in load_cases("fit") if not c.context.follows]
    held = [c for c in load_cases("held") if not c.context.follows]
    voices = sorted({c.voice for c in plain})
    apart: dict[str, dict[str, float]] = {}
    for fold in range(FOLDS):
        out = {voice for at, voice in enumerate(voices) if at % FOLDS == fold}
        table = fit([c for c in plain if c.voice not in out], said.spread)
        apart.update({c.id: chances(c, table) for c in plain if c.voice in out})
    table = fit(plain, said.spread)
    print("hand-set, fit half        ", judged(plain, [chances(c, rules.PRIOR) for c in plain]))
    print("hand-set, held half       ", judged(held, [chances(c, rules.PRIOR) for c in held]))
    print("fitted, fit half, by voice", judged(plain, [apart[c.id] for c in plain]))
    print("fitted, held half         ", judged(held, [chances(c, table) for c in held]))
    if said.write:
        Path(rules.__file__).with_name("weights.json").write_text(
            json.dumps({"weights": table}, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
        )
        logs = {i: [round(math.log(max(p[label], 1e-6)), 3) for label in LABELS] for i, p in apart.items()}
        (DATA / "rules.json").write_text(json.dumps(logs, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
