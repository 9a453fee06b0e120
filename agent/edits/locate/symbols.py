"""The functions and classes of a text, by tree-sitter: which lines belong to which name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node

_DEFINES = re.compile(
    r"^(?:function|method|class|struct|enum|interface|trait|impl|module|mod|object|constructor|protocol|"
    r"record|union|type|"
    r"singleton|generator|async|abstract|decorated|companion|extension|namespace|internal|macro|short|template|arrow)"
    r"\w*(?:definition|declaration|item|specifier|spec|signature|def)$|^(?:method|class|module|"
    r"singleton_method|function_statement|"
    r"function|template_declaration|type_alias_declaration|secondary_constructor|macro_definition|struct_def)$"
)
_IMPORTS = re.compile(
    r"import|^use_declaration|include|using_directive|^extern_crate|^require|package|preproc_(?:include|"
    r"def)|namespace_use|^future_"
)
_WRAPPERS = frozenset({"decorated_definition", "export_statement", "template_declaration", "declaration_list"})
_CONTAINER = re.compile(
    r"class|struct|interface|trait|impl|module|mod_item|object|namespace|enum|protocol|extension|record"
)
_COMMENTS = re.compile(r"comment|^attribute_item$|^attribute$|^decorator$|^annotation|^marker_annotation$")
_WRAPPABLE = frozenset(
    {"javascript", "typescript", "tsx", "java", "csharp", "kotlin", "php", "dart", "scala", "swift", "cpp"}
)


@dataclass(frozen=True)
class Symbol:
    """One definition."""

    name: str
    qualified: str
    """With the names of the definitions around it, joined by dots."""
    kind: str
    """`function` or `class`."""
    start_line: int
    """1-based; of the definition itself, below its decorators."""
    end_line: int
    outer_line: int = 0
    """1-based; where its decorators, or the `export` before it, begin."""
    depth: int = 0
    """How many definitions stand around it."""


@dataclass(frozen=True)
class Shape:
    """What stands at the top level of a text."""

    symbols: tuple[Symbol, ...]
    """All definitions at every level, in order."""
    imports: tuple[tuple[int, int], ...] = ()
    """Line ranges, 1-based and inclusive."""
    others: tuple[tuple[int, int], ...] = ()
    """Line ranges of everything else that is no comment."""
    broken: bool = False
    """The parser met an error."""
    wrapped: bool = field(default=False, compare=False)
    """It could only be read as the inside of a class."""

    @property
    def top(self) -> tuple[Symbol, ...]:
        """The definitions at the top level."""
        return tuple(symbol for symbol in self.symbols if symbol.depth == 0)


def shape_of(path: str, text: str, *, fragment: bool = False) -> Shape | None:
    """The shape of a text in the language of `path`; None when no grammar is known for it.

    `fragment`: the text may be the inside of a class, and is read as such where it is none otherwise.
    """
    from agent.edits.gate.languages import language_of

    language = language_of(path, text.encode("utf-8", "replace"))
    if language is None or not language.grammar:
        return None
    grammar = language.grammar
    root = _parse(grammar, text)
    if root is None:
        return None
    shape = _shape(root, 0)
    if fragment and shape.broken and grammar in _WRAPPABLE:
        inside = _parse(grammar, "class Wrapped {\n" + text + "\n}\n")
        if inside is not None and not inside.has_error:
            whole = _shape(inside, 1)
            inner = tuple(
                Symbol(
                    s.name, s.qualified.split(".", 1)[-1], s.kind, s.start_line, s.end_line, s.outer_line, s.depth - 1
                )
                for s in whole.symbols
                if s.depth > 0
            )
            if inner:
                return Shape(inner, wrapped=True)
    return shape


def _parse(grammar: str, text: str) -> Node | None:
    try:
        from tree_sitter_language_pack import get_parser

        parser: Any = get_parser(grammar)  # type: ignore[arg-type]
    except (ImportError, LookupError, ValueError):
        return None
    root: Node = parser.parse(text.encode("utf-8", "replace")).root_node
    return root


def _shape(root: Node, shift: int) -> Shape:
    symbols = list(_walk(root, (), 0, shift))
    imports: list[tuple[int, int]] = []
    others: list[tuple[int, int]] = []
    top_lines = {line for s in symbols if s.depth == 0 for line in range(s.outer_line, s.end_line + 1)}
    for child in _top_level(root):
        if _COMMENTS.search(child.type) or not child.is_named:
            continue
        start, end = _rows(child, shift)
        if _IMPORTS.search(child.type) or _is_require(child):
            imports.append((start, end))
        elif start not in top_lines and child.type not in ("php_tag", "text", "text_interpolation", "empty_statement"):
            others.append((start, end))
    return Shape(tuple(symbols), tuple(imports), tuple(others), root.has_error)


def _is_require(node: Node) -> bool:
    text = node.text or b""
    return node.type in ("lexical_declaration", "variable_declaration", "call", "expression_statement") and (
        re.match(rb"^(?:(?:const|let|var)\s+[^=]+=\s*)?require(?:_relative)?[\s(]", text) is not None
    )


def _top_level(root: Node) -> list[Node]:
    children = list(root.children)
    # A grammar may keep everything inside one node (a C++ `linkage`, an HTML document): nothing to do about it here.
    return children


def _rows(node: Node, shift: int) -> tuple[int, int]:
    start, end = node.start_point.row + 1 - shift, node.end_point.row + 1 - shift
    if node.end_point.column == 0 and end > start:
        end -= 1
    return start, end


def _walk(node: Node, around: tuple[str, ...], depth: int, shift: int) -> Iterator[Symbol]:
    stack: list[tuple[Node, tuple[str, ...], int, int]] = [
        (child, around, depth, 0) for child in reversed(node.children)
    ]
    while stack:
        here, names, level, outer = stack.pop()
        name = _name_of(here)
        start, end = _rows(here, shift)
        if here.type in _WRAPPERS:
            stack.extend((child, names, level, outer or start) for child in reversed(here.children))
            continue
        if name is None:
            if here.child_count and level < 8:
                stack.extend((child, names, level, outer) for child in reversed(here.children) if child.is_named)
            continue
        kind = "class" if _CONTAINER.search(here.type) else "function"
        yield Symbol(name, ".".join((*names, name)), kind, start, end, outer or start, level)
        if level < 8:
            stack.extend((child, (*names, name), level + 1, 0) for child in reversed(here.children) if child.is_named)


def _name_of(node: Node) -> str | None:
    """The name that a node defines; None when it defines none."""
    if not node.is_named:
        return None
    if node.type in ("lexical_declaration", "variable_declaration"):
        declarators = [child for child in node.children if child.type == "variable_declarator"]
        if len(declarators) != 1:
            return None
        value = declarators[0].child_by_field_name("value")
        if value is None or value.type not in (
            "arrow_function",
            "function_expression",
            "function",
            "class",
            "generator_function",
        ):
            return None
        return _text(declarators[0].child_by_field_name("name"))
    if not _DEFINES.match(node.type):
        return None
    if (
        node.type in ("class_specifier", "struct_specifier", "enum_specifier", "union_specifier")
        and node.child_by_field_name("body") is None
    ):
        return None
    if node.type in ("impl_item",):
        name = _text(node.child_by_field_name("type"))
        trait = _text(node.child_by_field_name("trait"))
        return f"impl {trait} for {name}" if trait and name else f"impl {name}"
    if node.type == "type_spec":
        # Its `type_declaration` has the name already.
        return None
    if node.type == "method_declaration" and (receiver := node.child_by_field_name("receiver")) is not None:
        # Go: the receiver tells methods of the same name apart.
        owner = re.search(r"(\w+)(?:\[[^\]]*\])?\s*\)$", _text(receiver) or "")
        name = _text(node.child_by_field_name("name"))
        return f"{owner.group(1)}.{name}" if owner else name
    named = node.child_by_field_name("name")
    if named is not None:
        return _text(named)
    declarator = node.child_by_field_name("declarator")
    for _ in range(8):
        if declarator is None:
            break
        if declarator.type in (
            "identifier",
            "field_identifier",
            "qualified_identifier",
            "destructor_name",
            "operator_name",
        ):
            return _text(declarator)
        inner = declarator.child_by_field_name("declarator")
        if inner is None:
            inner = next((c for c in declarator.children if "identifier" in c.type or "declarator" in c.type), None)
        declarator = inner
    if node.type == "type_declaration":
        spec = next((child for child in node.children if child.type == "type_spec"), None)
        return _text(spec.child_by_field_name("name")) if spec is not None else None
    if node.type in ("class_declaration", "object_declaration", "function_declaration"):
        child = next(
            (c for c in node.children if c.type in ("type_identifier", "simple_identifier", "identifier")), None
        )
        return _text(child)
    return None


def _text(node: Node | None) -> str | None:
    return node.text.decode("utf-8", "replace") if node is not None and node.text else None
