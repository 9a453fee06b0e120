"""Search without a model: definitions, references, text and ranked words. `search` is the way in.

Importing this costs nothing; the parts are imported when something is looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.repo.files import WorkTree
    from agent.repo.search.query import Query


@dataclass(frozen=True)
class Hit:
    """One result."""

    path: str
    line: int
    """1-based."""
    text: str
    """The line, without the space around it."""
    kind: str
    """`symbol` (a definition), `reference`, `text`, `file`."""
    score: float
    """Higher is better; only comparable within one search."""
    note: str = ""
    """`did you mean …`, when the name was not found as it was written."""


def search(root: Path | WorkTree, query: str, *, limit: int = 50, paths: Sequence[str] | None = None) -> list[Hit]:
    """What the repository has for a request: an identifier, a pattern, or plain language in one of many languages.

    `paths` (files or folders, relative to the root) narrows it. The definition of what is asked for comes first; with a
    request for usages, the usages. Ignored and secret files are left out. Returns [] when there is nothing.
    """
    from agent.repo.search.find import find_hits

    return find_hits(root, query_terms(query), limit=limit, paths=paths)


def query_terms(request: str) -> Query:
    """What a request looks for, its phrasing stripped."""
    from agent.repo.search.query import query_terms as terms

    return terms(request)
