"""Programs that do not compile, or name what nothing defines: real compilers advise, and judge what is made of it."""

from __future__ import annotations

import shutil
import subprocess
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.repair.advice import advised, compiles, diagnostics, plain, together
from agent.repair.building import followed
from agent.repair.checking import compile_command
from agent.repair.importing import imported
from agent.repair.types import Candidate, Verdict
from tests.repair.conftest import run_repair, text_of

Project = Callable[[dict[str, str]], Path]

COMMANDS = {
    "f.cpp": "g++ f.cpp -o f && ./f",
    "f.c": "gcc -Werror=implicit-function-declaration f.c -o f && ./f",
    "f.go": "go run f.go",
    "F.java": "javac F.java && java F",
    "f.rs": "rustc --edition 2021 f.rs -o f && ./f",
}
TOOLS = {"f.cpp": "g++", "f.c": "gcc", "f.go": "go", "F.java": "javac", "f.rs": "rustc"}
CASES = [
    ("f.cpp", "a namespace and two headers", """
        #include <vector>
        int main() {
            vector<int> v{3, 1, 2};
            sort(v.begin(), v.end());
            string s = to_string(v[0]);
            return s == "1" ? 0 : 1;
        }
    """),
    ("f.cpp", "a misspelt member, and a pointer", """
        struct Box { int width; };
        int main() {
            Box b{4};
            Box *p = &b;
            b.wdith = 3;
            return p.width == 3 ? 0 : 1;
        }
    """),
    ("f.cpp", "variables that were never declared", """
        #include <algorithm>
        #include <string>
        using namespace std;
        int main() {
            count = 0;
            out = "";
            for (char c : string("abca")) { if (c == 'a') { count += 1; out += c; } }
            return count == 2 && out == "aa" ? 0 : 1;
        }
    """),
    ("f.c", "a header that C has another name for", """
        int main(void) { return strlen("abc") == 3 ? 0 : 1; }
    """),
    ("f.go", "imports that lack and that are spare", """
        package main

        import "os"

        func main() {
            if strings.ToUpper("a") != "A" {
                panic("no")
            }
        }
    """),
    ("f.go", "what is not used or not declared", """
        package main

        func two() (int, error) { return 2, nil }

        func main() {
            spare := 1
            n := two()
            for i, x := range []int{1, 2} {
                n = n + x
            }
            total = n
            if total != 5 {
                panic("no")
            }
        }
    """),
    ("f.go", "numbers of two types, and no return", """
        package main

        type Shape struct{ Width int }

        func half(n int) float64 {
            var out float64 = n
            return out * 0.5
        }

        func one(n int) int {
            result := n * 0
            if n > 0 {
                result = 1
            }
        }

        func main() {
            s := Shape{Width: 3}
            if half(s.width) != 1.5 || one(4) != 1 {
                panic("no")
            }
        }
    """),
    ("F.java", "imports, casts and sizes", """
        public class F {
            public static void main(String[] args) {
                List<Integer> all = new ArrayList<>();
                all.add(2);
                int root = Math.sqrt(16);
                int[] some = {1, 2, 3};
                if (all.length + some.length() + root != 8) throw new RuntimeException();
            }
        }
    """),
    ("F.java", "checked exceptions, initial values, static", """
        public class F {
            int twice(int n) { return 2 * n; }
            static int first(int[] all) {
                int found;
                for (int one : all) { if (one > 1) { found = one; break; } }
                return found;
            }
            public static void main(String[] args) {
                Thread.sleep(1);
                if (twice(first(new int[]{1, 4})) != 8) throw new RuntimeException();
            }
        }
    """),
    ("f.rs", "imports, casts, strings", """
        fn mean(all: &[i32]) -> f64 {
            let total: i32 = all.iter().sum();
            total as f64 / all.len()
        }
        fn main() {
            let mut seen: HashMap<String, f64> = HashMap::new();
            let size: i32 = [1, 2].len();
            seen.insert("a", mean(&[1, 2]));
            assert!(seen["a"] == 1.5 && size == 2);
        }
    """),
]  # fmt: skip


@pytest.fixture(autouse=True)
def go_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    # The test environment's own cache folder is empty, and Go would build its library anew.
    monkeypatch.setenv("GOCACHE", str(Path.home() / ".cache" / "go-build"))


