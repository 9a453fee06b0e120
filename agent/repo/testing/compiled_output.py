"""Reading what `go test`, `cargo test`, ctest and GoogleTest print, and the errors of compilers."""

from __future__ import annotations

import re
from pathlib import Path

from agent.repo.testing import Failure, Outcome
from agent.repo.testing.places import inside, named, short


def read_go(root: Path, output: str) -> Outcome | None:
    """`go test`, with or without `-v`. Without it passed tests are not counted, since they are not printed."""
    verdicts = re.findall(r"^(?:ok|FAIL|---|\?)\s+(\S+)\s+(?:[\d.]+s|\(cached\)|\[[\w ]+\])", output, re.MULTILINE)
    tests = re.findall(r"^(\s*)--- (PASS|FAIL|SKIP): (\S+)", output, re.MULTILINE)
    if not verdicts and not tests:
        return None
    names = [name for _, _, name in tests]
    leaves = [(v, n) for _, v, n in tests if not any(o.startswith(f"{n}/") for o in names)]
    failures = _go_failures(root, output, [n for v, n in leaves if v == "FAIL"])
    broken = [_compile_error(root, p) for p in _go_build_errors(output)]
    failures += broken
    verbose = "=== RUN" in output
    passed = sum(v == "PASS" for v, _ in leaves) if verbose else None
    skipped = sum(v == "SKIP" for v, _ in leaves) if verbose else None
    if passed is None and not failures and "no test files" in output and "ok  " not in output:
        return Outcome(0, 0, 0, 0, (), True)
    return Outcome(passed, len(failures), skipped, len(broken), tuple(failures))


def _go_failures(root: Path, output: str, names: list[str]) -> list[Failure]:
    """The lines of each failed test: after `=== RUN` with `-v`, after `--- FAIL` without it."""
    bodies: dict[str, list[str]] = {n: [] for n in names}
    packages = _go_packages(output)
    current = ""
    for line in output.split("\n"):
        started = re.match(r"\s*(?:=== (?:RUN|CONT|NAME)|--- \w+:)\s+(\S+)", line)
        if started:
            current = started[1]
            continue
        if re.match(r"(?:FAIL|ok|PASS|exit status)\b|=== PAUSE", line):
            current = ""
        if current in bodies:
            bodies[current].append(line)
    failures = []
    for name in names:
        body = bodies[name]
        panic = next((i for i, t in enumerate(body) if t.startswith("panic:") or t.startswith("fatal error:")), None)
        if panic is not None:
            path, number = _go_frame(root, body[panic:])
            said = re.sub(r" \[recovered.*", "", body[panic])
            failures.append(Failure(name, path, number, short([said]), "error", path))
            continue
        path, number = "", 0
        head: list[str] = []
        for text in body:
            match = re.match(r"\s*(\S+\.go):(\d+): ?(.*)$", text)
            if match and not path:
                path, number = _in_package(root, match[1], packages.get(name, "")), int(match[2])
            if text.strip():
                head.append(match[3] if match else text.strip())
        failures.append(Failure(name, path, number, short(head), "failed", path))
    return failures


def _go_packages(output: str) -> dict[str, str]:
    """Test → import path, by the verdict line that ends each package's part of the output."""
    found: dict[str, str] = {}
    waiting: list[str] = []
    for line in output.split("\n"):
        test = re.match(r"\s*--- \w+: (\S+)", line)
        verdict = re.match(r"(?:ok|FAIL)\s+(\S+)\s", line)
        if test:
            waiting.append(test[1])
        elif verdict:
            found.update(dict.fromkeys(waiting, verdict[1]))
            waiting = []
    return found


def _in_package(root: Path, name: str, package: str) -> str:
    """Go prints only the file's name: its folder is the end of the package's import path that exists."""
    parts = package.split("/")
    for start in range(len(parts) + 1):
        found = inside(root, "/".join([*parts[start:], name]))
        if found:
            return found
    return named(root, name) or ""


def _go_frame(root: Path, body: list[str]) -> tuple[str, int]:
    for text in body:
        match = re.match(r"\s+(\S+\.go):(\d+)", text)
        found = inside(root, match[1]) if match and "/go/src/" not in match[1] else None
        if match and found:
            return found, int(match[2])
    return "", 0


def _go_build_errors(output: str) -> list[tuple[str, list[str]]]:
    blocks = []
    for match in re.finditer(r"^# (\S+).*\n((?:(?!# |FAIL|ok |---|===).+\n)+)", output, re.MULTILINE):
        blocks.append((match[1], match[2].rstrip("\n").split("\n")))
    return blocks


