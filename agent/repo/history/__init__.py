"""Every turn that wrote, recorded so that it can be taken back to the byte: `History` in git, `FileHistory` outside.

records.py says what a turn is, git_store.py and file_store.py keep turns, branch.py makes and takes back the commit on
the person's branch, core.py puts them together: record, undo, redo, log, diff, prune.
"""

from __future__ import annotations

from pathlib import Path

from agent.repo.history.core import FileHistory, History
from agent.repo.history.records import FileState, Recorded, TurnRecord, Undone

__all__ = ["FileHistory", "FileState", "History", "Recorded", "TurnRecord", "Undone", "init"]


def init(folder: Path) -> str:
    """Make `folder` a git repository, with nothing committed. Returns what was done, in a sentence. Raises InTheWay."""
    from agent.repo.git import init as make

    root = make(folder).root
    return f"{root} is a git repository now. Nothing is committed; `git add` and `git commit` your files to start."
