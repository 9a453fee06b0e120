"""Reading what pytest and unittest print, and Python tracebacks from any other command."""

from __future__ import annotations

import re
from pathlib import Path

from agent.repo.testing import Failure, Outcome
from agent.repo.testing.places import inside, short

_COUNT = re.compile(
    r"^=*\s*((?:\d+ (?:passed|failed|skipped|errors?|xfailed|xpassed|deselected|warnings?|rerun|subtests passed|"
    r"subtests failed)(?:, )?)+|no tests (?:ran|collected))[^\n]* in [\d.]+s",
    re.MULTILINE,
)
_HEADER = re.compile(r"^_{3,} (.+?) _{3,}$")
_NODE = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - (.*))?$", re.MULTILINE)
_SECTION = re.compile(r"^={3,} (.+?) ={3,}$")
_PLACE = re.compile(r"^([^\s:][^:\n]*\.\w+):(\d+): ?(.*)$")
_FILE = re.compile(r'^(?:E\s+)?\s*File "([^"]+)", line (\d+)')


def read_pytest(root: Path, output: str) -> Outcome | None:
    """pytest's counts and failures; None when this is not its output."""
    counts = list(_COUNT.finditer(output))
    if not counts:
        return None
    numbers = {"passed": 0, "failed": 0, "skipped": 0, "error": 0}
    for number, word in re.findall(r"(\d+) (\w+)", counts[-1][1]):
        key = {"errors": "error", "xfailed": "skipped", "xpassed": "passed"}.get(word, word)
        if key in numbers:
            numbers[key] += int(number)
    failures = _pytest_failures(root, output)
    nothing = not any(numbers.values())
    return Outcome(
        numbers["passed"],
        numbers["failed"] + numbers["error"],
        numbers["skipped"],
        numbers["error"],
        tuple(failures),
        nothing,
    )


def _pytest_failures(root: Path, output: str) -> list[Failure]:
    nodes = [(m[1], m[2] or "") for m in _NODE.finditer(output)]
    blocks = _blocks(output)
    failures: list[Failure] = []
    taken: set[int] = set()
    for title, body in blocks:
        kind = "error" if title.startswith("ERROR") else "failed"
        plain = re.sub(r"^ERROR (?:collecting|at (?:setup|teardown) of) ", "", title)
        number = next((i for i, (node, _) in enumerate(nodes) if i not in taken and _same_test(node, plain)), None)
        node = nodes[number][0] if number is not None else plain
        if number is not None:
            taken.add(number)
        failures.append(_pytest_failure(root, node, body, kind))
    for i, (node, reason) in enumerate(nodes):
        if i not in taken and not any(f.name == node for f in failures):
            path = node.partition("::")[0]
            failures.append(Failure(node, inside(root, path) or "", 0, short([reason]), "failed", path))
    return failures


def _same_test(node: str, title: str) -> bool:
    path, _, rest = node.partition("::")
    return rest.replace("::", ".") == title or (not rest and path == title)


def _blocks(output: str) -> list[tuple[str, list[str]]]:
    """The parts of the FAILURES and ERRORS sections, each with its title."""
    blocks: list[tuple[str, list[str]]] = []
    reading = False
    for line in output.split("\n"):
        section = _SECTION.match(line)
        if section:
            reading = section[1] in ("FAILURES", "ERRORS")
            continue
        header = _HEADER.match(line) if reading else None
        if header:
            blocks.append((header[1], []))
        elif reading and blocks:
            blocks[-1][1].append(line)
    return blocks


