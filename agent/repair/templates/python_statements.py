"""Edits of Python statements: delete, move, swap, insert, guards, early returns, branches, loops, assignments."""

from __future__ import annotations

import ast

from agent.repair.templates.python_guards import condition_edits
from agent.repair.templates.python_insertions import insert_edits
from agent.repair.templates.python_kinds import (
    assignment_edits,
    definition_edits,
    expression_edits,
    flow_edits,
    if_edits,
    raise_edits,
    reindented,
    return_edits,
    try_edits,
    while_edits,
)
from agent.repair.templates.python_loops import for_edits, unstored_edits
from agent.repair.templates.python_source import Block, Maker


def edits(make: Maker, statement: ast.stmt, block: Block, index: int) -> None:
    """Collect every edit of one statement as such, with the block that it stands in."""
    _remove(make, statement, block, index)
    _reorder(make, statement, block, index)
    insert_edits(make, statement, block, index)
    if isinstance(statement, (ast.If, ast.While)):
        condition_edits(make, statement.test, statement.test)
    if isinstance(statement, ast.Assert):
        return
    if isinstance(statement, ast.If):
        if_edits(make, statement, block, index)
    elif isinstance(statement, ast.While):
        while_edits(make, statement)
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        for_edits(make, statement)
        unstored_edits(make, statement)
    elif isinstance(statement, ast.Return):
        return_edits(make, statement)
    elif isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        assignment_edits(make, statement)
    elif isinstance(statement, ast.Expr):
        expression_edits(make, statement)
    elif isinstance(statement, (ast.Break, ast.Continue, ast.Pass)):
        flow_edits(make, statement)
    elif isinstance(statement, ast.Try):
        try_edits(make, statement)
    elif isinstance(statement, ast.Raise):
        raise_edits(make, statement)
    elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        definition_edits(make, statement)


def _remove(make: Maker, statement: ast.stmt, block: Block, index: int) -> None:
    if isinstance(
        statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass, ast.Import, ast.ImportFrom)
    ):
        return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return
    lines = make.source.whole_lines(statement)
    if lines is not None and len(block) > 1:
        size = statement.end_lineno - statement.lineno if statement.end_lineno else 0
        make.add("delete", lines, "", statement.lineno, 1.0 / (1 + size))
    elif len(block) == 1:
        make.replace("delete", statement, "pass", 0.3)


def _reorder(make: Maker, statement: ast.stmt, block: Block, index: int) -> None:
    source = make.source
    lines = source.whole_lines(statement)
    if lines is None:
        return
    text = source.text[lines[0] : lines[1]]
    if not text.endswith("\n"):
        text += "\n"
    if index + 1 < len(block):
        after = source.whole_lines(block[index + 1])
        if after is not None and lines[1] <= after[0]:
            other = source.text[after[0] : after[1]]
            other = other if other.endswith("\n") else other + "\n"
            make.several("swap", [(lines, other), (after, text)], statement.lineno)
    for distance in (2, 3):
        if index + distance < len(block):
            after = source.whole_lines(block[index + distance])
            if after is not None:
                make.several("move", [(lines, ""), ((after[1], after[1]), text)], statement.lineno, 0.4)
        if index - distance >= 0:
            before = source.whole_lines(block[index - distance])
            if before is not None:
                make.several("move", [(lines, ""), ((before[0], before[0]), text)], statement.lineno, 0.4)
    parent = source.parents.get(statement)
    if isinstance(parent, (ast.For, ast.While, ast.If, ast.With, ast.Try)):
        outer = source.whole_lines(parent)
        if outer is not None and len(block) > 1:
            less = reindented(text, source.indent(statement), source.indent(parent))
            if index == len(block) - 1:
                make.several("dedent", [(lines, ""), ((outer[1], outer[1]), less)], statement.lineno)
            if index == 0:
                make.several("dedent", [(lines, ""), ((outer[0], outer[0]), less)], statement.lineno, 0.6)
            if isinstance(parent, ast.If) and parent.orelse and index == len(block) - 1:
                make.several("dedent", [(lines, ""), ((outer[1], outer[1]), less)], statement.lineno, 0.5)
    if index > 0 and isinstance(block[index - 1], (ast.For, ast.While, ast.If, ast.With)):
        before_block = block[index - 1]
        body = getattr(before_block, "orelse", None) or before_block.body  # type: ignore[attr-defined]
        inner = source.whole_lines(body[-1])
        if inner is not None:
            more = reindented(text, source.indent(statement), source.indent(body[-1]))
            make.several("indent", [((inner[1], inner[1]), more), (lines, "")], statement.lineno)
            nested = body[-1]
            while isinstance(nested, (ast.For, ast.While, ast.If, ast.With)):
                deeper = getattr(nested, "orelse", None) or nested.body
                place = source.whole_lines(deeper[-1])
                if place is None:
                    break
                more = reindented(text, source.indent(statement), source.indent(deeper[-1]))
                make.several("indent", [((place[1], place[1]), more), (lines, "")], statement.lineno, 0.6)
                nested = deeper[-1]
