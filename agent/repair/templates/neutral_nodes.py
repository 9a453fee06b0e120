"""What tree-sitter's grammars call functions, blocks, calls and so on, in the languages that the templates know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_definition",
        "function_item",
        "method_declaration",
        "method_definition",
        "constructor_declaration",
        "arrow_function",
        "function_expression",
        "func_literal",
        "closure_expression",
        "lambda_expression",
        "generator_function_declaration",
        "function",
        "method",
        "local_function_statement",
        "singleton_method",
        "secondary_constructor",
    }
)
BLOCKS = frozenset(
    {
        "block",
        "statement_block",
        "compound_statement",
        "statement_list",
        "body_statement",
        "program",
        "function_body",
        "switch_block_statement_group",
        "case_statement",
        "expression_case",
        "default_case",
        "switch_case",
        "switch_default",
        "constructor_body",
        "control_structure_body",
        "do_block",
    }
)
IDENTIFIERS = frozenset({"identifier", "simple_identifier", "variable_name", "shorthand_property_identifier"})
MEMBERS = frozenset({"field_identifier", "property_identifier", "navigation_suffix"})
NUMBERS = frozenset(
    {
        "number",
        "int_literal",
        "float_literal",
        "integer_literal",
        "decimal_integer_literal",
        "number_literal",
        "integer",
        "float",
        "decimal_floating_point_literal",
        "real_literal",
    }
)
STRINGS = frozenset(
    {
        "string",
        "string_literal",
        "interpreted_string_literal",
        "char_literal",
        "character_literal",
        "rune_literal",
        "raw_string_literal",
    }
)
CALLS = frozenset(
    {
        "call_expression",
        "method_invocation",
        "new_expression",
        "object_creation_expression",
        "macro_invocation",
        "invocation_expression",
        "call",
    }
)
INDEXES = frozenset(
    {
        "subscript_expression",
        "index_expression",
        "array_access",
        "element_access_expression",
        "element_reference",
    }
)
ACCESSES = frozenset(
    {
        "field_expression",
        "member_expression",
        "selector_expression",
        "field_access",
        "method_invocation",
        "scoped_identifier",
    }
)
RETURNS = frozenset({"return_statement", "return_expression", "return"})
SCRIPTS = ("javascript", "typescript", "tsx")
"""Grammars of JavaScript's kind."""
UNTYPED = frozenset({"javascript", "jsx", "php", "ruby", "lua"})
"""Grammars whose names have no written types."""
COMMENTS = frozenset({"comment", "line_comment", "block_comment", "doc_comment"})


def walk(node: Node) -> Iterator[Node]:
    """A node and everything under it, in order."""
    stack = [node]
    while stack:
        step = stack.pop()
        yield step
        stack.extend(reversed(step.children))
