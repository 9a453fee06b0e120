"""Turns outside git: backups in the person's state folder, the folder itself left clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.edits.types import FileChange
from agent.errors import InTheWay, TaskFailed
from agent.repo.history import FileHistory


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.py").write_bytes(b"a\r\n\xff")
    return folder


def test_undo_redo_log_diff_and_prune_work_without_git(root: Path) -> None:
    history = FileHistory(root)
    done = history.record(
        [FileChange("a.py", b"a\r\n\xff", b"A\n"), FileChange("new/b.py", None, b"b\n", 0o755)], message="Change"
    )
    assert (done.turn, done.commit, done.note) == (1, None, "")
    assert "+b" in history.diff() and "new file" in history.diff()
    history.undo()
    assert (root / "a.py").read_bytes() == b"a\r\n\xff"
    assert sorted(path.name for path in root.iterdir()) == ["a.py"]
    FileHistory(root).redo()
    assert (root / "new/b.py").stat().st_mode & 0o777 == 0o755
    assert [record.turn for record in history.log()] == [1]
    assert history.prune(-1) == 1
    with pytest.raises(TaskFailed):
        history.undo()


def test_undo_refuses_a_file_that_was_changed_since(root: Path) -> None:
    history = FileHistory(root)
    history.record([FileChange("a.py", b"a\r\n\xff", b"A\n")], message="Change")
    (root / "a.py").write_bytes(b"mine")
    with pytest.raises(InTheWay, match=r"a\.py was changed since turn 1"):
        history.undo()
    assert (root / "a.py").read_bytes() == b"mine"


def test_the_backups_are_readable_by_their_owner_only(root: Path, tmp_path: Path) -> None:
    FileHistory(root).record([FileChange("a.py", b"a\r\n\xff", b"A\n")], message="Change")
    backups = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert backups
    top = next(path for path in (tmp_path / "state/agent/folders").iterdir())
    assert top.stat().st_mode & 0o077 == 0


def test_two_folders_do_not_share_turns(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    FileHistory(root).record([FileChange("a.py", b"a\r\n\xff", b"A\n")], message="Change")
    with pytest.raises(TaskFailed):
        FileHistory(other).undo()


def test_a_binary_change_is_said_to_be_one(root: Path) -> None:
    history = FileHistory(root)
    history.record([FileChange("x.bin", None, b"\0\1")], message="Change")
    assert "Binary files" in history.diff()
