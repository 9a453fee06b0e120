"""Real source files, sampled by language from folders of this machine: installed packages, toolchains, checkouts."""

from __future__ import annotations

import os
import random
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.edits.gate.languages import language_of

_SKIPPED = {
    ".git",
    "__pycache__",
    "proc",
    "sys",
    "dev",
    "testdata",
    "test_data",
    "tutor",
    "tmac",
    "invalid",
    "bad",
    "themes",
}
"""Folders without source, or with source that is wrong on purpose."""
_SIZES = (400, 60_000)
"""Bytes: smaller files hold nothing to edit, larger ones are mostly generated."""


def default_roots() -> list[Path]:
    """Where source files lie on most machines: this Python's library, Go's, Rust's, /usr/share and /usr/lib."""
    places = [
        sysconfig.get_paths()["stdlib"],
        sysconfig.get_paths()["purelib"],
        "/usr/local/go/src",
        "~/.cargo/registry/src",
        "/usr/share",
        "/usr/lib/node_modules",
        "/usr/include",
    ]
    return [path for path in (Path(p).expanduser() for p in places) if path.is_dir()]


def sample(
    roots: Iterable[Path], per_language: int, *, seed: int = 1, only: set[str] | None = None
) -> dict[str, list[Path]]:
    """At most `per_language` files of each language, spread over folders, the same ones for the same seed."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in _files(roots):
        language = language_of(path.name) or _by_head(path)
        if language is not None and (only is None or language.name in only):
            found[language.name].append(path)
    chooser = random.Random(seed)
    return {name: _spread(sorted(paths), per_language, chooser) for name, paths in sorted(found.items())}


def _files(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in _SKIPPED)
            for name in sorted(names):
                path = Path(folder, name)
                try:
                    size = path.stat().st_size
                except OSError:
                    continue
                if (
                    _SIZES[0] <= size <= _SIZES[1]
                    and not name.startswith("README.C")
                    and path.is_file()
                    and not path.is_symlink()
                ):
                    yield path


def _by_head(path: Path):  # type: ignore[no-untyped-def]
    if path.suffix:
        return None
    with path.open("rb") as file:
        return language_of(path.name, file.read(256))


def _spread(paths: list[Path], count: int, chooser: random.Random) -> list[Path]:
    by_folder: dict[Path, list[Path]] = defaultdict(list)
    for path in paths:
        by_folder[path.parent].append(path)
    folders = list(by_folder.values())
    chooser.shuffle(folders)
    for names in folders:
        chooser.shuffle(names)
    chosen: list[Path] = []
    while folders and len(chosen) < count:
        for names in folders:
            if names and len(chosen) < count:
                chosen.append(names.pop())
        folders = [names for names in folders if names]
    return chosen


if __name__ == "__main__":
    for name, paths in sample([Path(p) for p in sys.argv[1:]] or default_roots(), 40).items():
        print(f"{name:20} {len(paths)}")
