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
    "go changes a copy of the element": (
        "a.go",
        "package a\n\nfunc F(xs []int) {\n\tfor _, x := range xs {\n\t\tx = 0\n\t}\n}\n",
        "for i, x := range xs {\n\t\txs[i] = 0\n",
    ),
    "go reads the changed copy afterwards": (
        "a.go",
        "package a\n\nfunc F(xs []int) {\n\tfor i, x := range xs {\n\t\tx = x + i\n\t}\n}\n",
        "\t\tx = x + i\n\t\txs[i] = x\n\t}",
    ),
    "c++ changes a copy of the element": (
        "a.cpp",
        "void f(vector<int> &xs) {\n  for (int x : xs) {\n    x++;\n  }\n}\n",
        "for (int &x : xs)",
    ),
    "c++ changes a copy of the argument": (
        "a.cpp",
        "void f(vector<int> xs) {\n  xs.push_back(1);\n}\n",
        "void f(vector<int> &xs)",
    ),
    "javascript changes a copy of the element": (
        "a.js",
        "function f(xs) {\n  for (let x of xs) {\n    x += 1;\n  }\n}\n",
        "for (let [i, x] of xs.entries()) {\n    xs[i] += 1;",
    ),
    "java changes a copy of an array's element": (
        "A.java",
        "class A {\n  void f(int[] xs) {\n    for (int x : xs) {\n      x = x * 2;\n    }\n  }\n}\n",
        "for (int i = 0; i < xs.length; i++) {\n      xs[i] = xs[i] * 2;",
    ),
    "java changes a copy of a list's element": (
        "A.java",
        "class A {\n    void f(List<Integer> xs) {\n        for (Integer x : xs) {\n            x = 2;\n        }\n"
        "    }\n}\n",
        "i < xs.size(); i++) {\n            Integer x = xs.get(i);\n            x = 2;\n"
        "            xs.set(i, x);\n        }",
    ),
    "java asks for the same object": (
        "A.java",
        "class A {\n  boolean f(String a) {\n    String b = a.trim();\n    return a == b;\n  }\n}\n",
        "return a.equals(b);",
    ),
    "java's sum needs more room": (
        "A.java",
        "class A {\n  long f(int n) {\n    int r = 1;\n    r *= n;\n    return r;\n  }\n}\n",
        "    long r = 1;",
    ),
    "go makes a character of a number": (
        "a.go",
        'package a\n\nimport "fmt"\n\nfunc F(n int) string {\n\tfmt.Println()\n\treturn string(rune(n))\n}\n',
        'import "strconv"\n\nimport "fmt"\n\nfunc F(n int) string {\n\tfmt.Println()\n\treturn strconv.Itoa(n)',
    ),
    "go puts nothing in order": (
        "a.go",
        'package a\n\nimport (\n\t"fmt"\n)\n\nfunc F(xs []int) []int {\n\tfmt.Println()\n\treturn xs\n}\n',
        'import (\n\t"sort"\n\t"fmt"\n)\n\nfunc F(xs []int) []int {\n\tfmt.Println()\n\tsort.Ints(xs)\n\treturn',
    ),
    "javascript gives nothing back": (
        "a.js",
        "function f(xs) {\n  return xs.map((x) => {\n    x * 2;\n  });\n}\n",
        "    return x * 2;",
    ),
    "javascript waits for nothing": (
        "a.js",
        "async function get() {\n  return 1;\n}\nasync function f() {\n  const x = get();\n  return x + 1;\n}\n",
        "const x = await get();",
    ),
    "a separator too many": (
        "a.js",
        "function f(xs) {\n  let s = '';\n  for (let i = 0; i < xs.length; i++) {\n    s += xs[i];\n    s += ',';\n"
        "  }\n  return s;\n}\n",
        "if (i < xs.length - 1) { s += ','; }",
    ),
    "one element too many": (
        "a.cpp",
        "vector<int> f(vector<int> a) {\n  vector<int> b;\n  for (int x : a) {\n    b.push_back(x);\n"
        "    b.push_back(0);\n  }\n  return b;\n}\n",
        "  }\n  if (!b.empty()) { b.pop_back(); }\n  return b;",
    ),
}


@pytest.mark.parametrize(("path", "text", "expected"), CASES.values(), ids=CASES)
def test_the_edit_is_among_the_candidates(path: str, text: str, expected: str) -> None:
    lines = dict.fromkeys(range(1, text.count("\n") + 1), 1.0)
    assert expected not in text
    assert any(expected in spliced(text, edit.splices) for edit in neutral.mutations(path, text, lines))


LOOP = (
    "class A {\n  int f(int n) {\n    int r = 1;\n    for (int i = 2; i <= n; i++) {\n      r *= i;\n    }\n"
    "    return r;\n  }\n}\n"
)


@pytest.mark.parametrize(
    ("path", "text", "unwanted"),
    [
        ("a.go", 'package a\n\nimport "fmt"\n\nfunc F(s string) { fmt.Print(s) }\n', "strings."),
        ("a.go", "package a\n\nfunc F() int {\n\treturn 1\n}\n", "1 - 1"),
        ("A.java", "class A {\n  int f(List<String> xs) {\n    return xs.get(0).length();\n  }\n}\n", " 0.length()"),
        ("A.java", LOOP, "(i <= n) { return r; }\n    for"),
        ("A.java", LOOP, "  int f(int n) {\n    for"),
        ("A.java", LOOP, "    return r;\n    for"),
        ("A.java", LOOP, "r *= i;\n    }\n  }"),
        ("A.java", LOOP, "1++"),
        ("a.cpp", "#include <vector>\nusing namespace std;\nint f(int n) {\n  return n;\n}\n", "using namespace f"),
    ],
    ids=range(9),
)
def test_what_could_not_be_built_is_not_offered(path: str, text: str, unwanted: str) -> None:
    lines = dict.fromkeys(range(1, text.count("\n") + 1), 1.0)
    assert not any(unwanted in spliced(text, edit.splices) for edit in neutral.mutations(path, text, lines))
