"""Edits of each kind of Python statement: branches, loops, returns, assignments, jumps, definitions."""

from __future__ import annotations

import ast
import re

from agent.repair.templates.python_donors import ARITHMETIC, EXCEPTIONS, operator_text
from agent.repair.templates.python_guards import conditions, in_loop, returned_values, returns_booleans
from agent.repair.templates.python_source import Block, Maker


def reindented(text: str, before: str, after: str) -> str:
    return "".join(after + line[len(before) :] if line.startswith(before) else line for line in text.splitlines(True))


def _keyword(make: Maker, statement: ast.stmt) -> tuple[int, int]:
    """The span of a statement's first word."""
    start, _ = make.source.span(statement)
    found = re.match(r"\w+", make.source.text[start:])
    return start, start + (found.end() if found else 0)


def if_edits(make: Maker, statement: ast.If, block: Block, index: int) -> None:
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
            reindented(body, source.indent(statement.body[0]), source.indent(statement)),
            statement.lineno,
            0.6,
        )
    if statement.orelse and not (len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If)):
        other = _body_text(make, statement.orelse)
        spans = _body_span(make, statement.body), _body_span(make, statement.orelse)
        if body is not None and other is not None and spans[0] and spans[1]:
            make.several("branch", [(spans[0], other), (spans[1], body)], statement.lineno, 0.8)
            make.add("branch", (spans[0][1], lines[1]), "", statement.lineno, 0.5)
            less = reindented(other, source.indent(statement.orelse[0]), source.indent(statement))
            make.add("branch", (spans[0][1], lines[1]), less, statement.lineno, 1.0)
    elif not statement.orelse and index + 1 < len(block):
        rest = block[index + 1]
        place = source.whole_lines(rest)
        if place is not None:
            inner = source.indent(statement.body[0])
            text = source.text[place[0] : place[1]]
            more = f"{source.indent(statement)}else:\n" + reindented(text, source.indent(statement), inner)
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


def while_edits(make: Maker, statement: ast.While) -> None:
    make.add("branch", _keyword(make, statement), "if", statement.lineno, 0.5)


def return_edits(make: Maker, statement: ast.Return) -> None:
    start, end = make.source.span(statement)
    keyword = _keyword(make, statement)
    if statement.value is None:
        for value, weight in returned_values(make):
            make.add("return_value", (start, end), f"return {value}", statement.lineno, weight)
        return
    for value, weight in returned_values(make):
        if value:
            make.replace("return_value", statement.value, value, weight)
    if isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, bool):
        # An answer that is always the same where it should depend on what was gathered.
        for name in list(make.scope.variables)[:8]:
            make.replace("return_value", statement.value, f"not {name}", 0.3)
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
        boolean = isinstance(statement.value, (ast.Compare, ast.BoolOp)) or returns_booleans(make)
        scale = 1.0 if boolean else 0.1
        for extra, weight in conditions(make).items():
            if extra != text:
                part = f"({extra})" if " or " in extra or " and " in extra else extra
                inner = f"({text})" if " or " in text else text
                make.replace("condition_add", statement.value, f"{inner} and {part}", weight * scale)
                make.replace("condition_add", statement.value, f"{text} or {part}", weight * scale)
                if boolean:
                    make.replace("condition_replace", statement.value, extra, weight * 0.4)


def assignment_edits(make: Maker, statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
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
        pairs = [f"{source.of(t)} = {source.of(v)}" for t, v in zip(target.elts, statement.value.elts, strict=False)]
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


def expression_edits(make: Maker, statement: ast.Expr) -> None:
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


def flow_edits(make: Maker, statement: ast.stmt) -> None:
    loop = in_loop(make, statement)
    for text in ("break", "continue", "pass"):
        if loop or text == "pass":
            make.replace("flow", statement, text, 1.0)
    if make.scope.function is not None:
        for value, weight in returned_values(make)[:6]:
            make.replace("flow", statement, f"return {value}".rstrip(), 0.4 * weight)


def try_edits(make: Maker, statement: ast.Try) -> None:
    for handler in statement.handlers:
        if isinstance(handler.type, ast.Name):
            near = {other for group in EXCEPTIONS if handler.type.id in group for other in group} | {"Exception"}
            for other in sorted(near - {handler.type.id}):
                make.replace("exception", handler.type, other, 0.5)


def raise_edits(make: Maker, statement: ast.Raise) -> None:
    if isinstance(statement.exc, ast.Call):
        make.replace("statement_kind", statement, "pass", 0.3)
    for value, weight in returned_values(make)[:4] if make.scope.function else ():
        make.replace("statement_kind", statement, f"return {value}".rstrip(), 0.2 * weight)


def definition_edits(make: Maker, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    arguments = statement.args
    names = arguments.posonlyargs + arguments.args
    for argument, default in zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=False):
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
