"""A file in any language with a grammar, as the language-neutral templates see it: nodes, functions, scopes, donors."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_nodes import (
    BLOCKS,
    CALLS,
    FUNCTIONS,
    IDENTIFIERS,
    INDEXES,
    MEMBERS,
    NUMBERS,
    RETURNS,
    STRINGS,
    UNTYPED,
    walk,
)
from agent.repair.types import Mutation, Splice

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True)
class NeutralScope:
    """What one function offers: names with their declared types (empty where not written), constants, conditions."""

    names: dict[str, str]
    numbers: tuple[str, ...]
    strings: tuple[str, ...]
    conditions: tuple[str, ...]
    expressions: tuple[str, ...]
    returned: tuple[str, ...]


@dataclass
class NeutralSource:
    """Text, tree and lookups of one file."""

    text: str
    grammar: str
    root: Node
    data: bytes = b""
    members: dict[str, int] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    globals: tuple[str, ...] = ()
    made: list[Mutation] = field(default_factory=list)
    copyable: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Function (its node's id) → statements that could be missing elsewhere in it."""
    _scopes: dict[int, NeutralScope] = field(default_factory=dict)
    _declarations: dict[int, list[tuple[str, str, int, int]]] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)
    _hidden: tuple[int, frozenset[str]] = (0, frozenset())
    """A node's id, and the names of its function that are not declared there."""

    def at(self, offset: int) -> int:
        """Characters before a byte offset."""
        if len(self.data) == len(self.text):
            return offset
        line = bisect.bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        return self._line_chars[line] + len(self.data[start:offset].decode("utf-8", "ignore"))

    def __post_init__(self) -> None:
        self.data = self.text.encode("utf-8", "surrogateescape")
        self._starts = [0]
        self._line_chars = [0]
        for line in self.data.splitlines(True):
            self._starts.append(self._starts[-1] + len(line))
            self._line_chars.append(self._line_chars[-1] + len(line.decode("utf-8", "surrogateescape")))
        for node in walk(self.root):
            if node.type in MEMBERS:
                self.members[self.of(node)] = self.members.get(self.of(node), 0) + 1
            elif node.type in FUNCTIONS:
                name = node.child_by_field_name("name")
                if name is not None:
                    parameters = node.child_by_field_name("parameters")
                    self.functions[self.of(name)] = parameters.named_child_count if parameters is not None else 0
        found = [self.of(name) for child in self.root.named_children for name in declared(child)]
        self.globals = tuple(dict.fromkeys(found))[:20]

    def of(self, node: Node) -> str:
        """A node's text."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogateescape")

    def span(self, node: Node) -> tuple[int, int]:
        """A node's place in characters."""
        return self.at(node.start_byte), self.at(node.end_byte)

    def line(self, node: Node) -> int:
        """A node's first line, 1-based."""
        return int(node.start_point[0]) + 1

    def add(self, family: str, span: tuple[int, int], text: str, line: int, weight: float = 1.0) -> None:
        """Collect the replacement of a span."""
        if self.text[span[0] : span[1]] != text:
            self.made.append(Mutation((Splice(span[0], span[1], text),), family, line, weight))

    def replace(self, family: str, node: Node, text: str, weight: float = 1.0) -> None:
        """Collect the replacement of a node."""
        self.add(family, self.span(node), text, self.line(node), weight)

    def several(self, family: str, parts: list[tuple[tuple[int, int], str]], line: int, weight: float = 1.0) -> None:
        """Collect several replacements that belong together."""
        if any(self.text[a:b] != text for (a, b), text in parts):
            self.made.append(Mutation(tuple(Splice(a, b, text) for (a, b), text in parts), family, line, weight))

    def whole_lines(self, node: Node) -> tuple[int, int] | None:
        """The lines a statement stands on, when nothing else stands there."""
        start, end = self.span(node)
        if end < len(self.text) and self.text[end : end + 1] == ";":
            end += 1
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        last = len(self.text) if last < 0 else last + 1
        rest = self.text[end:last].strip()
        if self.text[first:start].strip() or (rest and not rest.startswith(("//", "#", "/*"))):
            return None
        return first, last

    def indent(self, lines: tuple[int, int]) -> str:
        """The blanks before what stands on whole lines."""
        text = self.text[lines[0] : lines[1]]
        return text[: len(text) - len(text.lstrip())]

    def function_of(self, node: Node) -> Node | None:
        """The outermost function around a node that is not the file."""
        found = None
        step: Node | None = node
        while step is not None:
            if step.type in FUNCTIONS:
                found = step
            step = step.parent
        return found

    def scope(self, node: Node) -> NeutralScope:
        """The scope at a node: the names declared before it in a block around it, and what its function uses."""
        around = self.function_of(node) or self.root
        if around.id not in self._scopes:
            self._scopes[around.id] = self._scope(around)
        whole = self._scopes[around.id]
        names = {
            name: kind for name, kind, start, end in self._declarations[around.id] if start <= node.start_byte < end
        }
        return replace(whole, names=names)

    def visible(self, node: Node, text: str) -> bool:
        """Whether what a text names can be used at a node, as far as it is declared in the function."""
        if self._hidden[0] != node.id:
            names = self.scope(node).names
            around = self.function_of(node) or self.root
            self._hidden = node.id, frozenset(name for name, *_ in self._declarations[around.id] if name not in names)
        return self._hidden[1].isdisjoint(re.findall(r"[A-Za-z_]\w*", text))

    def _scope(self, around: Node) -> NeutralScope:
        places: list[tuple[str, str, int, int]] = []
        self._declarations[around.id] = places
        numbers: dict[str, int] = {}
        strings: dict[str, int] = {}
        conditions: dict[str, int] = {}
        expressions: dict[str, int] = {}
        returned: dict[str, int] = {}
        for node in walk(around):
            for name in declared(node):
                start, end = _reach(node, name, around)
                places.append((self.of(name), _type_text(self, name), start, end))
            if node.type in NUMBERS:
                numbers[self.of(node)] = numbers.get(self.of(node), 0) + 1
            elif node.type in STRINGS and len(self.of(node)) < 40:
                strings[self.of(node)] = strings.get(self.of(node), 0) + 1
            elif node.type in RETURNS and node.named_child_count:
                returned[self.of(node.named_children[0])] = 1
            condition = node.child_by_field_name("condition")
            if condition is not None:
                text = bare(self.of(condition))
                if len(text) < 60 and "\n" not in text and not text.startswith("let "):
                    conditions.setdefault(text, 1)
            if (
                node.type in INDEXES
                or node.type in CALLS
                or node.type
                in (
                    "binary_expression",
                    "member_expression",
                    "field_expression",
                    "selector_expression",
                    "field_access",
                )
            ):
                text = self.of(node)
                if len(text) < 30 and "\n" not in text:
                    expressions[text] = expressions.get(text, 0) + 1

        if self.grammar in UNTYPED:
            used = _used_as(self, around)
            places[:] = [(name, kind or used.get(name, ""), start, end) for name, kind, start, end in places]

        def top(counts: dict[str, int], most: int) -> tuple[str, ...]:
            return tuple(sorted(counts, key=lambda k: -counts[k])[:most])

        return NeutralScope(
            {},
            top(numbers, 6),
            top(strings, 6),
            tuple(conditions)[:8],
            top(expressions, 14),
            tuple(returned)[:6],
        )


