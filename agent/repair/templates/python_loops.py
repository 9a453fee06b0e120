"""Edits of Python's `for` statements: what is iterated, in which order, and elements changed in a copy."""

from __future__ import annotations

import ast

from agent.repair.templates.python_source import Maker


def for_edits(make: Maker, statement: ast.For | ast.AsyncFor) -> None:
    source = make.source
    text = source.of(statement.iter)
    make.replace("iterable", statement.iter, f"reversed({text})", 0.7)
    make.replace("iterable", statement.iter, f"sorted({text})", 0.7)
    make.replace("iterable", statement.iter, f"list({text})", 0.5)
    make.replace("iterable", statement.iter, f"set({text})", 0.2)
    for cut in ("[1:]", "[:-1]", "[::-1]"):
        make.replace("iterable", statement.iter, text + cut, 0.6)
    if isinstance(statement.iter, ast.Name):
        make.replace("iterable", statement.iter, f"range({text})", 0.3)
        make.replace("iterable", statement.iter, f"range(len({text}))", 0.5)
        for method in ("items", "keys", "values"):
            make.replace("iterable", statement.iter, f"{text}.{method}()", 0.5)
    if isinstance(statement.target, ast.Name):
        make.several(
            "iterable",
            [
                (source.span(statement.target), f"_, {statement.target.id}"),
                (source.span(statement.iter), f"enumerate({text})"),
            ],
            statement.lineno,
            0.1,
        )
    for name in make.scope.of_type("list", "str", "dict", "set", "tuple"):
        if name != text:
            make.replace("iterable", statement.iter, name, 0.5)
    for expression in make.scope.expressions[:12]:
        if expression != text:
            make.replace("iterable", statement.iter, expression, 0.2)


def unstored_edits(make: Maker, statement: ast.For | ast.AsyncFor) -> None:
    """A loop that sets its variable, where the element itself was meant: `for x in xs: x = 0`."""
    source = make.source
    if not isinstance(statement.target, ast.Name) or not isinstance(statement.iter, (ast.Name, ast.Attribute)):
        return
    name, items = statement.target.id, source.of(statement.iter)
    changed = [
        target
        for node in ast.walk(statement)
        if isinstance(node, (ast.Assign, ast.AugAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == name
    ]
    index = next((free for free in ("i", "j", "k", "index") if free not in make.scope.variables), "position")
    if changed:
        parts = [(source.span(statement.target), f"{index}, {name}")]
        parts.append((source.span(statement.iter), f"enumerate({items})"))
        parts += [(source.span(target), f"{items}[{index}]") for target in changed]
        make.several("unstored", parts, statement.lineno)
