"""Which uncommitted changes are the agent's own, of turns whose commit failed: the next commit may take them along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.repo.history.records import FileState, Store, TurnRecord, read_state

if TYPE_CHECKING:
    from agent.repo.history.branch import Branch, Look

SWITCHED_OFF = "commits are switched off"
"""The note of a turn that the person did not want committed: it is not committed later either."""


def without_own(look: Look, branch: Branch, store: Store, records: Sequence[TurnRecord], root: Path) -> Look:
    """The look without the files in which everything that differs from HEAD was written by earlier turns.

    A file counts when, going back turn by turn from what is on disk now, one arrives at HEAD's content.
    """
    standing = [record for record in records if record.status == "done"]
    mine = [
        path
        for path, why in look.unclean.items()
        if why in (branch.CHANGED, branch.UNTRACKED)
        and path not in look.staged
        and _reaches_head(path, branch, store, standing, root, look.commit)
    ]
    return replace(look, unclean={path: why for path, why in look.unclean.items() if path not in mine})


def _reaches_head(
    path: str, branch: Branch, store: Store, standing: Sequence[TurnRecord], root: Path, commit: str
) -> bool:
    now: FileState | None = read_state(root, path)
    gone_back = False
    for record in standing:
        if path not in record.files:
            continue
        if record.commit is not None or record.note == SWITCHED_OFF:
            break
        before, after = store.states(record.turn)
        if after.get(path) != now:
            break
        now, gone_back = before.get(path), True
    return gone_back and branch.is_in(commit, path, now)
