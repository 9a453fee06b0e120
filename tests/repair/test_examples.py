"""Of several changes that pass the test, the one that the docstring's examples agree with is chosen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests.repair.conftest import run_repair, text_of

Project = Callable[[dict[str, str]], Path]


def test_docstring_examples_choose_among_what_passes(project: Project) -> None:
    root = project(
        {
            "clip.py": """
                def clip(n):
                    \"\"\"At most ten.

                    >>> clip(10)
                    10
                    >>> clip(11)
                    10
                    >>> clip(3)
                    3
                    \"\"\"
                    return max(n, 10)
            """,
            "check.py": "from clip import clip\n\nassert clip(12) == 10\n",
        }
    )
    result, _ = run_repair(root, "clip.py", test_command=f"{sys.executable} check.py")
    assert result.ok
    space: dict[str, object] = {}
    exec(text_of(result, "clip.py"), space)
    assert [space["clip"](n) for n in (3, 10, 11, 99)] == [3, 10, 10, 10]  # type: ignore[operator]


def test_broken_examples_are_counted(project: Project) -> None:
    from agent.repair.preparing import prepare
    from agent.repair.targets import read_targets
    from agent.repair.winners import broken_examples

    text = 'def twice(n):\n    """\n    >>> twice(2)\n    4\n    >>> twice(3)\n    6\n    """\n    return n + 2\n'
    root = project({"twice.py": text})
    files = read_targets(root, ["twice.py"])
    ground = prepare(root, files, {"twice.py": text}, f"{sys.executable} -c 'import twice; 1 / 0'", 10.0, 1)
    try:
        assert broken_examples(ground, files, {"twice.py": text}) == 1
        assert broken_examples(ground, files, {"twice.py": text.replace("n + 2", "n * 2")}) == 0
        assert broken_examples(ground, files, {"twice.py": text.replace("n + 2", "n")}) == 2
    finally:
        ground.close()
