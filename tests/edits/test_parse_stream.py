# ruff: noqa: E501
"""Reading a reply while it grows gives the same edits, each as soon as its block is complete."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.edits.parse import StreamParser, parse_reply
from benchmarks.edits.cases import make_case

CONFLICT = "a.py\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> UPDATED\n"
BLOCK = "a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n"


def streamed(reply: str, dice: random.Random) -> list[object]:
    """The edits that come out while pieces of 1 to 40 characters go in."""
    parser = StreamParser()
    found: list[object] = []
    position = 0
    while position < len(reply):
        step = dice.randint(1, 40)
        found += parser.feed(reply[position : position + step])
        position += step
    whole = parser.finish()
    assert whole == parse_reply(reply)
    return found


def test_streamed_edits_are_those_of_the_whole_reply() -> None:
    for seed in range(400):
        case = make_case(seed)
        if case is None:
            continue
        found = streamed(case.reply, random.Random(seed))
        whole = parse_reply(case.reply).edits
        assert found == list(whole[: len(found)]), seed
        if case.format in ("search-replace", "call", "tags"):
            assert len(found) >= len(whole) - 1, seed


@pytest.mark.parametrize(
    "reply",
    [
        BLOCK,
        CONFLICT,
        "a.py\n```python\nx = 2\n```\n",
        "*** Begin Patch\n*** Update File: a.py\n@@\n-x = 1\n+x = 2\n*** End Patch\n",
        '```json\n{"name": "edit_file", "arguments": {"path": "a.py", "old_string": "1", "new_string": "2"}}\n```\n',
        "```diff\n--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n```\n",
    ],
)
def test_a_block_comes_out_with_its_last_line_and_not_before(reply: str) -> None:
    parser = StreamParser()
    assert [edit for character in reply[:-1] for edit in parser.feed(character)] == []
    assert len(parser.feed(reply[-1])) == 1


def test_a_long_block_is_read_in_time_that_grows_with_its_length() -> None:
    def seconds(lines: int) -> float:
        text = "a.py\n<<<<<<< SEARCH\n" + "x = 1\n" * lines + "=======\n" + "x = 2\n" * lines + ">>>>>>> REPLACE\n"
        parser = StreamParser()
        begun = time.process_time()
        for position in range(0, len(text), 24):
            parser.feed(text[position : position + 24])
        return time.process_time() - begun

    # Processor time, the least of several: four times the text is 4 times the work, or 16 where it is quadratic.
    assert min(seconds(16000) for _ in range(3)) < 10 * max(min(seconds(4000) for _ in range(3)), 0.004)


MARKS = st.sampled_from(
    ["<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "```", "```python", "````", "--- a/a.py", "+++ b/a.py", "@@ -1 +1 @@", "-x", "+y",
     " z", "*** Begin Patch", "*** Update File: a.py", "*** End Patch", "a.py", "### b.py", "<tool_call>", "</tool_call>", "<function=edit>",
     "<parameter=path>", "</parameter>", '{"name": "edit", "arguments": {"path": "a.py",', '"old_string": "x", "new_string": "y"}}', "",
     "diff --git a/a b/a", "rename from a", "<think>", "</think>", "\\ No newline at end of file", "...", "\t", "   ```", "> ```"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(MARKS, st.text(max_size=30)), max_size=25), st.randoms(use_true_random=False), st.booleans())
def test_no_reply_however_broken_raises_and_streams_agree(
    lines: list[str], dice: random.Random, finished: bool
) -> None:
    reply = "\n".join(lines)
    whole = parse_reply(reply, finished=finished)
    for edit in whole.edits:
        assert 0 <= edit.span[0] <= edit.span[1] <= len(reply)
    streamed(reply, dice)
