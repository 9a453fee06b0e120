"""Taking back and doing again the recorded turns, by a command or in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.errors import TaskFailed
from agent.events import Event, Notice, Undone

if TYPE_CHECKING:
    from agent.session import Session

_LAST_TURN = frozenset(
    ("a", "again", "an", "and", "be", "can", "change", "changed", "changes", "could", "did", "do", "done", "edit",
     "edited", "edits", "have", "i", "it", "just", "last", "latest", "let", "made", "make", "me", "my", "no",
     "now", "of", "one", "ones", "please", "pls", "previous", "recent", "still", "that", "the", "them", "these",
     "thing", "things", "this", "those", "to", "turn", "turns", "version", "want", "was", "were", "what", "which",
     "would", "you", "your")
)  # fmt: skip
"""Words that, beside one of taking back, name no part of the code."""
_MORE = frozenset(
    ("all", "both", "everything", "every", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
)  # fmt: skip
"""Words for more turns than the last."""


def moved(session: Session, direction: str, count: int) -> Iterator[Event]:
    """Undo or redo some turns: all of them, or none."""
    move = session.history.undo if direction == "undo" else session.history.redo
    done = move(count, dry_run=session.switches.dry_run)
    if session.switches.dry_run:
        turns = f"turn{'s' * (len(done.turns) > 1)} {', '.join(map(str, done.turns))}"
        verb = "taken back" if direction == "undo" else "done again"
        yield Notice(f"Dry run: {turns} would be {verb}, in {', '.join(done.files)}.")
        return
    yield Undone(done.direction, done.turns, done.files, done.summary)


def asks_back(request: str) -> bool:
    """Whether a request only asks to take the last turn back ("undo that", "please revert your last change").

    Raises TaskFailed when it asks for more turns than one: which ones is a number, not a guess.
    """
    from agent.routing.frames import find
    from agent.routing.words import words_of

    found = find("revert", request)
    if not found:
        return False
    rest = words_of(request[: found.start()] + " " + request[found.end() :])
    if any(word not in _LAST_TURN and word not in _MORE and not word.isdigit() for word in rest):
        return False
    if any(word in _MORE or word.isdigit() for word in rest):
        raise TaskFailed("How many turns to take back is not clear.", "`undo N` takes back N turns; `log` lists them.")
    return True