def _used_as(source: NeutralSource, around: Node) -> dict[str, str]:
    """What a function without written types does with its names: `number` where it counts with them, `array` where it
    asks for their length or an element. A string is both read by index and counted with `+`; it counts as an array."""
    found: dict[str, str] = {}
    for node in walk(around):
        operator = node.child_by_field_name("operator")
        sides = [node.child_by_field_name(side) for side in ("left", "right", "argument")]
        sign = source.of(operator) if operator is not None else ""
        if sign in ("-", "*", "/", "%", "-=", "*=", "/=", "%=", "++", "--", "**"):
            names = [side for side in sides if side is not None and side.type in IDENTIFIERS]
        elif sign in ("<", ">", "<=", ">=", "===", "==", "!==", "!="):
            numeric = any(side is not None and side.type in NUMBERS for side in sides)
            names = [side for side in sides if numeric and side is not None and side.type in IDENTIFIERS]
        else:
            names = []
        for name in names:
            found.setdefault(source.of(name), "number")
        owner = node.child_by_field_name("object")
        if owner is not None and owner.type in IDENTIFIERS:
            member = node.child_by_field_name("property")
            if node.type in INDEXES or (member is not None and source.of(member) in ("length", "push", "map", "slice")):
                found[source.of(owner)] = "array"
    return found


