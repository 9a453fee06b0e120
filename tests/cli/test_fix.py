"""`agent fix` from the command line: the tests judge, defects without tests are each a turn of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import CALC, FIXED, RunAgent
from tests.conftest import git

MakeRepo = Callable[..., Path]
TEST = "from calc import total\n\nassert total([(2, 3)]) == 6, total([(2, 3)])\n"


def test_a_failing_command_is_made_to_pass_and_only_the_named_file_changes(
    agent: RunAgent, make_repo: MakeRepo
) -> None:
    root = make_repo({"calc.py": CALC, "check.py": TEST})
    ran = agent("fix", "calc.py", "--test", "python3 check.py", "-m", "none", "--timeout", "60", cwd=root, limit=90)
    assert ran.code == 0, ran.err
    assert (root / "calc.py").read_text() == FIXED
    assert (root / "check.py").read_text() == TEST
    assert git(root, "status", "--porcelain") == ""
    assert agent("undo", cwd=root).code == 0
    assert (root / "calc.py").read_text() == CALC


def test_a_repair_without_a_time_limit_ends_as_one_with(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC, "check.py": TEST, ".agentrc": "fix_seconds = inf\ntest_timeout = inf\n"})
    ran = agent("fix", "calc.py", "--test", "python3 check.py", "-m", "none", cwd=root, limit=120)
    assert ran.code == 0, ran.err
    assert (root / "calc.py").read_text() == FIXED


def test_what_cannot_be_repaired_is_a_failure_and_nothing_changes(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC})
    ran = agent("fix", "calc.py", "--test", "false", "-m", "none", "--timeout", "8", cwd=root, limit=90)
    assert ran.code == 1
    assert (root / "calc.py").read_text() == CALC
    assert "Nothing was changed" in ran.err


def test_a_file_that_does_not_parse_is_mended_without_a_model(agent: RunAgent, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": CALC.replace("(items):", "(items:")})
    ran = agent("fix", "calc.py", "-m", "none", cwd=root)
    assert ran.code == 0, ran.err
    assert (root / "calc.py").read_text() == CALC


def test_each_lint_fix_is_explained_and_can_be_undone_by_itself(agent: RunAgent, make_repo: MakeRepo) -> None:
    source = "def f(a):\n    if a == None:\n        return math.pi\n    return a\n"
    root = make_repo({"m.py": source})
    ran = agent("fix", "m.py", "-m", "none", "--json", cwd=root)
    assert ran.code == 0, ran.out
    assert len(ran.of("applied")) == 2
    assert "import math" in (root / "m.py").read_text()
    assert agent("undo", cwd=root).code == 0
    assert "a is None" in (root / "m.py").read_text() or "import math" in (root / "m.py").read_text()
    assert agent("undo", cwd=root).code == 0
    assert (root / "m.py").read_text() == source


def test_a_command_runs_where_the_person_is_and_a_found_one_fits_the_file(agent: RunAgent, make_repo: MakeRepo) -> None:
    check = "from calc import total\n\n\ndef test_total():\n    assert total([(2, 3)]) == 6\n"
    files = {"Makefile": "test:\n\tfalse\n", "test_other.py": "def test_no():\n    assert False\n"}
    inner = {"shop/pyproject.toml": "[tool.pytest.ini_options]\n", "shop/calc.py": CALC, "shop/check.py": TEST}
    root = make_repo({**files, **inner, "shop/test_calc.py": check})
    given = ["fix", "calc.py", "--test", "python3 check.py", "-m", "none", "--timeout", "60"]
    for argv, cwd in ((given, root / "shop"), (["fix", "shop/calc.py", "-m", "none", "--timeout", "60"], root)):
        ran = agent(*argv, cwd=cwd, limit=90)
        assert ran.code == 0, ran.err
        assert (root / "shop/calc.py").read_text() == FIXED
        assert agent("undo", cwd=root).code == 0