@pytest.mark.parametrize(("path", "what", "code"), CASES, ids=[f"{p}: {w}" for p, w, _ in CASES])
def test_a_program_that_does_not_compile_is_mended_by_advice(project: Project, path: str, what: str, code: str) -> None:
    if shutil.which(TOOLS[path]) is None:
        pytest.skip(f"no {TOOLS[path]}")
    root = project({path: code})
    result, events = run_repair(root, path, test_command=COMMANDS[path])
    said = [event.text for event in events if type(event).__name__ == "Notice"]
    assert result.ok, said
    assert any("does not compile" in words for words in said) and any("compiles again" in words for words in said)
    assert result.tried == 0 and result.origin == "syntax"
    (root / path).write_text(text_of(result, path))
    assert subprocess.run(COMMANDS[path], shell=True, cwd=root, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++")
def test_what_compiles_again_is_searched_for_the_fault_that_is_left(project: Project) -> None:
    code = """
        #include <vector>
        #include <cassert>
        int total(std::vector<int> all) {
            int sum = 0;
            for (size_t i = 1; i < all.size(); i++) sum += all[i];
            return sum;
        }
        int main() { assert(total({1, 2, 3}) == 6); assert(total({}) == 0); assert(total({4}) == 4); }
    """
    result, _ = run_repair(project({"f.cpp": code}), "f.cpp", test_command=COMMANDS["f.cpp"])
    assert result.ok and result.tried > 0
    assert "std::size_t i = 0" in text_of(result, "f.cpp")


@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++")
def test_what_no_advice_mends_is_said_and_nothing_is_written(project: Project) -> None:
    root = project({"f.cpp": "int main() { return widget(3); }\n"})
    command = f"{COMMANDS['f.cpp']} | grep 42"
    result, events = run_repair(root, "f.cpp", test_command=command, seconds=8.0)
    assert not result.ok and not result.changes
    assert any("does not compile (line 1" in e.text for e in events if type(e).__name__ == "Notice")


@pytest.mark.parametrize(
    ("path", "code", "after"),
    [
        ("lib/a.cpp", "int f(int count) { return cuont; }\n", "int f(int count) { return count; }\n"),
        ("a.go", "package a\n\nfunc F(s string) string { return strings.ToUpper(s) }\n", 'import "strings"'),
        ("A.java", "class A {\n    List<String> all;\n}\n", "import java.util.*;"),
        ("a.rs", "pub fn f(x: u8) -> u64 {\n    x\n}\n", "x as u64"),
    ],
)
def test_without_tests_the_compiler_judges(project: Project, path: str, code: str, after: str) -> None:
    root = project({path: code})
    if not compile_command(root, path):
        pytest.skip("no compiler")
    result, _ = run_repair(root, path, test_command=None)
    assert result.ok and "compiles again" in result.summary and "no tests" in result.summary
    assert after in text_of(result, path)
    (root / path).write_text(text_of(result, path))
    again, _ = run_repair(root, path, test_command=None)
    assert again.ok and not again.changes
    assert sorted(p.name for p in root.rglob("*") if p.is_file()) == [Path(path).name]


@pytest.mark.skipif(shutil.which("go") is None, reason="no go")
def test_without_tests_no_value_is_guessed(project: Project) -> None:
    root = project({"a.go": "package a\n\nfunc F(n int) int {\n\tif n > 1 {\n\t\treturn n\n\t}\n}\n"})
    result, events = run_repair(root, "a.go", test_command=None)
    assert not result.changes
    assert any("missing return" in e.text for e in events if type(e).__name__ == "Notice")


@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++")
def test_what_needs_flags_that_nobody_gave_is_left_alone(project: Project) -> None:
    root = project({"a.cpp": '#include "elsewhere.hpp"\nint f() { return elsewhere(1); }\n'})
    result, _ = run_repair(root, "a.cpp", test_command=None)
    assert result.ok and not result.changes


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("src/p/Shape.java", {"src/p/Shape.java": "package p;\npublic class Shape {\n    Shapes all;\n}\n",
                              "src/p/Shapes.java": "package p;\nclass Shapes {}\n"}),
        ("a.go", {"a.go": "package a\n\nfunc helper2() {}\n\nfunc f() { helper() }\n",
                  "b.go": "package a\n\nfunc helper() {}\n"}),
        ("a.c", {"a.c": "int VERSIONS = 1;\nint f(void) { return VERSION; }\n",
                 "Makefile": "all:\n\tgcc -DVERSION=3 a.c\n"}),
        ("src/a.c", {"src/a.c": '#include "maths.h"\n#if !TWICE\nint f(int a) { return a; }\n#endif\n',
                     "include/maths.h": "#define TWICE 1\n"}),
    ],
)  # fmt: skip
def test_what_the_projects_own_build_knows_is_not_misspelt(project: Project, path: str, files: dict[str, str]) -> None:
    root = project(files)
    if not compile_command(root, path):
        pytest.skip("no compiler")
    result, _ = run_repair(root, path, test_command=None)
    assert result.ok and not result.changes


