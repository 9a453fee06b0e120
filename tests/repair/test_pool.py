"""Which candidate is judged when the cores are wanted elsewhere."""

from __future__ import annotations

import queue
from collections.abc import Mapping

import pytest

from agent.repair.pool import Pool
from agent.repair.types import Candidate, Verdict


class Judge:
    """A bench that accepts whatever holds `right`."""

    def judge(self, texts: Mapping[str, str], *, patient: bool = False, detail: bool = False) -> Verdict:
        return Verdict("right" in texts["a.py"])

    def close(self) -> None:
        pass


def test_a_models_answer_is_judged_by_a_worker_that_rests() -> None:
    pool = Pool([Judge()], {"a.py": "wrong"})
    try:
        pool.use(0)
        pool.put(Candidate({"a.py": "another"}, "search", path="a.py"))
        with pytest.raises(queue.Empty):
            pool.results.get(timeout=0.5)
        pool.put(Candidate({"a.py": "right"}, "model", path="a.py"), first=True)
        candidate, verdict = pool.results.get(timeout=5)
        assert candidate.origin == "model"
        assert verdict.passed
        pool.use(1)
        assert pool.results.get(timeout=5)[0].origin == "search"
    finally:
        pool.close()


class Slow:
    """A bench that has time for what is right only when it is patient."""

    def judge(self, texts: Mapping[str, str], *, patient: bool = False, detail: bool = False) -> Verdict:
        return Verdict(patient, timed_out=not patient)

    def close(self) -> None:
        pass


def test_what_ran_out_of_time_here_and_passed_elsewhere_is_judged_once_more() -> None:
    pool = Pool([Slow()], {"a.py": "wrong"})
    candidate = Candidate({"a.py": "right"}, "search", path="a.py")
    try:
        pool.put(candidate)
        assert pool.results.get(timeout=5)[1].timed_out
        pool.put(candidate, first=True, patient=True)
        assert pool.results.get(timeout=5)[1].passed
    finally:
        pool.close()


def test_what_waits_here_and_passed_elsewhere_is_judged_at_once_and_once() -> None:
    pool = Pool([Slow()], {"a.py": "wrong"})
    candidate = Candidate({"a.py": "right"}, "search", path="a.py")
    try:
        pool.use(0)
        pool.put(candidate)
        with pytest.raises(queue.Empty):
            pool.results.get(timeout=0.3)
        pool.put(candidate, first=True, patient=True)
        assert pool.results.get(timeout=5)[1].passed
        pool.use(1)
        with pytest.raises(queue.Empty):
            pool.results.get(timeout=0.5)
        assert pool.idle
    finally:
        pool.close()
