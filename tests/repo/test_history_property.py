"""Any sequence of turns, undos and redos, mixed with the person's own commits and edits: every step back is exact.

`AGENT_HISTORY_CASES` sets how many sequences are tried.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.edits.types import FileChange
from agent.errors import InTheWay, TaskFailed
from agent.repo.history import FileHistory
from tests.repo.making import IDENTITY, Place, folder_in_memory

CASES = int(os.environ.get("AGENT_HISTORY_CASES", "5"))
STEPS = 14
NAMES = ["a.py", "b c.py", "d/e.py", "d/f/g.txt", "ignored.log", "h.crlf"]
MODES = [0o644, 0o755, 0o600, None, None]


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with folder_in_memory(tmp_path) as found:
        yield found


def some_content(dice: random.Random) -> bytes:
    kind = dice.randrange(4)
    if kind == 0:
        return dice.randbytes(dice.randrange(40))
    end = b"\r\n" if kind == 1 else b"\n"
    lines = [b"line %d" % dice.randrange(9) for _ in range(dice.randrange(6))]
    return end.join(lines) + (end if dice.random() < 0.8 else b"")


def some_changes(dice: random.Random, place: Place) -> list[FileChange]:
    changes: list[FileChange] = []
    for name in dice.sample(NAMES, dice.randint(1, 3)):
        now = place.get(name)
        if now is not None and dice.random() < 0.25:
            changes.append(FileChange(name, now, None))
        else:
            changes.append(FileChange(name, now, some_content(dice), dice.choice(MODES)))
    return [change for change in changes if change.before != change.after or change.mode is not None]


def files(place: Place) -> dict[str, object]:
    found = place.whole_state()["files"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("seed", range(CASES))
def test_every_undo_and_redo_is_exact_in_git(folder: Path, seed: int) -> None:
    dice = random.Random(seed)
    place = Place.made(folder / "work", {"a.py": b"a\n", "d/e.py": b"e\n", ".gitignore": b"*.log\n"})
    if seed % 2:
        place.git("config", "core.autocrlf", "input")
    states = [files(place)]
    at = 0
    mine = 0
    for _ in range(STEPS):
        what = dice.choice(["record", "record", "record", "undo", "undo", "redo", "mine"])
        if what == "record":
            changes = some_changes(dice, place)
            if not changes:
                continue
            done = place.history().record(changes, message=f"Turn {at}", commit=dice.random() < 0.8)
            if done.commit:
                assert set(place.in_commit()) <= set(done.files)
            states = [*states[: at + 1], files(place)]
            at += 1
        elif what == "mine":
            mine += 1
            place.put(f"mine{mine}.txt", b"%d" % mine)
            place.git("add", f"mine{mine}.txt")
            if dice.random() < 0.5:
                place.git("commit", "-q", "-m", f"Mine {mine}", "--", f"mine{mine}.txt")
            states = [{**state, f"mine{mine}.txt": files(place)[f"mine{mine}.txt"]} for state in states]
        else:
            steps = dice.randint(1, 2)
            wanted = at - steps if what == "undo" else at + steps
            staged = place.git("diff", "--cached", "--name-only")
            if 0 <= wanted < len(states):
                getattr(place.history(), what)(steps)
                at = wanted
            else:
                with pytest.raises(TaskFailed):
                    getattr(place.history(), what)(steps)
            assert place.git("diff", "--cached", "--name-only") == staged
        assert files(place) == states[at]
        place.git("fsck", "--no-dangling")


@pytest.mark.parametrize("seed", range(CASES))
def test_every_undo_and_redo_is_exact_outside_git(folder: Path, seed: int) -> None:
    dice = random.Random(1000 + seed)
    place = Place(folder / "plain")
    place.root.mkdir()
    place.put("a.py", b"a\n", 0o640)
    history = FileHistory(place.root)

    def now() -> dict[str, object]:
        return {
            path.relative_to(place.root).as_posix(): (path.stat().st_mode, path.read_bytes())
            for path in place.root.rglob("*")
            if path.is_file()
        }

    states, at = [now()], 0
    for _ in range(STEPS):
        what = dice.choice(["record", "record", "undo", "redo"])
        if what == "record":
            changes = some_changes(dice, place)
            if not changes:
                continue
            history.record(changes, message="x")
            states, at = [*states[: at + 1], now()], at + 1
        else:
            wanted = at - 1 if what == "undo" else at + 1
            if 0 <= wanted < len(states):
                getattr(history, what)()
                at = wanted
        assert now() == states[at]
    if at:
        changed = history.log()[0].files[0] if history.log()[0].status == "done" else None
        if changed and place.get(changed) is not None:
            place.put(changed, b"typed since, and never lost")
            with pytest.raises(InTheWay):
                history.undo()
            assert place.get(changed) == b"typed since, and never lost"
