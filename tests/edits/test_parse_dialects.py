"""Replies in the dialects of small models, applied to one file: the meant change, or a refusal that writes nothing."""

from __future__ import annotations

import json

import pytest

from agent.edits.parse import parse_reply
from agent.edits.plan import plan_edits
from agent.edits.source import MemorySource

BEFORE = '''"""Sums."""

import math


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def area(r):
    return math.pi * r ** 2
'''
AFTER = BEFORE.replace("return a + b", "return float(a + b)")
OLD, NEW = "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return float(a + b)\n"
CALL = {"path": "calc.py", "old_string": OLD, "new_string": NEW}
ROWS = " def add(a, b):\n-    return a + b\n+    return float(a + b)\n"
BLOCK = f"<<<<<<< SEARCH\n{OLD}=======\n{NEW}>>>>>>> REPLACE\n"
MEANT = {
    "a thought and the answer on one line": f"<think>short</think>calc.py\n{BLOCK}",
    "bold markers": "calc.py\n**<<<<<<< SEARCH**\n" + OLD + "**=======**\n" + NEW + "**>>>>>>> REPLACE**\n",
    "the language after the path": f"```calc.py python\n{BLOCK}```\n",
    "labels over two fences": f"calc.py\n\nSEARCH:\n```python\n{OLD}```\nREPLACE:\n```python\n{NEW}```\n",
    "bold labels": f"**calc.py**\n\n**Before:**\n```python\n{OLD}```\n\n**After:**\n```python\n{NEW}```\n",
    "replace this with this": f"In `calc.py`, replace this:\n\n```py\n{OLD}```\n\nwith this:\n\n```py\n{NEW}```\n",
    "a diff without @@": f"```diff\n--- a/calc.py\n+++ b/calc.py\n{ROWS}```\n",
    "a message with empty content": json.dumps(
        {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "edit", "arguments": CALL}}]}
    ),
    "a call after a special token": "<|python_tag|>" + json.dumps({"name": "edit_file", "parameters": CALL}),
    "a call with its name before the arguments": "[TOOL_CALLS]edit_file[ARGS]" + json.dumps(CALL),
    "special tokens after the fence": f"<｜tool▁sep｜>edit_file\n```json\n{json.dumps(CALL)}\n```<｜tool▁call▁end｜>",
    "a whole function, then an elision": f"calc.py\n```python\n{AFTER.split('def sub')[0]}# ... rest unchanged\n```\n",
    "a line forgotten above the change": 'calc.py\n<<<<<<< SEARCH\n"""Sums."""\n\n\n'
    + OLD
    + '=======\n"""Sums."""\n\n\n'
    + NEW
    + ">>>>>>> REPLACE\n",
    "a line remembered otherwise": f"calc.py\n<<<<<<< SEARCH\nimport cmath\n\n\n{OLD}\n\ndef sub(a, b):\n=======\n"
    f"import cmath\n\n\n{NEW}\n\ndef sub(a, b):\n>>>>>>> REPLACE\n",
}
REFUSED = {
    "a line number whose hunk is counted wrong": "--- a/calc.py\n+++ b/calc.py\n@@ -16,9 +16,7 @@\n"
    "-    x = 1\n+    x = 2\n",
    "a text that ends in a blank line is no part of one": "calc.py\n<<<<<<< SEARCH\ndef sub(a, b):\n\n=======\n"
    "def sub(a, b):\n    # end\n>>>>>>> REPLACE\n",
    "two lines remembered otherwise": "calc.py\n<<<<<<< SEARCH\nimport cmath\n\n\ndef add(a, b):\n    return a + b\n"
    "\n\ndef minus(a, b):\n=======\nimport cmath\n\n\ndef add(a, b):\n    return b + a\n\n\ndef minus(a, b):\n"
    ">>>>>>> REPLACE\n",
    "new lines beside a forgotten one": 'calc.py\n<<<<<<< SEARCH\n"""Sums."""\ndef add(a, b):\n=======\n"""Sums."""\n'
    "x = 1\ndef add(a, b):\n>>>>>>> REPLACE\n",
}


def _applied(reply: str, text: str) -> str | None:
    """The file after the reply; None when it is refused."""
    source = MemorySource({"calc.py": text.encode()})
    parsed = parse_reply(reply, known_paths=source.list_paths())
    plan = plan_edits(parsed.edits, source, mend=False)
    if not plan.ok or parsed.incomplete:
        return None
    after = {change.path: change.after for change in plan.changes}
    content = after.get("calc.py", text.encode())
    return content.decode() if content is not None else None


@pytest.mark.parametrize("reply", MEANT.values(), ids=MEANT.keys())
def test_a_dialect_gives_the_meant_change(reply: str) -> None:
    assert _applied(reply, BEFORE) == AFTER


@pytest.mark.parametrize("reply", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_sure_is_refused(reply: str) -> None:
    text = BEFORE.replace("def area", "x = 0\n\n\ndef one():\n    x = 1\n\n\ndef two():\n    x = 1\n\n\ndef area")
    assert _applied(reply, text) is None


def test_a_hunk_that_is_counted_right_says_which_of_two_equal_places() -> None:
    text = "def one():\n    x = 1\n\n\ndef two():\n    x = 1\n"
    diff = "--- a/calc.py\n+++ b/calc.py\n@@ -6,1 +6,1 @@\n-    x = 1\n+    x = 2\n"
    assert _applied(diff, text) == "def one():\n    x = 1\n\n\ndef two():\n    x = 2\n"
    assert _applied(diff.replace("-6,1", "-6,4"), text) is None


def test_a_line_that_stands_elsewhere_speaks_against_a_near_copy() -> None:
    text = "def save(a):\n    check(a)\n    write(a)\n    close(a)\n\n\ndef load(a):\n    verify(a)\n    read(a)\n"
    search = "    check(a)\n    read(a)\n"
    reply = f"calc.py\n<<<<<<< SEARCH\n{search}=======\n{search}    done(a)\n>>>>>>> REPLACE\n"
    assert _applied(reply, text) is None
