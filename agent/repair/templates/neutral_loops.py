"""Faults of loops in any language: an element changed in a copy of it, and a turn too many for what stands between."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_donors import LOOPS
from agent.repair.templates.neutral_nodes import FUNCTIONS, IDENTIFIERS, SCRIPTS, walk
from agent.repair.templates.neutral_tree import NeutralSource

if TYPE_CHECKING:
    from tree_sitter import Node

_CHANGES = frozenset(
    {
        "assignment_expression",
        "assignment_statement",
        "augmented_assignment_expression",
        "update_expression",
        "inc_statement",
        "dec_statement",
    }
)
_INDEX_NAMES = ("i", "j", "k", "at", "index")


def unstored_edits(source: NeutralSource, loop: Node) -> None:
    """A loop that sets its variable, where the element itself was meant: `for _, n := range xs { n = 0 }`."""
    body = loop.child_by_field_name("body")
    if body is None:
        return
    if loop.type == "for_range_loop":
        _by_reference(source, loop, body)
    elif source.grammar == "go":
        clause = next((child for child in loop.named_children if child.type == "range_clause"), None)
        left = clause.child_by_field_name("left") if clause is not None else None
        right = clause.child_by_field_name("right") if clause is not None else None
        if left is None or right is None or left.named_child_count != 2:
            return
        index, name = (source.of(child) for child in left.named_children)
        fresh = _fresh(source, loop) if index == "_" else index
        _stored(source, loop, body, name, right, [(source.span(left), f"{fresh}, {name}")], fresh)
    elif loop.type == "for_in_statement" and source.grammar in SCRIPTS and " of " in source.of(loop).split("{")[0]:
        left, right = loop.child_by_field_name("left"), loop.child_by_field_name("right")
        if left is None or right is None or left.type not in IDENTIFIERS:
            return
        fresh, name = _fresh(source, loop), source.of(left)
        head = [(source.span(left), f"[{fresh}, {name}]"), (source.span(right), f"{source.of(right)}.entries()")]
        _stored(source, loop, body, name, right, head, fresh)
    elif loop.type == "enhanced_for_statement":
        _java_stored(source, loop, body)


def _by_reference(source: NeutralSource, loop: Node, body: Node) -> None:
    declarator = loop.child_by_field_name("declarator")
    if declarator is None or declarator.type not in IDENTIFIERS:
        return
    start, name = source.span(declarator)[0], source.of(declarator)
    if "const" in source.text[source.span(loop)[0] : start]:
        return
    if _changed(source, body, name):
        source.add("unstored", (start, start), "&", source.line(loop))
    elif re.search(rf"\b{re.escape(name)}\s*\.", source.of(body)):
        source.add("unstored", (start, start), "&", source.line(loop), 0.1)


def parameter_references(source: NeutralSource, function: Node) -> None:
    """C++: a container that a function changes is a copy of what it was given."""
    declarator = function.child_by_field_name("declarator")
    if source.grammar != "cpp" or function.type != "function_definition" or declarator is None:
        return
    parameters = declarator.child_by_field_name("parameters")
    for parameter in parameters.named_children if parameters is not None else ():
        kind, name = (parameter.child_by_field_name(field) for field in ("type", "declarator"))
        if kind is None or name is None or name.type not in IDENTIFIERS or kind.type == "primitive_type":
            continue
        use = rf"\b{re.escape(source.of(name))}\s*(\[[^\]\n]*\]\s*[-+*/]?=[^=]|\.\w+\()"
        if re.search(use, source.of(function)) and "const" not in source.of(parameter):
            start = source.span(name)[0]
            source.add("unstored", (start, start), "&", source.line(function), 0.5)


def _java_stored(source: NeutralSource, loop: Node, body: Node) -> None:
    kind, name, value = (loop.child_by_field_name(field) for field in ("type", "name", "value"))
    if kind is None or name is None or value is None or not _changed(source, body, source.of(name)):
        return
    items, element, fresh = source.of(value), source.of(name), _fresh(source, loop)
    start, inside = source.span(loop)[0], source.span(body)
    declared = source.scope(loop).names.get(items, "")
    if "[]" in declared:
        parts = [((start, inside[0]), f"for (int {fresh} = 0; {fresh} < {items}.length; {fresh}++) ")]
        parts += [(source.span(node), f"{items}[{fresh}]") for node in _uses(source, body, element)]
        source.several("unstored", parts, source.line(loop))
    elif "List" in declared:
        last = _last_line(source, body)
        if source.text[inside[0] : inside[0] + 1] != "{" or last is None:
            return
        line, indent = last
        parts = [
            ((start, inside[0]), f"for (int {fresh} = 0; {fresh} < {items}.size(); {fresh}++) "),
            ((inside[0] + 1, inside[0] + 1), f"\n{indent}{source.of(kind)} {element} = {items}.get({fresh});"),
            ((line, line), f"{indent}{items}.set({fresh}, {element});\n"),
        ]
        source.several("unstored", parts, source.line(loop))


def _stored(
    source: NeutralSource,
    loop: Node,
    body: Node,
    name: str,
    items: Node,
    head: list[tuple[tuple[int, int], str]],
    index: str,
) -> None:
    changed = _changed(source, body, name)
    text = source.of(items)
    if not changed or not re.fullmatch(r"[\w.]+", text):
        return
    element = f"{text}[{index}]"
    source.several("unstored", head + [(source.span(node), element) for node in changed], source.line(loop))
    last = _last_line(source, body)
    if last is not None:
        line, indent = last
        end = "" if source.grammar == "go" else ";"
        after = [((line, line), f"{indent}{element} = {name}{end}\n")]
        source.several("unstored", head + after, source.line(loop), 0.5)


def _last_line(source: NeutralSource, body: Node) -> tuple[int, str] | None:
    """Where the line of a body's closing brace starts, and the indentation of what stands inside."""
    whole = source.span(body)
    close = source.text.rfind("}", whole[0], whole[1])
    line = source.text.rfind("\n", 0, close) + 1
    if close <= whole[0] or source.text[line:close].strip():
        return None
    return line, source.text[line:close] + ("\t" if source.grammar == "go" else "    ")