def bare(text: str) -> str:
    """A condition without the parentheses around the whole of it."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for index, char in enumerate(text):
            depth += (char == "(") - (char == ")")
            if depth == 0 and index < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


_DECLARATORS = {
    "parameter_declaration": ("name", "declarator"),
    "optional_parameter_declaration": ("declarator",),
    "formal_parameter": ("name",),
    "parameter": ("pattern", "name"),
    "required_parameter": ("pattern",),
    "optional_parameter": ("pattern",),
    "variable_declarator": ("name",),
    "init_declarator": ("declarator",),
    "let_declaration": ("pattern",),
    "short_var_declaration": ("left",),
    "var_spec": ("name",),
    "const_spec": ("name",),
    "range_clause": ("left",),
    "for_expression": ("pattern",),
    "for_range_loop": ("declarator",),
    "for_in_statement": ("left",),
    "enhanced_for_statement": ("name",),
    "const_item": ("name",),
    "static_item": ("name",),
    "let_condition": ("pattern",),
    "closure_parameters": (),
    "declaration": ("declarator",),
}


def declared(node: Node) -> list[Node]:
    """The identifiers that a node declares."""
    if node.type in ("formal_parameters", "closure_parameters"):
        return [child for child in node.named_children if child.type in IDENTIFIERS]
    found: list[Node] = []
    for name in _DECLARATORS.get(node.type, ()):
        for child in node.children_by_field_name(name):
            for inner in walk(child):
                if inner.type in IDENTIFIERS and inner.text not in (b"_", b"Some", b"Ok", b"Err", b"None"):
                    found.append(inner)
                elif inner.type in ("argument_list", "parameter_list"):
                    break
    if node.type == "lexical_declaration":
        return []
    return found


_HOLDERS = (
    BLOCKS
    | FUNCTIONS
    | {
        "for_statement",
        "for_expression",
        "for_in_statement",
        "enhanced_for_statement",
        "for_range_loop",
        "if_statement",
        "while_expression",
        "if_expression",
        "match_arm",
        "catch_clause",
    }
)


def _reach(node: Node, name: Node, around: Node) -> tuple[int, int]:
    """The bytes in which a declared name can be used: from the end of its declaration to the end of its block."""
    step = node.parent
    while step is not None and step.id != around.id and step.type not in _HOLDERS:
        step = step.parent
    end = step.end_byte if step is not None else around.end_byte
    parameter = "param" in node.type
    start = around.start_byte if parameter else node.end_byte
    if node.type in (
        "for_expression",
        "for_in_statement",
        "enhanced_for_statement",
        "for_range_loop",
        "let_condition",
    ):
        start = name.end_byte
        end = node.end_byte if node.type != "let_condition" else end
    return start, end


def _type_text(source: NeutralSource, name: Node) -> str:
    """The written type of a declared name, or one guessed from a literal; empty when it cannot be told."""
    step = name.parent
    guess = None
    for _ in range(4):
        if step is None:
            break
        kind = step.child_by_field_name("type")
        if kind is not None and source.of(kind) not in ("auto", "var"):
            return re.sub(r"^(const|mut|final|&)\s*", "", source.of(kind).strip(": "))
        if guess is None:
            guess = step.child_by_field_name("value") or step.child_by_field_name("right")
        if step.type in ("range_clause", "for_expression", *BLOCKS, *FUNCTIONS):
            break
        step = step.parent
    return _type_of_value(source, guess) if guess is not None else ""


def _type_of_value(source: NeutralSource, value: Node) -> str:
    if value.type == "expression_list" and value.named_child_count:
        value = value.named_children[0]
    if value.type in NUMBERS:
        return "int" if re.fullmatch(r"[\d_]+\w*", source.of(value)) else "float"
    if value.type in STRINGS:
        return "string"
    if value.type in ("true", "false", "boolean_literal"):
        return "bool"
    if value.type in ("array", "array_expression"):
        return "array"
    return ""


def parse(path: str, text: str) -> NeutralSource | None:
    """The source of a file; None when there is no grammar for it."""
    from agent.repo.symbols import grammar_of, parse_source

    data = text.encode("utf-8", "surrogateescape")
    grammar = grammar_of(path, data[:4096])
    root = parse_source(path, data)
    return NeutralSource(text, grammar, root) if root is not None else None
