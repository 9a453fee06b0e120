"""Faults that want two edits at once, in languages where one build holds every candidate; no model helps."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.repair.meta import embeddable
from agent.repair.meta_errors import inferred
from agent.repair.meta_pairs import further, likely_pairs
from agent.repair.types import Mutation, Splice
from tests.repair.conftest import run_built_in, run_repair, text_of

Project = Callable[[dict[str, str]], Path]

GO = {
    "go.mod": "module m\n\ngo 1.20\n",
    "count.go": """
        package m

        // Below counts the values below a limit.
        func Below(values []int, limit int) int {
            count := 1
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
            for _, c := range []struct{ limit, want int }{{3, 2}, {9, 3}, {1, 0}, {10, 4}, {0, 0}} {
                if got := Below([]int{1, 2, 3, 9}, c.limit); got != c.want {
                    t.Errorf("Below(%d): got %d, want %d", c.limit, got, c.want)
                }
            }
        }
    """,
}
CPP = {
    "count.cpp": """
        #include <vector>

        // The number of values below a limit.
        int below(std::vector<int> values, int limit) {
            int count = 1;
            for (int value : values) {
                if (value <= limit) {
                    count++;
                }
            }
            return count;
        }
    """,
    "check.cpp": """
        #include "count.cpp"
        #include <cassert>

        int main() {
            assert(below({1, 2, 3, 9}, 3) == 2);
            assert(below({1, 2, 3, 9}, 9) == 3);
            assert(below({1, 2, 3, 9}, 10) == 4);
            assert(below({}, 1) == 0);
        }
    """,
}
JAVA = {
    "Count.java": """
        class Count {
            /** The number of values below a limit. */
            int below(int[] values, int limit) {
                int count = 1;
                for (int value : values) {
                    if (value <= limit) {
                        count++;
                    }
                }
                return count;
            }
        }
    """,
    "Main.java": """
        public class Main {
            public static void main(String[] args) {
                int[] values = {1, 2, 3, 9};
                Count c = new Count();
                if (c.below(values, 3) != 2 || c.below(values, 9) != 3 || c.below(values, 10) != 4) {
                    throw new AssertionError();
                }
            }
        }
    """,
}
RUST = {
    "Cargo.toml": '[package]\nname = "m"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": """
        /// The number of values below a limit.
        pub fn below(values: &[i32], limit: i32) -> usize {
            let mut count = 1;
            for value in values {
                if *value <= limit {
                    count += 1;
                }
            }
            count
        }

        #[test]
        fn counts() {
            assert_eq!(below(&[1, 2, 3, 9], 3), 2);
            assert_eq!(below(&[1, 2, 3, 9], 9), 3);
            assert_eq!(below(&[1, 2, 3, 9], 10), 4);
            assert_eq!(below(&[], 1), 0);
        }
    """,
}


@pytest.mark.parametrize(
    ("program", "files", "target", "command"),
    [
        ("go", GO, "count.go", "go test ./..."),
        ("g++", CPP, "count.cpp", "g++ -o check check.cpp && ./check"),
        ("javac", JAVA, "Count.java", "javac *.java && java Main"),
        ("cargo", RUST, "src/lib.rs", "cargo test"),
    ],
)
def test_two_faults_at_once_are_mended(
    program: str,
    files: dict[str, str],
    target: str,
    command: str,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"no {program}")
    # The test environment's own cache folder is empty, and Go would build its library anew.
    monkeypatch.setenv("GOCACHE", str(Path.home() / ".cache" / "go-build"))
    root = project(files)
    result, _ = run_repair(root, target, test_command=command)
    assert result.ok, result.summary
    before, after = (root / target).read_text(), text_of(result, target)
    changed = [one for one, other in zip(before.splitlines(), after.splitlines(), strict=False) if one != other]
    assert len(changed) == 2
    assert any("limit" in line for line in changed)


def test_fewer_complaints_are_seen_as_progress() -> None:
    before = "--- FAIL: TestA (0.01s)\n    a_test.go:7: f(1): got 3\n    a_test.go:7: f(2): got 5\nFAIL\n"
    after = "--- FAIL: TestA (0.02s)\n    a_test.go:7: f(2): got 5\nFAIL\n"
    assert further(before, after) == 1
    assert further(after, before) == 0
    assert further(before, before.replace("0.01s", "0.93s")) == 0


def test_an_assertion_further_on_is_seen_as_progress() -> None:
    before = "check: check.cpp:5: int main(): Assertion `f(1) == 2' failed.\n"
    assert further(before, before.replace(":5:", ":8:").replace("f(1)", "f(3)")) == 1
    assert further(before, before.replace(":5:", ":4:").replace("f(1)", "f(0)")) == 0


def test_pairs_are_of_different_places_and_begin_with_what_helped_alone() -> None:
    scores = {1: -1.0, 2: -1.5, 3: -2.0, 4: -4.0}
    lines = {1: 3, 2: 3, 3: 4, 4: 90}
    sites = {1: 1, 2: 1, 3: 2, 4: 3}
    pairs = likely_pairs(scores, lines, sites, {}, 10)
    assert pairs[0] == (1, 3)
    assert (1, 2) not in pairs
    # Far apart, and neither helped alone.
    assert not any(4 in pair for pair in pairs)
    assert likely_pairs(scores, lines, sites, {4: 3}, 10)[0] == (1, 4)


@pytest.mark.skipif(shutil.which("javac") is None, reason="no javac")
def test_a_loop_that_nothing_can_stop_from_inside_does_not_keep_the_others_from_being_judged(tmp_path: Path) -> None:
    text = textwrap.dedent(JAVA["Count.java"]).lstrip("\n").replace("count = 1", "count = 0")
    root = tmp_path / "m"
    root.mkdir()
    (root / "Count.java").write_text(text)
    (root / "Main.java").write_text(textwrap.dedent(JAVA["Main.java"]).lstrip("\n"))
    place, end = text.index("count++;"), text.index("count++;") + len("count++;")
    condition = text.index("value <= limit")
    edits = [Mutation((Splice(place, end, "for (;;) { }" + " " * n),), "loop", 7) for n in range(2)]
    edits.append(Mutation((Splice(place, end, "count += 2;"),), "augmented", 7))
    edits.append(Mutation((Splice(condition, condition + 14, "value < limit"),), "compare", 6))
    fit = embeddable("Count.java", text, edits)
    spans = [fit[number] for number in range(len(edits))]
    run, passing, _ = run_built_in(root, "Count.java", "javac *.java && java Main", edits, spans)
    assert passing == [(3,)]
    assert {0, 1} <= run.late
    assert 2 in run.judged


def test_rustc_is_told_the_type_of_the_declaration_it_means() -> None:
    text = "fn a() { let mut n: u8 = 0; }\nfn b() -> usize {\n    let mut n = 0;\n    n\n}\nfn c() { let n = 1; }\n"
    built = text.replace("let mut n = 0;", "let mut n = (if at(1) == 0 {\n0\n} else { let n = 5; k });")
    said = (
        "error[E0308]: mismatched types\n --> src/lib.rs:6:5\n  |\n2 | fn b() -> usize {\n"
        "  |           ----- expected `usize` because of return type\n...\n"
        "6 |     n\n  |     ^ expected `usize`, found `i32`\n"
    )
    place = text.index("mut n = 0") + len("mut n")
    assert inferred(said, "lib.rs", built, {4, 5}, text) == {place: ": usize"}
    assert inferred(said, "main.rs", built, {4, 5}, text) == {}
    typed = text.replace("let mut n = 0", "let mut n: usize = 0")
    assert inferred(said, "lib.rs", built, {4, 5}, typed) == {}


@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++")
def test_a_program_that_prints_for_ever_fills_no_disk(tmp_path: Path) -> None:
    text = (
        "#include <cstdio>\n\nint below(int limit) {\n    int n = 0;\n    while (n != -1) {\n"
        '        std::printf("%d\\n", n);\n        n = (n + 1) % 1000;\n    }\n    return n;\n}\n'
    )
    root = tmp_path / "m"
    root.mkdir()
    (root / "count.cpp").write_text(text)
    (root / "check.cpp").write_text(
        '#include "count.cpp"\n\nint main() { return below(3) == 3 && below(5) == 5 && below(0) == 0 ? 0 : 1; }\n'
    )
    place = text.index("n != -1")
    offers = ["n != -2", "n != limit + 1", "n != -3", "n != limit"]
    edits = [Mutation((Splice(place, place + 7, offer),), "condition", 5) for offer in offers]
    command = "g++ -o check check.cpp && ./check > out.txt"
    run, passing, left = run_built_in(root, "count.cpp", command, edits, [(place, place + 7)] * len(edits))
    assert passing == [(3,)]
    assert run.judged == {1, 3}
    assert run.late == {0, 2}
    assert left == 0
