"""What the edit pipeline may know of the files it edits: a protocol, so that parse, locate and plan stay pure.

`agent.repo.files` implements it over a work tree; `MemorySource` implements it over a dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

PathKind = Literal[
    "file",
    "missing",
    "dir",
    "symlink-inside",
    "symlink-outside",
    "device",
    "submodule",
    "ignored",
    "secret",
    "git",
    "blocked",
]
"""What stands at a path, asked without following it blindly:

- `file`: a regular file; `ignored`: a regular file that git ignores and that is no secret. Both may be edited.
- `missing`: nothing there, and a file may be made there (its folders too).
- `dir`: a folder.
- `symlink-inside`: the path, or a folder on the way to it, is a symbolic link, and it ends inside the root at a
  regular file or at nothing. `symlink-outside`: it ends outside the root, or in a loop.
- `device`: a device, pipe or socket, or (on Windows) a reserved name.
- `submodule`: the path is a submodule or lies inside one, or in another repository nested in this one.
- `secret`: it matches the list of names that are never read or written (`.env`, keys), whether or not it exists.
- `git`: `.git` itself or anything inside it.
- `blocked`: a folder on the way to it is a regular file.
"""

EDITABLE: frozenset[str] = frozenset({"file", "ignored", "symlink-inside"})
"""Kinds whose content may be read and replaced."""


class FileSource(Protocol):
    """The files under one root. All paths are relative to it, with POSIX separators, without `.` or `..` parts."""

    @property
    def root(self) -> str:
        """The absolute path of the root, with POSIX separators, symbolic links resolved."""
        ...

    @property
    def case_sensitive(self) -> bool:
        """Whether `A.py` and `a.py` are two files here."""
        ...

    def list_paths(self) -> Sequence[str]:
        """Every file that an edit may mean: tracked ones, and untracked ones that git does not ignore."""
        ...

    def kind(self, path: str) -> PathKind:
        """What stands at `path`. Never raises."""
        ...

    def read(self, path: str) -> bytes | None:
        """The whole content; None when it is missing or may not be read (every kind not in `EDITABLE`).

        Raises `agent.errors.InTheWay` when the file is there and the system refuses to read it.
        """
        ...

    def target(self, path: str) -> str:
        """The path itself, or for `symlink-inside` the path of the file that the link leads to."""
        ...


class MemorySource:
    """A `FileSource` over a dictionary from path to content, for tests and for checks without a work tree."""

    def __init__(
        self,
        files: Mapping[str, bytes | str],
        *,
        root: str = "/repository",
        kinds: Mapping[str, PathKind] | None = None,
        links: Mapping[str, str] | None = None,
        case_sensitive: bool = True,
    ) -> None:
        self._files = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
        self._kinds = dict(kinds or {})
        self._links = dict(links or {})
        self._folders = {
            "/".join(path.split("/")[:depth]) for path in self._files for depth in range(1, path.count("/") + 1)
        }
        self.root = root
        self.case_sensitive = case_sensitive

    def list_paths(self) -> Sequence[str]:
        """The dictionary's keys and the links, sorted."""
        return sorted([*self._files, *self._links])

    def kind(self, path: str) -> PathKind:
        """What was said of the path or of a folder above it, else what follows from the keys."""
        parts = path.split("/")
        if ".git" in (part.lower() for part in parts):
            return "git"
        for depth in range(len(parts), 0, -1):
            said = self._kinds.get("/".join(parts[:depth]))
            if said is not None:
                return said
        if path in self._links:
            return "symlink-inside"
        if path in self._files:
            return "file"
        if path in self._folders:
            return "dir"
        if any("/".join(parts[:depth]) in self._files for depth in range(1, len(parts))):
            return "blocked"
        return "missing"

    def read(self, path: str) -> bytes | None:
        """The content, links followed."""
        if self.kind(path) not in EDITABLE:
            return None
        return self._files.get(self.target(path))

    def target(self, path: str) -> str:
        """Where the link leads, or the path itself."""
        return self._links.get(path, path)
