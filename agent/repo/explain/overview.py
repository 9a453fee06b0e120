"""What the whole project is about: the head of its README and a line on each file, for questions that name no part."""

from __future__ import annotations

import re
from pathlib import Path

from agent.repo.explain.context import Snippet
from agent.repo.explain.describe import describe
from agent.repo.files import WorkTree

README_SHARE = 0.25
"""The part of the budget for the README: its head says what a project is, the rest is detail."""
LISTING_SHARE = 0.25
_README = re.compile(r"readme(\.\w+)?", re.IGNORECASE)


def overview(root: Path | WorkTree, *, budget_chars: int) -> list[Snippet]:
    """The README's head, and a listing of the files with what each holds; empty in a project without text."""
    work = root if isinstance(root, WorkTree) else WorkTree(root)
    path = next((p for p in sorted(work.list_paths()) if _README.fullmatch(p)), None)
    found = []
    if path is not None:
        text = (work.read(path) or b"").decode("utf-8", "replace")
        head = _cut(text, int(budget_chars * README_SHARE))
        if head.strip():
            found.append(Snippet(path, 1, len(head.splitlines()), head, whole=head == text, why="overview"))
    listing = describe(root, "")
    if listing.references:
        told = _cut(listing.markdown, int(budget_chars * LISTING_SHARE))
        found.append(Snippet(f"{work.path.name}/", 1, len(told.splitlines()), told, whole=True, why="overview"))
    return found


def _cut(text: str, room: int) -> str:
    """The whole lines of `text` that fit."""
    return text if len(text) <= room else text[:room].rpartition("\n")[0]
