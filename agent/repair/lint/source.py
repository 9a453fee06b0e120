"""A parsed text, and changes to it by the positions of its syntax tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LintFix:
    """One defect with its fix: the text as it would be with this fix alone."""

    line: int
    """1-based, in the text as it is."""
    code: str
    """Ruff's code for it (`F821`), or a word for what ruff has no rule for (`missing-self`)."""
    explanation: str
    new_text: str
    sure: bool = True
    """False where the code may be meant as it stands, or the replacement is a guess."""


@dataclass
class Source:
    """A text with its tree. Columns of the tree are bytes of UTF-8; lines keep their line ends."""

    text: str
    tree: ast.Module
    lines: list[bytes] = field(init=False)
    starts: list[int] = field(init=False)
    parents: dict[ast.AST, ast.AST] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = self.text.encode().split(b"\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def offset(self, line: int, column: int) -> int:
        """The byte offset of a 1-based line and a 0-based column in bytes."""
        return self.starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt | ast.arg) -> tuple[int, int]:
        """The bytes that a node covers."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def code(self, node: ast.expr | ast.stmt | ast.arg) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text.encode()[start:end].decode()

    def replaced(self, *changes: tuple[int, int, str]) -> str:
        """The text with byte ranges replaced; the ranges must not overlap."""
        data = self.text.encode()
        for start, end, new in sorted(changes, reverse=True):
            data = data[:start] + new.encode() + data[end:]
        return data.decode()

    def between(self, start: int, end: int) -> str:
        """The text of a byte range."""
        return self.text.encode()[start:end].decode()

    def indent_of(self, line: int) -> str:
        """The leading blanks of a 1-based line."""
        text = self.lines[line - 1].decode()
        return text[: len(text) - len(text.lstrip())]
