"""Faults that one language invites: `==` of Java's texts, a forgotten `await`, a sum too large for an `int`, an order
never made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_nodes import BLOCKS, FUNCTIONS, IDENTIFIERS, RETURNS, SCRIPTS, STRINGS, walk
from agent.repair.templates.neutral_tree import NeutralSource

if TYPE_CHECKING:
    from tree_sitter import Node

_BOXES = re.compile(r"(?:String|Integer|Long|Short|Byte|Character|Double|Float|Boolean|BigInteger|BigDecimal)")
"""Java's types whose `==` asks for the same object."""


def equals_edits(source: NeutralSource, node: Node) -> None:
    """Java: `a == b` of objects, which `a.equals(b)` compares."""
    left, right, operator = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
    if source.grammar != "java" or left is None or right is None or operator is None:
        return
    sign = source.of(operator)
    if sign not in ("==", "!=") or "null" in (source.of(left), source.of(right)):
        return
    names = source.scope(node).names
    kinds = [names.get(source.of(side), "String" if side.type in STRINGS else "") for side in (left, right)]
    boxed = [bool(_BOXES.fullmatch(kind)) for kind in kinds]
    if any(kind and not box for kind, box in zip(kinds, boxed, strict=True)):
        return
    if not any(boxed) and any(side.type not in ("method_invocation", "array_access") for side in (left, right)):
        return
    negated = "!" if sign == "!=" else ""
    weight = 1.0 if any(boxed) else 0.3
    source.replace("equals", node, f"{negated}{source.of(left)}.equals({source.of(right)})", weight)


_WIDER = {
    "java": {"int": ("long", "double"), "float": ("double",), "long": ("int",), "short": ("int",), "byte": ("int",)},
    "cpp": {
        "int": ("long long", "double"),
        "float": ("double",),
        "long": ("long long", "double"),
        "unsigned": ("int", "long long"),
        "size_t": ("int",),
        "char": ("int", "unsigned char"),
    },
}
_WIDER["c"] = _WIDER["cpp"]


def type_edits(source: NeutralSource, node: Node) -> None:
    """A variable whose type is too narrow for what it holds."""
    wider = _WIDER.get(source.grammar)
    kind = node.child_by_field_name("type")
    if wider is None or kind is None or node.type not in ("declaration", "local_variable_declaration"):
        return
    for rank, other in enumerate(wider.get(source.of(kind), ())):
        source.replace("type", kind, other, 1.0 / (1 + rank))


def await_edits(source: NeutralSource, node: Node) -> None:
    """The call of an asynchronous function of the file whose promise nobody waits for."""
    if source.grammar not in SCRIPTS or (node.parent is not None and node.parent.type == "await_expression"):
        return
    called = node.child_by_field_name("function")
    name = source.of(called).rpartition(".")[2] if called is not None else ""
    own = rf"\basync\s+(?:function\s*\*?\s*)?{re.escape(name)}\s*\(|\b{re.escape(name)}\s*[=:]\s*async\b"
    if not re.fullmatch(r"\w+", name) or not re.search(own, source.text):
        return
    step = node.parent
    while step is not None and step.type not in FUNCTIONS:
        step = step.parent
    if step is not None and source.of(step).lstrip().startswith("async"):
        outer = node.parent
        text = f"await {source.of(node)}"
        member = outer is not None and outer.type in ("member_expression", "subscript_expression")
        source.replace("await_missing", node, f"({text})" if member else text)


def value_edits(source: NeutralSource, function: Node) -> None:
    """A function of JavaScript that does its work and gives nothing back."""
    body = function.child_by_field_name("body")
    if source.grammar not in SCRIPTS or body is None or body.type not in BLOCKS or not body.named_child_count:
        return
    name = function.child_by_field_name("name")
    before = source.of(function)[: body.start_byte - function.start_byte]
    named = source.of(name) if name is not None else ""
    if named == "constructor" or re.search(r"(^|\s)set\s|function\s*\*|:\s*void", before):
        return
    if any(node.type in RETURNS and node.named_child_count for node in _own(body)):
        return
    last = body.named_children[-1]
    line = source.line(last)
    if last.type == "expression_statement" and last.named_child_count == 1:
        start = source.span(last)[0]
        assigns = last.named_children[0].type.endswith(("assignment_expression", "update_expression"))
        if not assigns:
            source.add("missing_return", (start, start), "return ", line, 1.0)
    lines = source.whole_lines(last)
    if lines is None or last.type in RETURNS:
        return
    declared = re.findall(r"\b(?:let|const|var)\s+(\w+)", source.of(body))
    for value in dict.fromkeys(declared):
        if value in source.scope(last).names:
            code = f"{source.indent(lines)}return {value};\n"
            source.add("missing_return", (lines[1], lines[1]), code, line, 1.0)


