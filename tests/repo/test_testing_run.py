"""Running tests: the right command, nothing left behind, and what failed told with its values."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from agent.errors import TaskFailed
from agent.events import to_json
from agent.repo.testing import Failure, TestCommand, TestRun, failure_digest, find_test_command, run_tests, to_event
from agent.repo.testing.run import HEAD_BYTES, TAIL_BYTES, clean

PYTHON = sys.executable


@pytest.fixture(autouse=True)
def lean_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs inside these tests do not load this environment's plugins: they take most of a small run's time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")


def shell(command: str) -> TestCommand:
    found = find_test_command(Path("/nonexistent"), command)
    assert found is not None
    return found


def run(root: Path, command: str, timeout: float = 60, **options: object) -> TestRun:
    return run_tests(shell(command), root, timeout=timeout, **options)  # type: ignore[arg-type]


def project(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def wait_until_gone(pid: int) -> bool:
    for _ in range(100):
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


# the process


def test_the_exit_code_judges(tmp_path: Path) -> None:
    assert run(tmp_path, "true").ok
    failed = run(tmp_path, "exit 3")
    assert not failed.ok and failed.exit_code == 3
    assert failed.failures[0].head == "exit code 3, without a word"


def test_it_runs_in_the_root_with_stdin_closed_and_no_colour(tmp_path: Path) -> None:
    code = "import os,sys; print(os.getcwd(), repr(sys.stdin.read()), os.environ.get('NO_COLOR'), os.environ.get('FORCE_COLOR'))"  # noqa: E501
    output = run(tmp_path, f'{PYTHON} -c "{code}"').output
    assert output.split() == [str(tmp_path.resolve()), "''", "1", "None"]


def test_at_the_limit_the_whole_group_is_killed(tmp_path: Path) -> None:
    began = time.monotonic()
    result = run(tmp_path, "sleep 60 & echo $! > child; echo before; sleep 60", timeout=1)
    assert time.monotonic() - began < 8
    assert result.timed_out and not result.ok
    assert result.summary == "stopped after 1 s"
    assert result.failures[-1].kind == "timeout"
    assert "before" in result.output
    assert wait_until_gone(int((tmp_path / "child").read_text()))


def test_a_program_that_ignores_the_polite_signal_is_killed_too(tmp_path: Path) -> None:
    assert run(tmp_path, "trap '' TERM INT; while true; do sleep 0.1; done", timeout=1).timed_out


def test_a_child_left_in_the_background_does_not_hold_the_run(tmp_path: Path) -> None:
    began = time.monotonic()
    result = run(tmp_path, "sleep 60 & echo $! > child; exit 0", timeout=50)
    assert result.ok and time.monotonic() - began < 10
    assert wait_until_gone(int((tmp_path / "child").read_text()))


def test_ctrl_c_kills_the_group_and_goes_on(tmp_path: Path) -> None:
    def interrupt() -> None:
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text().strip():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "sleep 60 & echo $! > child; sleep 60", timeout=60)
    thread.join()
    assert wait_until_gone(int((tmp_path / "child").read_text()))


def test_a_flood_of_output_is_bounded_and_both_ends_are_kept(tmp_path: Path) -> None:
    code = "print('first'); [print('x' * 999) for _ in range(9000)]; print('last')"
    output = run(tmp_path, f'{PYTHON} -c "{code}"').output
    assert output.startswith("first") and output.rstrip().endswith("last")
    assert len(output) < HEAD_BYTES + 1.3 * TAIL_BYTES


def test_output_is_seen_as_it_comes(tmp_path: Path) -> None:
    seen: list[tuple[float, str]] = []
    run(tmp_path, "echo one; sleep 0.6; echo two", on_output=lambda text: seen.append((time.monotonic(), text)))
    times = {word: when for when, text in seen for word in text.split()}
    assert times["two"] - times["one"] > 0.3


def test_a_command_that_cannot_be_started_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TaskFailed) as caught:
        run_tests(TestCommand("command", ("/no/such/program",)), tmp_path, timeout=5)
    assert "test_command" in caught.value.hint


def test_a_missing_program_in_a_command_line_is_a_failure(tmp_path: Path) -> None:
    result = run(tmp_path, "no-such-program-here --all")
    assert result.exit_code == 127 and "not found" in result.failures[0].head


def test_a_crash_is_told_by_its_signal(tmp_path: Path) -> None:
    command = TestCommand("command", (PYTHON, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    result = run_tests(command, tmp_path, timeout=20)
    assert result.exit_code == -signal.SIGSEGV and result.failures[0].head == "ended by signal 11"


def test_bytes_that_are_not_text_do_no_harm(tmp_path: Path) -> None:
    assert "�" in run(tmp_path, r"printf '\377\376 bad\n'; exit 1").output


def test_colours_are_taken_out() -> None:
    assert clean("\x1b[1;31mred\x1b[0m\r\nnext\x1b]0;title\x07") == "red\nnext"


# pytest and unittest

CALC = "def add(a, b):\n    return a - b\n\n\ndef half(a):\n    return 1 / (a - a)\n"
PYTEST = """import pytest
from calc import add, half


