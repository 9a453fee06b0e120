"""Conditions and values that a Python function could test or return early."""

from __future__ import annotations

import ast
import re

from agent.repair.templates.python_source import UNREAD, Maker


def conditions(make: Maker) -> dict[str, float]:
    """Conditions that could be missing, with weights: from the function's own, its names, their types."""
    if not make.scope.guards:
        make.scope.guards.update(_conditions(make))
    return make.scope.guards


def _conditions(make: Maker) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in make.scope.conditions:
        found[text] = 0.5
        found[f"not ({text})"] = 0.3
    numbers = make.scope.of_type("int", "float")
    containers = make.scope.of_type("list", "dict", "set", "str", "tuple")
    unknown = [name for name, kinds in make.scope.variables.items() if not kinds]
    for name in containers + unknown[:4]:
        found.setdefault(f"not {name}", 1.0)
        found.setdefault(name, 0.7)
        found.setdefault(f"len({name}) == 0", 0.1)
        found.setdefault(f"len({name}) == 1", 0.3)
        found.setdefault(f"len({name}) <= 1", 0.3)
        found.setdefault(f"{name} is None", 0.2)
        found.setdefault(f"{name} is not None", 0.15)
    for name in numbers:
        for comparison, weight in (
            ("== 0", 0.8),
            ("<= 0", 0.4),
            ("< 0", 0.5),
            ("== 1", 0.4),
            ("> 0", 0.4),
            ("!= 0", 0.3),
            ("<= 1", 0.25),
            (">= 0", 0.2),
            ("< 2", 0.15),
        ):
            found.setdefault(f"{name} {comparison}", weight)
        for other in numbers:
            if other != name:
                for operator, weight in (
                    ("<", 0.4),
                    ("==", 0.4),
                    ("<=", 0.25),
                    ("!=", 0.25),
                    (">", 0.2),
                    (">=", 0.2),
                ):
                    found.setdefault(f"{name} {operator} {other}", weight)
        for container in containers[:4]:
            found.setdefault(f"{name} < len({container})", 0.4)
            found.setdefault(f"{name} == len({container})", 0.3)
            found.setdefault(f"{name} >= len({container})", 0.3)
            found.setdefault(f"{name} in {container}", 0.3)
            found.setdefault(f"{name} not in {container}", 0.3)
    simple = [n for n, kinds in make.scope.variables.items() if not kinds & {"list", "dict", "set"}]
    for name in simple[:8]:
        for container in (containers + unknown)[:6]:
            if name != container:
                found.setdefault(f"{name} in {container}", 0.35)
                found.setdefault(f"{name} not in {container}", 0.35)
        found.setdefault(f"{name} is None", 0.3)
        found.setdefault(f"{name} is not None", 0.2)
    for name in make.scope.of_type("bool", "NoneType"):
        found.setdefault(f"not {name}", 0.6)
        found.setdefault(name, 0.6)
    for expression in make.scope.expressions[:10]:
        found.setdefault(expression, 0.15)
        found.setdefault(f"not {expression}", 0.15)
        for name in numbers[:4]:
            if name not in expression:
                found.setdefault(f"{name} < {expression}", 0.08)
                found.setdefault(f"{name} > {expression}", 0.08)
                found.setdefault(f"{name} == {expression}", 0.08)
    for name in make.scope.unread:
        for text in found:
            if re.search(rf"\b{re.escape(name)}\b", text):
                found[text] *= UNREAD
    return found


def condition_edits(make: Maker, test: ast.expr, node: ast.expr) -> None:
    """Negate, weaken or strengthen a condition."""
    text = make.source.of(test)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        pass
    else:
        make.replace("negate", node, f"not ({text})" if not isinstance(test, (ast.Name, ast.Call)) else f"not {text}")
    inner_and = f"({text})" if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else text
    most = max(20, round(150 * make.source.breadth))
    for extra, weight in sorted(conditions(make).items(), key=lambda item: -item[1])[:most]:
        if extra == text:
            continue
        simple = re.fullmatch(r"[\w.\[\]()]+( [<>=!in ]+ [\w.\[\]()]+)?|not [\w.\[\]()]+", extra) is not None
        part = extra if simple else f"({extra})"
        make.replace("condition_add", node, f"{inner_and} and {part}", weight)
        make.replace("condition_add", node, f"{part} and {inner_and}", weight * 0.8)
        make.replace("condition_add", node, f"{text} or {part}", weight)
        make.replace("condition_replace", node, extra, weight * 0.3)
    if "\n" not in text:
        make.replace("condition_replace", node, "True", 0.5)


def returned_values(make: Maker) -> list[tuple[str, float]]:
    """What the function could return early: what it returns elsewhere, its names, the usual constants."""
    function = make.scope.function
    found: dict[str, float] = {}
    assert function is not None
    nested = {
        child
        for node in ast.walk(function)
        if node is not function and isinstance(node, (ast.FunctionDef, ast.Lambda))
        for child in ast.walk(node)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node not in nested:
            value = make.source.of(node.value) if node.value else ""
            if "\n" not in value and len(value) < 40:
                found[value] = 0.8
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
                found.setdefault(str(not node.value.value), 0.8)
            if isinstance(node.value, (ast.List, ast.ListComp)):
                found.setdefault("[]", 1.0)
                found.setdefault("[[]]", 0.3)
            if isinstance(node.value, ast.BinOp) and isinstance(node.value.op, (ast.Add, ast.Mult)):
                for side in (node.value.left, node.value.right):
                    found.setdefault(make.source.of(side), 0.3)
    for text, weight in (
        ("0", 0.6),
        ("[]", 0.4),
        ("None", 0.4),
        ("False", 0.4),
        ("True", 0.4),
        ("1", 0.3),
        ("''", 0.3),
        ("-1", 0.3),
    ):
        found.setdefault(text, weight)
    for argument in function.args.args:
        if argument.arg not in ("self", "cls"):
            found.setdefault(argument.arg, 0.4)
    for name in make.scope.variables:
        found[name] = max(found.get(name, 0.0), 1.0 if name in make.scope.unread else 0.25)
    return sorted(found.items(), key=lambda item: -item[1])


def in_loop(make: Maker, node: ast.AST) -> bool:
    parent = make.source.parents.get(node)
    while parent is not None and not isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        if isinstance(parent, (ast.For, ast.While, ast.AsyncFor)):
            return True
        parent = make.source.parents.get(parent)
    return False


def returns_booleans(make: Maker) -> bool:
    function = make.scope.function
    return function is not None and any(
        isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)
        for node in ast.walk(function)
    )
