"""Scratch copies leave nothing behind, not even those of a run that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from agent.repair.running import run
from agent.repair.scratch import Scratch

HELD = "from pathlib import Path; from agent.repair.scratch import Scratch; import sys, time\n"


def test_the_copies_of_a_killed_run_are_removed_by_the_next(tmp_path: Path) -> None:
    root, temporary = tmp_path / "project", tmp_path / "tmp"
    root.mkdir()
    temporary.mkdir()
    (root / "a.py").write_text("x = 1\n")
    env = {**os.environ, "TMPDIR": str(temporary)}
    begin = f"{HELD}s = Scratch(Path({str(root)!r})); print(s.folder, flush=True); time.sleep(60)"
    killed, running = (
        subprocess.Popen([sys.executable, "-c", begin], env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)
    )
    assert killed.stdout is not None and running.stdout is not None
    try:
        left, kept = Path(killed.stdout.readline().strip()), Path(running.stdout.readline().strip())
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert left.exists()
        again = f"{HELD}Scratch(Path({str(root)!r})).close()"
        subprocess.run([sys.executable, "-c", again], env=env, check=True)
        assert not left.exists()
        assert (kept / "copy" / "project" / "a.py").exists()
    finally:
        running.kill()
        running.wait()
        for process in (killed, running):
            process.stdout.close() if process.stdout is not None else None


def test_what_a_command_writes_into_a_temporary_folder_is_each_copys_own(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "given.txt").write_text("given\n")
    (tmp_path / "stale").write_text("stale\n")
    command = (
        f"mkdir -p {tmp_path}/made && cat {tmp_path}/given.txt > {tmp_path}/made/out && pwd >> {tmp_path}/made/out && "
        f"cc() {{ pwd > $2; }}; cc -o {tmp_path}/stale && cat {tmp_path}/made/out {tmp_path}/stale"
    )
    copies = [Scratch(root, str(number)) for number in range(2)]
    try:
        for copy in copies:
            done = run(copy, command, 20.0)
            assert done.output.splitlines() == ["given", str(copy.root), str(copy.root)]
    finally:
        for copy in copies:
            copy.close()
    assert (tmp_path / "stale").read_text() == "stale\n" and not (tmp_path / "made").exists()


def test_what_lies_beside_the_tree_and_what_is_only_looked_at_keeps_its_path(tmp_path: Path) -> None:
    root, beside = tmp_path / "app", tmp_path / "app-data"
    root.mkdir()
    beside.mkdir()
    (beside / "x").write_text("given\n")
    copy = Scratch(root)
    try:
        done = run(copy, f"test -d {beside} && [ -d {beside} ] && cat {beside}/x && cd {root} && pwd", 20.0)
        assert done.output.splitlines() == ["given", str(copy.root)]
        assert copy.own(f"{beside}/bin:{root}/bin:-I{root}") == f"{beside}/bin:{copy.root}/bin:-I{copy.root}"
    finally:
        copy.close()
