"""Edits of Python expressions: operators, constants, names, calls, subscripts, conditions, wrapping."""

from __future__ import annotations

import ast
import builtins
import re

from agent.repair.templates.python_source import UNREAD, Maker

COMPARE = {
    "<": ("<=", ">", ">=", "!=", "=="),
    "<=": ("<", ">=", ">", "==", "!="),
    ">": (">=", "<", "<=", "!=", "=="),
    ">=": (">", "<=", "<", "==", "!="),
    "==": ("!=", "<=", ">=", "is", "in", "<", ">"),
    "!=": ("==", "<", ">", "<=", ">=", "not in"),
    "is": ("is not", "=="),
    "is not": ("is", "!="),
    "in": ("not in", "=="),
    "not in": ("in", "!="),
}
ARITHMETIC = {
    "+": ("-", "*", "|", "/", "//", "%"),
    "-": ("+", "*", "/", "%", "//"),
    "*": ("/", "**", "+", "-", "//", "%"),
    "/": ("//", "*", "%", "-", "+"),
    "//": ("/", "%", "*", "-", "+"),
    "%": ("//", "/", "*", "+", "-"),
    "**": ("*", "^", "//"),
    "&": ("|", "^", "and", "<<", ">>"),
    "|": ("&", "^", "or", "+"),
    "^": ("&", "|", "**"),
    "<<": (">>", "*"),
    ">>": ("<<", "//"),
    "@": ("*",),
}
METHODS = (
    ("append", "extend", "add", "insert", "appendleft"),
    ("add", "update", "discard", "append"),
    ("remove", "discard", "pop"),
    ("pop", "popleft", "remove", "popitem"),
    ("keys", "values", "items"),
    ("lower", "upper", "title", "capitalize", "swapcase", "casefold"),
    ("strip", "lstrip", "rstrip"),
    ("find", "rfind", "index", "rindex", "count"),
    ("startswith", "endswith"),
    ("split", "rsplit", "splitlines", "partition"),
    ("partition", "rpartition"),
    ("ljust", "rjust", "center", "zfill"),
    ("isdigit", "isalpha", "isalnum", "isnumeric", "isspace", "isupper", "islower", "isdecimal"),
    ("union", "intersection", "difference", "symmetric_difference"),
    ("issubset", "issuperset", "isdisjoint"),
    ("get", "pop", "setdefault"),
    ("sort", "reverse"),
    ("floor", "ceil", "trunc", "sqrt"),
    ("sin", "cos", "tan"),
    ("match", "search", "fullmatch", "findall"),
    ("bisect_left", "bisect_right"),
    ("encode", "decode"),
    ("removeprefix", "removesuffix"),
)
BUILTINS = (
    ("min", "max", "sum"),
    ("any", "all"),
    ("int", "float", "round", "str", "bool", "abs"),
    ("list", "tuple", "set", "sorted", "dict", "frozenset"),
    ("sorted", "reversed", "list"),
    ("len", "sum", "max", "min"),
    ("ord", "chr"),
    ("bin", "hex", "oct"),
    ("enumerate", "reversed", "sorted"),
    ("map", "filter"),
    ("isinstance", "issubclass"),
    ("range", "reversed"),
    ("zip", "enumerate"),
)
EXCEPTIONS = (
    ("KeyError", "IndexError", "LookupError", "ValueError", "AttributeError", "TypeError", "Exception"),
    ("ZeroDivisionError", "ArithmeticError", "ValueError", "OverflowError"),
    ("FileNotFoundError", "OSError", "IOError", "PermissionError"),
    ("StopIteration", "ValueError", "IndexError"),
)


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
        _constant(make, node)
    elif isinstance(node, ast.Name):
        _name(make, node)
    elif isinstance(node, ast.Attribute):
        _attribute(make, node)
    elif isinstance(node, ast.Call):
        _call(make, node)
    elif isinstance(node, ast.Subscript):
        _subscript(make, node)
    elif isinstance(node, ast.IfExp):
        _ternary(make, node)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        _comprehension(make, node)
    elif isinstance(node, (ast.Tuple, ast.List)):
        _sequence(make, node)
    elif isinstance(node, (ast.Dict, ast.Set)):
        _display(make, node)
    elif isinstance(node, ast.JoinedStr):
        _formatted(make, node)
    elif isinstance(node, ast.Lambda):
        _lambda(make, node)
    if isinstance(node, ast.expr):
        _placed(make, node)


