"""Two agents in one repository: one at a time, the other is told who, and a dead one holds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.edits.types import FileChange
from agent.errors import EXIT_IN_THE_WAY, InTheWay
from agent.repo.history import History
from agent.repo.lock import Lock
from tests.repo.making import IDENTITY, Place

HOLD = (
    "import sys, time; from pathlib import Path; from agent.repo.lock import Lock\n"
    "with Lock(Path(sys.argv[1]), 'agent fix'):\n"
    "    print('held', flush=True); time.sleep(float(sys.argv[2]))\n"
)


def holding(git_dir: Path, seconds: float) -> subprocess.Popen[str]:
    top = Path(__file__).parents[2]
    command = [sys.executable, "-c", HOLD, str(git_dir), str(seconds)]
    process = subprocess.Popen(command, cwd=top, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    return Place.made(tmp_path / "work", {"a.py": b"a\n"})


def test_the_second_is_told_who_is_at_work_and_changes_nothing(place: Place) -> None:
    other = holding(place.repository.git_dir, 30)
    before = place.whole_state()
    try:
        with pytest.raises(InTheWay, match=rf"agent fix \(process {other.pid}, since .*\) is at work") as caught:
            History(place.repository, wait=0.2).record([FileChange("a.py", b"a\n", b"A\n")], message="x")
        assert caught.value.exit_code == EXIT_IN_THE_WAY
        assert place.whole_state() == before
    finally:
        other.kill()
        other.wait()


def test_the_second_waits_and_then_goes_on(place: Place) -> None:
    other = holding(place.repository.git_dir, 0.7)
    waited: list[str] = []
    history = History(place.repository, wait=20, waiting=waited.append)
    history.record([FileChange("a.py", b"a\n", b"A\n")], message="x")
    assert place.get("a.py") == b"A\n"
    assert len(waited) == 1 and waited[0].startswith("agent fix (process ")
    other.wait()


def test_the_lock_of_a_killed_agent_is_taken_over_at_once(place: Place) -> None:
    other = holding(place.repository.git_dir, 60)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    started = time.monotonic()
    with Lock(place.repository.git_dir, "agent edit", timeout=5):
        assert time.monotonic() - started < 4
        assert "agent edit" in (place.repository.git_dir / "agent/lock").read_text()
    assert (place.repository.git_dir / "agent/lock").read_text() == ""


def test_a_start_beside_a_living_agent_does_not_wait_for_it(place: Place) -> None:
    (place.repository.git_dir / "agent").mkdir(exist_ok=True)
    (place.repository.git_dir / "agent/intent.json").write_text('{"what": "record", "turn": 1}')
    other = holding(place.repository.git_dir, 30)
    try:
        started = time.monotonic()
        assert place.history().recover() is None
        assert time.monotonic() - started < 8
    finally:
        other.kill()
        other.wait()


def test_two_agents_recording_at_the_same_time_both_get_their_turn(place: Place) -> None:
    script = (
        "import sys; from pathlib import Path; from agent.repo.history import History\n"
        "from agent.repo.root import find_root; from agent.edits.types import FileChange\n"
        "name = sys.argv[2]\n"
        "for n in range(4):\n"
        "    History(find_root(Path(sys.argv[1])), wait=60).record(\n"
        "        [FileChange(f'{name}{n}.py', None, name.encode())], message=f'{name} {n}')\n"
    )
    top = Path(__file__).parents[2]
    agents = [
        subprocess.Popen([sys.executable, "-c", script, str(place.root), name], cwd=top) for name in ("first", "second")
    ]
    assert [agent.wait(timeout=120) for agent in agents] == [0, 0]
    assert [record.turn for record in place.history().log()] == list(range(8, 0, -1))
    assert len(place.git("log", "--format=%s").split("\n")) == 9
    assert place.status == []
    place.history().undo(8)
    assert place.git("log", "--format=%s") == "First"
