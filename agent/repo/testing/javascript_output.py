"""Reading what node:test (TAP and spec), Jest, Vitest and Mocha print."""

from __future__ import annotations

import re
from pathlib import Path

from agent.repo.testing import Failure, Outcome
from agent.repo.testing.places import inside, short

_FRAME = re.compile(r"(?:\(|at (?:async )?|❯ (?:.* )?|^\s*)((?:file://)?[^\s():]+\.[cm]?[jt]sx?):(\d+)(?::\d+)?\)?\s*$")
_NOISE = re.compile(r"^\s*(?:at |[>|]?\s*\d+ ?\||\||\^|❯|generatedMessage|code: |operator: |actual: |expected: |\}$|⎯)")


def _place(root: Path, lines: list[str]) -> tuple[str, int]:
    """The innermost frame in the project: JavaScript prints it first."""
    for line in lines:
        match = _FRAME.search(line)
        found = inside(root, match[1]) if match else None
        if match and found:
            return found, int(match[2])
    return "", 0


def _message(lines: list[str]) -> str:
    """The error and its values, without frames, code extracts and the words that every assertion has."""
    kept = []
    for line in lines:
        text = line.strip()
        if re.match(r"at .*:\d+|at .*\(.*\)$", text) or text.startswith(("❯", "⎯")):
            break
        if not text or _NOISE.match(line) or text in ("+ expected - actual", "- Expected", "+ Received"):
            continue
        if re.match(r"[-+] (?:Expected|Received)\s+[-+] \d+$", text) or text == "+ actual - expected":
            continue
        kept.append(re.sub(r"^\s*(\w*Error) \[\w+\]: ", r"\1: ", line.rstrip()))
    values = [t for t in kept[1:] if re.match(r"\s*[-+](?:\s|\d)", t)]
    structure = [t for t in kept[1:] if t not in values]
    # Of a printed structure only the differing lines tell; short messages stay whole.
    chosen = kept if len(kept) <= 4 else [kept[0], *(values or structure)]
    chosen = [re.sub(r" // Object\.is equality$", "", t) for t in chosen]
    chosen = [re.sub(r"\s+", " ", t.strip()) for t in chosen]
    if len(chosen) > 1 and re.search(r"Expected values to be (?:strictly|loosely) (?:deep-)?equal:$", chosen[0]):
        chosen = chosen[1:]
    return short(chosen)


def read_node(root: Path, output: str) -> Outcome | None:
    """The test runner of Node itself."""
    numbers = {
        m[1]: int(m[2])
        for m in re.finditer(r"^[#ℹ] (tests|pass|fail|cancelled|skipped|todo) (\d+)$", output, re.MULTILINE)
    }
    if not {"tests", "pass", "fail"} <= numbers.keys():
        return None
    failures = _tap(root, output) if re.search(r"^\s*(?:not )?ok \d+ ", output, re.MULTILINE) else _spec(root, output)
    failed = numbers["fail"] + numbers.get("cancelled", 0)
    skipped = numbers.get("skipped", 0) + numbers.get("todo", 0)
    return Outcome(numbers["pass"], failed, skipped, None, tuple(failures), numbers["tests"] == 0)


def _tap(root: Path, output: str) -> list[Failure]:
    failures = []
    above: list[tuple[int, str]] = []
    lines = output.split("\n")
    for i, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        started = re.match(r"\s*# Subtest: (.*)$", line)
        if started:
            above = [(d, n) for d, n in above if d < indent] + [(indent, started[1])]
            continue
        match = re.match(r"\s*not ok \d+ - (.*?)(?: # (?:TODO|SKIP).*)?$", line)
        if not match:
            continue
        block = []
        for text in lines[i + 1 :]:
            if text.strip() == "...":
                break
            block.append(text)
        joined = "\n".join(block)
        if re.search(r"failureType: '(?:subtestsFailed|cancelledByParent)'", joined):
            continue
        parents = [n for d, n in above if d < indent]
        failures.append(_tap_failure(root, " > ".join([*parents, match[1]]), block))
    return failures


