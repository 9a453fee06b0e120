"""`python -m benchmarks.repair.projects PROJECT FILE COMMAND`: one-edit bugs seeded in somebody else's project.

The faults are made on the text, with no part of the search that is to find them: an operator, a number, a condition, a
name, an argument order, a lost statement. A bug counts when COMMAND builds the project and fails. Each is given to
`agent fix` in a fresh copy, 60 seconds each; printed is whether the command passes again, and whether the file is what
it was, up to blanks and parentheses.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.repair.languages import ended

MASKED = re.compile(
    r'"""[\s\S]*?"""|//[^\n]*|#(?!\[)[^\n]*|/\*[\s\S]*?\*/|`[^`]*`|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\''
)
"""Comments and texts: no faults are made in them."""
SWAPS = {
    "compare": (
        r"(?<=\s)(<=|>=|<|>|==|!=)(?=\s)",
        {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    ),
    "arithmetic": (r"(?<=[\w\)\]] )([+\-*/])(?= [\w\(])", {"+": "-", "-": "+", "*": "+", "/": "*"}),
    "augmented": (r"(?<=\s)(\+=|-=)(?=\s)|\+\+|--", {"+=": "-=", "-=": "+=", "++": "--", "--": "++"}),
    "boolean": (r"(?<=\s)(and|or|&&|\|\|)(?=\s)", {"and": "or", "or": "and", "&&": "||", "||": "&&"}),
    "truth": (r"\b(True|False|true|false)\b", {"True": "False", "False": "True", "true": "false", "false": "true"}),
    "jump": (r"\b(break|continue)\b", {"break": "continue", "continue": "break"}),
}
BROKEN = re.compile(
    r"could not compile|build failed|setup failed|SyntaxError|IndentationError|errors during collection"
)
OWN_TESTS = re.compile(r"#\[cfg\(test\)\]\s*mod\b")


@dataclass(frozen=True)
class Fault:
    """One seeded bug."""

    kind: str
    line: int
    text: str
    """The whole file with the fault."""


def faults(text: str, python: bool) -> Iterator[Fault]:
    """Every fault that the patterns make of a file."""
    masked = MASKED.sub(lambda m: re.sub(r"[^\n]", "\0", m[0]), text)
    own = OWN_TESTS.search(masked)
    masked = masked[: own.start()] if own else masked

    def made(kind: str, start: int, end: int, new: str) -> Fault:
        return Fault(kind, text.count("\n", 0, start) + 1, text[:start] + new + text[end:])

    for kind, (pattern, others) in SWAPS.items():
        for match in re.finditer(pattern, masked):
            yield made(kind, *match.span(), others[match[0]])
    for match in re.finditer(r"(?<![\w.])\d{1,3}(?![\w.])", masked):
        yield made("number", *match.span(), str(int(match[0]) + 1))
    for match in re.finditer(r"\bif ([^\n{\0:;]+?)( \{|:\n)", masked):
        if "let " not in match[1] and ":=" not in match[1]:
            yield made("negated", *match.span(1), f"!({match[1]})" if "{" in match[2] else f"not ({match[1]})")
    for match in re.finditer(r"(?<=\w)\(([\w.]+), ([\w.]+)\)", masked):
        if match[1] != match[2] and not re.search(r"\b(def|func|fn) [^\n]*$", masked[: match.start()]):
            yield made("arguments", match.start(1), match.end(2), f"{match[2]}, {match[1]}")
    for match in re.finditer(r"(?m)^[ \t]+([\w.\[\]]+ [+\-|]?= [^\n\0({\[]+?;?)$", masked):
        yield made("lost", *match.span(1), "pass" if python else "")
    for match in re.finditer(r"(?m)^[ \t]+return (\w+)\b[^\n]*$", masked):
        names = sorted(
            set(re.findall(r"(?<![\w.])[a-z]\w+(?![\w(])", masked[max(0, match.start() - 400) : match.start()]))
        )
        for name in names[:3]:
            if name != match[1]:
                yield made("name", *match.span(1), name)


def seeded(project: Path, file: str, command: str, count: int, seed: int) -> Iterator[Fault]:
    """Faults with which the command builds and fails, of as many kinds as there are."""
    chooser = random.Random(seed)
    kinds: dict[str, list[Fault]] = {}
    for fault in faults((project / file).read_text(), file.endswith(".py")):
        kinds.setdefault(fault.kind, []).append(fault)
    made = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = _copied(project, Path(folder) / project.name)
        while made < count and kinds:
            for kind in sorted(kinds):
                fault = kinds[kind].pop(chooser.randrange(len(kinds[kind])))
                if not kinds[kind]:
                    del kinds[kind]
                (copy / file).write_text(fault.text)
                done = ended(copy, command)
                if done is not None and done[0] and not BROKEN.search(done[1]):
                    made += 1
                    yield fault
                if made == count:
                    return


def repaired(project: Path, file: str, command: str, fault: Fault, model: str, seconds: float) -> dict[str, object]:
    """What `agent fix` makes of one fault."""
    with tempfile.TemporaryDirectory() as folder:
        copy = _copied(project, Path(folder) / project.name)
        (copy / file).write_text(fault.text)
        subprocess.run("git init -q && git add -A && git commit -qm start", shell=True, cwd=copy, check=True)
        begun = time.monotonic()
        argv = [sys.executable, "-m", "agent", "fix", file, "--test", command, "-m", model]
        argv += ["--timeout", str(seconds), "--yes"]
        fixed = subprocess.run(argv, cwd=copy, capture_output=True, text=True)
        took = time.monotonic() - begun
        after = (copy / file).read_text()
        again = ended(copy, command) if fixed.returncode == 0 else None
    right = (project / file).read_text()
    return {
        "file": f"{project.name}/{file}",
        "line": fault.line,
        "kind": fault.kind,
        "passes": again is not None and again[0] == 0,
        "same": re.sub(r"[\s()]", "", after) == re.sub(r"[\s()]", "", right),
        "seconds": round(took, 1),
    }


def _copied(project: Path, place: Path) -> Path:
    shutil.copytree(project, place, ignore=shutil.ignore_patterns(".git"), symlinks=True)
    return place


def main() -> None:
    """Read the command line, seed, repair, count."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repair.projects", description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("file")
    parser.add_argument("command")
    parser.add_argument("--bugs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="none")
    parser.add_argument("--seconds", type=float, default=60.0, help="for one repair")
    parser.add_argument("--out", type=Path, help="a file of JSON lines, one for each repair; they are added")
    args = parser.parse_args()
    project = args.project.resolve()
    rows = []
    for fault in seeded(project, args.file, args.command, args.bugs, args.seed):
        row = repaired(project, args.file, args.command, fault, args.model, args.seconds)
        rows.append(row)
        print(json.dumps(row), flush=True)
        if args.out:
            with args.out.open("a") as file:
                file.write(json.dumps(row) + "\n")
    passed, same = (sum(bool(row[key]) for row in rows) for key in ("passes", "same"))
    print(f"{len(rows)} bugs, {passed} pass the command again, {same} are what the file was")


if __name__ == "__main__":
    main()
