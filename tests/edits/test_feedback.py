"""What is said after a refusal is short, shows real lines to copy, and asks only for what failed."""

from __future__ import annotations

from agent.edits.feedback import describe, good_edits, merge, refusal_message
from agent.edits.parse import parse_reply
from agent.edits.plan import plan_edits
from agent.edits.source import MemorySource
from tests.edits.applying import planned

TEXT = "def f():\n    x = 1\n    if x:\n        return x\n\n    return 0\n"
GOOD = "a.py\n<<<<<<< SEARCH\n    x = 1\n=======\n    x = 2\n>>>>>>> REPLACE\n\n"
BAD = "a.py\n<<<<<<< SEARCH\n    if y == 1:\n=======\n    if y:\n>>>>>>> REPLACE\n"


def test_the_model_sees_the_real_lines_and_is_asked_for_the_failed_block_only() -> None:
    text = refusal_message(planned(GOOD + BAD, {"a.py": TEXT}))
    assert "1 edit block was not applied. The other 1 is kept" in text
    assert "    if y == 1:" in text and "\n    if x:\n" in text and "Line 3 of a.py is:" in text
    assert "x = 2" not in text and len(text) < 600


def test_a_good_plan_needs_no_words() -> None:
    assert refusal_message(planned(GOOD, {"a.py": TEXT})) == ""


def test_every_place_of_an_ambiguous_block_is_shown() -> None:
    text = refusal_message(
        planned("t\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n", {"t": "x = 1\ny\nx = 1\n"})
    )
    assert "Line 1 of t is:" in text and "Line 3 of t is:" in text and "one place only" in text


def test_a_long_file_of_failures_still_fits_a_small_context() -> None:
    lines = "".join(f"some_name_{number} = {number}\n" for number in range(400))
    blocks = "".join(
        f"t.txt\n<<<<<<< SEARCH\n{lines.replace('some', 'same')}=======\nx{n}\n>>>>>>> REPLACE\n" for n in range(20)
    )
    assert refusal_message(planned(blocks, {"t.txt": lines})).count("\n") < 150


def test_mended_blocks_join_the_good_ones() -> None:
    source = MemorySource({"a.py": TEXT})
    first = plan_edits(parse_reply(GOOD + BAD).edits, source)
    assert len(good_edits(first)) == 1
    mended = parse_reply(BAD.replace("if y == 1:", "if x:")).edits
    plan = plan_edits(merge(first, mended), source)
    assert plan.ok and plan.changes[0].after == TEXT.replace("x = 1", "x = 2").replace("if x:", "if y:").encode()


def test_a_whole_file_that_mends_takes_the_place_of_kept_blocks() -> None:
    first = plan_edits(parse_reply(GOOD + BAD).edits, MemorySource({"a.py": TEXT}))
    whole = parse_reply(f"a.py\n```python\n{TEXT.replace('0', '9')}```\n").edits
    assert merge(first, whole) == whole


def test_the_person_reads_one_line_for_each_edit() -> None:
    plan = planned(GOOD + BAD, {"a.py": TEXT})
    assert describe(plan.outcomes[0]) == "a.py:2 exact"
    assert describe(plan.outcomes[1]) == "a.py refused: The text to find is not in the file. Nearest lines: 3-3, 2-2."
