"""What a process is in the middle of, for the next one to finish: one small file beside the transaction's journal."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from agent.edits.transaction.journal import write_durably


@dataclass(frozen=True)
class Intent:
    """One record, undo or redo that is going on."""

    what: Literal["record", "undo", "redo"]
    turn: int
    head: str = ""
    """The commit that the branch stood at; empty without one."""
    written: bool = False
    """The files are written; what is left is the commit and the record."""


class Intents:
    """The file that holds it."""

    def __init__(self, state: Path) -> None:
        self._path = state / "intent.json"

    def exists(self) -> bool:
        """Whether somebody was interrupted, or is at work."""
        return self._path.exists()

    def save(self, intent: Intent) -> None:
        """Say what begins."""
        write_durably(self._path, json.dumps(asdict(intent)).encode())

    def load(self) -> Intent | None:
        """What was begun and not ended."""
        try:
            return Intent(**json.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            return None

    def clear(self) -> None:
        """It is ended."""
        self._path.unlink(missing_ok=True)
