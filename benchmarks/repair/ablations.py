"""What each part of the search is worth: `python -m benchmarks.repair ablations`. Ranks alone, as in `ranks`.

A candidate's verdict does not depend on the order, so each is run once a bug, whatever leaves it in.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.repair import localise
from agent.repair.naturalness import Naturalness
from agent.repair.priors import PRIORS
from agent.repair.ranking import ranked
from agent.repair.templates import python
from agent.repair.types import Mutation, Trace, spliced
from benchmarks.repair import ranks
from benchmarks.repair.corpus import Bug

GROUPS: Mapping[str, tuple[str, ...]] = {
    "operators": ("compare", "arithmetic", "boolean", "augmented", "sign", "operand_swap", "operand_drop", "regroup"),
    "constants": ("constant_number", "constant_bool", "constant_none", "constant_string", "string", "initial"),
    "names": (
        "name",
        "name_to_constant",
        "name_to_expression",
        "attribute",
        "assign_target",
        "undefined_name",
        "missing_self",
        "unread",
    ),
    "calls": (
        "method",
        "function",
        "argument_swap",
        "argument_drop",
        "argument_add",
        "argument_value",
        "call_added",
        "lambda",
    ),
    "conditions": ("negate", "condition_add", "condition_drop", "condition_replace", "ternary", "branch"),
    "values": (
        "off_by_one",
        "wrap",
        "unwrap",
        "clamp",
        "slice",
        "index",
        "index_added",
        "range",
        "iterable",
        "operand_add",
        "safe_get",
        "comprehension",
        "display",
        "element_swap",
        "element_drop",
    ),
    "statements": (
        "delete",
        "swap",
        "move",
        "dedent",
        "indent",
        "flow",
        "return_value",
        "return_wrap",
        "statement_kind",
        "split_assignment",
    ),
    "insertions": (
        "early_return",
        "guard",
        "flow_insert",
        "return_insert",
        "missing_return",
        "statement_insert",
        "copy",
        "define_name",
    ),
}


@dataclass
class Case:
    """One bug with its trace, its edits, and the verdicts so far: 0 fails, 1 passes what is shown, 2 is right."""

    bug: Bug
    trace: Trace
    suspicion: Mapping[int, float]
    edits: Sequence[Mutation]
    verdicts: dict[str, int] = field(default_factory=dict)

    def verdict(self, mutation: Mutation) -> int:
        """Run the calls of the bug's program on the edited text, once for each text."""
        text = spliced(self.bug.text, mutation.splices)
        if text not in self.verdicts:
            self.verdicts[text] = ranks.verdict(self.bug, self.trace, text)
        return self.verdicts[text]


def variants(case: Case) -> dict[str, Callable[[], list[Mutation]]]:
    """The name of each ablation → the order in which it tries the edits."""
    natural = Naturalness([case.bug.text])

    def order(
        edits: Sequence[Mutation],
        suspicion: Mapping[int, float] = case.suspicion,
        model: Naturalness | None = natural,
        priors: Mapping[str, float] = PRIORS,
    ) -> list[Mutation]:
        return [mutation for _, mutation in ranked(case.bug.text, edits, suspicion, model, priors=priors)]

    def unlocalised() -> list[Mutation]:
        every = localise.everywhere(case.bug.text)
        return order(python.mutations(case.bug.text, every, case.trace.types), every)

    def without(families: tuple[str, ...]) -> Callable[[], list[Mutation]]:
        return lambda: order([mutation for mutation in case.edits if mutation.family not in families])

    even = dict.fromkeys(PRIORS, 1.0 / len(PRIORS))
    return {
        "everything": lambda: order(case.edits),
        "no localisation": unlocalised,
        "no naturalness": lambda: order(case.edits, model=None),
        "no priors": lambda: order(case.edits, priors=even),
        "neither of the two": lambda: order(case.edits, model=None, priors=even),
        "in the order of the text": lambda: list(case.edits),
        **{f"without {group}": without(families) for group, families in GROUPS.items()},
    }


def measure(bug: Bug, most: int = 300) -> dict[str, tuple[int, int]]:
    """Ablation → (rank of the first edit that passes, of the first that is right); 0 for none among `most`."""
    signal.signal(signal.SIGVTALRM, ranks.late)
    trace = ranks.trace(bug)
    suspicion = localise.suspicions(trace, "program.py", bug.text)
    case = Case(bug, trace, suspicion, python.mutations(bug.text, suspicion, trace.types))
    found: dict[str, tuple[int, int]] = {}
    for name, edits in variants(case).items():
        plausible = 0
        found[name] = (0, 0)
        for number, mutation in enumerate(edits()[:most], 1):
            verdict = case.verdict(mutation)
            plausible = plausible or (number if verdict else 0)
            found[name] = (plausible, 0)
            if verdict == 2:
                found[name] = (plausible, number)
                break
    return found


def show(rows: Sequence[Mapping[str, tuple[int, int]]]) -> None:
    """Print the table, ready for the docs."""
    total = max(1, len(rows))
    print(f"| {len(rows)} bugs | right in 30 | right in 100 | right in 300 | the first that passes is right |")
    print("|---|---|---|---|---|")
    for name in rows[0] if rows else ():
        pairs = [row[name] for row in rows]
        within = [sum(0 < right <= limit for _, right in pairs) / total for limit in (30, 100, 300)]
        first = sum(passing == right > 0 for passing, right in pairs) / total
        print(f"| {name} | {' | '.join(f'{share:.0%}' for share in (*within, first))} |")
