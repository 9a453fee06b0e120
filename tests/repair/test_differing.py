"""Two changes that pass, and the input on which they differ."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.repair.differing import difference_input
from agent.repair.preparing import Ground, prepare
from agent.repair.targets import read_targets

Project = Callable[[dict[str, str]], Path]
WRONG = "def clip(n, items=()):\n    return n\n"


@pytest.fixture
def ground(project: Project) -> Iterator[Ground]:
    root = project({"clip.py": WRONG, "check.py": "from clip import clip\n\nassert clip(12) == 10\n"})
    files = read_targets(root, ["clip.py"])
    made = prepare(root, files, {"clip.py": WRONG}, f"{sys.executable} check.py", 10.0, 1)
    yield made
    made.close()


def test_an_input_that_tells_two_changes_apart_is_found(ground: Ground) -> None:
    found = difference_input(
        ground, "clip.py", WRONG.replace("return n", "return min(n, 10)"), WRONG.replace("return n", "return 10")
    )
    assert found is not None
    call, one, other = found
    number = int(call.removeprefix("clip(").removesuffix(")"))
    assert (one, other) == (str(min(number, 10)), "10")
    assert number < 10


def test_none_is_named_where_two_changes_do_the_same(ground: Ground) -> None:
    one = WRONG.replace("return n", "return min(n, 10)")
    other = WRONG.replace("return n", "return n if n < 10 else 10")
    assert difference_input(ground, "clip.py", one, other) is None


def test_an_endless_loop_is_a_difference(ground: Ground) -> None:
    one = WRONG.replace("return n", "return 10")
    other = WRONG.replace("return n", "while n < 5:\n        pass\n    return 10")
    found = difference_input(ground, "clip.py", one, other)
    assert found is not None
    assert found[1:] == ("10", "an endless loop")