def _tap_failure(root: Path, name: str, block: list[str]) -> Failure:
    fields = _yaml(block)
    place = _place(root, fields.get("stack", []))
    location = re.match(r"'?(.*?):(\d+):\d+'?$", " ".join(fields.get("location", [])))
    test_path = (inside(root, location[1]) if location else None) or ""
    path, number = place if place[0] else (test_path, int(location[2]) if location else 0)
    error = [t for t in fields.get("error", []) if t.strip()]
    kind_of_error = " ".join(fields.get("name", [])).strip("'\"")
    code = " ".join(fields.get("code", [])).strip("'\"")
    kind = "failed" if code == "ERR_ASSERTION" else "error"
    if len(error) == 1:
        error = [error[0].strip().strip("'\"").replace("\\n", "\n")]
        if kind_of_error and kind_of_error != "AssertionError":
            error[0] = f"{kind_of_error}: {error[0]}"
        elif fields.get("expected") and fields.get("actual"):
            error.append(
                f"expected {' '.join(fields['expected']).strip()}, actual {' '.join(fields['actual']).strip()}"
            )
    return Failure(name, path, number, _message(error), kind, test_path)


def _yaml(block: list[str]) -> dict[str, list[str]]:
    """The fields of TAP's diagnostic block; enough of YAML for what Node writes."""
    base = min((len(t) - len(t.lstrip()) for t in block if t.strip()), default=0)
    fields: dict[str, list[str]] = {}
    current = ""
    for text in block:
        match = re.match(r"(\w+): ?(.*)$", text[base:])
        if match:
            current = match[1]
            fields[current] = [] if match[2] in ("|-", "|", "") else [match[2]]
        elif current:
            fields[current].append(text[base + 2 :])
    return fields


def _spec(root: Path, output: str) -> list[Failure]:
    failures = []
    summary = output.rpartition("✖ failing tests:")[2]
    for block in re.split(r"^test at ", summary, flags=re.MULTILINE)[1:]:
        lines = block.split("\n")
        location = re.match(r"(.*?):(\d+):\d+", lines[0])
        name = re.sub(r"^✖ | \([\d.]+ms\)$", "", lines[1].strip()) if len(lines) > 1 else ""
        test_path = (inside(root, location[1]) if location else None) or ""
        path, number = _place(root, lines[2:])
        if not path and location:
            path, number = test_path, int(location[2])
        kind = "failed" if "ERR_ASSERTION" in block else "error"
        failures.append(Failure(name, path, number, _message(lines[2:]), kind, test_path))
    return failures


def read_jest(root: Path, output: str) -> Outcome | None:
    """Jest."""
    match = re.search(r"^Tests:\s+(.*?)(\d+) total$", output, re.MULTILINE)
    if match is None:
        return None
    numbers = {word: int(n) for n, word in re.findall(r"(\d+) (failed|passed|skipped|todo)", match[1])}
    body = re.split(r"^Summary of all failing tests$", output, flags=re.MULTILINE)[-1]
    failures = []
    for part in re.split(r"^(?:FAIL|PASS) ", body, flags=re.MULTILINE)[1:]:
        file = part.partition("\n")[0].split(" (")[0].strip()
        test_path = inside(root, file) or ""
        for block in re.split(r"^  ● ", part, flags=re.MULTILINE)[1:]:
            title, _, rest = block.partition("\n")
            failures.append(_jest_failure(root, title, rest.split("\n"), file, test_path))
    broken = sum(1 for f in failures if f.name == f.test_path)
    skipped = numbers.get("skipped", 0) + numbers.get("todo", 0)
    failed = numbers.get("failed", 0) + broken
    return Outcome(numbers.get("passed", 0), failed, skipped, broken, tuple(failures), not int(match[2]) and not broken)


def _jest_failure(root: Path, title: str, lines: list[str], file: str, test_path: str) -> Failure:
    broken = title.strip() == "Test suite failed to run"
    if broken and "    Details:" in lines:  # everything before is advice
        lines = lines[lines.index("    Details:") + 1 :]
    path, number = _place(root, lines)
    syntax = re.search(r"(\S+\.[cm]?[jt]sx?): .*\((\d+):\d+\)", "\n".join(lines[:6])) if broken else None
    if syntax and inside(root, syntax[1]):
        path, number = inside(root, syntax[1]) or "", int(syntax[2])
    head = _message(lines)
    head = re.sub(r"^expect\(received\)\..*\n(?=.)", "", head)
    name = test_path or file if broken else title.strip().replace(" › ", " > ")
    kind = "error" if broken or re.match(r"\w*Error", head) else "failed"
    return Failure(name, path or test_path, number, head, kind, test_path)


