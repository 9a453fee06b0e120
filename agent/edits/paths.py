"""From a path as a reply writes it to one file of the repository, never outside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agent.edits.source import EDITABLE, FileSource, PathKind

_SYSTEM = frozenset(
    [
        "etc",
        "usr",
        "bin",
        "sbin",
        "var",
        "home",
        "root",
        "tmp",
        "proc",
        "sys",
        "dev",
        "opt",
        "lib",
        "lib64",
        "boot",
        "mnt",
        "media",
        "run",
        "srv",
        "users",
        "library",
        "system",
        "windows",
        "applications",
        "volumes",
        "private",
        "program",
        "files",
    ]
)
_REFUSED: dict[PathKind, str] = {
    "dir": "is a folder",
    "symlink-outside": "is a symbolic link that leaves the repository",
    "device": "is not a regular file",
    "submodule": "lies in a submodule or another repository",
    "secret": "is on the list of secrets that are never read or written",
    "git": "lies inside .git",
    "blocked": "cannot be made: a folder on its way is a file",
}


@dataclass(frozen=True)
class Resolved:
    """One path inside the repository."""

    path: str
    """Relative to the root, POSIX separators; of the file itself where a symbolic link was named."""
    exists: bool
    how: str = "exact"
    """`exact`, `prefix`, `absolute`, `case`, `named`."""


@dataclass(frozen=True)
class Unresolved:
    """No path that may be edited."""

    reason: str
    candidates: tuple[str, ...] = ()
    """Files of the repository that may have been meant, best first."""


def resolve(raw: str, source: FileSource, *, named: Collection[str] = (), new: bool = False) -> Resolved | Unresolved:
    """Find the file that `raw` means.

    Accepted: relative paths; `a/` and `b/` prefixes; absolute paths inside the root; another case where one file
    fits; a wrong folder where the name is one of `named`, the files that the request names. `new`: a missing file
    may be made. Everything else is refused with the files that may have been meant. Pure but for the source.
    """
    cleaned = clean(raw)
    if not cleaned:
        return Unresolved(f"{raw!r} is no path.")
    if re.search(r"[\x00-\x1f\x7f]", cleaned):
        return Unresolved(f"{raw!r} has control characters in it.")
    relative = _relative(cleaned, source)
    if relative is None:
        return Unresolved(f"{raw} lies outside the repository.", _similar(cleaned, source))
    kind = source.kind(relative)
    if kind in EDITABLE:
        return _settled(
            relative, source, "exact" if relative == cleaned else "absolute" if _is_absolute(cleaned) else "exact"
        )
    if kind != "missing":
        return Unresolved(f"{relative} {_REFUSED[kind]}.")
    for shorter in _without_prefix(relative, source):
        if source.kind(shorter) in EDITABLE:
            return _settled(shorter, source, "prefix")
    other_case = _other_case(relative, source)
    if len(other_case) == 1 and source.kind(other_case[0]) in EDITABLE:
        return _settled(other_case[0], source, "case")
    name = relative.rsplit("/", 1)[-1]
    meant = [path for path in named if path.rsplit("/", 1)[-1] == name and source.kind(path) in EDITABLE]
    if len(meant) == 1:
        return _settled(meant[0], source, "named")
    if len(other_case) > 1:
        return Unresolved(
            f"There is no {relative}; its name fits several files in another case.", tuple(other_case[:5])
        )
    if new:
        return Resolved(relative, False)
    similar = _similar(relative, source)
    hint = f" Was {similar[0]} meant?" if len(similar) == 1 else ""
    return Unresolved(f"There is no file {relative}.{hint}", similar)


def _settled(path: str, source: FileSource, how: str) -> Resolved | Unresolved:
    target = source.target(path)
    if target != path:
        kind = source.kind(target)
        if kind not in EDITABLE and kind != "missing":
            return Unresolved(f"{path} is a symbolic link to {target}, which {_REFUSED[kind]}.")
        return Resolved(target, kind != "missing", how)
    return Resolved(path, True, how)


def clean(raw: str) -> str:
    """The path without quotes, blanks, a scheme, and with `/` as separator."""
    text = raw.strip().strip("`\"'").strip()
    if text.lower().startswith("file://"):
        text = text[7:]
    if "\\" in text and (re.match(r"^[A-Za-z]:\\", text) or "/" not in text):
        text = text.replace("\\", "/")
    return text


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "~")) or re.match(r"^[A-Za-z]:/", path) is not None


def _relative(path: str, source: FileSource) -> str | None:
    """The normalised path below the root; None when it leads out of it."""
    root = source.root.rstrip("/")
    if path.startswith("~"):
        return None
    if _is_absolute(path):
        whole = posixpath.normpath(path)
        if whole.startswith("//"):
            whole = whole[1:]
        inside = whole[len(root) + 1 :] if whole.startswith(root + "/") else None
        if inside is None and not source.case_sensitive and whole.lower().startswith(root.lower() + "/"):
            inside = whole[len(root) + 1 :]
        if inside is not None:
            return inside
        if re.match(r"^[A-Za-z]:/", path):
            return None
        # `/src/a.py` for `src/a.py`: the root of the repository taken for the root of the disk.
        rooted = whole.lstrip("/")
        if rooted.split("/")[0].lower() not in _SYSTEM and source.kind(rooted) in EDITABLE and "/../" not in path:
            return rooted
        return None
    normal = posixpath.normpath(path)
    if normal in (".", "..") or normal.startswith("../"):
        return None
    return normal


def _without_prefix(path: str, source: FileSource) -> list[str]:
    """The path without a diff's prefix, and without the repository's own folder name before it."""
    found = []
    first, _, rest = path.partition("/")
    if rest and (
        first in ("a", "b", "i", "w", "c", "o", "old", "new") or first == source.root.rstrip("/").rsplit("/", 1)[-1]
    ):
        found.append(rest)
    return found


def _other_case(path: str, source: FileSource) -> list[str]:
    wanted = path.lower()
    return [known for known in source.list_paths() if known.lower() == wanted and known != path]


def _similar(path: str, source: FileSource, count: int = 5) -> tuple[str, ...]:
    """The repository's files with the same name, those with the longest common tail first; else with a like name."""
    parts = path.lower().split("/")
    scored: list[tuple[int, str]] = []
    for known in source.list_paths():
        theirs = known.lower().split("/")
        common = 0
        while common < min(len(parts), len(theirs)) and parts[-1 - common] == theirs[-1 - common]:
            common += 1
        if common:
            scored.append((-common, known))
    if not scored:
        import difflib

        names: dict[str, Sequence[str]] = {}
        for known in source.list_paths():
            names.setdefault(known.rsplit("/", 1)[-1], [])
        close = difflib.get_close_matches(path.rsplit("/", 1)[-1], list(names)[:5000], n=3, cutoff=0.8)
        return tuple(known for known in source.list_paths() if known.rsplit("/", 1)[-1] in close)[:count]
    return tuple(known for _, known in sorted(scored)[:count])
