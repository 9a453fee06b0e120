"""Whether a command opens certain files: one that never does cannot be mended by editing them (Linux: inotify(7))."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_OPENED = 0x20
"""IN_OPEN."""


class Watch:
    """Watches files from now on. `opened` is None where the system cannot tell."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._fd = -1
        if not sys.platform.startswith("linux"):
            return
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL(None, use_errno=True)
            fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
            watched = [libc.inotify_add_watch(fd, os.fsencode(file), _OPENED) for file in files] if fd >= 0 else [-1]
            if all(mark >= 0 for mark in watched):
                self._fd = fd
            elif fd >= 0:
                os.close(fd)

    @property
    def opened(self) -> bool | None:
        """Whether one of the files was opened since the beginning."""
        if self._fd < 0:
            return None
        try:
            return bool(os.read(self._fd, 4096))
        except BlockingIOError:
            return False
        except OSError:
            return None

    def close(self) -> None:
        """Stop watching."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
