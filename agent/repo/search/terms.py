"""Words out of identifiers and text: splitting, stemming, edit distance. Pure functions."""

from __future__ import annotations

import re
from functools import lru_cache

_PIECES = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_A-Za-z]+|\d+")
_WORD = re.compile(r"[^\W\d]\w*")


@lru_cache(maxsize=20_000)
def split_identifier(name: str) -> tuple[str, ...]:
    """`parseHTTPResponse_v2` → `parse`, `http`, `response`, `v`, `2`: lower-case words of camelCase and snake_case."""
    return tuple(piece.lower() for piece in _PIECES.findall(name))


def words_of(text: str) -> list[str]:
    """The lower-case words of a line of code or prose, identifiers split."""
    return [word for name in _WORD.findall(text) for word in split_identifier(name)]


_SUFFIXES = (
    "izations", "ization", "isation", "ations", "ation", "ators", "ator", "ities", "ments", "ment", "ings", "ing",
    "ions", "ion", "ies", "ers", "ors", "ness", "ated", "ates", "ate", "able", "ible", "ed", "er", "or", "es", "ly",
    "al", "s", "e", "y",
)  # fmt: skip


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A common beginning of a word's forms (`computed`, `computing`, `computation` → `comput`).

    A light suffix stripper: it only has to be the same for forms of one word, not to be a word.
    """
    word = word.lower()
    if len(word) <= 3 or not word.isascii():
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= (4 if suffix == "ly" else 3):  # apply
            base = word[: -len(suffix)]
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "aeiousl":
                base = base[:-1]  # running, stopped
            return base[:-1] if base.endswith(("i", "y")) and len(base) > 3 else base
    return word


def distance(a: str, b: str, limit: int = 3) -> int:
    """Edits (insert, delete, substitute, swap of neighbours) between two strings; `limit + 1` when more.

    Optimal string alignment, the restricted Damerau-Levenshtein distance.
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > limit:
            return limit + 1
        before, row = row, new
    return min(row[-1], limit + 1)


def allowed_typos(name: str) -> int:
    """How many edits away a name may be and still be meant."""
    return 0 if len(name) < 4 else 1 if len(name) < 6 else 2 if len(name) < 12 else 3


def near_pattern(name: str) -> str:
    """A regular expression for every identifier that is one edit away from `name`, case ignored."""
    parts = []
    for i in range(len(name)):
        head, tail = re.escape(name[:i]), re.escape(name[i + 1 :])
        parts.append(f"{head}\\w?{tail}")  # substituted or left out
        parts.append(f"{head}\\w{re.escape(name[i:])}")  # one too many
        if i + 1 < len(name):
            parts.append(head + re.escape(name[i + 1] + name[i]) + re.escape(name[i + 2 :]))  # swapped
    parts.append(re.escape(name) + "\\w")
    return rf"\b(?:{'|'.join(parts)})\b"