def _operator(make: Maker, left: ast.AST, right: ast.AST, operator: str) -> tuple[int, int] | None:
    """The span of an operator between two nodes."""
    start, end = make.source.gap(left, right)
    pattern = r"\s+".join(re.escape(part) for part in operator.split())
    if operator[0].isalpha():
        pattern = rf"\b{pattern}\b"
    found = re.search(pattern, make.source.text[start:end])
    return (start + found.start(), start + found.end()) if found else None


_OPERATORS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in", ast.Add: "+", ast.Sub: "-", ast.Mult: "*",
    ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|",
    ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@", ast.And: "and", ast.Or: "or",
}  # fmt: skip


def operator_text(operator: ast.AST) -> str:
    """An operator as it is written."""
    return _OPERATORS[type(operator)]


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
    spans = [_operator(make, a, b, text) for a, b in zip(node.values, node.values[1:])]
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
        make.replace("negate", value, f"not {_wrapped(make, value)}", 0.6)


def _unary(make: Maker, node: ast.UnaryOp) -> None:
    inner = make.source.of(node.operand)
    if isinstance(node.op, ast.Not):
        make.replace("negate", node, inner)
    elif isinstance(node.op, (ast.USub, ast.Invert, ast.UAdd)):
        make.replace("sign", node, inner)


def _constant(make: Maker, node: ast.Constant) -> None:
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
        pairs = {"0": "1", "1": "0", "(": ")", ")": "(", "[": "]", "]": "[", "{": "}", "}": "{", "a": "A", "A": "a",
                 "+": "-", "-": "+", "*": "/", "/": "*", ",": ";", "<": ">", ">": "<", "\n": "\r\n", "_": "-", ".": ","}  # fmt: skip
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


def _name(make: Maker, node: ast.Name) -> None:
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


def _attribute(make: Maker, node: ast.Attribute) -> None:
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


def _call(make: Maker, node: ast.Call) -> None:
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


