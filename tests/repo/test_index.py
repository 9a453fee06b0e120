"""The symbols of a repository: found lazily, kept on disk, never wrong after an edit."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from agent.repo.index import Index, cache_file, is_test_path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(
        "def total(x):\n    return helper(x)\n\n\ndef helper(x):\n    # helper helps\n    return x\n"
    )
    (tmp_path / "b.py").write_text(
        "from a import helper\n\nTEXT = 'helper'\n\n\nclass Cart:\n    def total(self):\n        return helper(1)\n"
    )
    (tmp_path / "test_a.py").write_text("def total():\n    pass\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path.resolve()


def test_definitions_come_with_tests_last(root: Path) -> None:
    found = [(path, s.qualified, s.start_line) for path, s in Index(root).definitions("total")]
    assert found == [("a.py", "total", 1), ("b.py", "Cart.total", 7), ("test_a.py", "total", 1)]


def test_a_qualified_name_is_exact(root: Path) -> None:
    assert [p for p, _ in Index(root).definitions("Cart.total")] == ["b.py"]
    assert Index(root).definitions("Nobody.total") == []


def test_references_are_lines_without_the_definition(root: Path) -> None:
    assert [(r.path, r.number) for r in Index(root).references("helper")] == [
        ("a.py", 2), ("a.py", 6), ("b.py", 1), ("b.py", 3), ("b.py", 8)
    ]  # fmt: skip


def test_code_is_told_from_comments_and_strings(root: Path) -> None:
    index = Index(root)
    told = {(r.path, r.number): index.in_code(r, "helper") for r in index.references("helper")}
    assert told == {("a.py", 2): True, ("a.py", 6): False, ("b.py", 1): True, ("b.py", 3): False, ("b.py", 8): True}


def test_an_edit_is_seen_at_once(root: Path) -> None:
    index = Index(root)
    assert index.definitions("fresh") == []
    (root / "a.py").write_text("\n\ndef fresh():\n    pass\n")
    assert [(p, s.start_line) for p, s in index.definitions("fresh")] == [("a.py", 3)]
    assert [s.name for s in Index(root).symbols_of("a.py")] == ["fresh"]


def test_the_cache_is_used_by_the_next_run(root: Path) -> None:
    index = Index(root)
    index.all_symbols()
    index.close()
    place = cache_file(index.work)
    assert place.is_file() and root / ".git" in place.parents
    before = (root / "a.py").stat()
    # A text that was changed behind the cache's back, with the same size and time, shows that it was not read again.
    (root / "a.py").write_text((root / "a.py").read_text().replace("def total", "def TOTAL"))
    os.utime(root / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [s.name for s in Index(root).symbols_of("a.py")] == ["total", "helper"]


@pytest.mark.parametrize("content", [b"", b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_cache_is_only_a_cache(root: Path, content: bytes) -> None:
    place = cache_file(Index(root).work)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    assert len(Index(root).definitions("total")) == 3


def test_a_folder_where_nothing_can_be_written(root: Path) -> None:
    (root / ".git" / "agent").write_text("a file is in the way")
    index = Index(root)
    assert len(index.definitions("total")) == 3
    index.close()


def test_outside_git_the_cache_lies_in_the_users_cache_folder(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def total(): pass\n")
    index = Index(tmp_path)
    index.definitions("total")
    index.close()
    assert cache_file(index.work).is_relative_to(os.environ["XDG_CACHE_HOME"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.py"]


def test_two_at_once_do_no_harm(root: Path) -> None:
    first, second = Index(root), Index(root)
    assert first.definitions("total") == second.definitions("total")
    first.close()
    second.close()


def test_a_large_repository_is_searched_without_reading_it_all(tmp_path: Path) -> None:
    for n in range(3000):
        folder = tmp_path / f"p{n % 50}"
        folder.mkdir(exist_ok=True)
        (folder / f"m{n}.py").write_text(f"def function_{n}(x):\n    return x + {n}\n" * 20)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    index = Index(tmp_path.resolve())
    began = time.monotonic()
    assert [p for p, _ in index.definitions("function_1234")][:1] == ["p34/m1234.py"]
    assert time.monotonic() - began < 3
    assert len(index._known) == 1


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "test_a.py",
        "pkg/a_test.go",
        "src/Cart.test.ts",
        "spec/a_spec.rb",
        "src/test/java/CartTest.java",
        "__tests__/a.js",
    ],
)
def test_tests_are_known_by_their_names(path: str) -> None:
    assert is_test_path(path)


@pytest.mark.parametrize(
    "path", ["src/contest.py", "agent/testing/run.py", "latest.py", "src/attest.rs", "Manifest.java", "protest/a.py"]
)
def test_what_only_sounds_like_a_test_is_none(path: str) -> None:
    assert not is_test_path(path)
