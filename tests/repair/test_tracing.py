"""The traced baseline sees the same whichever interpreter runs the tests, by trace function or by monitoring."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.repair.preparing import prepare
from agent.repair.targets import read_targets
from agent.repair.types import Trace

Project = Callable[[dict[str, str]], Path]
CHECK = """
    {head}
    from steps import fails, loops, total

    assert total([1, 2]) == 3
    try:
        fails([])
    except IndexError:
        pass
    assert loops(3) == 0
"""
STEPS = """
    def total(numbers):
        result = 0
        for number in numbers:
            result += number
        return result


    def fails(numbers):
        return numbers[0]


    def loops(n):
        while n:
            n += 0
        return n
"""


def starts(name: str) -> bool:
    found = shutil.which(name)
    return found is not None and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0


OTHERS = [f"python3.{minor}" for minor in range(10, 15) if minor != sys.version_info.minor]
INTERPRETERS = [sys.executable, *filter(starts, OTHERS)]
"""This interpreter, and each other release that is installed and starts."""


def traced(root: Path, command: str) -> Trace:
    targets = read_targets(root, ["steps.py"])
    ground = prepare(root, targets, {path: target.text for path, target in targets.items()}, command, 20.0, 1, 0)
    try:
        assert ground.trace is not None
        return ground.trace
    finally:
        ground.close()


@pytest.mark.parametrize("python", INTERPRETERS)
def test_lines_types_and_endless_loops_are_seen_by_every_interpreter(project: Project, python: str) -> None:
    trace = traced(project({"steps.py": STEPS, "check.py": CHECK.format(head="")}), f"{python} check.py")
    (test,) = trace.tests
    assert test.looped and not test.ok
    assert {line for _, line in test.lines} == {1, 2, 3, 4, 5, 8, 9, 12, 13, 14}
    assert test.lines[-2:] in ((("steps.py", 13), ("steps.py", 14)), (("steps.py", 14), ("steps.py", 13)))
    assert trace.types["total", "numbers"] == {"list"}
    assert trace.types["total", "number"] == {"int"}


def test_a_slow_test_is_not_taken_for_an_endless_loop(project: Project) -> None:
    root = project(
        {
            "steps.py": """
                def long(turns):
                    total = 0
                    for turn in range(turns):
                        total += turn % 7
                    return total


                def area(width, height):
                    return width + height
            """,
            "test_steps.py": """
                from time import process_time

                from steps import area, long


                def test_long():
                    begun = process_time()
                    while process_time() - begun < 2.2:
                        long(300_000)


                def test_area():
                    assert area(3, 4) == 12
            """,
        }
    )
    trace = traced(root, f"{sys.executable} -m pytest -q test_steps.py")
    assert {(test.name.rpartition("::")[2], test.ok, test.looped) for test in trace.tests} == {
        ("test_long", True, False),
        ("test_area", False, False),
    }


@pytest.mark.skipif(sys.version_info < (3, 12), reason="there is one trace function before 3.12")
def test_a_tool_that_sets_the_trace_function_takes_nothing_away(project: Project) -> None:
    head = "import sys; sys.settrace(lambda *event: None)"
    trace = traced(project({"steps.py": STEPS, "check.py": CHECK.format(head=head)}), f"{sys.executable} check.py")
    assert ("steps.py", 4) in trace.tests[0].lines
