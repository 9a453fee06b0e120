"""Python statements that could be missing."""

from __future__ import annotations

import ast
from collections.abc import Callable

from agent.repair.templates.python_guards import conditions, in_loop, returned_values
from agent.repair.templates.python_objects import noted
from agent.repair.templates.python_source import Block, Maker


def insert_edits(make: Maker, statement: ast.stmt, block: Block, index: int) -> None:
    """New statements before this one, and after it when it is the last of its block."""
    function = make.scope.function
    if function is None or isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return
    lines = make.source.whole_lines(statement)
    if lines is None:
        return
    if (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ):
        return
    indent = make.source.indent(statement)
    places = [(lines[0], 1.0)]
    if index == len(block) - 1 and not isinstance(statement, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
        places.append((lines[1], 1.0))
    loop = in_loop(make, statement)
    values = returned_values(make)
    statements = list(noted(make))
    guards = sorted(conditions(make).items(), key=lambda item: -item[1])
    first_real = index == 0 or (
        index == 1 and isinstance(block[0], ast.Expr) and isinstance(block[0].value, ast.Constant)
    )
    entry = first_real and block is function.body
    text = make.source.text
    most = max(4, round(28 * make.source.breadth))
    for place, scale in places:
        start = "" if place == 0 or text[place - 1 : place] == "\n" else "\n"

        def put(family: str, code: str, weight: float, place: int = place, start: str = start) -> None:
            body = "".join(f"{indent}{line}\n" for line in code.split("\n"))
            make.add(family, (place, place), start + body, statement.lineno, weight)

        for condition, weight in guards[:most]:
            for value, likely in values[: max(2, round(8 * make.source.breadth))]:
                put(
                    "early_return",
                    f"if {condition}:\n    return {value}".rstrip(),
                    weight * likely * scale * (2.0 if entry else 0.5),
                )
            if loop:
                put("guard", f"if {condition}:\n    continue", weight * scale)
                put("guard", f"if {condition}:\n    break", weight * 0.7 * scale)
        if loop:
            put("flow_insert", "break", 0.4 * scale)
            put("flow_insert", "continue", 0.2 * scale)
        for value, likely in values[:6]:
            put(
                "return_insert",
                f"return {value}".rstrip(),
                likely * 0.6 * scale * (1.5 if place == lines[1] else 0.3),
            )
        _missing(make, put, statement, block, index, scale, place == lines[1])
        for name in make.scope.of_type("int"):
            often = 3.0 if name in make.scope.static else 1.0
            put("statement_insert", f"{name} += 1", 0.6 * scale * often)
            put("statement_insert", f"{name} -= 1", 0.4 * scale)
            put("statement_insert", f"{name} = 0", 0.4 * scale)
            if often > 1:
                for other in make.scope.of_type("int")[:8]:
                    if other != name:
                        put("statement_insert", f"{name} += {other}", 0.6 * scale)
        for name in make.scope.of_type("list"):
            often = 5.0 if name in make.scope.static else 1.0
            put("statement_insert", f"{name} = []", 0.2 * scale)
            put("statement_insert", f"{name} = {name}[:]", 0.2 * scale)
            put("statement_insert", f"{name}.sort()", 0.2 * scale)
            put("statement_insert", f"{name}.reverse()", 0.1 * scale)
            put("statement_insert", f"{name}.pop()", 0.2 * scale)
            for other in list(make.scope.variables)[:8]:
                if other != name:
                    put("statement_insert", f"{name}.append({other})", 0.3 * scale * often)
        for name in make.scope.of_type("set"):
            often = 5.0 if name in make.scope.static else 1.0
            for other in list(make.scope.variables)[:8]:
                if other != name:
                    put("statement_insert", f"{name}.add({other})", 0.4 * scale * often)
        for family, code, weight in statements:
            put(family, code, weight * scale)
        for code in _copyable(make, statement):
            put("copy", code, 0.5 * scale)


def _missing(
    make: Maker,
    put: Callable[[str, str, float], None],
    statement: ast.stmt,
    block: Block,
    index: int,
    scale: float,
    after: bool,
) -> None:
    """Statements whose lack shows: a name that is read and defined nowhere, a function that never returns anything."""
    function = make.scope.function
    assert function is not None
    if not after:
        for name in {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)} & make.scope.undefined:
            for value, weight in _definitions(make, name):
                put("define_name", f"{name} = {value}", weight)
    elif block is function.body and index == len(block) - 1:
        returns = any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(function))
        yields = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in ast.walk(function))
        if not yields:
            for name in make.scope.variables:
                parameter = any(a.arg == name for a in function.args.args)
                weight = (0.3 if parameter else 1.0) * (2.0 if name in make.scope.unread else 1.0)
                put("return_insert" if returns else "missing_return", f"return {name}", weight)
            for value in ("True", "False", "None", "0", "[]", "-1"):
                put("return_insert" if returns else "missing_return", f"return {value}", 0.2)


def _definitions(make: Maker, name: str) -> list[tuple[str, float]]:
    """What an undefined name could be meant to be."""
    found: dict[str, float] = {}
    variables = [v for v in make.scope.variables if v != name]
    for called, (least, most) in make.scope.functions.items():
        if called.startswith("__"):
            continue
        if least <= 1 <= most:
            for variable in variables:
                found[f"{called}({variable})"] = 0.6
        elif least == 0:
            found[f"{called}()"] = 0.3
        elif least == 2 and len(variables) >= 2:
            found[f"{called}({variables[0]}, {variables[1]})"] = 0.5
    for value in ("0", "[]", "{}", "set()", "1", "''", "None", "False", "True", "-1"):
        found.setdefault(value, 0.5)
    for variable in variables:
        kinds = make.scope.variables[variable]
        found.setdefault(f"len({variable})", 0.4 if kinds & {"list", "str", "dict", "tuple", "set"} else 0.1)
        found.setdefault(variable, 0.2)
        if kinds & {"list", "set", "dict"} or not kinds:
            found.setdefault(f"{variable}.pop()", 0.4)
            found.setdefault(f"{variable}[0]", 0.4)
            found.setdefault(f"{variable}[-1]", 0.3)
            found.setdefault(f"{variable}.pop(0)", 0.2)
            for index in make.scope.of_type("int", "str")[:5]:
                found.setdefault(f"{variable}[{index}]", 0.3)
        if kinds & {"int", "float"}:
            for text in (
                f"{variable} + 1",
                f"{variable} - 1",
                f"{variable} // 2",
                f"2 * {variable} + 1",
                f"{variable} * 2",
            ):
                found.setdefault(text, 0.15)
            for other in make.scope.of_type("int", "float"):
                if other != variable:
                    for text in (f"{variable} + {other}", f"{variable} - {other}", f"({variable} + {other}) // 2"):
                        found.setdefault(text, 0.15)
    for expression in make.scope.expressions[:10]:
        if name not in expression:
            found.setdefault(expression, 0.3)
    return sorted(found.items(), key=lambda item: -item[1])[:120]


def _copyable(make: Maker, statement: ast.stmt) -> list[str]:
    """Other simple statements of the function, as text."""
    function = make.scope.function
    assert function is not None
    found: dict[str, None] = {}
    for node in ast.walk(function):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)) and node is not statement:
            text = make.source.of(node)
            if "\n" not in text and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                found.setdefault(text)
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.targets) == 1:
                    found.setdefault(make.source.of(node.value))
    return list(found)[:14]