def _own(body: Node) -> list[Node]:
    """What stands in a function itself and not in one inside it."""
    found, stack = [], list(body.children)
    while stack:
        node = stack.pop()
        found.append(node)
        if node.type not in FUNCTIONS:
            stack.extend(node.children)
    return found


_ORDERS = {
    **dict.fromkeys(SCRIPTS, ("{0}.sort((a, b) => a - b);", "{0}.sort();", "{0}.reverse();")),
    "java": ("java.util.Collections.sort({0});", "java.util.Collections.reverse({0});"),
    "cpp": ("std::sort({0}.begin(), {0}.end());", "std::reverse({0}.begin(), {0}.end());"),
    "rust": ("{0}.sort();", "{0}.reverse();"),
}
_GO_SORTS = {"[]int": "sort.Ints({0})", "[]string": "sort.Strings({0})", "[]float64": "sort.Float64s({0})"}
_ORDERED = re.compile(r"(?i)sort|order|ascend|descend|smallest|largest|reverse")


def order_edits(source: NeutralSource, node: Node) -> None:
    """Before a list is returned: put it in order, or turn it around."""
    value = node.named_children[0] if node.named_child_count else None
    if value is not None and value.type == "expression_list" and value.named_child_count == 1:
        value = value.named_children[0]
    lines = source.whole_lines(node)
    if value is None or value.type not in IDENTIFIERS or lines is None:
        return
    name = source.of(value)
    function = source.function_of(node)
    kind = source.scope(node).names.get(name, "")
    about = source.text[max(0, source.span(function)[0] - 400) : source.span(node)[0]] if function is not None else ""
    weight = 3.0 if _ORDERED.search(about) else 1.0
    for rank, form in enumerate(_forms(source, node, name, kind)):
        code = "".join(f"{source.indent(lines)}{line}\n" for line in _short(source, form).format(name).split("\n"))
        parts = [((lines[0], lines[0]), code)]
        package = "sort" if code.lstrip().startswith("sort.") else ""
        if package and (added := go_import(source, package)):
            parts.insert(0, added)
        source.several("order", parts, source.line(node), weight / (1 + rank))


def _forms(source: NeutralSource, node: Node, name: str, kind: str) -> tuple[str, ...]:
    function = source.function_of(node)
    text = source.of(function) if function is not None else ""
    if source.grammar == "go":
        made = re.search(rf"\b{re.escape(name)}\s*:?=\s*(?:make\()?(\[\]\w+)", text)
        kind = kind or (made[1] if made else "")
        turned = "for i, j := 0, len({0})-1; i < j; i, j = i+1, j-1 {{\n\t{0}[i], {0}[j] = {0}[j], {0}[i]\n}}"
        return (_GO_SORTS[kind], turned) if kind in _GO_SORTS else (turned,) if kind.startswith("[]") else ()
    if source.grammar == "java" and "[]" in kind:
        return ("java.util.Arrays.sort({0});",)
    added = re.search(rf"\b{re.escape(name)}\.(push|push_back|add|emplace_back)\(", text)
    listed = re.search(r"\[\]|[Ll]ist|[Vv]ec|array", kind)
    return _ORDERS.get(source.grammar, ()) if added or listed else ()


def _short(source: NeutralSource, form: str) -> str:
    """Without the qualifier where the file does not need it."""
    if source.grammar == "java" and re.search(r"^import java\.util\.\*;", source.text, re.M):
        return form.replace("java.util.", "")
    if source.grammar == "cpp" and "using namespace std;" in source.text:
        return form.replace("std::", "")
    return form


def go_import(source: NeutralSource, package: str) -> tuple[tuple[int, int], str] | None:
    """The place and text of a package's import; None where it is imported already."""
    if re.search(rf'^\s*(import\s+)?"{re.escape(package)}"\s*$', source.text, re.M):
        return None
    group = re.search(r"^import \(", source.text, re.M)
    if group is not None:
        return (group.end(), group.end()), f'\n\t"{package}"'
    clause = re.search(r"^package \w+[^\n]*\n", source.text, re.M)
    if clause is None:
        return None
    return (clause.end(), clause.end()), f'\nimport "{package}"\n'


def text_edits(source: NeutralSource, node: Node) -> None:
    """Go: the digits of a number, where its code became a character."""
    if source.grammar == "go":
        match = re.fullmatch(r"string\((?:rune\()?([^()]+?)\)?\)", source.of(node))
        names = source.scope(node).names
        counts = any(names.get(source.of(inner)) == "int" for inner in walk(node) if inner.type in IDENTIFIERS)
        if match and counts:
            parts = [(source.span(node), f"strconv.Itoa({match[1]})")]
            if added := go_import(source, "strconv"):
                parts.insert(0, added)
            source.several("digits", parts, source.line(node))