def test_add():
    assert add(1, 2) == 3


@pytest.mark.parametrize("a", [2, 4])
def test_half(a):
    assert half(a) == a / 2


class TestMore:
    def test_list(self):
        assert [1, 2, 3] == [1, 2, 4], "lists differ"

    def test_raises(self):
        with pytest.raises(ValueError):
            add(1, 2)


@pytest.fixture
def broken():
    raise RuntimeError("no database")


def test_fixture(broken):
    pass


def test_fine():
    pass


@pytest.mark.skip
def test_skipped():
    pass
"""


@pytest.mark.parametrize("how", ["found", "-q --tb=short", "-q --tb=long", "-x -v", "--tb=no", "--tb=line"])
def test_pytest_is_read_in_every_style(tmp_path: Path, how: str) -> None:
    project(tmp_path, {"calc.py": CALC, "test_calc.py": PYTEST})
    command = find_test_command(tmp_path) if how == "found" else shell(f"{PYTHON} -m pytest {how} -p no:cacheprovider")
    assert command is not None and command.kind == "pytest"
    result = run_tests(command, tmp_path, timeout=60)
    names = [f.name.partition("::")[2] for f in result.failures]
    if how == "-x -v":
        assert (result.failed, names) == (1, ["test_add"])
        return
    assert (result.passed, result.failed, result.skipped, result.errors) == (1, 6, 1, 1)
    assert sorted(names) == [
        "TestMore::test_list",
        "TestMore::test_raises",
        "test_add",
        "test_fixture",
        "test_half[2]",
        "test_half[4]",
    ]
    if how in ("--tb=no", "--tb=line"):
        return
    by_name = {f.name.partition("::")[2]: f for f in result.failures}
    add = by_name["test_add"]
    assert (add.path, add.line, add.kind) == ("test_calc.py", 6, "failed")
    assert "-1 == 3" in add.head and "add(1, 2)" in add.head
    half = by_name["test_half[2]"]
    assert (half.path, half.line, half.kind, half.test_path) == ("calc.py", 6, "error", "test_calc.py")
    assert "ZeroDivisionError" in half.head and "return 1 / (a - a)" in half.head
    assert (
        "lists differ" in by_name["TestMore::test_list"].head
        and "At index 2 diff: 3 != 4" in by_name["TestMore::test_list"].head
    )
    assert "DID NOT RAISE" in by_name["TestMore::test_raises"].head
    assert "no database" in by_name["test_fixture"].head
    assert all(len(f.head) < 330 for f in result.failures)


def test_a_file_that_does_not_parse_is_told_with_its_line(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "calc.py": "def add(a, b:\n    return a\n",
            "test_calc.py": "from calc import add\n\n\ndef test_add():\n    pass\n",
        },
    )
    result = run(tmp_path, f"{PYTHON} -m pytest -q -p no:cacheprovider")
    (failure,) = result.failures
    assert (failure.path, failure.line, failure.kind) == ("calc.py", 1, "error")
    assert "SyntaxError" in failure.head and str(tmp_path) not in failure.head


def test_a_missing_module_is_told(tmp_path: Path) -> None:
    project(tmp_path, {"test_calc.py": "from nowhere_at_all import x\n\n\ndef test_x():\n    pass\n"})
    (failure,) = run(tmp_path, f"{PYTHON} -m pytest -p no:cacheprovider").failures
    assert "No module named 'nowhere_at_all'" in failure.head and failure.line == 1


def test_no_tests_is_not_a_success(tmp_path: Path) -> None:
    project(tmp_path, {"calc.py": CALC})
    result = run(tmp_path, f"{PYTHON} -m pytest -p no:cacheprovider")
    assert not result.ok and result.no_tests and result.summary == "no tests were found"


UNITTEST = """import unittest
from calc import add, half


