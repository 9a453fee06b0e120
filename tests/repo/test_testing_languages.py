# ruff: noqa: E501 (tables of cases)
"""Test runs of other languages: real toolchains where they are installed, and outputs that real runners printed.

The runners that take long on a cold machine (Go builds its library, Maven and npm download) are run for real with
AGENT_TEST_TOOLCHAINS=all; without it their recorded outputs are read, which are whole outputs of the same programs.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from agent.repo.testing import Failure, Outcome, TestCommand, find_test_command, run_tests
from agent.repo.testing.outcome import read_outcome

RECORDED = Path(__file__).parent.parent / "data" / "runners"
ALL = os.environ.get("AGENT_TEST_TOOLCHAINS") == "all"


def needs(*programs: str, slow: bool = False) -> pytest.MarkDecorator:
    missing = [p for p in programs if shutil.which(p) is None]
    reason = f"{', '.join(missing)} is not installed" if missing else "set AGENT_TEST_TOOLCHAINS=all to run it"
    return pytest.mark.skipif(bool(missing) or (slow and not ALL), reason=reason)


def project(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def recorded(name: str, root: Path, kind: str) -> Outcome:
    output = (RECORDED / f"{name}.txt").read_text().replace("{root}", str(root))
    return read_outcome(TestCommand(kind, shell=kind), root, output, 1)


def by_name(failures: tuple[Failure, ...]) -> dict[str, Failure]:
    return {f.name: f for f in failures}


# JavaScript

CALC_JS = "function add(a, b) { return a - b; }\nfunction deep(o) { return o.x.y; }\nmodule.exports = { add, deep };\n"
NODE = {
    "calc.js": CALC_JS,
    "calc.test.js": """const test = require('node:test');
