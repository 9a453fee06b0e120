"""Replies as small models give them, and what a file becomes by them."""

from __future__ import annotations

import pytest

from agent.repair.replies import Unchanged, Unusable, placed
from agent.repair.showing import Shown, show

PYTHON = 'def half(n):\n    """Half of it."""\n    return n * 2\n'
GO = 'package area\n\nimport "strings"\n\n// Up is loud.\nfunc Up(s string) string {\n\treturn strings.ToLower(s)\n}\n'
JAVA = (
    "import java.util.*;\n\nclass Solution {\n    /** The first. */\n    public int first(List<Integer> n) {\n"
    "        return n.get(1);\n    }\n}\n"
)
CPP = "#include <vector>\nusing namespace std;\n\n// The first.\nint first(vector<int> n) {\n    return n[1];\n}\n"
JAVASCRIPT = "// The first.\nfunction first(n) {\n  return n[1];\n}\n\nmodule.exports = { first };\n"


def best(path: str, text: str, reply: str) -> str:
    shown = show(path, text, dict.fromkeys(range(1, 40), 1.0), 200)[0]
    return placed(reply, shown, text)[0]


def test_a_reply_takes_the_place_of_the_function_it_gives() -> None:
    text = "import os\n\n\nclass A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
    shown = Shown("a.py", "", "function f", "f", (5, 6))
    new = placed("Here it is:\n```python\ndef f(self):\n    return 3\n```\nDone.", shown, text)[0]
    assert new == text.replace("return 1", "return 3")
    with pytest.raises(Unusable):
        placed("I cannot say.", shown, text)
    whole = Shown("a.py", "", "a.py")
    changed = text.replace("return 2", "return 4")
    assert placed(f"```python\n{changed}```", whole, text)[0] == changed


def test_a_reply_that_changes_only_the_indentation_is_a_change() -> None:
    text = "def total(n):\n    s = 0\n    for x in n:\n        s += x\n        return s\n"
    right = text.replace("        return s", "    return s")
    assert best("a.py", text, f"```python\n{right}```") == right
    with pytest.raises(Unchanged):
        best("a.py", text, f"```python\n{text}\n```")


@pytest.mark.parametrize(
    "reply",
    [
        "def half(n):\n    return n / 2",
        "Here:\n```python\ndef half(n):\n    return n / 2\n\nprint(half(4))\nassert half(4) == 2\n```\n"
        "Or:\n```\nhalf(1)\n```",
        "```python\n    def half(n):\n        return n / 2\n```",
        "```python\ndef halve(n):\n    return n / 2\n```",
    ],
    ids=["no fence", "prints and asserts", "indented", "another name"],
)
def test_a_python_function_is_taken_out_of_what_is_around_it(reply: str) -> None:
    assert best("a.py", PYTHON, reply) == "def half(n):\n    return n / 2\n"


def test_a_python_reply_brings_the_import_and_the_helper_it_needs() -> None:
    reply = (
        "```python\ndef _down(n):\n    return math.floor(n)\n\ndef half(n):\n    return _down(n / 2)\n\n"
        "def main():\n    pass\n```"
    )
    new = best("a.py", PYTHON, reply)
    space: dict[str, object] = {}
    exec(new, space)
    assert space["half"](5) == 2  # type: ignore[operator]
    assert "main" not in new


@pytest.mark.parametrize("package", ["area", "main"])
def test_a_go_reply_loses_its_main_and_gets_its_imports_right(package: str) -> None:
    reply = (
        f'```go\npackage {package}\n\nimport "fmt"\n\nfunc Up(s string) string {{\n\treturn strconv.Quote(s)\n}}\n\n'
        'func main() {\n\tfmt.Println(Up("a"))\n}\n```'
    )
    assert best("area.go", GO, reply) == (
        'package area\n\nimport "strconv"\n\n// Up is loud.\nfunc Up(s string) string {\n\treturn strconv.Quote(s)\n}\n'
    )


@pytest.mark.parametrize(
    "reply",
    [
        "```java\npublic int first(List<Integer> n) {\n    return n.get(0);\n}\n```",
        "```java\nclass Solution {\n    public int first(List<Integer> n) {\n        return n.get(0);\n    }\n}\n```",
        "```java\nimport java.util.List;\n\npublic class Main {\n    public int first(List<Integer> n) {\n"
        "        return n.get(0);\n    }\n"
        "    public static void main(String[] args) {\n        System.out.println(1);\n    }\n}\n```",
    ],
    ids=["the method alone", "no imports", "another class with a main"],
)
def test_a_java_method_stays_in_its_class(reply: str) -> None:
    new = best("Solution.java", JAVA, reply)
    assert new.replace("import java.util.List;\n", "") == JAVA.replace("get(1)", "get(0)")


def test_a_cpp_reply_loses_its_main() -> None:
    reply = (
        "```cpp\n#include <vector>\n\nint first(vector<int> n) {\n    return n[0];\n}\n\n"
        "int main() {\n    return first({1});\n}\n```"
    )
    assert best("a.cpp", CPP, reply) == CPP.replace("n[1]", "n[0]")


def test_a_javascript_reply_keeps_the_exports_of_the_file() -> None:
    reply = "```javascript\nconst first = (n) => {\n  return n[0];\n};\n\nmodule.exports = first;\n```"
    assert best("a.js", JAVASCRIPT, reply) == (
        "// The first.\nconst first = (n) => {\n  return n[0];\n};\n\nmodule.exports = { first };\n"
    )


def test_both_readings_are_given_where_they_differ() -> None:
    text = "LIMIT = 3\n\n\ndef below(n):\n    return n <= LIMIT\n"
    shown = show("a.py", text, {5: 1.0}, 200)[0]
    reply = "```python\nLIMIT = 4\n\n\ndef below(n):\n    return n < LIMIT\n```"
    assert placed(reply, shown, text) == [
        text.replace("<=", "<"),
        text.replace("<=", "<").replace("LIMIT = 3", "LIMIT = 4"),
    ]
