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


@pytest.mark.parametrize("soon", [True, False])
def test_what_ran_out_of_time_here_and_passed_elsewhere_is_judged_once_more(soon: bool) -> None:
    pool = Pool([Slow()], {"a.py": "wrong"})
    candidate = Candidate({"a.py": "right"}, "search", path="a.py")
    try:
        pool.use(0 if soon else 1)
        pool.put(candidate)
        if not soon:
            assert pool.results.get(timeout=5)[1].timed_out
        pool.put(candidate, first=True, patient=True)
        pool.use(1)
        if soon:
            assert pool.results.get(timeout=5)[1].timed_out
        assert pool.results.get(timeout=5)[1].passed
        with pytest.raises(queue.Empty):
            pool.results.get(timeout=0.5)
    finally:
        pool.close()
