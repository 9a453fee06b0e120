"""Edits of Python statements: delete, move, swap, insert, guards, early returns, branches, loops, assignments."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from agent.repair.templates.python_expressions import ARITHMETIC, EXCEPTIONS, operator_text
from agent.repair.templates.python_source import UNREAD, Maker

Block = Sequence[ast.stmt]


def edits(make: Maker, statement: ast.stmt, block: Block, index: int) -> None:
    """Collect every edit of one statement as such, with the block that it stands in."""
    _remove(make, statement, block, index)
    _reorder(make, statement, block, index)
    _insert(make, statement, block, index)
    if isinstance(statement, (ast.If, ast.While)):
        _condition(make, statement.test, statement.test)
    if isinstance(statement, ast.Assert):
        return
    if isinstance(statement, ast.If):
        _if(make, statement, block, index)
    elif isinstance(statement, ast.While):
        _while(make, statement)
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        _for(make, statement)
    elif isinstance(statement, ast.Return):
        _return(make, statement)
    elif isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        _assignment(make, statement)
    elif isinstance(statement, ast.Expr):
        _expression(make, statement)
    elif isinstance(statement, (ast.Break, ast.Continue, ast.Pass)):
        _flow(make, statement)
    elif isinstance(statement, ast.Try):
        _try(make, statement)
    elif isinstance(statement, ast.Raise):
        _raise(make, statement)
    elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        _definition(make, statement)


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


def _condition(make: Maker, test: ast.expr, node: ast.expr) -> None:
    """Negate, weaken or strengthen a condition."""
    text = make.source.of(test)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        pass
    else:
        make.replace("negate", node, f"not ({text})" if not isinstance(test, (ast.Name, ast.Call)) else f"not {text}")
    inner_and = f"({text})" if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else text
    for extra, weight in conditions(make).items():
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


def _remove(make: Maker, statement: ast.stmt, block: Block, index: int) -> None:
    if isinstance(
        statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass, ast.Import, ast.ImportFrom)
    ):
        return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return
    lines = make.source.whole_lines(statement)
    if lines is not None and len(block) > 1:
        size = statement.end_lineno - statement.lineno if statement.end_lineno else 0
        make.add("delete", lines, "", statement.lineno, 1.0 / (1 + size))
    elif len(block) == 1:
        make.replace("delete", statement, "pass", 0.3)


def _reorder(make: Maker, statement: ast.stmt, block: Block, index: int) -> None:
    source = make.source
    lines = source.whole_lines(statement)
    if lines is None:
        return
    text = source.text[lines[0] : lines[1]]
    if not text.endswith("\n"):
        text += "\n"
    if index + 1 < len(block):
        after = source.whole_lines(block[index + 1])
        if after is not None and lines[1] <= after[0]:
            other = source.text[after[0] : after[1]]
            other = other if other.endswith("\n") else other + "\n"
            make.several("swap", [(lines, other), (after, text)], statement.lineno)
    for distance in (2, 3):
        if index + distance < len(block):
            after = source.whole_lines(block[index + distance])
            if after is not None:
                make.several("move", [(lines, ""), ((after[1], after[1]), text)], statement.lineno, 0.4)
        if index - distance >= 0:
            before = source.whole_lines(block[index - distance])
            if before is not None:
                make.several("move", [(lines, ""), ((before[0], before[0]), text)], statement.lineno, 0.4)
    parent = source.parents.get(statement)
    if isinstance(parent, (ast.For, ast.While, ast.If, ast.With, ast.Try)):
        outer = source.whole_lines(parent)
        if outer is not None and len(block) > 1:
            less = _reindented(text, source.indent(statement), source.indent(parent))
            if index == len(block) - 1:
                make.several("dedent", [(lines, ""), ((outer[1], outer[1]), less)], statement.lineno)
            if index == 0:
                make.several("dedent", [(lines, ""), ((outer[0], outer[0]), less)], statement.lineno, 0.6)
            if isinstance(parent, ast.If) and parent.orelse and index == len(block) - 1:
                make.several("dedent", [(lines, ""), ((outer[1], outer[1]), less)], statement.lineno, 0.5)
    if index > 0 and isinstance(block[index - 1], (ast.For, ast.While, ast.If, ast.With)):
        before_block = block[index - 1]
        body = before_block.orelse or before_block.body  # type: ignore[attr-defined]
        inner = source.whole_lines(body[-1])
        if inner is not None:
            more = _reindented(text, source.indent(statement), source.indent(body[-1]))
            make.several("indent", [((inner[1], inner[1]), more), (lines, "")], statement.lineno)
            nested = body[-1]
            while isinstance(nested, (ast.For, ast.While, ast.If, ast.With)):
                deeper = nested.orelse if getattr(nested, "orelse", None) else nested.body
                place = source.whole_lines(deeper[-1])
                if place is None:
                    break
                more = _reindented(text, source.indent(statement), source.indent(deeper[-1]))
                make.several("indent", [((place[1], place[1]), more), (lines, "")], statement.lineno, 0.6)
                nested = deeper[-1]


def _reindented(text: str, before: str, after: str) -> str:
    return "".join(after + line[len(before) :] if line.startswith(before) else line for line in text.splitlines(True))


def _insert(make: Maker, statement: ast.stmt, block: Block, index: int) -> None:
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
    loop = _in_loop(make, statement)
    values = _returned_values(make)
    guards = sorted(conditions(make).items(), key=lambda item: -item[1])
    first_real = index == 0 or (
        index == 1 and isinstance(block[0], ast.Expr) and isinstance(block[0].value, ast.Constant)
    )
    entry = first_real and block is function.body
    text = make.source.text
    for place, scale in places:
        start = "" if place == 0 or text[place - 1 : place] == "\n" else "\n"

        def put(family: str, code: str, weight: float, place: int = place, start: str = start) -> None:
            body = "".join(f"{indent}{line}\n" for line in code.split("\n"))
            make.add(family, (place, place), start + body, statement.lineno, weight)

        for condition, weight in guards[:28]:
            for value, likely in values[:8]:
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


def _returned_values(make: Maker) -> list[tuple[str, float]]:
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


def _in_loop(make: Maker, node: ast.AST) -> bool:
    parent = make.source.parents.get(node)
    while parent is not None and not isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        if isinstance(parent, (ast.For, ast.While, ast.AsyncFor)):
            return True
        parent = make.source.parents.get(parent)
    return False


def _keyword(make: Maker, statement: ast.stmt) -> tuple[int, int]:
    """The span of a statement's first word."""
    start, _ = make.source.span(statement)
    found = re.match(r"\w+", make.source.text[start:])
    return start, start + (found.end() if found else 0)


