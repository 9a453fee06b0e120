"""Calls that a value may lack in each language: `Math.floor(x)`, `strings.ToLower(x)`, `(double) a / b`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_donors import atomic, boolean, numeric_type
from agent.repair.templates.neutral_nodes import BLOCKS, FUNCTIONS, IDENTIFIERS, NUMBERS, RETURNS
from agent.repair.templates.neutral_tree import NeutralSource

if TYPE_CHECKING:
    from tree_sitter import Node

_SCRIPT = (
    ("number", "Math.floor({})", 0.5),
    ("number", "Math.abs({})", 0.4),
    ("number", "Math.round({})", 0.2),
    ("number", "Math.ceil({})", 0.2),
    ("number", "Math.trunc({})", 0.1),
    ("number", "Math.max({}, 0)", 0.15),
    ("number", "String({})", 0.15),
    ("text", "Number({})", 0.15),
    ("text", "{}.toLowerCase()", 0.4),
    ("text", "{}.toUpperCase()", 0.2),
    ("text", "{}.trim()", 0.3),
    ("text", "{}.length", 0.3),
    ("list", "{}.length", 0.3),
    ("list", "[...{}]", 0.3),
    ("list", "{}.slice().reverse()", 0.15),
    ("list", "{}.sort((a, b) => a - b)", 0.2),
)
WRAPS: dict[str, tuple[tuple[str, str, float], ...]] = {
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "java": (
        ("number", "Math.abs({})", 0.4),
        ("number", "Math.max({}, 0)", 0.15),
        ("number", "String.valueOf({})", 0.15),
        ("text", "{}.toLowerCase()", 0.4),
        ("text", "{}.toUpperCase()", 0.2),
        ("text", "{}.trim()", 0.3),
        ("text", "{}.length()", 0.3),
        ("list", "new ArrayList<>({})", 0.3),
    ),
    "go": (
        ("text", "strings.ToLower({})", 0.4),
        ("text", "strings.TrimSpace({})", 0.3),
        ("number", "math.Abs({})", 0.3),
        ("text", "len({})", 0.3),
        ("list", "len({})", 0.3),
    ),
    "rust": (
        ("number", "{}.abs()", 0.3),
        ("text", "{}.to_lowercase()", 0.3),
        ("text", "{}.trim()", 0.3),
        ("list", "{}.len()", 0.3),
    ),
    "c": (("number", "abs({})", 0.4),),
    "cpp": (
        ("number", "abs({})", 0.4),
        ("number", "to_string({})", 0.2),
        ("character", "tolower({})", 0.4),
        ("character", "toupper({})", 0.2),
    ),
}
"""Grammar → (kind of value, what is put around it, weight)."""
_CASTS = {"java": "(double) {}", "c": "(double) {}", "cpp": "(double) {}", "go": "float64({})"}
"""What makes a quotient of whole numbers a fraction."""
_TEXTS = re.compile(r"(?i)\b(str|string|text|word|line|char)")
_LISTS = re.compile(r"\[\]|(?i:list|array|vec|slice)")


def wrap_edits(source: NeutralSource, node: Node) -> None:
    """Put a call around a value that is read; `node` stands where a value does."""
    wraps = WRAPS.get(source.grammar)
    text = source.of(node)
    if wraps is None or "\n" in text or len(text) > 60 or node.type in NUMBERS or boolean(node):
        return
    kind = _kind(source, node)
    whole = text if atomic(node) or node.type.startswith(("call", "method", "member", "subscript")) else f"({text})"
    for meant, form, weight in wraps:
        if not _imported(source, form.partition(".")[0]):
            continue
        if form.startswith("to_string") and "string" not in source.of(source.function_of(node) or source.root):
            continue
        # Where types are written, what has none is seldom what the form needs, and would not build.
        if kind == meant or (not kind and wraps is _SCRIPT):
            inner = text if "({})" in form or "({}," in form or "...{}" in form else whole
            source.replace("wrap", node, form.format(inner), weight if kind else 0.4 * weight)
    operator = node.child_by_field_name("operator")
    left = node.child_by_field_name("left")
    if operator is not None and left is not None and source.of(operator) == "/" and source.grammar in _CASTS:
        source.replace("wrap", left, _CASTS[source.grammar].format(source.of(left)), 0.5)
    in_return = node.parent is not None and node.parent.type in RETURNS
    if in_return and kind in ("", "list", "text"):
        for name, other in source.scope(node).names.items():
            if name == text or not (numeric_type(other) or not other):
                continue
            if wraps is _SCRIPT:
                source.replace("slice", node, f"{whole}.slice(0, {name})", 0.3)
            elif source.grammar == "go" and kind:
                source.replace("slice", node, f"{whole}[:{name}]", 0.3)


def sort_edits(source: NeutralSource, node: Node) -> None:
    """`sort()` without a comparison compares texts in JavaScript."""
    if WRAPS.get(source.grammar) is not _SCRIPT:
        return
    text = source.of(node)
    if text.endswith(".sort()"):
        source.replace("argument_add", node, f"{text[:-1]}(a, b) => a - b)", 1.0)
        source.replace("argument_add", node, f"{text[:-1]}(a, b) => b - a)", 0.4)


def parameter_edits(source: NeutralSource, node: Node) -> None:
    """Before the first statement of a function: a parameter made positive, or a text in lower case."""
    body = node.parent
    function = body.parent if body is not None else None
    if body is None or function is None or body.type not in BLOCKS or function.type not in FUNCTIONS:
        return
    if node.prev_named_sibling is not None:
        return
    lines = source.whole_lines(node)
    if lines is None:
        return
    indent = source.indent(lines)
    end = "" if source.grammar == "go" else ";"
    for name, kind in source.scope(node).names.items():
        forms = [
            (form, weight)
            for meant, form, weight in WRAPS.get(source.grammar, ())
            if meant == _named_kind(kind) and ("abs" in form or "oLower" in form or "reverse" in form or "..." in form)
        ]
        for form, weight in forms:
            if not _imported(source, form.partition(".")[0]):
                continue
            code = f"{indent}{name} = {form.format(name)}{end}\n"
            source.add("statement_insert", (lines[0], lines[0]), code, source.line(node), weight)


def _imported(source: NeutralSource, package: str) -> bool:
    """Go's packages must be imported; what the other languages' forms name is always there."""
    return source.grammar != "go" or package not in ("math", "strings") or f'"{package}"' in source.text


def _named_kind(kind: str) -> str:
    if not kind:
        return ""
    if kind in ("char", "rune", "byte", "Character"):
        return "character"
    if _LISTS.search(kind):
        return "list"
    if numeric_type(kind):
        return "number"
    return "text" if _TEXTS.search(kind) else "other"


def _kind(source: NeutralSource, node: Node) -> str:
    """`number`, `text`, `list`, `character`, `other`; empty when it cannot be told."""
    if node.type in IDENTIFIERS:
        return _named_kind(source.scope(node).names.get(source.of(node), ""))
    operator = node.child_by_field_name("operator")
    if node.type in ("binary_expression", "unary_expression") and operator is not None:
        return "number" if source.of(operator) in ("-", "*", "/", "%") else ""
    if node.type in ("array", "array_expression"):
        return "list"
    text = source.of(node)
    if re.search(r"(\.length|\.size\(\)|\.length\(\)|\blen\([^()]*\)|\.len\(\))$", text):
        return "number"
    return ""
