"""The work tree as the edit pipeline and the index see it: what files there are, and what stands at a path.

Implements `agent.edits.source.FileSource`. Nothing is read through a link that leaves the root, and nothing that is
denied is read at all.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.edits.source import EDITABLE, PathKind
from agent.edits.transaction.target import is_git_name
from agent.errors import InTheWay
from agent.repo.root import Repository, find_root
from agent.repo.secrets import Denied

if TYPE_CHECKING:
    from agent.config import Config

LISTING_SECONDS = 1.0
"""How long a listing is used again: one plan asks many times, a person's editor may add a file at any time."""

SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache", ".pytest_cache"}
)
"""Not listed outside git, where nothing says what is ignored."""


@dataclass(frozen=True)
class _Listing:
    when: float
    paths: list[str]
    known: frozenset[str]
    tracked: frozenset[str]
    """With those that are deleted or hidden."""


class WorkTree:
    """The files under one root, in a repository or not.

    `root` may be given as a folder (the repository is looked for) or as a `Repository`.
    """

    def __init__(self, root: Path | Repository, config: Config | None = None) -> None:
        self.repository = root if isinstance(root, Repository) else _rooted_at(root)
        self.path = root.root if isinstance(root, Repository) else root.resolve()
        settings = config.settings if config is not None else None
        if settings is not None and not settings.git:
            self.repository = None
        self._denied = Denied(self.path, settings.deny if settings else (), settings.allow if settings else ())
        self._listing: _Listing | None = None
        self._submodules: tuple[int, frozenset[str]] = (-1, frozenset())
        self._case_sensitive: bool | None = None

    @property
    def root(self) -> str:
        """The absolute path of the root, with POSIX separators, symbolic links resolved."""
        return self.path.as_posix()

    @property
    def case_sensitive(self) -> bool:
        """Whether `A.py` and `a.py` are two files here."""
        if self._case_sensitive is None:
            probe = self.path / ".git" if self.repository else self.path
            other = probe.with_name(probe.name.swapcase())
            same = other.name != probe.name and other.exists() and other.samefile(probe)
            self._case_sensitive = not same
        return self._case_sensitive

    def list_paths(self) -> Sequence[str]:
        """Every file that an edit may mean, sorted: tracked and there, or untracked and not ignored; none denied."""
        return self._listed().paths

    def refresh(self) -> None:
        """Forget the listing; the next question asks git again."""
        self._listing = None

    def kind(self, path: str) -> PathKind:
        """What stands at `path`. Never raises."""
        try:
            return self._kind(path)[0]
        except OSError:
            return "blocked"

    def target(self, path: str) -> str:
        """The path itself, or for `symlink-inside` the path of the file that the link leads to."""
        try:
            return self._kind(path)[1]
        except OSError:
            return path

    def read(self, path: str) -> bytes | None:
        """The whole content; None when it is missing or may not be read.

        Raises InTheWay when the file is there and the system refuses to read it.
        """
        kind = self.kind(path)
        if kind not in EDITABLE:
            return None
        try:
            return (self.path / self.target(path)).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InTheWay(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from None

    def _kind(self, path: str) -> tuple[PathKind, str]:
        parts = path.split("/")
        if path.startswith("/") or "\0" in path or ".." in parts:
            return "symlink-outside", path  # the only kind that says: not in this root
        parts = [part for part in parts if part not in ("", ".")]
        path = "/".join(parts)
        if any(is_git_name(part) for part in parts):
            return "git", path
        if self._denied.match(path, self._is_tracked):
            return "secret", path
        found, link = self._look(parts)
        if link:
            return self._through_link(path)
        return (self._regular(path) if found == "file" else found), path

    def _look(self, parts: list[str]) -> tuple[PathKind, bool]:
        """Walk down without following anything: the kind, and whether a link is on the way."""
        place = self.path
        submodules = self._submodule_paths()
        for depth, part in enumerate(parts, 1):
            place = place / part
            if "/".join(parts[:depth]) in submodules:
                return "submodule", False
            try:
                mode = place.lstat().st_mode
            except (FileNotFoundError, NotADirectoryError):
                return "missing", False
            if stat.S_ISLNK(mode):
                return "missing", True
            if stat.S_ISDIR(mode):
                if os.path.lexists(place / ".git"):
                    return "submodule", False
            elif depth < len(parts):
                return "blocked", False
            elif not stat.S_ISREG(mode):
                return "device", False
            else:
                return "file", False
        return "dir", False

    def _through_link(self, path: str) -> tuple[PathKind, str]:
        try:
            real = (self.path / path).resolve()
        except (OSError, RuntimeError):  # a loop, before Python 3.13
            return "symlink-outside", path
        if not real.is_relative_to(self.path) or real.is_symlink():
            return "symlink-outside", path
        rest = real.relative_to(self.path).as_posix()
        if rest == path:  # a loop, from Python 3.13 on
            return "symlink-outside", path
        kind, target = self._kind(rest)
        if kind in ("file", "ignored", "missing"):
            return "symlink-inside", target
        return kind, target

    def _regular(self, path: str) -> PathKind:
        if self.repository is None or path in self._listed().known:
            return "file"
        from agent.repo.git import Git

        return "ignored" if Git(self.repository).ignored([path]) else "file"

    def _submodule_paths(self) -> frozenset[str]:
        try:
            stamp = (self.path / ".gitmodules").stat().st_mtime_ns
        except OSError:
            return frozenset()
        if self.repository is None:
            return frozenset()
        if stamp != self._submodules[0]:
            from agent.repo.git import Git, zsplit

            listed = zsplit(Git(self.repository).attempt("ls-files", "-s", "-z")[1])
            paths = frozenset(line.partition("\t")[2] for line in listed if line.startswith("160000 "))
            self._submodules = (stamp, paths)
        return self._submodules[1]

    def _is_tracked(self, path: str) -> bool:
        return path in self._listed().tracked

    def _listed(self) -> _Listing:
        now = time.monotonic()
        if self._listing is None or now - self._listing.when > LISTING_SECONDS:
            found, tracked = self._from_git() if self.repository is not None else (set(self._from_disk()), set())
            denied = self._denied.matcher(tracked.__contains__)
            paths = sorted(path for path in found if not denied(path))
            self._listing = _Listing(now, paths, frozenset(paths), frozenset(tracked))
        return self._listing

    def _from_git(self) -> tuple[set[str], set[str]]:
        """The files that are there and not ignored, and those that git tracks."""
        from agent.repo.git import Git, GitFailed, zsplit

        assert self.repository is not None
        try:
            output = Git(self.repository).run("ls-files", "-z", "-t", "-c", "-o", "-d", "--exclude-standard")
        except GitFailed as error:
            raise InTheWay(f"git cannot list the files: {error.message}.", "`git status` shows more.") from None
        found: set[str] = set()
        gone: set[str] = set()
        tracked: set[str] = set()
        for line in zsplit(output):
            tag, path = line[0], line[2:]
            (gone if tag in "RS" else found).add(path)
            if tag != "?":
                tracked.add(path)
        modules = self._submodule_paths()
        return {path for path in found - gone if path not in modules and not path.endswith("/")}, tracked

    def _from_disk(self) -> Iterator[str]:
        for folder, names, files in os.walk(self.path):
            names[:] = [name for name in names if name not in SKIPPED_FOLDERS]
            inside = Path(folder).relative_to(self.path).as_posix()
            prefix = "" if inside == "." else inside + "/"
            yield from (prefix + name for name in files)


def _rooted_at(folder: Path) -> Repository | None:
    """The repository, if the folder is its top: a folder further down is a root of its own, without git."""
    found = find_root(folder)
    return found if found is not None and found.root == folder.resolve() else None
