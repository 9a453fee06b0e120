# ruff: noqa: E501 (tables of cases)
"""Which command runs a project's tests, by what lies in its root."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent.repo.testing import TestCommand, affected, find_test_command
from agent.repo.testing.find import kind_of

TEST = "def test_x():\n    assert True\n"
UNIT = "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_x(self):\n        pass\n"


def project(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def package(test: str = "", **more: object) -> str:
    return json.dumps({"name": "x", **({"scripts": {"test": test}} if test else {}), **more})


def found(root: Path) -> TestCommand:
    command = find_test_command(root)
    assert command is not None
    return command


KINDS: dict[str, tuple[dict[str, str], str, str]] = {
    "pytest by a file": ({"test_a.py": TEST}, "pytest", "python -m pytest"),
    "pytest by its section": ({"pyproject.toml": "[tool.pytest.ini_options]\n", "check/a.py": ""}, "pytest", "python -m pytest"),
    "pytest in a folder": ({"tests/test_a.py": TEST, "a.py": ""}, "pytest", "python -m pytest"),
    "pytest runs unittest's": ({"tests/test_a.py": UNIT}, "pytest", "python -m pytest"),
    "python before a Makefile": ({"test_a.py": TEST, "Makefile": "test:\n\tpytest\n"}, "pytest", "python -m pytest"),
    "npm": ({"package.json": package("jest")}, "jest", "npm test --silent"),
    "vitest in npm": ({"package.json": package("vitest")}, "vitest", "npm test --silent"),
    "node's own runner": ({"package.json": package("node --test")}, "node", "npm test --silent"),
    "no script, but tests": ({"package.json": package(), "a.test.js": ""}, "node", "node --test"),
    "npm's placeholder is no test": (
        {"package.json": package('echo "Error: no test specified" && exit 1'), "test/a.js": ""}, "node", "node --test"),
    "mocha installed": (
        {"package.json": package(devDependencies={"mocha": "1"}), "node_modules/.bin/mocha": ""}, "mocha", "./node_modules/.bin/mocha"),
    "go": ({"go.mod": "module x\n", "a.go": "package a\n"}, "go", "go test -v ./..."),
    "rust": ({"Cargo.toml": "[package]\n"}, "cargo", "cargo test --no-fail-fast"),
    "maven": ({"pom.xml": "<project/>"}, "maven", "mvn -B test"),
    "maven's wrapper": ({"pom.xml": "<project/>", "mvnw": ""}, "maven", "./mvnw -B test"),
    "gradle's wrapper": ({"build.gradle.kts": "", "gradlew": ""}, "gradle", "./gradlew test --console=plain --continue"),
    "cmake": ({"CMakeLists.txt": "enable_testing()\n"}, "ctest",
              "cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure"),
    "cmake that is built": ({"CMakeLists.txt": "include(CTest)\n", "build/CMakeCache.txt": ""}, "ctest",
                            "cmake --build build && ctest --test-dir build --output-on-failure"),
    "rspec": ({"spec/a_spec.rb": ""}, "rspec", "rspec --no-color"),
    "rake": ({"Rakefile": "Rake::TestTask.new\n"}, "minitest", "rake test"),
    "phpunit": ({"vendor/bin/phpunit": "", "composer.json": "{}"}, "phpunit", "vendor/bin/phpunit --colors=never"),
    "deno": ({"deno.json": "{}"}, "deno", "deno test -A"),
    "elixir": ({"mix.exs": ""}, "exunit", "mix test --no-color"),
    "make test": ({"Makefile": "all:\n\ntest: all\n\t./t\n"}, "make", "make test"),
    "make check": ({"Makefile": "check:\n\t./t\n"}, "make", "make check"),
    "a script": ({"run_tests.sh": "exit 0\n"}, "command", "sh run_tests.sh"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_the_command_is_found_by_the_projects_files(tmp_path: Path, name: str) -> None:
    files, kind, text = KINDS[name]
    command = found(project(tmp_path, files))
    assert command.kind == kind
    assert command.text.replace(Path(sys.executable).name + " ", "python ", 1) == text
    assert command.why


@pytest.mark.parametrize(
    "files",
    [{}, {"a.py": "print(1)\n"}, {"README.md": "test\n"}, {"package.json": package()}, {"package.json": "{broken"},
     {"CMakeLists.txt": "project(x)\n"}, {"Makefile": "all:\n"}, {"Makefile": "test := 1\n"}, {"node_modules/x/a.test.js": ""}],
)  # fmt: skip
def test_nothing_is_made_up_where_there_are_no_tests(tmp_path: Path, files: dict[str, str]) -> None:
    assert find_test_command(project(tmp_path, files)) is None


def test_the_command_given_goes_first_and_is_a_command_line(tmp_path: Path) -> None:
    project(tmp_path, {"test_a.py": TEST})
    command = find_test_command(tmp_path, "  make -s && ./check | tee log  ")
    assert command is not None and command.shell == "make -s && ./check | tee log" and command.argv == ()


@pytest.mark.parametrize(
    ("line", "kind"),
    [("pytest -q", "pytest"), ("python3 -m pytest tests", "pytest"), (".venv/bin/pytest", "pytest"), ("python -m unittest -v", "unittest"),
     ("cd web && npx vitest run", "vitest"), ("npx jest", "jest"), ("node --test test/", "node"), ("go test ./...", "go"),
     ("cargo test --lib", "cargo"), ("./mvnw test", "maven"), ("./gradlew check", "gradle"), ("make check", "make"), ("./run.sh", "command")],
)  # fmt: skip
def test_the_runner_in_a_command_line_is_recognised(line: str, kind: str) -> None:
    assert kind_of(line) == kind


def test_the_projects_own_environment_is_used(tmp_path: Path) -> None:
    project(
        tmp_path,
        {"test_a.py": TEST, ".venv/bin/python": "", ".venv/lib/python3.11/site-packages/pytest/__init__.py": ""},
    )
    command = found(tmp_path)
    assert command.argv == (str(tmp_path / ".venv/bin/python"), "-m", "pytest") and ".venv" in command.why


def test_an_environment_without_pytest_runs_unittest(tmp_path: Path) -> None:
    project(tmp_path, {"tests/test_a.py": UNIT, "venv/bin/python": ""})
    command = found(tmp_path)
    assert (command.kind, command.argv[1:]) == ("unittest", ("-m", "unittest", "discover", "-s", "tests"))


def test_a_source_folder_that_is_not_installed_is_importable(tmp_path: Path) -> None:
    from agent.repo.testing import run_tests

    project(
        tmp_path,
        {
            "src/shop/__init__.py": "PRICE = 3\n",
            "tests/test_shop.py": "import shop\n\n\ndef test_price():\n    assert shop.PRICE == 3\n",
        },
    )
    assert run_tests(found(tmp_path), tmp_path, timeout=60).ok


def test_a_package_managers_lock_file_names_it(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": package("jest"), "pnpm-lock.yaml": ""})
    expected = ("pnpm", "test") if shutil.which("pnpm") else ("npm", "test", "--silent")
    assert found(tmp_path).argv == expected


def test_finding_starts_nothing_and_is_quick(tmp_path: Path) -> None:
    import time

    project(tmp_path, {"test_a.py": TEST, **{f"pkg/m{n}.py": "" for n in range(300)}})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    began = time.monotonic()
    found(tmp_path)
    assert time.monotonic() - began < 2


# narrowed

NARROWED = [
    (TestCommand("pytest", ("python", "-m", "pytest")), ["calc.py"], ("python", "-m", "pytest", "tests/test_calc.py")),
    (TestCommand("pytest", ("python", "-m", "pytest")), ["tests/test_other.py"], ("python", "-m", "pytest", "tests/test_other.py")),
    (TestCommand("pytest", ("python", "-m", "pytest")), ["used.py"], ("python", "-m", "pytest", "tests/test_other.py")),
    (TestCommand("pytest", ("python", "-m", "pytest")), ["unknown.py"], ("python", "-m", "pytest")),
    (TestCommand("unittest", ("python", "-m", "unittest", "discover", "-s", "tests")), ["calc.py"], ("python", "-m", "unittest", "tests.test_calc")),
    (TestCommand("go", ("go", "test", "-v", "./...")), ["pkg/a.go", "b.go"], ("go", "test", "-v", "./pkg", ".")),
    (TestCommand("jest", ("npm", "test", "--silent")), ["web/cart.ts"], ("npm", "test", "--silent", "--", "web/cart.test.ts")),
    (TestCommand("make", ("make", "test")), ["calc.py"], ("make", "test")),
]  # fmt: skip


@pytest.mark.parametrize(("command", "only", "expected"), NARROWED)
def test_a_run_is_narrowed_where_the_runner_can(
    tmp_path: Path, command: TestCommand, only: list[str], expected: tuple[str, ...]
) -> None:
    files = {"calc.py": "", "used.py": "", "unknown.py": "", "tests/test_calc.py": TEST, "tests/test_other.py": "import used\n" + TEST,
             "pkg/a.go": "", "b.go": "", "web/cart.ts": "", "web/cart.test.ts": ""}  # fmt: skip
    assert affected(command, project(tmp_path, files), only).argv == expected


@pytest.mark.parametrize("line", ["pytest && echo done", "pytest | tee log", "cd a; pytest"])
def test_a_composed_command_line_is_left_alone(tmp_path: Path, line: str) -> None:
    project(tmp_path, {"calc.py": "", "test_calc.py": TEST})
    command = TestCommand("pytest", shell=line)
    assert affected(command, tmp_path, ["calc.py"]) == command


def test_a_plain_command_line_is_narrowed_with_quoting(tmp_path: Path) -> None:
    project(tmp_path, {"my calc.py": "", "test_my calc.py": TEST})
    assert (
        affected(TestCommand("pytest", shell="pytest -q"), tmp_path, ["my calc.py"]).shell
        == "pytest -q 'test_my calc.py'"
    )


def test_the_runner_of_a_files_language_and_of_its_own_project_comes_first(tmp_path: Path) -> None:
    project(tmp_path, {"go.mod": "module m\n", "calc/calc_test.go": "package calc\n", "test_a.py": TEST})
    project(tmp_path / "web", {"package.json": package("node --test")})
    assert found(tmp_path).kind == "pytest"
    chosen = {
        path: find_test_command(tmp_path, paths=[path])
        for path in ("a.py", "calc/calc.go", "web/src/a.js", "web/tool.py", "web/addon.c", "x.c")
    }
    kinds = {path: (c.kind, c.folder) for path, c in chosen.items() if c is not None}
    assert kinds == {
        "a.py": ("pytest", ""),
        "calc/calc.go": ("go", ""),
        "web/src/a.js": ("node", "web"),
        "web/tool.py": ("pytest", ""),
        "web/addon.c": ("node", "web"),
        "x.c": ("pytest", ""),
    }


def test_one_line_says_folder_variables_and_program(tmp_path: Path) -> None:
    command = TestCommand("pytest", ("python3", "-m", "pytest", "a b"), folder="web app", env=(("PYTHONPATH", "src"),))
    place = tmp_path / "web app"
    place.mkdir()
    said = subprocess.run(
        command.line.replace("python3 -m pytest", "sh -c 'pwd; echo $PYTHONPATH $0'"), shell=True, cwd=tmp_path,
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert said == f"{place}\nsrc a b\n"
    given = find_test_command(tmp_path, "pwd", folder="web app")
    assert given is not None and given.line == "cd 'web app' && pwd"
