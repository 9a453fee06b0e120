"""Requests with several intents."""

from __future__ import annotations

import pytest

from agent.routing import plan_steps


def tools(request: str) -> list[str]:
    return [step.tool for step in plan_steps(request)]


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("find where the tax is computed, fix it, and run the tests", ["search", "edit", "test"]),
        ("run the tests and fix whatever fails", ["test", "edit"]),
        ("explain the parser, then rename it to Reader", ["explain", "edit"]),
        ("fix the typo and run pytest", ["edit", "test"]),
        ("finde die Funktion summe, korrigiere sie und führe die Tests aus", ["search", "edit", "test"]),
        ("cherche la fonction total, corrige-la puis lance les tests", ["search", "edit", "test"]),
    ],
)
def test_each_intent_is_a_step_in_order(request_: str, wanted: list[str]) -> None:
    assert tools(request_) == wanted


@pytest.mark.parametrize(
    "request_",
    [
        "add a and b to the signature of f",
        "fix the bug in calc.py",
        "rename read and write to load and save",
        "why does it fail on Windows and Linux?",
        "move the constants, the helpers and the tests to one file",
    ],
)
def test_one_intent_stays_one_step(request_: str) -> None:
    assert len(plan_steps(request_)) <= 1


def test_every_part_of_the_request_is_in_some_step() -> None:
    steps = plan_steps("find where the tax is computed, fix the rounding, and run the tests")
    assert [s.request for s in steps] == ["find where the tax is computed", "fix the rounding", "run the tests"]


@pytest.mark.parametrize(
    "request_",
    ["explain the bug and don't fix it", "find the caller and tell me why it fails, without changing anything"],
)
def test_no_step_edits_when_nothing_may_be_changed(request_: str) -> None:
    assert "edit" not in tools(request_)


def test_a_pasted_traceback_is_not_cut_into_steps() -> None:
    assert (
        plan_steps('fix this, then run the tests\nTraceback (most recent call last):\n  File "a.py"\nKeyError: 1') == []
    )
