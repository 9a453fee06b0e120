"""What the edit pipeline is told about each path of a work tree, and which files it is shown."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from agent.config import load_config
from agent.edits.source import EDITABLE, FileSource
from agent.errors import InTheWay
from agent.repo.files import WorkTree
from agent.repo.secrets import Patterns
from tests.repo.making import IDENTITY, Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    return Place.made(tmp_path / "work", {"a.py": b"a\n", "d/b.py": b"b\n", ".gitignore": b"*.log\nbuild/\n"})


@pytest.fixture
def tree(place: Place) -> WorkTree:
    return WorkTree(place.repository)


def test_it_is_a_file_source(tree: WorkTree, place: Place) -> None:
    source: FileSource = tree
    assert source.root == place.root.as_posix()
    assert source.case_sensitive is (not (place.root / "A.PY").exists())


def test_tracked_and_new_files_are_listed_and_ignored_deleted_and_secret_ones_are_not(place: Place) -> None:
    place.put("new file.py", b"")
    place.put("x.log", b"")
    place.put("build/out.py", b"")
    place.put(".env", b"KEY=1")
    place.put("sub/.env.example", b"KEY=")
    (place.root / "d/b.py").unlink()
    place.put("ünï\n.py", b"")
    assert WorkTree(place.repository).list_paths() == [
        ".gitignore",
        "a.py",
        "new file.py",
        "sub/.env.example",
        "ünï\n.py",
    ]


def test_a_new_file_is_seen_soon(place: Place, tree: WorkTree) -> None:
    assert "late.py" not in tree.list_paths()
    place.put("late.py", b"")
    tree.refresh()
    assert "late.py" in tree.list_paths()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.py", "file"),
        ("d", "dir"),
        ("d/new.py", "missing"),
        ("new/deep/x.py", "missing"),
        ("a.py/x.py", "blocked"),
        ("x.log", "ignored"),
        ("build/out.py", "ignored"),
        (".git", "git"),
        (".git/config", "git"),
        ("d/.GIT/hooks/x", "git"),
        ("../outside.py", "symlink-outside"),
        ("/etc/passwd", "symlink-outside"),
        ("nul\0l", "symlink-outside"),
        ("in.py", "symlink-inside"),
        ("in folder/b.py", "symlink-inside"),
        ("in folder/new.py", "symlink-inside"),
        ("dangling.py", "symlink-inside"),
        ("in folder", "dir"),
        ("out", "symlink-outside"),
        ("out/x.py", "symlink-outside"),
        ("loop", "symlink-outside"),
        ("loop/x.py", "symlink-outside"),
        ("to git/config", "git"),
        ("to env", "secret"),
        ("pipe", "device"),
        (".env", "secret"),
        ("sub/.env.production", "secret"),
        (".env.example", "missing"),
        ("keys/server.pem", "secret"),
        ("id_rsa", "secret"),
        ("ID_RSA", "secret"),
        ("id_rsa.pub", "missing"),
        (".ssh/config", "secret"),
        (".aws/credentials", "secret"),
        ("credentials.json", "secret"),
        ("credentials.py", "missing"),
        ("nested/x.py", "submodule"),
    ],
)
def test_what_stands_at_a_path(place: Place, tree: WorkTree, path: str, kind: str) -> None:
    root = place.root
    place.put("x.log", b"")
    place.put("build/out.py", b"")
    place.put(".env", b"")
    (root / "in.py").symlink_to("a.py")
    (root / "in folder").symlink_to("d")
    (root / "dangling.py").symlink_to("not there yet.py")
    (root / "out").symlink_to("/tmp")
    (root / "loop").symlink_to("loop")
    (root / "to git").symlink_to(".git")
    (root / "to env").symlink_to(".env")
    os.mkfifo(root / "pipe")
    (root / "nested/.git").mkdir(parents=True)
    assert tree.kind(path) == kind
    if kind not in EDITABLE:
        assert tree.read(path) is None


def test_a_submodule_is_one_even_when_it_is_not_checked_out(place: Place, tmp_path: Path) -> None:
    outer = Place.made(tmp_path / "outer", {"o.py": b""})
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(place.root), "sub")
    outer.git("commit", "-q", "-m", "sub")
    tree = WorkTree(outer.repository)
    assert tree.kind("sub/a.py") == "submodule"
    assert "sub" not in tree.list_paths()
    outer.git("submodule", "deinit", "-q", "-f", "sub")
    assert WorkTree(outer.repository).kind("sub/a.py") == "submodule"


def test_content_is_read_through_links_inside_and_never_outside(place: Place, tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_bytes(b"secret")
    (place.root / "in.py").symlink_to("d/b.py")
    (place.root / "out.py").symlink_to(tmp_path / "outside.py")
    assert tree.read("in.py") == b"b\n"
    assert tree.target("in.py") == "d/b.py"
    assert tree.target("a.py") == "a.py"
    assert tree.read("out.py") is None
    assert tree.read("nothing.py") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(place: Place, tree: WorkTree) -> None:
    (place.root / "a.py").chmod(0)
    with pytest.raises(InTheWay, match=r"a\.py cannot be read"):
        tree.read("a.py")


def test_settings_and_agentignore_take_files_out_and_allow_brings_one_back(place: Place) -> None:
    for name in ("private/p.py", "notes.txt", "server.pem", "keep/data.csv", "data.csv"):
        place.put(name, b"")
    place.put(".agentignore", b"# mine\n*.csv\n!keep/*.csv\n/notes.txt\n")
    config = load_config(place.root, {"deny": ["private/"], "allow": ["*.pem"]}, {})
    tree = WorkTree(place.repository, config)
    assert [tree.kind(name) for name in ("private/p.py", "notes.txt", "data.csv")] == ["secret"] * 3
    assert [tree.kind(name) for name in ("server.pem", "keep/data.csv")] == ["file"] * 2
    assert not {"private/p.py", "notes.txt", "data.csv"} & set(tree.list_paths())
    place.put(".agentignore", b"")
    assert tree.kind("notes.txt") == "file"


def test_a_name_that_may_hold_secrets_is_editable_where_git_tracks_it(place: Place) -> None:
    for name in ("secrets.yml", "d/.npmrc", ".env"):
        place.put(name, b"x")
    assert [WorkTree(place.repository).kind(name) for name in ("secrets.yml", "d/.npmrc", ".env")] == ["secret"] * 3
    place.git("add", "-f", "secrets.yml", "d/.npmrc", ".env")
    tree = WorkTree(place.repository)
    assert [tree.kind(name) for name in ("secrets.yml", "d/.npmrc", ".env")] == ["file", "file", "secret"]
    assert {"secrets.yml", "d/.npmrc"} < set(tree.list_paths())


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.csv", "a/b/c.csv", True),
        ("/*.csv", "a/c.csv", False),
        ("/*.csv", "c.csv", True),
        ("a/*.csv", "a/c.csv", True),
        ("a/*.csv", "x/a/c.csv", False),
        ("**/a/*.csv", "x/a/c.csv", True),
        ("**/a/*.csv", "a/c.csv", True),
        ("data/", "data/deep/x.py", True),
        ("data/", "data", False),
        ("data/**", "data/deep/x.py", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("x?.py", "xy.py", True),
        ("x?.py", "x/.py", False),
        ("[a-c].py", "b.py", True),
        ("[!a-c].py", "b.py", False),
        ("\\#x", "#x", True),
        ("# note", "# note", False),
        ("weird[", "weird[", True),
        ("trailing  ", "trailing", True),
    ],
)
def test_agentignore_reads_patterns_as_gitignore_does(place: Place, pattern: str, path: str, fits: bool) -> None:
    assert Patterns([pattern]).match(path) is fits
    place.put(".gitignore", pattern.encode() + b"\n")
    if path != "data":
        place.put(path, b"")
        ignored = place.git("check-ignore", "--no-index", path, check=False) != ""
        assert ignored is fits or pattern == "weird["


def test_outside_git_the_folder_is_walked(tmp_path: Path) -> None:
    root = tmp_path / "plain"
    for name in ("a.py", "d/b.py", "node_modules/x.js", ".env"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    tree = WorkTree(root)
    assert tree.list_paths() == ["a.py", "d/b.py"]
    assert tree.kind("a.py") == "file"
    assert tree.read("d/b.py") == b"x"


def test_a_hostile_configuration_is_not_run_by_a_listing(place: Place, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.editor", "core.askPass"):
        place.git("config", key, str(script))
    tree = WorkTree(place.repository)
    place.put("x.log", b"")
    assert tree.kind("x.log") == "ignored"
    assert "a.py" in tree.list_paths()
    assert not trap.exists()


def test_asking_for_many_files_is_fast(place: Place) -> None:
    for number in range(600):
        place.put(f"many/{number % 20}/{number}.py", b"")
    tree = WorkTree(place.repository)
    started = time.monotonic()
    paths = tree.list_paths()
    assert len(paths) == 603
    assert all(tree.kind(path) == "file" for path in paths)
    assert time.monotonic() - started < 60
