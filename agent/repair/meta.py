"""Many candidates in one build: a program that holds them all and picks one at run time (mutant schemata).

After Untch, Offutt, Harrold, "Mutation Analysis Using Mutant Schemata" (1993). A compiled language pays its compiler
once for some hundred candidates instead of once for each. `embed` turns edits into branches; a small runtime in the
same language, put into the same file, runs the program once per candidate when it comes to the first branch.

Nothing found this way is believed: a candidate that passes is confirmed with the command on its real text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_tree import BLOCKS, FUNCTIONS, NeutralSource, parse
from agent.repair.types import Mutation, spliced

if TYPE_CHECKING:
    from tree_sitter import Node

RUNTIMES = {"go": "go.txt", "rust": "rust.txt", "cpp": "cpp.txt", "c": "cpp.txt", "java": "java.txt"}
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


@dataclass
class Anchor:
    """A place where the program chooses: a condition, a statement, or the value of a declaration."""

    kind: str
    """`condition`, `statement`, `value`, `assign` (Go's declarations), `tail` (Rust's last expression)."""
    start: int
    end: int
    line: int
    alternatives: dict[int, str] = field(default_factory=dict)
    names: str = ""
    """`assign`: the names on the left."""


@dataclass(frozen=True)
class Meta:
    """A program with candidates built in."""

    text: str
    owners: dict[int, tuple[int, ...]]
    """Line (1-based) → the candidates it belongs to; all of an anchor's for its original text."""
    sites: dict[int, int]
    """Candidate → number of its anchor."""
    spans: dict[int, tuple[int, int]]
    """Number of an anchor → its characters in the original text."""


def grammar_for(path: str) -> str:
    """The grammar, when there is a runtime for it; else empty."""
    from agent.repo.symbols import grammar_of

    grammar = grammar_of(path)
    return grammar if grammar in RUNTIMES else ""


def embeddable(path: str, text: str, mutations: Sequence[Mutation]) -> dict[int, tuple[int, int]]:
    """The mutations (by their place in the sequence) that have an anchor, with its span; spans may be nested."""
    source = parse(path, text)
    grammar = grammar_for(path)
    if source is None or not grammar or (not text.isascii() and len(source.data) == 0):
        return {}
    anchors = ((number, _anchor(source, grammar, mutation)) for number, mutation in enumerate(mutations))
    return {number: (anchor.start, anchor.end) for number, anchor in anchors if anchor is not None}


def embed(path: str, text: str, mutations: Sequence[Mutation], skip: frozenset[int] = frozenset()) -> Meta | None:
    """Build the program from the mutations that can be built in (known by their place in the sequence)."""
    source = parse(path, text)
    grammar = grammar_for(path)
    if source is None or not grammar or (not text.isascii() and len(source.data) == 0):
        return None
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
    return _rendered(text, grammar, path, chosen)


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
            if parent.type == "init_declarator" and source.of(step).startswith("{"):
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
    """A statement put before another simple one: the pair is the alternative."""
    if len(mutation.splices) != 1:
        return None
    rest = source.text[place:]
    begin = place + len(rest) - len(rest.lstrip())
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


# rendering


