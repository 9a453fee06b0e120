"""Code that Python accepts and that does not do what it says, by its shape in the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from agent.repair.lint.ruff import Finding
from agent.repair.lint.source import LintFix, Source

_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def fixes(source: Source) -> Iterator[LintFix]:
    """All patterns of this module, in text order of their kinds."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare):
            yield from _comparison(source, node)
        elif isinstance(node, ast.Assert):
            yield from _assert_on_tuple(source, node)
        elif isinstance(node, _Function):
            yield from _mutable_default(source, node)
            yield from _missing_self(source, node)
        elif isinstance(node, ast.ExceptHandler):
            yield from _except_or(source, node)
        elif isinstance(node, ast.Raise):
            yield from _raise_not_implemented(source, node)
        elif isinstance(node, ast.Expr):
            yield from _useless_comparison(source, node)


def _comparison(source: Source, node: ast.Compare) -> Iterator[LintFix]:
    left: ast.expr = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, (ast.Eq, ast.NotEq)) and _is_none(right):
            new = "is" if isinstance(operator, ast.Eq) else "is not"
            yield from _operator(
                source,
                left,
                right,
                new,
                "E711",
                f"a comparison with None is meant: `{new}`",
                isinstance(left, ast.Name),
            )
        if isinstance(operator, (ast.Is, ast.IsNot)) and (_is_literal(right) or _is_literal(left)):
            new = "==" if isinstance(operator, ast.Is) else "!="
            words = f"`is` compares identity, and a literal may be another object: `{new}`"
            yield from _operator(source, left, right, new, "F632", words, True)
        left = right


def _operator(
    source: Source, left: ast.expr, right: ast.expr, new: str, code: str, words: str, sure: bool
) -> Iterator[LintFix]:
    start, end = source.span(left)[1], source.span(right)[0]
    between = source.between(start, end)
    operator = between.strip(" \t()\\\n")
    if not operator or "#" in between:
        return
    at = start + len(between[: between.index(operator)].encode())
    yield LintFix(right.lineno, code, words, source.replaced((at, at + len(operator.encode()), new)), sure)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes, int, float)) and not isinstance(node.value, bool)
    return isinstance(node, (ast.List, ast.Dict, ast.Set, ast.Tuple))


def _assert_on_tuple(source: Source, node: ast.Assert) -> Iterator[LintFix]:
    test = node.test
    if not isinstance(test, ast.Tuple) or len(test.elts) != 2 or node.msg is not None:
        return
    condition, message = test.elts
    start, end = source.span(test)
    new = f"{source.code(condition)}, {source.code(message)}"
    words = "an assert on a tuple is always true: the brackets are taken away"
    yield LintFix(node.lineno, "F631", words, source.replaced((start, end, new)))


def _mutable_default(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[LintFix]:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)]
    pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    for argument, default in pairs:
        if not _is_fresh_value(default) or not _is_changed(node, argument.arg):
            continue
        body = _after_docstring(node)
        if body is None or body.lineno == node.lineno:
            continue
        indent = source.indent_of(body.lineno)
        place = source.starts[min([body.lineno, *(d.lineno for d in getattr(body, "decorator_list", []))]) - 1]
        guard = f"{indent}if {argument.arg} is None:\n{indent}    {argument.arg} = {source.code(default)}\n"
        start, end = source.span(default)
        words = f"the default of `{argument.arg}` is made once and shared by all calls: made in the call now"
        yield LintFix(default.lineno, "B006", words, source.replaced((start, end, "None"), (place, place, guard)))


def _is_fresh_value(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Dict, ast.Set)):
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("list", "dict", "set")
        and not node.args
    )


_CHANGING = frozenset(
    [
        "append",
        "extend",
        "insert",
        "remove",
        "pop",
        "clear",
        "sort",
        "reverse",
        "add",
        "discard",
        "update",
        "setdefault",
        "popitem",
        "appendleft",
    ]
)


