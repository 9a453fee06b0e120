"""Statements that a method may lack: what it should have noted in its object (`self.total += amount`)."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator

from agent.repair.templates.python_source import Maker

MOST_ATTRIBUTES = 8
_FORMS = {
    "number": (("self.{a} += {n}", 0.6), ("self.{a} -= {n}", 0.5), ("self.{a} = {n}", 0.3)),
    "list": (("self.{a}.append({n})", 0.6), ("self.{a}.remove({n})", 0.3), ("self.{a}.extend({n})", 0.1)),
    "set": (("self.{a}.add({n})", 0.6), ("self.{a}.discard({n})", 0.4)),
    "dict": (("self.{a}[{n}] = {m}", 0.6), ("self.{a}.pop({n}, None)", 0.4)),
    "": (("self.{a} = {n}", 0.5), ("self.{a} += {n}", 0.3), ("self.{a} -= {n}", 0.3), ("self.{a}.append({n})", 0.2)),
}
"""What an attribute holds → statements that change it by a name `n` (and another, `m`), and their weights."""
_ALONE = {
    "number": (("self.{a} += 1", 0.5), ("self.{a} -= 1", 0.4), ("self.{a} = 0", 0.2)),
    "list": (("self.{a}.pop()", 0.3), ("self.{a} = []", 0.2), ("self.{a}.sort()", 0.2)),
    "set": (("self.{a} = set()", 0.2),),
    "dict": (("self.{a} = {{}}", 0.2),),
}
_CALLED = {"list": "list", "deque": "list", "set": "set", "dict": "dict", "defaultdict": "dict", "Counter": "dict"}


def noted(make: Maker) -> Iterator[tuple[str, str, float]]:
    """(family, statement, weight) of everything a method could note; nothing outside methods."""
    function = make.scope.function
    names = [argument.arg for argument in function.args.args] if function is not None else []
    if names[:1] != ["self"] or function is None:
        return
    given = names[1:4]
    local = [name for name in make.scope.variables if name not in names][:3]
    for attribute, kind in _attributes(make.source.text).items():
        for form, weight in _ALONE.get(kind, ()):
            yield "statement_insert", form.format(a=attribute), 0.6 * weight
        for name in (*given, *local):
            unread = name in make.scope.unread
            # A parameter that nothing reads is likeliest to be what should have been noted.
            scale = 1.0 if unread else 0.6 if name in given else 0.3
            others = [other for other in (*given, *local) if other != name] or [name]
            for form, weight in _FORMS[kind]:
                for other in others[:3] if "{m}" in form else [""]:
                    code = form.format(a=attribute, n=name, m=other)
                    yield "unread" if unread else "statement_insert", code, weight * scale


@functools.lru_cache(maxsize=4)
def _attributes(text: str) -> dict[str, str]:
    """The attributes of `self` in a file, and what their first assignment puts there; worked out once a file."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(re.findall(r"\bself\.(\w+)\b(?!\()", text)):
        first = re.search(rf"\bself\.{name}(?::[^=\n]+)?\s*=\s*([^=\n].*)", text)
        found[name] = _kind(first[1].strip()) if first else ""
        if len(found) == MOST_ATTRIBUTES:
            break
    return found


def _kind(value: str) -> str:
    try:
        node = ast.parse(value, mode="eval").body
    except SyntaxError:
        return ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _CALLED.get(node.func.id, "")
    if isinstance(node, ast.Constant):
        number = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
        return "number" if number else ""
    kinds = {ast.List: "list", ast.ListComp: "list", ast.Set: "set", ast.Dict: "dict", ast.DictComp: "dict"}
    return kinds.get(type(node), "")
