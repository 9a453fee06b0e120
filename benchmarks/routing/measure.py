"""Measure routing with real models: `python -m benchmarks.routing.measure MODEL… [--fit N] [--ship] [--out FILE]`.

For each model (`none` for the rules alone): accepted, macro-F1, false edits, calibration error, milliseconds and prompt
tokens over the held half, through the same `route` that the program uses. `--fit N` first fits the router to N requests
of the fitting half (each k-th of them); `--ship` stores that fit in the package. The results go to
`benchmarks/out/routing.json`, from which `benchmarks.routing.report` writes the table and the diagram of the docs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent.backends.base import Backend
from agent.backends.opening import open_backend
from agent.bench.routing import Case, Scores, evaluate, load_cases
from agent.config import load_config
from agent.routing import calibration, route

OUT = Path(__file__).parents[1] / "out" / "routing.json"


def opened(model: str) -> Backend | None:
    """The backend of a model, loaded; None for `none`."""
    backend = None if model == "none" else open_backend(load_config(None, {"model": model}))
    if backend is not None:
        backend.load()
        route("warm up, if you would", backend=backend, config=load_config(None, {"router": "model"}).settings)
    return backend


def every(cases: Sequence[Case], wanted: int) -> list[Case]:
    """About `wanted` cases, evenly spread over the voices."""
    plain = [case for case in cases if not case.context.follows]
    step = max(len(plain) // wanted, 1)
    return plain[::step][:wanted]


def measured(backend: Backend | None, form: str, cases: Sequence[Case]) -> Scores:
    """The figures of one model in one form of the router."""
    settings = load_config(None, {"router": form}).settings
    return evaluate(cases, lambda request, context: route(request, context, backend=backend, config=settings))


def shown(done: int, of: int) -> None:
    """A sign of life."""
    if done % 50 == 0 or done == of:
        print(f"\r{done}/{of}", end="", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print, store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--fit", type=int, default=0)
    parser.add_argument("--ship", action="store_true")
    parser.add_argument("--forms", default="model,both")
    parser.add_argument("--out", type=Path, default=OUT)
    said = parser.parse_args()
    found: dict[str, Any] = json.loads(said.out.read_text()) if said.out.exists() else {}
    held = load_cases("held")
    for case in held:
        route(case.request, case.context)  # so that every pattern is compiled before the clock starts
    for model in said.models:
        backend = opened(model)
        if backend is not None and said.fit:
            cases = every(load_cases("fit"), said.fit)
            fitted = calibration.fit(backend, cases, progress=shown)
            place = Path(calibration.__file__).with_name("fits") if said.ship else None
            print("\nfit stored in", calibration.write(fitted, place), fitted.figures)
        for form in ("rules",) if backend is None else said.forms.split(","):
            scores = measured(backend, form, held)
            asked = {**scores.figures(), "bins": [asdict(b) for b in scores.bins]}
            found[f"{model} {form}"] = asked
            print(f"{model:22} {form:6}", {k: v for k, v in asked.items() if k != "bins"})
        if backend is not None:
            backend.close()
    said.out.parent.mkdir(parents=True, exist_ok=True)
    said.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
