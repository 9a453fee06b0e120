"""JavaScript candidates are judged in a warm node process, and what it says is never believed unconfirmed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.repair import node
from tests.repair.conftest import judged, run_repair, text_of
from tests.repair.test_other_languages import needs

Project = Callable[[dict[str, str]], Path]
Opened = Callable[[Path, str, str], "node.NodeBench | None"]

pytestmark = needs("node")

SUM = "function sum(xs) {\n  let total = 1;\n  for (const x of xs) total += x;\n  return total;\n}\n"
RIGHT = SUM.replace("total = 1", "total = 0")
LOOP = SUM.replace("return total;", "for (;;) {}")
EXPORTED = SUM + "module.exports = { sum };\n"


SCRIPTS = {
    "asserts": "const assert = require('assert');\nassert.strictEqual(require('./sum').sum([1, 2]), 3);\n",
    "exits": "if (require('./sum').sum([1, 2]) !== 3) process.exit(1);\n",
    "exits however it is caught": (
        "try { if (require('./sum').sum([1, 2]) !== 3) process.exit(2); } catch { console.log('x'); }\n"
    ),
    "sets an exit code": "process.exitCode = require('./sum').sum([1, 2]) === 3 ? 0 : 1;\n",
    "fails later": (
        "const { sum } = require('./sum');\n"
        "setTimeout(() => { if (sum([1, 2]) !== 3) throw new Error('wrong'); }, 5);\n"
    ),
    "rejects": (
        "const { sum } = require('./sum');\n"
        "(async () => { await null; if (sum([1, 2]) !== 3) throw new Error('wrong'); })();\n"
    ),
    "says so when it ends": (
        "const { sum } = require('./sum');\nlet wrong = sum([1, 2]) !== 3;\n"
        "process.on('exit', () => { if (wrong) process.exitCode = 1; });\n"
    ),
    "uses node's own test runner": (
        "const test = require('node:test');\nconst assert = require('assert');\n"
        "test('sums', () => assert.strictEqual(require('./sum').sum([1, 2]), 3));\n"
    ),
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_warm_process_judges_as_the_command_does(project: Project, opened: Opened, script: str) -> None:
    root = project({"sum.js": EXPORTED, "check.js": script})
    bench = opened(root, "node check.js", "sum.js")
    assert bench is not None
    for text, passes in ((RIGHT, True), (SUM, False), (RIGHT, True), (SUM.replace("= 1", "= 2"), False)):
        assert judged(bench, text + "module.exports = { sum };\n") == (passes, False)


def test_an_endless_loop_is_cut_and_the_next_candidate_judged(project: Project, opened: Opened) -> None:
    root = project({"sum.js": EXPORTED, "check.js": SCRIPTS["asserts"]})
    bench = opened(root, "node check.js", "sum.js")
    assert bench is not None
    assert judged(bench, LOOP + "module.exports = { sum };\n") == (False, True)
    assert judged(bench, RIGHT + "module.exports = { sum };\n") == (True, False)


def test_es_modules_are_judged_in_threads(project: Project, opened: Opened) -> None:
    check = "import assert from 'node:assert';\nimport { sum } from './sum.mjs';\nassert.equal(sum([1, 2]), 3);\n"
    root = project({"sum.mjs": "export " + SUM, "check.mjs": check})
    bench = opened(root, "node check.mjs", "sum.mjs")
    assert bench is not None
    assert judged(bench, "export " + RIGHT, "sum.mjs") == (True, False)
    assert judged(bench, "export " + SUM, "sum.mjs") == (False, False)


def test_checks_that_only_print_count_where_the_command_counts_them(project: Project, opened: Opened) -> None:
    check = "const { sum } = require('./sum');\nconsole.assert(sum([1, 2]) === 3);\nconsole.assert(sum([]) === 0);\n"
    root = project({"sum.js": EXPORTED, "check.js": check})
    bench = opened(root, "! node check.js 2>&1 | grep -q Assertion", "sum.js")
    assert bench is not None
    assert judged(bench, RIGHT + "module.exports = { sum };\n") == (True, False)
    partly = bench.judge({"sum.js": EXPORTED.replace("total = 1", "total = xs.length && 1")})
    assert not partly.passed
    assert partly.further == 1


def test_what_one_candidate_leaves_behind_does_not_reach_the_next(project: Project, opened: Opened) -> None:
    root = project({"sum.js": EXPORTED, "check.js": SCRIPTS["asserts"]})
    bench = opened(root, "node check.js", "sum.js")
    assert bench is not None
    messy = "globalThis.left = 1; setInterval(() => { throw new Error('late'); }, 1); process.exitCode = 3;\n"
    assert judged(bench, messy + EXPORTED) == (False, False)
    time.sleep(0.05)
    assert judged(bench, RIGHT + "if (globalThis.left) throw 1;\nmodule.exports = { sum };\n") == (True, False)


def test_a_pass_that_the_command_does_not_confirm_is_none(project: Project, opened: Opened) -> None:
    # The second process of the command is the one that tells.
    root = project({"sum.js": EXPORTED, "check.js": SCRIPTS["asserts"], "other.js": "process.exit(1);\n"})
    bench = opened(root, "node check.js && node other.js", "sum.js")
    assert bench is not None
    assert judged(bench, RIGHT + "module.exports = { sum };\n") == (False, False)


def test_a_command_that_does_not_load_the_target_has_no_warm_judge(project: Project, opened: Opened) -> None:
    root = project({"sum.js": EXPORTED, "check.js": "process.exit(1);\n"})
    assert opened(root, "node check.js", "sum.js") is None


def test_a_repair_of_two_places_is_found_among_hundreds(project: Project) -> None:
    root = project(
        {
            "prime.js": """
                function isPrime(n) {
                  if (n < 2) return true;
                  for (let k = 2; k < Math.sqrt(n); k++) {
                    if (n % k === 0) return false;
                  }
                  return true;
                }
                module.exports = { isPrime };
            """,
            "check.js": """
                const assert = require("assert");
                const { isPrime } = require("./prime");
                for (const n of [2, 3, 5, 7, 11, 97]) assert(isPrime(n));
                for (const n of [4, 9, 25, 49, 91]) assert(!isPrime(n));
                for (const n of [1, 0, -3]) assert(!isPrime(n));
            """,
        }
    )
    result, _ = run_repair(root, "prime.js", test_command="node check.js")
    assert result.ok
    assert "k <= Math.sqrt(n)" in text_of(result, "prime.js")
    assert result.tried > 300
