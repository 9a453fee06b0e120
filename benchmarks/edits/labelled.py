# ruff: noqa: E501
"""Precision and recall of locating, for each kind of damage, on labelled cases made from real files.

    python -m benchmarks.edits.labelled [--cases 20000] [--seed 0] [--seconds 300] [--keep FILE]

With `--keep` a run that ended with its seconds goes on where it was.

A case is right when the files hold exactly the intended bytes, refused when nothing would be written, and wrong in
every other event. `absent-*` cases have no right place (the lines to change were rewritten, taken out, or stand only
in other surroundings), so that a refusal is what is wanted there. Only texts that stand in the file once are counted
for recall: which of two equal places is meant nobody can tell.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.edits.cases import make_case
from benchmarks.edits.run_cases import outcome


def main() -> int:
    """Run and print the table; the exit code is 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    formats: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    begun = time.perf_counter()
    made = 0
    seed = options.seed
    if options.keep is not None and options.keep.exists():
        kept = json.loads(options.keep.read_text("utf-8"))
        made, seed, wrong = kept["made"], kept["seed"], kept["wrong"]
        counts.update({kind: Counter(row) for kind, row in kept["counts"].items()})
        formats.update({kind: Counter(row) for kind, row in kept["formats"].items()})
    while made < options.cases and time.perf_counter() - begun < options.seconds:
        absent = seed % 4 == 3
        case = make_case(
            seed,
            absent=absent,
            damage=("none", "misremembered")[seed % 8 == 7] if absent else None,
            format="search-replace" if absent else None,
        )
        seed += 1
        if case is None:
            continue
        made += 1
        found = outcome(case)
        kind = case.damage
        counts[kind]["all"] += 1
        counts[kind][found] += 1
        counts[kind]["unique"] += case.unique
        counts[kind]["unique exact"] += case.unique and found == "exact"
        formats[case.format][found] += 1
        if found == "wrong" or (kind.startswith("absent") and found == "exact"):
            wrong.append(f"seed {case.seed}: {case.format}, {kind}")
    seconds = time.perf_counter() - begun
    if options.keep is not None:
        state = {"made": made, "seed": seed, "wrong": wrong, "counts": counts, "formats": formats}
        options.keep.write_text(json.dumps(state), "utf-8")
    print(f"{made} cases (seeds {options.seed} to {seed - 1}) in {seconds:.0f} s\n")
    print("| damage | cases | exact | refused | wrong | recall where the text stands once |")
    print("|---|---|---|---|---|---|")
    for kind in sorted(counts):
        row = counts[kind]
        recall = f"{100 * row['unique exact'] / row['unique']:.1f}%" if row["unique"] else ""
        print(
            f"| {kind} | {row['all']} | {row['exact']} | {row['refused'] + row['nothing']} | {row['wrong']} | {recall} |"
        )
    print("\n| format | exact | refused | wrong |\n|---|---|---|---|")
    for kind in sorted(formats):
        row = formats[kind]
        print(f"| {kind} | {row['exact']} | {row['refused'] + row['nothing']} | {row['wrong']} |")
    for line in wrong[:40]:
        print("WRONG", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
