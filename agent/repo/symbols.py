"""The definitions in a source file: functions, classes, constants …, with their lines, by tree-sitter.

Languages without a query of their own (and texts that no grammar reads) are read by a regular expression over common
definition keywords, so that a name can be found in any language, with less detail.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from agent.repo.symbol_queries import CONTAINERS, QUERIES, TYPES

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

MAX_BYTES = 4_000_000
"""Longer files are data or generated; they have no symbols here."""


@dataclass(frozen=True)
class Symbol:
    """One definition. Lines are 1-based and inclusive."""

    name: str
    kind: str
    """`function`, `method`, `class`, `struct`, `interface`, `trait`, `enum`, `impl`, `type`, `constant`, `variable`,
    `field`, `macro`, `module`, `namespace`, `declaration` (a prototype or signature without a body)."""
    start_line: int
    end_line: int
    parent: str = ""
    """The qualified name of what it belongs to (`Outer.Inner`), empty at the top level."""
    signature: str = ""
    """Its head up to the body, on one line."""
    doc_start: int = 0
    """The first line of the decorators, attributes and comments right above it, else `start_line`."""

    @property
    def qualified(self) -> str:
        """`Parent.name`."""
        return f"{self.parent}.{self.name}" if self.parent else self.name


def symbols(path: str, source: bytes) -> tuple[Symbol, ...]:
    """All definitions in `source`, in the order of their lines. Never raises: what cannot be read has no symbols."""
    if len(source) > MAX_BYTES or b"\0" in source[:8192]:
        return ()
    grammar = grammar_of(path, source[:4096])
    if grammar in QUERIES:
        query = _query(grammar)
        if query is not None:
            return _by_query(grammar, query, source)
    return _by_keywords(source) if grammar not in _DATA else ()


_DATA = frozenset({"json", "yaml", "toml", "xml", "html", "markdown", "css", "csv", "ini", "jsonc", "properties"})


def grammar_of(path: str, head: bytes = b"") -> str:
    """The tree-sitter grammar for a file, by its name and the start of its content; empty when there is none."""
    from agent.edits.gate.languages import language_of

    language = language_of(path, head)
    return language.grammar if language is not None else ""


def parse_source(path: str, source: bytes) -> Node | None:
    """The root node of the syntax tree; None when there is no grammar for the file."""
    grammar = grammar_of(path, source[:4096])
    if not grammar or len(source) > MAX_BYTES:
        return None
    try:
        return _parser(grammar).parse(source).root_node
    except LookupError:
        return None


_local = threading.local()


def _parser(grammar: str) -> Parser:
    parsers: dict[str, Parser] = _local.__dict__.setdefault("parsers", {})  # one parser must not serve two threads
    if grammar not in parsers:
        from tree_sitter_language_pack import get_parser

        parsers[grammar] = get_parser(grammar)  # type: ignore[arg-type]
    return parsers[grammar]


@lru_cache(maxsize=64)
def _query(grammar: str) -> Query | None:
    from tree_sitter import Query, QueryError
    from tree_sitter_language_pack import get_language

    try:
        return Query(get_language(grammar), QUERIES[grammar])  # type: ignore[arg-type, no-any-return]
    except (QueryError, LookupError, ValueError):
        return None  # another version of the grammar, with other node names: the keywords still find most


def _by_query(grammar: str, query: Query, source: bytes) -> tuple[Symbol, ...]:
    from tree_sitter import QueryCursor

    root = _parser(grammar).parse(source).root_node
    found: dict[tuple[int, int], tuple[Symbol, int, int]] = {}
    patterns: dict[tuple[int, int], int] = {}
    lines = source.split(b"\n")
    for pattern, captures in QueryCursor(query).matches(root):
        name_node = captures["name"][0]
        owner = captures["owner"][0] if "owner" in captures else None
        kind, node = next((k, n[0]) for k, n in captures.items() if k not in ("name", "owner"))
        key = (name_node.start_byte, name_node.end_byte)
        if patterns.get(key, pattern + 1) <= pattern:  # an earlier pattern is the more exact one
            continue
        patterns[key] = pattern
        name = _plain_name(name_node)
        if not name:
            continue
        outer = _with_wrapper(node)
        annotated = source[node.start_byte : node.start_byte + 1] in (b"@", b"[")
        start = (name_node if annotated else node).start_point[0] + 1
        symbol = Symbol(
            name,
            kind,
            start,
            max(start, _end_line(node)),
            ".".join(filter(None, (_owner_name(owner), _scope_of(name_node)))),
            _signature(node, source, grammar),
            _doc_start(outer, lines, grammar),
        )
        found[key] = (symbol, node.start_byte, node.end_byte)
    return _nested(found.values())


def _nested(found: Iterable[tuple[Symbol, int, int]]) -> tuple[Symbol, ...]:
    """Give each symbol its parent, by containment; functions inside types are methods."""
    result: list[Symbol] = []
    open_: list[tuple[Symbol, int]] = []
    for symbol, _, end in sorted(found, key=lambda f: (f[1], -f[2])):
        while open_ and open_[-1][1] < end:
            open_.pop()
        above = next((o for o, _ in reversed(open_) if o.kind != "variable" or symbol.kind == "method"), None)
        if above is not None and not symbol.parent:
            symbol = replace(symbol, parent=above.qualified)
            if symbol.kind == "function" and above.kind in TYPES:
                symbol = replace(symbol, kind="method")
        if symbol.kind in CONTAINERS or symbol.kind in ("function", "method", "variable"):
            open_.append((symbol, end))
        result.append(symbol)
    return tuple(result)


def _plain_name(node: Node) -> str:
    text = (node.text or b"").decode("utf-8", "replace")
    if node.type in ("destructor_name", "operator_name"):
        return text.replace(" ", "")
    text = re.sub(r"<.*", "", text, flags=re.DOTALL).strip().strip("\"'`")
    return text.rpartition("::")[2] if node.type == "qualified_identifier" else text.replace("::", ".")


def _owner_name(node: Node | None) -> str:
    if node is None:
        return ""
    text = (node.text or b"").decode("utf-8", "replace")
    text = re.sub(r"[<\[].*", "", text, flags=re.DOTALL).strip("*& ")
    return text.replace("::", ".").removesuffix(".prototype").removeprefix("module.")


def _scope_of(name: Node) -> str:
    """`Cart` of the name `Cart::total` in `shop::Cart::total`, whose owner so far is only `shop`."""
    if name.type != "qualified_identifier":
        return ""
    return (name.text or b"").decode("utf-8", "replace").rpartition("::")[0].replace("::", ".")


_WRAPPERS = frozenset(
    {"decorated_definition", "export_statement", "lexical_declaration", "variable_declaration", "expression_statement",
     "template_declaration", "type_declaration", "const_declaration", "var_declaration", "declaration_command"}
)  # fmt: skip


def _with_wrapper(node: Node) -> Node:
    """The node with what belongs to it on the outside: decorators, `export const`, `template <…>`."""
    parent = node.parent
    while parent is not None and parent.type in _WRAPPERS and parent.start_point[0] <= node.start_point[0]:
        if parent.type not in ("decorated_definition", "template_declaration") and (
            parent.start_point[0] != node.start_point[0]
        ):
            break
        node, parent = parent, parent.parent
    return node


def _end_line(node: Node) -> int:
    row, column = node.end_point
    return row if column == 0 else row + 1


_BODIES = ("body", "block", "members")
_BODY_TYPES = frozenset(
    {"class_body", "function_body", "enum_class_body", "declaration_list", "field_declaration_list", "block",
     "enum_declaration_list", "protocol_body", "compound_statement", "enum_body", "template_body", "body_statement"}
)  # fmt: skip
_SIGNATURE_CHARS = 160
_HASH_COMMENTS = frozenset({"python", "ruby", "bash"})
_ANNOTATIONS = re.compile(r"^(?:@[\w.]+(?:\([^)]*\))?\s+|\[[^\]]*\]\s*)+")


def _signature(node: Node, source: bytes, grammar: str) -> str:
    body = next((b for b in (node.child_by_field_name(f) for f in _BODIES) if b is not None), None)
    if body is None:
        value = node.child_by_field_name("value")
        body = value.child_by_field_name("body") if value is not None else None
    if body is None:
        body = next((c for c in node.children if c.type in _BODY_TYPES), None)
    end = body.start_byte if body is not None else min(node.end_byte, node.start_byte + 400)
    text = source[node.start_byte : end].decode("utf-8", "replace")
    if body is None:
        text = text.split("\n", 1)[0] if "\n" in text and "(" not in text.split("\n", 1)[0] else text
    if grammar in _HASH_COMMENTS:
        text = re.sub(r"(^|\s)#[^\n]*", "", text)
    text = re.sub(r"\s+", " ", text).strip().rstrip("{:=").removesuffix("=>").strip()
    text = re.sub(r",?\s+\)", ")", re.sub(r"\(\s+", "(", text))
    text = _ANNOTATIONS.sub("", text) if text[:1] in ("@", "[") else text
    return text if len(text) <= _SIGNATURE_CHARS else text[: _SIGNATURE_CHARS - 1] + "…"


_COMMENT = {
    "python": (b"#", b"@"), "ruby": (b"#",), "bash": (b"#",), "lua": (b"--",), "php": (b"//", b"#", b"/*", b"*"),
    "rust": (b"//", b"#[", b"/*", b"*"), "csharp": (b"//", b"[", b"/*", b"*"),
}  # fmt: skip
_SLASHES = (b"//", b"/*", b"*", b"@")


def _doc_start(node: Node, lines: Sequence[bytes], grammar: str) -> int:
    marks = _COMMENT.get(grammar, _SLASHES)
    first = node.start_point[0]
    row = first
    while row > 0 and lines[row - 1].lstrip().startswith(marks) and not lines[row - 1].startswith(b"#!"):
        row -= 1
    return row + 1


_KEYWORDS = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|abstract|final|"  # noqa: E501
    r"open|override|async|inline|local|sealed|data|unsafe|extern|virtual|const)\s+)*"
    r"(?P<word>def|defp|defn|defun|defmacro|defmodule|func|fun|fn|function|sub|proc|procedure|macro|class|struct|"
    r"interface|trait|protocol|enum|union|object|module|namespace|package|type|contract|library|message|service|"
    r"rule|let|val|var|(?i:create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|index|type)))\s+"
    r"(?P<name>[A-Za-z_$][\w$.:!?-]*)",
    re.MULTILINE,
)
_KIND_OF_WORD = {
    "class": "class", "struct": "struct", "interface": "interface", "trait": "trait", "protocol": "interface",
    "enum": "enum", "union": "union", "object": "class", "module": "module", "namespace": "namespace",
    "package": "module", "type": "type", "contract": "class", "library": "class", "message": "struct",
    "service": "interface", "macro": "macro", "defmacro": "macro", "defmodule": "module", "let": "variable",
    "val": "variable", "var": "variable",
}  # fmt: skip


def _by_keywords(source: bytes) -> tuple[Symbol, ...]:
    text = source.decode("utf-8", "replace")
    lines = text.split("\n")
    found = []
    for match in _KEYWORDS.finditer(text):
        word = match["word"].lower()
        if word in ("let", "val", "var") and match["indent"]:
            continue  # a local name
        row = text.count("\n", 0, match.start())
        indent = len(match["indent"].expandtabs())
        end = row
        for number in range(row + 1, min(len(lines), row + 400)):
            line = lines[number]
            if not line.strip():
                continue
            depth = len(line) - len(line.lstrip())
            if depth < indent or (depth == indent and not re.match(r"\s*[})\]]|\s*end\b", line)):
                break
            end = number
            if depth == indent:
                break
        kind = "type" if word.startswith("create") else _KIND_OF_WORD.get(word, "function")
        found.append(Symbol(match["name"], kind, row + 1, end + 1, "", lines[row].strip()[:_SIGNATURE_CHARS], row + 1))
    return tuple(found)


def enclosing(found: Sequence[Symbol], line: int) -> Symbol | None:
    """The innermost function, method or type around a 1-based line; None at the top level."""
    around = [s for s in found if s.start_line <= line <= s.end_line and _is_block(s)]
    return min(around, key=lambda s: (s.end_line - s.start_line, -s.start_line), default=None)


def _is_block(symbol: Symbol) -> bool:
    return symbol.kind in ("function", "method") or symbol.kind in CONTAINERS


def outline(path: str, source: bytes, *, fields: bool = False) -> str:
    """The file's definitions, one a line, nested by indentation: `12-30 def total(items)`.

    Fields and constants inside types are left out unless `fields`.
    """
    rows: list[str] = []
    depths: dict[str, int] = {}
    for symbol in symbols(path, source):
        depth = depths.get(symbol.parent, -1) + 1 if symbol.parent else 0
        depths[symbol.qualified] = depth
        inner = bool(symbol.parent) and symbol.kind in ("field", "constant", "declaration")
        if inner and not fields:
            continue
        span = (
            f"{symbol.start_line}" if symbol.end_line == symbol.start_line else f"{symbol.start_line}-{symbol.end_line}"
        )
        rows.append(f"{'  ' * depth}{span} {symbol.signature or symbol.name}")
    return "\n".join(rows)


def find(found: Sequence[Symbol], name: str) -> tuple[Any, ...]:
    """The symbols called `name`: plain (`total`), or qualified (`Cart.total`, `Cart::total`, `Cart#total`)."""
    wanted = re.sub(r"::|#|->|/", ".", name).removesuffix("()")
    last = wanted.rpartition(".")[2]
    return tuple(s for s in found if s.name == last and (wanted == last or f".{s.qualified}".endswith(f".{wanted}")))