def _pytest_failure(root: Path, node: str, body: list[str], kind: str) -> Failure:
    captured = next((i for i, line in enumerate(body) if re.match(r"-{3,} Captured ", line)), len(body))
    body = body[:captured]
    path, line = "", 0
    for text in body:
        match = _PLACE.match(text) or _FILE.match(text)
        if match:
            found = inside(root, match[1])
            if found:
                path, line = found, int(match[2])
    errors = [text[1:] for text in body if text.startswith("E ") or text == "E"]
    first = errors[0].strip() if errors else ""
    if re.match(r"(?:\w+\.)*\w*(?:Error|Exception|Warning|Interrupt|Exit|Failed)\b", first) and not first.startswith(
        ("AssertionError", "Failed: ")
    ):
        kind = "error"
    statement = _statement(body)
    head = short(_told(errors))
    if not head and "Expected:" in body:  # a doctest
        start = body.index("Expected:")
        head = short([re.sub(r"^\d+ ", "", body[start - 1]), *body[start : start + 4]])
    if not head:
        head = short([t for t in body if t.strip() and not _PLACE.match(t)][-3:])
    if (
        statement
        and not _SYNTAX.search(head)
        and not head.startswith("assert ")
        and "\nassert " not in head
        and len(statement) < 120
    ):
        head = f"{statement}\n{head}"
    test_path = inside(root, node.partition("::")[0]) or ""
    return Failure(node, path or test_path, line, head, kind, test_path)


def _statement(body: list[str]) -> str:
    """The innermost line of code that pytest shows: marked with `>`, or (`--tb=short`) under its place."""
    marked = next((t[1:].strip() for t in reversed(body) if t.startswith(">")), "")
    if marked:
        return marked
    places = [i for i, t in enumerate(body) if _PLACE.match(t) and i + 1 < len(body) and body[i + 1].startswith("    ")]
    return body[places[-1] + 1].strip() if places else ""


def _told(errors: list[str]) -> list[str]:
    """The lines of pytest's explanation that carry the values, without the long diff."""
    dedent = min((len(e) - len(e.lstrip()) for e in errors if e.strip()), default=0)
    lines = [e[dedent:].rstrip() for e in errors]
    # A chain of exceptions ends with the one that was raised; a syntax error begins with its file.
    last = max((i for i, text in enumerate(lines) if re.match(r"(?:\w+\.)*\w+(?:Error|Exception)\b", text)), default=0)
    kept: list[str] = []
    if lines and _SYNTAX.match(lines[last]):  # the line that does not parse stands between its place and the error
        file = max((i for i, t in enumerate(lines[:last]) if t.lstrip().startswith("File ")), default=last)
        kept = [t.strip() for t in lines[file + 1 : last] if t.strip(" ^~")][:1]
    for text in lines[last:]:
        if re.match(r"\s*Full diff", text):
            break
        if re.match(r"\s*(?:Use -v|\.\.\.|\?)", text) or not text.strip():
            continue
        kept.append(text)
        if len(kept) >= 5:
            break
    return kept


_RAN = re.compile(r"^Ran (\d+) tests? in [\d.]+s$", re.MULTILINE)
_VERDICT = re.compile(r"^(OK|FAILED|NO TESTS RAN)(?: \(([^)]*)\))?$", re.MULTILINE)
_UNITTEST_HEAD = re.compile(r"^(FAIL|ERROR|UNEXPECTED SUCCESS): (.+)$")


def read_unittest(root: Path, output: str) -> Outcome | None:
    """unittest's counts and failures; None when this is not its output."""
    ran = list(_RAN.finditer(output))
    if not ran:
        return None
    total = sum(int(m[1]) for m in ran)
    numbers = {"failures": 0, "errors": 0, "skipped": 0, "expected failures": 0, "unexpected successes": 0}
    for verdict in _VERDICT.finditer(output, ran[0].start()):
        for name, number in re.findall(r"([a-z ]+)=(\d+)", verdict[2] or ""):
            numbers[name.strip()] = numbers.get(name.strip(), 0) + int(number)
    failed = numbers["failures"] + numbers["errors"] + numbers["unexpected successes"]
    skipped = numbers["skipped"] + numbers["expected failures"]
    return Outcome(
        max(0, total - failed - skipped),
        failed,
        skipped,
        numbers["errors"],
        tuple(_unittest_failures(root, output)),
        total == 0,
    )


