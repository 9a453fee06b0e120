"""One agent at a time in a repository: a lock file that says who holds it.

The lock is `flock`, so it goes with the process that holds it: a killed agent leaves no lock behind, only its name,
and the next one overwrites that.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from agent.errors import InTheWay

WAIT_SECONDS = 10.0
_POLL_SECONDS = 0.05


class Held(InTheWay):
    """Another process holds the lock; the message says who."""


class Lock:
    """A context manager that holds `<folder>/agent/lock`.

    `holder` is what others are told (`agent edit`). `waiting` is called once, with who holds it, when it has to wait.
    Raises Held when it is not free within `timeout` seconds. Not re-entrant.
    """

    def __init__(
        self,
        folder: Path,
        holder: str,
        *,
        timeout: float = WAIT_SECONDS,
        waiting: Callable[[str], None] | None = None,
        name: str = "lock",
    ) -> None:
        self.path = folder / "agent" / name
        self.holder = holder
        self.timeout = timeout
        self.waiting = waiting
        self._fd: int | None = None

    def __enter__(self) -> Lock:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise InTheWay(
                f"{self.path.parent} cannot be written: {error.strerror}.", "Check the folder's permissions."
            ) from None
        try:
            self._acquire(fd)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd
        mine = json.dumps({"holder": self.holder, "pid": os.getpid(), "since": int(time.time())})
        os.ftruncate(fd, 0)
        os.pwrite(fd, mine.encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)  # closing releases the lock
            self._fd = None

    def _acquire(self, fd: int) -> None:
        deadline = time.monotonic() + self.timeout
        told = False
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                pass
            except OSError as error:
                raise InTheWay(
                    f"{self.path} cannot be locked: {error.strerror}.", "Use a file system with locks."
                ) from None
            if time.monotonic() >= deadline:
                raise Held(
                    f"{described(self.path)} is at work in this repository.",
                    "Wait until it is done, or stop it.",
                )
            if not told and self.waiting is not None:
                self.waiting(described(self.path))
            told = True
            time.sleep(_POLL_SECONDS)


def described(path: Path) -> str:
    """Who holds the lock, in words."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        since = time.strftime("%H:%M:%S", time.localtime(held["since"]))
        return f"{held['holder']} (process {held['pid']}, since {since})"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another agent"
