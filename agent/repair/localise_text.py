"""Where the fault may be when no trace tells: from failing tests' names, the lines of a stack, the functions named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from agent.repair.templates.neutral_nodes import FUNCTIONS, walk
from agent.repair.templates.neutral_tree import NeutralSource, parse
from agent.repo.testing import Failure

NEAR = 3
"""Lines of a test around the failing one whose names count."""
CALLED = 0.5
"""Suspicion handed on from a function to those it calls."""
ELSEWHERE = 0.02
"""Suspicion of functions that nothing points to."""
STACK = 2.0
"""Factor for lines that the output names."""
_WORD = re.compile(r"[A-Za-z_]\w*")


def suspicions(root: Path, path: str, text: str, output: str, failures: Sequence[Failure]) -> dict[int, float]:
    """Line → suspicion for a file in any language with a grammar; test code in it has none."""
    source = parse(path, text)
    if source is None:
        return dict.fromkeys(range(1, text.count("\n") + 2), 1.0)
    functions = _functions(source)
    tests = test_lines(source)
    names = _pointed_at(root, path, failures, output)
    scores: dict[str, float] = {}
    for name in functions:
        if name in names:
            scores[name] = max(scores.get(name, 0.0), names[name])
    for _ in range(3):
        for name, spans in list(functions.items()):
            if scores.get(name, 0.0) <= 0:
                continue
            for first, last, words in spans:
                del first, last
                for called in words & set(functions) - {name}:
                    scores[called] = max(scores.get(called, 0.0), scores[name] * CALLED)
    found: dict[int, float] = {}
    known = bool(scores)
    for name, spans in functions.items():
        for first, last, _ in spans:
            score = scores.get(name, ELSEWHERE if known else 1.0)
            for line in range(first, last + 1):
                found[line] = max(found.get(line, 0.0), score)
    most = max(found.values(), default=1.0)
    for line in range(1, text.count("\n") + 2):
        # Constants, tables and types outside functions.
        found.setdefault(line, 0.15 * most)
    base = re.escape(Path(path).name)
    # Each line once: a recursion that does not end names one a thousand times.
    for line in dict.fromkeys(int(number) for number in re.findall(rf"\b{base}:(\d+)", output)):
        for near in range(line - 1, line + 2):
            if near in found:
                found[near] *= STACK if near == line else 1.2
    for line in tests:
        found.pop(line, None)
    return found


def own_tests(path: str, text: str) -> set[int]:
    """The lines of tests in a file; none where there is no grammar for it."""
    source = parse(path, text)
    return test_lines(source) if source is not None else set()


def test_lines(source: NeutralSource) -> set[int]:
    """Lines of tests that stand in the file itself: no edit may touch them."""
    found: set[int] = set()
    for node in walk(source.root):
        first, last = node.start_point[0] + 1, node.end_point[0] + 1
        if node.type == "mod_item":
            name = node.child_by_field_name("name")
            before = node.prev_named_sibling
            if (name is not None and source.of(name) in ("tests", "test")) or (
                before is not None and "cfg(test)" in source.of(before)
            ):
                found.update(range(first, last + 1))
        elif node.type in FUNCTIONS:
            name = node.child_by_field_name("name") or node.child_by_field_name("declarator")
            title = source.of(name) if name is not None else ""
            before = node.prev_named_sibling
            marked = before is not None and before.type == "attribute_item" and "test" in source.of(before)
            body = source.of(node)
            checks = len(re.findall(r"\b(assert\w*|console\.assert|expect|t\.(Error|Fatal)f?)\s*[!(]", body))
            if (
                marked
                or (re.match(r"(Test|test|check|main\b)", title) and checks >= 2)
                or re.match(r"Test[A-Z_]", title)
            ):
                found.update(range(first, last + 1))
        elif (
            node.type in ("expression_statement", "call_expression")
            and node.parent is not None
            and node.parent.type == "program"
            and re.match(r"(console\.)?assert|describe\(|test\(|it\(", source.of(node))
        ):
            found.update(range(first, last + 1))
    return found


def _functions(source: NeutralSource) -> dict[str, list[tuple[int, int, set[str]]]]:
    found: dict[str, list[tuple[int, int, set[str]]]] = {}
    for node in walk(source.root):
        if node.type not in FUNCTIONS:
            continue
        name = node.child_by_field_name("name")
        if name is None:
            declarator = node.child_by_field_name("declarator")
            while declarator is not None and declarator.child_by_field_name("declarator") is not None:
                declarator = declarator.child_by_field_name("declarator")
            name = declarator
        if name is None and node.parent is not None:
            name = node.parent.child_by_field_name("name")
        if name is None:
            continue
        title = source.of(name).rpartition("::")[2]
        words = set(_WORD.findall(source.of(node)))
        found.setdefault(title, []).append((node.start_point[0] + 1, node.end_point[0] + 1, words))
    return found


def _pointed_at(root: Path, path: str, failures: Sequence[Failure], output: str) -> dict[str, float]:
    """Names that the failing tests use, with how near they stand to the failing line."""
    names: dict[str, float] = {}
    for failure in failures:
        for name in _WORD.findall(failure.head):
            names[name] = max(names.get(name, 0.0), 0.6)
        place = root / failure.path if failure.path and failure.path != path else None
        text = _text(place) if place is not None else ""
        lines = text.splitlines()
        if failure.line and lines:
            for distance in range(-8, NEAR + 1):
                index = failure.line - 1 + distance
                if 0 <= index < len(lines):
                    weight = 1.0 if abs(distance) <= NEAR else 0.7
                    for name in _WORD.findall(lines[index]):
                        names[name] = max(names.get(name, 0.0), weight)
        test = re.split(r"::|\.|/|\s", failure.name)[-1] if failure.name else ""
        for body in _bodies(root, path, test, text):
            for name in _WORD.findall(body):
                names[name] = max(names.get(name, 0.0), 0.5)
        for name in _words_of(test):
            names[name] = max(names.get(name, 0.0), 0.3)
    if not failures:
        for name in _WORD.findall(output[-4000:]):
            names[name] = max(names.get(name, 0.0), 0.3)
    return names


def _words_of(test: str) -> Iterable[str]:
    """What a test's own name may name: `TestFooBar` → FooBar, `test_foo_bar` → foo_bar."""
    stem = re.sub(r"^(Test|test_?|it_|should_)", "", test)
    yield stem
    if stem:
        yield stem[0].lower() + stem[1:]
    parts = stem.split("_")
    for end in range(1, len(parts)):
        yield "_".join(parts[:end])


def _bodies(root: Path, path: str, test: str, text: str) -> list[str]:
    """The failing test's own code, from its file or (Rust, Python) from the target itself."""
    if not test:
        return []
    found = []
    for whole in (text, _text(root / path)):
        match = re.search(rf"\b{re.escape(test)}\b\s*[(:=,'\"`]", whole)
        if match:
            found.append(whole[match.start() : match.start() + 1500])
    return found


def _text(place: Path | None) -> str:
    try:
        return (
            place.read_text(encoding="utf-8", errors="replace")[:400_000]
            if place is not None and place.is_file()
            else ""
        )
    except OSError:
        return ""


def merged(one: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    """The product of two suspicions where both know a line."""
    return {line: score * other.get(line, 0.0) for line, score in one.items() if other.get(line, 0.0) > 0}
