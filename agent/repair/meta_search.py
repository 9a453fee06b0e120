"""How a program with candidates built in takes part in the search: it judges what it can hold, the pool the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from agent.repair.meta import embeddable, grammar_for
from agent.repair.meta_run import MetaRun
from agent.repair.pool import Pool
from agent.repair.scratch import Scratch
from agent.repair.targets import Target
from agent.repair.types import Candidate

AT_ONCE = 6
"""The likeliest candidates go to the pool all the same: it has a verdict before the build is done."""
EARLY = 150
"""Those among so many of the likeliest that cannot be built in go to the pool at once; each costs a run of the command
and the builds a core, so the others wait until the builds have ended."""
MOST_HELD = 3_000
"""Candidates that wait for a build; more are not come to."""


class MetaSearch:
    """Holds back the candidates that are built in; gives the pool those that pass, and in the end those not judged."""

    def __init__(self, run: MetaRun, scratch: Scratch, held: dict[int, Candidate], later: Sequence[Candidate]) -> None:
        self._run, self._scratch, self._held, self._later = run, scratch, held, later
        self._settled = False

    @property
    def alive(self) -> bool:
        """Still building or running."""
        return self._run.thread.is_alive()

    @property
    def judged(self) -> int:
        """How many candidates it has tried."""
        return len(self._run.judged)

    def settle(self, pool: Pool) -> bool:
        """Whether there is, or may be, more to come from it; when it has ended, the rest goes to the pool, once."""
        if self.alive:
            return True
        if self._settled:
            return False
        self._settled = True
        pool.use(99)
        rest = [candidate for number, candidate in self._held.items() if number not in self._run.judged]
        rest += self._later
        for candidate in rest:
            pool.put(candidate)
        return bool(rest)

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
    held = dict(enumerate(chosen))
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

    def passing(number: int) -> None:
        # A failing baseline may have ended long before the last test: its time says little.
        pool.put(chosen[number], first=True, patient=True)

    run = MetaRun(
        scratch,
        command,
        targets[path],
        base[path],
        [single.mutations[0] for single in chosen],
        [fit[number] for number in places],
        failing=failing,
        seconds=seconds,
        jobs=jobs,
        passing=passing,
    )
    run.start()
    return MetaSearch(run, scratch, held, later)