def _subscript(make: Maker, node: ast.Subscript) -> None:
    source = make.source
    value = source.of(node.value)
    if isinstance(node.slice, ast.Slice):
        lower = source.of(node.slice.lower) if node.slice.lower else ""
        upper = source.of(node.slice.upper) if node.slice.upper else ""
        step = f":{source.of(node.slice.step)}" if node.slice.step else ""
        options: dict[str, float] = {}
        for low, weight in {
            lower: 1.0,
            "": 0.8,
            "1": 0.6,
            f"{lower} + 1" if lower else "1": 0.9,
            f"{lower} - 1" if lower else "": 0.7,
            upper: 0.3,
        }.items():
            options.setdefault(f"{low}:{upper}{step}", weight)
        for up, weight in {
            "": 0.8,
            "-1": 0.6,
            f"{upper} + 1" if upper else "-1": 0.9,
            f"{upper} - 1" if upper else "-1": 0.8,
            lower: 0.3,
        }.items():
            options.setdefault(f"{lower}:{up}{step}", weight)
        for name in make.scope.of_type("int"):
            options.setdefault(f"{name}:{upper}{step}", 0.3)
            options.setdefault(f"{lower}:{name}{step}", 0.3)
            options.setdefault(f"{name} + 1:{upper}{step}", 0.2)
            options.setdefault(f"{lower}:{name} + 1{step}", 0.2)
        if step:
            options[f"{lower}:{upper}"] = 0.8
            options[f"{lower}:{upper}:2"] = 0.2
            options[f"{lower}:{upper}:-1"] = 0.4
        else:
            options[f"{lower}:{upper}:-1"] = 0.5
        for text, weight in options.items():
            make.replace("slice", node.slice, text, weight)
        make.replace("unwrap", node, value, 0.7)
        return
    index = source.of(node.slice)
    if isinstance(node.slice, ast.Tuple):
        return
    numeric = not (isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str))
    if numeric and not isinstance(node.slice, ast.Constant):
        make.replace("index", node.slice, f"{index} - 1", 1.0)
        make.replace("index", node.slice, f"{index} + 1", 1.0)
        make.replace("index", node.slice, f"-{index}", 0.2)
        make.replace("index", node.slice, f"-{index} - 1", 0.2)
        make.replace("index", node.slice, "0", 0.2)
        make.replace("index", node.slice, "-1", 0.3)
    if numeric:
        for name in make.scope.of_type("int"):
            make.replace("index", node.slice, name, 0.4)
            make.replace("index", node.slice, f"{name} - 1", 0.2)
            make.replace("index", node.slice, f"{name} + 1", 0.15)
            if name != index:
                make.replace("index", node.slice, f"{index} - {name}", 0.2)
                make.replace("index", node.slice, f"{index} + {name}", 0.15)
    if isinstance(node.ctx, ast.Load):
        make.replace("unwrap", node, value, 0.6)
        make.replace("unwrap", node, index, 0.6)
        for default in ("0", "1", "[]", "None", "''", "False"):
            make.replace("safe_get", node, f"{value}.get({index}, {default})", 0.4)
        if numeric:
            make.replace("slice", node, f"{value}[{index}:]", 0.4)
            make.replace("slice", node, f"{value}[:{index}]", 0.4)
            for name in make.scope.of_type("int"):
                make.replace("index_added", node, f"{value}[{index}][{name}]", 0.2)
                make.replace("index_added", node, f"{value}[{name}][{index}]", 0.15)
        if isinstance(node.value, ast.Subscript):
            inner = source.of(node.value.value), source.of(node.value.slice)
            make.replace("index", node, f"{inner[0]}[{index}][{inner[1]}]", 1.0)


def _ternary(make: Maker, node: ast.IfExp) -> None:
    test, body, other = (make.source.of(part) for part in (node.test, node.body, node.orelse))
    make.replace("ternary", node, body)
    make.replace("ternary", node, other)
    make.replace("ternary", node, f"{other} if {test} else {body}")


