"""`python -m benchmarks.repair run|ranks|ablations|fit`: what is mended, where the right edit stands, what each part is
worth, and the fitted priors."""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.repair.corpus import Bug, answer, bugs, programs, test_text


def chosen(args: argparse.Namespace) -> list[Bug]:
    """The bugs of one half of the programs: every other program, by name."""
    found: list[Bug] = []
    for number, program in enumerate(programs()):
        half = "fit" if number % 2 == 0 else "held"
        if args.half in (half, "all"):
            found += bugs(program, args.bugs)
    return found[:: args.every]


def one(bug: Bug, args: argparse.Namespace) -> dict[str, Any]:
    """Repair one bug; what came of it."""
    from agent.repair import repair

    backend = profile = None
    if args.model != "none":
        from agent.backends.opening import open_backend, profile_of
        from agent.config import load_config

        config = load_config(None, {"model": args.model})
        backend = open_backend(config)
        assert backend is not None
        backend.load()
        profile = profile_of(backend, config)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repo"
        root.mkdir()
        (root / "program.py").write_text(bug.text)
        (root / "test_program.py").write_text(test_text(bug.program, "shown"))
        begun = time.monotonic()
        run = repair(
            root,
            ["program.py"],
            test_command=f"{sys.executable} -m pytest -q test_program.py",
            backend=backend,
            profile=profile,
            deadline_seconds=args.seconds,
            workers=args.workers,
            search=not args.alone,
        )
        try:
            while True:
                next(run)
        except StopIteration as stop:
            result = stop.value
        seconds = time.monotonic() - begun
    text = result.changes[0].after.decode() if result.changes else ""
    calls = [call for call, _ in bug.program.shown + bug.program.held]
    correct = bool(text) and answer(text, calls) == list(bug.program.shown + bug.program.held)
    return {
        "name": bug.name,
        "operator": bug.operator,
        "plausible": result.ok,
        "correct": correct,
        "seconds": round(seconds, 2),
        "tried": result.tried,
        "origin": result.origin,
        "summary": result.summary,
        "tokens": result.prompt_tokens + result.output_tokens,
        "family": result.family,
        "others": len(result.alternatives),
        "after": text,
        "before": bug.text,
    }


def run(args: argparse.Namespace) -> None:
    """Repair all chosen bugs and print the table."""
    work = chosen(args)
    rows: list[dict[str, Any]] = []
    out = Path(args.out) if args.out else None
    with ProcessPoolExecutor(args.jobs) as pool:
        for row in pool.map(one, work, [args] * len(work)):
            rows.append(row)
            verdict = "ok" if row["correct"] else "PLAUSIBLE" if row["plausible"] else "-"
            print(f"{row['name']:40} {verdict:10} {row['seconds']:6.1f} s {row['tried']:6} {row['family']}", flush=True)
            if out:
                out.write_text(json.dumps(rows, indent=1))
    table(rows)


def table(rows: list[dict[str, Any]]) -> None:
    """Print totals, and by operator."""
    total = len(rows)
    if not total:
        return
    plausible = sum(r["plausible"] for r in rows) / total
    correct = sum(r["correct"] for r in rows) / total
    seconds = sorted(r["seconds"] for r in rows)[total // 2]
    tried = sorted(r["tried"] for r in rows)[total // 2]
    tokens = sum(r["tokens"] for r in rows) / total
    print(f"\n{total} bugs: plausible {plausible:.0%}, correct {correct:.0%}")
    print(f"median {seconds:.1f} s and {tried} candidates, {tokens:.0f} tokens a bug")
    for operator in sorted({r["operator"] for r in rows}):
        part = [r for r in rows if r["operator"] == operator]
        good = sum(r["plausible"] for r in part), sum(r["correct"] for r in part)
        print(f"  {operator:20} {len(part):4} plausible {good[0]:4} correct {good[1]:4}")


def order(args: argparse.Namespace) -> None:
    """Print where the right edits stand."""
    from functools import partial

    from benchmarks.repair import ranks

    with ProcessPoolExecutor(args.jobs) as pool:
        ranks.show(list(pool.map(partial(ranks.rank, most=args.most), chosen(args))))


def parts(args: argparse.Namespace) -> None:
    """Print where the right edits stand without each part of the search."""
    from functools import partial

    from benchmarks.repair import ablations

    with ProcessPoolExecutor(args.jobs) as pool:
        ablations.show(list(pool.map(partial(ablations.measure, most=args.most), chosen(args))))


def fit(args: argparse.Namespace) -> None:
    """Count which family mends each bug rightly, smooth, and print the table of priors."""
    from agent.repair.priors import PRIORS

    rows = json.loads(Path(args.rows).read_text())
    counts = Counter(row["family"] for row in rows if row["correct"] and row["origin"] == "search")
    weight = 60.0
    total = sum(counts.values()) + weight
    whole = sum(PRIORS.values())
    for family in sorted(PRIORS, key=lambda f: -(counts[f] + weight * PRIORS[f] / whole)):
        value = (counts[family] + weight * PRIORS[family] / whole) / total
        print(f'    "{family}": {value:.4f},  # {counts[family]}')
    print(
        "nats a bug:",
        sum(-math.log((counts[f] + weight * PRIORS[f] / whole) / total) * n for f, n in counts.items())
        / max(1, sum(counts.values())),
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repair")
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run")
    runner.add_argument("--half", choices=("fit", "held", "all"), default="held")
    runner.add_argument("--bugs", type=int, default=6, help="bugs a program")
    runner.add_argument("--every", type=int, default=1, help="take every n-th bug only")
    runner.add_argument("--seconds", type=float, default=60.0)
    runner.add_argument("--model", default="none")
    runner.add_argument("--alone", action="store_true", help="the model alone, without the search")
    runner.add_argument("--workers", type=int, default=2)
    runner.add_argument("--jobs", type=int, default=1)
    runner.add_argument("--out", default="")
    fitter = commands.add_parser("fit")
    fitter.add_argument("rows")
    orderer = commands.add_parser("ranks")
    orderer.add_argument("--half", choices=("fit", "held", "all"), default="held")
    orderer.add_argument("--bugs", type=int, default=6)
    orderer.add_argument("--every", type=int, default=1)
    orderer.add_argument("--most", type=int, default=600, help="candidates tried a bug")
    orderer.add_argument("--jobs", type=int, default=2)
    ablater = commands.add_parser("ablations")
    ablater.add_argument("--half", choices=("fit", "held", "all"), default="held")
    ablater.add_argument("--bugs", type=int, default=6)
    ablater.add_argument("--every", type=int, default=3)
    ablater.add_argument("--most", type=int, default=300, help="candidates tried a bug")
    ablater.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    {"run": run, "fit": fit, "ranks": order, "ablations": parts}[args.command](args)


if __name__ == "__main__":
    main()
