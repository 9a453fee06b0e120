"""The functions and classes of a file, by tree-sitter: which lines belong to which name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbol:
    """One definition."""

    name: str
    qualified: str
    """With the names of the definitions around it, joined by dots."""
    kind: str
    """`function`, `class` or `other`."""
    start_line: int
    """1-based; decorators and the comment lines that touch it from above are not counted in, decorators are."""
    end_line: int