def _comprehension(make: Maker, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
    source = make.source
    for generator in node.generators:
        end_of_iter = source.span(generator.iter)[1]
        if generator.ifs:
            last = source.span(generator.ifs[-1])[1]
            text = source.text[end_of_iter:last]
            # A parenthesis that belongs to the iterable or the condition makes the cut unsafe.
            if text.count("(") == text.count(")"):
                make.add("comprehension", (end_of_iter, last), "", node.lineno)
            for condition in generator.ifs:
                make.replace("negate", condition, f"not {_wrapped(make, condition)}", 1.0)
        elif isinstance(generator.target, ast.Name):
            name = generator.target.id
            for test, weight in _filters(make, name):
                make.add("comprehension", (end_of_iter, end_of_iter), f" if {test}", node.lineno, weight)
    if isinstance(node, ast.ListComp):
        inside = source.of(node)[1:-1]
        make.replace("display", node, f"{{{inside}}}", 0.2)


def _filters(make: Maker, name: str) -> list[tuple[str, float]]:
    """Conditions that a comprehension could lack."""
    kinds = make.scope.variables.get(name, frozenset())
    found = [(name, 0.3), (f"{name} is not None", 0.2)]
    if not kinds or "str" in kinds:
        found += [(f"{name}.{method}()", 0.25) for method in ("isdigit", "isalpha", "isalnum", "isupper", "islower")]
        found += [(f"not {name}.isspace()", 0.15), (f"{name}.strip()", 0.15)]
    if not kinds or kinds & {"int", "float"}:
        found += [(f"{name} > 0", 0.3), (f"{name} >= 0", 0.15), (f"{name} != 0", 0.25), (f"{name} % 2 == 0", 0.25)]
        found += [(f"{name} % 2 == 1", 0.15), (f"{name} > 1", 0.1), (f"{name} < 0", 0.1)]
    for other in make.scope.variables:
        if other != name:
            found += [(f"{name} in {other}", 0.15), (f"{name} not in {other}", 0.2), (f"{name} != {other}", 0.2)]
            found += [(f"{name} < {other}", 0.1), (f"{name} <= {other}", 0.1), (f"{name} > {other}", 0.1)]
    return found


def _sequence(make: Maker, node: ast.Tuple | ast.List) -> None:
    source = make.source
    if len(node.elts) < 2 or len(node.elts) > 6:
        if isinstance(node, ast.List) and isinstance(node.ctx, ast.Load):
            if not node.elts:
                for text in ("[[]]", "set()", "{}", "[0]", "None", "''", "[1]", "0"):
                    make.replace("display", node, text, 0.4)
                for name in make.scope.variables:
                    make.replace("display", node, f"[{name}]", 0.2)
                    make.replace("name", node, name, 0.1)
            elif len(node.elts) == 1:
                make.replace("display", node, "[]", 0.6)
                make.replace("unwrap", node, source.of(node.elts[0]), 0.6)
        return
    texts = [source.of(element) for element in node.elts]
    spans = [source.span(element) for element in node.elts]
    for index in range(len(texts) - 1):
        make.several("element_swap", [(spans[index], texts[index + 1]), (spans[index + 1], texts[index])], node.lineno)
    if isinstance(node.ctx, ast.Load):
        for index in range(len(texts)):
            start = spans[index][0] if index + 1 < len(spans) else spans[index - 1][1]
            end = spans[index + 1][0] if index + 1 < len(spans) else spans[index][1]
            make.add("element_drop", (start, end), "", node.lineno, 0.6)


def _display(make: Maker, node: ast.Dict | ast.Set) -> None:
    if isinstance(node, ast.Dict) and not node.keys:
        for text in ("[]", "set()", "None"):
            make.replace("display", node, text, 0.4)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            if key is not None and isinstance(value, ast.Name) and isinstance(key, ast.Name):
                make.several(
                    "element_swap",
                    [(make.source.span(key), value.id), (make.source.span(value), key.id)],
                    node.lineno,
                )


def _formatted(make: Maker, node: ast.JoinedStr) -> None:
    import sys

    if sys.version_info < (3, 12):
        # Before 3.12 the parts of an f-string have no positions of their own: text edits of the whole.
        text = make.source.of(node)
        for match in re.finditer(r"\{([A-Za-z_]\w*)", text):
            for other, weight in make.scope.similar(match.group(1)):
                make.replace("name", node, text[: match.start(1)] + other + text[match.end(1) :], weight * 0.5)
        for match in re.finditer(r":(\d*)\.(\d+)f\}", text):
            for digits in (int(match.group(2)) + 1, max(int(match.group(2)) - 1, 0)):
                make.replace("string", node, text[: match.start(2)] + str(digits) + text[match.end(2) :], 1.0)
        return
    for part in node.values:
        if isinstance(part, ast.FormattedValue) and part.format_spec is not None:
            spec = make.source.of(part.format_spec)
            match = re.search(r"\.(\d+)", spec)
            if match:
                for digits in (int(match.group(1)) + 1, max(int(match.group(1)) - 1, 0)):
                    make.replace(
                        "string",
                        part.format_spec,
                        spec[: match.start(1)] + str(digits) + spec[match.end(1) :],
                    )


def _lambda(make: Maker, node: ast.Lambda) -> None:
    names = [a.arg for a in node.args.args]
    if len(names) == 1:
        body = make.source.of(node.body)
        for text in (
            f"-{names[0]}",
            f"{names[0]}[0]",
            f"{names[0]}[1]",
            names[0],
            f"-({body})",
            f"len({names[0]})",
            f"({body}, {names[0]})",
        ):
            make.replace("lambda", node.body, text, 0.5)


def _wrapped(make: Maker, node: ast.expr) -> str:
    text = make.source.of(node)
    return text if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({text})"


def _placed(make: Maker, node: ast.expr) -> None:
    """Edits that depend on where an expression stands: off by one, wrapping."""
    parent = make.source.parents.get(node)
    text = make.source.of(node)
    if "\n" in text or len(text) > 80:
        return
    value_place = (
        (
            isinstance(parent, (ast.Return, ast.Assign, ast.AugAssign, ast.Yield))
            and getattr(parent, "value", None) is node
        )
        or (isinstance(parent, ast.Call) and node in parent.args)
        or isinstance(parent, (ast.Compare, ast.BinOp, ast.Tuple))
        or (isinstance(parent, ast.For) and parent.iter is node)
        or (isinstance(parent, ast.IfExp) and parent.test is not node)
    )
    if not value_place or isinstance(node, (ast.Tuple, ast.Starred, ast.Lambda)):
        return
    if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
        return
    numeric = _may_be_number(make, node)
    in_range = isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "range"
    if numeric and not isinstance(node, ast.Constant) and not in_range:
        simple = isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript))
        inner = text if simple or not isinstance(parent, ast.BinOp) else f"({text})"
        plus, minus = (
            (f"{inner} + 1", f"{inner} - 1")
            if not isinstance(parent, ast.BinOp)
            else (f"({inner} + 1)", f"({inner} - 1)")
        )
        scale = 1.0 if numeric > 1 else 0.3
        make.replace("off_by_one", node, plus, scale)
        make.replace("off_by_one", node, minus, scale)
        make.replace("sign", node, f"-{_wrapped(make, node)}", 0.4 * scale)
    for name in make.scope.unread[:4]:
        if name != text:
            inner = _wrapped(make, node)
            for combined, weight in (
                (f"{inner} * {name}", 1.0),
                (f"{inner} + {name}", 1.0),
                (f"{inner} - {name}", 0.8),
                (f"{inner} % {name}", 0.3),
                (f"{inner} // {name}", 0.3),
                (f"{inner}[{name}]", 0.5),
                (f"{name} + {inner}", 0.3),
                (f"{name} - {inner}", 0.3),
            ):
                make.replace("unread", node, f"({combined})" if isinstance(parent, ast.BinOp) else combined, weight)
    if isinstance(parent, (ast.Compare, ast.BinOp)) and not isinstance(node, ast.Constant) and numeric != 2:
        for wrapper, weight in (
            ("len", 1.0),
            ("abs", 0.4),
            ("int", 0.4),
            ("str", 0.3),
            ("set", 0.2),
            ("sorted", 0.2),
            ("ord", 0.2),
            ("sum", 0.1),
        ):
            if not text.startswith(wrapper + "("):
                make.replace("wrap", node, f"{wrapper}({text})", weight)
    elif isinstance(parent, (ast.Compare, ast.BinOp)) and numeric == 2 and not isinstance(node, ast.Constant):
        make.replace("wrap", node, f"abs({text})", 0.4)
    if isinstance(parent, (ast.Return, ast.Assign, ast.AugAssign, ast.For, ast.Call, ast.Yield)):
        weights = _wrappers(make, node, numeric)
        for wrapper, weight in weights.items():
            if not text.startswith(wrapper + "("):
                make.replace("wrap", node, f"{wrapper}({text})", weight)
        if isinstance(parent, (ast.Return, ast.Assign, ast.AugAssign)):
            if numeric:
                for name in [*make.scope.of_type("int", "float"), "0", "1"]:
                    if name != text:
                        make.replace("clamp", node, f"max({text}, {name})", 0.5)
                        make.replace("clamp", node, f"min({text}, {name})", 0.5)
                        make.replace("operand_add", node, f"{text} + {name}", 0.4)
                        make.replace("operand_add", node, f"{text} - {name}", 0.3)
                        make.replace("operand_add", node, f"{name} - {_wrapped(make, node)}", 0.15)
                        make.replace("operand_add", node, f"{_wrapped(make, node)} * {name}", 0.2)
                        make.replace("operand_add", node, f"{_wrapped(make, node)} % {name}", 0.15)
                        make.replace("operand_add", node, f"{_wrapped(make, node)} // {name}", 0.15)
            else:
                for name in make.scope.of_type("list", "str", "set", "dict", "tuple"):
                    if name != text:
                        make.replace("operand_add", node, f"{text} + {name}", 0.4)
                        make.replace("operand_add", node, f"{name} + {text}", 0.4)
                        make.replace("operand_add", node, f"{text} + [{name}]", 0.1)
                        make.replace("operand_add", node, f"[{name}] + {text}", 0.1)
                for expression in make.scope.expressions[:12]:
                    if expression != text and numeric != 2:
                        make.replace("operand_add", node, f"{text} + {expression}", 0.15)
                        make.replace("operand_add", node, f"{expression} + {text}", 0.15)


