# ruff: noqa: E501
"""All edits of a reply placed together: overlaps, repeats, what is done already, encodings, whole files and definitions."""

from __future__ import annotations

import codecs
import time

import pytest

from agent.edits.plan import LARGEST, plan_edits
from agent.edits.source import MemorySource
from agent.edits.types import Edit
from tests.edits.applying import applied, planned

TEXT = "def f():\n    x = 1\n    if x:\n        return x\n\n    return 0\n"


def block(old: str, new: str, path: str = "a.py") -> str:
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n\n"


FIRST = block("    x = 1\n", "    x = 2\n")


def test_edits_of_one_file_are_placed_in_the_same_original() -> None:
    reply = FIRST + block("    return 0\n", "    return 1\n")
    assert applied(reply, {"a.py": TEXT}) == {"a.py": TEXT.replace("x = 1", "x = 2").replace("return 0", "return 1")}
    swapped = block("a\n", "b\n", "t") + block("b\n", "a\n", "t")
    assert applied(swapped, {"t": "a\nb\n"}) == {"t": "b\na\n"}


def test_edits_that_share_context_are_no_overlap_but_those_that_change_one_line_are() -> None:
    shared = block("a = 1\nb = 1\nc = 1\n", "a = 2\nb = 1\nc = 1\n", "t") + block(
        "b = 1\nc = 1\n", "b = 1\nc = 2\n", "t"
    )
    assert applied(shared, {"t": "a = 1\nb = 1\nc = 1\n"}) == {"t": "a = 2\nb = 1\nc = 2\n"}
    clash = block("a = 1\nb = 1\n", "a = 2\nb = 2\n", "t") + block("b = 1\nc = 1\n", "b = 3\nc = 3\n", "t")
    plan = planned(clash, {"t": "a = 1\nb = 1\nc = 1\n"})
    assert [outcome.status for outcome in plan.outcomes] == ["located", "refused"]


def test_an_edit_of_the_first_ones_result_is_understood() -> None:
    reply = FIRST + block("    x = 2\n", "    x = 3\n")
    assert applied(reply, {"a.py": TEXT}) == {"a.py": TEXT.replace("x = 1", "x = 3")}


def test_what_is_done_already_is_recognised() -> None:
    assert applied(FIRST, {"a.py": TEXT.replace("x = 1", "x = 2")}) == "already"
    added = block("    x = 1\n", "    x = 1\n    y = 1\n")
    once = TEXT.replace("x = 1\n", "x = 1\n    y = 1\n")
    assert applied(added, {"a.py": TEXT}) == {"a.py": once}
    assert applied(added, {"a.py": once}) == "already"
    assert applied(f"a.py\n```python\n{TEXT}```\n", {"a.py": TEXT}) == "already"
    assert applied(FIRST + FIRST, {"a.py": TEXT}) == {"a.py": TEXT.replace("x = 1", "x = 2")}


def test_applying_a_reply_twice_changes_nothing_more() -> None:
    reply = FIRST + block("    return 0\n", "    return 0  # none\n") + block("", "z = 1\n", "n.py")
    once = applied(reply, {"a.py": TEXT})
    assert isinstance(once, dict)
    assert applied(reply, {path: text for path, text in once.items() if text is not None}) == "already"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("ending", ["", "\n"])
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("latin-1", b""),
        ("utf-16-le", b""),
    ],
)
def test_encoding_byte_order_mark_and_line_ends_stay(newline: str, ending: str, encoding: str, bom: bytes) -> None:
    def stored(text: str) -> bytes:
        return bom + (text.replace("\n", newline) + (newline if ending else "")).encode(encoding)

    plan = planned(block("b = 'é'\n", "b = 'è'\nc = 1\n", "t.txt"), {"t.txt": stored("a = 'ü'\nb = 'é'\nd = 1")})
    assert plan.ok and plan.changes[0].after == stored("a = 'ü'\nb = 'è'\nc = 1\nd = 1")


def test_a_character_that_the_files_encoding_lacks_is_refused() -> None:
    plan = planned(block("b\n", "b → c\n", "t.txt"), {"t.txt": "é\nb\n".encode("latin-1")})
    assert not plan.ok and "latin-1" in plan.outcomes[0].reason


