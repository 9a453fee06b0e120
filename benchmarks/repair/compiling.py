"""`python -m benchmarks.repair.compiling`: right functions made not to compile in one place, mended without a model.

The functions are the right forms of `corpus_languages` in Go, Java and C++. What the command then accepts is counted,
what became the same text again, and how much of it the compiler's advice did alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.repair.languages import Case, cases, ended, files

LANGUAGES = ("go", "java", "cpp")
_KEYWORDS = frozenset(
    {
        *("package", "import", "func", "return", "range", "else", "break", "continue", "switch", "case", "default"),
        *("const", "string", "struct", "class", "public", "static", "private", "final", "void", "boolean", "double"),
        *("float", "while", "false", "true", "null", "using", "namespace", "include", "auto", "unsigned"),
    }
)


def _misspelt(text: str, dice: random.Random, language: str) -> str:
    """One use of a name with two letters exchanged, one dropped or one doubled."""
    words = [m for m in re.finditer(r"\b[a-zA-Z_]\w{3,}\b", text) if m[0] not in _KEYWORDS]
    counts = Counter(m[0] for m in words)
    uses = [m for m in words if counts[m[0]] > 2]
    if not uses:
        return text
    found = dice.choice(uses)
    at = dice.randrange(1, len(found[0]) - 1)
    word = found[0]
    slip = dice.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
    )
    return text[: found.start()] + slip + text[found.end() :]


def _one_of(pattern: str, new: str | Callable[[re.Match[str]], str]) -> Callable[[str, random.Random, str], str]:
    def damage(text: str, dice: random.Random, language: str) -> str:
        places = list(re.finditer(pattern, text, re.M))
        if not places:
            return text
        found = dice.choice(places)
        return text[: found.start()] + found.expand(new if isinstance(new, str) else new(found)) + text[found.end() :]

    return damage


KINDS: dict[str, dict[str, Callable[[str, random.Random, str], str]]] = {
    "a name misspelt": dict.fromkeys(LANGUAGES, _misspelt),
    "an import lost": {
        "go": _one_of(r'^import "\w+"\n', ""),
        "java": _one_of(r"^import .*\n", ""),
        "cpp": _one_of(r"^using namespace std;\n", ""),
    },
    "a spare import": {"go": _one_of(r"^package program\n", '\\g<0>\nimport "os"\n')},
    "declared twice or never": {
        "go": _one_of(r" := ", " = "),
        "java": _one_of(r"^(\s+)(?:int|String|double|boolean|long) (\w+ = )", "\\1\\2"),
        "cpp": _one_of(r"^(\s+)(?:int|string|double|bool|long) (\w+ = )", "\\1\\2"),
    },
    "the last return lost": {
        "go": _one_of(r"^\treturn \S.*\n\}", "}"),
        "java": _one_of(r"^ {4,8}return \S.*\n(\s*\})", "\\1"),
    },
    "a size spelt as elsewhere": {
        "java": _one_of(
            r"\.length\(\)|\.length\b(?!\()|\.size\(\)", lambda m: ".size()" if "length" in m[0] else ".length"
        ),
    },
    "a cast lost": {
        "go": _one_of(r"\bfloat64\((\w+)\)|(?<!\w)int\((\w+)\)", lambda m: "\\1" if m[1] else "\\2"),
        "java": _one_of(r"\((?:int|char)\) ?", ""),
    },
}  # fmt: skip


def damaged(every: int) -> Iterator[tuple[Case, str, str]]:
    """(function, kind, text that does not compile), each `every`-th of them."""
    number = 0
    for language in LANGUAGES:
        for case in cases(language):
            _, texts, _ = files(case, case.shown, case.right)
            target = next(iter(texts))
            for kind, by_language in KINDS.items():
                if language not in by_language:
                    continue
                dice = random.Random(f"{language} {case.name} {kind}")
                text = by_language[language](texts[target], dice, language)
                if text == texts[target]:
                    continue
                number += 1
                if number % every == 0:
                    yield case, kind, text


def mended(case: Case, text: str, seconds: float) -> dict[str, Any] | None:
    """What came of one damaged function; None where it compiles and passes as it is."""
    target, texts, command = files(case, case.shown, case.right)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, whole in {**texts, target: text}.items():
            (root / name).write_text(whole)
        done = ended(root, command)
        if done is not None and done[0] == 0:
            return None
        begun = time.monotonic()
        argv = [sys.executable, "-m", "agent", "fix", target, "--test", command, "-m", "none", "--no-git"]
        argv += ["--timeout", str(seconds), "--yes", "--json"]
        place = str(Path(__file__).parents[2])
        env = {**os.environ, "PYTHONPATH": place}
        run = subprocess.run(argv, cwd=root, capture_output=True, text=True, env=env)
        took = time.monotonic() - begun
        after = (root / target).read_text()
        again = ended(root, command)
    return {
        "language": case.language,
        "name": case.name,
        "passes": run.returncode == 0 and again is not None and again[0] == 0,
        "same": "".join(after.split()) == "".join(texts[target].split()),
        "advice": "compiles again" in run.stdout,
        "seconds": round(took, 1),
        "before": text,
        "after": after,
    }


def main() -> None:
    """Damage, mend, count."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repair.compiling", description=__doc__)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30.0, help="for one repair")
    parser.add_argument("--out", default="", help="a file of JSON lines, one for each repair")
    args = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for case, kind, text in damaged(args.every):
        row = mended(case, text, args.seconds)
        if row is None:
            continue
        rows.append({"kind": kind, **row})
        verdict = "same" if row["same"] else "passes" if row["passes"] else "-"
        print(f"{case.language:5} {kind:26} {case.name:22} {verdict:7} {row['seconds']:5.1f} s", flush=True)
        if args.out:
            with Path(args.out).open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    print("\n| | damaged | passes again | the same text | by advice | median s |\n|---|--:|--:|--:|--:|--:|")
    for column in ("language", "kind", ""):
        for value in dict.fromkeys(row[column] if column else "**all**" for row in rows):
            part = [row for row in rows if not column or row[column] == value]
            shares = [100 * sum(row[key] for row in part) / len(part) for key in ("passes", "same", "advice")]
            middle = statistics.median(row["seconds"] for row in part)
            print(
                f"| {value} | {len(part)} | " + " | ".join(f"{share:.0f}%" for share in shares) + f" | {middle:.1f} |"
            )


if __name__ == "__main__":
    main()
