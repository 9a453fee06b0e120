# ruff: noqa: E501
"""Which file a reply means, and which it may never touch."""

from __future__ import annotations

import pytest

from agent.edits.paths import Resolved, Unresolved, resolve
from agent.edits.source import MemorySource, PathKind

SOURCE = MemorySource(
    {"src/a.py": "", "lib/b.py": "", "lib/sub/b.py": "", "README.md": "", "x/c.py": "", "etc/passwd": ""},
    kinds={"pipe": "device", "vendor": "submodule", ".env": "secret", "out.py": "symlink-outside"},
    links={"link.py": "src/a.py", "secret.py": ".env"},
)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("src/a.py", "src/a.py"), ("./src/a.py", "src/a.py"), ("a/src/a.py", "src/a.py"), ("b/src/a.py", "src/a.py"),
        ("src\\a.py", "src/a.py"), ("`src/a.py`", "src/a.py"), ("/repository/src/a.py", "src/a.py"), ("src/x/../a.py", "src/a.py"),
        ("repository/src/a.py", "src/a.py"), ("readme.md", "README.md"), ("SRC/A.py", "src/a.py"), ("file:///repository/src/a.py", "src/a.py"),
        ("/src/a.py", "src/a.py"), ("link.py", "src/a.py"),
    ],
)  # fmt: skip
def test_the_ways_of_writing_a_path_end_at_the_file(raw: str, path: str) -> None:
    found = resolve(raw, SOURCE)
    assert isinstance(found, Resolved) and found.path == path and found.exists


@pytest.mark.parametrize(
    "raw",
    ["../x.py", "src/../../x.py", "/etc/passwd", "/tmp/x.py", "~/x.py", "C:\\x.py", "C:/Windows/x", ".git/config", ".GIT/hooks/x", "a/.git/x",
     "src", "pipe", "vendor/x.py", ".env", "out.py", "secret.py", "src/a.py/x", "", ".", "..", "a\0b", "a\nb.py", "/repository/../x", "//etc/passwd"],
)  # fmt: skip
def test_nothing_outside_or_protected_is_ever_resolved(raw: str) -> None:
    for new in (False, True):
        assert isinstance(resolve(raw, SOURCE, new=new, named=["src/a.py"]), Unresolved), raw


def test_a_wrong_folder_is_asked_about_unless_the_request_named_the_file() -> None:
    asked = resolve("core/a.py", SOURCE)
    assert isinstance(asked, Unresolved) and asked.candidates == ("src/a.py",)
    assert resolve("core/a.py", SOURCE, named=["src/a.py"]) == Resolved("src/a.py", True, "named")
    several = resolve("b.py", SOURCE)
    assert isinstance(several, Unresolved) and set(several.candidates) == {"lib/b.py", "lib/sub/b.py"}


def test_two_files_that_differ_by_case_are_not_guessed_between() -> None:
    source = MemorySource({"Data.py": "", "data.py": ""})
    assert resolve("data.py", source) == Resolved("data.py", True)
    found = resolve("DATA.py", source)
    assert isinstance(found, Unresolved) and len(found.candidates) == 2


def test_a_new_file_is_made_where_it_is_wanted() -> None:
    assert resolve("src/new/z.py", SOURCE, new=True) == Resolved("src/new/z.py", False)
    assert isinstance(resolve("src/new/z.py", SOURCE), Unresolved)


def test_every_kind_but_files_is_refused_with_its_reason() -> None:
    kinds: tuple[PathKind, ...] = ("dir", "symlink-outside", "device", "submodule", "secret", "git", "blocked")
    reasons = set()
    for kind in kinds:
        found = resolve("t", MemorySource({}, kinds={"t": kind}), new=True)
        assert isinstance(found, Unresolved)
        reasons.add(found.reason)
    assert len(reasons) == len(kinds)