const { describe, it } = test;
const assert = require('node:assert');
const { add, deep } = require('./calc');
test('adds', () => { assert.strictEqual(add(1, 2), 3); });
test('fine', () => {});
test.skip('skipped', () => {});
describe('deep', () => {
  it('reads', () => { assert.equal(deep({}), 1); });
  it('compares', () => { assert.deepStrictEqual({ a: [1, 2] }, { a: [1, 3] }); });
  it('has words', () => { assert.ok(add(1, 1) === 2, 'sum is wrong'); });
});
""",
}


@needs("node")
@pytest.mark.parametrize("reporter", ["", "--test-reporter=tap", "--test-reporter=spec"])
def test_node(tmp_path: Path, reporter: str) -> None:
    project(tmp_path, NODE)
    command = find_test_command(tmp_path, f"node --test {reporter}" if reporter else "")
    assert command is not None and command.kind == "node"
    run = run_tests(command, tmp_path, timeout=60)
    assert (run.ok, run.passed, run.failed, run.skipped) == (False, 1, 4, 1)
    found = {f.name.rpartition(" > ")[2]: f for f in run.failures}
    assert set(found) == {"adds", "reads", "compares", "has words"}
    assert (found["adds"].path, found["adds"].line, found["adds"].kind) == ("calc.test.js", 5, "failed")
    assert found["adds"].head == "assert.strictEqual(add(1, 2), 3);\n-1 !== 3"
    assert (found["reads"].path, found["reads"].line, found["reads"].kind) == ("calc.js", 2, "error")
    assert "+ 2" in found["compares"].head and "- 3" in found["compares"].head
    assert "sum is wrong" in found["has words"].head


@needs("node")
@pytest.mark.parametrize(
    ("script", "path", "line", "said"),
    [
        ("const { add } = require('./calc');\nrequire('assert').strictEqual(add(1, 2), 3);\n", "t.js", 2, "-1 !== 3"),
        ("const { deep } = require('./calc');\ndeep({});\n", "calc.js", 2, "TypeError"),
        ("const x = (;\n", "t.js", 1, "SyntaxError"),
        ("console.log('not what was expected');\nprocess.exit(1);\n", "", 0, "not what was expected"),
    ],
)
def test_a_plain_script(tmp_path: Path, script: str, path: str, line: int, said: str) -> None:
    project(tmp_path, {"calc.js": CALC_JS, "t.js": script})
    command = find_test_command(tmp_path, "node t.js")
    assert command is not None
    (failure,) = run_tests(command, tmp_path, timeout=60).failures
    assert (failure.path, failure.line) == (path, line) and said in failure.head


def test_jest(tmp_path: Path) -> None:
    project(tmp_path, {"calc.js": CALC_JS, "j/calc.test.js": "//\n" * 9, "j/bad.test.js": "//\n"})
    outcome = recorded("jest", tmp_path, "jest")
    assert (outcome.passed, outcome.failed, outcome.skipped, outcome.errors) == (1, 7, 1, 1)
    found = by_name(outcome.failures)
    assert set(found) == {
        *(f"calc > {n}" for n in ("adds", "deep reads", "eq", "throws", "each 1", "each 3")),
        "j/bad.test.js",
    }
    assert (found["calc > adds"].path, found["calc > adds"].line) == ("j/calc.test.js", 3)
    assert "Expected: 3\nReceived: -1" in found["calc > adds"].head
    assert (found["calc > deep reads"].path, found["calc > deep reads"].line) == ("calc.js", 2)
    assert "did not throw" in found["calc > throws"].head
    assert "Cannot find module '../nope'" in found["j/bad.test.js"].head


def test_vitest(tmp_path: Path) -> None:
    project(tmp_path, {"calc.js": CALC_JS, "v/calc.test.mjs": "//\n" * 9, "v/bad.test.mjs": "//\n"})
    outcome = recorded("vitest", tmp_path, "vitest")
    assert (outcome.passed, outcome.failed, outcome.skipped, outcome.errors) == (1, 6, 1, 1)
    found = by_name(outcome.failures)
    assert set(found) == {*(f"calc > {n}" for n in ("adds", "deep reads", "eq", "each 1", "each 3")), "v/bad.test.mjs"}
    assert (found["calc > adds"].path, found["calc > adds"].line) == ("v/calc.test.mjs", 4)
    assert "expected -1 to be 3" in found["calc > adds"].head
    assert (found["calc > deep reads"].path, found["calc > deep reads"].kind) == ("calc.js", "error")


def test_mocha(tmp_path: Path) -> None:
    project(tmp_path, {"calc.js": CALC_JS, "m/calc.js": "//\n" * 12})
    outcome = recorded("mocha", tmp_path, "mocha")
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 4, 1)
    found = by_name(outcome.failures)
    assert set(found) == {"calc > adds", "calc > slow", "calc > inner > deep reads", "calc > inner > eq"}
    assert (found["calc > adds"].path, found["calc > adds"].line) == ("m/calc.js", 4)
    assert "-1 !== 3" in found["calc > adds"].head
    assert "Timeout of 50ms exceeded" in found["calc > slow"].head


# Go

GO = {
    "go.mod": "module example.com/x\n\ngo 1.21\n",
    "calc.go": "package calc\n\nfunc Add(a, b int) int { return a - b }\nfunc At(xs []int, i int) int { return xs[i] }\n",
    "calc_test.go": """package calc

import "testing"

