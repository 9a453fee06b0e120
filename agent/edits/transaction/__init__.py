"""All files of a turn, or none: written beside and renamed, with a journal that the next start can finish or undo.

The protocol is write-ahead logging in four phases, each durable before the next begins:

1. `prepare`: the journal names every file that will be made; the new contents are written beside their targets and
   flushed, the old ones are kept as backups (hard links where the file system has them). A crash here is rolled back.
2. `commit`: the journal says so; the files are compared with what was read, then renamed into place. A crash here is
   completed, unless somebody has changed a file since: then it is rolled back.
3. An error in the middle makes the journal say `abort`; everything is put back from the backups.
4. The backups and then the journal are removed.

The journal and the backups live in the repository's git directory, outside git in the person's state folder.
"""

from __future__ import annotations

from agent.edits.transaction.recovery import Recovery, recover, recover_files
from agent.edits.transaction.state import journal_path, state_folder
from agent.edits.transaction.target import LINK_MODE, Target, resolve
from agent.edits.transaction.writing import write

__all__ = [
    "LINK_MODE",
    "Recovery",
    "Target",
    "journal_path",
    "recover",
    "recover_files",
    "resolve",
    "state_folder",
    "write",
]
