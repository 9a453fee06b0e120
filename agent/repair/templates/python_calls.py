"""Edits of Python calls: arguments, ranges, built-ins."""

from __future__ import annotations

import ast

from agent.repair.templates.python_source import Maker


def call_edits(make: Maker, node: ast.Call) -> None:
    source = make.source
    arguments = [source.of(a) for a in node.args]
    spans = [source.span(a) for a in node.args]
    for one in range(len(node.args)):
        for other in range(one + 1, len(node.args)):
            make.several(
                "argument_swap",
                [(spans[one], arguments[other]), (spans[other], arguments[one])],
                node.lineno,
                1.0 if other == one + 1 else 0.5,
            )
    end = source.span(node)[1]
    inside = (source.span(node.func)[1] + 1, end - 1)
    keywords = [source.of(k) for k in node.keywords]
    for index in range(len(arguments)):
        rest = arguments[:index] + arguments[index + 1 :] + keywords
        make.add("argument_drop", inside, ", ".join(rest), node.lineno)
    for index in range(len(keywords)):
        make.add(
            "argument_drop",
            inside,
            ", ".join(arguments + keywords[:index] + keywords[index + 1 :]),
            node.lineno,
            1.5,
        )
    _added_arguments(make, node, arguments, keywords, inside)
    if len(arguments) == 1 and not keywords:
        make.replace("unwrap", node, arguments[0])
    if isinstance(node.func, ast.Attribute):
        make.replace("unwrap", node, source.of(node.func.value), 0.8)
        if not arguments:
            make.replace("unwrap", node, source.of(node.func), 0.3)
        name = node.func.attr
        if name == "get" and len(arguments) == 2:
            for default in ("0", "1", "[]", "None", "''"):
                make.replace("argument_value", node.args[1], default, 0.5)
        if name == "pop" and not arguments:
            make.add("argument_add", inside, "0", node.lineno, 1.0)
        if name == "append" and len(arguments) == 1:
            make.add("wrap", inside, f"list({arguments[0]})", node.lineno, 0.6)
            make.add("wrap", inside, f"{arguments[0]}[:]", node.lineno, 0.6)
            make.add("wrap", inside, f"[{arguments[0]}]", node.lineno, 0.2)
    elif isinstance(node.func, ast.Name):
        _builtin_call(make, node, arguments, keywords, inside)


def _added_arguments(
    make: Maker, node: ast.Call, arguments: list[str], keywords: list[str], inside: tuple[int, int]
) -> None:
    name = (
        node.func.id
        if isinstance(node.func, ast.Name)
        else node.func.attr
        if isinstance(node.func, ast.Attribute)
        else ""
    )
    least, most = make.scope.functions.get(name, (0, 2))
    known = name in make.scope.functions
    if len(arguments) >= most:
        return
    donors = [*make.scope.variables, "0", "1"]
    for donor in donors:
        if donor in arguments:
            continue
        for index in {len(arguments), 0}:
            args = [*arguments[:index], donor, *arguments[index:], *keywords]
            make.add(
                "argument_add",
                inside,
                ", ".join(args),
                node.lineno,
                1.5 if known and len(arguments) < least else 0.6 if known else 0.15,
            )


def _builtin_call(
    make: Maker, node: ast.Call, arguments: list[str], keywords: list[str], inside: tuple[int, int]
) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    text = make.source.of(node)
    if name == "range":
        _range(make, node, arguments, inside)
    elif name in ("sorted", "min", "max"):
        if not any(k.startswith("reverse") for k in keywords) and name == "sorted":
            make.add("argument_add", inside, ", ".join([*arguments, *keywords, "reverse=True"]), node.lineno, 2.0)
        if not any(k.startswith("key") for k in keywords):
            for key in ("len", "abs", "str", "lambda x: x[0]", "lambda x: x[1]", "lambda x: -x", "str.lower"):
                make.add("argument_add", inside, ", ".join([*arguments, *keywords, f"key={key}"]), node.lineno, 0.3)
        if name != "sorted" and len(arguments) == 1:
            make.add("argument_add", inside, f"{arguments[0]}, default=0", node.lineno, 0.4)
    elif name == "enumerate" and len(arguments) == 1:
        make.add("argument_add", inside, f"{arguments[0]}, 1", node.lineno, 1.5)
        make.add("argument_add", inside, f"{arguments[0]}, start=1", node.lineno, 0.1)
    elif name == "sum" and len(arguments) == 1:
        make.add("argument_add", inside, f"{arguments[0]}, []", node.lineno, 0.2)
    elif name == "round":
        make.replace("function", node, f"int({arguments[0] if arguments else ''})", 0.5)
    elif name == "int" and len(arguments) == 1:
        make.replace("function", node, f"round({arguments[0]})", 0.3)
        make.add("argument_add", inside, f"{arguments[0]}, 2", node.lineno, 0.3)
        inner = node.args[0]
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
            make.replace("arithmetic", node, f"({make.source.of(inner.left)} // {make.source.of(inner.right)})", 0.5)
    elif name in ("print",):
        make.replace("statement_kind", node, f"return {arguments[0] if arguments else ''}".strip(), 0.5)
    if name in make.scope.functions and text:
        for index, argument in enumerate(node.args):
            for donor in [
                *make.scope.expressions[:10],
                *make.scope.variables,
                "0",
                "1",
                "[]",
                "None",
                "True",
                "False",
            ]:
                if donor != arguments[index]:
                    make.replace("argument_value", argument, donor, 0.3)


def _range(make: Maker, node: ast.Call, arguments: list[str], inside: tuple[int, int]) -> None:
    def put(weight: float, *args: str) -> None:
        make.add("range", inside, ", ".join(args), node.lineno, weight)

    if len(arguments) == 1:
        (stop,) = arguments
        put(1.0, f"{stop} + 1")
        put(0.8, f"{stop} - 1")
        put(1.0, "1", stop)
        put(0.8, "1", f"{stop} + 1")
        put(0.3, "2", stop)
        put(0.3, "2", f"{stop} + 1")
        put(0.3, f"{stop} - 1", "-1", "-1")
        put(0.3, "0", stop, "2")
        for name in make.scope.of_type("int"):
            put(0.5, name, stop)
            put(0.6, f"{name} + 1", stop)
            put(0.15, name, f"{stop} + 1")
    else:
        start, stop, *step = arguments
        put(1.0, start, f"{stop} + 1", *step)
        put(0.9, start, f"{stop} - 1", *step)
        put(0.9, f"{start} + 1", stop, *step)
        put(0.7, f"{start} - 1", stop, *step)
        put(0.5, "0", stop, *step)
        put(0.5, "1", stop, *step)
        put(0.4, stop, *step)
        if not step:
            put(0.5, start, stop, "-1")
            put(0.5, start, stop, "2")
            put(0.4, stop, start, "-1")
            put(0.4, f"{stop} - 1", f"{start} - 1", "-1")
            for name in make.scope.of_type("int"):
                put(0.4, start, stop, name)
                put(0.3, name, stop)
                put(0.3, f"{name} + 1", stop)
        else:
            put(0.6, start, stop)
            put(0.4, start, stop, f"-{step[0]}")
            put(0.4, start, "-1", *step)
            put(0.4, start, "0", *step)
