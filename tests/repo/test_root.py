"""Where the repository is, from wherever one stands, without starting a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.edits.types import FileChange
from agent.errors import InTheWay
from agent.repo.files import WorkTree
from agent.repo.git import init
from agent.repo.history import History
from agent.repo.root import find_root
from tests.repo.making import IDENTITY, Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    return Place.made(tmp_path / "work", {"a.py": b"a\n", "d/e/b.py": b"b\n"})


def test_it_is_found_from_a_file_a_folder_below_and_a_link(place: Place, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(place.root / "d")
    for start in (place.root, place.root / "a.py", place.root / "d/e", tmp_path / "link", place.root / ".git"):
        found = find_root(start)
        assert found is not None
        assert (found.root, found.git_dir) == (place.root, place.root / ".git")
    assert find_root(tmp_path) is None


def test_branch_detached_and_unborn_are_told_apart(place: Place, tmp_path: Path) -> None:
    assert (place.repository.head().branch, place.repository.is_unborn) == ("main", False)
    place.git("pack-refs", "--all")
    assert not place.repository.is_unborn
    place.git("checkout", "-q", "-b", "feature/one")
    assert place.repository.head().branch == "feature/one"
    place.git("checkout", "-q", "--detach")
    assert place.repository.head().branch is None
    assert Place.made(tmp_path / "empty").repository.is_unborn


def test_worktree_submodule_and_bare_are_told_apart(place: Place, tmp_path: Path) -> None:
    place.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    second = find_root(tmp_path / "second")
    assert second is not None
    assert (second.is_worktree, second.common_dir, second.head().branch) == (True, place.root / ".git", "second")
    place.git("init", "-q", "--bare", str(tmp_path / "bare.git"))
    bare = find_root(tmp_path / "bare.git")
    assert bare is not None and bare.is_bare
    with pytest.raises(InTheWay, match="bare"):
        History(bare)


def test_a_folder_that_only_looks_like_one_is_none(tmp_path: Path) -> None:
    (tmp_path / "x/.git").mkdir(parents=True)
    (tmp_path / "y").mkdir()
    (tmp_path / "y/.git").write_text("gitdir: /nowhere\n")
    assert find_root(tmp_path / "x") is None
    assert find_root(tmp_path / "y") is None


def test_a_folder_becomes_a_repository_with_nothing_committed(tmp_path: Path) -> None:
    folder = tmp_path / "-new folder"
    folder.mkdir()
    (folder / "mine.py").write_bytes(b"")
    made = init(folder)
    assert made.root == folder and made.is_unborn
    assert Place(folder).status == ["?? mine.py"]
    with pytest.raises(InTheWay, match="already"):
        init(folder)
    with pytest.raises(InTheWay, match="already"):
        init(folder / "mine.py")


def test_finding_the_root_and_listing_files_loads_no_git_library(place: Place) -> None:
    script = (
        "import sys; from pathlib import Path; from agent.repo.root import find_root; "
        "from agent.repo.files import WorkTree; WorkTree(find_root(Path(sys.argv[1]))).list_paths(); "
        "print(sorted({'git', 'pydantic', 'tomlkit'} & set(sys.modules)))"
    )
    top = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script, str(place.root)], cwd=top, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder away")
def test_a_repository_of_another_user_is_one_clear_error(place: Place) -> None:
    for path in (place.root, *place.root.rglob("*")):
        os.chown(path, 65534, 65534)
    with pytest.raises(InTheWay, match="belongs to another user") as caught:
        WorkTree(place.repository).list_paths()
    assert "safe.directory" in caught.value.hint
    with pytest.raises(InTheWay, match="belongs to another user"):
        History(place.repository).record([FileChange("a.py", b"a\n", b"A\n")], message="x")
    assert place.get("a.py") == b"a\n"


def test_without_the_git_program_it_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InTheWay, match="git is not installed") as caught:
        WorkTree(place.repository).list_paths()
    assert "--no-git" in caught.value.hint
