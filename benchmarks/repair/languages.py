"""`python -m benchmarks.repair.languages check|run|table`: bugs as people make them, in five languages.

Each program of `corpus_languages` is one function with a fault, its right form as a patch, the calls its test makes,
and calls held back. The test is a shell command, as a person gives it; what `agent fix` makes of the file is judged by
that command and then by the held calls. The programs with even numbers are for fitting, the others are held; those in
the files named `_later` were written by another hand when the templates were there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus_languages"
LANGUAGES = ("python", "javascript", "go", "java", "cpp")
SECTIONS = ("right", "shown", "held")


@dataclass(frozen=True)
class Case:
    """One faulty function."""

    language: str
    name: str
    half: str
    """`fit`, `held` or `later`."""
    code: str
    right: str
    shown: tuple[tuple[str, str], ...]
    """(call, expected value) as source text."""
    held: tuple[tuple[str, str], ...]


def cases(language: str) -> list[Case]:
    """The faulty functions of one language, from its text files."""
    first = _read(language, f"{language}.txt")
    halves = ["held" if number % 2 else "fit" for number in range(len(first))]
    later = _read(language, f"{language}_later.txt")
    return [replace(case, half=half) for case, half in zip(first, halves, strict=True)] + later


def _read(language: str, name: str) -> list[Case]:
    parts = re.split(r"^=== (.+)\n", (CORPUS / name).read_text(), flags=re.M)[1:]
    sections: list[dict[str, str]] = []
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        if title in SECTIONS:
            sections[-1][title] = body
        else:
            sections.append({"name": title, "code": body})
    return [
        Case(
            language,
            section["name"],
            "later",
            section["code"],
            patched(section["code"], section["right"]),
            _calls(section["shown"]),
            _calls(section["held"]),
        )
        for section in sections
    ]


def patched(code: str, patch: str) -> str:
    """The code with hunks of `- ` lines replaced by the `+ ` lines that follow them. Raises ValueError."""
    for old, new in re.findall(r"((?:^- ?.*\n)+)((?:^\+ ?.*\n)*)", patch, flags=re.M):
        before, after = (re.sub(r"^[-+] ?", "", lines, flags=re.M) for lines in (old, new))
        if code.count(before) != 1:
            raise ValueError(f"a hunk fits {code.count(before)} times:\n{before}")
        code = code.replace(before, after)
    return code


def _calls(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [line.partition(" -> ")[::2] for line in text.splitlines() if line.strip()]
    return tuple((call, expected) for call, expected in pairs)


def files(case: Case, calls: Sequence[tuple[str, str]], code: str) -> tuple[str, dict[str, str], str]:
    """(target, files, command) in the manner of the language; Java's and C++'s tests tell no values."""
    if case.language == "python":
        checks = "".join(f"assert {call} == {expected}\n" for call, expected in calls)
        return "program.py", {"program.py": code, "check.py": f"from program import *\n\n{checks}"}, "python3 check.py"
    if case.language == "javascript":
        checks = "".join(f"assert.deepStrictEqual({call}, {expected});\n" for call, expected in calls)
        head = f"const assert = require('assert');\nconst {{ {case.name} }} = require('./program');\n"
        text = f"{code}\nmodule.exports = {{ {case.name} }};\n"
        return "program.js", {"program.js": text, "check.js": head + checks}, "node check.js"
    if case.language == "go":
        return _go(code, calls)
    if case.language == "java":
        checks = ",\n".join(f"            Objects.equals(s.{call}, {expected})" for call, expected in calls)
        main = (
            "import java.util.*;\n\npublic class Main {\n    public static void main(String[] args) {\n"
            "        Solution s = new Solution();\n"
            f"        List<Boolean> correct = Arrays.asList(\n{checks}\n        );\n"
            "        if (correct.contains(false)) {\n            throw new AssertionError();\n        }\n    }\n}\n"
        )
        text = f"import java.util.*;\n\nclass Solution {{\n{code}}}\n"
        return "Solution.java", {"Solution.java": text, "Main.java": main}, "javac *.java && java Main"
    # The commas of a braced list are not the macro's.
    checks = "".join(f"    assert(({call}) == {expected});\n" for call, expected in calls)
    head = "#include <bits/stdc++.h>\nusing namespace std;\n\n"
    test = f'#include "program.cpp"\n#include <cassert>\n\nint main() {{\n{checks}}}\n'
    return "program.cpp", {"program.cpp": head + code, "check.cpp": test}, "g++ -o check check.cpp && ./check"


def _go(code: str, calls: Sequence[tuple[str, str]]) -> tuple[str, dict[str, str], str]:
    checks = "".join(
        f"\tif got := {call}; !reflect.DeepEqual(got, {expected}) {{\n"
        f'\t\tt.Errorf("{call.replace(chr(34), chr(39))}: got %v, want %v", got, {expected})\n\t}}\n'
        for call, expected in calls
    )
    needs = "".join(f'import "{name}"\n' for name in ("math", "sort", "strings") if f"{name}." in code)
    test = (
        f'package program\n\nimport (\n\t"reflect"\n\t"testing"\n)\n\nfunc TestProgram(t *testing.T) {{\n{checks}}}\n'
    )
    texts = {
        "program.go": f"package program\n\n{needs}\n{code}",
        "program_test.go": test,
        "go.mod": "module program\n\ngo 1.21\n",
    }
    return "program.go", texts, "go test ./..."


def repair(case: Case, model: str, seconds: float) -> dict[str, Any]:
    """Run `agent fix` on one case in a fresh repository; what came of it."""
    target, texts, command = files(case, case.shown, case.code)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in texts.items():
            (root / name).write_text(text)
        subprocess.run("git init -q && git add -A && git commit -qm start", shell=True, cwd=root, check=True)
        begun = time.monotonic()
        argv = [sys.executable, "-m", "agent", "fix", target, "--test", command, "-m", model]
        argv += ["--timeout", str(seconds), "--yes", "--json"]
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        ended = subprocess.run(argv, cwd=root, env=env, capture_output=True, text=True, timeout=seconds * 3 + 60)
        took = time.monotonic() - begun
        after = (root / target).read_text()
        plausible = ended.returncode == 0 and _passes(root, command)
        correct = False
        if plausible:
            for name, text in files(case, case.held, case.code)[1].items():
                if name != target:
                    (root / name).write_text(text)
            correct = _passes(root, command)
    return {
        "model": model,
        "language": case.language,
        "name": case.name,
        "half": case.half,
        "plausible": plausible,
        "correct": correct,
        "seconds": round(took, 1),
        "exit": ended.returncode,
        "said": ended.stdout[-3000:] + ended.stderr[-1000:],
        "after": after,
    }


def check(case: Case) -> str:
    """What is wrong with a case itself: the fault must fail the test, the right form must pass both; "" if nothing."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for code, calls, expected in ((case.code, case.shown, False), (case.right, case.shown + case.held, True)):
            _, texts, command = files(case, calls, code)
            for name, text in texts.items():
                (root / name).write_text(text)
            if _passes(root, command, 20) != expected:
                return "the right form fails" if expected else "the fault passes"
    return ""


