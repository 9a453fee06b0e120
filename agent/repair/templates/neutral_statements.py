"""Edits of statements and conditions in any language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repair.templates.neutral_donors import LOOPS, numeric_type
from agent.repair.templates.neutral_loops import fence_conditions, fence_edits
from agent.repair.templates.neutral_nodes import BLOCKS, COMMENTS, FUNCTIONS, RETURNS, SCRIPTS, walk
from agent.repair.templates.neutral_tree import NeutralSource, bare, declared

if TYPE_CHECKING:
    from tree_sitter import Node


_COMPILED = ("c", "cpp", "go", "java", "rust")
"""Grammars of languages whose compilers refuse what uses an undeclared name or follows a jump."""


def condition_edits(source: NeutralSource, condition: Node, node: Node) -> None:
    """Negate, strengthen, weaken."""
    whole = source.of(condition)
    text = bare(whole)
    if text.startswith("let ") or ";" in text:
        return
    wrapped = whole.startswith("(")

    def put(family: str, new: str, weight: float) -> None:
        source.replace(family, condition, f"({new})" if wrapped else new, weight)

    if not text.startswith("!"):
        plain = re.fullmatch(r"[\w.]+(\([^()]*\))?", text)
        put("negate", f"!{text}" if plain else f"!({text})", 1.0)
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
    plain = (text for text in scope.conditions if "||" not in text and "&&" not in text)
    found: dict[str, float] = {text: 0.5 for text in plain if source.visible(node, text)}
    numbers = [name for name, kind in scope.names.items() if numeric_type(kind)]
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
    for text, weight in fence_conditions(source, node).items():
        found.setdefault(text, weight)
    for name, kind in scope.names.items():
        if kind in ("bool", "boolean"):
            found.setdefault(name, 0.6)
            found.setdefault(f"!{name}", 0.6)
    return found


def statement_edits(source: NeutralSource, node: Node) -> None:
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
    compiled = source.grammar in _COMPILED
    needed = _needed(source, node) if compiled else (False, False)
    if not any(needed) and not (compiled and _answers(node)):
        source.add("delete", lines, "", line, (0.15 if declares else 1.0) / (1 + size))
    text = source.text[lines[0] : lines[1]]
    after = node.next_named_sibling
    if after is not None and after.type not in COMMENTS:
        other = source.whole_lines(after)
        if other is not None and other[0] >= lines[1]:
            # What would then stand behind a jump, or use what is declared after it, does not compile.
            if not needed[0] and (_goes_on(after) or not compiled):
                source.several("swap", [(lines, source.text[other[0] : other[1]]), (other, text)], line)
            _joined(source, (node, lines), (after, other))
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
    fence_edits(source, node, lines)


def _needed(source: NeutralSource, node: Node) -> tuple[bool, bool]:
    """Whether what a statement declares is used by the next one, and after that."""
    if node.type in LOOPS or not ("declaration" in node.type or node.type.startswith("let_")):
        return False, False
    names = {source.of(name) for child in walk(node) for name in declared(child)}
    function = source.function_of(node) or source.root
    if not names:
        return False, False
    word = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    after = node.next_named_sibling
    end = after.end_byte if after is not None else node.end_byte
    rest = source.data[end : function.end_byte].decode("utf-8", "surrogateescape")
    return bool(after is not None and word.search(source.of(after))), word.search(rest) is not None


def _answers(node: Node) -> bool:
    """The last statement of a function, when it gives a value: without it most do not compile."""
    body = node.parent
    if body is not None and body.type == "statement_list":
        body = body.parent
    function = body.parent if body is not None and node.next_named_sibling is None else None
    return function is not None and function.type in FUNCTIONS and node.type in RETURNS and node.named_child_count > 0


def _joined(source: NeutralSource, one: tuple[Node, tuple[int, int]], other: tuple[Node, tuple[int, int]]) -> None:
    """Two assignments in a row that should happen at once: `a = b; b = f(a)`."""
    first, second = _assignment(source, one[0]), _assignment(source, other[0])
    if (
        first is None
        or second is None
        or first[0] == second[0]
        or not re.search(rf"(?<![\w.]){re.escape(first[0])}(?!\w)", second[1])
    ):
        return
    (a, x), (b, y) = first, second
    indent = source.indent(one[1])
    kind = source.scope(one[0]).names.get(a, "")
    if source.grammar == "go":
        code = f"{a}, {b} = {x}, {y}"
    elif source.grammar in SCRIPTS:
        code = f"[{a}, {b}] = [{x}, {y}];"
    elif source.grammar == "rust":
        code = f"({a}, {b}) = ({x}, {y});"
    elif kind and a.isidentifier():
        before = re.sub(rf"(?<![\w.]){a}(?!\w)", f"{a}Before", y)
        code = f"{kind} {a}Before = {a};\n{indent}{a} = {x};\n{indent}{b} = {before};"
    else:
        return
    source.several("split_assignment", [(one[1], f"{indent}{code}\n"), (other[1], "")], source.line(one[0]), 3.0)


def _assignment(source: NeutralSource, node: Node) -> tuple[str, str] | None:
    """What is assigned to what, by a statement that does nothing else."""
    if node.type == "expression_statement" and node.named_child_count == 1:
        node = node.named_children[0]
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type not in ("assignment_expression", "assignment_statement") or left is None or right is None:
        return None
    operator = node.child_by_field_name("operator")
    if (operator is not None and source.of(operator) != "=") or "," in source.of(left):
        return None
    return source.of(left), source.of(right)


def _insertions(source: NeutralSource, node: Node, lines: tuple[int, int]) -> None:
    indent = source.indent(lines)
    end = "" if source.grammar == "go" else ";"
    line = source.line(node)

    last = node.next_named_sibling is None and _goes_on(node)

    def put(family: str, code: str, weight: float) -> None:
        source.add(family, (lines[0], lines[0]), f"{indent}{code}\n", line, weight)
        if last and family in ("statement_insert", "copy", "unread"):
            source.add(family, (lines[1], lines[1]), f"{indent}{code}\n", line, weight)

    scope = source.scope(node)
    step = node.parent
    in_loop = False
    while step is not None and step.type not in FUNCTIONS:
        in_loop = in_loop or step.type in LOOPS
        step = step.parent
    opening, closing = ("", "") if source.grammar in ("go", "rust") else ("(", ")")
    returned = [text for text in scope.returned[:5] if len(text) < 30 and "\n" not in text]
    returned = [text for text in returned if source.visible(node, text)]
    for condition, weight in _conditions(source, node).items():
        for value in returned:
            put("early_return", f"if {opening}{condition}{closing} {{ return {value}{end} }}", weight)
        if in_loop:
            put("guard", f"if {opening}{condition}{closing} {{ continue{end} }}", weight)
            put("guard", f"if {opening}{condition}{closing} {{ break{end} }}", weight * 0.7)
    if in_loop:
        put("flow_insert", f"break{end}", 0.4)
        put("flow_insert", f"continue{end}", 0.2)
    for name, kind in scope.names.items():
        if numeric_type(kind):
            if in_loop and _never_changed(source, node, name):
                put("unread", f"{name} += 1{end}", 1.0)
                put("unread", f"{name} -= 1{end}", 0.3)
            for code, weight in (
                (f"{name} += 1{end}", 0.5),
                (f"{name} -= 1{end}", 0.4),
                (f"{name} = 0{end}", 0.3),
            ):
                put("statement_insert", code, weight)
    own = source.of(node)
    for text in [code for code in _copyable(source, source.function_of(node) or source.root) if code != own][:10]:
        if source.visible(node, text):
            put("copy", text, 0.5)


def _goes_on(node: Node) -> bool:
    """Whether what follows a statement could run, and need not be the value of its block."""
    return node.type.endswith(("_statement", "_declaration")) and not node.type.startswith(
        ("return", "break", "continue", "throw", "goto")
    )


def _never_changed(source: NeutralSource, node: Node, name: str) -> bool:
    """A variable that its function gives one value and then only reads, though it could be changed."""
    text = source.of(source.function_of(node) or source.root)
    word = rf"(?<![\w.]){re.escape(name)}(?!\w)"
    changed = rf"{word}\s*(\+\+|--|([-+*/%|&^]|<<|>>)?=(?!=))|(\+\+|--){word}|&(mut )?{word}"
    declared = re.search(rf"(let mut|let|var|auto|\w+)\s+{word}\s*=|{word}\s*:=", text)
    fixed = rf"let\s+{word}" if source.grammar == "rust" else rf"(const|final)\s+(\w+\s+)?{word}"
    if declared is None or re.search(fixed, text):
        return False
    return len(re.findall(changed, text)) <= (0 if ":=" in declared[0] else 1)


def _copyable(source: NeutralSource, around: Node) -> tuple[str, ...]:
    """The short statements of a function that could stand a second time, worked out once."""
    if around.id not in source.copyable:
        texts = (
            source.of(child)
            for child in walk(around)
            if child.type.endswith(("expression_statement", "assignment_statement", "inc_statement"))
            and child.parent is not None
            and child.parent.type in BLOCKS
        )
        short = dict.fromkeys(text for text in texts if "\n" not in text and len(text) < 60)
        source.copyable[around.id] = tuple(short)[:11]
    return source.copyable[around.id]


def if_edits(source: NeutralSource, node: Node) -> None:
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
