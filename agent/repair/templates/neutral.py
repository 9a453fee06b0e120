"""Candidate edits over tree-sitter trees, the same for JavaScript, TypeScript, Go, Rust, Java, C, C++ and their like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_tree import (
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
    NeutralSource,
    bare,
    parse,
)
from agent.repair.types import Mutation

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
    "min max", "Min Max", "floor ceil round trunc", "Floor Ceil Round", "push pop shift unshift", "push_back push_front pop_back pop_front",
    "first last", "front back", "First Last", "startsWith endsWith includes", "starts_with ends_with contains", "HasPrefix HasSuffix Contains",
    "toLowerCase toUpperCase", "to_lowercase to_uppercase", "ToLower ToUpper", "tolower toupper", "islower isupper isalpha isdigit isalnum",
    "indexOf lastIndexOf", "find rfind", "Index LastIndex", "begin end rbegin rend", "cbegin cend", "any all", "some every filter map find",
    "keys values entries iter into_iter", "keySet values entrySet", "add remove contains", "addFirst addLast", "pollFirst pollLast peekFirst peekLast",
    "lower_bound upper_bound", "slice splice substring substr", "trim trimStart trimEnd", "trim trim_start trim_end", "TrimLeft TrimRight TrimSpace",
    "TrimPrefix TrimSuffix", "unwrap_or unwrap_or_default", "is_some is_none", "is_ok is_err", "is_empty len", "isEmpty size length",
    "saturating_add saturating_sub wrapping_add checked_add", "checked_add checked_sub checked_mul", "wrapping_add wrapping_sub wrapping_mul",
    "insert remove get", "push insert push_str", "push_back push_front", "pop_front pop_back", "take skip", "toUpper toLower",
    "isUpper isLower", "IsUpper IsLower IsDigit IsLetter", "isDigit isLetter isLetterOrDigit isWhitespace", "sort reverse", "abs fabs sqrt",
    "Lock Unlock RLock RUnlock", "and_then or_else map", "append prepend", "Before After", "before after", "left right", "Left Right",
    "head tail", "next prev", "next previous", "next_back next", "start end", "lo hi", "low high", "x y", "row col", "width height", "Some None", "Ok Err",
    "Less Greater Equal", "ascending descending", "sin cos tan", "parseInt parseFloat", "compareTo equals", "stoi stol", "ceil floor",
)  # fmt: skip
_NEAR: dict[str, dict[str, float]] = {}
for _group in PAIRS:
    for _one in _group.split():
        for _other in _group.split():
            if _one != _other:
                _NEAR.setdefault(_one, {})[_other] = 1.0

_STYLES = {"go": r"[A-Za-z][A-Za-z0-9]*", "java": r"[A-Za-z][A-Za-z0-9]*", "javascript": r"[A-Za-z][A-Za-z0-9]*", "typescript": r"[A-Za-z][A-Za-z0-9]*",
           "tsx": r"[A-Za-z][A-Za-z0-9]*", "rust": r"[a-z][a-z0-9_]*|Some|None|Ok|Err|Less|Greater|Equal"}  # fmt: skip


def _near(source: NeutralSource, text: str) -> dict[str, float]:
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
EXPRESSION_ENDS = ("_expression", "_literal", "_invocation", "_access")


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
            _operator(source, node, parent)
    elif operator is not None and kind not in ("field_expression", "for_in_statement"):
        _operator(source, operator, node)
    if kind in ("binary_expression", "infix_expression", "binary"):
        _binary(source, node)
    elif kind in ("unary_expression", "not_expression", "prefix_expression"):
        _unary(source, node)
    elif kind in NUMBERS:
        _number(source, node)
    elif kind in ("true", "false", "boolean_literal"):
        text = source.of(node)
        source.replace("constant_bool", node, "false" if text == "true" else "true")
    elif kind in STRINGS:
        _string(source, node)
    elif kind in IDENTIFIERS:
        _identifier(source, node)
    elif kind in MEMBERS:
        _member(source, node)
    elif kind in INDEXES:
        _index(source, node)
    elif kind in RETURNS:
        _return(source, node)
    elif kind in ("ternary_expression", "conditional_expression"):
        _ternary(source, node)
    elif kind == "slice_expression":
        _slice(source, node)
    elif kind in ("break_statement", "continue_statement", "break_expression", "continue_expression"):
        text = source.of(node)
        word = "continue" if text.startswith("break") else "break"
        source.replace("flow", node, re.sub(r"^(break|continue)", word, text))
    if kind in CALLS:
        _call(source, node)
    condition = node.child_by_field_name("condition")
    if condition is not None and kind not in ("ternary_expression", "conditional_expression") and condition.is_named:
        _condition(source, condition, node)
    if node.parent is not None and node.parent.type in BLOCKS and node.is_named and kind not in BLOCKS:
        _statement(source, node)
    if kind == "if_statement" or kind == "if_expression":
        _if(source, node)
    if node.is_named and _value_place(node):
        _placed(source, node)


def _operator(source: NeutralSource, operator: Node, node: Node) -> None:
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


def _binary(source: NeutralSource, node: Node) -> None:
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
                source.replace("negate", side, f"!{text}" if _atomic(side) else f"!({text})", 0.6)
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


def _unary(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    if text[:1] in ("!", "-", "~") and len(text) > 1:
        source.replace("negate" if text[0] == "!" else "sign", node, text[1:].lstrip())


def _number(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    match = re.fullmatch(r"(\d[\d_]*)([A-Za-z]\w*)?", text)
    if match is None:
        match = re.fullmatch(r"(\d+)\.(\d*)(\w*)", text)
        if match is not None:
            whole = int(match.group(1))
            for value in (whole + 1, max(whole - 1, 0)):
                source.replace("constant_number", node, f"{value}.{match.group(2)}{match.group(3)}", 0.6)
            for number in source.scope(node).numbers:
                source.replace("constant_number", node, number, 0.4)
        return
    value, suffix = int(match.group(1).replace("_", "")), match.group(2) or ""
    near = {
        str(value + 1): 1.0,
        "0": 0.6,
        "1": 0.6,
        "2": 0.25,
        str(value * 2): 0.15,
        str(value + 2): 0.1,
        str(value * 10): 0.12,
    }
    if value > 0:
        near[str(value - 1)] = 1.0
    if value > 1:
        near[str(value - 2)] = 0.08
        near[str(value // 2)] = 0.1
    if value > 9:
        near[str(value // 10)] = 0.12
    near["-" + str(value or 1)] = 0.3
    for number in source.scope(node).numbers:
        near.setdefault(number, 0.35)
    near.pop(str(value), None)
    for other, weight in near.items():
        source.replace("constant_number", node, other if other[-1:].isalpha() else other + suffix, weight)
    for name, kind in source.scope(node).names.items():
        if _numeric_type(kind):
            source.replace("constant_to_name", node, name, 0.3)


def _string(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    if len(text) > 60 or len(text) < 2:
        return
    quote, inside = text[0], text[1:-1]
    for other in source.scope(node).strings:
        if other[:1] == quote:
            source.replace("constant_string", node, other, 0.5)
    if node.type in ("char_literal", "character_literal", "rune_literal") or len(inside) == 1:
        pairs = {"0": "1", "1": "0", "(": ")", ")": "(", "[": "]", "]": "[", "{": "}", "}": "{", "a": "A", "A": "a", "z": "Z", "Z": "z",
                 "+": "-", "-": "+", "*": "/", "/": "*", ",": " ", " ": ",", "<": ">", ">": "<", "_": "-", ".": ","}  # fmt: skip
        if inside in pairs:
            source.replace("constant_string", node, f"{quote}{pairs[inside]}{quote}", 0.8)
        if len(inside) == 1 and inside.isalnum():
            source.replace("constant_string", node, f"{quote}{chr(ord(inside) + 1)}{quote}", 0.2)
            source.replace("constant_string", node, f"{quote}{chr(ord(inside) - 1)}{quote}", 0.2)
    if node.type not in ("char_literal", "character_literal", "rune_literal") and quote in "\"'":
        near = {
            "": 0.4,
            " ": 0.25,
            inside.lower(): 0.4,
            inside.upper(): 0.4,
            inside.strip(): 0.4,
            inside.capitalize(): 0.2,
            inside + " ": 0.1,
        }
        if len(inside) > 1 and "\\" not in inside:
            near.update({inside[:-1]: 0.25, inside[1:]: 0.25})
        for other, weight in near.items():
            if other != inside:
                source.replace("constant_string", node, f"{quote}{other}{quote}", weight)


def _identifier(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    parent = node.parent
    if parent is None:
        return
    name = _field(node)
    if name in ("name", "pattern", "type", "label", "alias") and parent.type not in (
        "field_access",
        "method_invocation",
    ):
        return
    if (
        name == "declarator"
        or parent.type in ("formal_parameters", "parameter", "macro_invocation")
        and name in ("pattern", "macro")
    ):
        return
    if parent.type in CALLS and name in ("function", "constructor", "name"):
        for other, weight in _near(source, text).items():
            source.replace("function", node, other, weight)
        count = _arguments(parent)
        for other, parameters in source.functions.items():
            if other != text:
                source.replace("function", node, other, 0.5 if parameters == count else 0.05)
        return
    if parent.type == "method_invocation" and name == "object" or not text[:1].islower() and source.grammar == "java":
        pass
    declaring = (
        parent.type in ("expression_list",)
        and parent.parent is not None
        and parent.parent.type in ("short_var_declaration", "range_clause")
        and _field(parent) == "left"
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
        or (parent.type == "expression_list" and _field(parent) == "left")
    )
    for other, kind in scope.names.items():
        if other != text:
            same = 1.0 if own and kind == own else 0.4 if not own or not kind else 0.05
            source.replace("assign_target" if target else "name", node, other, same)
    if target:
        return
    for other in source.globals:
        if (
            other not in scope.names
            and other != text
            and (other.isupper() or other[:1].isupper()) == (text.isupper() or text[:1].isupper())
        ):
            source.replace("name", node, other, 0.15)
    for other, weight in _near(source, text).items():
        source.replace("name", node, other, 0.5 * weight)
    owner = parent.named_children[0].id == node.id and parent.type in (
        "member_expression",
        "field_expression",
        "selector_expression",
        "field_access",
        "method_invocation",
        "scoped_identifier",
    )
    if owner:
        return
    if _numeric_type(own) or not own:
        for number in ("0", "1"):
            source.replace("name_to_constant", node, number, 0.4)
    for expression in scope.expressions:
        if re.search(rf"\b{re.escape(text)}\b", expression):
            source.replace("name_to_expression", node, expression, 0.4)


def _member(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    parent = node.parent
    called = (
        parent is not None
        and parent.parent is not None
        and parent.parent.type in CALLS
        and _field(parent) in ("function", "constructor")
    )
    near = dict(_near(source, text))
    common = sorted(source.members, key=lambda m: -source.members[m])[:25]
    for other in common:
        alike = set(re.findall(r"[A-Z]?[a-z]+", text)) & set(re.findall(r"[A-Z]?[a-z]+", other))
        near.setdefault(other, 0.4 if alike else 0.15)
    near.pop(text, None)
    for other, weight in near.items():
        source.replace("method" if called else "attribute", node, other, weight)


def _index(source: NeutralSource, node: Node) -> None:
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
        if _numeric_type(kind) and name != text:
            source.replace("index", index, name, 0.4)
    source.replace("index", index, "0", 0.2)


def _return(source: NeutralSource, node: Node) -> None:
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
    if _boolean(value) and not text.startswith("!"):
        source.replace("negate", value, f"!({text})", 0.6)


def _ternary(source: NeutralSource, node: Node) -> None:
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
    _condition(source, condition, node)


def _slice(source: NeutralSource, node: Node) -> None:
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


def _call(source: NeutralSource, node: Node) -> None:
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
    if len(parts) == 1 and node.type != "macro_invocation":
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


def _condition(source: NeutralSource, condition: Node, node: Node) -> None:
    """Negate, strengthen, weaken."""
    whole = source.of(condition)
    text = bare(whole)
    if text.startswith("let ") or ";" in text:
        return
    wrapped = whole.startswith("(")

    def put(family: str, new: str, weight: float) -> None:
        source.replace(family, condition, f"({new})" if wrapped else new, weight)

    if not text.startswith("!"):
        put("negate", f"!({text})", 1.0)
    inner = f"({text})" if "||" in text else text
    loop = node.type in LOOPS
    for extra, weight in _conditions(source, node).items():
        if extra != text:
            put("condition_add", f"{inner} && {extra}", weight)
            put("condition_add", f"{text} || {extra}", weight * (0.4 if loop else 1.0))
    if not loop:
        put("condition_replace", "true", 0.3)
        put("condition_replace", "false", 0.3)


def _conditions(source: NeutralSource, node: Node) -> dict[str, float]:
    scope = source.scope(node)
    found: dict[str, float] = {text: 0.5 for text in scope.conditions if "||" not in text and "&&" not in text}
    numbers = [name for name, kind in scope.names.items() if _numeric_type(kind)]
    for name in numbers[:8]:
        for comparison, weight in (
            (" == 0", 0.4),
            (" > 0", 0.4),
            (" != 0", 0.3),
            (" < 0", 0.2),
            (" >= 0", 0.2),
            (" == 1", 0.15),
        ):
            found.setdefault(name + comparison, weight)
        for other in numbers[:8]:
            if other != name:
                for operator, weight in (("<", 0.3), ("==", 0.2), ("!=", 0.3), ("<=", 0.15)):
                    found.setdefault(f"{name} {operator} {other}", weight)
    for name, kind in scope.names.items():
        if kind in ("bool", "boolean"):
            found.setdefault(name, 0.6)
            found.setdefault(f"!{name}", 0.6)
    return found


def _statement(source: NeutralSource, node: Node) -> None:
    if (
        node.type in FUNCTIONS
        or node.type in COMMENTS
        or node.type.endswith(("class_declaration", "_item", "type_declaration"))
    ):
        return
    lines = source.whole_lines(node)
    line = source.line(node)
    size = node.end_point[0] - node.start_point[0]
    if lines is None:
        return
    declares = "declaration" in node.type or node.type == "variable_declaration"
    source.add("delete", lines, "", line, (0.15 if declares else 1.0) / (1 + size))
    text = source.text[lines[0] : lines[1]]
    after = node.next_named_sibling
    if after is not None and after.type not in COMMENTS:
        other = source.whole_lines(after)
        if other is not None and other[0] >= lines[1]:
            source.several("swap", [(lines, source.text[other[0] : other[1]]), (other, text)], line)
    body = node.parent
    outer = body.parent if body is not None else None
    if body is not None and body.type == "statement_list":
        body, outer = outer, outer.parent if outer is not None else None
    if outer is not None and (outer.type in LOOPS or outer.type.startswith("if_")):
        around = source.whole_lines(
            outer if outer.parent is None or outer.parent.type != "expression_statement" else outer.parent
        )
        if around is not None and after is None and node.prev_named_sibling is not None:
            source.several("dedent", [(lines, ""), ((around[1], around[1]), text)], line, 0.7)
    before = node.prev_named_sibling
    if before is not None:
        loop = (
            before.named_children[0] if before.type == "expression_statement" and before.named_child_count else before
        )
        if loop.type in LOOPS or loop.type.startswith("if_"):
            close = source.text.rfind("\n", 0, source.span(loop)[1]) + 1
            if close > source.span(loop)[0]:
                source.several("indent", [((close, close), "    " + text.lstrip()), (lines, "")], line, 0.5)
    _insertions(source, node, lines)


def _insertions(source: NeutralSource, node: Node, lines: tuple[int, int]) -> None:
    first = source.text[lines[0] : lines[1]]
    indent = first[: len(first) - len(first.lstrip())]
    end = "" if source.grammar == "go" else ";"
    line = source.line(node)

    def put(family: str, code: str, weight: float) -> None:
        source.add(family, (lines[0], lines[0]), f"{indent}{code}\n", line, weight)

    scope = source.scope(node)
    step = node.parent
    in_loop = False
    while step is not None and step.type not in FUNCTIONS:
        in_loop = in_loop or step.type in LOOPS
        step = step.parent
    opening, closing = ("", "") if source.grammar in ("go", "rust") else ("(", ")")
    for condition, weight in _conditions(source, node).items():
        for value in scope.returned[:5]:
            if len(value) < 30 and "\n" not in value:
                put("early_return", f"if {opening}{condition}{closing} {{ return {value}{end} }}", weight)
        if in_loop:
            put("guard", f"if {opening}{condition}{closing} {{ continue{end} }}", weight)
            put("guard", f"if {opening}{condition}{closing} {{ break{end} }}", weight * 0.7)
    if in_loop:
        put("flow_insert", f"break{end}", 0.4)
        put("flow_insert", f"continue{end}", 0.2)
    for name, kind in scope.names.items():
        if _numeric_type(kind):
            for code, weight in (
                (f"{name} += 1{end}", 0.5),
                (f"{name} -= 1{end}", 0.4),
                (f"{name} = 0{end}", 0.3),
            ):
                put("statement_insert", code, weight)
    around = source.function_of(node)
    copied = 0
    for other in _statements(around or source.root):
        text = source.of(other)
        if (
            other.id != node.id
            and "\n" not in text
            and len(text) < 60
            and other.type.endswith(("expression_statement", "assignment_statement", "inc_statement"))
        ):
            put("copy", text, 0.5)
            copied += 1
            if copied >= 10:
                break


def _statements(node: Node) -> list[Node]:
    from agent.repair.templates.neutral_tree import walk

    return [
        child for child in walk(node) if child.parent is not None and child.parent.type in BLOCKS and child.is_named
    ]


def _if(source: NeutralSource, node: Node) -> None:
    one, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    if one is None or other is None:
        return
    block = (
        next((child for child in other.named_children if child.type in BLOCKS), None)
        if other.type == "else_clause"
        else other
    )
    if block is not None and block.type in BLOCKS and one.type in BLOCKS:
        source.several(
            "branch",
            [(source.span(one), source.of(block)), (source.span(block), source.of(one))],
            source.line(node),
            0.8,
        )
        source.add("branch", (source.span(one)[1], source.span(other)[1]), "", source.line(node), 0.4)


def _value_place(node: Node) -> bool:
    parent = node.parent
    if parent is None or node.type in BLOCKS or node.type in COMMENTS or node.type in STRINGS or node.type in FUNCTIONS:
        return False
    name = _field(node)
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
        return _field(parent) == "right" or (parent.parent is not None and parent.parent.type in RETURNS)
    if name in ("right", "value", "start", "end") and parent.type not in (
        "object",
        "pair",
        "field_initializer",
    ):
        return True
    return name == "left" and parent.type == "binary_expression" or parent.type == "range_expression"


def _placed(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    if "\n" in text or len(text) > 60 or _boolean(node):
        return
    scope = source.scope(node)
    kind = scope.names.get(text, "") if node.type in IDENTIFIERS else ""
    if node.type in NUMBERS or (kind and not _numeric_type(kind)):
        return
    likely = (
        1.0
        if _numeric_type(kind)
        or re.search(r"(len|size|length|count|Length)\b", text)
        or node.type == "binary_expression"
        else 0.3
    )
    inner = text if _atomic(node) or node.parent is None or node.parent.type != "binary_expression" else f"({text})"
    source.replace("off_by_one", node, f"{inner} + 1", likely)
    source.replace("off_by_one", node, f"{inner} - 1", likely)
    if node.parent is not None and node.parent.type in RETURNS or _field(node) in ("right", "value"):
        source.replace("sign", node, f"-{inner}" if _atomic(node) else f"-({text})", 0.3 * likely)


def _atomic(node: Node) -> bool:
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


def _boolean(node: Node) -> bool:
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


def _numeric_type(kind: str) -> bool:
    return (
        re.fullmatch(
            r"(u?int\d*(_t)?|[iu](8|16|32|64|128|size)|long( long)?|short|byte|char|size_t|usize|float(32|64)?|double|number|Integer|Long|f32|f64|unsigned( int)?|rune|Double)",
            kind,
        )
        is not None
    )


def _arguments(node: Node) -> int:
    arguments = node.child_by_field_name("arguments")
    return arguments.named_child_count if arguments is not None else 0


def _field(node: Node) -> str | None:
    parent = node.parent
    if parent is None:
        return None
    for index, child in enumerate(parent.children):
        if child.id == node.id:
            return parent.field_name_for_child(index)
    return None
