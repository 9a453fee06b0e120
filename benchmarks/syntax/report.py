"""The report: `python -m benchmarks.syntax.report [--files 20] [--only python,go] [--out FILE] [FOLDER…]`.

For each language and kind of damage: how many damaged texts parse again, how many are the original up to blanks
(as the first proposal, and among the first five), and the seconds of CPU it took.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from agent.edits.gate import mend
from agent.edits.gate.languages import by_name
from agent.repair.syntax import repair_syntax
from agent.repair.syntax.acceptance import Acceptance
from benchmarks.gate.corpus import default_roots, sample
from benchmarks.syntax.damage import KINDS, damaged

LANGUAGES = (
    "python", "javascript", "typescript", "go", "rust", "java", "c", "cpp", "ruby", "csharp", "php", "kotlin", "swift",
    "lua", "bash", "json", "toml", "yaml",
)  # fmt: skip
_MOST_LINES = 500


@dataclass
class Row:
    """The counts of one language or kind."""

    tried: int = 0
    parses: int = 0
    same: int = 0
    among_five: int = 0
    mended: int = 0
    mended_same: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, parses: bool, same: bool, among: bool, seconds: float) -> None:
        """Count one damaged text."""
        self.tried += 1
        self.parses += parses
        self.same += same
        self.among_five += among
        self.seconds.append(seconds)


def measure(
    roots: list[Path], per_language: int, only: set[str], show: bool, seed: int, limit: float
) -> dict[tuple[str, str], Row]:
    """Damage each sampled file once in each way, and repair it."""
    rows: dict[tuple[str, str], Row] = defaultdict(Row)
    for name, paths in sample(roots, per_language, only=only, seed=seed).items():
        language = by_name(name)
        if language is None:
            continue
        for path in paths:
            try:
                text = path.read_bytes().decode()
            except UnicodeDecodeError:
                continue
            if text.count("\n") > _MOST_LINES or "\r" in text or not Acceptance(language, text).accepts_broken():
                continue
            chooser = random.Random(zlib.crc32(text.encode()) + seed)
            for kind in KINDS:
                case = damaged(language, text, kind, chooser)
                if case is None:
                    continue
                started = time.process_time()
                repairs = repair_syntax(path.name, case.text, deadline_seconds=limit, clock=time.process_time)
                seconds = time.process_time() - started
                wanted = _blankless(case.original)
                ranks = [i for i, r in enumerate(repairs) if _blankless(r.text) == wanted]
                mended = mend(path.name, _before_edit(case.original, case.text), case.text.encode())
                for key in ((name, ""), ("", kind), ("", "")):
                    rows[key].mended += mended is not None
                    rows[key].mended_same += mended is not None and _blankless(mended[0].decode()) == wanted
                    rows[key].add(bool(repairs), ranks[:1] == [0], bool(ranks), seconds)
                if show and ranks[:1] != [0]:
                    print(
                        json.dumps(
                            [
                                name,
                                kind,
                                str(path),
                                round(seconds, 2),
                                _difference(case.original, case.text),
                                [[r.cost, *r.edits] for r in repairs[:3]],
                                ranks,
                            ]
                        ),
                        flush=True,
                    )
    return rows


def _before_edit(original: str, damaged_text: str) -> bytes:
    """The file before an edit that wrote the damaged line: without that line."""
    lines, now = original.split("\n"), damaged_text.split("\n")
    at = next((i for i, (a, b) in enumerate(zip(lines, now, strict=False)) if a != b), 0)
    return "\n".join([*lines[:at], *lines[at + 1 :]]).encode()


def _blankless(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _difference(a: str, b: str) -> str:
    old, new = a.split("\n"), b.split("\n")
    at = next((i for i, (x, y) in enumerate(zip(old, new, strict=False)) if x != y), 0)
    return f"{at + 1}: {old[at]}  ==>  {new[at]}"


def table(rows: dict[tuple[str, str], Row]) -> str:
    """The rows as Markdown: by language, by kind, and all."""
    lines = [
        "| | damaged | parses again | same text | among five | mended | of those, same text | median CPU s | 95% CPU s |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for (language, kind), row in sorted(rows.items(), key=lambda p: (not p[0][0], not p[0][1], p[0])):
        times = sorted(row.seconds)
        share = [f"{100 * n / row.tried:.1f}%" for n in (row.parses, row.same, row.among_five, row.mended)]
        share.append(f"{100 * row.mended_same / max(row.mended, 1):.1f}%")
        lines.append(
            f"| {language or kind or '**all**'} | {row.tried} | {' | '.join(share)} "
            f"| {times[len(times) // 2]:.2f} | {times[int(len(times) * 0.95)]:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="*", type=Path)
    arguments.add_argument("--files", type=int, default=20, help="files a language")
    arguments.add_argument("--only", default=",".join(LANGUAGES), help="languages, with commas")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--deadline", type=float, default=1.0, help="seconds a text")
    arguments.add_argument("--show", action="store_true", help="print each text that did not come back the same")
    arguments.add_argument("--out", type=Path, help="write the table here too")
    given = arguments.parse_args()
    rows = measure(
        given.folders or default_roots(),
        given.files,
        set(given.only.split(",")),
        given.show,
        given.seed,
        given.deadline,
    )
    text = table(rows)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