class Calc(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(1, 2), 3)

    def test_half(self):
        for a in (2, 4):
            with self.subTest(a=a):
                self.assertEqual(half(a), a / 2)

    def test_message(self):
        self.assertTrue(add(1, 1) == 2, "one and one")

    @unittest.skip("later")
    def test_skipped(self):
        pass

    def test_fine(self):
        pass
"""


def test_unittest_is_read(tmp_path: Path) -> None:
    project(tmp_path, {"calc.py": CALC, "test_calc.py": UNITTEST})
    result = run(tmp_path, f"{PYTHON} -m unittest")
    assert (result.failed, result.skipped, result.errors) == (4, 1, 2)
    heads = {f.name.rpartition(".")[2].split(" ")[0]: f for f in result.failures}
    assert heads["test_add"].head == "self.assertEqual(add(1, 2), 3)\nAssertionError: -1 != 3"
    assert (heads["test_add"].path, heads["test_add"].line) == ("test_calc.py", 7)
    assert (heads["test_half"].path, heads["test_half"].line) == ("calc.py", 6)
    assert "one and one" in heads["test_message"].head


def test_a_script_of_asserts_is_a_test_too(tmp_path: Path) -> None:
    project(
        tmp_path, {"calc.py": CALC, "check.py": "from calc import add\n\nassert add(1, 2) == 3, f'got {add(1, 2)}'\n"}
    )
    (failure,) = run(tmp_path, f"{PYTHON} check.py").failures
    assert (failure.path, failure.line, failure.kind) == ("check.py", 3, "failed")
    assert "assert add(1, 2) == 3" in failure.head and "AssertionError: got -1" in failure.head


def test_a_doctest_run_is_read_by_its_own_words(tmp_path: Path) -> None:
    project(tmp_path, {"calc.py": 'def add(a, b):\n    """\n    >>> add(1, 2)\n    3\n    """\n    return a - b\n'})
    result = run(tmp_path, f"{PYTHON} -m doctest calc.py")
    assert not result.ok and result.failures[0].path == "calc.py" and result.failures[0].line == 3


# the digest and the event


def test_the_digest_carries_every_value_in_few_characters(tmp_path: Path) -> None:
    project(tmp_path, {"calc.py": CALC, "test_calc.py": PYTEST})
    result = run(tmp_path, f"{PYTHON} -m pytest -p no:cacheprovider")
    digest = failure_digest(result, 800)
    assert len(digest) <= 800 < len(result.output)
    for value in ("-1 == 3", "ZeroDivisionError", "3 != 4", "DID NOT RAISE", "no database"):
        assert value in digest
    assert "test_half[2] and 1 more test (calc.py:6)" in digest  # the same error twice is said once


@pytest.mark.parametrize("room", [0, 1, 20, 60, 100, 300, 5000])
def test_the_digest_keeps_its_limit(room: int) -> None:
    failures = tuple(
        Failure(f"t.py::test_{n}", "t.py", n, f"assert {n} == {n + 1}\n  detail {'x' * n}") for n in range(1, 60)
    )
    run_ = TestRun(shell("pytest"), 1, 0.1, 0, 59, 0, 0, failures)
    assert len(failure_digest(run_, room)) <= room


def test_the_digest_of_a_failure_without_a_word_says_the_code() -> None:
    assert "exit code 2" in failure_digest(TestRun(shell("x"), 2, 0.1), 100)


def test_the_event_is_plain_data(tmp_path: Path) -> None:
    project(tmp_path, {"test_a.py": "def test_a():\n    assert 1 == 2\n"})
    event = to_event(run(tmp_path, f"{PYTHON} -m pytest -p no:cacheprovider"))
    line = to_json(event)
    assert (line["event"], line["ok"], line["failed"], line["passed"]) == ("tests", False, 1, 0)
    assert line["failures"][0] == {"name": "test_a.py::test_a", "path": "test_a.py", "line": 2, "head": "assert 1 == 2"}


def test_a_success_needs_no_tail(tmp_path: Path) -> None:
    assert to_event(run(tmp_path, "echo fine")).output_tail == ""


# narrowed


def test_a_run_is_narrowed_to_the_tests_of_a_source(tmp_path: Path) -> None:
    project(tmp_path, {"calc.py": CALC, "test_calc.py": PYTEST, "test_other.py": "def test_other():\n    pass\n"})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    command = find_test_command(tmp_path)
    assert command is not None
    result = run_tests(command, tmp_path, timeout=60, only=["test_other.py"])
    assert (result.passed, result.failed) == (1, 0)
    result = run_tests(command, tmp_path, timeout=60, only=["calc.py"])
    assert (result.passed, result.failed) == (1, 6)