def _is_changed(node: ast.AST, name: str) -> bool:
    """The function changes the argument in place, or lets it out of its hands: then a shared default shows."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and inner.attr in _CHANGING and _is_name(inner.value, name):
            return True
        if (
            isinstance(inner, ast.Subscript)
            and isinstance(inner.ctx, (ast.Store, ast.Del))
            and _is_name(inner.value, name)
        ):
            return True
        if isinstance(inner, ast.AugAssign) and _is_name(inner.target, name):
            return True
        if isinstance(inner, (ast.Return, ast.Yield)) and inner.value is not None and _is_name(inner.value, name):
            return True
        if (
            isinstance(inner, ast.Assign)
            and _is_name(inner.value, name)
            and isinstance(inner.targets[0], ast.Attribute)
        ):
            return True
    return False


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _after_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt | None:
    body = node.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    return body[0] if body else None


def _missing_self(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[LintFix]:
    if not isinstance(source.parents.get(node), ast.ClassDef) or node.name == "__new__":
        return
    if any(isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod") for d in node.decorator_list):
        return
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args]
    names = [a.arg for a in (*every, *arguments.kwonlyargs)]
    if "self" in names or (arguments.vararg and not every):
        return
    uses = any(_is_name(inner, "self") for inner in ast.walk(node))
    if not uses and (every or arguments.vararg or node.decorator_list):
        return
    head = source.between(source.offset(node.lineno, node.col_offset), source.span(node.body[0])[0])
    bracket = head.find("(", head.find(node.name))
    if bracket < 0:
        return
    at = source.offset(node.lineno, node.col_offset) + len(head[: bracket + 1].encode())
    lone = not (every or arguments.vararg or arguments.kwonlyargs or arguments.kwarg)
    words = f"the method `{node.name}` has no `self`"
    yield LintFix(
        node.lineno, "missing-self", words, source.replaced((at, at, "self" if lone else "self, ")), sure=uses
    )


def _except_or(source: Source, node: ast.ExceptHandler) -> Iterator[LintFix]:
    kind = node.type
    if isinstance(kind, ast.BoolOp) and isinstance(kind.op, ast.Or):
        new = "(" + ", ".join(source.code(value) for value in kind.values) + ")"
        words = "`except A or B` catches A alone: a tuple catches both"
        yield LintFix(node.lineno, "PLW0711", words, source.replaced((*source.span(kind), new)))


def _raise_not_implemented(source: Source, node: ast.Raise) -> Iterator[LintFix]:
    value = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if isinstance(value, ast.Name) and value.id == "NotImplemented":
        words = "`NotImplemented` is no exception: `NotImplementedError`"
        yield LintFix(node.lineno, "F901", words, source.replaced((*source.span(value), "NotImplementedError")))


def _useless_comparison(source: Source, node: ast.Expr) -> Iterator[LintFix]:
    compared = node.value
    if not isinstance(compared, ast.Compare) or len(compared.ops) != 1 or not isinstance(compared.ops[0], ast.Eq):
        return
    left = compared.left
    if isinstance(left, (ast.Name, ast.Attribute, ast.Subscript)):
        words = "a comparison whose result nothing uses: an assignment is meant"
        yield from _operator(source, left, compared.comparators[0], "=", "B015", words, False)


def late_binding(source: Source, found: Sequence[Finding]) -> Iterator[LintFix]:
    """A lambda in a loop that reads the loop's variable when it is called, not when it is made (ruff's B023)."""
    places = {(f.line, f.column) for f in found if f.code == "B023"}
    done: set[tuple[int, str]] = set()
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Name):
            continue
        column = len(source.lines[node.lineno - 1][: node.col_offset].decode()) + 1
        if (node.lineno, column) not in places:
            continue
        at: ast.AST | None = node
        while at is not None and not isinstance(at, (ast.Lambda, *_Function)):
            at = source.parents.get(at)
        if not isinstance(at, ast.Lambda) or (id(at), node.id) in done:
            continue
        done.add((id(at), node.id))
        start, body = source.span(at)[0], source.span(at.body)[0]
        head = source.between(start, body)
        colon = head.rfind(":")
        listed = head[len("lambda") : colon].strip()
        if at.args.kwarg or at.args.vararg:
            continue
        new = f"lambda {listed + ', ' if listed else ''}{node.id}={node.id}"
        words = f"the lambda reads `{node.id}` when it is called, after the loop: it is bound when made now"
        yield LintFix(node.lineno, "B023", words, source.replaced((start, start + len(head[:colon].encode()), new)))
