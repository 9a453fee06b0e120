"""Edits of Python constants, names and attributes."""

from __future__ import annotations

import ast
import builtins
import re

from agent.repair.templates import MISTAKEN_CHARACTERS
from agent.repair.templates.python_donors import BUILTINS, EXCEPTIONS, METHODS
from agent.repair.templates.python_source import UNREAD, Maker


def constant_edits(make: Maker, node: ast.Constant) -> None:
    value = node.value
    parent = make.source.parents.get(node)
    if isinstance(parent, (ast.JoinedStr, ast.FormattedValue)):
        return
    if isinstance(parent, ast.Expr):
        return
    if isinstance(value, bool):
        make.replace("constant_bool", node, str(not value))
    elif value is None:
        for text in ("[]", "0", "''", "{}", "False", "True"):
            make.replace("constant_none", node, text, 0.3)
    elif isinstance(value, int):
        near = {
            str(value + 1): 1.0,
            str(value - 1): 1.0,
            "0": 0.7,
            "1": 0.7,
            "-1": 0.4,
            "2": 0.3,
            str(-value): 0.4,
        }
        near.update({str(value * 10): 0.15, str(value * 2): 0.2, str(value + 2): 0.12, str(value - 2): 0.12})
        if value > 9:
            near.update({str(value // 10): 0.15, str(value // 2): 0.1})
        for number in make.scope.numbers:
            near.setdefault(number, 0.4)
        if value in (0, 1):
            near.update({"float('inf')": 0.04, "float('-inf')": 0.04, "None": 0.05, "[]": 0.03, "''": 0.03})
        if value == 0:
            near["0.0"] = 0.03
        for name, kinds in make.scope.variables.items():
            near.setdefault(name, 0.25 if "int" in kinds else 0.05)
        near.pop(str(value), None)
        for text, weight in near.items():
            make.replace("constant_number", node, text, weight)
    elif isinstance(value, float):
        for text in (
            repr(value + 1),
            repr(value - 1),
            repr(-value),
            repr(value * 10),
            repr(value / 10),
            repr(value * 2),
            repr(value / 2),
            "0.0",
            "1.0",
        ):
            make.replace("constant_number", node, text, 0.5)
        for number in make.scope.numbers:
            make.replace("constant_number", node, number, 0.4)
    elif isinstance(value, str):
        _string(make, node, value)


def _string(make: Maker, node: ast.Constant, value: str) -> None:
    start = make.source.of(node)
    if len(value) > 200 or start.startswith(("'''", '"""')):
        return
    for other in make.scope.strings:
        make.replace("constant_string", node, other, 0.5)
    near: dict[str, float] = {"": 0.4, " ": 0.3}
    near.update({value.lower(): 0.4, value.upper(): 0.4, value.strip(): 0.4, value + " ": 0.15, value + "\n": 0.1})
    near.update({value.capitalize(): 0.2, " " + value: 0.15})
    if len(value) > 1:
        near.update({value[:-1]: 0.3, value[1:]: 0.3, value[::-1]: 0.1})
    if len(value) == 1:
        pairs = {**MISTAKEN_CHARACTERS, ",": ";", "\n": "\r\n"}
        if value in pairs:
            near[pairs[value]] = 0.6
        if value.isalpha():
            near[chr(ord(value) + 1)] = 0.15
    near.pop(value, None)
    for text, weight in near.items():
        make.replace("constant_string", node, repr(text), weight)
    parent = make.source.parents.get(node)
    if (
        isinstance(parent, ast.Call)
        and isinstance(parent.func, ast.Attribute)
        and parent.func.attr in ("split", "strip")
    ):
        make.replace("constant_string", node, "", 0.3)


HIGHER_ORDER = frozenset({"map", "filter", "reduce", "partial", "starmap", "takewhile", "dropwhile"})
"""Functions whose first argument is a function."""


def name_edits(make: Maker, node: ast.Name) -> None:
    parent = make.source.parents.get(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        _called_name(make, node, len(parent.args))
        return
    if isinstance(node.ctx, ast.Store):
        if isinstance(parent, (ast.Assign, ast.AugAssign, ast.Tuple, ast.For)):
            for other, weight in make.scope.similar(node.id):
                make.replace("assign_target", node, other, weight)
            if isinstance(parent, (ast.Assign, ast.AugAssign)):
                for name in make.scope.of_type("list", "dict"):
                    for index in make.scope.of_type("int", "str")[:6]:
                        make.replace("assign_target", node, f"{name}[{index}]", 0.05)
        return
    if not isinstance(node.ctx, ast.Load):
        return
    family = "undefined_name" if node.id in make.scope.undefined else "name"
    expected = _expected(make, node)
    for other, weight in make.scope.similar(node.id):
        if expected:
            kinds = make.scope.variables[other]
            weight = 1.0 if kinds & expected else 0.35 if not kinds else 0.03
            weight *= UNREAD if other in make.scope.unread else 1.0
        make.replace(family, node, other, weight)
    for other in make.scope.globals:
        if other != node.id:
            weight = 0.3 if other.isupper() == node.id.isupper() else 0.05
            make.replace("name", node, other, weight)
    takes_function = isinstance(parent, ast.Call) and ast.unparse(parent.func).rpartition(".")[2] in HIGHER_ORDER
    if isinstance(parent, ast.Call) and (
        node.id not in make.scope.variables or (takes_function and parent.args[:1] == [node])
    ):
        # A function that is handed on, or a class: the file's own, and what it imports.
        for other in (*make.source.imported, *make.scope.functions):
            if other != node.id and other not in make.scope.variables:
                make.replace(family, node, other, 0.5 if takes_function else 0.15)
    elif isinstance(parent, (ast.Call, ast.keyword, ast.Return, ast.Assign)):
        for other in make.source.imported:
            make.replace(family, node, other, 0.04)
    function = make.scope.function
    if function is not None and function.args.args and function.args.args[0].arg == "self":
        make.replace("missing_self", node, f"self.{node.id}", 3.0 if node.id in make.scope.attributes else 0.1)
        if node.id not in ("self",):
            for attribute in make.scope.attributes[:12]:
                make.replace("name", node, f"self.{attribute}", 0.1)
    kinds = make.scope.variables.get(node.id, frozenset())
    if kinds & {"int", "float"} or not kinds:
        for number in ("0", "1", *make.scope.numbers[:3]):
            make.replace("name_to_constant", node, number, 0.4)
        for container in make.scope.of_type("list", "str", "tuple", "dict", "set"):
            make.replace("name_to_expression", node, f"len({container})", 0.5)
    if kinds & {"function", "method", "type", "builtin_function_or_method"}:
        make.replace("call_added", node, f"{node.id}()", 1.0)
    for expression in make.scope.expressions[:16]:
        if expression != node.id:
            make.replace(
                "name_to_expression",
                node,
                expression,
                0.6 if re.search(rf"\b{re.escape(node.id)}\b", expression) else 0.25,
            )
    if kinds & {"list", "tuple", "str", "dict"}:
        for index in make.scope.of_type("int")[:6]:
            make.replace("index_added", node, f"{node.id}[{index}]", 0.5)
        for text, weight in (
            ("[0]", 0.3),
            ("[-1]", 0.3),
            ("[1:]", 0.4),
            ("[:-1]", 0.3),
            ("[::-1]", 0.4),
            ("[:]", 0.3),
        ):
            make.replace("index_added", node, node.id + text, weight)


def _expected(make: Maker, node: ast.Name) -> frozenset[str]:
    """The built-in types that fit where a name stands; empty when that cannot be told."""
    parent = make.source.parents.get(node)
    if isinstance(parent, ast.Attribute):
        return frozenset(kind for kind in _TYPES if hasattr(getattr(builtins, kind), parent.attr))
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return frozenset({"list", "dict", "str", "tuple", "defaultdict", "deque"})
    if isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node:
        return frozenset({"list", "dict", "str", "tuple", "set", "range", "generator", "frozenset", "dict_items"})
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and node in parent.args:
        if parent.func.id in ("len", "sorted", "reversed", "enumerate", "sum", "any", "all", "list", "set", "tuple"):
            return frozenset({"list", "dict", "str", "tuple", "set", "range", "generator", "frozenset"})
        if parent.func.id in ("range", "abs", "chr", "bin", "hex"):
            return frozenset({"int", "float"})
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Sub, ast.FloorDiv, ast.Div, ast.Pow)):
        return frozenset({"int", "float", "complex", "Decimal", "Fraction"})
    return frozenset()


_TYPES = ("list", "dict", "str", "tuple", "set", "int", "float", "bytes", "frozenset")


def _called_name(make: Maker, node: ast.Name, arguments: int) -> None:
    for group in BUILTINS:
        if node.id in group:
            for other in group:
                if other != node.id:
                    make.replace("function", node, other, 0.6 if group[0] in (node.id, other) else 0.4)
    for other, (least, most) in make.scope.functions.items():
        if other != node.id and not other.startswith("__"):
            fits = least <= arguments <= most
            make.replace("function", node, other, 0.6 if fits else 0.05)
    for group in EXCEPTIONS:
        if node.id in group:
            for other in group:
                make.replace("exception", node, other, 0.3)


def attribute_edits(make: Maker, node: ast.Attribute) -> None:
    end = make.source.span(node)[1]
    place = (end - len(node.attr), end)
    parent = make.source.parents.get(node)
    called = isinstance(parent, ast.Call) and parent.func is node
    near: dict[str, float] = {}
    for group in METHODS:
        if node.attr in group:
            for other in group:
                near[other] = max(near.get(other, 0), 1.0)
    for other in make.scope.attributes[:30]:
        near.setdefault(other, 0.5 if _alike(node.attr, other) else 0.25)
    near.pop(node.attr, None)
    for other, weight in near.items():
        make.add("method" if called else "attribute", place, other, node.lineno, weight)
    if not called:
        make.replace("unwrap", node, make.source.of(node.value), 0.5)
        if isinstance(node.ctx, ast.Load):
            make.replace("call_added", node, make.source.of(node) + "()", 0.3)
        if isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr in make.scope.variables:
            make.replace("name", node, node.attr, 0.8)


def _alike(one: str, other: str) -> bool:
    return bool(set(one.lower().split("_")) & set(other.lower().split("_")))
