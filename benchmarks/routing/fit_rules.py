"""Fit the rules' weights to the labelled requests: `python -m benchmarks.routing.fit_rules [--write]`.

Fits the weights of the cues, and apart from them those of the wording. Prints what the hand-set and the fitted weights
reach: on the fitting half (cross-validated by voice, so that no weight
has seen the voice it is judged on) and on the held half. `--write` stores the weights, and the cross-validated
probabilities, which a model's fit uses so that it does not take the rules for better than they are.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from pathlib import Path

from agent.bench.routing import DATA, Case, load_cases, score
from agent.routing import linear, rules, wording
from agent.routing.calibration import decide, target
from agent.routing.features import features
from agent.routing.route import RULES_EDIT_AT_LEAST
from agent.routing.shape import shape
from agent.routing.types import LABELS, Route

FOLDS = 8
SPREAD = 1.0
"""How far a weight may move from its hand-set value (standard deviation of the prior)."""
FEWEST_REQUESTS = 3
LEAST_WEIGHT = 5
"""Smaller weights of the wording, in hundredths, are left out."""
Both = tuple[linear.Table, wording.Weights]


def fit(cases: list[Case], spread: float = SPREAD) -> Both:
    """Weights from the cases that need no turn before."""
    plain = [c for c in cases if not c.context.follows]
    rows = [(features(shape(c.request)), target(c)) for c in plain]
    table = linear.fit(rows, LABELS, prior={k: dict(v) for k, v in rules.PRIOR.items()}, spread=spread)
    kept = {f: {label: round(w, 3) for label, w in ws.items() if abs(w) > 5e-4} for f, ws in sorted(table.items())}
    return kept, fit_wording(plain)


def fit_wording(cases: list[Case]) -> wording.Weights:
    """Weights of the n-grams that occur in at least FEWEST_REQUESTS of the cases."""
    seen = [wording.grams(shape(c.request)) for c in cases]
    count = Counter(gram for found in seen for gram in found)
    rows = [
        ({g: w for g, w in found.items() if count[g] >= FEWEST_REQUESTS}, target(c))
        for found, c in zip(seen, cases, strict=True)
    ]
    table = linear.fit(rows, LABELS, prior={}, spread=1.0, rounds=60)
    scale = wording.HUNDREDTHS
    rounded = {gram: [round(ws[label] * scale) for label in LABELS] for gram, ws in sorted(table.items())}
    return {gram: row for gram, row in rounded.items() if max(map(abs, row)) >= LEAST_WEIGHT}


def chances(case: Case, both: Both) -> dict[str, float]:
    """label → probability under some weights, as `by_rules` gives them."""
    form = shape(case.request)
    table, words = both
    cues = features(form)
    return rules.pooled(cues, rules.probabilities(cues, table), wording.logs(form, words))


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
    bare: Both = ({k: dict(v) for k, v in rules.PRIOR.items()}, {})
    print("hand-set, fit half        ", judged(plain, [chances(c, bare) for c in plain]))
    print("hand-set, held half       ", judged(held, [chances(c, bare) for c in held]))
    print("fitted, fit half, by voice", judged(plain, [apart[c.id] for c in plain]))
    print("fitted, held half         ", judged(held, [chances(c, table) for c in held]))
    if said.write:
        Path(rules.__file__).with_name("weights.json").write_text(
            json.dumps({"weights": table[0]}, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
        )
        Path(wording.__file__).with_name("wording.json").write_text(
            json.dumps(table[1], ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
        )
        logs = {i: [round(math.log(max(p[label], 1e-6)), 3) for label in LABELS] for i, p in apart.items()}
        (DATA / "rules.json").write_text(json.dumps(logs, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
