"""The corpus: small programs with calls whose right answers the programs themselves give, and seeded bugs in them."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Program:
    """A right program, and calls in two parts: those the tests show, and those held back."""

    name: str
    text: str
    shown: tuple[tuple[str, str], ...]
    """(call, repr of its right answer)."""
    held: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Bug:
    """A program with one seeded fault."""

    name: str
    program: Program
    text: str
    operator: str
    line: int


def programs() -> list[Program]:
    """All Python programs of the corpus, with the answers worked out."""
    found: list[Program] = []
    for path in sorted(FOLDER.glob("python_*.txt")):
        for piece in path.read_text(encoding="utf-8").split("=== ")[1:]:
            head, _, calls = piece.partition("\n---\n")
            name, _, text = head.partition("\n")
            text = text.rstrip("\n") + "\n"
            answers = answer(text, [call for call in calls.splitlines() if call.strip()])
            assert answers is not None, name
            half = (len(answers) + 1) // 2
            found.append(Program(name.strip(), text, tuple(answers[:half]), tuple(answers[half:])))
    return found


_ANSWER = """
import sys, signal, json
signal.setitimer(signal.ITIMER_PROF, 2.0)
space = {"__name__": "program"}
exec(compile(sys.stdin.read(), "program", "exec"), space)
for call in json.loads(sys.argv[1]):
    try:
        print(json.dumps([call, repr(eval(call, space))]))
    except Exception as error:
        print(json.dumps([call, "!" + type(error).__name__]))
    sys.stdout.flush()
"""


def answer(text: str, calls: list[str]) -> list[tuple[str, str]] | None:
    """What a program answers to some calls, in a process of its own; None when it does not load."""
    import json

    command = [sys.executable, "-c", _ANSWER, json.dumps(calls)]
    try:
        said = subprocess.run(command, input=text, capture_output=True, text=True, timeout=20).stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
    rows = [json.loads(line) for line in said.splitlines()]
    found = [(call, value) for call, value in rows]
    if not found:
        return None
    return found + [(call, "!timeout") for call in calls[len(found) :]]


def test_text(program: Program, part: str) -> str:
    """A pytest file that checks one part of a program's calls."""
    rows = program.shown if part == "shown" else program.held
    lines = ["import pytest", "import program", "from program import *", ""]
    for number, (call, value) in enumerate(rows):
        lines.append(f"def test_{number}():")
        if value.startswith("!"):
            lines += [f"    with pytest.raises({value[1:]}):", f"        {call}", ""]
        else:
            lines += [f"    assert {call} == {value}", ""]
    return "\n".join(lines)


def bugs(program: Program, count: int, seed: int = 7) -> list[Bug]:
    """Up to `count` faults, of different operators and places, that a shown test notices."""
    chooser = random.Random(f"{seed} {program.name}")
    options = list(_faults(program.text))
    chooser.shuffle(options)
    taken: dict[str, int] = {}
    made: list[Bug] = []
    seen: set[str] = set()
    for operator, line, text in sorted(options, key=lambda _: chooser.random()):
        if len(made) >= count:
            break
        if text in seen or taken.get(operator, 0) >= 1 + count // 4:
            continue
        seen.add(text)
        answers = answer(text, [call for call, _ in program.shown])
        if answers is None or list(program.shown) == answers:
            continue
        taken[operator] = taken.get(operator, 0) + 1
        made.append(Bug(f"{program.name}-{len(made)}-{operator}", program, text, operator, line))
    return made


# the faults: edits of the tree, written without looking at the repair's templates

_COMPARE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_FLIP = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
_BINARY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Div,
    ast.Div: ast.FloorDiv,
    ast.Mod: ast.FloorDiv,
    ast.BitXor: ast.BitOr,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
}
_CALLS = {
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
    "sorted": "list",
    "reversed": "list",
    "append": "extend",
    "isdigit": "isalnum",
    "islower": "isupper",
    "isupper": "islower",
    "items": "keys",
    "lower": "upper",
    "pop": "remove",
    "update": "setdefault",
}