def _wrappers(make: Maker, node: ast.expr, numeric: int) -> dict[str, float]:
    kinds = make.scope.variables.get(node.id, frozenset()) if isinstance(node, ast.Name) else frozenset()
    if isinstance(node, ast.GeneratorExp):
        return {
            "sum": 1.0,
            "list": 0.8,
            "any": 0.5,
            "all": 0.5,
            "max": 0.4,
            "min": 0.4,
            "tuple": 0.4,
            "set": 0.3,
            "sorted": 0.4,
        }
    if numeric == 2:
        return {"abs": 0.8, "int": 0.5, "str": 0.5, "float": 0.2, "round": 0.3, "not ": 0.05, "len": 0.05}
    if kinds & {"str"}:
        return {"int": 0.5, "len": 0.4, "list": 0.3, "sorted": 0.3, "reversed": 0.2, "set": 0.2}
    if kinds & {"list", "tuple", "set", "dict"}:
        return {
            "len": 0.5,
            "list": 0.5,
            "sorted": 0.7,
            "set": 0.4,
            "sum": 0.3,
            "max": 0.2,
            "min": 0.2,
            "reversed": 0.4,
            "tuple": 0.3,
            "enumerate": 0.2,
        }
    return {
        "str": 0.3,
        "int": 0.4,
        "list": 0.5,
        "sorted": 0.5,
        "abs": 0.4,
        "len": 0.4,
        "set": 0.3,
        "tuple": 0.2,
        "bool": 0.2,
        "not ": 0.2,
        "reversed": 0.2,
        "sum": 0.2,
    }


