"""jest and vitest run again in one process for each candidate. Skipped unless they are at hand: name folders whose
`node_modules` holds them (`npm install jest vitest`), several separated as in PATH, and run

    AGENT_NODE_RUNNERS=/some/folder:/another python -m pytest tests/repair/test_node_runners.py
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.repair import node
from tests.repair.conftest import judged, run_repair, text_of

Project = Callable[[dict[str, str]], Path]
Opened = Callable[[Path, str, str], "node.NodeBench | None"]

FOLDERS = [Path(name) for name in os.environ.get("AGENT_NODE_RUNNERS", "").split(os.pathsep) if name]
FOUND = [(name, at) for at in FOLDERS for name in ("jest", "vitest") if (at / "node_modules" / name).is_dir()]

pytestmark = pytest.mark.skipif(not FOUND, reason="AGENT_NODE_RUNNERS names no folder with jest or vitest")

SUM = "function sum(xs) {\n  let total = 1;\n  for (const x of xs) total += x;\n  return total;\n}\n"
EXPORTED = SUM + "module.exports = { sum };\n"
RIGHT = EXPORTED.replace("total = 1", "total = 0")
LOOP = EXPORTED.replace("return total;", "for (;;) {}")
TEST = {
    "jest": "const { sum } = require('./sum');\n",
    "vitest": "import { expect, test, vi } from 'vitest';\nimport { sum } from './sum.js';\n",
}
SUMS = """
test('adds', () => expect(sum([1, 2])).toBe(3));
test('adds nothing', () => expect(sum([])).toBe(0));
test('tells numbers', () => expect(typeof sum([1])).toBe('number'));
"""
PACKAGE = '{"name": "sums", "scripts": {"test": "%s"}}'
RUN = {"jest": "jest", "vitest": "vitest run"}
PROGRAM = {"jest": "node_modules/jest/bin/jest.js", "vitest": "node_modules/vitest/vitest.mjs"}


@pytest.fixture(params=FOUND, ids=lambda found: f"{found[0]}-{found[1].name}")
def runner(request: pytest.FixtureRequest) -> tuple[str, Path]:
    """A test runner's name and the folder in which it is installed."""
    found: tuple[str, Path] = request.param
    return found


def prepared(project: Project, runner: tuple[str, Path], **files: str) -> Path:
    """A project that uses it; `sum.js` and its test, and more files by their names with `_` for the dot."""
    name, place = runner
    root = project(
        {
            "sum.js": EXPORTED,
            "sum.test.js": TEST[name] + SUMS,
            "package.json": PACKAGE % RUN[name],
            **{key.replace("_", "."): text for key, text in files.items()},
        }
    )
    (root / "node_modules").symlink_to(place / "node_modules")
    return root


@pytest.mark.parametrize("started", ["npx", "npm test", "from its folder", "as a script"])
def test_candidates_are_judged_as_the_command_does(
    project: Project, opened: Opened, runner: tuple[str, Path], started: str
) -> None:
    name, _ = runner
    root = prepared(project, runner)
    rest = RUN[name].partition(" ")[2]
    command = {
        "npx": f"npx {RUN[name]}",
        "npm test": "npm test",
        "from its folder": f"node_modules/.bin/{RUN[name]}",
        "as a script": f"node {PROGRAM[name]} {rest}",
    }[started]
    bench = opened(root, command, "sum.js")
    assert bench is not None
    assert bench.runner == name
    for text in (RIGHT, EXPORTED, RIGHT, EXPORTED.replace("= 1", "= 2"), "nonsense(", RIGHT):
        assert judged(bench, text) == (text == RIGHT, False)


def test_it_is_told_how_many_failing_tests_are_mended(
    project: Project, opened: Opened, runner: tuple[str, Path]
) -> None:
    bench = opened(prepared(project, runner), f"npx {RUN[runner[0]]}", "sum.js")
    assert bench is not None
    verdict = bench.judge({"sum.js": EXPORTED.replace("total = 1", "total = xs.length && 1")})
    assert (verdict.passed, verdict.fixed) == (False, 1)


def test_a_candidate_takes_a_fraction_of_a_run(project: Project, opened: Opened, runner: tuple[str, Path]) -> None:
    bench = opened(prepared(project, runner), f"npx {RUN[runner[0]]}", "sum.js")
    assert bench is not None

    def seconds(count: int, *, detail: bool) -> float:
        begun = time.monotonic()
        for number in range(count):
            assert not bench.judge({"sum.js": EXPORTED.replace("= 1", f"= {number + 2}")}, detail=detail).passed
        return (time.monotonic() - begun) / count

    # Details are asked of the command itself.
    assert 5 * seconds(20, detail=False) < seconds(4, detail=True)


def test_an_endless_loop_is_cut_and_the_next_candidate_judged(
    project: Project, opened: Opened, runner: tuple[str, Path]
) -> None:
    bench = opened(prepared(project, runner), f"npx {RUN[runner[0]]}", "sum.js")
    assert bench is not None
    assert judged(bench, LOOP) == (False, True)
    assert judged(bench, EXPORTED.replace("= 1", "= 2")) == (False, False)
    assert judged(bench, RIGHT) == (True, False)


def test_files_that_loop_from_the_start_are_mended(project: Project, runner: tuple[str, Path]) -> None:
    looping = RIGHT.replace("for (const x of xs) total += x;", "for (let i = 0; i < xs.length; i--) total += xs[i];")
    root = prepared(project, runner, sum_js=looping)
    result, _ = run_repair(root, "sum.js", test_command=f"npx {RUN[runner[0]]}")
    assert result.ok