def _unittest_failures(root: Path, output: str) -> list[Failure]:
    failures = []
    for block in re.split(r"^={60,}$", output, flags=re.MULTILINE)[1:]:
        lines = block.strip("\n").split("\n")
        head = _UNITTEST_HEAD.match(lines[0])
        if head is None:
            continue
        body: list[str] = []
        for line in lines[1:]:
            if re.match(r"^-{60,}$", line):
                if body:
                    break
                continue
            body.append(line)
        name = re.sub(r"^(\w+) \(([\w.]*?)\.?\1?\)(.*)$", r"\2.\1\3", head[2])
        failures.append(_from_traceback(root, name, body, "failed" if head[1] == "FAIL" else "error"))
    return failures


def _from_traceback(root: Path, name: str, body: list[str], kind: str) -> Failure:
    path, line, statement, test_path = "", 0, "", ""
    for number, text in enumerate(body):
        match = _FILE.match(text)
        found = inside(root, match[1]) if match else None
        if match and found:
            path, line = found, int(match[2])
            test_path = test_path or found
            statement = body[number + 1].strip() if number + 1 < len(body) else ""
            if _FILE.match(statement):
                statement = ""
    told = _exception(body)
    if statement and statement not in told and len(statement) < 160:
        told = [statement, *told]
    return Failure(name, path, line, short(told), kind, test_path)


def _exception(body: list[str]) -> list[str]:
    """The last exception of a traceback with the first lines of its message."""
    starts = [
        i
        for i, t in enumerate(body)
        if re.match(r"(?:\w+\.)*\w*(?:Error|Exception|Exit|Interrupt|Warning|Failure)\b(?::|$)", t)
    ]
    if not starts:
        return [t.strip() for t in body if t.strip()][-1:]
    kept: list[str] = []
    for text in body[starts[-1] :]:
        if text.startswith(("First differing", "Stdout:", "Stderr:", "- ", "+ ", "? ", "Diff is")) or (
            kept and not text.strip()
        ):
            break
        kept.append(text)
    return kept[:4]


_SYNTAX = re.compile(r"(?:Syntax|Indentation|Tab)Error\b")
_TRACEBACK = re.compile(r"^Traceback \(most recent call last\):$", re.MULTILINE)


def read_traceback(root: Path, output: str, name: str) -> Failure | None:
    """The last Python traceback in any output, as a failure called `name`; also a bare syntax error."""
    starts = [m.start() for m in _TRACEBACK.finditer(output)]
    if starts:
        lines = output[starts[-1] :].split("\n")
    else:
        match = re.search(
            r'^\s*File "[^"]+", line \d+\n(?:.*\n){0,4}?(?:Syntax|Indentation|Tab)Error: .*', output, re.MULTILINE
        )
        if match is None:
            return None
        lines = match[0].split("\n")
    end = next(
        (i for i, t in enumerate(lines) if i and t and not t[0].isspace() and not t.startswith("Traceback")),
        len(lines) - 1,
    )
    kind = "failed" if "AssertionError" in lines[end] else "error"
    return _from_traceback(root, name, lines[: end + 4], kind)


def read_doctest(root: Path, output: str, name: str) -> Failure | None:
    """The first failed example of `python -m doctest`."""
    match = re.search(
        r'^File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)\nFailed example:\n(?P<rest>(?:    .*\n)+(?:\w.*\n(?:    .*\n)*){0,2})',  # noqa: E501
        output,
        re.MULTILINE,
    )
    if match is None:
        return None
    path = inside(root, match["path"]) or ""
    rest = [t for t in match["rest"].split("\n") if t.strip()]
    head = (
        rest
        if "Traceback" not in match["rest"]
        else [rest[0], *_exception([t.strip() for t in output[match.start() :].split("\n")])]
    )
    return Failure(match["name"] or name, path, int(match["line"]) if path else 0, short(head), "failed", path)
