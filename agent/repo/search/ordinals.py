"""Which of the places that were found last a request means: "explain the second one", "open number 3", "the last"."""

from __future__ import annotations

import re

_WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = rf"(?P<word>{'|'.join(_WORDS)}|last)|(?P<digits>\d{{1,3}})(?:st|nd|rd|th)"
_NOUN = r"ones?|hits?|results?|match(?:es)?|places?|entry|item|of (?:them|these|those)|from (?:the|that) list"
_MEANT = re.compile(
    rf"\b(?:the|that|this)\s+(?:{_ORDINAL})(?:\s+(?:{_NOUN})\b|\W*$)"
    r"|\b(?:number|no\.|nr\.?|hit|result|match|item)\s*(?P<number>\d{1,3})\b",
    re.IGNORECASE,
)
LIST = re.compile(r"^\s*(?:2[.)]|[-*•])\s", re.MULTILINE)
"""An answer with a list of its own, which is what an ordinal then points into."""


def ordinal(request: str) -> int | None:
    """The number that a request points with, from 1 (-1: the last); None where it points with none."""
    found = _MEANT.search(request)
    if found is None:
        return None
    if found["word"]:
        word = found["word"].lower()
        return -1 if word == "last" else _WORDS.index(word) + 1
    return int(found["digits"] or found["number"])


def without_ordinal(request: str) -> str:
    """The request without what only points: no words to search for."""
    return _MEANT.sub(" ", request)
