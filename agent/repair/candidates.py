"""Single-edit candidates of all targets, in the order in which they shall be tried."""

from __future__ import annotations

from collections.abc import Mapping

from agent.repair import localise
from agent.repair.naturalness import Naturalness
from agent.repair.preparing import Ground
from agent.repair.ranking import ranked
from agent.repair.templates import python
from agent.repair.types import Candidate, spliced

MOST = 30_000
"""More single edits than this are not queued; the least likely are left out."""


def singles(ground: Ground, base: Mapping[str, str]) -> list[Candidate]:
    """Every template's edits of every target, likeliest first."""
    natural = Naturalness(base.values())
    made: list[Candidate] = []
    for path, text in base.items():
        if path.endswith((".py", ".pyw")) or text.startswith("#!"):
            made += _python(ground, path, text, natural)
    made.sort(key=lambda c: -c.score)
    return made[:MOST]


def _python(ground: Ground, path: str, text: str, natural: Naturalness) -> list[Candidate]:
    trace = ground.trace
    suspicion = localise.suspicions(trace, path, text) if trace else {}
    if not suspicion:
        if trace is not None and trace.loaded and any(test.lines for test in trace.tests):
            # The tests ran, and none of this file: another target holds the fault.
            return []
        suspicion = localise.everywhere(text)
    try:
        edits = python.mutations(text, suspicion, trace.types if trace else {})
    except SyntaxError:
        return []
    return [
        Candidate({path: spliced(text, mutation.splices)}, "search", mutation.family, score, mutation.line, (mutation,), path)
        for score, mutation in ranked(text, edits, suspicion, natural)
    ]