def _if(make: Maker, statement: ast.If, block: Block, index: int) -> None:
    source = make.source
    keyword = _keyword(make, statement)
    word = source.text[keyword[0] : keyword[1]]
    parent = source.parents.get(statement)
    if word == "if":
        make.add("branch", keyword, "while", statement.lineno, 0.5)
        if index > 0 and isinstance(block[index - 1], ast.If):
            make.add("branch", keyword, "elif", statement.lineno, 1.5)
    elif word == "elif" and isinstance(parent, ast.If):
        make.add("branch", keyword, "if", statement.lineno, 1.0)
    lines = source.whole_lines(statement)
    if lines is None or word != "if":
        return
    body = _body_text(make, statement.body)
    if body is not None and not statement.orelse:
        make.add(
            "branch",
            lines,
            _reindented(body, source.indent(statement.body[0]), source.indent(statement)),
            statement.lineno,
            0.6,
        )
    if statement.orelse and not (len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If)):
        other = _body_text(make, statement.orelse)
        spans = _body_span(make, statement.body), _body_span(make, statement.orelse)
        if body is not None and other is not None and spans[0] and spans[1]:
            make.several("branch", [(spans[0], other), (spans[1], body)], statement.lineno, 0.8)
            make.add("branch", (spans[0][1], lines[1]), "", statement.lineno, 0.5)
            less = _reindented(other, source.indent(statement.orelse[0]), source.indent(statement))
            make.add("branch", (spans[0][1], lines[1]), less, statement.lineno, 1.0)
    elif not statement.orelse and index + 1 < len(block):
        rest = block[index + 1]
        place = source.whole_lines(rest)
        if place is not None:
            inner = source.indent(statement.body[0])
            text = source.text[place[0] : place[1]]
            more = f"{source.indent(statement)}else:\n" + _reindented(text, source.indent(statement), inner)
            make.add("branch", place, more, statement.lineno, 0.8)


