"""How a program with candidates built in takes part in the search: it judges what it can hold, the pool the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from agent.repair.meta import embeddable, grammar_for
from agent.repair.meta_run import MetaRun
from agent.repair.pool import Pool
from agent.repair.scratch import Scratch
from agent.repair.targets import Target
from agent.repair.types import Candidate, joined

AT_ONCE = 6
"""The likeliest candidates go to the pool all the same: it has a verdict before the build is done."""
EARLY = 150
"""Those among so many of the likeliest that cannot be built in go to the pool at once; each costs a run of the command
and the builds a core, so the others wait until the builds have ended."""
LATE = 15.0
"""Nats by which one that did not end falls back in the pool: each costs there as long as a run may take."""
MOST_HELD = 3_000
"""Candidates that wait for a build; more are not come to."""


class MetaSearch:
    """Holds back the candidates that are built in; gives the pool those that pass, and in the end those not judged."""

    def __init__(
        self, run: MetaRun, scratch: Scratch, base: str, held: Sequence[Candidate], later: Sequence[Candidate]
    ) -> None:
        self._run, self._scratch, self._base, self._held, self._later = run, scratch, base, held, later
        self._settled = self._ended = False

    @property
    def alive(self) -> bool:
        """Still building or running."""
        return self._run.thread.is_alive()

    @property
    def judged(self) -> int:
        """How many candidates it has tried."""
        return len(self._run.judged) + len(self._run.pairs)

    def settle(self, pool: Pool) -> bool:
        """Whether there is, or may be, more to come from it; when it has tried the single edits, the rest of them goes
        to the pool, once."""
        if not self._run.singles_done.is_set():
            return True
        if not self._ended and not self.alive:
            self._ended = True
            pool.use(99)
            for pair in self._run.pairs:
                pool.skip(_together(self._base, [self._held[number] for number in pair]))
        if self._settled:
            return self.alive
        self._settled = True
        late = self._run.late
        rest = [
            replace(candidate, score=candidate.score - LATE) if number in late else candidate
            for number, candidate in enumerate(self._held)
            if number not in self._run.judged
        ]
        rest += self._later
        for candidate in rest:
            pool.put(candidate)
        return bool(rest) or self.alive

    def close(self) -> None:
        """End it."""
        self._run.stop()
        self._run.thread.join(3.0)
        self._scratch.close()


def begin(
    root: Path,
    command: str,
    targets: Mapping[str, Target],
    base: Mapping[str, str],
    singles: Sequence[Candidate],
    pool: Pool,
    failing: Sequence[str],
    seconds: float,
    jobs: int,
    variables: Mapping[str, str],
) -> MetaSearch | None:
    """Start building, when a target's language allows it; puts every candidate that is not built in into the pool."""
    path = next((single.path for single in singles if grammar_for(single.path)), "")
    own = [single for single in singles if single.path == path][:MOST_HELD] if path else []
    fit = embeddable(path, base[path], [single.mutations[0] for single in own]) if own else {}
    if len(fit) < 8:
        for single in singles:
            pool.put(single)
        return None
    places = sorted(fit)
    chosen = [own[number] for number in places]
    later: list[Candidate] = []
    kept = {id(candidate) for candidate in chosen}
    for rank, single in enumerate(singles):
        if rank < AT_ONCE or (rank < EARLY and id(single) not in kept):
            pool.put(single)
        elif id(single) not in kept:
            later.append(single)
    scratch = Scratch(root, "meta")
    scratch.variables = dict(variables)
    scratch.write({p: targets[p].encoded(text) for p, text in base.items() if text != targets[p].text})

    def passing(numbers: tuple[int, ...]) -> None:
        # A failing baseline may have ended long before the last test: its time says little.
        pool.put(_together(base[path], [chosen[number] for number in numbers]), first=True, patient=True)

    run = MetaRun(
        scratch,
        command,
        targets[path],
        base[path],
        [single.mutations[0] for single in chosen],
        [fit[number] for number in places],
        scores=[single.score for single in chosen],
        failing=failing,
        seconds=seconds,
        jobs=jobs,
        passing=passing,
    )
    run.start()
    return MetaSearch(run, scratch, base[path], chosen, later)


def _together(base: str, edits: Sequence[Candidate]) -> Candidate:
    """One edit, or two as one."""
    return edits[0] if len(edits) == 1 else joined(base, edits[0], edits[1], edits[0].score + edits[1].score)
