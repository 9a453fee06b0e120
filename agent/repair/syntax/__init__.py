"""Repair of syntax: the fewest and likeliest token edits after which a text parses again.

A noisy-channel search: suspect lines come from the parsers' errors, from brackets that contradict the indentation
and from what is strange for the file; each small edit of them is priced by its own cost, by how much more natural
the tokens become under an n-gram model of the same file, and by how brackets and indentation then agree; the
cheapest that the parsers accept are the result.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from agent.repair.syntax.types import Edited

__all__ = ["Repair", "repair_syntax"]


@dataclass(frozen=True)
class Repair:
    """A text that parses: the whole text, each edit, and its cost (the lower, the likelier)."""

    text: str
    edits: tuple[Edited, ...]
    cost: float


def repair_syntax(
    path: str,
    text: str | bytes,
    *,
    max_edits: int = 3,
    deadline_seconds: float = 1.0,
    limit: int = 5,
    clock: Callable[[], float] = time.monotonic,
) -> list[Repair]:
    """Up to `limit` repaired texts, the likeliest first.

    Empty when the language is not known, the text parses as it is, or nothing was found within `max_edits` edits
    and `deadline_seconds` of `clock`. Bytes are read as UTF-8, or as one character a byte where they are not.
    """
    from agent.edits.gate import language_of
    from agent.edits.gate.fault import decode
    from agent.repair.syntax.acceptance import Acceptance
    from agent.repair.syntax.search import search

    deadline = clock() + deadline_seconds
    source = decode(text) if isinstance(text, bytes) else text
    language = language_of(path, source[:65536].encode())
    if language is None or language.check in ("notebook", "html", "component", "markdown", "jsonl", "json5"):
        return []
    if Acceptance(language, source).accepts_broken():
        return []
    # A line may be wanted after the last one, whether or not that one is ended.
    ended = source if source.endswith("\n") else source + "\n"
    found = search(language, ended, max_edits, deadline, limit, clock)
    added = len(ended) > len(source)
    return [Repair(f.text.removesuffix("\n") if added else f.text, f.edits, round(f.cost, 2)) for f in found]
