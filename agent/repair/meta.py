"""Many candidates in one build: a program that holds them all and picks one at run time (mutant schemata).

After Untch, Offutt, Harrold, "Mutation Analysis Using Mutant Schemata" (1993). A compiled language pays its compiler
once for some hundred candidates instead of once for each. `embed` turns edits into branches; a small runtime in the
same language, put into the same file, runs the program once per candidate when it comes to the first branch.

Nothing found this way is believed: a candidate that passes is confirmed with the command on its real text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from agent.repair.meta_text import RUNTIMES, Anchor, Meta, rendered
from agent.repair.templates.neutral_nodes import BLOCKS, FUNCTIONS
from agent.repair.templates.neutral_tree import NeutralSource, parse
from agent.repair.types import Mutation, spliced

if TYPE_CHECKING:
    from tree_sitter import Node

ONE = -1
"""The key of an anchor's alternative before the candidate's number is known."""
_SIMPLE = frozenset(
    {
        "expression_statement",
        "assignment_statement",
        "inc_statement",
        "dec_statement",
        "return_statement",
        "send_statement",
        "break_statement",
        "continue_statement",
        "go_statement",
    }
)
_DECLARATIONS = frozenset(
    {
        "short_var_declaration",
        "var_declaration",
        "let_declaration",
        "local_variable_declaration",
        "declaration",
        "field_declaration",
    }
)
_CONDITIONED = frozenset(
    {
        "if_statement",
        "while_statement",
        "for_statement",
        "for_clause",
        "do_statement",
        "if_expression",
        "while_expression",
    }
)


def grammar_for(path: str) -> str:
    """The grammar, when there is a runtime for it; else empty."""
    from agent.repo.symbols import grammar_of

    grammar = grammar_of(path)
    return grammar if grammar in RUNTIMES else ""


def _source(path: str, text: str) -> tuple[NeutralSource, str] | None:
    """The tree and the grammar, where candidates can be built in."""
    source = parse(path, text)
    grammar = grammar_for(path)
    if source is None or not grammar or (not text.isascii() and len(source.data) == 0):
        return None
    return source, grammar


def embeddable(path: str, text: str, mutations: Sequence[Mutation]) -> dict[int, tuple[int, int]]:
    """The mutations (by their place in the sequence) that have an anchor, with its span; spans may be nested."""
    known = _source(path, text)
    if known is None:
        return {}
    source, grammar = known
    anchors = ((number, _anchor(source, grammar, mutation)) for number, mutation in enumerate(mutations))
    return {number: (anchor.start, anchor.end) for number, anchor in anchors if anchor is not None}


def embed(
    path: str,
    text: str,
    mutations: Sequence[Mutation],
    skip: frozenset[int] = frozenset(),
    notes: Mapping[int, str] | None = None,
) -> Meta | None:
    """Build the program from the mutations that can be built in (known by their place in the sequence).

    `notes` are put into the program between them (types of variables, at characters of the text).
    """
    read = _source(path, text)
    if read is None:
        return None
    source, grammar = read
    anchors: dict[tuple[int, int], Anchor] = {}
    for number, mutation in enumerate(mutations):
        if number in skip:
            continue
        anchor = _anchor(source, grammar, mutation)
        if anchor is None:
            continue
        text_of_it = anchor.alternatives.pop(ONE)
        known = anchors.setdefault((anchor.start, anchor.end), anchor)
        if known.kind == anchor.kind:
            known.alternatives[number] = text_of_it
    chosen = _apart(list(anchors.values()))
    if not chosen:
        return None
    return rendered(text, grammar, path, chosen, notes)


def _apart(anchors: list[Anchor]) -> list[Anchor]:
    """Without those inside others: of nested ones the one with more alternatives stays."""
    anchors.sort(key=lambda a: (-len(a.alternatives), a.end - a.start))
    kept: list[Anchor] = []
    for anchor in anchors:
        if all(anchor.end <= other.start or anchor.start >= other.end for other in kept):
            kept.append(anchor)
    return sorted(kept, key=lambda a: a.start)


def _anchor(source: NeutralSource, grammar: str, mutation: Mutation) -> Anchor | None:
    first = min(s.start for s in mutation.splices)
    last = max(s.end for s in mutation.splices)
    if first == last:
        return _inserted(source, grammar, mutation, first)
    start, end = _trimmed(source.text, first, last)
    node = _smallest(source, start, end)
    if mutation.family == "delete" and node is not None:
        return _deleted(source, node, first, last)
    step = node
    while step is not None and step.type not in FUNCTIONS and step.type not in BLOCKS:
        parent = step.parent
        if parent is None:
            return None
        field_name = _field(step, parent)
        if field_name == "condition" and parent.type in _CONDITIONED:
            if source.of(step).lstrip("( ").startswith("let ") or ";" in source.of(step):
                return None
            return _made(source, "condition", step, mutation)
        if (
            field_name == "value"
            and parent.type in ("let_declaration", "init_declarator", "variable_declarator")
            and grammar != "go"
        ):
            if parent.type == "init_declarator" and (step.type == "argument_list" or source.of(step).startswith("{")):
                # Arguments of a constructor, which are no one value.
                return None
            if _static(step):
                return None
            return _made(source, "value", step, mutation)
        if step.type == "short_var_declaration" and parent.type in BLOCKS:
            left = step.child_by_field_name("left")
            right = step.child_by_field_name("right")
            if left is None or right is None or first < source.span(right)[0]:
                return None
            anchor = _made(source, "assign", step, mutation)
            if anchor is not None:
                anchor.names = source.of(left)
                right_start = source.span(right)[0]
                anchor.alternatives = {k: v[right_start - anchor.start :] for k, v in anchor.alternatives.items()}
            return anchor
        if step.type in _SIMPLE and parent.type in BLOCKS | {
            "if_statement",
            "for_statement",
            "while_statement",
            "else_clause",
            "labeled_statement",
        }:
            if (
                step.type == "expression_statement"
                and step.named_child_count
                and step.named_children[0].type
                in (
                    "if_expression",
                    "while_expression",
                    "for_expression",
                    "loop_expression",
                    "match_expression",
                    "macro_invocation",
                )
            ):
                return None
            return _made(source, "statement", step, mutation)
        if (
            grammar == "rust"
            and parent.type == "block"
            and step.next_named_sibling is None
            and step.is_named
            and "expression" in step.type
        ) or (
            grammar == "rust"
            and parent.type == "block"
            and step.next_named_sibling is None
            and step.type in ("identifier", "integer_literal", "boolean_literal")
        ):
            if step.type in (
                "if_expression",
                "match_expression",
                "for_expression",
                "while_expression",
                "loop_expression",
            ):
                return None
            return _made(source, "tail", step, mutation)
        if grammar == "rust" and field_name == "value" and parent.type in ("match_arm", "for_expression"):
            return _made(source, "value", step, mutation)
        if step.type in (
            "if_expression",
            "match_expression",
            "for_expression",
            "while_expression",
            "if_statement",
            "for_statement",
        ):
            return None
        step = parent
    return None


def _static(node: Node) -> bool:
    """The value of a constant or a field, which is worked out before the program runs."""
    step = node.parent
    while step is not None and step.type not in FUNCTIONS:
        if step.type in ("field_declaration", "const_item", "static_item", "const_declaration"):
            return True
        step = step.parent
    return step is None


def _made(source: NeutralSource, kind: str, node: Node, mutation: Mutation) -> Anchor | None:
    start, end = source.span(node)
    if any(s.start < start or s.end > end for s in mutation.splices):
        return None
    whole = spliced(source.text, mutation.splices)
    grown = len(whole) - len(source.text)
    other = whole[start : end + grown]
    if kind == "statement" and source.text[start:end].startswith("return") and "return" not in other:
        # A function whose last branch does not return would not build.
        return None
    return Anchor(kind, start, end, source.line(node), {ONE: other})


def _deleted(source: NeutralSource, node: Node, first: int, last: int) -> Anchor | None:
    step: Node | None = node
    while step is not None and not (step.type in _SIMPLE and step.parent is not None and step.parent.type in BLOCKS):
        step = step.parent
    if step is None:
        return None
    start, end = source.span(step)
    if start < first or end > last or step.type == "return_statement":
        return None
    return Anchor("statement", start, end, source.line(step), {ONE: ""})


def _inserted(source: NeutralSource, grammar: str, mutation: Mutation, place: int) -> Anchor | None:
    """A statement put before another: with a simple one the pair is the alternative."""
    if len(mutation.splices) != 1:
        return None
    rest = source.text[place:]
    begin = place + len(rest) - len(rest.lstrip())
    if rest.lstrip()[:1] == "}" and source.text[:place].endswith("\n"):
        # After the last statement of a block.
        code = mutation.splices[0].text.strip()
        return Anchor("statement", place, place, mutation.line, {ONE: code})
    byte = len(source.text[:begin].encode("utf-8", "surrogateescape"))
    node = source.root.descendant_for_byte_range(byte, byte + 1)
    step: Node | None = node
    while step is not None and source.span(step)[0] == begin:
        if step.type in _SIMPLE and step.parent is not None and step.parent.type in BLOCKS:
            start, end = source.span(step)
            code = mutation.splices[0].text.strip()
            # What follows a jump can never run, and Java refuses it.
            rest = "" if re.match(r"(break|continue|return)\b", code) else "\n" + source.of(step)
            return Anchor("statement", start, end, source.line(step), {ONE: code + rest})
        if step.parent is not None and step.parent.type in BLOCKS and source.function_of(step) is not None:
            # Before a loop, a declaration and so on: a statement of its own.
            first = source.text.rfind("\n", 0, begin) + 1
            return Anchor("statement", first, first, mutation.line, {ONE: mutation.splices[0].text.strip()})
        step = step.parent
    return None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _smallest(source: NeutralSource, start: int, end: int) -> Node | None:
    if len(source.data) != len(source.text):
        start = len(source.text[:start].encode("utf-8", "surrogateescape"))
        end = len(source.text[:end].encode("utf-8", "surrogateescape"))
    return source.root.descendant_for_byte_range(start, max(end - 1, start))


def _field(node: Node, parent: Node) -> str | None:
    for index, child in enumerate(parent.children):
        if child.id == node.id:
            return parent.field_name_for_child(index)
    return None
