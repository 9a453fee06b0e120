"""The user's corrections (`/as edit`), kept on this machine as labelled requests for `agent bench route --fit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from agent.routing.calibration import folder
from agent.routing.types import LABELS, RouteContext

if TYPE_CHECKING:
    from agent.bench.routing import Case

KEPT = 5000
"""The newest corrections that are kept."""


def corrections_file() -> Path:
    """Where corrections are kept; it need not exist."""
    return folder() / "corrections.jsonl"


def record(request: str, tool: str, context: RouteContext | None = None) -> None:
    """Keep one labelled request. Raises ValueError for an unknown label and OSError when it cannot be written."""
    if tool not in LABELS:
        raise ValueError(f"{tool!r} is none of {', '.join(LABELS)}")
    case: dict[str, object] = {"request": request, "label": tool, "voice": "user", "kind": "correction"}
    if context is not None and context.follows:
        case["context"] = {
            "previous_request": context.previous_request,
            "previous_tool": context.previous_tool,
            "previous_summary": context.previous_summary,
        }
    path = corrections_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(case, ensure_ascii=False) + "\n")


def corrections() -> list[Case]:
    """The corrections so far, oldest first.

    A request corrected twice counts once, as corrected last. Damaged lines are left out.
    """
    from agent.bench.routing import case_from

    try:
        lines = corrections_file().read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    latest: dict[tuple[str, str], Case] = {}
    for line in lines[-KEPT:]:
        try:
            case = case_from(json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue
        key = (case.request, case.context.previous_request)
        latest.pop(key, None)
        latest[key] = case
    return list(latest.values())