def _body_span(make: Maker, body: Block) -> tuple[int, int] | None:
    first, last = make.source.whole_lines(body[0]), make.source.whole_lines(body[-1])
    return (first[0], last[1]) if first is not None and last is not None else None


def _body_text(make: Maker, body: Block) -> str | None:
    span = _body_span(make, body)
    if span is None:
        return None
    text = make.source.text[span[0] : span[1]]
    return text if text.endswith("\n") else text + "\n"


def _while(make: Maker, statement: ast.While) -> None:
    make.add("branch", _keyword(make, statement), "if", statement.lineno, 0.5)


def _for(make: Maker, statement: ast.For | ast.AsyncFor) -> None:
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


def _return(make: Maker, statement: ast.Return) -> None:
    start, end = make.source.span(statement)
    keyword = _keyword(make, statement)
    if statement.value is None:
        for value, weight in _returned_values(make):
            make.add("return_value", (start, end), f"return {value}", statement.lineno, weight)
        return
    for value, weight in _returned_values(make):
        if value:
            make.replace("return_value", statement.value, value, weight)
    if isinstance(statement.value, ast.BinOp) and isinstance(statement.value.op, ast.Add):
        make.replace("return_value", statement.value, make.source.of(statement.value.left), 0.3)
    text = make.source.of(statement.value)
    make.add("statement_kind", keyword, "yield", statement.lineno, 0.5)
    make.replace("statement_kind", statement, text, 0.3)
    if not isinstance(statement.value, ast.Constant):
        make.replace("negate", statement.value, f"not ({text})", 0.5)
        make.replace("return_wrap", statement.value, f"[{text}]", 0.3)
        for value in list(make.scope.variables)[:8]:
            if value != text:
                make.replace("return_wrap", statement.value, f"({text}, {value})", 0.1)
    kinds = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Name, ast.Call)
    if isinstance(statement.value, kinds) and not (
        isinstance(statement.value, ast.UnaryOp) and not isinstance(statement.value.op, ast.Not)
    ):
        boolean = isinstance(statement.value, (ast.Compare, ast.BoolOp)) or _returns_booleans(make)
        scale = 1.0 if boolean else 0.1
        for extra, weight in conditions(make).items():
            if extra != text:
                part = f"({extra})" if " or " in extra or " and " in extra else extra
                inner = f"({text})" if " or " in text else text
                make.replace("condition_add", statement.value, f"{inner} and {part}", weight * scale)
                make.replace("condition_add", statement.value, f"{text} or {part}", weight * scale)
                if boolean:
                    make.replace("condition_replace", statement.value, extra, weight * 0.4)


def _returns_booleans(make: Maker) -> bool:
    function = make.scope.function
    return function is not None and any(
        isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)
        for node in ast.walk(function)
    )


