"""Repair of Python by search alone, judged by real test runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.repair.preparing import prepare
from agent.repair.targets import read_targets
from tests.repair.conftest import run_repair, text_of

Project = Callable[[dict[str, str]], Path]

AREA = """
    def area(width, height):
        return width + height


    def perimeter(width, height):
        return 2 * (width + height)
"""


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


PYTEST = """
    from shapes import area, perimeter
    def test_area(): assert area(3, 4) == 12
    def test_perimeter(): assert perimeter(3, 4) == 14
"""
UNITTEST = """
    import unittest, shapes
    class T(unittest.TestCase):
        def test_area(self): self.assertEqual(shapes.area(3, 4), 12)
        def test_perimeter(self): self.assertEqual(shapes.perimeter(3, 4), 14)
"""
SCRIPT = """
    import shapes
    assert shapes.area(3, 4) == 12
    assert shapes.perimeter(3, 4) == 14
"""


@pytest.mark.parametrize(
    ("name", "test", "command"),
    [
        ("test_shapes.py", PYTEST, "-m pytest -q"),
        ("test_shapes.py", UNITTEST, "-m unittest"),
        ("check.py", SCRIPT, "check.py"),
    ],
    ids=["pytest", "unittest", "script"],
)
def test_a_wrong_operator_is_found_whatever_runs_the_tests(
    project: Project, name: str, test: str, command: str
) -> None:
    root = project({"shapes.py": AREA, name: test})
    before = snapshot(root)
    result, _ = run_repair(root, "shapes.py", test_command=f"{sys.executable} {command}")
    assert result.ok
    assert "return width * height" in text_of(result, "shapes.py")
    assert "return 2 * (width + height)" in text_of(result, "shapes.py")
    assert snapshot(root) == before, "the work tree is not written to"


def test_two_faults_that_a_script_checks_one_after_the_other_are_both_mended(project: Project) -> None:
    both = AREA.replace("2 * (width + height)", "2 * (width - height)")
    root = project({"shapes.py": both, "check.py": SCRIPT})
    result, _ = run_repair(root, "shapes.py", test_command=f"{sys.executable} check.py")
    assert result.ok
    assert "return width * height" in text_of(result, "shapes.py")
    assert "return 2 * (width + height)" in text_of(result, "shapes.py")


def test_a_shell_line_that_starts_python_somewhere_inside_is_enough(project: Project) -> None:
    root = project({"lib/shapes.py": AREA, "check.py": "from shapes import area\nassert area(3, 4) == 12\n"})
    command = f"cd lib && PYTHONPATH=. {sys.executable} ../check.py && echo done"
    result, _ = run_repair(root, "lib/shapes.py", test_command=command)
    assert result.ok
    assert "return width * height" in text_of(result, "lib/shapes.py")


def test_an_endless_loop_is_mended_and_candidates_that_loop_cost_little(project: Project) -> None:
    root = project(
        {
            "power.py": """
                def power_of_two(n):
                    '''Whether n is a power of two.'''
                    if n < 1:
                        return False
                    while n % 2 == 0:
                        n = n - n // 2 * 0
                    return n == 1
            """,
            "test_power.py": """
                from power import power_of_two
                def test_yes(): assert power_of_two(8)
                def test_no(): assert not power_of_two(12)
                def test_zero(): assert not power_of_two(0)
            """,
        }
    )
    result, _ = run_repair(root, "power.py", test_command=f"{sys.executable} -m pytest -q")
    assert result.ok
    space: dict[str, object] = {}
    exec(text_of(result, "power.py"), space)
    assert [n for n in range(1, 70) if space["power_of_two"](n)] == [1, 2, 4, 8, 16, 32, 64]  # type: ignore[operator]


def test_an_element_changed_in_a_copy_is_stored(project: Project) -> None:
    root = project(
        {
            "halves.py": """
                def halve(numbers):
                    for number in numbers:
                        if number > 1:
                            number //= 2
                    return numbers
            """,
            "check.py": "from halves import halve\nassert halve([1, 2, 9]) == [1, 1, 4]\n",
        }
    )
    result, _ = run_repair(root, "halves.py", test_command=f"{sys.executable} check.py")
    assert result.ok and result.family == "unstored"
    assert "for i, number in enumerate(numbers):" in text_of(result, "halves.py")


def test_only_the_file_at_fault_is_changed(project: Project) -> None:
    root = project(
        {
            "one.py": "def double(x):\n    return x * 2\n",
            "two.py": "from one import double\ndef quad(x):\n    return double(double(x)) + 1\n",
            "test_two.py": "from two import quad\ndef test(): assert (quad(3), quad(0)) == (12, 0)\n",
        }
    )
    result, _ = run_repair(root, "one.py", "two.py", test_command=f"{sys.executable} -m pytest -q")
    assert result.ok
    assert [change.path for change in result.changes] == ["two.py"]


def test_a_test_in_the_file_itself_is_never_changed(project: Project) -> None:
    root = project(
        {
            "both.py": """
                def twice(x):
                    return x + 3

                def test_twice():
                    assert twice(4) == 8
                    assert twice(5) == 10

                if __name__ == "__main__":
                    test_twice()
            """
        }
    )
    result, _ = run_repair(root, "both.py", test_command=f"{sys.executable} -m pytest -q both.py")
    assert result.ok
    text = text_of(result, "both.py")
    assert "assert twice(4) == 8\n    assert twice(5) == 10" in text


def test_what_cannot_be_mended_is_said_and_nothing_is_changed(project: Project) -> None:
    root = project({"a.py": "def f(x):\n    return x\n", "check.py": "import a\nassert a.f(1) == {'deep': [1, 'x']}\n"})
    result, _ = run_repair(root, "a.py", test_command=f"{sys.executable} check.py", seconds=8.0)
    assert not result.ok
    assert result.changes == ()
    assert result.tried > 20
    assert "passes" in result.summary


def test_tests_that_pass_leave_nothing_to_do(project: Project) -> None:
    root = project({"a.py": "def f(x):\n    return x\n", "check.py": "import a\nassert a.f(1) == 1\n"})
    result, _ = run_repair(root, "a.py", test_command=f"{sys.executable} check.py")
    assert result.ok and result.changes == ()


def test_windows_line_ends_and_a_byte_order_mark_stay(project: Project) -> None:
    root = project({"check.py": "import a\nassert a.f(2) == 3\nassert a.f(5) == 6\n"})
    (root / "a.py").write_bytes(b"\xef\xbb\xbf# \xc3\xa4\r\ndef f(x):\r\n    return x - 1\r\n")
    result, _ = run_repair(root, "a.py", test_command=f"{sys.executable} check.py")
    assert result.changes[0].after == b"\xef\xbb\xbf# \xc3\xa4\r\ndef f(x):\r\n    return x + 1\r\n"


LOUD = """
    def pytest_configure(config):
        global reporter
        reporter = lambda: config.pluginmanager.getplugin("terminalreporter")


    def pytest_runtest_logstart(nodeid, location):
        reporter().write("x" * 8000, flush=True)
"""


def test_what_many_candidates_print_stops_none_of_them(
    project: Callable[[dict[str, str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest keeps the command's output under another number while it captures: more than a pipe holds is printed.
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    files = {
        "calc.py": "def double(x):\n    return x + 2\n",
        "conftest.py": LOUD,
        "test_calc.py": "from calc import double\n\n\ndef test_double():\n    assert double(3) == 6\n",
    }
    root = project(files)
    targets = read_targets(root, ["calc.py"])
    base = {"calc.py": targets["calc.py"].text}
    ground = prepare(root, targets, base, f"{sys.executable} -m pytest -q -p no:cacheprovider", 20.0, 1)
    try:
        assert ground.warm
        verdicts = [ground.benches[0].judge({"calc.py": f"def double(x):\n    return x + {n}\n"}) for n in range(30)]
    finally:
        ground.close()
    assert [verdict.passed for verdict in verdicts] == [n == 3 for n in range(30)]
    assert not any(verdict.timed_out for verdict in verdicts)
