"""Scratch copies leave nothing behind, not even those of a run that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

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
