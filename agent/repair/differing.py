"""On which input two changes that both pass differ (Python): the tests' own calls, with other values."""

from __future__ import annotations

import ast
import copy
import itertools
import json
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.repair.preparing import Ground
from agent.repair.running import INJECT, run
from agent.repair.winners import python_of

MOST_CALLS = 300
SECONDS = 6.0
MOST_FILES = 40


def difference_input(ground: Ground, path: str, one: str, other: str) -> tuple[str, str, str] | None:
    """(call, what it gives with `one`, with `other`) for the first tried call that tells them apart, or None."""
    if not path.endswith(".py"):
        return None
    calls = list(itertools.islice(_calls(ground.judge.root, path, one), MOST_CALLS))
    if not calls:
        return None
    folder = ground.judge.folder / "tmp"
    places = [folder / "one.py", folder / "other.py", folder / "calls.json"]
    for place, text in zip(places, (one, other, json.dumps(calls)), strict=True):
        place.write_text(text, encoding="utf-8", errors="surrogateescape")
    words = [str(INJECT / "agent_repair_differ.py"), *map(str, places)]
    done = run(ground.judge, f"{python_of(ground.command)} {shlex.join(words)}", SECONDS)
    try:
        call, first, second = json.loads(done.output.strip().rpartition("\n")[2])
    except ValueError:
        return None
    return call, first, second


def _calls(root: Path, path: str, text: str) -> Iterator[str]:
    """Calls of the module's functions in neighbouring files and docstrings, one argument at a time made another."""
    try:
        names = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    except SyntaxError:
        return
    found: dict[str, ast.Call] = {}
    files = sorted(place for place in root.rglob("*.py") if place != root / path)[:MOST_FILES]
    for source in [*(_text(place) for place in files), *_examples(text)]:
        for call in _literal_calls(source, names):
            found.setdefault(ast.unparse(call), call)
    seen: set[str] = set()
    varied = [_varied(call) for call in found.values()]
    for row in itertools.zip_longest(*varied):
        for tried in row:
            if tried is not None and tried not in seen:
                seen.add(tried)
                yield tried


def _literal_calls(source: str, names: set[str]) -> Iterator[ast.Call]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not node.keywords:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in names and all(_literal(argument) for argument in node.args):
                yield ast.Call(ast.Name(name), node.args, [])


def _varied(call: ast.Call) -> Iterator[str]:
    values = [ast.literal_eval(argument) for argument in call.args]
    for index, value in enumerate(values):
        for new in _others(value):
            changed = copy.copy(values)
            changed[index] = new
            yield f"{ast.unparse(call.func)}({', '.join(map(repr, changed))})"


def _others(value: object) -> Iterable[object]:
    """Values near a value, and the usual edges."""
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, (int, float)):
        return (0, 1, -value, value + 1, value - 1, value * 2, value * 10, -1, 2, 3)
    if isinstance(value, str):
        return ("", value[:1], value[1:], value[::-1], value * 2, value.upper(), value + " ", value[:-1], "a")
    if isinstance(value, (list, tuple)):
        items = list(value)
        lists = [[], items[:1], items[1:], items[::-1], items + items, items + items[:1], items[:-1]]
        lists += [
            [*items[:index], new, *items[index + 1 :]]
            for index, item in enumerate(items[:3])
            for new in itertools.islice(_others(item), 4)
        ]
        return lists if isinstance(value, list) else [tuple(made) for made in lists]
    if isinstance(value, dict):
        return ({}, dict(list(value.items())[:1]), dict(reversed(list(value.items()))))
    return ()


def _literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _examples(text: str) -> list[str]:
    return [line.strip()[4:] for line in text.splitlines() if line.strip().startswith(">>> ")]


def _text(place: Path) -> str:
    try:
        return place.read_text(encoding="utf-8", errors="replace")[:200_000]
    except OSError:
        return ""