def read_vitest(root: Path, output: str) -> Outcome | None:
    """Vitest."""
    match = re.search(r"^\s+Tests\s+(.*?)(?:\s\((\d+)\))?$", output, re.MULTILINE)
    files = re.search(r"^\s+Test Files\s+(.*?)\s\(\d+\)$", output, re.MULTILINE)
    if files is None or match is None:
        return None
    numbers = {word: int(n) for n, word in re.findall(r"(\d+) (failed|passed|skipped|todo)", match[1])}
    failures = []
    broken = 0
    for block in re.split(r"^ FAIL  ", output, flags=re.MULTILINE)[1:]:
        title, _, rest = block.partition("\n")
        lines = rest.split("\n")
        end = next((i for i, t in enumerate(lines) if t.startswith("⎯⎯")), len(lines))
        suite = " > " not in title
        parts = [p.strip() for p in re.sub(r" \[.*\]$", "", title).split(" > ")]
        test_path = inside(root, parts[0].split("|")[-1].strip()) or ""
        path, number = _place(root, [t for t in lines[:end] if t.lstrip().startswith("❯")])
        broken += suite
        head = re.sub(r"^AssertionError: (?=expected )", "", _message(lines[:end]))
        head = head.partition("\n")[0] if re.match(r"expected .{1,120} to ", head) else head
        name = " > ".join(parts[1:]) if len(parts) > 1 else parts[0]
        kind = "error" if suite or re.match(r"(?!Assertion)\w*Error", head) else "failed"
        failures.append(Failure(name, path or test_path, number, head, kind, test_path))
    failed = numbers.get("failed", 0) + broken
    skipped = numbers.get("skipped", 0) + numbers.get("todo", 0)
    return Outcome(numbers.get("passed", 0), failed, skipped, broken, tuple(failures), not numbers and not broken)


def read_mocha(root: Path, output: str) -> Outcome | None:
    """Mocha's spec reporter."""
    passing = re.search(r"^  (\d+) passing\b", output, re.MULTILINE)
    if passing is None:
        return None
    failing = re.search(r"^  (\d+) failing$", output, re.MULTILINE)
    pending = re.search(r"^  (\d+) pending$", output, re.MULTILINE)
    failures = []
    details = output[failing.end() :] if failing else ""
    for block in re.split(r"^  \d+\) ", details, flags=re.MULTILINE)[1:]:
        lines = block.split("\n")
        names: list[str] = []
        rest: list[str] = []
        for i, line in enumerate(lines):
            names.append(line.strip().removesuffix(":"))
            if line.rstrip().endswith(":"):
                rest = lines[i + 1 :]
                break
        cut = next((i for i, t in enumerate(rest) if t.strip() == "+ expected - actual"), None)
        path, number = _place(root, rest)
        head = _message(rest if cut is None else rest[:cut])
        kind = "failed" if "AssertionError" in block else "error"
        failures.append(Failure(" > ".join(names), path, number, head, kind, path))
    return Outcome(
        int(passing[1]), int(failing[1]) if failing else 0, int(pending[1]) if pending else 0, None, tuple(failures)
    )


def read_thrown(root: Path, output: str, name: str) -> Failure | None:
    """An uncaught error in the output of a script that was run by itself; also a syntax error."""
    match = re.search(
        r"^(?:Uncaught )?(\w*Error(?: \[\w+\])?: [\s\S]*?)(?=\n\s+at |\n\nNode\.js v|\Z)", output, re.MULTILINE
    )
    if match is None or not re.search(r"^\s+at .*:\d+|^Node\.js v", output, re.MULTILINE):
        return None
    rest = output[match.start() :].split("\n")
    path, number = _place(root, rest)
    loaded = re.match(r"(?:file://)?(\S+?):(\d+)\n", output[: match.start()].lstrip())
    if loaded and match[1].startswith("SyntaxError") and inside(root, loaded[1]):
        path, number = inside(root, loaded[1]) or "", int(loaded[2])
    head = _message(match[1].split("\n"))
    return Failure(name, path, number, head, "failed" if "ERR_ASSERTION" in match[0] else "error", path)
