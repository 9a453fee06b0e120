"""The wording's opinion: what it reads that no lexicon knows, and what it may never overrule."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.bench.routing import load_cases
from agent.routing import route, wording
from agent.routing.shape import shape
from agent.routing.types import LABELS
from benchmarks.routing.fit_rules import fit_wording


def best(text: str, table: wording.Weights | None = None) -> str:
    logs = wording.logs(shape(text), table)
    return max(logs, key=lambda label: logs[label])


@given(st.text(max_size=300))
def test_any_text_gets_a_distribution(text: str) -> None:
    logs = wording.logs(shape(text))
    assert set(logs) == set(LABELS)
    assert math.isclose(sum(math.exp(p) for p in logs.values()), 1, abs_tol=1e-4)


def test_words_of_an_invented_language_are_learnt_from_labelled_requests() -> None:
    cases = load_cases("held")
    made = [
        type(cases[0])(id=str(n), request=f"{verb} zib{n} lo", label=label)
        for n in range(4)
        for verb, label in (("florbu", "edit"), ("quonkat", "search"))
    ]
    table = fit_wording([*cases, *made])
    assert best("florbu wix lo", table) == "edit"
    assert best("quonkat wix lo", table) == "search"
    assert best("kwonkat wix lo", table) == "search"  # mistyped: pieces of the word are known


def test_without_weights_it_has_no_opinion() -> None:
    assert len(set(wording.logs(shape("fix the bug"), {}).values())) == 1


@pytest.mark.parametrize(
    "request_",
    [
        "don't touch anything, but explain the cache",
        "Don't change the code but tell me what's slow",
        "no edits: could merge() be quadratic?",
        "ändere nichts, aber sag mir was es tut",
    ],
)
def test_hands_off_everything_is_never_an_edit(request_: str) -> None:
    assert route(request_).alternatives["edit"] == 0


@pytest.mark.parametrize(
    "request_",
    [
        "Don't touch the public API, but make the internals of Buffer faster.",
        "don't edit the tests; just fix the import in app.py",
        "Leave the schema alone, but add an index on email",
    ],
)
def test_hands_off_a_part_leaves_the_rest_to_be_edited(request_: str) -> None:
    assert route(request_).alternatives["edit"] > 0.5


@pytest.mark.parametrize(
    "pasted",
    [
        "bash: ./run.sh: Permission denied",
        "main.c:(.text+0x1f): undefined reference to `sqrt'\ncollect2: error: ld returned 1 exit status",
        "error: linker `cc` not found\n  |\n  = note: No such file or directory (os error 2)",
        "CMake Error at CMakeLists.txt:7 (find_package):\n  Could not find a package configuration file",
    ],
)
def test_an_error_message_pasted_without_a_word_is_explained(pasted: str) -> None:
    assert route(pasted).tool == "explain"
