"""A process that is killed in the middle of a write leaves nothing half-written for the next one.

By default every seventh step is a kill; `AGENT_KILL_EVERY=1` kills at each.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import agent.edits.transaction as transaction
from agent.edits.transaction import recover, write
from agent.edits.types import FileChange
from tests.edits.killing import run_killed

EVERY = int(os.environ.get("AGENT_KILL_EVERY", "7"))
WATCHED = [Path(transaction.__file__).parent]

CHANGES = [
    FileChange("kept.py", b"one\n", b"two\n"),
    FileChange("run.sh", b"#!/bin/sh\n", b"#!/bin/sh\n", 0o755),
    FileChange("new/deep/file.py", None, b"made\n"),
    FileChange("gone/only.py", b"bye\n", None),
    FileChange("link.py", b"through\n", b"through the link\n"),
    FileChange("folder/inside.py", b"in\n", None),
    FileChange("folder", None, b"now a file\n"),
    FileChange("flat", b"a file\n", None),
    FileChange("flat/inside.py", None, b"now a folder\n"),
]


def make(root: Path) -> None:
    (root / ".git").mkdir(parents=True)
    for folder in ("gone", "folder"):
        (root / folder).mkdir()
    for name, content in {
        "kept.py": b"one\n",
        "run.sh": b"#!/bin/sh\n",
        "gone/only.py": b"bye\n",
        "real.py": b"through\n",
        "folder/inside.py": b"in\n",
        "flat": b"a file\n",
        "other.py": b"not touched\n",
    }.items():
        (root / name).write_bytes(content)
    (root / "kept.py").chmod(0o640)
    (root / "link.py").symlink_to("real.py")


def picture(root: Path) -> dict[str, object]:
    """Everything below the root: content, mode, link or folder, and what is left in the state folder."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.startswith(".git/"):
            if name not in (".git/agent", ".git/agent/writing", ".git/agent/journal.json.new"):
                found[name] = "left behind"
        elif path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_dir():
            found[name] = "folder"
        else:
            found[name] = (path.read_bytes(), path.stat().st_mode & 0o777)
    return found


@pytest.fixture
def roots(tmp_path: Path) -> Iterator[Path]:
    """In memory where the system has that: what is tested is the order of the steps, not the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
def pictures(roots: Path) -> tuple[dict[str, object], dict[str, object]]:
    root = roots / "model"
    make(root)
    before = picture(root)
    write(root, root / ".git", CHANGES, holder="test")
    after = picture(root)
    assert before != after
    return before, after


def test_killed_at_every_step_the_next_start_completes_or_rolls_back_and_says_which(
    roots: Path, pictures: tuple[dict[str, object], dict[str, object]]
) -> None:
    before, after = pictures
    completed = rolled_back = untouched = 0
    step = 0
    while True:
        root = roots / str(step)
        make(root)
        killed = run_killed(lambda at=root: write(at, at / ".git", CHANGES, holder="test"), step, WATCHED)
        said = recover(root, root / ".git")
        now = picture(root)
        if said is None:
            assert now in (before, after), step
            untouched += 1
        elif "completed" in said:
            assert now == after, (step, said)
            completed += 1
        else:
            assert "rolled back" in said
            assert now == before, (step, said)
            rolled_back += 1
        assert recover(root, root / ".git") is None
        shutil.rmtree(root)
        if not killed:
            break
        step += EVERY
    assert completed * EVERY > 50
    assert rolled_back * EVERY > 100
    assert untouched * EVERY > 50


def test_killed_again_while_recovering_it_is_still_all_or_nothing(
    roots: Path, pictures: tuple[dict[str, object], dict[str, object]]
) -> None:
    before, after = pictures
    random.seed(20260)
    for case in range(280 // EVERY):
        root = roots / str(case)
        make(root)
        run_killed(lambda at=root: write(at, at / ".git", CHANGES, holder="test"), random.randrange(900), WATCHED)
        for _ in range(3):
            run_killed(lambda at=root: recover(at, at / ".git"), random.randrange(300), WATCHED)
        recover(root, root / ".git")
        assert picture(root) in (before, after), case
        shutil.rmtree(root)


def test_a_file_edited_after_the_crash_is_not_overwritten_by_the_recovery(roots: Path) -> None:
    kept = 0
    for step in range(0, 2000, 7 * EVERY):
        root = roots / str(step)
        make(root)
        killed = run_killed(lambda at=root: write(at, at / ".git", CHANGES, holder="test"), step, WATCHED)
        mine = root / "kept.py"
        mine.write_bytes(b"typed by hand after the crash\n")
        said = recover(root, root / ".git")
        assert mine.read_bytes() == b"typed by hand after the crash\n"
        if said is not None and "completed" not in said:
            assert (root / "gone/only.py").read_bytes() == b"bye\n"
            assert (root / "folder/inside.py").read_bytes() == b"in\n"
            kept += 1
        shutil.rmtree(root)
        if not killed:
            break
    assert kept
