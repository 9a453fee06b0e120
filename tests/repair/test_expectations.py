"""What a model is told of tests whose failures say nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.repair.expectations import expectations

Project = Callable[[dict[str, str]], Path]
SOLUTION = "class Solution {\n    public int half(int n) {\n        return n * 2;\n    }\n}\n"
MAIN = """
    public class Main {
        public static void main(String[] args) {
            Solution s = new Solution();
            boolean right = s.half(4) == 2
                && s.half(9) == 4;
            if (!right) throw new AssertionError();
        }
    }
"""


def test_the_calls_of_a_silent_test_are_shown(project: Project) -> None:
    root = project({"Solution.java": SOLUTION, "Main.java": MAIN, "Other.java": "class Other { int half(int n); }\n"})
    output = 'Exception in thread "main" java.lang.AssertionError\n\tat Main.main(Main.java:6)\n'
    shown = expectations(root, "javac *.java && java Main", output, {"Solution.java": SOLUTION})
    assert shown.splitlines() == ["boolean right = s.half(4) == 2", "&& s.half(9) == 4;"]


def test_nothing_is_added_where_the_output_shows_the_call(project: Project) -> None:
    text = "function half(n) {\n  return n * 2;\n}\n"
    root = project({"half.js": text, "test.js": "assert.equal(half(4), 2);\n"})
    assert expectations(root, "node test.js", "assert.equal(half(4), 2)\n8 !== 2", {"half.js": text}) == ""
    assert expectations(root, "node test.js", "8 !== 2", {"half.js": text}) == "assert.equal(half(4), 2);"


def test_a_long_table_of_calls_is_cut(project: Project) -> None:
    text = "def half(n):\n    return n * 2\n"
    calls = "".join(f"check(half({n}), {n // 2})\n" for n in range(500))
    root = project({"half.py": text, "test_half.py": calls})
    shown = expectations(root, "python3 -m pytest", "", {"half.py": text})
    assert shown.startswith("check(half(0), 0)\ncheck(half(1), 0)\n")
    assert len(shown) <= 500
