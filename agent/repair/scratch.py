"""Scratch copies of the work tree: the only place where candidates are written and judged commands run."""

from __future__ import annotations

import functools
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        ".tox",
        ".nox",
    }
)
"""Folders no judged command needs: histories, and caches that would keep the original alive."""

LINKED = frozenset({"node_modules", ".venv", "venv", "site-packages", ".gradle", "vendor/bundle"})
"""Folders of installed code: large, and not written by tests."""

LINK_BYTES = 64 * 2**20
"""Files from this size on are linked instead of copied."""


PREFIX = "agent-repair-"


@functools.cache
def _sweep() -> None:
    """Remove, once, the copies of runs that were killed: those whose process is no more."""
    from agent.backends.engine import process_exists

    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*-*"):
        owner = place.name.removeprefix(PREFIX).partition("-")[0]
        try:
            mine = place.stat().st_uid == os.getuid()
        except (OSError, AttributeError):
            continue
        if owner.isdigit() and mine and not process_exists(int(owner)):
            shutil.rmtree(place, ignore_errors=True)


class Scratch:
    """A copy of a work tree in a temporary folder, removed with `close`. Files are copied, so a judged command may
    write to them; installed code (`node_modules`, a virtual environment) is linked. `nice` is how far commands in it
    step back behind other programs (nice(2))."""

    def __init__(self, root: Path, name: str = "0", nice: int = 0) -> None:
        self.source = root
        self.nice = nice
        self.variables: dict[str, str] = {}
        """For commands that run in it, beside the environment's."""
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-{name}-")).resolve()
        # A level of its own: a project may be called `tmp` or `s`, as files beside the copy are.
        self.root = self.folder / "copy" / (root.name or "tree")
        _copy(root, self.root)
        (self.folder / "tmp").mkdir()

    def write(self, texts: Mapping[str, bytes]) -> None:
        """Put files in place, by their paths relative to the root."""
        for path, data in texts.items():
            place = self.root / path
            # A new file each time: a build tool must see a new time stamp, and a link must not be written through.
            with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
                file.write(data)
            Path(file.name).chmod(place.stat().st_mode & 0o777 if place.exists() else 0o644)
            os.replace(file.name, place)  # noqa: PTH105

    def command(self, command: str) -> str:
        """A command line whose absolute paths into the work tree mean this copy, and what it writes into a temporary
        folder a place of this copy's own: two copies that write the same program would run each other's."""
        line = self.own(command)
        written = _written(line, self.folder)

        def mapped(match: re.Match[str]) -> str:
            path = match[1]
            if not any(path == one or path.startswith(f"{one}/") for one in written):
                return path
            place = self.folder / "outside" / path.lstrip("/")
            parent = Path(path) if Path(path).is_dir() else Path(path).parent
            if parent.is_dir():
                (self.folder / "outside" / str(parent).lstrip("/")).mkdir(parents=True, exist_ok=True)
            return str(place)

        return _TEMPORARY.sub(mapped, line)

    def own(self, words: str) -> str:
        """Words in which paths into the work tree mean this copy; a neighbour (`app-data` beside `app`) stays."""
        return re.sub(rf"{re.escape(str(self.source))}(?![\w.+@%~-])", lambda _: str(self.root), words)

    def close(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.folder, ignore_errors=True)


_TEMPORARY = re.compile(r"(?<![\w./~-])(/(?:tmp|var/tmp|dev/shm)(?:/[\w.+@%-]+)+)")
_WRITES = re.compile(r"(?:(?:^|\s)(?:-o|-d|--out\S*|mkdir(?:\s+-p)?)[=\s]?|>)\s*$")
_ASKS = re.compile(r"(?:\btest|\[)(?:\s+!)?\s+-d\s*$")
"""`test -d` only looks."""


def _written(line: str, folder: Path) -> set[str]:
    """The paths in temporary folders that a command line writes to: those after `-o`, `-d`, `>` or `mkdir`, and those
    at which there is nothing. What lies in `folder` is a copy's own already."""
    return {
        match[1]
        for match in _TEMPORARY.finditer(line)
        if not match[1].startswith(f"{folder}/") and (_writes(line[: match.start()]) or not os.path.lexists(match[1]))
    }


def _writes(before: str) -> bool:
    return _WRITES.search(before) is not None and _ASKS.search(before) is None


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    with os.scandir(source) as entries:
        for entry in entries:
            place = target / entry.name
            if entry.name in LEFT_OUT:
                continue
            try:
                if entry.is_symlink():
                    _copy_link(Path(entry.path), place)
                elif entry.is_dir():
                    if entry.name in LINKED:
                        place.symlink_to(Path(entry.path).resolve(), target_is_directory=True)
                    else:
                        _copy(Path(entry.path), place)
                elif entry.is_file():
                    if entry.stat().st_size >= LINK_BYTES:
                        place.symlink_to(Path(entry.path).resolve())
                    else:
                        shutil.copy2(entry.path, place)
            except OSError:
                # Unreadable, or gone meanwhile: the baseline run tells whether the command needs it.
                continue


def _copy_link(link: Path, place: Path) -> None:
    aim = os.readlink(link)  # noqa: PTH115
    place.symlink_to(aim if not Path(aim).is_absolute() else str(link.resolve()))
