# ruff: noqa: E501 (tables of cases)
"""A reply that holds only new definitions, for a request that asks to add some: nothing else of the file changes."""

from __future__ import annotations

import difflib

import pytest

from agent.edits.parse import parse_reply
from agent.edits.plan import plan_edits
from agent.edits.source import MemorySource
from agent.edits.types import Plan
from tools.edit import asks_to_add

PYTHON = '"""Numbers."""\n\nimport os\n\n\ndef double(x):\n    return 2 * x\n\n\nif __name__ == "__main__":\n    print(double(2))\n'
CLASS = "class Cart:\n    def __init__(self):\n        self.items = []\n\n    def add(self, item):\n        self.items.append(item)\n"
JAVA = "public class A {\n    int one() {\n        return 1;\n    }\n\n    int two() {\n        return 2;\n    }\n}\n"
RUST = "struct P {\n    x: i32,\n}\n\nimpl P {\n    fn x(&self) -> i32 {\n        self.x\n    }\n}\n"
GO = "package m\n\nfunc One() int {\n\treturn 1\n}\n"
SCRIPT = "function one() {\n  return 1;\n}\n\nmodule.exports = { one };\n"
CASES = [
    ("a.py", PYTHON, "def triple(x):\n    return 3 * x\n", "    return 2 * x\n\n\ndef triple(x):\n    return 3 * x\n\n\nif __name__"),
    ("a.py", PYTHON, "import re\n\ndef has(x):\n    return re.search('a', x)\n", "import os\nimport re\n"),
    ("a.py", CLASS, "def count(self):\n    return len(self.items)\n", "append(item)\n\n    def count(self):\n        return len(self.items)\n"),
    ("a.py", CLASS, "    def count(self):\n        return len(self.items)\n", "append(item)\n\n    def count(self):\n        return len(self.items)\n"),
    ("A.java", JAVA, "int three() {\n    return 3;\n}\n", "        return 2;\n    }\n\n    int three() {\n        return 3;\n    }\n}\n"),
    ("a.rs", RUST, "fn half(&self) -> i32 {\n    self.x / 2\n}\n", "        self.x\n    }\n\n    fn half(&self) -> i32 {\n        self.x / 2\n    }\n}\n"),
    ("a.go", GO, "func Two() int {\n\treturn 2\n}\n", "\treturn 1\n}\n\nfunc Two() int {\n\treturn 2\n}\n"),
    ("a.js", SCRIPT, "function two() {\n  return 2;\n}\n", "}\n\nfunction two() {\n  return 2;\n}\n\nmodule.exports"),
    ("a.py", "def one():\n    pass\n\n\ntry:\n    import x\nexcept ImportError:\n    def x():\n        pass\n", "def two():\n    return 2\n", "def one():\n    pass\n\n\ndef two():\n    return 2\n\n\ntry:"),
    ("a.py", CLASS, "@staticmethod\ndef zero():\n    return 0\n", "append(item)\n\n    @staticmethod\n    def zero():\n        return 0\n"),
]  # fmt: skip


def planned(path: str, text: str, code: str, *, adding: bool = True) -> Plan:
    reply = f"Here it is:\n```\n{code}```\n"
    edits = parse_reply(reply, default_path=path).edits
    return plan_edits(edits, MemorySource({path: text}), named=(path,), adding=adding)


@pytest.mark.parametrize(("path", "text", "code", "expected"), CASES, ids=[f"{c[0]} {c[2][:14]!r}" for c in CASES])
def test_new_definitions_go_behind_the_last_one(path: str, text: str, code: str, expected: str) -> None:
    plan = planned(path, text, code)
    assert not plan.refused, plan.refused
    after = plan.changes[0].after
    assert after is not None and expected in after.decode()
    changed = list(difflib.ndiff(text.splitlines(True), after.decode().splitlines(True)))
    assert not [line for line in changed if line.startswith("-")]
    put = [line[2:].strip() for line in changed if line.startswith("+") and line[2:].strip()]
    assert put == [line.strip() for line in code.splitlines() if line.strip()]


def test_line_ends_and_a_missing_last_one_stay(tmp_path: object) -> None:
    plan = planned("a.go", GO.replace("\n", "\r\n").rstrip(), "func Two() int {\n\treturn 2\n}\n")
    assert plan.changes[0].after == (GO + "\nfunc Two() int {\n\treturn 2\n}\n").replace("\n", "\r\n").rstrip().encode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PYTHON, "print(double(3))\n"),
        (PYTHON, "def use():\n    return double(3)\n\n\nprint(use())\n"),
        (PYTHON, "def count(self):\n    return len(self.items)\n"),
        (CLASS + "\n\nclass Other:\n    pass\n", "def count(self):\n    return 1\n"),
        (CLASS, "def count(self):\n    return 1\n\n\ndef free():\n    return 2\n"),
    ],
)
def test_what_is_no_plain_addition_is_not_put_there(text: str, code: str) -> None:
    plan = planned("a.py", text, code)
    assert plan.refused and all(change.after == change.before for change in plan.changes)


def test_without_such_a_request_nothing_is_added() -> None:
    assert planned("a.py", PYTHON, "def triple(x):\n    return 3 * x\n", adding=False).refused


def test_a_definition_that_the_file_has_is_replaced_as_before() -> None:
    plan = planned("a.py", PYTHON, "def double(x):\n    return x + x\n")
    assert plan.changes[0].after == PYTHON.replace("2 * x", "x + x").encode()


@pytest.mark.parametrize(
    ("request_", "adds"),
    [
        ("add a function that removes doubles", True),
        ("rename add to plus", False),
        ("replace total with a new function", False),
        ("make it faster", False),
    ],
)
def test_a_request_to_rename_does_not_ask_to_add(request_: str, adds: bool) -> None:
    assert asks_to_add(request_) is adds


def test_gos_packages_are_not_imported_twice() -> None:
    text = 'package m\n\nimport (\n\t"fmt"\n)\n\nfunc One() {\n\tfmt.Println()\n}\n'
    after = planned("a.go", text, 'import "fmt"\n\nfunc Two() {\n\tfmt.Print()\n}\n').changes[0].after
    assert after is not None and after.decode() == text + "\nfunc Two() {\n\tfmt.Print()\n}\n"
