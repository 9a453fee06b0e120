"""Syntax errors in words: what is wrong, and which opener it goes back to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.edits.gate.brackets import BracketProblem, bracket_problems, bracket_tokens
from agent.edits.gate.regions import Lines
from agent.edits.gate.trees import TreeError, errors_of, leaves
from agent.edits.types import Problem

if TYPE_CHECKING:
    from tree_sitter import Tree

_SHOWN = 5
_NAMES_OF_IMAGINED = {
    "identifier": "a name",
    "_newline": "a line end",
    "_automatic_semicolon": "a line end or `;`",
}


def describe(
    path: str, tree: Tree, text: bytes, errors: Sequence[TreeError], known_lines: frozenset[int] = frozenset()
) -> tuple[Problem, ...]:
    """Each of `errors` (the new ones) as a Problem; the brackets that explain them come first. At most five.

    `known_lines` (1-based) are those where a bracket was wrong before already.
    """
    lines = Lines(text)
    rows = text.split(b"\n")
    found: list[Problem] = []
    for bracket in bracket_problems(bracket_tokens(leaves(tree)), rows):
        if len(found) < 2 and lines.place(bracket.token.start)[0] not in known_lines:
            found.append(_problem(path, lines, bracket.token.start, bracket_words(bracket, lines)))
    seen = {(p.line, p.column) for p in found}
    for error in errors:
        if found and not error.missing:
            continue  # the bracket says it better than the region that could not be read because of it
        if found and error.missing in ("(", ")", "[", "]", "{", "}"):
            continue
        problem = _problem(path, lines, error.start, _tree_words(error, text))
        if (problem.line, problem.column) not in seen:
            seen.add((problem.line, problem.column))
            found.append(problem)
    return tuple(found[:_SHOWN])


def bracket_words(problem: BracketProblem, lines: Lines) -> str:
    """`unclosed '(' opened at line 3` and the like."""
    kind = problem.token.kind
    if problem.what == "unclosed":
        return f"unclosed '{kind}' opened at line {lines.place(problem.token.start)[0]}"
    if problem.what == "mismatched" and problem.opener is not None:
        return (
            f"'{kind}' does not close the '{problem.opener.kind}' opened at line {lines.place(problem.opener.start)[0]}"
        )
    return f"unexpected '{kind}'"


def _tree_words(error: TreeError, text: bytes) -> str:
    if error.missing:
        what = _NAMES_OF_IMAGINED.get(error.missing)
        if what is None:
            what = error.missing.strip("_").replace("_", " ") if error.missing[-1].isalpha() else f"'{error.missing}'"
        return f"{what} is missing"
    token = text[error.start : error.end].strip().split(b"\n")[0].decode("utf-8", "replace")
    if not token:
        return "the text ends too early"
    shown = token if len(token) <= 40 else token[:37] + "..."
    return f"not valid here: `{shown}`"


def _problem(path: str, lines: Lines, offset: int, message: str) -> Problem:
    line, column = lines.place(offset)
    return Problem(path, line, column, message, lines.line(line))


def bracket_lines(tree: Tree, text: bytes) -> list[int]:
    """The 1-based lines that have a bracket that does not pair up."""
    return [p.token.row + 1 for p in bracket_problems(bracket_tokens(leaves(tree)), text.split(b"\n"))]


def tree_problems(path: str, tree: Tree, text: bytes) -> tuple[Problem, ...]:
    """All errors of a tree, in words."""
    return describe(path, tree, text, errors_of(tree))
