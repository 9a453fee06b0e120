"""Finding the one place of an edit in a file, or saying why there is none."""

from __future__ import annotations

from agent.edits.locate.locate import locate
from agent.edits.locate.result import Located, Miss
from agent.edits.locate.symbols import Symbol
from agent.edits.locate.text import FileText

__all__ = ["FileText", "Located", "Miss", "Symbol", "locate"]
