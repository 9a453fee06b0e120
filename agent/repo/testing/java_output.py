"""Reading Maven and Gradle (their XML reports, else Surefire's text), javac's errors and Java stack traces."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

from agent.repo.testing import Failure, Outcome
from agent.repo.testing.places import inside, named, short

_REPORTS = (
    "target/surefire-reports/TEST-*.xml",
    "target/failsafe-reports/TEST-*.xml",
    "build/test-results/*/TEST-*.xml",
)
_MAX_REPORT = 20_000_000


def read_maven(root: Path, output: str) -> Outcome | None:
    """Surefire's summary as text."""
    totals = re.findall(
        r"^(?:\[\w+\] )?Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)\s*$", output, re.MULTILINE
    )
    broken = javac_errors(root, output)
    if not totals and not broken:
        return None
    run, failures, errors, skipped = (sum(int(t[i]) for t in totals) for i in range(4))
    found: list[Failure] = []
    section = ""
    for line in output.split("\n"):
        text = re.sub(r"^\[\w+\]\s*", "", line).strip()
        if text in ("Failures:", "Errors:"):
            section = text
        elif section and re.match(r"[\w.$]+(?:\[.*\])?[.:]\S*.* ?", text) and not text.startswith("Tests run:"):
            match = re.match(r"([\w$]+)\.([\w$]+)(?:\(.*?\))?(?:->\S+)?:(\d+)(?:->\S+)? (.*)$", text)
            if match:
                path = named(root, f"{match[1].partition('$')[0]}.java") or ""
                kind = "failed" if section == "Failures:" else "error"
                found.append(Failure(f"{match[1]}.{match[2]}", path, int(match[3]), short([match[4]]), kind, path))
        elif text.startswith("Tests run:") or not text:
            section = ""
    if broken:
        return Outcome(None, len(broken), None, len(broken), tuple(broken))
    return Outcome(run - failures - errors - skipped, failures + errors, skipped, errors, tuple(found), run == 0)


def read_reports(root: Path, since: float) -> Outcome | None:
    """The JUnit XML reports that were written since a time (seconds of the epoch); None when there are none."""
    reports = [p for folder in (root, *_modules(root)) for pattern in _REPORTS for p in folder.glob(pattern)]
    fresh = [p for p in dict.fromkeys(reports) if p.stat().st_mtime >= since - 1 and p.stat().st_size < _MAX_REPORT]
    numbers = [0, 0, 0, 0]
    failures: list[Failure] = []
    for report in sorted(fresh):
        try:
            # Written by the project's own build a moment ago; expat does not read external entities.
            suite = ElementTree.parse(report).getroot()
        except (ElementTree.ParseError, OSError):
            continue
        for case in suite.iter("testcase"):
            numbers[0] += 1
            bad = next((e for e in case if e.tag in ("failure", "error")), None)
            if bad is not None:
                numbers[1 if bad.tag == "failure" else 2] += 1
                failures.append(_from_report(root, case, bad))
            elif any(e.tag == "skipped" for e in case):
                numbers[3] += 1
    if not fresh:
        return None
    run, failed, errors, skipped = numbers
    return Outcome(run - failed - errors - skipped, failed + errors, skipped, errors, tuple(failures), run == 0)


def _modules(root: Path) -> Iterable[Path]:
    return [p.parent for name in ("pom.xml", "build.gradle", "build.gradle.kts") for p in root.glob(f"*/{name}")]


def _from_report(root: Path, case: ElementTree.Element, bad: ElementTree.Element) -> Failure:
    trace = (bad.text or "").split("\n")
    path, line = java_frame(root, trace)
    said = bad.get("message") or (trace[0] if trace else "")
    kind_of_error = (bad.get("type") or "").rpartition(".")[2]
    if bad.tag == "error" or "Assert" not in kind_of_error:
        said = f"{kind_of_error}: {said}" if kind_of_error and kind_of_error not in said else said
    name = f"{(case.get('classname') or '').rpartition('.')[2]}.{case.get('name', '')}".removesuffix("()")
    test_path = named(root, f"{(case.get('classname') or '').rpartition('.')[2].partition('$')[0]}.java") or ""
    # An assertion is thrown inside the library, so that the first frame of the project is the test's own line.
    kind = "failed" if bad.tag == "failure" else "error"
    return Failure(name, path or test_path, line, short(said.split("\n")), kind, test_path)


def java_frame(root: Path, lines: Iterable[str]) -> tuple[str, int]:
    """The innermost frame of a stack trace that lies in the project."""
    for text in lines:
        match = re.match(r"\s*at (?:[\w.$/@-]+/)?([\w.$<>]+)\((\w+\.(?:java|kt|scala|groovy)):(\d+)\)", text)
        if match and not match[1].startswith(("java.", "jdk.", "sun.", "org.junit", "org.testng", "org.hamcrest")):
            package = match[1].split(".")[:-2]
            path = inside(root, "/".join([*package, match[2]])) or named(root, match[2], "/".join(package))
            if path:
                return path, int(match[3])
    return "", 0


def javac_errors(root: Path, output: str) -> list[Failure]:
    """Errors of javac and kotlinc, by themselves or as Maven and Gradle show them."""
    found: dict[tuple[str, int], Failure] = {}
    patterns = (
        r"^(?:\[ERROR\] )?(\S+\.(?:java|kt)):\[(\d+),\d+\] (?:error: )?(.+)$",
        r"^(?:e: )?(?:file://)?(\S+\.(?:java|kt)):(\d+)(?::\d+)?:? (?:error: )?(.+)$",
    )
    for pattern in patterns:
        for match in re.finditer(pattern, output, re.MULTILINE):
            if "error" not in match[0].lower() and not match[0].startswith("e: "):
                continue
            path = inside(root, match[1]) or named(root, match[1].rpartition("/")[2]) or ""
            if path:
                found.setdefault((path, int(match[2])), Failure(path, path, int(match[2]), short([match[3]]), "error"))
    return list(found.values())


def read_stack_trace(root: Path, output: str, name: str) -> Failure | None:
    """An uncaught Java exception in any output."""
    match = re.search(
        r"^(?:Exception in thread \"[^\"]*\" )?((?:[\w$]+\.)+[\w$]*(?:Error|Exception|Failure)\b.*)\n((?:\s+at .*\n?|\s*\.\.\. .*\n?)+)",  # noqa: E501
        output,
        re.MULTILINE,
    )
    if match is None:
        return None
    cause = re.findall(r"^Caused by: (.*)\n((?:\s+at .*\n?)+)", output[match.end() :], re.MULTILINE)
    said, frames = cause[-1] if cause else (match[1], match[2])
    path, line = java_frame(root, frames.split("\n"))
    said = re.sub(r"^(?:[\w$]+\.)+(?=[\w$]+(?:Error|Exception|Failure))", "", said)
    return Failure(name, path, line, short([said]), "failed" if "Assertion" in said else "error", path)