def _may_be_number(make: Maker, node: ast.expr) -> int:
    """2: surely a number, 1: perhaps, 0: surely not."""
    if isinstance(node, ast.Constant):
        return 2 if isinstance(node.value, (int, float)) and not isinstance(node.value, bool) else 0
    if isinstance(node, ast.Name):
        kinds = make.scope.variables.get(node.id)
        return 1 if not kinds else 2 if kinds & {"int", "float"} else 0
    if isinstance(node, ast.BinOp):
        sides = (_may_be_number(make, node.left), _may_be_number(make, node.right))
        if isinstance(node.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow)):
            return 2
        return 0 if 0 in sides and isinstance(node.op, ast.Add) else max(sides)
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in ("len", "int", "sum", "abs", "round", "ord", "count", "index", "find", "float"):
            return 2
        return (
            0
            if name in ("list", "set", "dict", "sorted", "str", "tuple", "join", "split", "range", "enumerate", "zip")
            else 1
        )
    if isinstance(
        node,
        (
            ast.List,
            ast.Dict,
            ast.Set,
            ast.ListComp,
            ast.DictComp,
            ast.SetComp,
            ast.GeneratorExp,
            ast.JoinedStr,
            ast.Compare,
            ast.BoolOp,
        ),
    ):
        return 0
    if isinstance(node, ast.UnaryOp):
        return 0 if isinstance(node.op, ast.Not) else 2
    return 1 if isinstance(node, (ast.Subscript, ast.Attribute)) else 0
