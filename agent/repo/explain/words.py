# ruff: noqa: E501 (a table of words)
"""The words in which people ask for an explanation, in several languages."""

from __future__ import annotations

ASKING = frozenset(
    ("explain", "describe", "summarize", "summarise", "summary", "does", "do", "mean", "means", "work", "works", "working", "purpose",
     "walk", "through", "understand", "happens", "explique", "expliquer", "erkläre", "erklär", "explica", "explicar", "spiega",
     "explains", "explaining", "explanation", "объясни", "wyjaśnij", "açıkla", "leg", "uitleggen", "teach", "tldr", "eli5")
)  # fmt: skip
"""Words of asking for an explanation, which are names in some code."""