def _compile_error(root: Path, block: tuple[str, list[str]]) -> Failure:
    name, lines = block
    for text in lines:
        match = re.match(r"(?:vet: )?(\S+?\.\w+):(\d+)(?::\d+)?: (.*)$", text)
        if match:
            return Failure(name, _in_package(root, match[1], name), int(match[2]), short([match[3]]), "error")
    return Failure(name, "", 0, short(lines), "error")


def read_cargo(root: Path, output: str) -> Outcome | None:
    """`cargo test`, all its binaries and the documentation tests added up."""
    results = re.findall(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;", output, re.MULTILINE)
    errors = read_rustc(root, output)
    if not results and not errors:
        return None
    failures = []
    for match in re.finditer(
        r"^---- (.+?) stdout ----\n(.*?)(?=^---- .+? stdout ----$|^failures:$|\Z)", output, re.MULTILINE | re.DOTALL
    ):
        failures.append(_cargo_failure(root, match[1], match[2]))
    passed, failed, ignored = (sum(int(r[i]) for r in results) for i in range(3))
    if errors:
        return Outcome(passed if results else None, failed + len(errors), ignored, len(errors), (*errors, *failures))
    return Outcome(passed, failed, ignored, 0, tuple(failures), not (passed or failed or ignored))


def _cargo_failure(root: Path, name: str, body: str) -> Failure:
    body = body.partition("stack backtrace:")[0]
    panic = re.search(
        r"panicked at (?:'(?P<old>.*?)', )?(?P<path>[^\s:]+):(?P<line>\d+):\d+:?\n?(?P<rest>(?:.*\n?){0,4})", body
    )
    if panic is None:
        lines = [t for t in body.split("\n") if t.strip() and not t.startswith("note: run with")]
        place = re.search(r" at (\S+?):(\d+):\d+", body)
        path = (inside(root, place[1]) if place else None) or ""
        return Failure(name, path, int(place[2]) if place and path else 0, short(lines), "failed", path)
    path = inside(root, panic["path"]) or ""
    lines = [panic["old"]] if panic["old"] else []
    for text in panic["rest"].split("\n"):
        if not text.strip() or text.startswith(("note:", "stack backtrace")):
            break
        lines.append(text.strip())
    kind = "failed" if lines and lines[0].startswith("assert") else "error"
    return Failure(name, path, int(panic["line"]), short(lines), kind, path)


def read_rustc(root: Path, output: str) -> tuple[Failure, ...]:
    """The compiler's errors, each place once."""
    found: dict[tuple[str, int], Failure] = {}
    for match in re.finditer(
        r"^(error(?:\[E\d+\])?: .+)\n\s*--> (\S+?):(\d+):\d+\n((?:.*\n){0,8})", output, re.MULTILINE
    ):
        path = inside(root, match[2]) or match[2]
        note = re.search(r"\^+ (.+)", match[4])
        head = short([match[1], note[1]] if note else [match[1]])
        found.setdefault((path, int(match[3])), Failure(path, path, int(match[3]), head, "error"))
    return tuple(found.values())


def read_ctest(root: Path, output: str) -> Outcome | None:
    """ctest with `--output-on-failure`."""
    total = re.search(r"^\d+% tests passed, (\d+) tests? failed out of (\d+)$", output, re.MULTILINE)
    if total is None:
        return Outcome(0, 0, 0, 0, (), True) if "No tests were found!!!" in output else None
    failed, number = int(total[1]), int(total[2])
    skipped = len(re.findall(r"\*\*\*(?:Skipped|Not Run \(Disabled\))", output))
    failures: list[Failure] = []
    pattern = r"^ *\d+/\d+ Test +#\d+: (\S+) \.+ *(.*?) +[\d.]+ sec\n(.*?)(?=^ +Start +\d+:|^ *\d+/\d+ Test|^\d+% tests passed)"  # noqa: E501
    for match in re.finditer(pattern, output, re.MULTILINE | re.DOTALL):
        if match[2].startswith("Passed") or "Skipped" in match[2] or "Disabled" in match[2]:
            continue
        inner = read_gtest(root, match[3])
        if inner is not None and inner.failures:
            failures += inner.failures
        else:
            failures.append(_from_text(root, match[1], match[3], match[2].strip("* ")))
    return Outcome(number - failed - skipped, failed, skipped, None, tuple(failures), number == 0)


def _from_text(root: Path, name: str, body: str, verdict: str) -> Failure:
    """A failed program's own words, the line with the assertion first."""
    lines = [t for t in body.split("\n") if t.strip()]
    telling = [
        t
        for t in lines
        if re.search(r"assert|fail|error|expect|mismatch|!=|got|terminate called|what\(\)", t, re.IGNORECASE)
    ]
    path, number = "", 0
    for text in telling or lines:
        match = re.search(r"([\w./+-]+\.\w{1,4})(?::|\()(\d+)", text)
        found = inside(root, match[1]) if match else None
        if match and found:
            path, number = found, int(match[2])
            break
    asserted = next((re.search(r"Assertion [`'](.+)' failed", t) for t in lines if "Assertion" in t), None)
    head = f"assertion failed: {asserted[1]}" if asserted else short(telling[:3] or lines[:3])
    kind = "failed" if asserted or telling else "error"
    return Failure(name, path, number, head or verdict, kind, path)


def read_gtest(root: Path, output: str) -> Outcome | None:
    """GoogleTest."""
    ran = re.search(r"^\[==========\] (\d+) tests? from .* ran\.", output, re.MULTILINE)
    if ran is None:
        return None
    counted = {w: int(n) for w, n in re.findall(r"^\[  (PASSED|SKIPPED|FAILED) *\] (\d+) tests?", output, re.MULTILINE)}
    failures = []
    for match in re.finditer(r"^\[ RUN      \] (\S+)\n(.*?)^\[  FAILED  \] \1", output, re.MULTILINE | re.DOTALL):
        first = re.search(r"^(\S+?):(\d+): Failure\n(.*?)(?=^\S+:\d+: Failure|\Z)", match[2], re.MULTILINE | re.DOTALL)
        path = (_source(root, first[1]) if first else None) or ""
        text = first[3] if first else match[2].replace("unknown file: Failure\n", "")
        head = short(_equality(text.split("\n")))
        failures.append(
            Failure(match[1], path, int(first[2]) if first and path else 0, head, "failed" if first else "error", path)
        )
    return Outcome(
        counted.get("PASSED", 0),
        counted.get("FAILED", 0),
        counted.get("SKIPPED", 0),
        None,
        tuple(failures),
        ran[1] == "0",
    )


def _source(root: Path, said: str) -> str | None:
    found = inside(root, said)
    return found if found or said.startswith("/") else named(root, Path(said).name)


def _equality(lines: list[str]) -> list[str]:
    """`Expected equality of these values:` and its operands on one line."""
    rows = [t.strip() for t in lines if t.strip()]
    if not rows or not rows[0].startswith("Expected equality"):
        return rows
    sides: list[str] = []
    rest: list[str] = []
    for text in rows[1:]:
        if text.startswith("Which is: ") and sides:
            sides[-1] += f" ({text.removeprefix('Which is: ')})"
        elif len(sides) < 2:
            sides.append(text)
        else:
            rest.append(text)
    return [f"expected equal: {' and '.join(sides)}", *rest]


_COMPILER = re.compile(
    r"^(\S+?\.(?:c|cc|cpp|cxx|h|hh|hpp|m|mm|swift|zig|d)):(\d+)(?::\d+)?: (?:fatal )?error: (.+)$", re.MULTILINE
)


def compiler_errors(root: Path, output: str) -> tuple[Failure, ...]:
    """Errors in the form of gcc and clang, each place once."""
    found: dict[tuple[str, int], Failure] = {}
    for match in _COMPILER.finditer(output):
        path = inside(root, match[1]) or ""
        if path:
            found.setdefault((path, int(match[2])), Failure(path, path, int(match[2]), short([match[3]]), "error"))
    return tuple(found.values())


def panic(root: Path, output: str, name: str) -> Failure | None:
    """A panic of Go or Rust, or a failed `assert` of C, in the output of a program that was run by itself."""
    if "panicked at" in output:
        return _cargo_failure(root, name, output[output.index("panicked at") :])
    match = re.search(r"^(?:panic|fatal error): .*$", output, re.MULTILINE)
    if match:
        path, line = _go_frame(root, output[match.start() :].split("\n"))
        return Failure(name, path, line, short([match[0]]), "error", path)
    match = re.search(r"(\S+\.\w+):(\d+): .*: Assertion [`'](.+)' failed", output)
    match = match or re.search(r"Assertion failed: \((?P<c>.+)\), function .*, file (\S+), line (\d+)", output)
    if match:
        where, number, said = (
            (match[1], match[2], match[3]) if "c" not in match.groupdict() else (match[2], match[3], match["c"])
        )
        path = _source(root, where) or ""
        return Failure(name, path, int(number) if path else 0, f"assertion failed: {said}", "failed", path)
    return None
