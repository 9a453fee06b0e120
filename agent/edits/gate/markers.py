"""Lines that a reply's edit blocks or a merge left behind: readable as code to a lenient parser, and never meant."""

from __future__ import annotations

import re
from collections.abc import Callable

_MARKER = re.compile(rb"^(?:<{5,9}(?: [^\n]*)?|>{5,9}(?: [^\n]*)?|={5,9})[ \t]*\r?$", re.MULTILINE)


def leftover_marker(before: bytes | None, after: bytes, quoted: Callable[[int], bool]) -> int | None:
    """The byte offset of a conflict marker that `before` did not have; None when there is none.

    `quoted` says whether an offset is within a string, a comment or a fence, where such a line may be content.
    A line of `=` alone (a heading's underline) only counts between two other markers.
    """
    if b"<<<<<" not in after and b">>>>>" not in after:
        return None
    known = {m[0].rstrip() for m in _MARKER.finditer(before or b"")}
    for match in _MARKER.finditer(after):
        text = match[0].rstrip()
        if text.startswith(b"=") or text in known or not _is_marker(text) or quoted(match.start()):
            continue
        return match.start()
    return None


def _is_marker(text: bytes) -> bool:
    """`<<<<<<< SEARCH`, `>>>>>>> REPLACE`, git's seven with or without a name; `<<<<<` alone is not enough."""
    word = text.lstrip(b"<>").strip()
    count = len(text) - len(text.lstrip(b"<>"))
    return count == 7 or word in (b"SEARCH", b"REPLACE", b"ORIGINAL", b"UPDATED", b"HEAD")
