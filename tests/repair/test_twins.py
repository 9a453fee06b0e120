"""The same fault twice in one line is one candidate."""

from __future__ import annotations

import pytest

from agent.repair.templates import neutral, python
from agent.repair.twins import MOST_SITES, twins
from agent.repair.types import Candidate, Mutation, SplicedText


def candidates(path: str, text: str, mutations: list[Mutation]) -> list[Candidate]:
    """Each edit as a candidate, all equally likely."""
    return [
        Candidate(SplicedText(path, text, m.splices), "search", m.family, 0.0, m.line, (m,), path) for m in mutations
    ]


@pytest.mark.parametrize(
    ("path", "text", "meant"),
    [
        ("grid.py", "def out(r, c, n, m):\n    return r > n or c > m\n", "return r >= n or c >= m"),
        ("grid.py", "def mean(a, b, c):\n    return a - b - c\n", "return a + b + c"),
        ("grid.js", "function out(r, c, n, m) {\n  return r > n || c > m;\n}\n", "return r >= n || c >= m;"),
        ("Grid.java", "class Grid {\n  int f(int[] a) {\n    return a[0] * a[0];\n  }\n}\n", "return a[1] * a[1];"),
    ],
)
def test_a_fault_made_twice_in_a_line_is_mended_by_one_candidate(path: str, text: str, meant: str) -> None:
    lines = dict.fromkeys(range(1, text.count("\n") + 1), 1.0)
    made = python.mutations(text, lines, {}) if path.endswith(".py") else neutral.mutations(path, text, lines)
    found = [c.texts[path] for c in twins({path: text}, candidates(path, text, list(made)))]
    assert any(meant in each for each in found)
    assert len(found) == len(set(found))


def test_a_line_that_says_the_same_many_times_is_left_alone() -> None:
    row = " + ".join(["a"] * (MOST_SITES + 3))
    text = f"def f(a):\n    return {row}\n"
    made = candidates("f.py", text, list(python.mutations(text, {2: 1.0}, {})))
    for twin in twins({"f.py": text}, made):
        assert 2 <= len(twin.mutations[0].splices) <= MOST_SITES
