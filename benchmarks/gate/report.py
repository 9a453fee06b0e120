"""The report: `python -m benchmarks.gate.report [--files 40] [--keep FOLDER] [--seconds 280] [--out FILE] [FOLDER…]`.

With `--keep`, a language that was measured before is read from there, so that a long run can be done in parts. One row a language: real files, valid edits and how many of them were refused (false refusals), seeded syntax errors
and how many were let through (misses), and the time of a check.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from agent.edits.gate import check
from agent.edits.gate.languages import by_name
from benchmarks.gate.corpus import default_roots, sample
from benchmarks.gate.edits import cases


@dataclass
class Row:
    """The counts of one language."""

    files: int = 0
    valid: int = 0
    refused: int = 0
    broken: int = 0
    missed: int = 0
    unchecked: int = 0
    seconds: list[float] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)


def measure(
    roots: list[Path],
    per_language: int,
    only: set[str] | None,
    show: bool,
    keep: Path | None = None,
    seconds: float = 1e9,
) -> dict[str, Row]:
    """Run every case on every sampled file; languages that `keep` holds are read, and those past `seconds` left out."""
    rows: dict[str, Row] = defaultdict(Row)
    begun = time.perf_counter()
    for name, paths in sample(roots, per_language, only=only).items():
        language = by_name(name)
        if language is None:
            continue
        kept = keep / f"{name}.json" if keep is not None else None
        if kept is not None and kept.exists():
            fields = json.loads(kept.read_text("utf-8"))
            rows[name] = Row(**{**fields, "by_kind": Counter(fields["by_kind"])})
            continue
        if time.perf_counter() - begun > seconds:
            continue
        for path in paths:
            text = path.read_bytes()
            chooser = random.Random(zlib.crc32(text))
            rows[name].files += 1
            for case in cases(language, text, chooser):
                if case.before == case.after:
                    continue
                started = time.perf_counter()
                result = check(path.name, case.before, case.after)
                if not result.checked:
                    rows[name].unchecked += 1
                    continue
                rows[name].seconds.append(time.perf_counter() - started)
                wrong = result.ok != case.valid
                if case.valid:
                    rows[name].valid += 1
                    rows[name].refused += wrong
                else:
                    rows[name].broken += 1
                    rows[name].missed += wrong
                if wrong:
                    rows[name].by_kind[("refused: " if case.valid else "missed: ") + case.kind] += 1
                    if show:
                        print(
                            json.dumps(
                                [
                                    name,
                                    str(path),
                                    case.kind,
                                    [f"{p.line}:{p.column} {p.message}" for p in result.problems],
                                ]
                            ),
                            flush=True,
                        )
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(vars(rows[name])), "utf-8")
    return rows


def table(rows: dict[str, Row]) -> str:
    """The rows as a Markdown table, with the sum."""
    lines = [
        "| language | files | valid edits | refused | seeded errors | let through | not checked | median ms | 99% ms |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    total = Row()
    for name, row in sorted(rows.items()):
        times = sorted(row.seconds)
        lines.append(
            f"| {name} | {row.files} | {row.valid} | {row.refused} | {row.broken} | {row.missed} | {row.unchecked} "
            f"| {times[len(times) // 2] * 1000:.1f} | {times[int(len(times) * 0.99)] * 1000:.1f} |"
        )
        total.files += row.files
        total.valid += row.valid
        total.refused += row.refused
        total.broken += row.broken
        total.missed += row.missed
        total.unchecked += row.unchecked
    lines.append(
        f"| **all {len(rows)}** | {total.files} | {total.valid} | {total.refused} | {total.broken} | {total.missed} | {total.unchecked} | | |"
    )
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="*", type=Path)
    arguments.add_argument("--files", type=int, default=40, help="files a language")
    arguments.add_argument("--only", help="languages, with commas")
    arguments.add_argument("--show", action="store_true", help="print each wrong verdict")
    arguments.add_argument(
        "--keep", type=Path, help="a folder for the counts of each language, read where they are there"
    )
    arguments.add_argument("--seconds", type=float, default=1e9, help="begin no language after this time")
    arguments.add_argument("--out", type=Path, help="write the table here too")
    given = arguments.parse_args()
    only = set(given.only.split(",")) if given.only else None
    rows = measure(given.folders or default_roots(), given.files, only, given.show, given.keep, given.seconds)
    text = table(rows)
    print(text)
    for name, row in sorted(rows.items()):
        if row.by_kind:
            print(name, dict(row.by_kind))
    if given.out:
        given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