def test_binary_and_huge_files_are_refused() -> None:
    assert "binary" in planned(block("a\n", "b\n", "x.bin"), {"x.bin": b"\x00\x01a\n\xff"}).outcomes[0].reason
    huge = b"line\n" * (LARGEST // 5 + 1)
    assert "bytes" in planned(block("line\n", "b\n", "big.txt"), {"big.txt": huge}).outcomes[0].reason


def test_an_empty_search_makes_a_file_and_never_overwrites_one() -> None:
    new = block("", "z = 1\n", "n/x.py")
    assert applied(new, {}) == {"n/x.py": "z = 1\n"}
    assert applied(new, {"n/x.py": ""}) == {"n/x.py": "z = 1\n"}
    assert applied(new, {"n/x.py": "z = 1\n"}) == "already"
    assert applied(new, {"n/x.py": "y = 1\n"}) == "refused"


def test_broken_syntax_is_refused_and_the_guilty_edit_alone() -> None:
    plan = planned(FIRST + block("    return 0\n", "    return (0\n"), {"a.py": TEXT})
    assert [outcome.status for outcome in plan.outcomes] == ["located", "refused"]
    assert plan.changes == () and "syntax" in plan.outcomes[1].reason


MODULE = '''"""Doc."""
import os
import re

LIMIT = 3


def alpha(x):
    return x + LIMIT


@decorated
def beta(y):
    total = 0
    for i in range(y):
        total += i
    return total


class Box:
    def get(self):
        return 1

    def put(self, v):
        self.v = v


if __name__ == "__main__":
    print(alpha(1))
'''


def fenced(text: str) -> str:
    return f"b.py\n```python\n{text}```\n"


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("def alpha(x):\n    return x * LIMIT\n", "x + LIMIT", "x * LIMIT"),
        ("def put(self, v):\n    self.v = v + 1\n", "self.v = v\n", "self.v = v + 1\n"),
        ("class Box:\n    def get(self):\n        return 2\n\n    # ... other methods\n", "return 1\n", "return 2\n"),
        (
            "# ... existing code ...\n\ndef alpha(x):\n    return x - LIMIT\n\n# ... rest unchanged ...\n",
            "x + LIMIT",
            "x - LIMIT",
        ),
        (
            "@decorated\ndef beta(y):\n    return y\n",
            MODULE[MODULE.index("    total = 0") : MODULE.index("\n\nclass Box")],
            "    return y\n",
        ),
    ],
)
def test_a_fence_with_one_definition_replaces_that_definition(text: str, before: str, after: str) -> None:
    assert applied(fenced(text), {"b.py": MODULE}) == {"b.py": MODULE.replace(before, after)}


def test_a_new_helper_goes_beside_its_neighbour_and_an_import_to_the_imports() -> None:
    text = "import json\n\ndef alpha(x):\n    return json.dumps(x)\n\n\ndef helper(z):\n    return z\n"
    found = applied(fenced(text), {"b.py": MODULE})
    wanted = MODULE.replace("import re\n", "import re\nimport json\n")
    assert found == {
        "b.py": wanted.replace("    return x + LIMIT\n", "    return json.dumps(x)\n\n\ndef helper(z):\n    return z\n")
    }


@pytest.mark.parametrize(
    "text",
    [
        "def gamma(x):\n    return 1\n",
        "print(alpha(3))\n",
        "def beta(y):\n    total = 1\n    # ... rest of the function\n",
        '"""Doc."""\nimport os\nimport re\n\nLIMIT = 4\n\n# ... rest of file unchanged\n',
    ],
)
def test_a_fragment_never_overwrites_the_file(text: str) -> None:
    assert applied(fenced(text), {"b.py": MODULE}) == "refused"


@pytest.mark.parametrize(
    "after",
    [
        MODULE.replace("x + LIMIT", "x - LIMIT"),
        MODULE.replace("import re\n", ""),
        MODULE.replace(MODULE[MODULE.index("@decorated") : MODULE.index("class Box")], ""),
    ],
)
def test_a_whole_file_is_the_file(after: str) -> None:
    assert applied(fenced(after), {"b.py": MODULE}) == {"b.py": after}


def test_a_block_without_a_name_goes_to_the_one_file_that_was_named() -> None:
    reply = "<<<<<<< SEARCH\n    x = 1\n=======\n    x = 2\n>>>>>>> REPLACE\n"
    assert applied(reply, {"a.py": TEXT, "c.py": ""}) == "refused"
    assert applied(reply, {"a.py": TEXT, "c.py": ""}, named=["a.py"]) == {"a.py": TEXT.replace("x = 1", "x = 2")}


def test_deleting_and_moving_twice_is_done_already() -> None:
    source = MemorySource({"b.py": TEXT})
    plan = plan_edits([Edit("delete", "gone.py"), Edit("move", "gone.py", move_to="b.py")], source)
    assert plan.outcomes[0].status == "already"


def test_two_thousand_blocks_in_a_megabyte_take_seconds_and_grow_in_line() -> None:
    def seconds(count: int) -> float:
        lines = [f"value_{number} = {number * 7919}" for number in range(count * 20)]
        edits = [Edit("replace", "t.txt", old=lines[n * 20] + "\n", new=f"new_{n}\n") for n in range(count)]
        source = MemorySource({"t.txt": "\n".join(lines) + "\n"})
        begun = time.process_time()
        assert plan_edits(edits, source).ok
        return time.process_time() - begun

    seconds(50)
    assert seconds(2000) < 10 * seconds(500)
