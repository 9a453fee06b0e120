"""Edits of Python expressions: operators, constants, names, calls, subscripts, conditions, wrapping."""

from __future__ import annotations

import ast
import re

from agent.repair.templates.python_calls import call_edits
from agent.repair.templates.python_donors import ARITHMETIC, COMPARE, operator_text, wrapped
from agent.repair.templates.python_places import placed_edits
from agent.repair.templates.python_shapes import (
    comprehension_edits,
    display_edits,
    formatted_edits,
    lambda_edits,
    sequence_edits,
    subscript_edits,
    ternary_edits,
)
from agent.repair.templates.python_source import Maker
from agent.repair.templates.python_values import attribute_edits, constant_edits, name_edits


def edits(make: Maker, node: ast.AST) -> None:
    """Collect every edit of one expression node (not of its children)."""
    if isinstance(node, ast.Compare):
        _compare(make, node)
    elif isinstance(node, ast.BinOp):
        _binary(make, node)
    elif isinstance(node, ast.BoolOp):
        _boolean(make, node)
    elif isinstance(node, ast.UnaryOp):
        _unary(make, node)
    elif isinstance(node, ast.Constant):
        constant_edits(make, node)
    elif isinstance(node, ast.Name):
        name_edits(make, node)
    elif isinstance(node, ast.Attribute):
        attribute_edits(make, node)
    elif isinstance(node, ast.Call):
        call_edits(make, node)
    elif isinstance(node, ast.Subscript):
        subscript_edits(make, node)
    elif isinstance(node, ast.IfExp):
        ternary_edits(make, node)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        comprehension_edits(make, node)
    elif isinstance(node, (ast.Tuple, ast.List)):
        sequence_edits(make, node)
    elif isinstance(node, (ast.Dict, ast.Set)):
        display_edits(make, node)
    elif isinstance(node, ast.JoinedStr):
        formatted_edits(make, node)
    elif isinstance(node, ast.Lambda):
        lambda_edits(make, node)
    if isinstance(node, ast.expr):
        placed_edits(make, node)


def _operator(make: Maker, left: ast.AST, right: ast.AST, operator: str) -> tuple[int, int] | None:
    """The span of an operator between two nodes."""
    start, end = make.source.gap(left, right)
    pattern = r"\s+".join(re.escape(part) for part in operator.split())
    if operator[0].isalpha():
        pattern = rf"\b{pattern}\b"
    found = re.search(pattern, make.source.text[start:end])
    return (start + found.start(), start + found.end()) if found else None


def _compare(make: Maker, node: ast.Compare) -> None:
    operands = [node.left, *node.comparators]
    for index, operator in enumerate(node.ops):
        text = operator_text(operator)
        place = _operator(make, operands[index], operands[index + 1], text)
        if place is None:
            continue
        for rank, other in enumerate(COMPARE[text]):
            make.add("compare", place, other, node.lineno, 1.0 / (1 + 0.4 * rank))
    if len(node.ops) == 1:
        left, right = make.source.of(node.left), make.source.of(node.comparators[0])
        operator_span = make.source.gap(node.left, node.comparators[0])
        between = make.source.text[operator_span[0] : operator_span[1]]
        make.replace("operand_swap", node, f"{right}{between}{left}", 0.7)
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            for name in make.scope.of_type("list", "dict", "set", "str", "tuple"):
                if name != right:
                    make.replace("name", node.comparators[0], name, 0.5)
    elif len(node.ops) == 2:
        first = f"{make.source.of(node.left)} {operator_text(node.ops[0])} {make.source.of(node.comparators[0])}"
        second = (
            f"{make.source.of(node.comparators[0])} {operator_text(node.ops[1])} {make.source.of(node.comparators[1])}"
        )
        make.replace("condition_drop", node, first)
        make.replace("condition_drop", node, second)


def _binary(make: Maker, node: ast.BinOp) -> None:
    text = operator_text(node.op)
    place = _operator(make, node.left, node.right, text)
    left, right = make.source.of(node.left), make.source.of(node.right)
    formatting = (
        isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
    )
    if place is not None and not formatting:
        for rank, other in enumerate(ARITHMETIC[text]):
            spaced = f" {other} " if other.isalpha() else other
            make.add("arithmetic", place, spaced, node.lineno, 1.0 / (1 + 0.5 * rank))
    if place is None:
        return
    whole = make.source.span(node)
    first = make.source.text[whole[0] : place[0]].strip()
    second = make.source.text[place[1] : whole[1]].strip()
    if first.count("(") == first.count(")"):
        if not isinstance(node.op, ast.Mult) and not (isinstance(node.op, ast.Add) and _numeric(make, node)):
            make.replace("operand_swap", node, f"{second} {text} {first}")
        make.replace("operand_drop", node, first)
        make.replace("operand_drop", node, second, 0.6)
    # a - b - c → a - (b - c), and (a + b) * c → a + b * c
    inner = node.left
    if isinstance(inner, ast.BinOp):
        a, b = make.source.of(inner.left), make.source.of(inner.right)
        make.replace("regroup", node, f"{a} {operator_text(inner.op)} ({b} {text} {right})", 0.7)
        if "(" in make.source.text[make.source.span(node)[0] : make.source.span(inner)[0]]:
            make.replace("regroup", node, f"{a} {operator_text(inner.op)} {b} {text} {right}")
    if isinstance(node.right, ast.BinOp):
        b, c = make.source.of(node.right.left), make.source.of(node.right.right)
        make.replace("regroup", node, f"({left} {text} {b}) {operator_text(node.right.op)} {c}")
    if isinstance(node.op, ast.Div):
        make.replace("wrap", node, f"int({left} / {right})", 0.3)


def _numeric(make: Maker, node: ast.BinOp) -> bool:
    for side in (node.left, node.right):
        if isinstance(side, ast.Constant) and isinstance(side.value, (int, float)):
            return True
        if isinstance(side, ast.Name) and make.scope.variables.get(side.id, frozenset()) & {"int", "float"}:
            return True
    return False


def _boolean(make: Maker, node: ast.BoolOp) -> None:
    text = operator_text(node.op)
    other = "or" if text == "and" else "and"
    parts = [make.source.of(value) for value in node.values]
    spans = [_operator(make, a, b, text) for a, b in zip(node.values, node.values[1:], strict=False)]
    places = [span for span in spans if span is not None]
    if len(places) == len(spans):
        make.several("boolean", [(place, other) for place in places], node.lineno)
        if len(places) > 1:
            for place in places:
                make.add("boolean", place, other, node.lineno, 0.5)
    for index in range(len(parts)):
        rest = parts[:index] + parts[index + 1 :]
        make.replace("condition_drop", node, f" {text} ".join(rest))
    if len(parts) == 2:
        make.replace("operand_swap", node, f"{parts[1]} {text} {parts[0]}", 0.4)
        make.replace("negate", node, f"not ({parts[0]} {text} {parts[1]})", 0.3)
    for value in node.values:
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
            continue
        make.replace("negate", value, f"not {wrapped(make, value)}", 0.6)


def _unary(make: Maker, node: ast.UnaryOp) -> None:
    inner = make.source.of(node.operand)
    if isinstance(node.op, ast.Not):
        make.replace("negate", node, inner)
    elif isinstance(node.op, (ast.USub, ast.Invert, ast.UAdd)):
        make.replace("sign", node, inner)
