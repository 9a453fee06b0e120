"""A Python file as the templates see it: text, tree, positions, scopes, donors."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agent.repair.types import Mutation, Splice

Function = ast.FunctionDef | ast.AsyncFunctionDef

Block = Sequence[ast.stmt]

FULL = 60
"""Suspicious lines for which every edit is made."""
UNREAD = 4.0
"""How much likelier a name is meant when nothing else reads it."""


class PythonSource:
    """Text and tree of one file. Raises SyntaxError when it does not parse."""

    def __init__(self, text: str, places: int = 0) -> None:
        self.text = text
        self.breadth = min(1.0, FULL / places) if places else 1.0
        """Which part of the edits that are many and seldom right is made: less where many lines are suspicious."""
        self.tree = ast.parse(text)
        self.lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        self._ascii = text.isascii()
        self.known, self.star = _known(self.tree)
        self.imported = tuple(
            (alias.asname or alias.name).split(".")[0]
            for node in self.tree.body
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        )
        self.parents: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    def offset(self, line: int, column: int) -> int:
        """The character offset of a 1-based line and a column in UTF-8 bytes, as `ast` gives them."""
        if not self._ascii and line <= len(self.lines):
            column = len(self.lines[line - 1].encode()[:column].decode("utf-8", "ignore"))
        return self._starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Start and end of a node in characters (a statement with its decorators)."""
        line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            line, column = decorators[0].lineno, decorators[0].col_offset - 1
        return self.offset(line, column), self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def of(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def line_start(self, line: int) -> int:
        """The offset of the first character of a 1-based line."""
        return self._starts[line - 1]

    def whole_lines(self, node: ast.stmt) -> tuple[int, int] | None:
        """The span of the lines a statement stands on; None when it shares one with another (`a; b`, `if x: y`)."""
        start, end = self.span(node)
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        last = len(self.text) if last < 0 else last + 1
        rest = self.text[end:last].strip()
        if self.text[first:start].strip() or (rest and not rest.startswith("#")):
            return None
        return first, last

    def indent(self, node: ast.stmt) -> str:
        """The white space before a statement."""
        start, _ = self.span(node)
        first = self.text.rfind("\n", 0, start) + 1
        return self.text[first:start]

    def gap(self, left: ast.AST, right: ast.AST) -> tuple[int, int]:
        """The span between two nodes, where an operator stands."""
        return self.span(left)[1], self.span(right)[0]


def _known(tree: ast.AST) -> tuple[set[str], bool]:
    """Names that the file defines at any level, and whether it imports everything of some module."""
    known: set[str] = set()
    star = False
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            known.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
            star = star or any(alias.name == "*" for alias in node.names)
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            known.add(node.name)
        elif isinstance(node, ast.arg):
            known.add(node.arg)
        elif isinstance(node, ast.comprehension):
            known.update(n.id for n in ast.walk(node.target) if isinstance(n, ast.Name))
    return known, star


@dataclass(frozen=True)
class Scope:
    """What is visible inside one function (or at module level)."""

    function: Function | None
    variables: Mapping[str, frozenset[str]]
    """Local names → names of the types that the trace saw (empty when it saw none)."""
    functions: Mapping[str, tuple[int, int]]
    """Functions of the file → (least, most) number of positional arguments."""
    globals: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    """Attributes used on any object in the file, most frequent first."""
    conditions: tuple[str, ...] = ()
    """Conditions that the function tests, as text."""
    expressions: tuple[str, ...] = ()
    """Short expressions of the function, as text, most frequent first."""
    numbers: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    calls: frozenset[str] = field(default_factory=frozenset)
    """Names that are called as functions."""
    unread: tuple[str, ...] = ()
    """Arguments and variables whose value nothing reads: often what a wrong line should have used."""
    undefined: frozenset[str] = field(default_factory=frozenset)
    """Names that are read and defined nowhere."""
    static: tuple[str, ...] = ()
    """Lists, sets and numbers that are initialised and never changed."""
    guards: dict[str, float] = field(default_factory=dict)
    """Conditions that could be missing, worked out once."""

    def similar(self, name: str) -> list[tuple[str, float]]:
        """Other local names with a weight: of the same type, of an unknown one, of another."""
        own = self.variables.get(name, frozenset())
        found = []
        for other, kinds in self.variables.items():
            if other != name:
                same = bool(own & kinds)
                weight = 1.0 if same else 0.35 if not own or not kinds else 0.06
                found.append((other, weight * (UNREAD if other in self.unread else 1.0)))
        return found

    def of_type(self, *kinds: str) -> list[str]:
        """Local names that held one of these types."""
        return [name for name, seen in self.variables.items() if seen & set(kinds)]


def scopes(source: PythonSource, types: Mapping[tuple[str, str], frozenset[str]]) -> dict[Function | None, Scope]:
    """The scope of every function, and of the module under None."""
    functions: dict[str, tuple[int, int]] = {}
    classes: list[str] = []
    module_names: list[str] = []
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            most = len(node.args.args) + len(node.args.posonlyargs)
            method = isinstance(source.parents.get(node), ast.ClassDef)
            least = most - len(node.args.defaults)
            functions[node.name] = (least - method, 99 if node.args.vararg else most - method)
        elif isinstance(node, ast.ClassDef):
            classes.append(node.name)
    for statement in source.tree.body:
        if isinstance(statement, ast.Assign):
            module_names += [t.id for t in statement.targets if isinstance(t, ast.Name)]
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            module_names.append(statement.target.id)
    attributes: dict[str, int] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            attributes[node.attr] = attributes.get(node.attr, 0) + 1
    common = tuple(sorted(attributes, key=lambda a: -attributes[a]))
    found: dict[Function | None, Scope] = {
        None: _scope(source, None, source.tree, types, functions, module_names, common)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[node] = _scope(source, node, node, types, functions, module_names + classes, common)
    return found


def _scope(
    source: PythonSource,
    function: Function | None,
    body: ast.AST,
    types: Mapping[tuple[str, str], frozenset[str]],
    functions: Mapping[str, tuple[int, int]],
    module_names: list[str],
    attributes: tuple[str, ...],
) -> Scope:
    name = function.name if function else "<module>"
    variables: dict[str, frozenset[str]] = {}
    called: set[str] = set()
    conditions: dict[str, None] = {}
    expressions: dict[str, int] = {}
    numbers: dict[str, int] = {}
    strings: dict[str, int] = {}
    around: ast.AST | None = function
    while around is not None:
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = around.args
            every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs
            every += [a for a in (arguments.vararg, arguments.kwarg) if a]
            for argument in every:
                variables.setdefault(argument.arg, types.get((around.name, argument.arg), frozenset()))
            if around is not function:
                for node in ast.walk(around):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        variables.setdefault(node.id, types.get((around.name, node.id), frozenset()))
        around = source.parents.get(around)
    for node in _own_nodes(body) if function is None else ast.walk(body):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                variables.setdefault(node.id, types.get((name, node.id), frozenset()))
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                called.add(node.func.id)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                if len(node.value) < 40:
                    strings[repr(node.value)] = strings.get(repr(node.value), 0) + 1
            elif isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
                numbers[repr(node.value)] = numbers.get(repr(node.value), 0) + 1
        if isinstance(node, (ast.If, ast.While, ast.IfExp)):
            conditions.setdefault(source.of(node.test))
        if isinstance(node, (ast.Subscript, ast.Call, ast.BinOp, ast.Attribute)) and hasattr(node, "lineno"):
            text = source.of(node)
            if len(text) <= 30 and "\n" not in text:
                expressions[text] = expressions.get(text, 0) + 1
    variables.pop("self", None)
    variables.pop("cls", None)
    unread, undefined, static = _uses(source, function, body, variables, functions, module_names)
    by_count = sorted(expressions, key=lambda e: -expressions[e])
    return Scope(
        function,
        variables,
        functions,
        tuple(n for n in dict.fromkeys(module_names) if n not in variables),
        attributes,
        tuple(c for c in conditions if len(c) < 60 and "\n" not in c),
        tuple(by_count[:40]),
        tuple(sorted(numbers, key=lambda n: -numbers[n])[:6]),
        tuple(sorted(strings, key=lambda s: -strings[s])[:8]),
        frozenset(called),
        unread,
        undefined,
        static,
    )


def _uses(
    source: PythonSource,
    function: Function | None,
    body: ast.AST,
    variables: Mapping[str, frozenset[str]],
    functions: Mapping[str, tuple[int, int]],
    module_names: list[str],
) -> tuple[tuple[str, ...], frozenset[str], tuple[str, ...]]:
    """(names nothing reads, names nothing defines, variables initialised and never changed)."""
    if function is None:
        return (), frozenset(), ()
    read: set[str] = set()
    seen: set[str] = set()
    plain: set[str] = set()
    first_read: dict[str, tuple[int, int]] = {}
    changed: dict[str, int] = {}
    initial: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(body):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                seen.add(node.id)
                if not _only_changes(source, node):
                    read.add(node.id)
                first_read.setdefault(node.id, (node.lineno, node.col_offset))
            else:
                changed[node.id] = changed.get(node.id, 0) + 1
                if not isinstance(source.parents.get(node), ast.AugAssign):
                    plain.add(node.id)
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.value, ast.Name):
            parent = source.parents.get(node)
            if isinstance(node.ctx, ast.Store) or (isinstance(parent, ast.Call) and parent.func is node):
                changed[node.value.id] = changed.get(node.value.id, 0) + 1
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            pass
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            empty = isinstance(node.value, (ast.List, ast.Dict)) and not ast.dump(node.value).count("Name(")
            zero = isinstance(node.value, ast.Constant)
            made = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") in ("set", "list", "dict")
            if empty or zero or made:
                initial.add(node.targets[0].id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            changed[node.target.id] = changed.get(node.target.id, 0) + 1
    known = (
        set(variables)
        | set(functions)
        | set(module_names)
        | set(dir(builtins))
        | bound
        | {"self", "cls", "__name__", "__file__"}
    )
    known |= source.known
    if source.star:
        known |= seen
    unread = tuple(name for name in variables if name not in read and not name.startswith("_"))
    static = tuple(name for name in variables if name in initial and changed.get(name, 0) == 1)
    arguments = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
    only_augmented = {name for name in changed if name in variables and name not in plain and name not in arguments}
    only_augmented -= set(module_names) | {
        n for node in ast.walk(function) if isinstance(node, (ast.Global, ast.Nonlocal)) for n in node.names
    }
    late = _assigned_late(function, first_read) - arguments - set(module_names)
    return unread, frozenset((seen - known) | {n for n in only_augmented if n in _own_names(function)} | late), static


def _own_names(function: ast.AST) -> set[str]:
    """Names that a function itself assigns, not those of functions inside it."""
    return {node.id for node in _own_nodes(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _assigned_late(function: Function, first_read: Mapping[str, tuple[int, int]]) -> set[str]:
    """Names whose first assignment in the text stands after their first use, at the function's own level of nesting."""
    first_write: dict[str, tuple[int, int]] = {}
    for node in _own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            place = (node.lineno, node.col_offset)
            first_write[node.id] = min(first_write.get(node.id, place), place)
    inner = {
        n
        for node in ast.walk(function)
        if isinstance(node, (ast.comprehension, ast.Global, ast.Nonlocal))
        for n in _names_of(node)
    }
    return {name for name, place in first_write.items() if first_read.get(name, (10**9, 0)) < (place[0], 0)} - inner


def _names_of(node: ast.AST) -> list[str]:
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    return (
        [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)] if isinstance(node, ast.comprehension) else []
    )


def _only_changes(source: PythonSource, node: ast.Name) -> bool:
    """`seen.add(x)` as a statement changes `seen` and reads nothing of it."""
    attribute = source.parents.get(node)
    call = source.parents.get(attribute) if isinstance(attribute, ast.Attribute) else None
    return (
        isinstance(attribute, ast.Attribute)
        and isinstance(call, ast.Call)
        and call.func is attribute
        and attribute.attr in ("append", "add", "extend", "insert", "update", "appendleft")
        and isinstance(source.parents.get(call), ast.Expr)
    )


def _own_nodes(module: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module outside its functions."""
    for child in ast.iter_child_nodes(module):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield child
            yield from _own_nodes(child)


@dataclass
class Maker:
    """Collects the mutations of one node or statement."""

    source: PythonSource
    scope: Scope
    made: list[Mutation] = field(default_factory=list)

    def add(self, family: str, span: tuple[int, int], text: str, line: int, weight: float = 1.0) -> None:
        """Replace a span by a text, unless that changes nothing."""
        if self.source.text[span[0] : span[1]] != text:
            self.made.append(Mutation((Splice(span[0], span[1], text),), family, line, weight))

    def replace(self, family: str, node: ast.AST, text: str, weight: float = 1.0) -> None:
        """Replace a node by a text."""
        self.add(family, self.source.span(node), text, node.lineno, weight)  # type: ignore[attr-defined]

    def several(self, family: str, parts: list[tuple[tuple[int, int], str]], line: int, weight: float = 1.0) -> None:
        """Replace several spans at once."""
        splices = tuple(Splice(start, end, text) for (start, end), text in parts)
        if any(self.source.text[s.start : s.end] != s.text for s in splices):
            self.made.append(Mutation(splices, family, line, weight))
