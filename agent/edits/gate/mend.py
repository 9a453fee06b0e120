"""Mending an edit that the gate refuses for one cheap slip, such as a bracket that was dropped."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from agent.edits.gate.regions import Region, changed_lines

if TYPE_CHECKING:
    from agent.repair.syntax.types import Change, Edited

_SECONDS = 0.7
"""Of this thread's processor time: another generation would take longer, however busy the machine is."""
_CLEAR = 0.8
_CLEAR_AMONG_OPERATORS = 2.6
_OPERATOR = re.compile(r" (?:[-+*/%|&?]{1,2}=?|and|or) ")
_CLEAR_FOR_WORDS = 3.0
"""Nats by which the best repair must beat the next one that reads differently: else it is a guess. Brackets and
separators are told apart by layout too; what a quote or a word was is told by the tokens alone, and on which side of an
operator a bracket closed, often by nothing."""


def mend(path: str, before: bytes | None, after: bytes) -> tuple[bytes, str] | None:
    """`after` with its one slip mended, and what was mended in words; None when there is no such mending.

    Only one token is put in, taken out or exchanged, only on lines that the edit changed (or the line next to
    them), and only where that is clearly the likeliest repair and the gate then accepts the text.
    """
    from agent.edits.gate import check
    from agent.repair.syntax import repair_syntax

    try:
        text = after.decode()
    except UnicodeDecodeError:
        return None
    repairs = repair_syntax(path, text, max_edits=1, deadline_seconds=_SECONDS, clock=time.thread_time)
    if not repairs:
        return None
    best = repairs[0]
    edit = best.edits[0]
    if _loses_a_word(edit.change) or _is_several(edit.change):
        return None
    others = [r for r in repairs[1:] if _bare(r.text) != _bare(best.text)]
    if others and others[0].cost - best.cost < _margin(edit, best.text):
        return None
    mended = best.text.encode()
    if not _within(before or b"", after, mended) or not check(path, before, mended).ok:
        return None
    return mended, str(edit)


def _loses_a_word(change: Change) -> bool:
    """The edit puts something else in the place of a name: what the name was for would be lost."""
    from agent.repair.slips import one_slip

    return bool(change.new) and change.old.isidentifier() and not one_slip(change.old, change.new)


def _is_several(change: Change) -> bool:
    """The edit puts in several closing marks, or words, at once: that is more than one slip."""
    token = change.new.strip()
    several = len(re.findall(r"\w+|[^\w\s]", token)) > 1
    return _is_put_in(change) and several and bool(re.search(r"[)\]}\s]", token))


def _is_put_in(change: Change) -> bool:
    return bool(change.new) and not change.old and not change.whole_line


def _margin(edit: Edited, text: str) -> float:
    """The margin for an edit that made `text`."""
    change = edit.change
    if change.new in (")", "]") and _is_put_in(change):
        return _CLEAR_AMONG_OPERATORS if _OPERATOR.search(text.split("\n")[edit.line - 1]) else _CLEAR
    if change.old in tuple("()[]{}") and not change.new:
        return _CLEAR_FOR_WORDS  # its partner may as well have been dropped
    return _CLEAR_FOR_WORDS if any(c.isalnum() or c in "\"'" for c in change.new or change.old) else _CLEAR


def _bare(text: str) -> str:
    """What a reader would call the same: blanks and a `;` after a closing line aside."""
    return "".join(text.replace(";", "").split())


def _within(before: bytes, after: bytes, mended: bytes) -> bool:
    """Every line that the mending changed was changed by the edit, or is next to such a line."""
    old, new, final = before.split(b"\n"), after.split(b"\n"), mended.split(b"\n")
    edited = changed_lines(old, new)
    return all(_touches(region, edited) for region in changed_lines(new, final))


def _touches(region: Region, edited: list[Region]) -> bool:
    return any(e.start_new - 1 <= region.start and region.old_end <= e.new_end + 1 for e in edited)
