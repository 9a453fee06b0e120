"""How a program with candidates built in takes part in the search: it judges what it can hold, the pool the rest."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from agent.repair.meta import embeddable, grammar_for
from agent.repair.meta_run import Batch, MetaRun
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
PAIR_SECONDS = 12.0
"""How long pairs are run until what a model has said meanwhile is looked at."""
FEWEST = 8
"""Candidates that can be built in, for a build to be worth it."""
MOST_HELD = 3_000
"""Candidates that wait for a build; more are not come to."""


class MetaSearch:
    """Holds back the candidates that are built in; gives the pool those that pass, and in the end those not judged.

    A thread of its own builds and runs: the single edits first; then, whenever there are any, edits of a model's near
    miss; else the single edits two at a time.
    """

    def __init__(
        self,
        path: str,
        base: str,
        pool: Pool,
        held: Sequence[Candidate],
        later: Sequence[Candidate],
        scratch: Scratch,
        deadline: float,
        runs: Callable[[Batch, Callable[[tuple[int, ...]], None]], MetaRun],
        batch: Batch,
    ) -> None:
        self._path, self._base, self._pool, self._held, self._later = path, base, pool, held, later
        self._scratch, self._deadline, self._runs = scratch, deadline, runs
        self._near: queue.Queue[tuple[str, list[Candidate]]] = queue.Queue()
        self._run = self._now = runs(batch, self._passing)
        self._nearby = 0
        self._tried_singles = threading.Event()
        self.settled = False
        """Every single edit has been tried, or given to the pool."""
        self._busy = self._stop = False
        self._thread = threading.Thread(target=self._work, name="meta", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._busy = True
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Building or running, or about to."""
        return self._thread.is_alive() and (self._busy or self._near.unfinished_tasks > 0)

    @property
    def judged(self) -> int:
        """How many candidates it has tried."""
        return len(self._run.judged) + len(self._run.pairs) + self._nearby

    def settle(self) -> bool:
        """Whether there is, or may be, more to come from it; when it has tried the single edits, the rest of them goes
        to the pool, once."""
        if not self._tried_singles.is_set():
            return True
        if not self.settled:
            self.settled = True
            late = self._run.late
            rest = [
                _put_off(candidate) if number in late else candidate
                for number, candidate in enumerate(self._held)
                if number not in self._run.judged
            ]
            for candidate in [*rest, *self._later]:
                self._pool.put(candidate)
        return self.busy

    def near(self, path: str, text: str, edits: Sequence[Candidate]) -> bool:
        """Whether it will try the edits of a model's answer `text`; what it cannot build in goes to the pool."""
        if path != self._path or not self._thread.is_alive():
            return False
        self._near.put((text, list(edits)))
        return True

    def close(self) -> None:
        """End it."""
        self._stop = True
        self._run.stop()
        self._now.stop()
        self._thread.join(3.0)
        self._scratch.close()

    def _work(self) -> None:
        # With a full disk, or a copy that is gone since the repair has ended, nothing more comes of builds.
        with contextlib.suppress(OSError):
            try:
                self._run.singles()
            finally:
                self._tried_singles.set()
            self._rest()

    def _rest(self) -> None:
        """Edits of near misses as they come, else pairs."""
        pairs = True
        while not self._stop and time.monotonic() < self._deadline:
            try:
                text, edits = self._near.get(timeout=0.0 if pairs else 0.1)
            except queue.Empty:
                if pairs:
                    pairs = self._run.doubles(PAIR_SECONDS)
                    for pair in [] if pairs else self._run.pairs:
                        self._pool.skip(_together(self._base, [self._held[number] for number in pair]))
                self._busy = pairs
                continue
            try:
                self._judge_near(text, edits)
            finally:
                self._near.task_done()

    def _passing(self, numbers: tuple[int, ...]) -> None:
        # A failing baseline may have ended long before the last test: its time says little.
        self._pool.put(_together(self._base, [self._held[n] for n in numbers]), first=True, patient=True)

    def _judge_near(self, text: str, edits: Sequence[Candidate]) -> None:
        places, batch = built_in(self._path, text, edits)

        def passing(numbers: tuple[int, ...]) -> None:
            self._pool.put(edits[places[numbers[0]]], first=True, patient=True)

        run = self._now = self._runs(batch, passing)
        if not self._stop:
            run.singles(halving=False)
        self._nearby += len(run.judged)
        tried, late = ({places[number] for number in some} for some in (run.judged, run.late))
        for place, edit in enumerate(edits):
            if place not in tried:
                self._pool.put(_put_off(edit) if place in late else edit)


def built_in(path: str, text: str, edits: Sequence[Candidate]) -> tuple[list[int], Batch]:
    """Which of the single edits of a text can be built in, by their place in the sequence, and these as a batch."""
    fit = embeddable(path, text, [edit.mutations[0] for edit in edits])
    places = sorted(fit)
    chosen = [edits[place] for place in places]
    spans = [fit[place] for place in places]
    return places, Batch(text, [edit.mutations[0] for edit in chosen], spans, [edit.score for edit in chosen])


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
    nice: int = 0,
) -> MetaSearch | None:
    """Start building, when a target's language allows it; puts every candidate that is not built in into the pool."""
    path = next((single.path for single in singles if grammar_for(single.path)), "")
    own = [single for single in singles if single.path == path][:MOST_HELD] if path else []
    places, batch = built_in(path, base[path], own) if own else ([], None)
    if batch is None or len(places) < FEWEST:
        for single in singles:
            pool.put(single)
        return None
    chosen = [own[place] for place in places]
    later: list[Candidate] = []
    kept = {id(candidate) for candidate in chosen}
    for rank, single in enumerate(singles):
        if rank < AT_ONCE or (rank < EARLY and id(single) not in kept):
            pool.put(single)
        elif id(single) not in kept:
            later.append(single)
    scratch = Scratch(root, "meta", nice)
    scratch.variables = dict(variables)
    scratch.write({p: targets[p].encoded(text) for p, text in base.items() if text != targets[p].text})

    deadline = time.monotonic() + seconds

    def runs(batch: Batch, passing: Callable[[tuple[int, ...]], None]) -> MetaRun:
        return MetaRun(
            scratch, command, targets[path], batch, failing=failing, deadline=deadline, jobs=jobs, passing=passing
        )

    search = MetaSearch(path, base[path], pool, chosen, later, scratch, deadline, runs, batch)
    search.start()
    return search


def _put_off(candidate: Candidate) -> Candidate:
    return replace(candidate, score=candidate.score - LATE)


def _together(base: str, edits: Sequence[Candidate]) -> Candidate:
    """One edit, or two as one."""
    return edits[0] if len(edits) == 1 else joined(base, edits[0], edits[1], edits[0].score + edits[1].score)