func TestAdd(t *testing.T) {
	for _, c := range []struct{ a, b, want int }{{1, 2, 3}, {0, 0, 0}, {2, 2, 4}} {
		t.Run("case", func(t *testing.T) {
			if got := Add(c.a, c.b); got != c.want {
				t.Errorf("Add(%d, %d) = %d, want %d", c.a, c.b, got, c.want)
			}
		})
	}
}
func TestOk(t *testing.T) {}
func TestSkip(t *testing.T) { t.Skip("no") }
func TestPanic(t *testing.T) { At(nil, 3) }
""",
    "util/u.go": 'package util\n\nfunc U() int { return "x" }\n',
    "util/u_test.go": 'package util\n\nimport "testing"\n\nfunc TestU(t *testing.T) { U() }\n',
}


def assert_go(outcome: Outcome, verbose: bool) -> None:
    assert (outcome.passed, outcome.failed, outcome.skipped) == ((2, 4, 1) if verbose else (None, 4, None))
    found = by_name(outcome.failures)
    assert set(found) == {"TestAdd/case", "TestAdd/case#02", "TestPanic", "example.com/x/util"}
    add = found["TestAdd/case"]
    assert (add.path, add.line, add.head) == ("calc_test.go", 9, "Add(1, 2) = -1, want 3")
    assert (found["TestPanic"].path, found["TestPanic"].line) == ("calc.go", 4)
    assert "index out of range [3] with length 0" in found["TestPanic"].head
    broken = found["example.com/x/util"]
    assert (broken.path, broken.line, broken.kind) == ("util/u.go", 3, "error") and "as int value" in broken.head


@pytest.mark.parametrize("name", ["go-verbose", "go-quiet"])
def test_go_as_recorded(tmp_path: Path, name: str) -> None:
    project(tmp_path, GO)
    assert_go(recorded(name, tmp_path, "go"), name == "go-verbose")


@needs("go", slow=True)
def test_go(tmp_path: Path) -> None:
    project(tmp_path, GO)
    command = find_test_command(tmp_path)
    assert command is not None and command.kind == "go"
    run = run_tests(command, tmp_path, timeout=300)
    assert_go(Outcome(run.passed, run.failed, run.skipped, run.errors, run.failures), True)


# Rust

RUST = """/// Adds.
pub fn add(a: i32, b: i32) -> i32 { a - b }
pub fn at(xs: &[i32], i: usize) -> i32 { xs[i] }
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn adds() { assert_eq!(add(1, 2), 3, "sum"); }
    #[test]
    fn yes() { assert!(add(1, 1) == 2); }
    #[test]
    fn index() { at(&[], 2); }
    #[test]
    fn fine() {}
    #[test]
    #[ignore]
    fn later() {}
    #[test]
    fn result() -> Result<(), String> { Err("bad".into()) }
}
"""
CARGO = '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n'


@needs("cargo")
def test_cargo(tmp_path: Path) -> None:
    project(tmp_path, {"Cargo.toml": CARGO, "src/lib.rs": RUST})
    command = find_test_command(tmp_path)
    assert command is not None and command.kind == "cargo"
    run = run_tests(command, tmp_path, timeout=200)
    assert (run.passed, run.failed, run.skipped) == (1, 4, 1)
    found = by_name(run.failures)
    adds = found["tests::adds"]
    assert (adds.path, adds.line, adds.kind) == ("src/lib.rs", 8, "failed")
    assert "left: -1\nright: 3" in adds.head and "assert_eq!(add(1, 2), 3" in adds.head
    assert (found["tests::index"].line, found["tests::index"].kind) == (3, "error")
    assert "add(1, 1) == 2" in found["tests::yes"].head and '"bad"' in found["tests::result"].head


@needs("cargo")
def test_rust_that_does_not_compile(tmp_path: Path) -> None:
    project(tmp_path, {"Cargo.toml": CARGO, "src/lib.rs": 'pub fn add(a: i32) -> i32 { "x" }\n'})
    command = find_test_command(tmp_path)
    assert command is not None
    run = run_tests(command, tmp_path, timeout=200)
    (failure,) = run.failures
    assert (failure.path, failure.line, failure.kind, run.failed) == ("src/lib.rs", 1, "error", 1)
    assert "mismatched types" in failure.head and "expected `i32`, found `&str`" in failure.head


# C and C++

CMAKE = """cmake_minimum_required(VERSION 3.10)
project(x CXX)
enable_testing()
add_executable(t t.cpp)
add_test(NAME adds COMMAND t adds)
add_test(NAME fine COMMAND t fine)
add_test(NAME crash COMMAND t crash)
"""
CPP = """#include <cassert>
#include <cstdlib>
#include <cstring>
int add(int a, int b) { return a - b; }
int main(int n, char** v) {
  if (!strcmp(v[1], "adds")) { assert(add(1, 2) == 3); }
  if (!strcmp(v[1], "crash")) { abort(); }
  return 0;
}
"""


@needs("cmake", "ctest", "g++", "make")
def test_ctest_configures_builds_and_runs(tmp_path: Path) -> None:
    project(tmp_path, {"CMakeLists.txt": CMAKE, "t.cpp": CPP})
    command = find_test_command(tmp_path)
    assert command is not None and command.kind == "ctest"
    run = run_tests(command, tmp_path, timeout=120)
    assert (run.passed, run.failed) == (1, 2)
    found = by_name(run.failures)
    assert (found["adds"].path, found["adds"].line, found["adds"].head) == (
        "t.cpp",
        6,
        "assertion failed: add(1, 2) == 3",
    )
    assert "abort" in found["crash"].head.lower()
    (tmp_path / "t.cpp").write_text(CPP.replace("return a - b", 'return "x"'))
    (failure,) = run_tests(command, tmp_path, timeout=120).failures
    assert (failure.path, failure.line, failure.kind) == ("t.cpp", 4, "error") and "conversion" in failure.head


@needs("g++")
@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("#include <cassert>\nint main() { assert(1 == 2); }\n", 2, "1 == 2"),
        ("int main() { return missing; }\n", 1, "missing"),
        ("int main() {\n  return 0\n}\n", 2, "expected"),
    ],
)
def test_a_compiled_program(tmp_path: Path, source: str, line: int, said: str) -> None:
    project(tmp_path, {"a.cpp": source})
    command = find_test_command(tmp_path, "g++ a.cpp -o a && ./a")
    assert command is not None
    failure = run_tests(command, tmp_path, timeout=60).failures[0]
    assert (failure.path, failure.line) == ("a.cpp", line) and said in failure.head


def test_googletest(tmp_path: Path) -> None:
    project(tmp_path, {"t.cpp": "//\n" * 7})
    outcome = recorded("gtest", tmp_path, "command")
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 2, 1)
    found = by_name(outcome.failures)
    assert (found["Calc.Adds"].path, found["Calc.Adds"].line) == ("t.cpp", 4)
    assert "add(1, 2) (-1) and 3" in found["Calc.Adds"].head
    assert '"bad" thrown' in found["Calc.Throws"].head


# Java

MAVEN = {
    "pom.xml": """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version>
  <properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target></properties>
  <dependencies><dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.10.2</version>
    <scope>test</scope></dependency></dependencies>
  <build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><version>3.2.5</version></plugin></plugins></build>
