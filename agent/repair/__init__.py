"""Fixing with the tests as the judge: localise, search, ask a model, confirm, minimise.

`repair` is the one way in. Judged commands run in scratch copies of the work tree; nothing here writes to the work
tree itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.repair.types import Repaired, RepairResult

if TYPE_CHECKING:
    from agent.repair.repairing import repair

__all__ = ["RepairResult", "Repaired", "repair"]


def __getattr__(name: str) -> Any:
    if name == "repair":
        from agent.repair.repairing import repair

        return repair
    raise AttributeError(name)
