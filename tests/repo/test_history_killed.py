"""An agent that is killed while it records, undoes or redoes a turn: the next start says what became of it.

By default some of the steps are kills; `AGENT_KILL_EVERY=1` kills at each (thousands, for an hour).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import agent.edits.transaction as transaction
import agent.repo.history as history
from agent.edits.types import FileChange
from tests.edits.killing import run_killed
from tests.repo.making import IDENTITY, Place, folder_in_memory

EVERY = int(os.environ.get("AGENT_KILL_EVERY", "79"))
WATCHED = [Path(transaction.__file__).parent, Path(history.__file__).parent]
CHANGES = [
    FileChange("a.py", b"a\n", b"A\n"),
    FileChange("new/b.py", None, b"b\n"),
    FileChange("old.py", b"old\n", None),
]

TOP = Path(__file__).parents[2]
RECORD_A = """
import os, sys
from pathlib import Path
from agent.edits.types import FileChange
from agent.repo.history import History
from agent.repo.root import find_root

os.environ["AGENT_UNDER_TEST"] = str(os.getpid())
h = History(find_root(Path(sys.argv[1])))
h.record([FileChange("a.py", b"a\\n", b"A\\n")], message="Turn one\\n\\nBody.")
"""


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with folder_in_memory(tmp_path) as found:
        yield found


def made(root: Path) -> Place:
    place = Place.made(root, {"a.py": b"a\n", "old.py": b"old\n", "staged.py": b"s\n"})
    place.put("staged.py", b"staged by me\n")
    place.git("add", "staged.py")
    place.put("staged.py", b"and edited\n")
    return place


def killed_everywhere(folder: Path, prepare: str, what: str) -> dict[str, int]:
    """Kill `what` at many steps; check after each that it is either done or not, in files, index, branch and log."""
    counts = {"done": 0, "not done": 0}
    model = made(folder / f"model {what}")
    if prepare:
        model.history().record(CHANGES, message="Turn one")
    if prepare == "undone":
        model.history().undo()
    before, subjects = model.whole_state(), model.git("log", "--format=%s")
    step = len(what)  # another offset for each
    while True:
        place = Place(folder / f"{what}{step}")
        shutil.copytree(model.root, place.root, symlinks=True)

        def act(place: Place = place) -> None:
            if what == "record":
                place.history().record(CHANGES, message="Turn one")
            else:
                getattr(place.history(), what)()

        killed = run_killed(act, step, WATCHED)
        said = place.history().recover()
        now, log = place.whole_state(), place.git("log", "--format=%s")
        turns = place.history().log()
        if now["files"] == before["files"]:
            counts["not done"] += 1
            assert now == before, (step, said)
            assert [record.status for record in turns] == {"record": [], "undo": ["done"], "redo": ["undone"]}[what]
        else:
            counts["done"] += 1
            committed = log == "Turn one\nFirst"
            assert [record.status for record in turns] == ["undone" if what == "undo" else "done"], (step, said)
            assert log == (subjects if what == "record" and not committed else {"undo": "First"}.get(what, log))
            assert place.status == (["MM staged.py"] if committed or what == "undo" else UNCOMMITTED), (step, said)
            if what != "undo":
                assert turns[0].commit == (place.head if committed else None)
                assert committed or what == "record"
                place.history().undo()
                assert place.whole_state() == before, (step, said)
        assert place.history().recover() is None
        shutil.rmtree(place.root)
        if not killed:
            return counts
        step += EVERY


UNCOMMITTED = [" M a.py", " D old.py", "MM staged.py", "?? new/b.py"]


def test_killed_while_recording(folder: Path) -> None:
    counts = killed_everywhere(folder, "", "record")
    assert counts["done"] and counts["not done"]


def test_killed_while_undoing(folder: Path) -> None:
    counts = killed_everywhere(folder, "done", "undo")
    assert counts["done"] and counts["not done"]


def test_killed_while_redoing(folder: Path) -> None:
    counts = killed_everywhere(folder, "undone", "redo")
    assert counts["done"] and counts["not done"]


def test_killed_while_a_hook_runs_the_turn_is_recorded_without_a_commit(folder: Path) -> None:
    place = made(folder / "hook")
    before = place.whole_state()
    place.hook("pre-commit", 'kill -9 "$AGENT_UNDER_TEST"\nsleep 0.2\nexit 1\n')
    script = RECORD_A
    done = subprocess.run([sys.executable, "-c", script, str(place.root)], cwd=TOP, timeout=60)
    assert done.returncode == -9
    said = place.history().recover()
    assert said is not None and "recorded as turn 1, without a commit" in said
    assert place.get("a.py") == b"A\n"
    assert place.git("show", ":staged.py") == "staged by me"
    place.history().undo()
    assert place.whole_state() == before


def test_ctrl_c_while_a_hook_runs_stops_git_and_the_turn_is_recorded_without_a_commit(folder: Path) -> None:
    place = made(folder / "hook")
    before = place.whole_state()
    place.hook("pre-commit", 'sleep 0.5; kill -INT "$AGENT_UNDER_TEST"\nsleep 2\n')
    script = RECORD_A
    done = subprocess.run(
        [sys.executable, "-c", script, str(place.root)], cwd=TOP, timeout=60, stderr=subprocess.PIPE, text=True
    )
    assert "KeyboardInterrupt" in done.stderr
    [turn] = place.history().log()
    assert (turn.commit, turn.note, turn.status) == (None, "no commit: it was interrupted", "done")
    time.sleep(2.5)
    assert place.head == before["head"]
    assert list((place.root / ".git").rglob("*.lock")) == []
    place.history().undo()
    assert place.whole_state() == before


def test_killed_after_the_commit_and_before_the_record_the_commit_is_found_again(folder: Path) -> None:
    place = made(folder / "found")
    before = place.whole_state()
    place.hook("post-commit", 'kill -9 "$AGENT_UNDER_TEST"\nsleep 0.2\n')
    script = RECORD_A
    done = subprocess.run([sys.executable, "-c", script, str(place.root)], cwd=TOP, timeout=60)
    assert done.returncode == -9
    said = place.history().recover()
    assert said is not None and f"with the commit {place.head[:9]}" in said
    assert place.status == ["MM staged.py"]
    place.history().undo()
    assert place.whole_state() == before
