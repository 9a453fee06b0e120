"""Requests that lean on the turn before."""

from __future__ import annotations

import pytest

from agent.routing import RouteContext, route

EDITED = RouteContext("fix the bug in a.py", "edit", "Changed a.py: the last element is counted.")
EXPLAINED = RouteContext("why is total() wrong?", "explain", "It skips the last element. Shall I fix it?")
OFFERED_TESTS = RouteContext("rename foo", "edit", "Renamed it in 3 files. Do you want me to run the tests?")
FAILED = RouteContext("run the tests", "test", "2 failed, 8 passed.")
FOUND = RouteContext("where is Foo used?", "search", "In 3 places.")


@pytest.mark.parametrize(
    ("context", "request_", "tool"),
    [
        (EDITED, "now the same in b.py", "edit"),
        (EDITED, "undo that", "edit"),
        (EDITED, "also in utils.py", "edit"),
        (EXPLAINED, "yes", "edit"),
        (EXPLAINED, "do it", "edit"),
        (EXPLAINED, "ja bitte", "edit"),
        (EXPLAINED, "sí, por favor", "edit"),
        (OFFERED_TESTS, "yes please", "test"),
        (OFFERED_TESTS, "go ahead", "test"),
        (FAILED, "again", "test"),
        (FAILED, "fix them", "edit"),
        (FAILED, "why?", "explain"),
        (FOUND, "and Bar?", "search"),
        (EDITED, "thanks!", "chat"),
        (EDITED, "run the tests now", "test"),
        (EDITED, "and now run it", "test"),
        (EDITED, "и теперь запусти тесты", "test"),
        (EDITED, "Looks good!", "chat"),
        (EDITED, "b.py too", "edit"),
        (EDITED, "撤销", "edit"),
        (EXPLAINED, "sounds good", "edit"),
        (EXPLAINED, "yes, but don't touch the tests", "edit"),
        (EXPLAINED, "yes, but don't change anything", "explain"),
        (EXPLAINED, "never mind", "chat"),
        (EXPLAINED, "then leave it as it is", "chat"),
        (FAILED, "only test_total", "test"),
        (FOUND, "replace them all with Bar", "edit"),
    ],
)
def test_a_follow_up_is_read_with_the_turn_before(context: RouteContext, request_: str, tool: str) -> None:
    assert route(request_, context).tool == tool


@pytest.mark.parametrize("request_", ["no", "no thanks", "nein", "cancel"])
def test_declining_an_offer_changes_nothing(request_: str) -> None:
    assert route(request_, EXPLAINED).tool in ("chat", "unclear")


@pytest.mark.parametrize("request_", ["yes", "do it", "the same in b.py"])
def test_without_a_turn_before_a_follow_up_is_no_edit(request_: str) -> None:
    assert route(request_).tool in ("chat", "unclear")


def test_a_whole_request_after_another_turn_is_read_on_its_own() -> None:
    assert route("where is the database password read from?", EDITED).tool == "search"
    assert route("don't change it, just explain the second branch", EDITED).tool == "explain"