class _Writer:
    """Text in pieces, each line known to belong to some candidates."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.line = 1
        self.owners: dict[int, tuple[int, ...]] = {}

    def put(self, text: str, owners: tuple[int, ...] = ()) -> None:
        """Append a piece."""
        for offset, _ in enumerate(text.split("\n")):
            if owners:
                self.owners[self.line + offset] = (*self.owners.get(self.line + offset, ()), *owners)
        self.line += text.count("\n")
        self.parts.append(text)


def _rendered(text: str, grammar: str, path: str, anchors: list[Anchor]) -> Meta:
    writer = _Writer()
    head, tail, at = runtime(grammar, text, path)
    place = 0
    sites: dict[int, int] = {}
    put_head = _head_place(grammar, text)
    for site, anchor in enumerate(anchors, 1):
        if place <= put_head <= anchor.start:
            writer.put(text[place:put_head])
            writer.put(head)
            place = put_head
            put_head = -1
        writer.put(text[place : anchor.start])
        for number in anchor.alternatives:
            sites[number] = site
        _render(writer, grammar, at, site, text[anchor.start : anchor.end], anchor)
        place = anchor.end
    writer.put(text[place:])
    writer.put("\n" + tail)
    spans = {site: (anchor.start, anchor.end) for site, anchor in enumerate(anchors, 1)}
    return Meta("".join(writer.parts), writer.owners, sites, spans)


def _head_place(grammar: str, text: str) -> int:
    if grammar == "go":
        match = re.search(r"^package\s+\w+[^\n]*\n", text, re.M)
        return match.end() if match else 0
    return 0


def _render(writer: _Writer, grammar: str, at: str, site: int, original: str, anchor: Anchor) -> None:
    every = tuple(anchor.alternatives)
    here, now = f"{at}({site})", at.replace("agent_at", "agent_now").replace("agentAt", "agentNow") + "()"
    items = list(anchor.alternatives.items())
    bare = original
    if anchor.kind == "condition" and grammar in ("go",):
        writer.put(f"({here} == 0 && (")
        writer.put(f"\n{bare}", every)
        writer.put(")")
        for number, other in items:
            writer.put(" ||\n")
            writer.put(f"{now} == {number + 1} && ({other})", (number,))
        writer.put(")")
    elif grammar == "rust" and anchor.kind in ("condition", "value", "tail"):
        writer.put(f"(if {here} == 0 {{\n")
        writer.put(bare, every)
        for number, other in items:
            writer.put("\n")
            writer.put(f"}} else if {now} == {number + 1} {{ {other}", (number,))
        writer.put("\n} else { unreachable!() })")
    elif anchor.kind in ("condition", "value"):
        wrapped = original.startswith("(") and anchor.kind == "condition"
        writer.put("(" if wrapped or anchor.kind == "value" else "")
        writer.put(f"{here} == 0 ?\n")
        writer.put(f"({bare})", every)
        for number, other in items[:-1]:
            writer.put("\n")
            writer.put(f": {now} == {number + 1} ? ({other})", (number,))
        writer.put("\n")
        writer.put(f": ({items[-1][1]})", (items[-1][0],))
        writer.put("\n")
        writer.put(")" if wrapped or anchor.kind == "value" else "")
    elif anchor.kind == "assign":
        writer.put(bare, every)
        writer.put(f"\nif {here} != 0 {{\n")
        for number, other in items:
            writer.put(f"if {now} == {number + 1} {{ {anchor.names} = {other} }}", (number,))
            writer.put("\n")
        writer.put("}\n")
    else:
        opening, closing = ("", "") if grammar in ("go", "rust") else ("(", ")")
        impossible = {
            "go": 'panic("agent")',
            "rust": "unreachable!()",
            "java": "throw new IllegalStateException();",
        }.get(grammar, "__builtin_unreachable();")
        writer.put(f"if {opening}{here} == 0{closing} {{\n")
        writer.put(bare, every)
        for number, other in items:
            writer.put("\n")
            writer.put(f"}} else if {opening}{now} == {number + 1}{closing} {{ {other}", (number,))
        writer.put(f"\n}} else {{ {impossible} }}\n")


def runtime(grammar: str, text: str, path: str) -> tuple[str, str, str]:
    """What goes before and after the program's text, and the function that an anchor calls."""
    source = (Path(__file__).parent / "meta_runtime" / RUNTIMES[grammar]).read_text(encoding="utf-8")
    head, _, tail = source.partition("-----\n")
    if grammar == "go":
        return head, tail, "agentAt"
    if grammar == "rust":
        return "", head + tail, "self::agent_meta::agent_at"
    if grammar == "java":
        return "", head + tail, "AgentMeta.agent_at"
    return head, tail, "agent_at"
