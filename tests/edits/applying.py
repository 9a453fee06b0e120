"""Taking a reply through parse and plan over files in memory, and saying what came of it in one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.edits.parse import parse_reply
from agent.edits.plan import plan_edits
from agent.edits.source import MemorySource
from agent.edits.types import Plan

Files = Mapping[str, "str | bytes"]


def planned(
    reply: str, files: Files, *, default_path: str | None = None, named: Sequence[str] = (), finished: bool = True
) -> Plan:
    """The plan for a reply."""
    source = MemorySource(files)
    parsed = parse_reply(reply, known_paths=source.list_paths(), default_path=default_path, finished=finished)
    return plan_edits(parsed.edits, source, named=named, mend=False)


def applied(
    reply: str, files: Files, *, default_path: str | None = None, named: Sequence[str] = (), finished: bool = True
) -> dict[str, str | None] | str:
    """The files that a reply changes with their new text (None: deleted), or the word for why nothing would be written.

    `no edits`, `incomplete`, `refused`, `already`.
    """
    source = MemorySource(files)
    parsed = parse_reply(reply, known_paths=source.list_paths(), default_path=default_path, finished=finished)
    if parsed.incomplete:
        return "incomplete"
    if not parsed.edits:
        return "no edits"
    plan = plan_edits(parsed.edits, source, named=named, mend=False)
    if not plan.ok:
        return "refused"
    if not plan.changes:
        return "already"
    return {change.path: None if change.after is None else change.after.decode() for change in plan.changes}
