# ruff: noqa: E501
"""What becomes of labelled cases: exact, refused, or (never) wrong."""

from __future__ import annotations

from benchmarks.edits.cases import Case


def outcome(case: Case) -> str:
    """`exact`: the intended bytes; `refused`: nothing would be written; `nothing`: no edit was seen; `wrong`: anything else."""
    from agent.edits.parse import parse_reply
    from agent.edits.plan import plan_edits
    from agent.edits.source import MemorySource

    source = MemorySource({case.path: case.before})
    parsed = parse_reply(case.reply, known_paths=source.list_paths())
    plan = plan_edits(parsed.edits, source, mend=False)
    if not parsed.edits:
        return "nothing"
    if not plan.ok or parsed.incomplete:
        return "refused"
    after = {change.path: change.after for change in plan.changes}
    if after.get(case.path, case.before) == case.intended and set(after) <= {case.path}:
        return "exact"
    return "wrong"
