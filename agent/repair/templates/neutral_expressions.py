"""Edits of expressions in any language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_donors import OPERATORS, arguments, atomic, boolean, field, near_names, numeric_type
from agent.repair.templates.neutral_nodes import (
    ACCESSES,
    BLOCKS,
    CALLS,
    COMMENTS,
    FUNCTIONS,
    IDENTIFIERS,
    NUMBERS,
    RETURNS,
    SCRIPTS,
    STRINGS,
)
from agent.repair.templates.neutral_statements import condition_edits
from agent.repair.templates.neutral_tree import NeutralSource, bare

if TYPE_CHECKING:
    from tree_sitter import Node


EMPTY = {
    "javascript": "{}.length === 0",
    "typescript": "{}.length === 0",
    "tsx": "{}.length === 0",
    "go": "len({}) == 0",
    "java": "{}.isEmpty()",
    "cpp": "{}.empty()",
    "rust": "{}.is_empty()",
}
"""How each language asks whether a collection holds nothing."""


IDENTICAL = 20.0
"""How much likelier a name is wrong where it is set to itself, or compared with itself."""


def operator_edits(source: NeutralSource, operator: Node, node: Node) -> None:
    text = source.of(operator)
    for family, others in OPERATORS.get(text, ()):
        for rank, other in enumerate(others.split()):
            if other in (">>>", "===", "!==", "**") and source.grammar not in (
                "javascript",
                "typescript",
                "tsx",
                "java",
            ):
                continue
            if text in ("&", "*") and node.type in (
                "unary_expression",
                "reference_expression",
                "pointer_expression",
                "reference_declarator",
                "pointer_declarator",
                "reference_type",
                "pointer_type",
                "reference_pattern",
            ):
                continue
            if text == "-" and node.type in ("unary_expression", "prefix_expression"):
                continue
            if text == "=" and node.type not in ("assignment_expression", "assignment_statement"):
                continue
            source.replace(family, operator, other, 1.0 / (1 + 0.4 * rank))


def binary_edits(source: NeutralSource, node: Node) -> None:
    left, right, operator = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
    if left is None or right is None or operator is None:
        return
    a, sign, b = source.of(left), source.of(operator), source.of(right)
    if sign in ("&&", "||"):
        source.replace("condition_drop", node, a)
        source.replace("condition_drop", node, b)
        for side in (left, right):
            text = source.of(side)
            if not text.startswith("!"):
                source.replace("negate", side, f"!{text}" if atomic(side) else f"!({text})", 0.6)
    else:
        source.replace("operand_drop", node, a)
        source.replace("operand_drop", node, b, 0.6)
        if sign not in ("*", "==", "!=", "===", "!=="):
            source.replace("operand_swap", node, f"{b} {sign} {a}", 0.8)
    if left.type == node.type and sign in ("+", "-", "*", "/", "%"):
        inner = (
            left.child_by_field_name("left"),
            left.child_by_field_name("operator"),
            left.child_by_field_name("right"),
        )
        if all(part is not None for part in inner):
            c, s, d = (source.of(part) for part in inner if part is not None)
            source.replace("regroup", node, f"{c} {s} ({d} {sign} {b})", 0.7)
    for side, other in ((left, right), (right, left)):
        if side.type == "parenthesized_expression":
            inside = bare(source.of(side))
            first = source.replace
            first("regroup", side, inside, 0.8)
        del other


def unary_edits(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    if text[:1] in ("!", "-", "~") and len(text) > 1:
        rest = text[1:].lstrip()
        if field(node) == "condition" and source.grammar in ("go", "rust"):
            # There a condition has no parentheses of its own.
            rest = bare(rest)
        source.replace("negate" if text[0] == "!" else "sign", node, rest)


def identifier_edits(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    parent = node.parent
    if parent is None:
        return
    name = field(node)
    if name in ("name", "pattern", "type", "label", "alias") and parent.type not in (
        "field_access",
        "method_invocation",
    ):
        return
    if name == "declarator" or (
        parent.type in ("formal_parameters", "parameter", "macro_invocation") and name in ("pattern", "macro")
    ):
        return
    if parent.type in CALLS and name in ("function", "constructor", "name"):
        for other, weight in near_names(source, text).items():
            source.replace("function", node, other, weight)
        count = arguments(parent)
        for other, parameters in source.functions.items():
            if other != text:
                source.replace("function", node, other, 0.5 if parameters == count else 0.05)
        return
    if (parent.type == "method_invocation" and name == "object") or (
        not text[:1].islower() and source.grammar == "java"
    ):
        pass
    declaring = (
        parent.type in ("expression_list",)
        and parent.parent is not None
        and parent.parent.type in ("short_var_declaration", "range_clause")
        and field(parent) == "left"
    )
    if declaring:
        return
    scope = source.scope(node)
    own = scope.names.get(text, "")
    target = (
        name == "left"
        and parent.type
        in (
            "assignment_expression",
            "assignment_statement",
            "compound_assignment_expr",
            "augmented_assignment_expression",
        )
    ) or (parent.type == "expression_list" and field(parent) == "left")
    target = target or parent.type in ("update_expression", "inc_statement", "dec_statement")
    iterated = name in ("right", "value") and parent.type in ("for_range_loop", "enhanced_for_statement")
    likelier = IDENTICAL if _twice(source, node) else 1.0
    for other, kind in scope.names.items():
        if other != text and not (iterated and numeric_type(kind)):
            same = likelier * (1.0 if own and kind == own else 0.4 if not own or not kind else 0.05)
            source.replace("assign_target" if target else "name", node, other, same)
    if target or iterated:
        return
    for other in source.globals:
        if (
            other not in scope.names
            and other != text
            and (other.isupper() or other[:1].isupper()) == (text.isupper() or text[:1].isupper())
        ):
            source.replace("name", node, other, 0.15)
    for other, weight in near_names(source, text).items():
        source.replace("name", node, other, 0.5 * weight)
    owner = parent.named_children[0].id == node.id and parent.type in ACCESSES
    if owner:
        return
    if numeric_type(own) or not own:
        for number in ("0", "1"):
            source.replace("name_to_constant", node, number, 0.4)
    for expression in scope.expressions:
        if re.search(rf"\b{re.escape(text)}\b", expression):
            source.replace("name_to_expression", node, expression, 0.4)


def _twice(source: NeutralSource, node: Node) -> bool:
    """Whether a name stands on both sides of an assignment or an operator for which that makes no sense."""
    parent = node.parent
    if parent is not None and parent.type == "expression_list":
        parent = parent.parent
    if parent is None:
        return False
    left, right = parent.child_by_field_name("left"), parent.child_by_field_name("right")
    operator = parent.child_by_field_name("operator")
    sign = source.of(operator) if operator is not None else "="
    alike = left is not None and right is not None and source.of(left) == source.of(right) == source.of(node)
    return alike and sign in ("=", "-", "/", "%", "==", "===", "!=", "!==", "<", ">", "<=", ">=", "&&", "||")


def member_edits(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    parent = node.parent
    called = (
        parent is not None
        and parent.parent is not None
        and parent.parent.type in CALLS
        and field(parent) in ("function", "constructor")
    )
    near = dict(near_names(source, text))
    common = sorted(source.members, key=lambda m: -source.members[m])[:25]
    for other in common:
        alike = set(re.findall(r"[A-Z]?[a-z]+", text)) & set(re.findall(r"[A-Z]?[a-z]+", other))
        near.setdefault(other, 0.4 if alike else 0.15)
    near.pop(text, None)
    for other, weight in near.items():
        source.replace("method" if called else "attribute", node, other, weight)


def index_edits(source: NeutralSource, node: Node) -> None:
    index = node.child_by_field_name("index") or (node.named_children[-1] if node.named_child_count > 1 else None)
    if index is not None and index.type == "subscript_argument_list" and index.named_child_count == 1:
        index = index.named_children[0]
    if index is None or index.type in STRINGS:
        return
    text = source.of(index)
    if index.type in NUMBERS:
        return
    source.replace("index", index, f"{text} - 1", 1.0)
    source.replace("index", index, f"{text} + 1", 1.0)
    for name, kind in source.scope(node).names.items():
        if numeric_type(kind) and name != text:
            source.replace("index", index, name, 0.4)
    source.replace("index", index, "0", 0.2)


def return_edits(source: NeutralSource, node: Node) -> None:
    if not node.named_child_count:
        return
    value = node.named_children[0]
    if value.type == "expression_list":
        for part in value.named_children:
            text = source.of(part)
            for other in ("nil", "true", "false", "0", *source.scope(node).returned):
                if other != text and "," not in other:
                    source.replace("return_value", part, other, 0.4)
        if value.named_child_count > 1:
            for other in source.scope(node).returned:
                source.replace("return_value", value, other, 0.5)
            return
    text = source.of(value)
    for other in (*source.scope(node).returned, "true", "false", "0", "1", "-1", *source.scope(node).names):
        if other != text:
            source.replace("return_value", value, other, 0.4)
    if text in ("true", "false"):
        # An answer that is always the same where it should depend on what was gathered.
        for name, kind in source.scope(node).names.items():
            zero = "===" if source.grammar in SCRIPTS else "=="
            if numeric_type(kind):
                source.replace("return_value", value, f"{name} {zero} 0", 0.4)
            elif kind and kind not in ("bool", "boolean") and source.grammar in EMPTY:
                source.replace("return_value", value, EMPTY[source.grammar].format(name), 0.4)
    if boolean(value) and not text.startswith("!"):
        source.replace("negate", value, f"!({text})", 0.6)


def ternary_edits(source: NeutralSource, node: Node) -> None:
    condition, one, other = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
    if condition is None or one is None or other is None:
        return
    source.replace("ternary", node, source.of(one))
    source.replace("ternary", node, source.of(other))
    source.several(
        "ternary",
        [(source.span(one), source.of(other)), (source.span(other), source.of(one))],
        source.line(node),
    )
    condition_edits(source, condition, node)


def slice_edits(source: NeutralSource, node: Node) -> None:
    operand = node.child_by_field_name("operand")
    if operand is None:
        return
    start, end = node.child_by_field_name("start"), node.child_by_field_name("end")
    a, b, of = source.of(start) if start else "", source.of(end) if end else "", source.of(operand)
    for low, high in (
        (f"{a} + 1" if a else "1", b),
        (f"{a} - 1" if a else "", b),
        (a, f"{b} + 1" if b else f"len({of}) - 1"),
        (a, f"{b} - 1" if b else ""),
        ("", b),
        (a, ""),
    ):
        source.replace("slice", node, f"{of}[{low}:{high}]")


def call_edits(source: NeutralSource, node: Node) -> None:
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return
    parts = [child for child in arguments.named_children if child.type not in COMMENTS]
    for one in range(len(parts) - 1):
        a, b = parts[one], parts[one + 1]
        source.several(
            "argument_swap",
            [(source.span(a), source.of(b)), (source.span(b), source.of(a))],
            source.line(node),
        )
    for index, part in enumerate(parts):
        if len(parts) > 1:
            start = source.span(part)[0] if index == 0 else source.span(parts[index - 1])[1]
            end = source.span(parts[1])[0] if index == 0 else source.span(part)[1]
            source.add("argument_drop", (start, end), "", source.line(node), 0.6)
    accessed = node.parent is not None and node.parent.type in ACCESSES
    if len(parts) == 1 and node.type != "macro_invocation" and not (accessed and parts[0].type in NUMBERS):
        source.replace("unwrap", node, source.of(parts[0]), 0.7)
    function = node.child_by_field_name("function") or node.child_by_field_name("object")
    owner = function
    if (
        function is not None
        and function.named_child_count
        and function.type in ("member_expression", "field_expression", "selector_expression")
    ):
        owner = function.named_children[0]
        source.replace("unwrap", node, source.of(owner), 0.7)
    elif owner is not None and node.type == "method_invocation":
        source.replace("unwrap", node, source.of(owner), 0.7)


def value_place(node: Node) -> bool:
    parent = node.parent
    if parent is None or node.type in BLOCKS or node.type in COMMENTS or node.type in STRINGS or node.type in FUNCTIONS:
        return False
    name = field(node)
    if parent.type in (
        "field_expression",
        "member_expression",
        "selector_expression",
        "field_access",
        "scoped_identifier",
    ):
        return False
    if parent.type in RETURNS or parent.type in ("argument_list", "arguments"):
        return True
    if parent.type == "expression_list":
        return field(parent) == "right" or (parent.parent is not None and parent.parent.type in RETURNS)
    if name in ("right", "value", "start", "end") and parent.type not in (
        "object",
        "pair",
        "field_initializer",
    ):
        return True
    return (name == "left" and parent.type == "binary_expression") or parent.type == "range_expression"


def placed_edits(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    if "\n" in text or len(text) > 60 or boolean(node) or re.fullmatch(r"[\d.]+", text):
        return
    scope = source.scope(node)
    kind = scope.names.get(text, "") if node.type in IDENTIFIERS else ""
    if node.type in NUMBERS or (kind and not numeric_type(kind)):
        return
    likely = (
        1.0
        if numeric_type(kind)
        or re.search(r"(len|size|length|count|Length)\b", text)
        or node.type == "binary_expression"
        else 0.3
    )
    inner = text if atomic(node) or node.parent is None or node.parent.type != "binary_expression" else f"({text})"
    source.replace("off_by_one", node, f"{inner} + 1", likely)
    source.replace("off_by_one", node, f"{inner} - 1", likely)
    if (node.parent is not None and node.parent.type in RETURNS) or field(node) in ("right", "value"):
        source.replace("sign", node, f"-{inner}" if atomic(node) else f"-({text})", 0.3 * likely)
