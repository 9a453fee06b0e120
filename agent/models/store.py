"""The weights on this machine: which catalog models are in the models folder, whatever the files are called.

A file is a catalog model if its size and SHA-256 are the catalog's. A digest is computed once and kept
with the file's size and modification time in `.digests.json` beside the weights (in the cache folder where those
cannot be written); either changing makes it stale.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from agent.errors import InTheWay, NoSuchModel
from agent.models.catalog import CATALOG, CatalogEntry, find_entry
from agent.models.partial import Lock, Partial
from agent.models.places import cache_folder, models_folder

DIGESTS_NAME = ".digests.json"
_BLOCK = 1 << 22


def installed(name: str, folder: Path | None = None) -> Path | None:
    """The file of a catalog model (`embedded`: the default one); None when there is none."""
    entry = find_entry(name)
    return None if entry is None else installed_file(entry, folder)


def installed_file(entry: CatalogEntry, folder: Path | None = None) -> Path | None:
    """The file in `folder` (default: the models folder) that is this entry by size and digest, or None.

    The file of the entry's own name is looked at first. The first look at a large file takes seconds.
    """
    folder = models_folder() if folder is None else folder
    for path in _of_size(folder, entry):
        if digest_of(path) == entry.sha256:
            return path
    return None


def installed_entries(folder: Path | None = None) -> dict[str, Path]:
    """Every catalog model that is in the folder: name to file."""
    found = ((entry.name, installed_file(entry, folder)) for entry in CATALOG)
    return {name: path for name, path in found if path is not None}


def digest_of(path: Path) -> str:
    """The file's SHA-256 in hex, from the record if the file is as it was then; "" if unreadable."""
    try:
        stat = path.stat()
        key = [stat.st_size, stat.st_mtime_ns]
        known = _read_digests(path.parent).get(path.name)
        if isinstance(known, list) and known[:2] == key and len(known) == 3:
            return str(known[2])
        digest = hash_file(path)
    except OSError:
        return ""
    remember_digest(path, digest)
    return digest


def hash_file(path: Path, seen: Callable[[int], None] | None = None) -> str:
    """The file's SHA-256 in hex. `seen` is told the number of bytes after each block. Raises OSError."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha.update(block)
            if seen is not None:
                seen(len(block))
    return sha.hexdigest()


def remember_digest(path: Path, digest: str) -> None:
    """Keep the digest of a file as it is now. Where nothing can be written it is computed again next time."""
    try:
        stat = path.stat()
        record = _read_digests(path.parent)
        record[path.name] = [stat.st_size, stat.st_mtime_ns, digest]
        kept = {name: value for name, value in record.items() if (path.parent / name).exists()}
        _replace(_record_file(path.parent), json.dumps(kept, indent=1))
    except OSError:
        return


def remove(name: str, folder: Path | None = None) -> Path:
    """Delete a catalog model's file, and what an unfinished download left. Returns what was deleted (the file, if any).

    Raises NoSuchModel when there is nothing to delete, InTheWay when it cannot be deleted or is being downloaded.
    """
    entry = find_entry(name)
    if entry is None:
        known = ", ".join(e.name for e in CATALOG)
        raise NoSuchModel(f"There is no model `{name}` in the catalog.", f"The catalog has {known}.")
    return remove_entry(entry, models_folder() if folder is None else folder)


def remove_entry(entry: CatalogEntry, folder: Path) -> Path:
    """`remove` for any entry."""
    partial = Partial(entry, folder)
    path = installed_file(entry, folder)
    if path is None and not partial.leftovers():
        raise NoSuchModel(f"{entry.name} is not installed in {folder}.", "`agent models` lists what is installed.")
    lock = Lock(partial)
    if not lock.acquire():
        raise InTheWay(f"{entry.name} is being downloaded by another process.", "Stop that one first.")
    try:
        doomed = [*partial.leftovers(), *([path] if path else [])]
        for file in doomed:
            _delete(file)
    finally:
        lock.release()
    return path or partial.path


def _delete(file: Path) -> None:
    try:
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise InTheWay(f"{file} cannot be deleted: {error.strerror}.", "Check who owns the folder.") from None


def _of_size(folder: Path, entry: CatalogEntry) -> list[Path]:
    try:
        found = [p for p in folder.iterdir() if p.suffix == ".gguf" and p.stat().st_size == entry.size_bytes]
    except OSError:
        return []
    return sorted(found, key=lambda p: (p.name != entry.file, p.name))


def _read_digests(folder: Path) -> dict[str, object]:
    try:
        record = json.loads(_record_file(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _record_file(folder: Path) -> Path:
    if os.access(folder, os.W_OK):
        return folder / DIGESTS_NAME
    return cache_folder() / "digests" / (hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16] + ".json")


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
