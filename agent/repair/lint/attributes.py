"""Attributes that nothing defines, where one that exists is meant: of `self`, of standard modules, of values."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator

from agent.repair.lint.names import is_slip, meant_name
from agent.repair.lint.source import LintFix, Source

_VALUES: tuple[type, ...] = (str, list, dict, set, bytes, int, float, tuple)


def fixes(source: Source) -> Iterator[LintFix]:
    """For each attribute that cannot be right, the one that is meant."""
    modules = _whole_modules(source.tree)
    stored = {n.attr for n in ast.walk(source.tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
    stored |= {
        n.name for n in ast.walk(source.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Attribute) or node.attr.startswith("__"):
            continue
        if not isinstance(node.ctx, ast.Load) and not isinstance(source.parents.get(node), ast.AugAssign):
            continue
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            known = _of_class(source, node)
            if known is not None and node.attr not in known:
                yield from _renamed(source, node, meant_name(node.attr, sorted(known)), "the class has no `{}`", True)
        elif isinstance(node.value, ast.Name) and node.value.id in modules:
            known = _of_module(modules[node.value.id])
            if known and node.attr not in known:
                words = f"`{modules[node.value.id]}` has no `{{}}`"
                yield from _renamed(source, node, meant_name(node.attr, sorted(known)), words, True)
        elif node.attr not in stored and node.attr not in _value_attributes():
            near = [name for name in _value_attributes() if len(name) > 3 and is_slip(node.attr, name)]
            if len(near) == 1 and isinstance(source.parents.get(node), ast.Call):
                yield from _renamed(source, node, near[0], "no built-in value has `{}`", False)


def _renamed(source: Source, node: ast.Attribute, meant: str | None, words: str, sure: bool) -> Iterator[LintFix]:
    if meant is None or node.end_lineno is None or node.end_col_offset is None:
        return
    end = source.offset(node.end_lineno, node.end_col_offset)
    start = end - len(node.attr.encode())
    reason = words.format(node.attr)
    close = sure and is_slip(node.attr, meant)
    yield LintFix(
        node.end_lineno, "attribute", f"{reason}: `{meant}` is meant", source.replaced((start, end, meant)), close
    )


def _of_class(source: Source, node: ast.Attribute) -> set[str] | None:
    """All that the class around `node` defines; None when others may add to it (bases, `setattr`, `__getattr__`)."""
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.ClassDef):
        at = source.parents.get(at)
    if at is None or at.decorator_list or at.keywords:
        return None
    if any(not (isinstance(base, ast.Name) and base.id == "object") for base in at.bases):
        return None
    known = set(dir(object))
    for inner in ast.walk(at):
        if isinstance(inner, ast.Name) and inner.id in ("setattr", "vars"):
            return None
        if isinstance(inner, ast.Attribute):
            if inner.attr in ("__dict__", "__getattr__"):
                return None
            added_to = isinstance(source.parents.get(inner), ast.AugAssign)  # reads it too: it has to be there
            if isinstance(inner.ctx, (ast.Store, ast.Del)) and not added_to:
                known.add(inner.attr)
        elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if inner.name in ("__getattr__", "__getattribute__"):
                return None
            known.add(inner.name)
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            known.add(inner.id)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            known.add(inner.value)  # __slots__, and names used with getattr
    return known


def _whole_modules(tree: ast.Module) -> dict[str, str]:
    """Names bound to whole standard modules at the top of the file, and to nothing else anywhere."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if "." not in alias.name and alias.name in sys.stdlib_module_names:
                    found[alias.asname or alias.name] = alias.name
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found.pop(inner.id, None)
        elif isinstance(inner, ast.arg):
            found.pop(inner.arg, None)
        elif (
            isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and isinstance(inner.value, ast.Name)
        ):
            found.pop(inner.value.id, None)
        elif isinstance(inner, ast.Import):
            for alias in inner.names:
                if "." in alias.name:
                    found.pop(alias.name.partition(".")[0], None)  # a submodule may add names
    return found


_SIDE_EFFECTS = frozenset({"this", "antigravity", "idlelib", "turtle", "tkinter", "test", "lib2to3"})


def _of_module(name: str) -> set[str]:
    """What a standard module has here; empty when it cannot be imported, or is better not."""
    if name in _SIDE_EFFECTS or name.startswith("_"):
        return set()
    try:
        module = importlib.import_module(name)
    except Exception:  # a stdlib module of another system
        return set()
    return (
        set()
        if hasattr(module, "__getattr__") or (name in ("os", "socket", "signal") and sys.platform == "win32")
        else set(dir(module))
    )


def _value_attributes() -> set[str]:
    return {name for kind in _VALUES for name in dir(kind) if not name.startswith("_")}
