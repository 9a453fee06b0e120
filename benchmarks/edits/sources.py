"""Real source files to make edits of: the standard library and the installed packages of this interpreter."""

from __future__ import annotations

import os
import random
import sysconfig
from functools import lru_cache
from pathlib import Path

SUFFIXES = (".py", ".js", ".css", ".html", ".c", ".h", ".md", ".rst", ".txt", ".toml", ".json", ".ts", ".sh", ".yml")


_SKIPPED = frozenset({"test", "tests", "site-packages", "__pycache__"})
_MOST_LISTED = 12_000


def _walk(root: Path) -> list[Path]:
    """Files with a suffix of interest, folder by folder, up to a limit: listing all takes longer than the cases."""
    listed: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        listed += [Path(folder, name) for name in sorted(names) if name.endswith(SUFFIXES)]
        if len(listed) >= _MOST_LISTED:
            break
    return listed


@lru_cache(maxsize=4)
def source_files(limit: int = 600, largest: int = 60_000) -> tuple[Path, ...]:
    """Text files, a fixed sample: the same on every run with the same packages."""
    roots = [Path(sysconfig.get_paths()["stdlib"]), Path(sysconfig.get_paths()["purelib"])]
    found: dict[str, list[Path]] = {}
    for root in roots:
        for path in _walk(root):
            # A distribution's library may hold links to configuration that is not installed.
            if path.is_file() and 300 < path.stat().st_size < largest:
                found.setdefault(path.suffix, []).append(path)
    chosen: list[Path] = []
    dice = random.Random(7)
    for suffix in sorted(found):
        share = limit // 2 if suffix == ".py" else limit // (2 * max(len(found) - 1, 1))
        chosen += dice.sample(found[suffix], min(share, len(found[suffix])))
    return tuple(chosen)


@lru_cache(maxsize=1024)
def read(path: Path) -> str | None:
    """The text with LF line ends; None where it is no UTF-8 or has other line breaks inside."""
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None
    return text if "\r" not in text and "\0" not in text and "\f" not in text else None


def excerpt(dice: random.Random, least: int = 6, most: int = 120) -> str:
    """Some consecutive lines of a real file."""
    files = source_files()
    while True:
        text = read(dice.choice(files))
        if text is None:
            continue
        lines = text.splitlines(keepends=True)
        size = min(dice.randint(least, most), len(lines))
        start = dice.randint(0, len(lines) - size)
        taken = "".join(lines[start : start + size])
        if taken.strip() and max(len(line) for line in taken.split("\n")) < 400:
            return taken if taken.endswith("\n") else taken + "\n"
