"""The search: candidates into the pool, verdicts out of it, until something passes and its rivals have been tried."""

from __future__ import annotations

import queue
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.events import Event, Tried
from agent.repair.building import followed
from agent.repair.candidates import around
from agent.repair.pool import Pool
from agent.repair.preparing import Ground
from agent.repair.types import Candidate, Verdict, edits, joined, overlap

if TYPE_CHECKING:
    from agent.repair.asking import Asker
    from agent.repair.meta_search import MetaSearch

RIVAL = 2.0
"""After a candidate passes, those at most this many nats less likely are tried too, within `GRACE` seconds."""
GRACE = 3.0
REPORT_SECONDS = 0.5


@dataclass
class Findings:
    """What the search has seen so far."""

    winners: list[Candidate] = field(default_factory=list)
    partial: list[tuple[int, Candidate]] = field(default_factory=list)
    """Candidates that mended some failing tests, with how many; of a plain script, that came so many lines further."""
    best_fixed: int = 0
    first_win: float = 0.0
    seconds_judging: float = 0.0
    timeouts: int = 0

    def best_partial(self, most: int) -> list[Candidate]:
        """The partial successes that came furthest, the likeliest of them first."""
        return [c for _, c in sorted(self.partial, key=lambda item: (-item[0], -item[1].score))[:most]]


class Watcher:
    """Takes verdicts as they come, feeds the model's back to it, and says when enough has been seen."""

    def __init__(
        self,
        pool: Pool,
        found: Findings,
        ground: Ground,
        base: Mapping[str, str],
        total: int,
        begun: float,
        workers: int,
        search: bool = True,
    ) -> None:
        self._search = search
        self.pool, self.found, self.ground, self.base = pool, found, ground, base
        self.total, self.begun, self.workers = total, begun, workers
        self.asker: Asker | None = None
        self.meta: MetaSearch | None = None
        self._reported = 0.0

    @property
    def tried(self) -> int:
        """How many candidates were judged, here and in builds."""
        return self.pool.tried + (self.meta.judged if self.meta is not None else 0)

    def share(self) -> None:
        """Divide the cores: two that judge beside a model would halve its speed."""
        others = (self.asker is not None and self.asker.alive) + (self.meta is not None and self.meta.busy)
        # What cannot be built in waits for no more than the single edits.
        least = 0 if others > 1 and self.meta is not None and not self.meta.settled else 1
        self.pool.use(max(least, self.workers - others))

    def watch(self, until: float, *, hold: bool = False, singles: bool = False) -> Generator[Event, None, str]:
        """Until something passes and its rivals are tried. Returns why it stopped: `won`, `exhausted`, `deadline`.

        With `hold` what has passed already does not end it; then it ends at the time given, with `won`. With `singles`
        it ends as at the time given when the single edits that can be built in have been tried.
        """
        while True:
            now = time.monotonic()
            if now >= until:
                return "won" if hold else "deadline"
            if not hold and self.found.winners and _settled(self.pool, self.found, now):
                return "won"
            if self.asker is not None:
                while not self.asker.events.empty():
                    yield self.asker.events.get()
            try:
                candidate, verdict = self.pool.results.get(timeout=0.05)
            except queue.Empty:
                more = self.meta is not None and self.meta.settle()
                if singles and self.meta is not None and self.meta.settled and not self.found.winners:
                    return "deadline"
                self.share()
                if more:
                    continue
                if not hold and self.pool.idle and self.pool.results.empty():
                    if self.found.winners:
                        return "won"
                    return "exhausted"
                continue
            note(self.found, candidate, verdict)
            if candidate.origin == "model" and self.asker is not None:
                self.asker.tell(candidate, verdict)
            if not verdict.passed and (candidate.origin == "model" or candidate.advised):
                better = followed(candidate, verdict) if self._search else None
                if better is None:
                    self._put_near(candidate.path, candidate.texts[candidate.path])
                else:
                    self.pool.put(better, first=True)
            if now - self._reported >= REPORT_SECONDS:
                self._reported = now
                yield Tried(
                    self.tried,
                    self.found.best_fixed,
                    self.total,
                    candidate.origin,
                    round(now - self.begun, 2),
                )

    def _put_near(self, path: str, text: str) -> None:
        """Edits of a model's answer that fails, on the lines that it changed."""
        near = around(self.ground, path, self.base[path], text) if self._search else []
        if self.meta is None or not self.meta.near(path, text, near):
            for edit in near:
                self.pool.put(edit)


def note(found: Findings, candidate: Candidate, verdict: Verdict) -> None:
    """Remember a verdict."""
    found.seconds_judging += verdict.seconds
    found.timeouts += verdict.timed_out
    if verdict.passed:
        if not found.winners:
            found.first_win = time.monotonic()
        found.winners.append(candidate)
    elif verdict.fixed:
        found.partial.append((verdict.fixed, candidate))
        found.best_fixed = max(found.best_fixed, verdict.fixed)
    elif verdict.further:
        found.partial.append((verdict.further, candidate))


def _settled(pool: Pool, found: Findings, now: float) -> bool:
    """Whether enough rivals of the best winner have been tried."""
    if now - found.first_win >= GRACE:
        return True
    waiting = pool.best_waiting()
    best = max(winner.score for winner in found.winners)
    return waiting is None or waiting < best - RIVAL


def pairs(base: Mapping[str, str], singles: list[Candidate], found: Findings, most: int = 4000) -> list[Candidate]:
    """Two edits at once: partial successes with everything near, then the likeliest singles with each other."""
    made: list[Candidate] = []
    seen: set[frozenset[int]] = set()

    def join(one: Candidate, other: Candidate, score: float) -> None:
        if one.path != other.path or not edits(one, base) or not edits(other, base):
            return
        key = frozenset((id(one), id(other)))
        if key in seen or overlap(s for m in one.mutations + other.mutations for s in m.splices):
            return
        seen.add(key)
        made.append(joined(base[one.path], one, other, score))

    for partial in found.best_partial(12):
        for single in singles[:400]:
            join(partial, single, single.score + 2.0)
    top = singles[:220]
    for index, one in enumerate(top):
        for other in top[index + 1 :]:
            if abs(one.line - other.line) <= 12:
                join(one, other, one.score + other.score)
    made.sort(key=lambda c: -c.score)
    return made[:most]
