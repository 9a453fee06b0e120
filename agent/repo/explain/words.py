# ruff: noqa: E501 (a table of words)
"""The words in which people ask for an explanation, in several languages."""

from __future__ import annotations

import re

ASKING = frozenset(
    ("explain", "describe", "summarize", "summarise", "summary", "does", "do", "mean", "means", "work", "works", "working", "purpose",
     "walk", "through", "understand", "happens", "explique", "expliquer", "erkläre", "erklär", "explica", "explicar", "spiega",
     "explains", "explaining", "explanation", "объясни", "wyjaśnij", "açıkla", "leg", "uitleggen", "teach", "tldr", "eli5")
)  # fmt: skip
"""Words of asking for an explanation, which are names in some code."""
NAME = re.compile(r"[A-Za-z_$]\w+")
"""A word that could be the name of something."""
_WHOLE = re.compile(
    r"\b(?:project|repo(?:sitory)?|code\s?base|application|program|package|library|overview|everything|app)\b",
    re.IGNORECASE,
)

_HERE = re.compile(
    r"\b(?:this|these|here|it|its|we|us|our|project|package|library|app|repo|repository)\b", re.IGNORECASE
)


def points_here(question: str) -> bool:
    """Whether a question that names nothing points at the project ("what is this for?") and not at the world."""
    return _HERE.search(question) is not None


def about_project(target: str) -> bool:
    """Whether a question is about the project as a whole, and names nothing in it."""
    from agent.repo.search.query import query_terms

    query = query_terms(target)
    bare = [w for w in query.words if NAME.fullmatch(w) and w.lower() not in ASKING and not _WHOLE.fullmatch(w)]
    return not target or (_WHOLE.search(target) is not None and not query.identifiers and len(bare) < 2)
