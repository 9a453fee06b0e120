"""What operators and names are mistaken for in any language, and small questions about nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_nodes import CALLS, IDENTIFIERS, INDEXES, NUMBERS
from agent.repair.templates.neutral_tree import NeutralSource

if TYPE_CHECKING:
    from tree_sitter import Node


OPERATORS: dict[str, tuple[tuple[str, str], ...]] = {
    "<": (("compare", "<= > >= != =="),),
    "<=": (("compare", "< >= > == !="),),
    ">": (("compare", ">= < <= != =="),),
    ">=": (("compare", "> <= < == !="),),
    "==": (("compare", "!= <= >= < >"),),
    "!=": (("compare", "== < > <= >="),),
    "===": (("compare", "!== == < > <= >="),),
    "!==": (("compare", "=== != < >"),),
    "+": (("arithmetic", "- * / %"),),
    "-": (("arithmetic", "+ * / %"),),
    "*": (("arithmetic", "/ + - %"),),
    "/": (("arithmetic", "* % - +"),),
    "%": (("arithmetic", "/ * + -"),),
    "&&": (("boolean", "||"),),
    "||": (("boolean", "&&"),),
    "&": (("arithmetic", "| ^ && <<"),),
    "|": (("arithmetic", "& ^ ||"),),
    "^": (("arithmetic", "& |"),),
    "<<": (("arithmetic", ">>"),),
    ">>": (("arithmetic", "<< >>>"),),
    ">>>": (("arithmetic", ">> <<"),),
    "&^": (("arithmetic", "& |"),),
    "**": (("arithmetic", "*"),),
    "??": (("boolean", "|| &&"),),
    "=": (("augmented", "+= -= *="),),
    "+=": (("augmented", "-= = *="),),
    "-=": (("augmented", "+= = /="),),
    "*=": (("augmented", "/= += ="),),
    "/=": (("augmented", "*= -= ="),),
    "%=": (("augmented", "/= ="),),
    "&=": (("augmented", "|= ^="),),
    "|=": (("augmented", "&= ^= ="),),
    "^=": (("augmented", "|= &="),),
    "<<=": (("augmented", ">>="),),
    ">>=": (("augmented", "<<="),),
    "++": (("augmented", "--"),),
    "--": (("augmented", "++"),),
    "..": (("range", "..="),),
    "..=": (("range", ".."),),
}


PAIRS = (
    "min max",
    "Min Max",
    "floor ceil round trunc",
    "Floor Ceil Round",
    "push pop shift unshift",
    "push_back push_front pop_back pop_front",
    "first last",
    "front back",
    "First Last",
    "startsWith endsWith includes",
    "starts_with ends_with contains",
    "HasPrefix HasSuffix Contains",
    "toLowerCase toUpperCase",
    "to_lowercase to_uppercase",
    "ToLower ToUpper",
    "tolower toupper",
    "islower isupper isalpha isdigit isalnum",
    "indexOf lastIndexOf",
    "find rfind",
    "Index LastIndex",
    "begin end rbegin rend",
    "cbegin cend",
    "any all",
    "some every filter map find",
    "keys values entries iter into_iter",
    "keySet values entrySet",
    "add remove contains",
    "addFirst addLast",
    "pollFirst pollLast peekFirst peekLast",
    "lower_bound upper_bound",
    "slice splice substring substr",
    "trim trimStart trimEnd",
    "trim trim_start trim_end",
    "TrimLeft TrimRight TrimSpace",
    "TrimPrefix TrimSuffix",
    "unwrap_or unwrap_or_default",
    "is_some is_none",
    "is_ok is_err",
    "is_empty len",
    "isEmpty size length",
    "saturating_add saturating_sub wrapping_add checked_add",
    "checked_add checked_sub checked_mul",
    "wrapping_add wrapping_sub wrapping_mul",
    "insert remove get",
    "push insert push_str",
    "push_back push_front",
    "pop_front pop_back",
    "take skip",
    "toUpper toLower",
    "isUpper isLower",
    "IsUpper IsLower IsDigit IsLetter",
    "isDigit isLetter isLetterOrDigit isWhitespace",
    "sort reverse",
    "abs fabs sqrt",
    "Lock Unlock RLock RUnlock",
    "and_then or_else map",
    "append prepend",
    "Before After",
    "before after",
    "left right",
    "Left Right",
    "head tail",
    "next prev",
    "next previous",
    "next_back next",
    "start end",
    "lo hi",
    "low high",
    "x y",
    "row col",
    "width height",
    "Some None",
    "Ok Err",
    "Less Greater Equal",
    "ascending descending",
    "sin cos tan",
    "parseInt parseFloat",
    "compareTo equals",
    "stoi stol",
    "ceil floor",
)


_NEAR: dict[str, dict[str, float]] = {}


for _group in PAIRS:
    for _one in _group.split():
        for _other in _group.split():
            if _one != _other:
                _NEAR.setdefault(_one, {})[_other] = 1.0


_STYLES = {
    "go": r"[A-Za-z][A-Za-z0-9]*",
    "java": r"[A-Za-z][A-Za-z0-9]*",
    "javascript": r"[A-Za-z][A-Za-z0-9]*",
    "typescript": r"[A-Za-z][A-Za-z0-9]*",
    "tsx": r"[A-Za-z][A-Za-z0-9]*",
    "rust": r"[a-z][a-z0-9_]*|Some|None|Ok|Err|Less|Greater|Equal",
}


def near_names(source: NeutralSource, text: str) -> dict[str, float]:
    """Names that are often mistaken for this one, as this language spells names."""
    style = _STYLES.get(source.grammar, r"\w+")
    return {other: weight for other, weight in _NEAR.get(text, {}).items() if re.fullmatch(style, other)}


LOOPS = frozenset(
    {
        "for_statement",
        "while_statement",
        "for_expression",
        "while_expression",
        "loop_expression",
        "for_in_statement",
        "enhanced_for_statement",
        "for_range_loop",
        "do_statement",
    }
)


def atomic(node: Node) -> bool:
    return (
        node.type in IDENTIFIERS
        or node.type in CALLS
        or node.type in INDEXES
        or node.type in NUMBERS
        or node.type
        in (
            "parenthesized_expression",
            "member_expression",
            "field_expression",
            "selector_expression",
            "field_access",
        )
    )


def boolean(node: Node) -> bool:
    if node.type in ("true", "false", "boolean_literal", "not_expression"):
        return True
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type in (
        "<",
        "<=",
        ">",
        ">=",
        "==",
        "!=",
        "===",
        "!==",
        "&&",
        "||",
        "!",
    )


_NUMERIC = re.compile(
    r"u?int\d*(_t)?|[iu](8|16|32|64|128|size)|long( long)?|short|byte|char|size_t|usize|float(32|64)?|double|number"
    r"|Integer|Long|f32|f64|unsigned( int)?|rune|Double"
)


def numeric_type(kind: str) -> bool:
    """Whether a written type is one of numbers."""
    return _NUMERIC.fullmatch(kind) is not None


def arguments(node: Node) -> int:
    arguments = node.child_by_field_name("arguments")
    return arguments.named_child_count if arguments is not None else 0


def field(node: Node) -> str | None:
    parent = node.parent
    if parent is None:
        return None
    for index, child in enumerate(parent.children):
        if child.id == node.id:
            return parent.field_name_for_child(index)
    return None
