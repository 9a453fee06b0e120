"""The end of a repair: winners confirmed with the command as it is, the best chosen, what they differ on found."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from agent.events import Event, Notice
from agent.repair.beyond import hint
from agent.repair.differing import difference_input
from agent.repair.failures import first_failure
from agent.repair.preparing import Ground
from agent.repair.searching import Findings
from agent.repair.targets import Target, changes
from agent.repair.types import Candidate, Repaired, RepairResult
from agent.repair.winners import Confirmer, broken_examples, changed_lines, minimised

SHOWN = 3
"""Winners that are kept."""
MOST_KEPT = 5
"""Winners that are confirmed where examples in docstrings may tell which of them to keep."""


def confirmed(ground: Ground, confirm: Confirmer, base: Mapping[str, str], found: Findings) -> list[Candidate]:
    """Up to three winners, the best first, that the command as it is accepts, reduced to what the tests need."""
    kept: list[Candidate] = []
    most = MOST_KEPT if any(">>> " in text for text in base.values()) else SHOWN
    for winner in sorted(found.winners, key=lambda c: -_preference(base, c)):
        if confirm.passes(winner.texts, hurried=bool(kept)):
            kept.append(minimised(confirm, base, winner))
        if len(kept) >= most:
            break
    if len(kept) > 1 and not confirm.late:
        # Stable: where the examples in docstrings say nothing, the order stays.
        kept.sort(key=lambda c: broken_examples(ground, confirm.targets, {**base, **c.texts}))
        while kept and not confirm.passes(kept[0].texts):
            del kept[0]
    return kept[:SHOWN]


def concluded(
    ground: Ground,
    files: Mapping[str, Target],
    base: Mapping[str, str],
    kept: Sequence[Candidate],
    plausible: int,
    tried: int,
    before: tuple[int, int],
    late: bool,
) -> Generator[Event, None, RepairResult]:
    failing = tuple(test.name for test in ground.trace.failing if test.name) if ground.trace else ()
    if not kept:
        said = first_failure(ground)
        yield Notice(
            f"{tried:,} candidates were tried and none passes `{ground.command}`" + (f" ({said})." if said else ".")
        )
        return RepairResult(
            False,
            changes(files, base),
            summary=f"none of {tried:,} candidates passes the tests" if tried else "the search found nothing to edit",
            tests_before=before,
            tests_after=before,
            tried=tried,
            still_failing=failing,
            hint=hint(ground.judge.root, base),
        )
    best = kept[0]
    others = tuple(
        Repaired(
            changes(files, {**base, **other.texts}),
            other.origin,
            _explained(None if late else ground, {**base, **best.texts}, {**base, **other.texts}, other),
            score=other.score,
        )
        for other in kept[1:]
    )
    return RepairResult(
        True,
        changes(files, {**base, **best.texts}),
        others,
        origin=best.origin,
        family=best.family,
        summary=f"the tests pass ({best.family or best.origin}, line {best.line}; {tried:,} candidates tried)",
        tests_before=before,
        tests_after=(sum(before), 0),
        tried=tried,
        plausible=plausible,
    )


def _explained(ground: Ground | None, best: Mapping[str, str], other: Mapping[str, str], candidate: Candidate) -> str:
    """What an alternative is, and an input on which it differs from the best where one is found."""
    words = f"{candidate.family or candidate.origin}, line {candidate.line}"
    for path in other:
        if ground is not None and best[path] != other[path]:
            found = difference_input(ground, path, best[path], other[path])
            if found is not None:
                call, chosen, here = found
                return f"{words}; {call} gives {here}, and {chosen} with the first"
    return words


def _preference(base: Mapping[str, str], candidate: Candidate) -> float:
    size = sum(changed_lines(base[path], text) for path, text in candidate.texts.items() if base[path] != text)
    return candidate.score - 0.1 * size
