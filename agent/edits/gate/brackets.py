"""Which bracket is open, one too many, or closed by the wrong kind: from the tokens of a syntax tree.

Where a closer is missing, the stack alone blames the outermost opener. Indentation says which one is meant: an
opener whose closer starts a line and stands further left than the opener's own line was not closed by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

CLOSER_OF = {"(": ")", "[": "]", "{": "}"}
OPENER_OF = {closer: opener for opener, closer in CLOSER_OF.items()}
_PUNCTUATION = frozenset("()[]{}$#%@!&<>|~*.?:=")


@dataclass(frozen=True)
class BracketToken:
    """One bracket: `kind` is one of `()[]{}`, `start` its byte offset, `row` 0-based."""

    kind: str
    start: int
    row: int


@dataclass(frozen=True)
class BracketProblem:
    """What is wrong with one bracket: `unclosed`, `unexpected`, or `mismatched` (then `opener` is the open one)."""

    what: str
    token: BracketToken
    opener: BracketToken | None = None


def bracket_tokens(leaves: Sequence[Node]) -> list[BracketToken]:
    """The brackets among the tokens; those within strings and comments are not tokens of their own."""
    found: list[BracketToken] = []
    for node in leaves:
        kind = node.type
        if len(kind) > 4 or not (kind[0] in ")]}" or kind[-1] in "([{") or not _PUNCTUATION.issuperset(kind):
            continue
        parent = node.parent
        if kind == ")" and parent is not None and parent.type == "case_item":
            continue  # the shell's `pattern)`
        for offset, character in enumerate(kind):
            if character in "()[]{}":
                found.append(BracketToken(character, node.start_byte + offset, node.start_point[0]))
    return found


def bracket_problems(tokens: Sequence[BracketToken], lines: Sequence[bytes]) -> list[BracketProblem]:
    """The brackets that do not pair up, in text order; `lines` are the text's lines, for their indentation."""
    problems: list[BracketProblem] = []
    stack: list[BracketToken] = []
    pairs: list[tuple[BracketToken, BracketToken]] = []
    for token in tokens:
        if token.kind in CLOSER_OF:
            stack.append(token)
        elif stack and CLOSER_OF[stack[-1].kind] == token.kind:
            pairs.append((stack.pop(), token))
        elif any(CLOSER_OF[t.kind] == token.kind for t in stack[-4:]):
            while CLOSER_OF[stack[-1].kind] != token.kind:
                problems.append(BracketProblem("unclosed", stack.pop()))
            pairs.append((stack.pop(), token))
        elif stack and token.kind != "}" and stack[-1].kind != "{":
            problems.append(BracketProblem("mismatched", token, stack.pop()))
        else:
            problems.append(BracketProblem("unexpected", token))
    for opener in stack:
        problems.append(BracketProblem("unclosed", _meant(opener, pairs, lines)))
    problems.sort(key=lambda p: p.token.start)
    return problems


def _meant(
    opener: BracketToken, pairs: Sequence[tuple[BracketToken, BracketToken]], lines: Sequence[bytes]
) -> BracketToken:
    suspects = [
        inner
        for inner, closer in pairs
        if inner.kind == opener.kind
        and inner.start > opener.start
        and _starts_line(closer, lines)
        and indent_of(lines[closer.row]) < indent_of(lines[inner.row])
    ]
    return min(suspects, key=lambda t: t.start, default=opener)


def _starts_line(token: BracketToken, lines: Sequence[bytes]) -> bool:
    return token.row < len(lines) and lines[token.row].lstrip()[:1] == token.kind.encode()


def indent_of(line: bytes) -> int:
    """The width of the leading blanks; a tab goes to the next multiple of four."""
    width = 0
    for character in line:
        if character == 0x20:
            width += 1
        elif character == 0x09:
            width += 4 - width % 4
        else:
            break
    return width