def _faults(text: str) -> list[tuple[str, int, str]]:
    made: list[tuple[str, int, str]] = []
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    for index, node in enumerate(nodes):
        for operator, change in _changes(node):
            copy = ast.parse(text)
            twin = list(ast.walk(copy))[index]
            if change(twin, copy):
                try:
                    changed = ast.unparse(ast.fix_missing_locations(copy)) + "\n"
                except (ValueError, AttributeError):
                    continue
                if changed != ast.unparse(tree) + "\n":
                    made.append((operator, getattr(node, "lineno", 1), changed))
    return made


def _changes(node: ast.AST):  # type: ignore[no-untyped-def]
    """(operator's name, function that changes the node's twin in place and says whether it did)."""

    def setter(name: str, value: object):  # type: ignore[no-untyped-def]
        def change(twin: ast.AST, tree: ast.AST) -> bool:
            setattr(twin, name, value)
            return True

        return change

    if isinstance(node, ast.Compare):
        kind = type(node.ops[0])
        if kind in _COMPARE:
            yield "boundary", lambda twin, tree: twin.ops.__setitem__(0, _COMPARE[kind]()) is None
        if kind in _FLIP:
            yield "direction", lambda twin, tree: twin.ops.__setitem__(0, _FLIP[kind]()) is None
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _BINARY:
        yield "operator", lambda twin, tree: setattr(twin, "op", _BINARY[type(node.op)]()) is None
        if isinstance(node, ast.BinOp):
            yield "lost-operand", lambda twin, tree: _replace(tree, twin, twin.left)
            if isinstance(node.op, (ast.Sub, ast.FloorDiv, ast.Mod, ast.Add)):
                yield "swapped-operands", lambda twin, tree: _swap(twin)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "connective", setter("op", other)
        if len(node.values) == 2:
            yield "lost-condition", lambda twin, tree: _replace(tree, twin, twin.values[0])
            yield "lost-condition", lambda twin, tree: _replace(tree, twin, twin.values[1])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield "lost-negation", lambda twin, tree: _replace(tree, twin, twin.operand)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        yield "constant", setter("value", node.value + 1)
        if node.value:
            yield "constant", setter("value", node.value - 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "truth", setter("value", not node.value)
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in _CALLS:
            yield "wrong-call", lambda twin, tree: _rename(twin.func, _CALLS[name])
        if len(node.args) == 2:
            yield "swapped-arguments", lambda twin, tree: twin.args.reverse() is None
        if len(node.args) == 1 and name in (
            "sorted",
            "abs",
            "len",
            "int",
            "str",
            "list",
            "set",
            "max",
            "min",
            "sum",
            "tuple",
        ):
            yield "lost-call", lambda twin, tree: _replace(tree, twin, twin.args[0])
        if name == "range" and len(node.args) == 2:
            yield "lost-bound", lambda twin, tree: twin.args.pop(0) is not None
        if name == "get" and len(node.args) == 2:
            yield "lost-default", lambda twin, tree: twin.args.pop() is not None
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        if node.slice.lower is not None:
            yield "slice", lambda twin, tree: setattr(twin.slice, "lower", None) is None
        if node.slice.step is not None:
            yield "slice", lambda twin, tree: setattr(twin.slice, "step", None) is None
    elif isinstance(node, ast.IfExp):
        yield "swapped-branches", lambda twin, tree: _swap_names(twin, "body", "orelse")
    elif isinstance(node, (ast.ListComp, ast.GeneratorExp)) and node.generators[0].ifs:
        yield "lost-filter", lambda twin, tree: twin.generators[0].ifs.clear() is None
    if isinstance(node, (ast.If, ast.While)):
        yield "negated", lambda twin, tree: setattr(twin, "test", ast.UnaryOp(ast.Not(), twin.test)) is None
    if isinstance(node, ast.If) and node.orelse and not isinstance(node.orelse[0], ast.If):
        yield "swapped-branches", lambda twin, tree: _swap_names(twin, "body", "orelse")
    if isinstance(node, (ast.Break, ast.Continue)):
        other_flow = ast.Continue() if isinstance(node, ast.Break) else ast.Break()
        yield "jump", lambda twin, tree: _replace(tree, twin, other_flow)
    for name in ("body", "orelse"):
        block = getattr(node, name, None)
        if isinstance(block, list) and len(block) > 1 and isinstance(block[0], ast.stmt):
            for place, statement in enumerate(block):
                simple = isinstance(statement, (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.Return))
                docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                if simple and not docstring and not isinstance(node, ast.Module):
                    yield (
                        "lost-statement",
                        lambda twin, tree, name=name, place=place: getattr(twin, name).pop(place) is not None,
                    )
                if (
                    place + 1 < len(block)
                    and simple
                    and not docstring
                    and isinstance(block[place + 1], (ast.Assign, ast.AugAssign, ast.Expr))
                ):
                    yield (
                        "swapped-statements",
                        lambda twin, tree, name=name, place=place: _swap_items(getattr(twin, name), place),
                    )
            last = block[-1]
            if (
                isinstance(node, (ast.For, ast.While, ast.If))
                and isinstance(last, (ast.Assign, ast.AugAssign, ast.Expr))
                and name == "body"
            ):
                yield "moved-out", lambda twin, tree: _move_out(tree, twin)
    if isinstance(node, ast.FunctionDef):
        names = sorted(
            {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            | {a.arg for a in node.args.args}
        )
        uses = [
            i
            for i, n in enumerate(ast.walk(node))
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id in names
        ]
        chooser = random.Random(node.name + str(len(uses)))
        for place in chooser.sample(uses, min(6, len(uses))):
            yield "wrong-name", lambda twin, tree, place=place: _misname(twin, place, names, chooser)
        for place, inner in enumerate(ast.walk(node)):
            if isinstance(inner, ast.Return) and inner.value is not None and isinstance(inner.value, ast.Name):
                yield "wrong-return", lambda twin, tree, place=place: _misreturn(twin, place, names, chooser)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> bool:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return True
            if isinstance(value, list):
                for index, item in enumerate(value):
                    if item is old:
                        value[index] = new
                        return True
    return False


def _swap(node: ast.BinOp) -> bool:
    node.left, node.right = node.right, node.left
    return True


def _swap_names(node: ast.AST, one: str, other: str) -> bool:
    first, second = getattr(node, one), getattr(node, other)
    setattr(node, one, second)
    setattr(node, other, first)
    return True


def _swap_items(block: list[ast.stmt], place: int) -> bool:
    block[place], block[place + 1] = block[place + 1], block[place]
    return True


def _rename(func: ast.AST, name: str) -> bool:
    if isinstance(func, ast.Name):
        func.id = name
    elif isinstance(func, ast.Attribute):
        func.attr = name
    return True


def _move_out(tree: ast.AST, node: ast.AST) -> bool:
    last = node.body.pop()  # type: ignore[attr-defined]
    for parent in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(parent, name, None)
            if isinstance(block, list) and node in block:
                block.insert(block.index(node) + 1, last)
                return True
    return False


def _misname(node: ast.AST, place: int, names: list[str], chooser: random.Random) -> bool:
    use = list(ast.walk(node))[place]
    others = [n for n in names if n != use.id and n != "self"]  # type: ignore[attr-defined]
    if not others or use.id == "self":  # type: ignore[attr-defined]
        return False
    use.id = chooser.choice(others)  # type: ignore[attr-defined]
    return True


def _misreturn(node: ast.AST, place: int, names: list[str], chooser: random.Random) -> bool:
    statement = list(ast.walk(node))[place]
    others = [n for n in names if n != statement.value.id]  # type: ignore[attr-defined]
    if not others:
        return False
    statement.value = ast.Name(chooser.choice(others), ast.Load())  # type: ignore[attr-defined]
    return True
