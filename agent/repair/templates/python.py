"""All candidate edits of a Python file, from its tree, its trace and the lines under suspicion."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from agent.repair.templates import python_expressions, python_statements
from agent.repair.templates.python_source import Function, Maker, PythonSource, scopes
from agent.repair.types import Mutation

_SKIPPED = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.arguments, ast.alias)


def mutations(
    text: str, suspicion: Mapping[int, float], types: Mapping[tuple[str, str], frozenset[str]] | None = None
) -> list[Mutation]:
    """Every template's edits at the places whose line has a suspicion above zero. Raises SyntaxError.

    `suspicion` is by 1-based line; `types` is what a trace saw, by (function, variable).
    """
    source = PythonSource(text, sum(score > 0 for score in suspicion.values()))
    by_function = scopes(source, types or {})
    made: list[Mutation] = []

    def suspicious(node: ast.AST) -> bool:
        first = getattr(node, "lineno", 0)
        last = getattr(node, "end_lineno", first) or first
        return any(suspicion.get(line, 0) > 0 for line in range(first, min(last, first + 12) + 1))

    def visit(node: ast.AST, function: Function | None) -> None:
        if isinstance(node, _SKIPPED):
            if isinstance(node, ast.arguments):
                for default in [*node.defaults, *(d for d in node.kw_defaults if d is not None)]:
                    visit(default, function)
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return
        make = Maker(source, by_function[function])
        if isinstance(node, ast.stmt):
            for block, index in _place(source, node):
                head = suspicion.get(node.lineno, 0) > 0
                if head or (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and suspicious(node)):
                    python_statements.edits(make, node, block, index)
        elif hasattr(node, "lineno") and suspicious(node) and not _annotation(source, node):
            python_expressions.edits(make, node)
        made.extend(make.made)
        inner: Function | None = node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else function
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "type_params"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child, function if name == "args" and isinstance(child, ast.arguments) else inner)

    visit(source.tree, None)
    seen: set[tuple[tuple[int, int, str], ...]] = set()
    unique = []
    for mutation in made:
        key = tuple((s.start, s.end, s.text) for s in mutation.splices)
        if key not in seen:
            seen.add(key)
            unique.append(mutation)
    return unique


def _annotation(source: PythonSource, node: ast.AST) -> bool:
    """Part of a docstring or of an f-string's constants, which have no edits of their own."""
    parent = source.parents.get(node)
    return isinstance(parent, ast.Expr) and isinstance(node, ast.Constant)


def _place(source: PythonSource, node: ast.stmt) -> list[tuple[list[ast.stmt], int]]:
    parent = source.parents.get(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and node in block:
            return [(block, block.index(node))]
    return []
