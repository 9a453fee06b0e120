"""Syntax trees: parsing (again only what changed, when the old tree is still at hand) and the errors in them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from agent.edits.gate.regions import changed_bytes

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree
    from tree_sitter_language_pack import SupportedLanguage

_KEPT_TREES = 8
_lock = threading.Lock()
_local = threading.local()
_kept: OrderedDict[tuple[str, bytes], Tree] = OrderedDict()


@dataclass(frozen=True)
class TreeError:
    """An ERROR or MISSING node, in bytes."""

    start: int
    end: int
    missing: str
    """What the parser had to imagine (`)`, `;`, `identifier`); empty for an ERROR node."""


def parser_for(grammar: str) -> Parser:
    """The parser of this name in the language pack. Raises LookupError when the pack has none."""
    parsers: dict[str, Parser] = _local.__dict__.setdefault("parsers", {})  # a parser is not for two threads
    if grammar not in parsers:
        from tree_sitter_language_pack import get_parser

        parsers[grammar] = get_parser(cast("SupportedLanguage", grammar))
    return parsers[grammar]


def parse(grammar: str, text: bytes) -> Tree:
    """The syntax tree of `text`; the tree of a text parsed a moment ago is not made twice."""
    key = (grammar, text)
    with _lock:
        tree = _kept.get(key)
        if tree is not None:
            _kept.move_to_end(key)
            return tree
    tree = parser_for(grammar).parse(text)
    _keep(key, tree)
    return tree


def parse_after(grammar: str, before: bytes, after: bytes) -> Tree:
    """The tree of `after`: re-parsed around the change when the tree of `before` is still at hand.

    A tree with errors is always parsed afresh, since error recovery depends on where a parser started.
    """
    with _lock:
        known = _kept.get((grammar, after))
        old = _kept.get((grammar, before))
    if known is not None:
        return known
    if old is None or old.root_node.has_error:
        return parse(grammar, after)
    region = changed_bytes(before, after)
    edited = old.copy()
    edited.edit(
        region.start,
        region.old_end,
        region.new_end,
        _point(before, region.start),
        _point(before, region.old_end),
        _point(after, region.new_end),
    )
    tree = parser_for(grammar).parse(after, edited)
    if tree.root_node.has_error:
        return parse(grammar, after)
    _keep((grammar, after), tree)
    return tree


def _point(text: bytes, offset: int) -> tuple[int, int]:
    start = text.rfind(b"\n", 0, offset) + 1
    return text.count(b"\n", 0, offset), offset - start


def _keep(key: tuple[str, bytes], tree: Tree) -> None:
    with _lock:
        _kept[key] = tree
        while len(_kept) > _KEPT_TREES:
            _kept.popitem(last=False)


def errors_of(tree: Tree) -> list[TreeError]:
    """All MISSING nodes and the innermost-starting ERROR nodes, in text order. Iterative: trees can be very deep."""
    found: list[TreeError] = []
    stack: list[Node] = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.is_missing:
            found.append(TreeError(node.start_byte, node.end_byte, node.type))
        elif node.is_error:
            found.append(TreeError(node.start_byte, node.end_byte, ""))
            stack.extend(child for child in node.children if child.has_error or child.is_missing)
        elif node.has_error:
            stack.extend(child for child in node.children if child.has_error or child.is_missing or child.is_error)
    found.sort(key=lambda e: (e.start, e.end))
    return found


def leaves(tree: Tree) -> list[Node]:
    """All tokens (nodes without children) in text order, MISSING ones left out."""
    result: list[Node] = []
    stack: list[Node] = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.child_count:
            stack.extend(reversed(node.children))
        elif node.end_byte > node.start_byte:
            result.append(node)
    return result
