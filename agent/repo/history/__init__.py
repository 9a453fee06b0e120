"""Every turn that wrote, recorded so that it can be taken back to the byte: `History` in git, `FileHistory` outside.

records.py says what a turn is, git_store.py and file_store.py keep turns, branch.py makes and takes back the commit on
the person's branch, core.py puts them together: record, undo, redo, log, diff, prune.
"""

from __future__ import annotations

from agent.repo.history.core import FileHistory, History
from agent.repo.history.records import FileState, Recorded, TurnRecord, Undone

__all__ = ["FileHistory", "FileState", "History", "Recorded", "TurnRecord", "Undone"]
