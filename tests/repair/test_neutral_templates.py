"""The language-neutral templates offer the edit that a fault calls for, in the language's own words."""

from __future__ import annotations

import pytest

from agent.repair.templates import neutral
from agent.repair.types import spliced

CASES = {
    "javascript sorts numbers as texts": (
        "a.js",
        "function middle(xs) {\n  xs = [...xs].sort();\n  return xs[1];\n}\n",
        "[...xs].sort((a, b) => a - b);",
    ),
    "javascript divides whole numbers": (
        "a.js",
        "function half(n) {\n  let h = n / 2;\n  return h;\n}\n",
        "let h = Math.floor(n / 2);",
    ),
    "javascript returns too much": (
        "a.js",
        "function first(n) {\n  const all = [0, 1];\n  return all;\n}\n",
        "return all.slice(0, n);",
    ),
    "javascript forgets the other case of a text": (
        "a.ts",
        "function has(text: string): boolean {\n  return find(text);\n}\n",
        "find(text.toLowerCase())",
    ),
    "javascript assigns in turn what belongs together": (
        "a.js",
        "function gcd(a, b) {\n  while (b) {\n    a = b;\n    b = a % b;\n  }\n  return a;\n}\n",
        "    [a, b] = [b, a % b];\n  }",
    ),
    "go assigns in turn what belongs together": (
        "a.go",
        "package a\n\nfunc F(a, b int) int {\n\ta = b\n\tb = a + b\n\treturn b\n}\n",
        "\ta, b = b, a + b\n\treturn",
    ),
    "java assigns in turn what belongs together": (
        "A.java",
        "class A {\n  int f(int a, int b) {\n    a = b;\n    b = a % b;\n    return a;\n  }\n}\n",
        "    int aBefore = a;\n    a = b;\n    b = aBefore % b;\n",
    ),
    "java divides whole numbers": (
        "A.java",
        "class A {\n  double mean(int sum, int n) {\n    return sum / n;\n  }\n}\n",
        "return (double) sum / n;",
    ),
    "c++ answers the same whatever was gathered": (
        "a.cpp",
        "bool closed(string text) {\n  int depth = 0;\n  return true;\n}\n",
        "return depth == 0;",
    ),
    "go answers the same whatever was gathered": (
        "a.go",
        "package a\n\nfunc Closed(text string) bool {\n\tvar open []rune\n\treturn true\n}\n",
        "return len(open) == 0",
    ),
    "rust negates too much": (
        "a.rs",
        "fn f(n: u32) -> u32 {\n    if !(n != 0) {\n        return 1;\n    }\n    2\n}\n",
        "    if n != 0 {",
    ),
    "go negates too little": (
        "a.go",
        "package a\n\nfunc F(ok bool) int {\n\tif ok {\n\t\treturn 1\n\t}\n\treturn 2\n}\n",
        "\tif !ok {",
    ),
    "a parameter may be negative": (
        "a.js",
        "function digits(n) {\n  let sum = 0;\n  while (n > 0) {\n    sum += n % 10;\n  }\n  return sum;\n}\n",
        "  n = Math.abs(n);\n  let sum = 0;",
    ),
}


@pytest.mark.parametrize(("path", "text", "expected"), CASES.values(), ids=CASES)
def test_the_edit_is_among_the_candidates(path: str, text: str, expected: str) -> None:
    lines = dict.fromkeys(range(1, text.count("\n") + 1), 1.0)
    assert expected not in text
    assert any(expected in spliced(text, edit.splices) for edit in neutral.mutations(path, text, lines))


@pytest.mark.parametrize(
    ("path", "text", "unwanted"),
    [
        ("a.go", 'package a\n\nimport "fmt"\n\nfunc F(s string) { fmt.Print(s) }\n', "strings."),
        ("a.go", "package a\n\nfunc F() int {\n\treturn 1\n}\n", "1 - 1"),
        ("A.java", "class A {\n  int f(List<String> xs) {\n    return xs.get(0).length();\n  }\n}\n", " 0.length()"),
    ],
)
def test_what_could_not_be_built_is_not_offered(path: str, text: str, unwanted: str) -> None:
    lines = dict.fromkeys(range(1, text.count("\n") + 1), 1.0)
    assert not any(unwanted in spliced(text, edit.splices) for edit in neutral.mutations(path, text, lines))