def _assignment(make: Maker, statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
    source = make.source
    if isinstance(statement, ast.AugAssign):
        operator = operator_text(statement.op)
        start, end = source.gap(statement.target, statement.value)
        found = re.search(re.escape(operator) + "=", source.text[start:end])
        if found:
            place = (start + found.start(), start + found.end())
            for rank, other in enumerate(ARITHMETIC[operator]):
                if not other.isalpha():
                    make.add("augmented", place, other + "=", statement.lineno, 1.0 / (1 + 0.5 * rank))
            make.add("augmented", place, "=", statement.lineno, 0.8)
        return
    if statement.value is None or (isinstance(statement, ast.Assign) and len(statement.targets) != 1):
        return
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    value, name = source.of(statement.value), source.of(target)
    if isinstance(statement, ast.Assign) and not isinstance(target, ast.Tuple):
        start, end = source.gap(target, statement.value)
        found = re.search("=", source.text[start:end])
        if found:
            place = (start + found.start(), start + found.end())
            for operator, weight in (("+=", 1.0), ("-=", 0.6), ("*=", 0.4), ("|=", 0.1)):
                make.add("augmented", place, operator, statement.lineno, weight)
        if not isinstance(statement.value, ast.Constant):
            for function, weight in (("max", 0.8), ("min", 0.8)):
                make.replace("clamp", statement.value, f"{function}({name}, {value})", weight)
            make.replace("operand_add", statement.value, f"{name} + {value}", 0.3)
            make.replace("operand_add", statement.value, f"{value} + {name}", 0.2)
            make.replace("wrap", statement.value, f"[{value}]", 0.15)
            if "\n" not in value:
                make.replace("wrap", statement.value, f"{_atom(statement.value, value)}[:]", 0.2)
                make.replace("wrap", statement.value, f"{_atom(statement.value, value)}.copy()", 0.2)
        else:
            for other in [*make.scope.variables, *make.scope.expressions[:10]]:
                if other != name:
                    make.replace("initial", statement.value, other, 0.4)
            for text in (
                "float('inf')",
                "float('-inf')",
                "-float('inf')",
                "None",
                "[]",
                "{}",
                "set()",
                "''",
                "True",
                "False",
            ):
                if text != value:
                    make.replace("initial", statement.value, text, 0.12)
        make.replace("statement_kind", statement, f"return {value}", 0.2)
    if isinstance(target, ast.Name) and make.scope.function is not None:
        lines = source.whole_lines(statement)
        if lines is not None and target.id in make.scope.globals:
            first = make.scope.function.body[0]
            place_lines = source.whole_lines(first)
            if place_lines is not None:
                make.add(
                    "scope",
                    (place_lines[0], place_lines[0]),
                    f"{source.indent(first)}global {target.id}\n",
                    statement.lineno,
                    2.0,
                )
        outer = source.parents.get(make.scope.function)
        while outer is not None and not isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            outer = source.parents.get(outer)
        if outer is not None:
            first = make.scope.function.body[0]
            place_lines = source.whole_lines(first)
            if place_lines is not None:
                make.add(
                    "scope",
                    (place_lines[0], place_lines[0]),
                    f"{source.indent(first)}nonlocal {target.id}\n",
                    statement.lineno,
                    1.5,
                )
        make.replace("missing_self", target, f"self.{target.id}", 1.0 if target.id in make.scope.attributes else 0.05)
    if (
        isinstance(target, ast.Tuple)
        and isinstance(statement.value, ast.Tuple)
        and len(target.elts) == len(statement.value.elts) == 2
    ):
        indent = source.indent(statement)
        pairs = [f"{source.of(t)} = {source.of(v)}" for t, v in zip(target.elts, statement.value.elts)]
        make.replace("split_assignment", statement, f"{pairs[0]}\n{indent}{pairs[1]}", 0.3)
        make.replace("split_assignment", statement, f"{pairs[1]}\n{indent}{pairs[0]}", 0.3)
    _joined_assignment(make, statement)


def _joined_assignment(make: Maker, statement: ast.Assign | ast.AnnAssign) -> None:
    """Two assignments in a row that should happen at once: `a = b; b = f(a)` → `a, b = b, f(a)`."""
    parent = make.source.parents.get(statement)
    for name in ("body", "orelse"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            index = block.index(statement)
            if (
                index + 1 < len(block)
                and isinstance(block[index + 1], ast.Assign)
                and isinstance(statement, ast.Assign)
            ):
                after: ast.Assign = block[index + 1]
                if len(after.targets) == len(statement.targets) == 1:
                    start, end = make.source.span(statement)[0], make.source.span(after)[1]
                    of = make.source.of
                    joined = (
                        f"{of(statement.targets[0])}, {of(after.targets[0])} = {of(statement.value)}, {of(after.value)}"
                    )
                    make.add("split_assignment", (start, end), joined, statement.lineno, 0.6)


def _atom(node: ast.expr, text: str) -> str:
    return text if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.List)) else f"({text})"


