"""Keeps two processes from writing by the same journal. It is held for the moment of the write, and by its process."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from agent.errors import InTheWay

GUARD_SECONDS = 5.0


class Guard:
    """A context manager over an `flock` in the state folder. Raises InTheWay when another process is writing."""

    def __init__(self, state: Path, holder: str) -> None:
        self.path = state / "writing"
        self.holder = holder
        self._fd = -1

    def __enter__(self) -> None:
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._wait()
        except OSError as error:
            raise InTheWay(f"{self.path} cannot be used: {error.strerror}.", "Check its permissions.") from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{self.holder} (process {os.getpid()})".encode(), 0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def _wait(self) -> None:
        deadline = time.monotonic() + GUARD_SECONDS
        while True:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    who = os.pread(self._fd, 200, 0).decode("utf-8", "replace") or "Another agent"
                    os.close(self._fd)
                    raise InTheWay(f"{who} is writing here.", "Wait until it is done.") from None
                time.sleep(0.02)
