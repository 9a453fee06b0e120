"""The verdicts of a program with candidates built in, taken in while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from agent.repair.meta_pairs import further

BASE_MS = 3000
"""Milliseconds that the program as it is may take in the first build (the runtimes' own number)."""
SAID_BYTES = 8000
"""How much of what a failing candidate writes is compared."""
LOOK_SECONDS = 0.1


class Verdicts:
    """Reads the file to which the program writes a line for each run, in a thread of its own.

    `runs` tells what each run holds; one with a verdict leaves it. `take` is called with the verdict (`P` passed, `F`
    failed, `T` out of time), what the run held, and how much less it complained than the program as it is.
    """

    def __init__(
        self,
        out: Path,
        said: Path | None,
        runs: dict[int, tuple[int, ...]],
        take: Callable[[str, tuple[int, ...], int], None],
    ) -> None:
        self._out, self._said, self._runs, self._take = out, said, runs, take
        self.lines = 0
        self.endless = False
        """The program as it is did not end."""
        self.stuck = False
        """The program had to be left because of a candidate that it could not end; the rest are to be run again."""
        self._offset = 0
        self._before: str | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="verdicts", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def end(self) -> None:
        """The program has ended: read what is left."""
        self._ended.set()
        self._thread.join()
        self._read()

    def _follow(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self._read()

    def _read(self) -> None:
        try:
            with self._out.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.decode("ascii", "replace").splitlines():
            self.lines += 1
            word, _, rest = line.partition(" ")
            if word == "H":
                self.endless |= int(rest.split()[1]) >= BASE_MS - 100
            self.stuck |= word == "S"
            if word in ("P", "F", "T") and rest.isdigit():
                held = self._runs.pop(int(rest), ())
                said = self._complaints(int(rest))
                if self._before is None:
                    self._before = self._complaints(0)
                if held:
                    self._take(word, held, further(self._before, said) if word == "F" else 0)

    def _complaints(self, run: int) -> str:
        """What a run wrote, from its beginning; the file goes."""
        if self._said is None:
            return ""
        path = Path(f"{self._said}.{run}")
        try:
            with path.open("rb") as file:
                text = file.read(SAID_BYTES)
            path.unlink()
        except OSError:
            return ""
        return text.decode("utf-8", "replace")
