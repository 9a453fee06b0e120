# ruff: noqa: E501 (tables and patterns, which do not read better in pieces)
"""What a piece of code does, read off its syntax tree: parameters, returns, raises, calls, reads, writes, branches.

Everything here is what the text says; nothing is run and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass
class Facts:
    """Facts of one stretch of lines. Each entry is (text, line)."""

    parameters: list[str] = field(default_factory=list)
    returns: list[tuple[str, int]] = field(default_factory=list)
    yields: list[tuple[str, int]] = field(default_factory=list)
    raises: list[tuple[str, int]] = field(default_factory=list)
    handles: list[tuple[str, int]] = field(default_factory=list)
    calls: list[tuple[str, int]] = field(default_factory=list)
    reads: list[tuple[str, int]] = field(default_factory=list)
    """Attributes and names from outside that are read."""
    writes: list[tuple[str, int]] = field(default_factory=list)
    """Attributes, elements and outer names that are assigned."""
    effects: list[tuple[str, int]] = field(default_factory=list)
    """What it does to the world, by what it calls: `files: open(path)`."""
    branches: int = 0
    loops: int = 0


_RETURN = frozenset(
    {"return_statement", "return_expression", "return", "jump_expression", "control_transfer_statement"}
)
_YIELD = frozenset({"yield", "yield_expression", "yield_statement"})
_RAISE = frozenset({"raise_statement", "throw_statement", "throw_expression"})
_HANDLE = frozenset({"except_clause", "catch_clause", "catch_block", "rescue"})
_BRANCH = frozenset(
    {"if_statement", "if_expression", "elif_clause", "if", "unless", "elsif", "conditional_expression", "ternary_expression",
     "case_clause", "switch_case", "match_arm", "when_entry", "expression_case", "switch_label", "case_statement", "guard_statement",
     "conditional"}
)  # fmt: skip
_LOOP = frozenset(
    {"for_statement", "while_statement", "for_in_statement", "enhanced_for_statement", "do_statement", "for_expression",
     "while_expression", "loop_expression", "foreach_statement", "for_range_loop", "while", "until", "for", "repeat_statement",
     "for_in_clause", "do_while_statement", "for_each_statement"}
)  # fmt: skip
_CALL = frozenset(
    {"call", "call_expression", "method_invocation", "invocation_expression", "function_call_expression", "macro_invocation",
     "member_call_expression", "scoped_call_expression", "function_call", "object_creation_expression", "new_expression", "command"}
)  # fmt: skip
_ASSIGN = frozenset(
    {"assignment", "augmented_assignment", "assignment_expression", "augmented_assignment_expression", "assignment_statement",
     "compound_assignment_expr", "operator_assignment", "update_expression", "inc_statement", "dec_statement"}
)  # fmt: skip
_FUNCTIONS = frozenset(
    {"function_definition", "function_declaration", "function_item", "method_definition", "method_declaration", "lambda",
     "arrow_function", "function_expression", "closure_expression", "func_literal", "lambda_expression", "singleton_method", "method",
     "class_definition", "class_declaration"}
)  # fmt: skip

_EFFECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("files", r"^(?:open|fopen|os\.(?:remove|unlink|rename|replace|mkdir|makedirs|rmdir|Open|Create|ReadFile|WriteFile|Remove\w*|Mkdir\w*)"
         r"|shutil\.\w+|fs\.\w+|File\.\w+|Files\.\w+|std::fs::\w+|fs::\w+|ioutil\.\w+|file_(?:get|put)_contents)$"
         r"|\.(?:read_text|write_text|read_bytes|write_bytes|unlink|mkdir|rmdir|touch)$"),
        ("network", r"^(?:requests|httpx|urllib|socket|aiohttp|axios|http|https|net)\.|^fetch$|\.urlopen$"),
        ("processes", r"^subprocess\.|^os\.(?:system|popen|exec\w+|spawn\w+|kill|fork)$|child_process|exec\.Command|Command::new|ProcessBuilder|^system$|^popen$"),
        ("environment", r"^os\.(?:getenv|putenv|Getenv|Setenv|LookupEnv)$|^os\.environ|^getenv$|System\.getenv|^env::var"),
        ("output", r"^(?:print|println!?|eprintln!?|printf|puts|echo|console\.\w+|fmt\.(?:Print\w*|Fprint\w*)|System\.(?:out|err)\.\w+|click\.echo|NSLog)$"),
        ("logging", r"^(?:logging|logger|log|LOG|_log|self\.log|self\.logger)\.\w+$"),
        ("database", r"\.(?:execute|executemany|commit|rollback|cursor|query)$"),
        ("time", r"^(?:time|datetime|Date|Instant|date)\.?(?:\.|::)?(?:time|now|sleep|today|monotonic|perf_counter)$|^sleep$|datetime\.now$|Date\.now$|time\.Now$"),
        ("randomness", r"^(?:random|secrets|rand|Math\.random|uuid)\b"),
        ("exit", r"^(?:sys\.exit|exit|process\.exit|os\.Exit|os\._exit|std::process::exit|abort)$"),
    )
)  # fmt: skip


def facts_of(root: Node, first: int, last: int, outer_names: frozenset[str] = frozenset()) -> Facts:
    """The facts of the lines `first` to `last` (1-based). `outer_names` are the module's own, whose use is a read.

    What stands in a nested function counts too, but not its returns.
    """
    facts = Facts()
    locals_: set[str] = set()
    for node, nested in _inside(root, first, last):
        _collect(node, nested, facts, locals_, outer_names)
    facts.reads = [r for r in _unique(facts.reads) if r[0] not in {w for w, _ in facts.writes}][:12]
    facts.writes = _unique(facts.writes)[:12]
    facts.calls = _unique(facts.calls)
    facts.effects = _unique(facts.effects)
    return facts


def parameters_of(signature: str) -> list[str]:
    """The parameters in a signature, as written, `self` left out."""
    start = signature.find("(")
    receiver = re.match(r"func\s*\([^)]*\)\s*\w+", signature)
    if receiver:  # Go writes the receiver first
        start = signature.find("(", receiver.end())
    if start < 0:
        return []
    depth, part, parts = 0, "", []
    for char in signature[start:]:
        if char in "([{<":
            depth += 1
            if depth == 1:
                continue
        elif char in ")]}" or (char == ">" and not part.endswith(("-", "="))):
            depth -= 1
            if depth == 0:
                break
        if char == "," and depth == 1:
            parts.append(part.strip())
            part = ""
        else:
            part += char
    parts.append(part.strip())
    return [
        p for p in parts if p and p not in ("self", "cls", "this", "&self", "&mut self", "mut self", "*", "/", "void")
    ]


def _inside(root: Node, first: int, last: int) -> Iterator[tuple[Node, bool]]:
    stack: list[tuple[Node, int]] = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        start, end = node.start_point[0] + 1, node.end_point[0] + 1
        if end < first or start > last:
            continue
        within = start >= first and end <= last
        if within:
            yield node, depth > 1
        deeper = depth + 1 if within and node.type in _FUNCTIONS else depth
        stack.extend((child, deeper) for child in reversed(node.children))


def _collect(node: Node, nested: bool, facts: Facts, locals_: set[str], outer: frozenset[str]) -> None:
    line = node.start_point[0] + 1
    kind = node.type
    if kind in _RETURN and node.is_named and not nested:
        value = _one_line(_text(node)).removeprefix("return").strip(" ;")
        if kind == "jump_expression" and not _text(node).startswith("return"):
            return
        facts.returns.append((value or "nothing", line))
    elif kind in _YIELD and node.is_named:
        facts.yields.append((_one_line(_text(node)).removeprefix("yield").strip(" ;"), line))
    elif kind in _RAISE and node.is_named:
        facts.raises.append(
            (
                re.sub(r"^(?:raise|throw)\s*(?:new\s+)?", "", _one_line(_text(node))).strip(" ;") or "the same again",
                line,
            )
        )
    elif kind in _HANDLE and node.is_named:
        facts.handles.append((_one_line(_text(node).split("\n")[0]).rstrip(":{ "), line))
    elif kind in _BRANCH and node.is_named:
        facts.branches += 1
    elif kind in _LOOP and node.is_named:
        facts.loops += 1
    elif kind in _CALL and node.is_named:
        _call(node, line, facts)
    if kind in _ASSIGN:
        _assigned(node, line, facts, locals_, outer)
    elif kind in (
        "attribute",
        "member_expression",
        "field_access",
        "field_expression",
        "selector_expression",
        "instance_variable",
    ):
        _read(node, line, facts)
    elif kind == "identifier" and _text(node) in outer and _text(node) not in locals_ and not _is_called(node):
        facts.reads.append((_text(node), line))


def _call(node: Node, line: int, facts: Facts) -> None:
    called = next(
        (
            c
            for f in ("function", "name", "method", "macro", "constructor", "type")
            if (c := node.child_by_field_name(f))
        ),
        None,
    )
    if called is None:
        called = next((c for c in node.children if c.is_named), None)
    if called is None:
        return
    name = _one_line(_text(called))
    owner = node.child_by_field_name("object") or node.child_by_field_name("receiver")
    if owner is not None and node.type in ("method_invocation", "call", "member_call_expression"):
        name = f"{_one_line(_text(owner))}.{name}"
    name += "!" if node.type == "macro_invocation" else ""
    if not name or len(name) > 60 or "\n" in name:
        return
    if name in ("panic!", "unimplemented!", "todo!", "unreachable!", "panic", "raise"):
        facts.raises.append((_one_line(_text(node))[:100], line))
        return
    for effect, pattern in _EFFECTS:
        if pattern.search(name):
            facts.effects.append((f"{effect}: {name}", line))
            break
    facts.calls.append((name, line))


def _assigned(node: Node, line: int, facts: Facts, locals_: set[str], outer: frozenset[str]) -> None:
    left = (
        node.child_by_field_name("left")
        or node.child_by_field_name("argument")
        or next((c for c in node.children if c.is_named), None)
    )
    if left is None:
        return
    for target in _targets(left):
        text = _one_line(_text(target))
        if re.fullmatch(r"[A-Za-z_]\w*", text):
            if text in outer:
                facts.writes.append((text, line))
            else:
                locals_.add(text)
        elif re.match(r"[@$]?[A-Za-z_][\w.>\-]*(?:\[.*\])?$", text) and len(text) <= 60:
            facts.writes.append((text, line))


def _targets(left: Node) -> Sequence[Node]:
    if left.type in ("pattern_list", "tuple_pattern", "expression_list", "left_assignment_list", "variable_list"):
        return [c for c in left.children if c.is_named]
    return [left]


def _read(node: Node, line: int, facts: Facts) -> None:
    text = _one_line(_text(node))
    owned = re.match(r"(?:(?:self|this)(?:\.|->)|@)\w+$", text) or node.type == "instance_variable"
    if owned and not _is_called(node) and not _is_target(node):
        facts.reads.append((text, line))


def _is_called(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type in _CALL and parent.child_by_field_name("function") == node


def _is_target(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type in _ASSIGN and parent.child_by_field_name("left") == node


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _one_line(text: str, limit: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _unique(items: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    seen: dict[str, int] = {}
    for text, line in items:
        seen.setdefault(text, line)
    return list(seen.items())
