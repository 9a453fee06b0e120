"""Where the journal and the backups of a root are kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from agent.errors import InTheWay


def state_folder(root: Path, git_dir: Path | None, environ: Mapping[str, str] | None = None) -> Path:
    """`agent/` in the git directory; outside git a folder of the root's own in the person's state folder.

    The state folder (`$XDG_STATE_HOME`, else `~/.local/state`) rather than the root itself, so that a folder that
    is edited holds nothing but the person's files.
    """
    if git_dir is not None:
        return git_dir / "agent"
    env = os.environ if environ is None else environ
    base = env.get("XDG_STATE_HOME") or str(Path(env.get("HOME") or "~").expanduser() / ".local" / "state")
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    return Path(base) / "agent" / "folders" / name


def journal_path(state: Path) -> Path:
    """The journal of the write that is going on, or was interrupted."""
    return state / "journal.json"


def make_state_folder(state: Path) -> None:
    """Make the folder, readable by its owner only. Raises InTheWay."""
    try:
        if not state.is_dir():
            state.parent.mkdir(parents=True, exist_ok=True)
            state.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise InTheWay(
            f"{state} cannot be made: {error.strerror}.", "The journal of every write is kept there."
        ) from None
