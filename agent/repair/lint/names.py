"""Names that nothing defines: imported where exactly one place has them, else replaced by the one that was meant."""

from __future__ import annotations

import ast
import builtins
import difflib
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from agent.repair.lint.ruff import Finding
from agent.repair.lint.source import LintFix, Source
from agent.repair.slips import one_slip

_MODULES = (
    "abc", "collections", "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools",
    "hashlib", "heapq", "bisect", "io", "itertools", "math", "operator", "pathlib", "random", "shutil", "statistics",
    "string", "subprocess", "tempfile", "textwrap", "threading", "time", "types", "urllib.parse", "uuid", "collections.abc",
    "typing",
)  # fmt: skip
_LAST_RESORT = ("typing", "types", "operator", "collections.abc", "io")
"""Modules whose names other modules have too: they count only where no other one does."""
_COMMON_WORDS = frozenset(
    [
        "copy",
        "date",
        "time",
        "path",
        "data",
        "value",
        "index",
        "count",
        "match",
        "pow",
        "log",
        "exp",
        "e",
        "pi",
        "choice",
        "sample",
        "field",
        "open",
    ]
)
"""Exported names that are more often a forgotten variable of one's own."""


def fixes(source: Source, found: Sequence[Finding], project_names: Mapping[str, Sequence[str]]) -> Iterator[LintFix]:
    """For each undefined name: one import or one other spelling, or nothing where several would do."""
    nodes = {(n.lineno, n.col_offset): n for n in ast.walk(source.tree) if isinstance(n, ast.Name)}
    imported: set[str] = set()
    for finding in found:
        if finding.code != "F821":
            continue
        column = len(source.lines[finding.line - 1].decode()[: finding.column - 1].encode())
        node = nodes.get((finding.line, column))
        if node is None or node.id == "self":
            continue
        meant = meant_name(node.id, visible_names(source, node))
        close = meant is not None and is_slip(node.id, meant)
        statement = import_of(source, node, project_names) if not close else None
        if statement is not None:
            if node.id not in imported:
                imported.add(node.id)
                words = f"`{node.id}` is used but not defined: `{statement}`"
                yield LintFix(finding.line, "F821", words, with_import(source, statement))
        elif meant is not None:
            start, end = source.span(node)
            words = f"`{node.id}` is not defined: `{meant}` is meant"
            yield LintFix(finding.line, "F821", words, source.replaced((start, end, meant)), sure=close)


def import_of(source: Source, node: ast.Name, project_names: Mapping[str, Sequence[str]]) -> str | None:
    """The import statement that defines the name, where there is exactly one candidate."""
    name, parent = node.id, source.parents.get(node)
    owners = [m for m in dict.fromkeys(project_names.get(name, ())) if m]
    if len(owners) == 1:
        return f"from {owners[0]} import {name}"
    if owners:
        return None
    if name in sys.stdlib_module_names and isinstance(parent, ast.Attribute) and _has(name, parent.attr):
        return f"import {name}"
    modules = _exports().get(name, ())
    if len(modules) == 1 and name not in _COMMON_WORDS:
        return f"from {modules[0]} import {name}"
    return None


def _has(module: str, attribute: str) -> bool:
    try:
        return hasattr(importlib.import_module(module), attribute)
    except Exception:  # a stdlib module of another system
        return False


@lru_cache(maxsize=1)
def _exports() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in _MODULES:
        module = importlib.import_module(name)
        exported = getattr(module, "__all__", None) or [
            n for n, v in vars(module).items() if not n.startswith("_") and not isinstance(v, type(sys))
        ]
        for export in exported:
            found.setdefault(export, []).append(name)
    for modules in found.values():
        own = [m for m in modules if m not in _LAST_RESORT]
        modules[:] = own or modules[:1]
    return {name: tuple(modules) for name, modules in found.items()}


def visible_names(source: Source, node: ast.AST) -> list[str]:
    """The names that can be read at `node`: of the functions around it, of the module, and built in."""
    scopes: list[ast.AST] = []
    at: ast.AST | None = node
    while at is not None:
        if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Module, ast.GeneratorExp)):
            scopes.append(at)
        at = source.parents.get(at)
    found: dict[str, None] = {}
    for scope in scopes:
        for name in _bound_in(scope):
            found.setdefault(name)
    for name in dir(builtins):
        if not name.startswith("_"):
            found.setdefault(name)
    return list(found)


def _bound_in(scope: ast.AST) -> Iterator[str]:
    stack = list(ast.iter_child_nodes(scope))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
            continue
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, ast.Lambda):
            continue
        stack.extend(ast.iter_child_nodes(node))


def meant_name(name: str, candidates: Sequence[str]) -> str | None:
    """The one candidate that is clearly closest to `name`; None when there is none, or two are as close."""
    others = [c for c in dict.fromkeys(candidates) if c != name]
    near = difflib.get_close_matches(name, others, n=2, cutoff=0.75)
    slips = [c for c in others if is_slip(name, c)]
    if len(slips) == 1:
        return slips[0]
    if slips or not near:
        return None
    if len(near) == 2 and _likeness(name, near[0]) - _likeness(name, near[1]) < 0.05:
        return None
    return near[0]


def _likeness(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a, b).ratio()


def is_slip(a: str, b: str) -> bool:
    """One letter dropped, added, changed or exchanged with its neighbour, in names of three letters or more."""
    return min(len(a), len(b)) >= 3 and abs(len(a) - len(b)) <= 1 and one_slip(a, b)


def with_import(source: Source, statement: str) -> str:
    """The text with an import added: before the first one that is not from `__future__`, or on top of the code."""
    body = source.tree.body
    at = 0
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        at = 1
    while at < len(body) and isinstance(body[at], ast.ImportFrom) and _is_future(body[at]):
        at += 1
    imports = at < len(body) and isinstance(body[at], (ast.Import, ast.ImportFrom))
    if at < len(body):
        first = body[at]
        decorated = getattr(first, "decorator_list", [])
        line = min([first.lineno, *(d.lineno for d in decorated)])
        while (
            line > 1 and source.lines[line - 2].lstrip().startswith(b"#") and not imports and line - 1 > _header(source)
        ):
            line -= 1  # above the comment of the first statement
        place = source.starts[line - 1]
        return source.replaced((place, place, statement + ("\n" if imports else "\n\n")))
    return source.replaced((len(source.text.encode()), len(source.text.encode()), f"\n{statement}\n"))


def _header(source: Source) -> int:
    """How many lines at the top are the `#!` and coding lines, which must stay there."""
    count = 0
    while count < min(2, len(source.lines)) and (
        source.lines[count].startswith(b"#!") or b"coding" in source.lines[count]
    ):
        count += 1
    return count


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
