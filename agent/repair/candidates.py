"""Single-edit candidates of all targets, in the order in which they shall be tried."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.repair import localise, localise_text
from agent.repair.advice import plain
from agent.repair.failures import read_failures
from agent.repair.naturalness import Naturalness
from agent.repair.preparing import Ground
from agent.repair.ranking import ranked
from agent.repair.templates import neutral, python
from agent.repair.twins import twins
from agent.repair.types import Candidate, Mutation, searched

MOST_LINES = 200
"""Lines of a Python file that are edited, the most suspicious first: each gives some 50 candidates."""
MOST = 30_000
"""More single edits than this are not queued; the least likely are left out."""


def is_python(path: str, text: str) -> bool:
    """Whether the templates for Python apply."""
    return path.endswith((".py", ".pyw")) or (text.startswith("#!") and "python" in text[:60])


class Suspicions:
    """Line → suspicion of each target, worked out once."""

    def __init__(self, ground: Ground, base: Mapping[str, str]) -> None:
        self._ground, self._base = ground, base
        self._failures = (
            read_failures(ground, ground.baseline) if any(not is_python(p, t) for p, t in base.items()) else ()
        )
        self._known: dict[str, dict[int, float]] = {}

    def of(self, path: str) -> dict[int, float]:
        """The suspicions of one target; empty when the tests did not run any of it."""
        if path not in self._known:
            text = self._base[path]
            self._known[path] = self._python(path, text) if is_python(path, text) else self._other(path, text)
        return self._known[path]

    def _python(self, path: str, text: str) -> dict[int, float]:
        trace = self._ground.trace
        found = localise.suspicions(trace, path, text) if trace else {}
        if not found:
            if trace is not None and trace.loaded and any(test.lines for test in trace.tests):
                # The tests ran, and none of this file: another target holds the fault.
                return {}
            found = localise.everywhere(text)
        for line in own_tests(text):
            found.pop(line, None)
        if len(found) > MOST_LINES:
            kept = sorted(found, key=lambda line: -found[line])[:MOST_LINES]
            found = {line: found[line] for line in kept}
        return found

    def _other(self, path: str, text: str) -> dict[int, float]:
        return localise_text.suspicions(
            self._ground.judge.root, path, text, plain(self._ground.baseline.output), self._failures
        )


def own_tests(text: str) -> set[int]:
    """Lines of tests in a Python file itself, which no edit may touch: test functions, classes, top-level asserts."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return set()
    found: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        tests = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (
            node.name.startswith("test")
            or (node.name in ("check", "main") and sum(isinstance(n, ast.Assert) for n in ast.walk(node)) >= 2)
        )
        tests = tests or (
            isinstance(node, ast.ClassDef)
            and (node.name.startswith("Test") or any("TestCase" in ast.dump(b) for b in node.bases))
        )
        if tests:
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    for statement in tree.body:
        holds = any(isinstance(n, ast.Assert) for n in ast.walk(statement))
        if holds and not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return found


def singles(ground: Ground, base: Mapping[str, str], suspicion: Suspicions) -> list[Candidate]:
    """Every template's edits of every target, likeliest first."""
    natural = Naturalness(base.values())
    made: list[Candidate] = []
    for path, text in base.items():
        lines = suspicion.of(path)
        if lines:
            made += _ranked(path, text, edits_of(path, text, lines, ground), lines, natural)
    made += twins(base, made)
    made.sort(key=lambda c: -c.score)
    return made[:MOST]


def edits_of(path: str, text: str, lines: Mapping[int, float], ground: Ground) -> list[Mutation]:
    """Every template's edits of a text; none when it does not parse."""
    if not is_python(path, text):
        return neutral.mutations(path, text, lines)
    try:
        return python.mutations(text, lines, ground.trace.types if ground.trace else {})
    except SyntaxError:
        return []


def around(ground: Ground, path: str, before: str, text: str, most: int = 150) -> list[Candidate]:
    """Edits of a near miss (a model's answer that fails) on the lines that it changed."""
    old = set(before.splitlines())
    lines = {n: 1.0 for n, line in enumerate(text.splitlines(), 1) if line not in old}
    if not lines or len(lines) > 25:
        return []
    return _of_another(ground, path, text, lines, most, "model+search", 3.0)


def onward(ground: Ground, path: str, text: str, most: int = 800) -> list[Candidate]:
    """Edits of a text with which a plain script came further: of every line, since what it runs now was not traced."""
    lines = localise.everywhere(text)
    for line in own_tests(text) if is_python(path, text) else localise_text.own_tests(path, text):
        lines.pop(line, None)
    if len(lines) > MOST_LINES:
        return []
    return _of_another(ground, path, text, lines, most, "search", 0.0)


def _of_another(
    ground: Ground, path: str, text: str, lines: Mapping[int, float], most: int, origin: str, ahead: float
) -> list[Candidate]:
    """Edits of a text that is not the file's own: their splices count its characters."""
    found = _ranked(path, text, edits_of(path, text, lines, ground), lines, Naturalness([text]))[:most]
    return [replace(c, origin=origin, score=c.score + ahead) for c in found]


def _ranked(
    path: str, text: str, edits: Sequence[Mutation], lines: Mapping[int, float], natural: Naturalness
) -> list[Candidate]:
    return [
        searched(path, text, mutation.family, score, mutation.splices, (mutation,))
        for score, mutation in ranked(text, edits, lines, natural)
    ]