def _changed(source: NeutralSource, body: Node, name: str) -> list[Node]:
    """Where a name is set, or a field of what it names."""
    found: list[Node] = []
    for node in walk(body):
        if node.type not in _CHANGES:
            continue
        target = node.child_by_field_name("left") or node.child_by_field_name("argument")
        if target is None and node.named_child_count:
            target = node.named_children[0]
        if target is not None and target.type == "expression_list" and target.named_child_count == 1:
            target = target.named_children[0]
        if target is not None and target.type == "selector_expression":
            target = target.child_by_field_name("operand")
        if target is not None and target.type in IDENTIFIERS and source.of(target) == name:
            found.append(target)
    return found


def _uses(source: NeutralSource, body: Node, name: str) -> list[Node]:
    return [node for node in walk(body) if node.type in IDENTIFIERS and source.of(node) == name]


def _fresh(source: NeutralSource, loop: Node) -> str:
    """A name for an index that its function does not use yet."""
    text = source.of(source.function_of(loop) or source.root)
    free = (name for name in _INDEX_NAMES if not re.search(rf"\b{name}\b", text))
    return next(free, "position")


def fence_conditions(source: NeutralSource, node: Node) -> dict[str, float]:
    """What tells the first and the last turn of the counted loop around a node: `i == n - 1`."""
    step = node.parent
    while step is not None and step.type not in LOOPS and step.type not in FUNCTIONS:
        step = step.parent
    if step is None or step.type in FUNCTIONS:
        return {}
    body = step.child_by_field_name("body")
    head = source.data[step.start_byte : body.start_byte if body is not None else step.end_byte].decode(
        errors="replace"
    )
    counted = re.search(r"(\w+)\s*<\s*([^;<>=]+?(?:\([^;]*?\))?)\s*;", head)
    ranged = re.search(r"\bfor\s+(\w+)\s*(?:,\s*\w+\s*)?:=\s*range\s+([\w.]+)\s*$", head)
    if counted is not None:
        name, bound = counted.groups()
    elif ranged is not None and ranged[1] != "_":
        name, bound = ranged[1], f"len({ranged[2]})"
    else:
        return {}
    zero = "===" if source.grammar in SCRIPTS else "=="
    last = f"{bound} - 1"
    return {f"{name} {zero} {last}": 0.5, f"{name} < {last}": 0.6, f"{name} > 0": 0.6, f"{name} {zero} 0": 0.4}


def fence_edits(source: NeutralSource, node: Node, lines: tuple[int, int]) -> None:
    """A simple statement of a counted loop that not every turn should run: `if (i < n - 1) out.push(",")`."""
    code = source.text[lines[0] : lines[1]].strip()
    if "\n" in code or not node.type.endswith(("expression_statement", "assignment_statement", "inc_statement")):
        return
    opening, closing = ("", "") if source.grammar in ("go", "rust") else ("(", ")")
    for condition, weight in fence_conditions(source, node).items():
        text = f"if {opening}{condition}{closing} {{ {code} }}"
        start = source.span(node)[0]
        source.add("fence", (start, start + len(code)), text, source.line(node), weight)


_POPS = {
    **dict.fromkeys((*SCRIPTS, "rust"), ("push", "{0}.pop();")),
    "java": ("add", "if (!{0}.isEmpty()) {{ {0}.remove({0}.size() - 1); }}"),
    "cpp": ("push_back", "if (!{0}.empty()) {{ {0}.pop_back(); }}"),
}


def pop_edits(source: NeutralSource, loop: Node) -> None:
    """After a loop that adds twice a turn: the last thing added is one too many."""
    statement = loop.parent if loop.parent is not None and loop.parent.type == "expression_statement" else loop
    lines = source.whole_lines(statement)
    if lines is None or loop.type not in LOOPS:
        return
    text = source.of(loop)
    if source.grammar == "go":
        names = re.findall(r"\b(\w+) = append\(\1\b", text)
        form = "if len({0}) > 0 {{ {0} = {0}[:len({0})-1] }}"
    elif source.grammar in _POPS:
        method, form = _POPS[source.grammar]
        names = re.findall(rf"\b(\w+)\.{method}\(", text)
    else:
        return
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            code = f"{source.indent(lines)}{form.format(name)}\n"
            source.add("fence", (lines[1], lines[1]), code, source.line(statement), 1.0)
