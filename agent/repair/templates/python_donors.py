"""What Python's operators, methods and built-ins are mistaken for, and what kind of value an expression has."""

from __future__ import annotations

import ast

from agent.repair.templates.python_source import Maker

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


METHODS: tuple[tuple[str, ...], ...] = (
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


BUILTINS: tuple[tuple[str, ...], ...] = (
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


EXCEPTIONS: tuple[tuple[str, ...], ...] = (
    ("KeyError", "IndexError", "LookupError", "ValueError", "AttributeError", "TypeError", "Exception"),
    ("ZeroDivisionError", "ArithmeticError", "ValueError", "OverflowError"),
    ("FileNotFoundError", "OSError", "IOError", "PermissionError"),
    ("StopIteration", "ValueError", "IndexError"),
)


_OPERATORS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
    ast.And: "and",
    ast.Or: "or",
}


def operator_text(operator: ast.AST) -> str:
    """An operator as it is written."""
    return _OPERATORS[type(operator)]


def wrapped(make: Maker, node: ast.expr) -> str:
    text = make.source.of(node)
    return text if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({text})"


def may_be_number(make: Maker, node: ast.expr) -> int:
    """2: surely a number, 1: perhaps, 0: surely not."""
    if isinstance(node, ast.Constant):
        return 2 if isinstance(node.value, (int, float)) and not isinstance(node.value, bool) else 0
    if isinstance(node, ast.Name):
        kinds = make.scope.variables.get(node.id)
        return 1 if not kinds else 2 if kinds & {"int", "float"} else 0
    if isinstance(node, ast.BinOp):
        sides = (may_be_number(make, node.left), may_be_number(make, node.right))
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
