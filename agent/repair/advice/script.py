"""TypeScript: the name that tsc suggests, or one that is spelt nearly like it."""

from __future__ import annotations

import re

from agent.repair.advice.types import Advice, Diagnostic, Place
from agent.repair.types import Splice


def advise(place: Place, error: Diagnostic) -> list[Advice]:
    """Edits that may do away with an error, the likeliest first."""
    match = re.search(r"(?:Cannot find name|Property) '(\w+)'", error.message)
    start = place.at(error.line, error.column, bytewise=False)
    if match is None or place.word(start) != match[1]:
        return []
    told = re.search(r"Did you mean (?:the \w+ \w+ )?'([\w.]+)'", error.message)
    if told:
        return [Advice((Splice(start, start + len(match[1]), told[1]),), f"{match[1]} → {told[1]}")]
    return place.renamed(start, match[1], place.names)