def _passes(root: Path, command: str, seconds: float = 60) -> bool:
    done = ended(root, command, seconds)
    return done is not None and done[0] == 0


def ended(root: Path, command: str, seconds: float = 60) -> tuple[int, str] | None:
    """Exit code and output of a command line; None when it did not end in time, and was ended with all it started."""
    process = subprocess.Popen(
        command,
        shell=True,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.communicate()
    return process.returncode, output


def chosen(args: argparse.Namespace) -> list[Case]:
    """The cases that the command line asks for."""
    every = [case for language in args.language or LANGUAGES for case in cases(language)]
    return [c for c in every if args.only in c.name and args.half in (c.half, "all")]


def run(args: argparse.Namespace) -> None:
    """Repair what has no row in the output file yet, for at most so many seconds."""
    begun = time.monotonic()
    done = {(row["model"], row["language"], row["name"]) for row in _rows(args.out)}
    for case in chosen(args):
        if (args.model, case.language, case.name) in done:
            continue
        if time.monotonic() - begun > args.at_most:
            print("not done yet: run it again")
            return
        row = repair(case, args.model, args.seconds)
        verdict = "ok" if row["correct"] else "PLAUSIBLE" if row["plausible"] else "-"
        print(f"{case.language:11} {case.name:22} {verdict:10} {row['seconds']:6.1f} s", flush=True)
        if args.out:
            with Path(args.out).open("a") as file:
                file.write(json.dumps(row) + "\n")


def table(args: argparse.Namespace) -> None:
    """Count the rows of the output file by language and model."""
    rows = [row for row in _rows(args.out) if args.half in (row["half"], "all")]
    print("| | model | functions | pass the test | right | median seconds |\n|---|---|---|---|---|---|")
    for language in LANGUAGES:
        for model in dict.fromkeys(row["model"] for row in rows):
            part = [row for row in rows if row["language"] == language and row["model"] == model]
            if part:
                counts = [len(part), sum(row["plausible"] for row in part), sum(row["correct"] for row in part)]
                middle = statistics.median(row["seconds"] for row in part)
                print(f"| {language} | {model} | {counts[0]} | {counts[1]} | {counts[2]} | {middle:.0f} |")


def _rows(out: str) -> list[dict[str, Any]]:
    path = Path(out)
    return [json.loads(line) for line in path.read_text().splitlines()] if out and path.exists() else []


def main() -> None:
    """Read the command line, and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repair.languages", description=__doc__)
    parser.add_argument("what", choices=("check", "run", "table"))
    parser.add_argument("--language", action="append", default=[], choices=LANGUAGES)
    parser.add_argument("--half", choices=("fit", "held", "later", "all"), default="all")
    parser.add_argument("--only", default="", help="names that hold this")
    parser.add_argument("--model", default="none")
    parser.add_argument("--seconds", type=float, default=60.0, help="for one repair")
    parser.add_argument("--at-most", type=float, default=1e9, help="begin no further repair after so many seconds")
    parser.add_argument("--out", default="", help="a file of JSON lines, one for each repair")
    args = parser.parse_args()
    if args.what == "run":
        run(args)
    elif args.what == "table":
        table(args)
    else:
        wrong = [(case, reason) for case in chosen(args) if (reason := check(case))]
        for case, reason in wrong:
            print(f"{case.language} {case.name}: {reason}")
        print(f"{len(chosen(args))} cases, {len(wrong)} wrong")
        sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