def made_to_compile(project: Project, path: str, code: str) -> str:
    root = project({path: code})
    if not compile_command(root, path):
        pytest.skip("no compiler")
    result, _ = run_repair(root, path, test_command=None)
    return text_of(result, path) if result.changes else code


def test_an_include_is_put_where_no_condition_encloses_it(project: Project) -> None:
    code = "#include <cstdio>\n#ifdef __linux__\n#include <unistd.h>\n#endif\nstd::vector<int> v;\n"
    after = made_to_compile(project, "a.cpp", code)
    assert after == code.replace("#include <cstdio>\n", "#include <cstdio>\n#include <vector>\n")
    guarded = "#ifndef A\n#define A\n#include <cstdio>\nstd::vector<int> v;\n#endif\n"
    assert "<cstdio>\n#include <vector>\n" in made_to_compile(project, "b.cpp", guarded)


def test_gccs_columns_count_a_tab_as_far_as_it_goes(project: Project) -> None:
    use = "sort(a, a + 2);"
    code = f"void f(int *a) {{\n\t{use} /* 漢 */ {use}\n}}\n"
    after = made_to_compile(project, "a.cpp", code)
    assert after.count("std::sort") == 2 and "#include <algorithm>" in after


@pytest.mark.parametrize(
    ("line", "after"),
    [("var x = g()", "var _ = g()"), ("x := <-c", "_ = <-c"), ("x := 1; t += 2", "_ = 1; t += 2"), ("x := 1", "")],
)
def test_what_a_line_does_beside_declaring_stays(project: Project, line: str, after: str) -> None:
    code = f"package a\n\nfunc g() int {{ return 1 }}\n\nfunc F(t int, c chan int) int {{\n\t{line}\n\treturn t\n}}\n"
    assert made_to_compile(project, "a.go", code) == code.replace(f"\t{line}\n", f"\t{after}\n" if after else "")


def test_a_line_that_begins_with_what_is_reached_stays(project: Project) -> None:
    code = "class A {\n  int n;\n  void f(boolean a) {\n    if (a) {\n      return; n++;\n    }\n    n = 2;\n  }\n}\n"
    assert made_to_compile(project, "A.java", code) == code


@pytest.mark.parametrize(
    "head",
    [
        'package a\n\nimport (\n\t"os" // (the system)\n\n\t// For files.\n\t_ "embed"\n)\n',
        "/*\nOf a:\n\npackage a does\n*/\npackage a\n",
        'package a\n\n/*\nint one() { return 1; }\n*/\nimport "C"\n',
    ],
)
def test_comments_among_gos_imports_stay(head: str) -> None:
    use = {'"os"': "os.Exit(1)", '"C"': "C.one()"}
    used = "; ".join(code for name, code in use.items() if name in head)
    code = f'{head}\nfunc F() {{ strings.ToUpper("a"); {used} }}\n'
    after = imported("a.go", code, "")
    lines = after.splitlines()
    assert '"strings"' in after and lines.index("package a") < next(n for n, x in enumerate(lines) if "strings" in x)
    assert [line for line in lines if '"strings"' not in line and line] == [line for line in code.splitlines() if line]


def test_long_lines_take_no_longer_than_they_are_long() -> None:
    most = 100_000
    cases = [
        ("f.rs", "error[E0308]: mismatched types\n --> f.rs:1:1\n" + "| " * most),
        ("f.rs", "error[E0308]: mismatched types\n --> f.rs:1:1\nhelp: x\n1 | f\n  | " + "+" * most + "x"),
        ("f.cpp", "f.cpp:1:1: error: " + "‘" * most),
        ("f.go", "f.go:1:1: " + "a == " * most),
    ]
    for path, said in cases:
        begun = time.process_time()
        advised(path, "int main\n", said)
        assert time.process_time() - begun < 5.0, path


@pytest.mark.skipif(shutil.which("go") is None, reason="no go")
def test_the_advice_on_a_models_answer_is_its_next_candidate(tmp_path: Path) -> None:
    text = 'package main\n\nfunc main() {\n\tn := 3\n\tif strings.Repeat("a", n) != "aaa" {\n\t\tpanic(1)\n\t}\n}\n'
    (tmp_path / "f.go").write_text(text)

    def built() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["go", "run", "f.go"], cwd=tmp_path, capture_output=True, text=True, check=False)

    failed = built()
    answer = Candidate({"f.go": text}, "model", path="f.go")
    better = followed(answer, Verdict(False, output=failed.stdout + failed.stderr))
    assert better is not None and better.origin == "model+search"
    (tmp_path / "f.go").write_text(better.texts["f.go"])
    assert built().returncode == 0
    assert followed(answer, Verdict(False, output="panic: 1\n\nmain.main()\n\t/x/f.go:6 +0x1d\n")) is None