def _expression(make: Maker, statement: ast.Expr) -> None:
    value = statement.value
    text = make.source.of(value)
    if isinstance(value, ast.Constant):
        return
    if isinstance(value, ast.Yield) and value.value is not None:
        inner = make.source.of(value.value)
        make.replace("yield", value, f"yield from {inner}", 2.0)
        make.replace("statement_kind", statement, f"return {inner}", 0.4)
        return
    if isinstance(value, ast.YieldFrom):
        make.replace("yield", value, f"yield {make.source.of(value.value)}", 1.5)
        return
    if not isinstance(value, ast.Await):
        make.replace("statement_kind", statement, f"return {text}", 1.0)
        if isinstance(value, ast.Call):
            generator = make.scope.function is not None and any(
                isinstance(n, (ast.Yield, ast.YieldFrom)) for n in ast.walk(make.scope.function)
            )
            make.replace("yield", statement, f"yield from {text}", 2.0 if generator else 0.1)
            if isinstance(make.scope.function, ast.AsyncFunctionDef):
                make.replace("await", value, f"await {text}", 2.0)
            for name in make.scope.variables:
                make.replace("statement_kind", statement, f"{name} = {text}", 0.3)
                make.replace("statement_kind", statement, f"{name} += {text}", 0.15)
            if isinstance(value.func, ast.Attribute) and value.func.attr in (
                "replace",
                "strip",
                "sort",
                "lower",
                "upper",
                "append",
                "union",
                "rstrip",
                "lstrip",
            ):
                owner = make.source.of(value.func.value)
                make.replace("statement_kind", statement, f"{owner} = {text}", 1.0)
            if isinstance(value.func, ast.Attribute) and value.func.attr == "append" and len(value.args) == 1:
                owner, item = make.source.of(value.func.value), make.source.of(value.args[0])
                make.replace("statement_kind", statement, f"{owner} += {item}", 0.5)
                make.replace("statement_kind", statement, f"{owner} = {owner} + [{item}]", 0.3)
                make.replace("method", statement, f"{owner}.insert(0, {item})", 0.7)


def _flow(make: Maker, statement: ast.stmt) -> None:
    loop = _in_loop(make, statement)
    for text in ("break", "continue", "pass"):
        if loop or text == "pass":
            make.replace("flow", statement, text, 1.0)
    if make.scope.function is not None:
        for value, weight in _returned_values(make)[:6]:
            make.replace("flow", statement, f"return {value}".rstrip(), 0.4 * weight)


def _try(make: Maker, statement: ast.Try) -> None:
    for handler in statement.handlers:
        if isinstance(handler.type, ast.Name):
            near = {other for group in EXCEPTIONS if handler.type.id in group for other in group} | {"Exception"}
            for other in sorted(near - {handler.type.id}):
                make.replace("exception", handler.type, other, 0.5)


def _raise(make: Maker, statement: ast.Raise) -> None:
    if isinstance(statement.exc, ast.Call):
        make.replace("statement_kind", statement, "pass", 0.3)
    for value, weight in _returned_values(make)[:4] if make.scope.function else ():
        make.replace("statement_kind", statement, f"return {value}".rstrip(), 0.2 * weight)


def _definition(make: Maker, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    arguments = statement.args
    names = arguments.posonlyargs + arguments.args
    for argument, default in zip(names[len(names) - len(arguments.defaults) :], arguments.defaults):
        if isinstance(default, (ast.List, ast.Dict, ast.Set)) or (
            isinstance(default, ast.Call)
            and isinstance(default.func, ast.Name)
            and default.func.id in ("list", "dict", "set")
        ):
            body = statement.body
            first = (
                body[1]
                if len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
                else body[0]
            )
            lines = make.source.whole_lines(first)
            if lines is not None:
                indent = make.source.indent(first)
                text = f"{indent}if {argument.arg} is None:\n{indent}    {argument.arg} = {make.source.of(default)}\n"
                make.several(
                    "mutable_default",
                    [(make.source.span(default), "None"), ((lines[0], lines[0]), text)],
                    statement.lineno,
                    3.0,
                )
    if isinstance(make.source.parents.get(statement), ast.ClassDef):
        start = make.source.text.find("(", make.source.offset(statement.lineno, statement.col_offset))
        if (not names or names[0].arg not in ("self", "cls")) and start >= 0:
            static = any(
                isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod") for d in statement.decorator_list
            )
            if not static:
                make.add(
                    "missing_self",
                    (start + 1, start + 1),
                    "self, " if names else "self",
                    statement.lineno,
                    3.0,
                )
