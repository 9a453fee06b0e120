"""A download that is under way: its bytes so far, which parts are in it, and the lock that one process at a time holds.

The bytes are always a prefix of the file wanted, whichever source they came from. Killed at any moment, what is on the
disk can be gone on from: a part counts once the record beside the file says so, and bytes after it are cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from agent.errors import InTheWay
from agent.models.catalog import CatalogEntry


class Partial:
    """The unfinished file of one catalog entry in one folder."""

    def __init__(self, entry: CatalogEntry, folder: Path) -> None:
        self.entry = entry
        self.folder = folder
        self.path = folder / f"{entry.file}.part"
        self._record = self.path.with_name(self.path.name + ".json")

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def leftovers(self) -> list[Path]:
        """What there is of it on the disk, but for the lock."""
        found = self.folder.glob(f"{self.path.name}*") if self.folder.is_dir() else []
        return sorted(path for path in found if not path.name.endswith(".lock"))

    def parts_joined(self) -> list[int]:
        """The length of the file after each part that is wholly in it; empty when it was not made of parts."""
        try:
            ends = json.loads(self._record.read_text(encoding="utf-8"))["ends"]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        valid = isinstance(ends, list) and all(isinstance(end, int) for end in ends) and ends == sorted(ends)
        return ends if valid and ends and ends[-1] <= self.size else []

    def record_part(self, end: int) -> None:
        """The parts up to this length are wholly written."""
        text = json.dumps({"ends": [*self.parts_joined(), end]})
        fresh = self._record.with_name(self._record.name + ".new")
        with writing(fresh):
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._record)

    @contextlib.contextmanager
    def appending(self, start: int) -> Iterator[IO[bytes]]:
        """The file, cut to `start` bytes and open for more; on the disk when the block ends without an error."""
        with writing(self.path), self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.truncate(start)
            file.seek(start)
            yield file
            file.flush()
            os.fsync(file.fileno())

    @contextlib.contextmanager
    def workplace(self) -> Iterator[Path]:
        """A temporary folder on the same disk; those that killed processes left are removed first."""
        prefix = self.path.name + ".d-"
        for old in self.folder.glob(prefix + "*"):
            shutil.rmtree(old, ignore_errors=True)
        with writing(self.folder):
            made = Path(tempfile.mkdtemp(prefix=prefix, dir=self.folder))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def accept(self) -> Path:
        """Give the whole file its name. The caller has checked its digest."""
        target = self.folder / self.entry.file
        with writing(target):
            self.path.replace(target)
            self._record.unlink(missing_ok=True)
        return target

    def discard(self) -> None:
        """Throw away what there is."""
        with writing(self.path):
            self.path.unlink(missing_ok=True)
            self._record.unlink(missing_ok=True)


class Lock:
    """Held by the process that downloads; gone with it, however it ends."""

    def __init__(self, partial: Partial) -> None:
        self._path = partial.path.with_name(partial.path.name + ".lock")
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Take it if nobody has it. Raises InTheWay when the folder cannot be written."""
        import fcntl

        with writing(self._path):
            file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        except OSError:
            # A file system without locks: one process alone is the usual case, and the digest guards the rest.
            self._file = file
            return True
        try:
            same = os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except FileNotFoundError:
            same = False
        if same:
            self._file = file
        else:
            file.close()
        return same

    def release(self) -> None:
        """Give it back."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            self._file.close()
            self._file = None


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the system's errors on writing into the one a person is shown."""
    import errno

    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        why = "the disk is full" if full else (error.strerror or str(error))
        hint = (
            "Make room, then run it again: it goes on where it stopped."
            if full
            else "Set AGENT_MODELS to another folder."
        )
        raise InTheWay(f"{path} cannot be written: {why}.", hint) from None
