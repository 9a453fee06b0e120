"""Judging Python candidates in forked, warm processes: several hundred a second where the tests are short."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.repair.running import kill, start
from agent.repair.scratch import Scratch
from agent.repair.tracing import setup
from agent.repair.types import Verdict


@dataclass(frozen=True)
class Limits:
    """Processor seconds for one test and for the rest, wall seconds for all."""

    per_test: float = 0.1
    total: float = 1.0
    wall: float = 5.0

    def longer(self, factor: float) -> Limits:
        """Limits for a second look at candidates that ran out of time."""
        return Limits(self.per_test * factor, self.total * factor, self.wall * factor)


class WarmJudge:
    """One server process in one scratch copy. Use from one thread at a time."""

    def __init__(self, scratch: Scratch, command: str, targets: Sequence[str]) -> None:
        self.scratch = scratch
        place = str(scratch.folder / "s")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(place)
        self._listener.listen(1)
        # A runner that captures output keeps the command's own under another number, where a child cannot be kept from
        # it: a pipe that nobody reads would fill and stop them all.
        self._process: subprocess.Popen[bytes] = start(
            scratch, command, setup(scratch, targets, mode="serve", socket=place, per_test=1.0, total=5.0), quiet=True
        )
        self._stream: Any = None

    def wait(self, timeout: float) -> bool:
        """Whether the command came to load a target within the time, and serves now."""
        self._listener.settimeout(0.05)
        waited = 0.0
        while waited < timeout:
            try:
                link, _ = self._listener.accept()
            except TimeoutError:
                waited += 0.05
                if self._process.poll() is not None:
                    return False
                continue
            except OSError:
                # Closed meanwhile: the trace has shown that no server is needed.
                return False
            link.settimeout(None)
            self._stream = link.makefile("rwb")
            return self._receive() is not None
        return False

    def judge(
        self,
        texts: Mapping[str, str],
        limits: Limits,
        *,
        failing: Sequence[str] = (),
        only: Sequence[str] = (),
        detail: bool = False,
    ) -> Verdict:
        """Run the tests with these texts in place of the targets. Raises ConnectionError when the server is gone."""
        job = {
            "files": dict(texts),
            "per_test": limits.per_test,
            "total": limits.total,
            "wall": limits.wall,
            "detail": detail,
            "failing": list(failing),
            "only": list(only),
        }
        data = json.dumps(job).encode()
        try:
            self._stream.write(struct.pack("!I", len(data)) + data)
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise ConnectionError(str(error)) from None
        reply = self._receive()
        if reply is None:
            raise ConnectionError("the warm process is gone")
        told = str(reply["told"]).splitlines()
        passed = [line[2:] for line in told if line.startswith("P ")]
        messages = [json.loads(line[2:]) for line in told if line.startswith("M ")]
        reached = max((int(line[2:]) for line in told if line.startswith("L ")), default=0)
        out_of_time = bool(reply["late"]) or reply["status"] in (-27, -24, -14)
        known = set(failing)
        return Verdict(
            passed=reply["status"] == 0 and not reply["late"],
            tests_passed=len(passed),
            fixed=sum(1 for name in passed if name in known),
            timed_out=out_of_time,
            reached=reached,
            messages=tuple((name, message) for name, message in messages),
            seconds=float(reply["seconds"]),
        )

    def _receive(self) -> dict[str, Any] | None:
        try:
            head = self._stream.read(4)
            if head is None or len(head) < 4:
                return None
            reply: dict[str, Any] = json.loads(self._stream.read(struct.unpack("!I", head)[0]))
        except (OSError, ValueError):
            return None
        return reply

    def close(self) -> None:
        """End the server."""
        with contextlib.suppress(OSError, ValueError):
            if self._stream is not None:
                self._stream.close()
        self._listener.close()
        kill(self._process)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
        with contextlib.suppress(OSError):
            Path(self.scratch.folder / "s").unlink()
