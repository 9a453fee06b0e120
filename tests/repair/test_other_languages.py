"""Repair of other languages, judged by a shell command line; skipped where the toolchain is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repair.conftest import run_repair, text_of

Project = Callable[[dict[str, str]], Path]


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)}")


@needs("node")
def test_javascript_is_mended(project: Project) -> None:
    root = project(
        {
            "list.js": """
                function last(items) {
                  return items[items.length];
                }
                module.exports = { last };
            """,
            "check.js": """
                const assert = require("assert");
                const { last } = require("./list.js");
                assert.strictEqual(last([1, 2, 3]), 3);
                assert.strictEqual(last(["x"]), "x");
            """,
        }
    )
    result, _ = run_repair(root, "list.js", test_command="node check.js")
    assert result.ok
    assert "items[items.length - 1]" in text_of(result, "list.js")


@needs("go")
def test_go_is_mended_with_many_candidates_in_one_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    # The test environment's own cache folder is empty, and Go would build its library anew.
    monkeypatch.setenv("GOCACHE", str(Path.home() / ".cache" / "go-build"))
    root = project(
        {
            "go.mod": "module m\n\ngo 1.20\n",
            "count.go": """
                package m

                // Below counts the values below a limit.
                func Below(values []int, limit int) int {
                    count := 0
                    for _, value := range values {
                        if value <= limit {
                            count++
                        }
                    }
                    return count
                }
            """,
            "count_test.go": """
                package m

                import "testing"

                func TestBelow(t *testing.T) {
                    if got := Below([]int{1, 2, 3, 9}, 3); got != 2 {
                        t.Fatalf("got %d, want 2", got)
                    }
                    if got := Below([]int{5, 0}, 9); got != 2 {
                        t.Fatalf("got %d, want 2", got)
                    }
                }
            """,
        }
    )
    result, _ = run_repair(root, "count.go", test_command="go test ./...")
    assert result.ok
    assert "if value < limit {" in text_of(result, "count.go")


@needs("g++")
def test_a_cpp_program_is_mended(project: Project) -> None:
    root = project(
        {
            "sum.cpp": """
                #include <vector>
                int total(const std::vector<int>& values) {
                    int sum = 0;
                    for (unsigned i = 1; i < values.size(); i++) {
                        sum += values[i];
                    }
                    return sum;
                }
            """,
            "check.cpp": """
                #include "sum.cpp"
                int main() { return total({1, 2, 3}) == 6 && total({}) == 0 && total({5}) == 5 ? 0 : 1; }
            """,
        }
    )
    result, _ = run_repair(root, "sum.cpp", test_command="g++ -o check check.cpp && ./check")
    assert result.ok
    assert "unsigned i = 0" in text_of(result, "sum.cpp")


def test_a_test_file_in_go_is_never_a_place_to_edit(project: Project) -> None:
    from agent.repair.localise_text import test_lines
    from agent.repair.templates.neutral_tree import parse

    text = 'package m\n\nimport "testing"\n\nfunc TestA(t *testing.T) {\n\tif 1 != 2 {\n\t\tt.Fatal(1)\n\t}\n}\n'
    source = parse("a_test.go", text)
    assert source is not None
    assert set(range(5, 10)) <= test_lines(source)


@needs("javac", "java")
def test_a_recursion_that_does_not_end_is_mended(project: Project) -> None:
    root = project(
        {
            "Steps.java": """
                class Steps {
                    /** The number of ways over a grid, to the right or down. */
                    static int ways(int rows, int columns) {
                        if (rows == 1) {
                            return 1;
                        }
                        return ways(rows - 1, columns) + ways(rows, columns - 1);
                    }
                }
            """,
            "Main.java": """
                public class Main {
                    public static void main(String[] args) {
                        if (Steps.ways(2, 2) != 2 || Steps.ways(3, 3) != 6 || Steps.ways(1, 4) != 1) {
                            throw new AssertionError();
                        }
                    }
                }
            """,
        }
    )
    result, _ = run_repair(root, "Steps.java", test_command="javac *.java && java Main")
    assert result.ok, result.summary
