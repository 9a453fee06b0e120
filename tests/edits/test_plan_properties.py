"""For any file and any edits of it, in any syntax and with any tolerated damage: the intended bytes, or nothing.

The cases are made from seeds; `python -m benchmarks.edits.labelled` runs tens of thousands more of them.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.edits.locate import Located, locate
from agent.edits.parse import parse_reply
from agent.edits.plan import plan_edits
from agent.edits.source import MemorySource
from agent.edits.types import Edit
from benchmarks.edits.cases import make_case
from benchmarks.edits.run_cases import outcome

CASES = int(os.environ.get("EDIT_CASES", "1600"))


@pytest.mark.parametrize("part", range(4))
def test_a_reply_gives_the_intended_bytes_or_nothing(part: int) -> None:
    for seed in range(1_000_000 + part, 1_000_000 + CASES, 4):
        case = make_case(seed)
        if case is None:
            continue
        found = outcome(case)
        assert found in ("exact", "refused"), (seed, case.format, case.damage)
        if case.damage == "none" and case.unique:
            assert found == "exact", (seed, case.format)


LINE = st.sampled_from(
    ["a", "b", "    a", "\ta", "        b", "", "  ", "a  ", "‘a’", "'a'", "...", "x = 1", "}", "a\u00a0b", "a b"]
)
TEXTS = st.lists(LINE, max_size=12).map("\n".join)


@settings(max_examples=600, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["search-replace", "json", "diff"]), st.sampled_from(["\n", "\r\n"]))
def test_nothing_outside_the_place_changes_whatever_is_searched(
    text: str, old: str, new: str, form: str, newline: str
) -> None:
    text = text.replace("\n", newline)
    found = locate(Edit("replace", "t", old=old, new=new, format=form), text)
    if isinstance(found, Located):
        assert 0 <= found.start <= found.end <= len(text)
        assert old.strip()
        assert 1 <= found.start_line <= found.end_line
        if "\r\n" in text:
            assert "\n" not in found.new.replace("\r\n", "")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), TEXTS, TEXTS)
def test_no_content_however_odd_raises(data: bytes, old: str, new: str) -> None:
    source = MemorySource({"t.txt": data, "u.py": data})
    edits = [
        Edit("replace", "t.txt", old=old, new=new),
        Edit("write", "u.py", new=new),
        Edit("replace", "t.txt", old=old, new=new, every=True),
    ]
    plan = plan_edits(edits, source, mend=False)
    assert len(plan.outcomes) == 3
    for change in plan.changes:
        assert change.before == data


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_no_text_is_taken_for_an_edit_of_a_file_by_accident(text: str) -> None:
    assert parse_reply(text, known_paths=["a.py"]).edits == ()
