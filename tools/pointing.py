"""Requests that point into the list a search gave ("explain the second one") become requests that name the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.errors import TaskFailed
from agent.repo.search.ordinals import LIST, ordinal

if TYPE_CHECKING:
    from agent.session import Session


def named_place(session: Session, request: str, files: Sequence[str]) -> str:
    """`path:line` of the place among those found last that a request points to; "" where it points to none.

    Raises TaskFailed when there are fewer places than that.
    """
    number = ordinal(request)
    if number is None or files or not session.found:
        return ""
    from agent.repo.explain.targets import targets

    if targets(session.work.list_paths(), request):
        return ""
    if not -1 <= number <= len(session.found) or number == 0:
        count = len(session.found)
        raise TaskFailed(f"The search found {count} {'place' if count == 1 else 'places'}.", "Name one of them.")
    path, line = session.found[number - 1 if number > 0 else -1]
    return f"{path}:{line}"


def forget_list(session: Session, answer: str) -> None:
    """An answer with a list of its own is what the next ordinal points into, so that the places found are not."""
    if LIST.search(answer):
        session.found = []