def test_what_breaks_another_file_of_tests_does_not_pass(
    project: Project, opened: Opened, runner: tuple[str, Path]
) -> None:
    other = TEST[runner[0]] + "test('adds once', () => expect(sum([5])).toBe(6));\n"
    root = prepared(project, runner)
    (root / "other.test.js").write_text(other)
    bench = opened(root, f"npx {RUN[runner[0]]}", "sum.js")
    assert bench is not None
    assert judged(bench, RIGHT) == (False, False)
    both = EXPORTED.replace("let total = 1", "let total = xs.length === 1 ? 1 : 0")
    assert judged(bench, both) == (True, False)


def test_what_a_candidate_leaves_behind_does_not_reach_the_next(
    project: Project, opened: Opened, runner: tuple[str, Path]
) -> None:
    bench = opened(prepared(project, runner), f"npx {RUN[runner[0]]}", "sum.js")
    assert bench is not None
    messy = "globalThis.left = 1; setInterval(() => { throw new Error('late'); }, 1);\n"
    assert not judged(bench, messy + EXPORTED)[0]
    assert not judged(bench, "process.exit(0);\n" + EXPORTED)[0]
    assert judged(bench, "if (globalThis.left) throw 1;\n" + RIGHT) == (True, False)


def test_a_target_that_the_runner_does_not_load_is_judged_by_the_command(
    project: Project, opened: Opened, runner: tuple[str, Path]
) -> None:
    root = prepared(project, runner)
    (root / "source.js").write_text(EXPORTED)
    assert opened(root, f"cp source.js sum.js && npx {RUN[runner[0]]}", "source.js") is None


ARGUMENTS = {
    "jest": [
        "--coverage --maxWorkers=2",
        "-t adds sum.test.js",
        "--ci --json --outputFile=out.json",
        "--config jest.json",
    ],
    "vitest": ["-t adds", "sum.test.js --reporter=dot", "--pool=threads", "--exclude=none.test.js --bail=1"],
}


@pytest.mark.parametrize("number", range(4))
def test_the_arguments_of_the_command_are_kept(
    project: Project, opened: Opened, runner: tuple[str, Path], number: int
) -> None:
    root = prepared(project, runner)
    (root / "setup.js").write_text("module.exports = async () => { process.env.FROM = '0'; };\n")
    (root / "jest.json").write_text('{"globalSetup": "./setup.js"}')
    bench = opened(root, f"npx {RUN[runner[0]]} {ARGUMENTS[runner[0]][number]}", "sum.js")
    assert bench is not None
    begin = "Number(process.env.FROM)" if "jest.json" in ARGUMENTS[runner[0]][number] else "0"
    assert judged(bench, RIGHT.replace("total = 0", f"total = {begin}")) == (True, False)
    assert judged(bench, EXPORTED.replace("= 1", "= 2")) == (False, False)


@pytest.mark.parametrize(
    "form", ["node --experimental-vm-modules {}", "NODE_OPTIONS=--experimental-vm-modules npx jest"]
)
def test_es_modules_of_jest_are_judged_too(
    project: Project, opened: Opened, runner: tuple[str, Path], form: str
) -> None:
    if runner[0] != "jest":
        pytest.skip("jest alone needs an option for them")
    root = prepared(project, runner)
    (root / "sum.mjs").write_text("export " + SUM)
    (root / "sum.test.js").unlink()
    (root / "sum.test.mjs").write_text("import { sum } from './sum.mjs';\n" + SUMS)
    (root / "jest.config.json").write_text('{"testMatch": ["**/*.test.mjs"]}')
    bench = opened(root, form.format(PROGRAM["jest"]), "sum.mjs")
    assert bench is not None
    assert judged(bench, "export " + SUM.replace("= 1", "= 0"), "sum.mjs") == (True, False)
    assert judged(bench, "export " + SUM, "sum.mjs") == (False, False)


def test_typescript_is_judged_by_vitest(project: Project, opened: Opened, runner: tuple[str, Path]) -> None:
    if runner[0] != "vitest":
        pytest.skip("jest needs more than itself for TypeScript")
    root = prepared(project, runner)
    typed = "export " + SUM.replace("(xs)", "(xs: number[]): number")
    (root / "sum.ts").write_text(typed)
    (root / "sum.test.js").write_text(TEST["vitest"].replace("./sum.js", "./sum.ts") + SUMS)
    bench = opened(root, "npx vitest run", "sum.ts")
    assert bench is not None
    assert judged(bench, typed.replace("= 1", "= 0"), "sum.ts") == (True, False)
    assert judged(bench, typed.replace("= 1", "= 2"), "sum.ts") == (False, False)


def test_a_repair_is_found(project: Project, runner: tuple[str, Path]) -> None:
    wrong = """
        function clampSum(xs, low, high) {
          let sum = 0;
          for (let x of xs) {
            if (x < low) x = low;
            if (x > high) x = low;
            sum += x;
          }
          return sum;
        }
        module.exports = { clampSum };
    """
    test = TEST[runner[0]].replace("sum }", "clampSum }") + (
        "test('clamps', () => expect(clampSum([1, 5, 9], 2, 6)).toBe(13));\n"
        "test('one', () => expect(clampSum([100], 0, 50)).toBe(50));\n"
    )
    root = prepared(project, runner, sum_js=wrong)
    (root / "sum.test.js").write_text(test)
    result, _ = run_repair(root, "sum.js", test_command=f"npx {RUN[runner[0]]}")
    assert result.ok
    assert "x > high) x = high" in text_of(result, "sum.js")
