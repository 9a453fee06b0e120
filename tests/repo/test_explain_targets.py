# ruff: noqa: E501 (tables of cases)
"""Which files a request names, and what a model is shown for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.repo.explain import context_for, targets
from agent.repo.explain.targets import Names, Place, places, resolve

PATHS = [
    "calc.py",
    "src/app/models.py",
    "src/app/utils.py",
    "src/app/__init__.py",
    "lib/utils.py",
    "web/Cart.tsx",
    "web/cart.css",
    "server/main.go",
    "server/handler_test.go",
    "core/src/lib.rs",
    "java/com/shop/Cart.java",
    "tests/test_calc.py",
    "docs/calc.md",
    "Makefile",
    "README.md",
    "string_utils.py",
]

NAMED = {
    "fix calc.py": ["calc.py"],
    "Fix Calc.PY please": ["calc.py"],
    "fix the bug in calc": ["calc.py"],
    "the calc module is broken": ["calc.py"],
    "@src/app/models.py add a field": ["src/app/models.py"],
    "look at app/models.py": ["src/app/models.py"],
    "models.py and calc.py": ["src/app/models.py", "calc.py"],
    "in utils.py rename foo": [],
    "in src/app/utils.py rename foo": ["src/app/utils.py"],
    "rename foo in app/utils.py": ["src/app/utils.py"],
    "`lib/utils.py` is slow": ["lib/utils.py"],
    "what does app.models do": ["src/app/models.py"],
    "fix string_utils": ["string_utils.py"],
    "make the cart component blue in Cart.tsx": ["web/Cart.tsx"],
    "change ./web/cart.css": ["web/cart.css"],
    "src\\app\\models.py fails on Windows": ["src/app/models.py"],
    "edit the Makefile": ["Makefile"],
    "add a badge to README.md": ["README.md"],
    "calc.py:12 looks wrong": ["calc.py"],
    "see calc.py, line 7": ["calc.py"],
    "fix the tests": [],
    "write a function that sorts a list": [],
    "add logging": [],
    "the order of the lines is wrong": [],
    "use the value from main": [],
    "": [],
    "version 1.2.3 of calc.py": ["calc.py"],
    "email me at calc@example.com": [],
    "исправь ошибку в calc.py": ["calc.py"],
    "corrige le bug dans calc.py": ["calc.py"],
    "修复 calc.py 中的错误": ["calc.py"],
    "修复calc.py中的错误": ["calc.py"],
    "nothere.py": [],
}


@pytest.mark.parametrize("request_", NAMED)
def test_the_files_that_a_request_names(request_: str) -> None:
    assert targets(Path(), request_, PATHS) == NAMED[request_]


TRACEBACKS = {
    "python": (
        "I get this:\nTraceback (most recent call last):\n"
        '  File "/home/me/work/tests/test_calc.py", line 8, in test_add\n    assert add(1, 2) == 3\n'
        '  File "/home/me/work/calc.py", line 3, in add\n    return a.b\n'
        '  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads\nAttributeError: nope\n',
        [Place("calc.py", 3, 3), Place("tests/test_calc.py", 8, 8)],
    ),
    "node": (
        "TypeError: x is not a function\n    at render (/app/web/Cart.tsx:12:5)\n    at node:internal/main:1:2\n",
        [Place("web/Cart.tsx", 12, 12)],
    ),
    "go": ("panic: runtime error\n\nmain.run(...)\n\t/root/go/src/server/main.go:44 +0x1d\n", [Place("server/main.go", 44, 44)]),
    "rust": ("thread 'main' panicked at core/src/lib.rs:6:42:\nindex out of bounds\n", [Place("core/src/lib.rs", 6, 6)]),
    "java": ("java.lang.IllegalStateException\n\tat com.shop.Cart.total(Cart.java:9)\n", [Place("java/com/shop/Cart.java", 9, 9)]),
    "pytest": ("calc.py:4: in div\n    return a / b\nE   ZeroDivisionError: division by zero\n", [Place("calc.py", 4, 4)]),
    "tsc": ("web/Cart.tsx(3,7): error TS2322: Type 'string' is not assignable\n", [Place("web/Cart.tsx", 3, 3)]),
}  # fmt: skip


@pytest.mark.parametrize("language", TRACEBACKS)
def test_frames_of_a_pasted_traceback_name_files_and_lines(language: str) -> None:
    text, expected = TRACEBACKS[language]
    assert places(Names(PATHS), text) == expected


@pytest.mark.parametrize(
    "said", ["calc.py:10-20", "lines 10-20 of calc.py", "lines 10 to 20 in calc.py", "calc.py lines 10-20"]
)
def test_a_range_of_lines_is_understood(said: str) -> None:
    assert places(Names(PATHS), f"explain {said}") == [Place("calc.py", 10, 20)]


def test_a_place_is_a_file_or_a_folder() -> None:
    assert resolve(PATHS, "src/app") == ["src/app"]
    assert resolve(PATHS, "app/") == ["src/app"]
    assert resolve(PATHS, "utils.py") == ["src/app/utils.py", "lib/utils.py"]
    assert resolve(PATHS, "nowhere") == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_names_only_files_that_exist(text: str) -> None:
    assert set(targets(Path(), text, PATHS)) <= set(PATHS)


@given(st.sampled_from(PATHS))
def test_an_exact_path_is_always_understood(path: str) -> None:
    assert targets(Path(), f"please look at `{path}`", PATHS) == [path]


# what a model is shown

LONG = "".join(f"def step_{n}(x):\n    # does step {n}\n    return x + {n}\n\n\n" for n in range(200))
FILES = {
    "calc.py": "def add(a, b):\n    return a - b\n\n\ndef half(a):\n    return a / 2\n",
    "long.py": LONG,
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 0\n",
    ".env": "SECRET=1\n",
    "blob.py": "x\0y",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project").resolve()
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def test_a_named_file_comes_whole(project: Path) -> None:
    (snippet,) = context_for(project, "fix the bug in calc.py", budget_chars=4000)
    assert (snippet.label, snippet.text, snippet.whole) == ("calc.py", FILES["calc.py"], True)


def test_a_file_given_beside_the_request_comes_first(project: Path) -> None:
    found = context_for(project, "like in calc.py", budget_chars=4000, paths=["shop/cart.py"])
    assert [s.label for s in found] == ["shop/cart.py", "calc.py"]


def test_a_long_file_is_cut_to_what_the_request_names(project: Path) -> None:
    found = context_for(project, "what does step_7 in long.py do", budget_chars=3000)
    assert found[0].label == "long.py:36-38"
    assert found[0].text == "def step_7(x):\n    # does step 7\n    return x + 7\n"
    assert sum(len(s.text) for s in found) <= 3000


def test_a_long_file_without_a_name_in_it_comes_as_an_outline(project: Path) -> None:
    found = context_for(project, "explain long.py", budget_chars=8000)
    assert found[-1].outline and "def step_199(x)" in found[-1].text


def test_a_bare_name_brings_its_definition(project: Path) -> None:
    assert [s.path for s in context_for(project, "why does half return a float", budget_chars=2000)] == ["calc.py"]


def test_a_frame_brings_the_function_around_its_line(project: Path) -> None:
    text = 'Traceback (most recent call last):\n  File "/x/long.py", line 38, in step_7\nValueError'
    found = context_for(project, text, budget_chars=3000)
    assert [(s.path, s.start_line, s.end_line) for s in found] == [("long.py", 36, 38)]


def test_words_bring_the_best_hits(project: Path) -> None:
    assert context_for(project, "how is the total of a cart computed", budget_chars=3000)[0].path == "shop/cart.py"


@pytest.mark.parametrize("request_", ["fix .env", "SECRET", "explain blob.py", "zzqqxx", ""])
def test_secrets_and_binary_files_are_never_shown(project: Path, request_: str) -> None:
    assert not [s for s in context_for(project, request_, budget_chars=4000) if s.path in (".env", "blob.py")]


@pytest.mark.parametrize("budget", [0, 10, 60, 200, 1000])
@pytest.mark.parametrize("request_", ["fix calc.py and long.py", "explain step_3", "long.py:12", "total of a cart"])
def test_the_budget_is_kept(project: Path, request_: str, budget: int) -> None:
    assert sum(len(s.text) for s in context_for(project, request_, budget_chars=budget)) <= budget