</project>
""",
    "src/main/java/x/Calc.java": "package x;\npublic class Calc {\n  public static int add(int a, int b) { return a - b; }\n"
    "  public static int len(String s) { return s.length(); }\n}\n",
    "src/test/java/x/CalcTest.java": """package x;
import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.*;
class CalcTest {
  @Test void adds() { assertEquals(3, Calc.add(1, 2)); }
  @Test void nul() { assertEquals(0, Calc.len(null)); }
  @Test void yes() { assertTrue(Calc.add(1, 1) == 2, "sum"); }
  @Test void ok() {}
  @Disabled @Test void sk() {}
}
""",
}


def assert_maven(outcome: Outcome) -> None:
    assert (outcome.passed, outcome.failed, outcome.skipped, outcome.errors) == (1, 3, 1, 1)
    found = by_name(outcome.failures)
    assert set(found) == {"CalcTest.adds", "CalcTest.nul", "CalcTest.yes"}
    assert (found["CalcTest.adds"].path, found["CalcTest.adds"].line) == ("src/test/java/x/CalcTest.java", 5)
    assert "expected: <3> but was: <-1>" in found["CalcTest.adds"].head
    assert "sum" in found["CalcTest.yes"].head and found["CalcTest.nul"].kind == "error"
    assert 'Cannot invoke "String.length()"' in found["CalcTest.nul"].head


def test_maven_as_recorded(tmp_path: Path) -> None:
    project(tmp_path, MAVEN)
    assert_maven(recorded("maven", tmp_path, "maven"))


@needs("mvn", "java", slow=True)
def test_maven(tmp_path: Path) -> None:
    project(tmp_path, MAVEN)
    command = find_test_command(tmp_path)
    assert command is not None and command.kind == "maven"
    run = run_tests(command, tmp_path, timeout=300)
    assert_maven(Outcome(run.passed, run.failed, run.skipped, run.errors, run.failures))
    assert by_name(run.failures)["CalcTest.nul"].path == "src/main/java/x/Calc.java"  # the reports have the whole trace


REPORT = """<testsuite name="x.CalcTest" tests="2"><testcase name="adds()" classname="x.CalcTest"><failure message="expected: &lt;3&gt; but was: &lt;-1&gt;"
 type="org.opentest4j.AssertionFailedError">org.opentest4j.AssertionFailedError: expected: &lt;3&gt; but was: &lt;-1&gt;
	at org.junit.jupiter.api.Assertions.assertEquals(Assertions.java:531)
	at x.CalcTest.adds(CalcTest.java:5)
