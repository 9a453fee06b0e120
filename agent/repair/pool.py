"""Judging candidates on all cores: one worker thread per scratch copy, one queue, likeliest first, each text once."""

from __future__ import annotations

import heapq
import itertools
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from agent.repair.difference import difference
from agent.repair.types import Candidate, Splice, SplicedText, Verdict

FIRST = 1e9
"""By how much what is put first precedes the rest."""


class Bench(Protocol):
    """A place that judges one candidate at a time."""

    def judge(self, texts: Mapping[str, str], *, patient: bool = False, detail: bool = False) -> Verdict:
        """Run the tests with these texts. `patient` allows more time, `detail` asks for the failures' words."""

    def close(self) -> None:
        """Give everything back."""


@dataclass(order=True)
class _Entry:
    key: float
    number: int
    candidate: Candidate = field(compare=False)
    mark: int = field(compare=False)
    patient: bool = field(compare=False, default=False)


class Pool:
    """Workers that take candidates from a queue. `results` yields (candidate, verdict) in the order they are done."""

    def __init__(self, benches: Sequence[Bench], base: Mapping[str, str]) -> None:
        self.results: queue.Queue[tuple[Candidate, Verdict]] = queue.Queue()
        self.tried = 0
        self.busy = 0
        self._base = dict(base)
        self._heap: list[_Entry] = []
        self._seen: set[int] = {self._print(self._base)}
        self._waiting: set[int] = set()
        """What is in the queue; one that is there twice is judged once."""
        self._numbers = itertools.count()
        self._ready = threading.Condition()
        self._closed = False
        self._limit = len(benches)
        self._late: dict[int, _Entry] = {}
        self._passed_elsewhere: set[int] = set()
        self.failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._work, args=(bench, index), daemon=True) for index, bench in enumerate(benches)
        ]
        for thread in self._threads:
            thread.start()

    def _print(self, texts: Mapping[str, str]) -> int:
        """The same for the same texts, however they were put together."""
        changed: list[tuple[str, int, int, str]] = []
        for path in texts:
            before = self._base.get(path, "")
            if isinstance(texts, SplicedText) and texts.base == before:
                splices = texts.splices
            else:
                splices = (Splice(0, len(before), texts[path]),)
            region = difference(before, splices)
            if region[0] != region[1] or region[2]:
                changed.append((path, *region))
        return hash(tuple(sorted(changed)))

    def put(self, candidate: Candidate, *, first: bool = False, patient: bool = False) -> bool:
        """Queue a candidate, unless its text was queued before. `first`: before everything else; `patient`: with more
        time, for one that has passed elsewhere: if it ran out of time here, it is judged once more."""
        mark = self._print(candidate.texts)
        with self._ready:
            if patient:
                self._passed_elsewhere.add(mark)
            known = mark in self._seen
            if known and not (patient and (mark in self._late or mark in self._waiting)):
                return False
            self._late.pop(mark, None)
            self._seen.add(mark)
            key = -candidate.score - (FIRST if first else 0.0)
            self._push(_Entry(key, next(self._numbers), candidate, mark, patient))
        return True

    def _push(self, entry: _Entry) -> None:
        heapq.heappush(self._heap, entry)
        self._waiting.add(entry.mark)
        self._ready.notify()

    @property
    def _next(self) -> _Entry | None:
        while self._heap and self._heap[0].mark not in self._waiting:
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else None

    def skip(self, candidate: Candidate) -> None:
        """Do not judge this text: it was tried elsewhere."""
        with self._ready:
            self._seen.add(self._print(candidate.texts))

    def use(self, workers: int) -> None:
        """How many workers may run at once (fewer while a model wants the cores)."""
        with self._ready:
            self._limit = workers
            self._ready.notify_all()

    def best_waiting(self) -> float | None:
        """The score of the candidate that comes next; None when none waits."""
        with self._ready:
            entry = self._next
            return -entry.key if entry is not None else None

    def retry_late(self) -> int:
        """Queue those that ran out of time once more, with more time. Returns how many."""
        with self._ready:
            late, self._late = self._late, {}
            for entry in late.values():
                self._push(entry)
        return len(late)

    @property
    def idle(self) -> bool:
        """Nothing waits and nobody works."""
        with self._ready:
            return self._next is None and self.busy == 0

    def _mine(self, index: int) -> _Entry | None:
        """What a worker may take now: one that rests takes what was put first all the same (a model waits for its
        verdict, or it has passed elsewhere)."""
        entry = self._next
        return entry if entry is not None and (index < self._limit or entry.key < -FIRST / 2) else None

    def _work(self, bench: Bench, index: int) -> None:
        while True:
            with self._ready:
                while not self._closed and (entry := self._mine(index)) is None:
                    self._ready.wait(0.2)
                if self._closed or entry is None:
                    return
                heapq.heappop(self._heap)
                self._waiting.discard(entry.mark)
                self.busy += 1
            verdict = Verdict(False)
            try:
                verdict = bench.judge(
                    {**self._base, **entry.candidate.texts},
                    patient=entry.patient,
                    detail=entry.candidate.origin == "model",
                )
            except (OSError, ConnectionError, ValueError) as error:
                self.failures.append(error)
            finally:
                with self._ready:
                    self.busy -= 1
                    self.tried += 1
                    if verdict.timed_out and not entry.patient:
                        again = replace(entry, patient=True)
                        if entry.mark in self._passed_elsewhere:
                            self._push(replace(again, key=entry.key - FIRST))
                        else:
                            self._late[entry.mark] = again
                self.results.put((entry.candidate, verdict))

    def close(self) -> None:
        """Stop the workers; a running judgement ends with its bench."""
        with self._ready:
            self._closed = True
            self._heap.clear()
            self._ready.notify_all()

    def join(self, timeout: float = 3.0) -> None:
        """Wait for the workers to have stopped."""
        for thread in self._threads:
            thread.join(timeout)


Opener = Callable[[int], Bench]
