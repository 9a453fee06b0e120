"""Where the fault may be: a suspicion for each line of a target, from the traced tests.

Ochiai's coefficient (Abreu, Zoeteweij, van Gemund, "An Evaluation of Similarity Coefficients for Software Fault
Localization", 2006), raised for lines that a failing test ran last or that raised.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from agent.repair.types import Trace

RAISED = 1.5
"""Factor for the line that raised in a failing test."""
LAST = 0.3
"""Share added to the line a failing test ran last, falling to 0 for the one it ran first."""
AROUND = 0.25
"""Suspicion of a definition's head, and of module-level code, relative to the most suspicious line it concerns."""


def suspicions(trace: Trace, path: str, text: str) -> dict[int, float]:
    """Line → suspicion, above 0 for each line that a failing test ran. Empty when no failing test ran any."""
    failing = [test for test in trace.tests if not test.ok]
    total = len(failing)
    failed: dict[int, float] = {}
    passed: dict[int, int] = {}
    recent: dict[int, float] = {}
    raised: set[int] = set()
    for test in trace.tests:
        lines = [line for where, line in test.lines if where == path]
        for index, line in enumerate(lines):
            if test.ok:
                passed[line] = passed.get(line, 0) + 1
            else:
                failed[line] = failed.get(line, 0) + 1
                recent[line] = max(recent.get(line, 0.0), (index + 1) / len(lines))
        if not test.ok and test.raised is not None and test.raised[0] == path:
            raised.add(test.raised[1])
    found: dict[int, float] = {}
    for line, count in failed.items():
        score = count / math.sqrt(total * (count + passed.get(line, 0)))
        score *= 1 + LAST * recent[line]
        found[line] = score * (RAISED if line in raised else 1.0)
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return found
    return _with_heads(tree, found)


def everywhere(text: str) -> dict[int, float]:
    """The same suspicion for every line, for when nothing is known."""
    return dict.fromkeys(range(1, text.count("\n") + 2), 1.0)


def _with_heads(tree: ast.AST, found: Mapping[int, float]) -> dict[int, float]:
    """Add the heads of definitions and statements that stand around suspicious lines, and module-level code."""
    result = dict(found)
    most = max(found.values(), default=0.0)
    if not most:
        return {}

    def body_suspicion(node: ast.AST) -> float:
        first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        return max((score for line, score in found.items() if first < line <= last), default=0.0)

    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = body_suspicion(node)
            if inside:
                # A definition runs at import: what the tests ran of it is its body.
                result[node.lineno] = inside * AROUND
        elif isinstance(node, ast.ClassDef):
            inside = body_suspicion(node)
            if inside:
                for child in node.body:
                    if isinstance(child, (ast.Assign, ast.AnnAssign)):
                        result.setdefault(child.lineno, inside * AROUND)
        elif isinstance(node, ast.stmt) and node.lineno not in result:
            # A multi-line statement may be traced at an inner line only.
            last = node.end_lineno or node.lineno
            if last > node.lineno and not hasattr(node, "body"):
                inside = max((found.get(line, 0.0) for line in range(node.lineno, last + 1)), default=0.0)
                if inside:
                    result[node.lineno] = inside
    if isinstance(tree, ast.Module):
        for statement in tree.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr, ast.If, ast.For)):
                for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                    result.setdefault(line, most * AROUND)
    return result