</failure></testcase><testcase name="ok()" classname="x.CalcTest"/></testsuite>
"""


def test_gradle_is_read_from_its_reports(tmp_path: Path) -> None:
    project(tmp_path, {**MAVEN, "build.gradle": "", "build/test-results/test/TEST-x.CalcTest.xml": REPORT})
    outcome = read_outcome(TestCommand("gradle", ("gradle", "test")), tmp_path, "FAILURE: Build failed", 1, since=1.0)
    assert (outcome.passed, outcome.failed) == (1, 1)
    (failure,) = outcome.failures
    assert (failure.name, failure.path, failure.line) == ("CalcTest.adds", "src/test/java/x/CalcTest.java", 5)


def test_an_old_report_is_not_this_runs(tmp_path: Path) -> None:
    project(tmp_path, {"build.gradle": "", "build/test-results/test/TEST-x.CalcTest.xml": REPORT})
    old = tmp_path / "build/test-results/test/TEST-x.CalcTest.xml"
    os.utime(old, (1_000_000, 1_000_000))
    outcome = read_outcome(TestCommand("gradle", ("gradle", "test")), tmp_path, "", 0, since=2_000_000.0)
    assert outcome.passed is None


@needs("java")
def test_a_java_program_of_asserts(tmp_path: Path) -> None:
    source = 'public class Calc {\n  static int add(int a, int b) { return a - b; }\n  public static void main(String[] x) {\n    assert add(1, 2) == 3 : "got " + add(1, 2);\n  }\n}\n'
    project(tmp_path, {"Calc.java": source})
    command = find_test_command(tmp_path, "java -ea Calc.java")
    assert command is not None
    (failure,) = run_tests(command, tmp_path, timeout=60).failures
    assert (failure.path, failure.line, failure.kind) == ("Calc.java", 4, "failed")
    assert "AssertionError: got -1" in failure.head and "assert add(1, 2) == 3" in failure.head


@needs("javac")
def test_java_that_does_not_compile(tmp_path: Path) -> None:
    project(tmp_path, {"Calc.java": 'public class Calc {\n  int x = "s";\n}\n'})
    command = find_test_command(tmp_path, "javac Calc.java")
    assert command is not None
    (failure,) = run_tests(command, tmp_path, timeout=60).failures
    assert (failure.path, failure.line) == ("Calc.java", 2) and "incompatible types" in failure.head
