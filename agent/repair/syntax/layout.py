"""Brackets held against indentation: which pairs contradict how the lines are indented.

In a text that people laid out, a closer that starts a line stands where the line of its opener starts, and the lines
between are further right. Where a bracket is missing or one too many, the pairs after it contradict that, and the
place where the contradictions end is the place to mend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.edits.gate.brackets import CLOSER_OF as _CLOSER_OF

BLOCKS: dict[str, tuple[dict[str, str], frozenset[str]]] = {
    "ruby": (
        dict.fromkeys(
            ("def", "class", "module", "if", "unless", "while", "until", "case", "begin", "for", "do"), "end"
        ),
        frozenset({"do"}),
    ),
    "lua": ({"function": "end", "if": "end", "do": "end", "repeat": "until"}, frozenset({"function", "do"})),
    "bash": ({"if": "fi", "do": "done", "case": "esac"}, frozenset({"do"})),
}
"""Block words by language: the opener's closer, and the openers that also count when they do not start a line."""

MIDDLES: dict[str, dict[str, str]] = {
    "ruby": dict.fromkeys(("else", "elsif", "when", "rescue", "ensure"), "end"),
    "lua": dict.fromkeys(("else", "elseif"), "end"),
    "bash": dict.fromkeys(("else", "elif"), "fi"),
}
"""Words that start a line within a block, by language, and the closer of the blocks that they may stand in."""

FOLLOWERS: dict[str, dict[str, str]] = {
    "bash": {"if": "then", "elif": "then", "while": "do", "for": "do", "until": "do", "case": "in"},
    "lua": {"if": "then", "elseif": "then", "while": "do", "for": "do"},
}
"""By language: a word that starts a line, and the word that must follow it there or at the start of the next line."""

CLOSER_OF = {
    **_CLOSER_OF,
    "begin end": "end",
    "begin until": "until",
    "begin fi": "fi",
    "begin done": "done",
    "begin esac": "esac",
}

CLOSING_WORDS = frozenset({"end", "until", "fi", "done", "esac"})

MIDDLE = "middle "

NO_CODE = 1 << 20
"""The indentation of a line without code: further right than any other."""


@dataclass(frozen=True)
class Bracket:
    """One bracket or block word in the text: `kind`, its 0-based line, whether it is the line's first or last token."""

    kind: str
    line: int
    first: bool
    last: bool


@dataclass(frozen=True)
class Layout:
    """What is wrong: unpaired brackets, the weight of contradictions, and the lines to look at, worst first."""

    unpaired: int
    penalty: float
    lines: tuple[int, ...]


def examine(brackets: Sequence[Bracket], indents: Sequence[int]) -> Layout:
    """Pair the brackets and compare each pair with the indentation. `indents` has NO_CODE for blank lines."""
    openers = {b.line for b in brackets if b.kind in CLOSER_OF}
    stack: list[Bracket] = []
    unpaired = 0
    penalty = 0.0
    lines: list[int] = []
    for bracket in brackets:
        if bracket.kind in CLOSER_OF:
            stack.append(bracket)
            continue
        if bracket.kind.startswith(MIDDLE):
            if not stack or CLOSER_OF[stack[-1].kind] != bracket.kind[len(MIDDLE) :]:
                unpaired += 1
                lines += [bracket.line, bracket.line - 1, *([stack[-1].line] if stack else [])]
            elif indents[bracket.line] < indents[stack[-1].line]:
                penalty += 1.0
                lines += [bracket.line, bracket.line - 1, stack[-1].line]
            continue
        if stack and CLOSER_OF[stack[-1].kind] == bracket.kind:
            opener = stack.pop()
            wrong = _contradiction(opener, bracket, indents)
            if wrong:
                penalty += wrong
                ends = _dedent_after(opener.line, indents)
                lines += [opener.line, ends, ends - 1, bracket.line, bracket.line - 1]
            continue
        depth = next((d for d, b in enumerate(reversed(stack)) if CLOSER_OF[b.kind] == bracket.kind), None)
        if depth is not None and depth < 6:
            for opener in (stack.pop() for _ in range(depth)):
                unpaired += 1
                lines += [opener.line, bracket.line, bracket.line - 1, opener.line + 1]
            stack.pop()
        else:
            unpaired += 1
            lines += [*_heads(bracket.line, indents, openers), bracket.line, bracket.line - 1]
            if stack:
                lines.append(stack[-1].line)
    for opener in stack:
        unpaired += 1
        lines += [opener.line, opener.line + 1, _dedent_after(opener.line, indents)]
    return Layout(unpaired, penalty, tuple(dict.fromkeys(lines)))


def open_before(brackets: Sequence[Bracket], line: int) -> list[Bracket]:
    """The openers before `line` that nothing before it closes, innermost first."""
    stack: list[Bracket] = []
    for bracket in brackets:
        if bracket.line >= line:
            break
        if bracket.kind in CLOSER_OF:
            stack.append(bracket)
        elif stack and CLOSER_OF[stack[-1].kind] == bracket.kind:
            stack.pop()
    return stack[::-1]


def _contradiction(opener: Bracket, closer: Bracket, indents: Sequence[int]) -> float:
    if opener.line == closer.line:
        return 0.0
    left = indents[opener.line]
    penalty = 0.0
    if closer.first and indents[closer.line] != left:
        penalty += 1.0 if opener.last else 0.4
    if opener.last and not closer.first:
        penalty += 0.7 if opener.kind == "{" else 0.5
    if min(indents[opener.line + 1 : closer.line], default=NO_CODE) <= left:
        penalty += 1.0
    return penalty


def within_lines(brackets: Sequence[Bracket]) -> list[Bracket]:
    """One line's brackets without those that it pairs itself: the others are all that the layout depends on."""
    left: list[Bracket] = []
    for bracket in brackets:
        if left and CLOSER_OF.get(left[-1].kind) == bracket.kind:
            left.pop()
        else:
            left.append(bracket)
    return left


def _heads(line: int, indents: Sequence[int], openers: set[int]) -> list[int]:
    """The nearest lines above that head an indented block as `line` would close, and open nothing; at most three."""
    found: list[int] = []
    inner = NO_CODE
    for at in range(line - 1, -1, -1):
        if indents[at] == NO_CODE:
            continue
        if indents[at] == indents[line] and inner > indents[at] and inner != NO_CODE and at not in openers:
            found.append(at)
        if indents[at] < indents[line] or len(found) == 3:
            break
        inner = indents[at]
    return found


def _dedent_after(line: int, indents: Sequence[int]) -> int:
    """The first later line that is not indented further than `line`."""
    for at in range(line + 1, len(indents)):
        if indents[at] <= indents[line]:
            return at
    return len(indents) - 1
