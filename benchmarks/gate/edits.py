"""Edits of known validity on real files: made on syntax nodes and tokens, judged by nobody but how they are made."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.edits.gate.brackets import BracketToken, bracket_tokens
from agent.edits.gate.embedded import elements, fences
from agent.edits.gate.languages import Language
from agent.edits.gate.trees import leaves, parse

if TYPE_CHECKING:
    from tree_sitter import Node

_NOT_STATEMENTS = (
    "comment",
    "string",
    "text",
    "content",
    "heredoc",
    "preproc",
    "ERROR",
    "newline",
    "line_continuation",
)
_NAMES = ("identifier", "variable_name", "simple_identifier", "property_identifier")


@dataclass(frozen=True)
class Case:
    """One edit: what it is, the text before and after, and whether it is valid."""

    kind: str
    before: bytes | None
    after: bytes
    valid: bool


def cases(language: Language, text: bytes, chooser: random.Random) -> Iterator[Case]:
    """The valid and the broken edits of one file. `text` is a real file and so valid as it is."""
    yield Case("new file", None, text, True)
    yield Case("merge marker", text, _marked(text, chooser), False)
    start, end, inner = 0, len(text), language
    if language.check in ("html", "component", "markdown"):
        found = elements(text) if language.check != "markdown" else fences(text)
        parts = [p for p in found if text[p.start : p.start + len(p.text)] == p.text]
        if not parts:
            return
        part = chooser.choice(parts)
        start, end, inner = part.start, part.start + len(part.text), part.language
    for case in _code_cases(inner, text[start:end], chooser):
        if case.before is not None:
            yield Case(
                case.kind, text[:start] + case.before + text[end:], text[:start] + case.after + text[end:], case.valid
            )


def _code_cases(language: Language, text: bytes, chooser: random.Random) -> Iterator[Case]:
    made = (_duplicate(language, text, chooser), _delete(language, text, chooser), _rename(language, text, chooser))
    valid = [c for c in made if c]
    yield from (Case(kind, text, after, True) for kind, after in valid)
    damaged = (
        _drop_bracket(language, text, chooser),
        _add_bracket(language, text, chooser),
        _cut(language, text, chooser),
    )
    broken = [c for c in damaged if c]
    for kind, after in broken:
        yield Case(kind, text, after, False)
        yield Case("repair", after, text, True)
    if broken and valid:
        yield from _beside(broken[0][1], text, valid)


def _beside(broken: bytes, text: bytes, valid: list[tuple[str, bytes]]) -> Iterator[Case]:
    """A valid edit in a file that is broken somewhere else: the same change is made to the broken text."""
    at = next(i for i in range(len(text) + 1) if text[i : i + 1] != broken[i : i + 1])
    for kind, after in valid:
        start = next((i for i in range(len(text) + 1) if text[i : i + 1] != after[i : i + 1]), 0)
        if len(broken) == len(text) - 1 and start > at + 200:
            yield Case(f"{kind} beside an error", broken, after[:at] + after[at + 1 :], True)


def _statements(language: Language, text: bytes) -> list[Node]:
    """Nodes that fill whole lines and have a sibling of the same type on other lines: one more or fewer is valid."""
    found: list[Node] = []
    lines = text.split(b"\n")
    stack = [parse(language.grammar, text).root_node]
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        parent = node.parent
        if parent is None or not node.is_named or node.has_error or node.start_byte == node.end_byte:
            continue
        if any(word in node.type for word in _NOT_STATEMENTS) or parent.is_error:
            continue
        (row, column), (end_row, end_column) = node.start_point, node.end_point
        if (
            any(child.type in (",", ";", "|", "and", "end.", "comma") for child in parent.children)
            or "shell" in parent.type
        ):
            continue  # members of a separated list
        if lines[row][:column].strip() or end_row - row > 20 or end_column == 0:
            continue
        if lines[end_row][end_column:].strip() not in (b"", b";"):
            continue
        same = [n for n in parent.named_children if n.type == node.type and n.start_point[0] != row]
        if len(same) >= 2 and (node.next_sibling is None or node.next_sibling.start_point[0] > end_row):
            found.append(node)
    return found


def _duplicate(language: Language, text: bytes, chooser: random.Random) -> tuple[str, bytes] | None:
    nodes = _statements(language, text)
    if not nodes or language.check in ("toml", "xml"):  # where two of the same are an error
        return None
    node = chooser.choice(nodes)
    start = text.rfind(b"\n", 0, node.start_byte) + 1
    end = text.find(b"\n", node.end_byte)
    return ("duplicate", text[: end + 1] + text[start : end + 1] + text[end + 1 :]) if end >= 0 else None


def _delete(language: Language, text: bytes, chooser: random.Random) -> tuple[str, bytes] | None:
    nodes = _statements(language, text)
    if not nodes:
        return None
    node = chooser.choice(nodes)
    start = text.rfind(b"\n", 0, node.start_byte) + 1
    end = text.find(b"\n", node.end_byte)
    return ("delete", text[:start] + text[end + 1 :]) if end >= 0 else None


def _rename(language: Language, text: bytes, chooser: random.Random) -> tuple[str, bytes] | None:
    names = [
        n for n in leaves(parse(language.grammar, text)) if n.type in _NAMES and n.parent and not n.parent.is_error
    ]
    names = [n for n in names if text[n.start_byte : n.end_byte] not in (b"delete", b"default")]
    names = [n for n in names if text[n.start_byte : n.end_byte].isalpha() and n.end_byte - n.start_byte > 2]
    if not names:
        return None
    node = chooser.choice(names)
    return "rename", text[: node.end_byte] + b"2" + text[node.end_byte :]


def _brackets(language: Language, text: bytes) -> list[BracketToken]:
    """The brackets without which the text is wrong: in shells `[` is a word like others."""
    found = [
        n for n in leaves(parse(language.grammar, text)) if not _is_within(n, ("string", "interpolat", "expansion"))
    ]
    tokens = bracket_tokens(
        [n for n in found if not _is_within(n, ("variable_ref", "quoted", "substitution", "plain"))]
    )
    shell = language.name in ("bash", "fish", "docker", "make")
    return [t for t in tokens if not (shell and t.kind in "[]")]


def _is_within(node: Node, words: tuple[str, ...]) -> bool:
    """A bracket of a string's own syntax: without it the string holds other characters, and is a string still."""
    at: Node | None = node
    for _ in range(4):
        if at is None:
            return False
        if any(word in at.type for word in words):
            return True
        at = at.parent
    return False


def _drop_bracket(language: Language, text: bytes, chooser: random.Random) -> tuple[str, bytes] | None:
    tokens = _brackets(language, text)
    if not tokens or language.name == "yaml":  # `a: b]` is a plain text
        return None
    at = chooser.choice(tokens).start
    return "bracket dropped", text[:at] + text[at + 1 :]


def _add_bracket(language: Language, text: bytes, chooser: random.Random) -> tuple[str, bytes] | None:
    tokens = _brackets(language, text)
    if not tokens:
        return None
    token = chooser.choice(tokens)
    return "bracket doubled", text[: token.start] + token.kind.encode() + text[token.start :]


def _cut(language: Language, text: bytes, chooser: random.Random) -> tuple[str, bytes] | None:
    """The text ends after an opener: what a reply that was cut off leaves."""
    tokens = [t for t in _brackets(language, text) if t.kind in "([{"]
    if not tokens:
        return None
    return "cut off", text[: chooser.choice(tokens).start + 1] + b"\n"


def _marked(text: bytes, chooser: random.Random) -> bytes:
    lines = text.split(b"\n")
    at = chooser.randrange(len(lines))
    return b"\n".join([*lines[:at], b">>>>>>> REPLACE", *lines[at:]])
