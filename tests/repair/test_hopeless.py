"""Commands that fail whatever the files hold, and files that cannot be repaired: said at once, nothing changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.errors import UsageError
from agent.repair.beyond import imported_files
from tests.repair.conftest import run_repair, text_of

Project = Callable[[dict[str, str]], Path]
FILES = {
    "calc.py": "def add(a, b):\n    return a - b\n",
    "test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
}
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only inotify tells what was opened")


@linux
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("false", "exit code 1"),
        ("no_such_command_here", "not found"),
        (f"{sys.executable} no_such_file.py", "No such file"),
        (f"{sys.executable} -m pytest --no-such-option", "unrecognized arguments"),
    ],
)
def test_a_command_that_never_reads_the_file_ends_the_search_at_once(project: Project, command: str, said: str) -> None:
    result, _ = run_repair(project(FILES), "calc.py", test_command=command)
    assert not result.ok
    assert not result.changes
    assert result.tried == 0
    assert "without reading calc.py" in result.summary
    assert said in result.summary
    assert "agent-repair-" not in result.summary.replace(command, "")
    assert "--test" in result.hint


def test_a_command_that_says_nothing_but_reads_the_file_is_searched_for(project: Project) -> None:
    root = project({**FILES, "check.py": "from calc import add\n\nassert add(1, 2) == 3\n"})
    result, _ = run_repair(root, "calc.py", test_command=f"{sys.executable} check.py >/dev/null 2>&1")
    assert result.ok
    assert "a + b" in text_of(result, "calc.py")


def test_a_build_that_is_up_to_date_is_not_taken_for_one_that_reads_nothing(project: Project) -> None:
    root = project(
        {
            "answer.txt": "41\n",
            "built.txt": "41\n",
            "build.sh": "[ built.txt -nt answer.txt ] || cp answer.txt built.txt\ngrep -q 42 built.txt\n",
        }
    )
    os.utime(root / "answer.txt", (1, 1))
    from agent.repair.preparing import prepare, untouched
    from agent.repair.targets import read_targets

    files = read_targets(root, ["answer.txt"])
    texts = {path: target.text for path, target in files.items()}
    ground = prepare(root, files, texts, "sh build.sh", 10.0, 1)
    try:
        assert not ground.baseline.ok
        if ground.opened is not None:
            assert ground.opened is False
        assert not untouched(ground, files, texts)
        assert (ground.judge.root / "answer.txt").read_text() == "41\n"
    finally:
        ground.close()


def test_an_unreadable_file_is_named(project: Project) -> None:
    root = project(FILES)
    (root / "folder.py").mkdir()
    with pytest.raises(UsageError, match=r"folder\.py cannot be read"):
        run_repair(root, "folder.py", test_command="false")
    if os.geteuid() != 0:
        (root / "calc.py").chmod(0)
        with pytest.raises(UsageError, match=r"calc\.py cannot be read: Permission denied"):
            run_repair(root, "calc.py", test_command="false")


def test_a_file_of_a_hundred_thousand_lines_is_refused_at_once(project: Project) -> None:
    root = project({"long.py": "x = 1\n" * 100_000})
    with pytest.raises(UsageError, match=r"long\.py has 100,000 lines"):
        run_repair(root, "long.py", test_command="false")


def test_a_latin_1_file_keeps_its_encoding(project: Project) -> None:
    root = project({"check.py": "from words import low\n\nassert low(1, 2) == 1\n"})
    before = b"# -*- coding: latin-1 -*-\n# caf\xe9\ndef low(a, b):\n    return max(a, b)\n"
    (root / "words.py").write_bytes(before)
    result, _ = run_repair(root, "words.py", test_command=f"{sys.executable} check.py")
    assert result.ok
    after = result.changes[0].after
    assert after is not None and b"caf\xe9" in after


def test_an_empty_file_ends_without_a_candidate(project: Project) -> None:
    root = project({"check.py": "from words import low\n", "words.py": ""})
    result, _ = run_repair(root, "words.py", test_command=f"{sys.executable} check.py")
    assert not result.ok
    assert result.seconds < 30
    assert "nothing to edit" in result.summary


def test_a_file_that_the_target_imports_is_named(project: Project) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/area.py": "from .scale import scale\nimport json\n\n\ndef area(w, h):\n    return scale(w) * scale(h)\n",
        "shop/scale.py": "def scale(x):\n    return x * 3\n",
        "check.py": "from shop.area import area\nassert (area(2, 3), area(1, 5), area(7, 1)) == (24, 20, 28)\n",
    }
    result, _ = run_repair(project(files), "shop/area.py", test_command="python3 check.py", seconds=8.0)
    assert not result.ok and result.hint.endswith("agent fix shop/area.py shop/scale.py")


def test_imports_of_scripts_are_found_by_their_paths(tmp_path: Path) -> None:
    for name in ("lib/a.ts", "b.js", "lib/c/index.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    text = "import { a } from './a.js'\nconst b = require('../b')\nimport c from './c'\nimport fs from 'fs'\n"
    assert imported_files(tmp_path, {"lib/x.ts": text}) == ["lib/a.ts", "b.js", "lib/c/index.js"]
