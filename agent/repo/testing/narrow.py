"""A test command narrowed to what concerns some files, where its runner can do that."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.repo.index import is_test_path
from agent.repo.testing import TestCommand

_COMPOSED = re.compile(r"[|&;<>$`(){}\n]")


def narrowed(command: TestCommand, root: Path, only: Sequence[str]) -> TestCommand:
    """The command for the tests of these files (tests, or sources that have some); the same one if it cannot be."""
    if not only or (command.shell and _COMPOSED.search(command.shell)):
        return command
    tests = tests_of(root, only)
    extra = _arguments(command.kind, tests, only)
    if not extra:
        return command
    why = f"{command.why}, narrowed".lstrip(", ")
    if command.shell:
        return replace(command, shell=f"{command.shell} {shlex.join(extra)}", why=why)
    argv = list(command.argv)
    if command.kind == "go":
        argv = [a for a in argv if a != "./..."]
    if command.kind == "unittest" and "discover" in argv:
        argv = argv[: argv.index("discover")]
    if command.kind in ("jest", "vitest", "mocha") and argv[:1] and Path(argv[0]).stem in ("npm", "pnpm"):
        extra = ["--", *extra]
    return replace(command, argv=(*argv, *extra), why=why)


def tests_of(root: Path, only: Sequence[str]) -> list[str]:
    """The test files among these, and for each source the test files that are named after it or mention it."""
    from agent.repo.files import WorkTree
    from agent.repo.search.ripgrep import grep

    work = WorkTree(root)
    all_tests = [p for p in work.list_paths() if is_test_path(p)]
    found: list[str] = []
    for path in only:
        if is_test_path(path):
            found.append(path)
            continue
        stem = path.rpartition("/")[2].partition(".")[0]
        named = [t for t in all_tests if stem.lower() in _tested_name(t)]
        if not named and all_tests:
            named = sorted(
                {line.path for line in grep(work, [stem], word=True, literal=True) if line.path in set(all_tests)}
            )
        found += named
    return list(dict.fromkeys(found))


def _tested_name(path: str) -> tuple[str, ...]:
    base = path.rpartition("/")[2].lower()
    base = base.partition(".")[0]
    return tuple({base.removeprefix("test_"), re.sub(r"_?(?:tests?|spec)$", "", base), base.removeprefix("test")})


def _arguments(kind: str, tests: Sequence[str], only: Sequence[str]) -> list[str]:
    if kind == "go":
        folders = dict.fromkeys(f"./{p.rpartition('/')[0]}".rstrip("/") or "." for p in only if p.endswith(".go"))
        return list(folders)
    if kind == "unittest":
        return [t.removesuffix(".py").replace("/", ".") for t in tests if t.endswith(".py") and "-" not in t]
    if kind == "maven":
        names = [Path(t).stem for t in tests if t.endswith(".java")]
        return [f"-Dtest={','.join(names)}", "-DfailIfNoTests=false"] if names else []
    if kind == "gradle":
        return [a for t in tests if t.endswith((".java", ".kt")) for a in ("--tests", f"*{Path(t).stem}")]
    endings = {
        "pytest": (".py",), "node": (".js", ".mjs", ".cjs"), "jest": _JS, "vitest": _JS, "mocha": _JS,
        "rspec": (".rb",),
        "phpunit": (".php",), "deno": _JS,
    }.get(kind, ())  # fmt: skip
    chosen = [t for t in tests if endings and t.endswith(endings)]
    return chosen[:1] if kind == "phpunit" else chosen


_JS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts")