def test_an_output_without_compiler_errors_has_no_diagnostics() -> None:
    said = textwrap.dedent("""\
        f.go:12: want 3, got 4
        a.out: f.go:12: int main(): Assertion `x == 3' failed.
        thread 'main' panicked at src/f.go:5:10:
        \tat F.main(F.java:5)
        f.cpp:4:10: warning: unused variable 'x' [-Wunused-variable]
        \t/tmp/x/f.go:12 +0x1d
    """)
    for path in ("f.go", "F.java", "f.cpp", "src/f.rs"):
        assert diagnostics(said, path) == []
        assert together("text", advised(path, "text", said)) == ("text", [])


@pytest.mark.parametrize(
    ("path", "said", "after"),
    [
        ("a.ts", "a.ts(1,12): error TS2552: Cannot find name 'cuont'. Did you mean 'count'?\n", "f(count) + count"),
        ("a.ts", "\x1b[96ma.ts\x1b[0m:1:3 - error TS2304: Cannot find name 'cuont'.\n\n1 cuont\n", None),
        ("src/A.java", "[ERROR] /x/src/A.java:[1,3] cannot find symbol\n[ERROR]   symbol:   variable cuont\n", None),
        ("src/a.go", "# m/src\nsrc/a.go:1:3: undefined: cuont\n", "f(count) + count"),
        ("my src/a.go", "/x y/my src/a.go:1:3: undefined: cuont\n", "f(count) + count"),
    ],
)
def test_each_way_to_name_a_place_is_read(path: str, said: str, after: str | None) -> None:
    text = "f(cuont) + count" if after is None or path.endswith(".go") else "f(count) + cuont"
    assert together(text, advised(path, text, said))[0] == "f(count) + count"
    assert diagnostics(said.replace("a.", "other/a.").replace("A.", "other/A."), path) == []


def test_an_error_in_a_folder_with_a_blank_is_one() -> None:
    assert not compiles("my src/b.cpp:1:2: error: no\n") and compiles("my src/b.cpp:1:2: warning: no\n")


@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++")
def test_a_header_opens_no_namespace_to_whoever_includes_it(project: Project) -> None:
    header = "#include <vector>\ninline int f(vector<int> v) { return v.size(); }\n"
    root = project({"a.hpp": header, "m.cpp": '#include "a.hpp"\nint main() { return f({}); }\n'})
    result, _ = run_repair(root, "a.hpp", test_command="g++ m.cpp -o m && ./m")
    assert result.ok and text_of(result, "a.hpp") == header.replace("f(vector", "f(std::vector")


def test_lines_for_programs_are_not_shown() -> None:
    said = 'f.cpp:5:10: error: no\nfix-it:"f.cpp":{5:10-5:16}:"std::size_t"\nlast\n'
    assert plain(said) == "f.cpp:5:10: error: no\nlast\n"


NAMELESS = """
    def area(r):
        return math.pi * r ** 2


    def words(text):
        counts = defaultdict(int)
        for word in text.split():
            counts[word] += 2
        return dict(cuonts)
"""


def test_undefined_names_of_python_are_mended_before_the_fault_behind_them(project: Project) -> None:
    check = "from a import area, words\nassert round(area(2), 2) == 12.57\nassert words('a b a') == {'a': 2, 'b': 1}\n"
    root = project({"a.py": NAMELESS, "check.py": check})
    result, events = run_repair(root, "a.py", test_command="python3 check.py")
    assert result.ok, events
    text = text_of(result, "a.py")
    assert "import math" in text and "import defaultdict" in text and "dict(counts)" in text and "+= 1" in text
    assert any("`counts` is meant" in e.text for e in events if type(e).__name__ == "Notice")


def test_undefined_names_that_no_test_meets_are_left_alone(project: Project) -> None:
    code = "def used(x):\n    return x + 2\n\n\ndef unused():\n    return math.pi\n"
    root = project({"a.py": code, "check.py": "from a import used\nassert (used(1), used(5)) == (2, 6)\n"})
    result, _ = run_repair(root, "a.py", test_command="python3 check.py")
    assert result.ok and text_of(result, "a.py") == code.replace("x + 2", "x + 1")
