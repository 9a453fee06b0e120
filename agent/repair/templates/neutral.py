"""Candidate edits over tree-sitter trees, the same for JavaScript, TypeScript, Go, Rust, Java, C, C++ and so on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_donors import LOOPS, OPERATORS
from agent.repair.templates.neutral_expressions import (
    binary_edits,
    call_edits,
    identifier_edits,
    index_edits,
    member_edits,
    operator_edits,
    placed_edits,
    return_edits,
    slice_edits,
    ternary_edits,
    unary_edits,
    value_place,
)
from agent.repair.templates.neutral_habits import (
    await_edits,
    equals_edits,
    order_edits,
    text_edits,
    type_edits,
    value_edits,
)
from agent.repair.templates.neutral_literals import number_edits, string_edits
from agent.repair.templates.neutral_loops import parameter_references, pop_edits, unstored_edits
from agent.repair.templates.neutral_nodes import (
    BLOCKS,
    CALLS,
    COMMENTS,
    FUNCTIONS,
    IDENTIFIERS,
    INDEXES,
    MEMBERS,
    NUMBERS,
    RETURNS,
    STRINGS,
)
from agent.repair.templates.neutral_statements import condition_edits, if_edits, statement_edits
from agent.repair.templates.neutral_tree import NeutralSource, parse
from agent.repair.templates.neutral_wraps import parameter_edits, sort_edits, wrap_edits
from agent.repair.types import Mutation

if TYPE_CHECKING:
    from tree_sitter import Node


def mutations(path: str, text: str, suspicion: Mapping[int, float]) -> list[Mutation]:
    """Every template's edits on lines under suspicion; none where there is no grammar for the file."""
    source = parse(path, text)
    if source is None:
        return []
    _visit(source, source.root, suspicion)
    seen: set[tuple[tuple[int, int, str], ...]] = set()
    unique = []
    for mutation in source.made:
        key = tuple((s.start, s.end, s.text) for s in mutation.splices)
        if key not in seen:
            seen.add(key)
            unique.append(mutation)
    return unique


def _visit(source: NeutralSource, node: Node, suspicion: Mapping[int, float]) -> None:
    if node.type in COMMENTS or node.type in (
        "import_statement",
        "import_declaration",
        "use_declaration",
        "preproc_include",
        "package_clause",
        "attribute_item",
        "using_declaration",
        "ERROR",
    ):
        return
    first, last = node.start_point[0] + 1, node.end_point[0] + 1
    if not any(line in suspicion for line in range(first, last + 1)):
        return
    if suspicion.get(first, 0) > 0:
        _edits(source, node)
    for index, child in enumerate(node.children):
        name = node.field_name_for_child(index)
        if name in ("type", "return_type", "result", "type_parameters", "type_arguments"):
            continue
        _visit(source, child, suspicion)


def _edits(source: NeutralSource, node: Node) -> None:
    kind = node.type
    operator = node.child_by_field_name("operator")
    if operator is None and not node.is_named and kind in OPERATORS and node.parent is not None:
        parent = node.parent
        if parent.child_by_field_name("operator") is None and parent.type not in (
            "variable_declarator",
            "init_declarator",
            "let_declaration",
            "short_var_declaration",
            "type_arguments",
            "template_argument_list",
            "type_parameters",
            "generic_type",
        ):
            operator_edits(source, node, parent)
    elif operator is not None and kind not in ("field_expression", "for_in_statement"):
        operator_edits(source, operator, node)
    if kind in ("binary_expression", "infix_expression", "binary"):
        binary_edits(source, node)
        equals_edits(source, node)
    elif kind in ("unary_expression", "not_expression", "prefix_expression"):
        unary_edits(source, node)
    elif kind in NUMBERS:
        number_edits(source, node)
    elif kind in ("true", "false", "boolean_literal"):
        text = source.of(node)
        source.replace("constant_bool", node, "false" if text == "true" else "true")
    elif kind in STRINGS:
        string_edits(source, node)
    elif kind in IDENTIFIERS:
        identifier_edits(source, node)
    elif kind in MEMBERS:
        member_edits(source, node)
    elif kind in INDEXES:
        index_edits(source, node)
    elif kind in RETURNS:
        return_edits(source, node)
        order_edits(source, node)
    elif kind in ("ternary_expression", "conditional_expression"):
        ternary_edits(source, node)
    elif kind == "slice_expression":
        slice_edits(source, node)
    elif kind in ("break_statement", "continue_statement", "break_expression", "continue_expression"):
        text = source.of(node)
        word = "continue" if text.startswith("break") else "break"
        source.replace("flow", node, re.sub(r"^(break|continue)", word, text))
    if kind in CALLS:
        call_edits(source, node)
        sort_edits(source, node)
        await_edits(source, node)
        text_edits(source, node)
    elif kind in LOOPS:
        unstored_edits(source, node)
        pop_edits(source, node)
    elif kind in FUNCTIONS:
        value_edits(source, node)
        parameter_references(source, node)
    condition = node.child_by_field_name("condition")
    if condition is not None and kind not in ("ternary_expression", "conditional_expression") and condition.is_named:
        condition_edits(source, condition, node)
    if node.parent is not None and node.parent.type in BLOCKS and node.is_named and kind not in BLOCKS:
        statement_edits(source, node)
        parameter_edits(source, node)
        type_edits(source, node)
    if kind == "if_statement" or kind == "if_expression":
        if_edits(source, node)
    if node.is_named and value_place(node):
        placed_edits(source, node)
        wrap_edits(source, node)
