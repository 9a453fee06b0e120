"""The symbols of a repository, read file by file as they are asked for and kept on disk by (mtime, size).

Nothing is indexed ahead: a definition is found by letting ripgrep name the files that contain the word and reading the
symbols of those. The cache is an SQLite file in the git directory, or in the user's cache folder outside git; when it
cannot be used (read-only disk, damaged file) everything works without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sqlite3
import stat
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent.repo.symbols import MAX_BYTES, Symbol, find, symbols

if TYPE_CHECKING:
    from tree_sitter import Node

    from agent.repo.files import WorkTree
    from agent.repo.search.ripgrep import Line

VERSION = 2
"""Part of the cache's name: raise it when `symbols` reads a file differently."""

MAX_CANDIDATES = 400
"""Most files read for one name: past that the name is too common for all its files to matter."""


class Index:
    """Definitions and references in one work tree. `root` is a folder or a `WorkTree`."""

    def __init__(self, root: Path | WorkTree, paths: Sequence[str] | None = None) -> None:
        from agent.repo.files import WorkTree

        self.work = root if isinstance(root, WorkTree) else WorkTree(root)
        self._paths = list(paths) if paths is not None else None
        self._known: dict[str, tuple[tuple[int, int], tuple[Symbol, ...]]] = {}
        self._fresh: dict[str, tuple[tuple[int, int], tuple[Symbol, ...]]] = {}
        self._trees: dict[str, Node | None] = {}
        self._store: sqlite3.Connection | None = None
        self._opened = False

    @property
    def paths(self) -> Sequence[str]:
        """The files that the index covers."""
        return self._paths if self._paths is not None else self.work.list_paths()

    def read(self, path: str) -> bytes:
        """A regular file's content; empty when it is gone, not regular, or too large to be source."""
        with contextlib.suppress(OSError):
            status = (self.work.path / path).lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size <= MAX_BYTES:
                return (self.work.path / path).read_bytes()
        return b""

    def symbols_of(self, path: str) -> tuple[Symbol, ...]:
        """The symbols of one file, from memory, from the cache, or read now."""
        try:
            status = (self.work.path / path).lstat()
        except OSError:
            return ()
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._known.get(path) or self._stored(path)
        if known is not None and known[0] == stamp:
            self._known[path] = known
            return known[1]
        found = symbols(path, self.read(path))
        self._known[path] = self._fresh[path] = (stamp, found)
        return found

    def definitions(self, name: str, *, ignore_case: bool = False) -> list[tuple[str, Symbol]]:
        """(path, symbol) of everything called `name` (plain or qualified), definitions with a body first."""
        last = _last_part(name)
        if not last:
            return []
        files = self.files_with(last, ignore_case=ignore_case)
        wanted = name.lower() if ignore_case else name
        found = []
        for path in files[:MAX_CANDIDATES]:
            of_file = self.symbols_of(path)
            if ignore_case:
                found += [(path, s) for s in of_file if s.name.lower() == last.lower() and _fits(s, wanted)]
            else:
                found += [(path, s) for s in find(of_file, name)]
        self.save()
        return sorted(found, key=lambda f: (definition_rank(*f), f[0], f[1].start_line))

    def references(self, name: str) -> list[Line]:
        """Lines that mention the name as a whole word, its definitions left out."""
        from agent.repo.search.ripgrep import grep

        last = _last_part(name)
        if not last:
            return []
        lines = grep(self.work, [last], paths=self._paths, word=True, literal=True)
        defined = {(path, s.start_line) for path, s in self.definitions(name)}
        return [line for line in lines if (line.path, line.number) not in defined]

    def in_code(self, line: Line, name: str) -> bool:
        """Whether the name stands in the code of this line, not only in a comment or a string."""
        root = self._tree(line.path)
        if root is None:
            return True
        row = line.number - 1
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", line.text):
            column = len(line.text[: match.start()].encode())
            node = root.descendant_for_point_range((row, column), (row, column))
            if node is None or not any(word in node.type for word in ("comment", "string", "heredoc", "text", "char")):
                return True
        return False

    def _tree(self, path: str) -> Node | None:
        """The syntax tree of one file; those of the last few are kept."""
        from agent.repo.symbols import parse_source

        if path not in self._trees:
            while len(self._trees) >= 16:
                self._trees.pop(next(iter(self._trees)))
            self._trees[path] = parse_source(path, self.read(path))
        return self._trees[path]

    def files_with(self, word: str, *, ignore_case: bool = False) -> list[str]:
        """The files that contain a word, by path."""
        from agent.repo.search.ripgrep import grep

        lines = grep(self.work, [word], paths=self._paths, word=True, literal=True, ignore_case=ignore_case, per_file=1)
        return [line.path for line in lines]

    def all_symbols(self, *, seconds: float = 5.0) -> list[tuple[str, Symbol]]:
        """Every symbol of every file, as the time allows; what was read stays in the cache for the next call."""
        deadline = time.monotonic() + seconds
        found = []
        for path in self.paths:
            found += [(path, s) for s in self.symbols_of(path)]
            if time.monotonic() > deadline:
                break
        self.save()
        return found

    # the cache

    def save(self) -> None:
        """Write what was read since the last time to the cache."""
        store = self._open()
        if store is None or not self._fresh:
            return
        rows = [
            (path, *stamp, json.dumps([_packed(s) for s in of_file]))
            for path, (stamp, of_file) in self._fresh.items()
            if _is_unicode(path)
        ]
        self._fresh = {}
        with contextlib.suppress(sqlite3.Error), store:
            store.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Save, and close the cache."""
        self.save()
        if self._store is not None:
            self._store.close()
            self._store, self._opened = None, False

    def _stored(self, path: str) -> tuple[tuple[int, int], tuple[Symbol, ...]] | None:
        store = self._open()
        if store is None:
            return None
        try:
            row = store.execute("SELECT mtime, size, symbols FROM files WHERE path = ?", (path,)).fetchone()
            return None if row is None else ((row[0], row[1]), tuple(Symbol(*s) for s in json.loads(row[2])))
        except (sqlite3.Error, ValueError, TypeError):
            return None

    def _open(self) -> sqlite3.Connection | None:
        if not self._opened:
            self._opened = True
            place = cache_file(self.work)
            with contextlib.suppress(OSError, sqlite3.Error):
                place.parent.mkdir(parents=True, exist_ok=True)
                self._store = _connected(place)
        return self._store


def _connected(place: Path) -> sqlite3.Connection:
    for attempt in (1, 2):
        store = sqlite3.connect(place, timeout=1.0, check_same_thread=False)
        try:
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("PRAGMA synchronous = OFF")
            store.execute("CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, mtime INT, size INT, symbols TEXT)")
            return store
        except sqlite3.OperationalError:
            store.close()
            raise
        except sqlite3.DatabaseError:  # damaged: it is only a cache
            store.close()
            if attempt == 2:
                raise
            place.unlink(missing_ok=True)
    raise AssertionError("unreachable")


def cache_file(work: WorkTree) -> Path:
    """Where the symbols of a work tree are kept."""
    name = f"symbols-v{VERSION}.sqlite3"
    if work.repository is not None:
        return work.repository.git_dir / "agent" / name
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "agent" / hashlib.sha256(os.fsencode(work.path)).hexdigest()[:16] / name


def _is_unicode(path: str) -> bool:
    """Whether a path can be a text in the cache; names in another encoding are read anew each time."""
    return not any("\udc80" <= character <= "\udcff" for character in path)


def _packed(symbol: Symbol) -> list[str | int]:
    return [
        symbol.name, symbol.kind, symbol.start_line, symbol.end_line, symbol.parent, symbol.signature, symbol.doc_start
    ]  # fmt: skip


def _last_part(name: str) -> str:
    for separator in ("::", "#", "->", ".", "/"):
        name = name.rpartition(separator)[2] or name
    return name.removesuffix("()").strip("`'\"@$&*() ")


def _fits(symbol: Symbol, wanted: str) -> bool:
    return "." not in wanted or f".{symbol.qualified.lower()}".endswith(f".{wanted}")


_RANKS = {
    "function": 0, "class": 0, "method": 0, "struct": 0, "interface": 0, "trait": 0, "enum": 0, "type": 1, "macro": 0,
    "union": 0, "module": 1, "namespace": 2, "constant": 1, "variable": 1, "impl": 3, "declaration": 3, "field": 2,
}  # fmt: skip


def definition_rank(path: str, symbol: Symbol) -> int:
    """How far down a definition stands among others of the same name: tests and prototypes last."""
    return _RANKS.get(symbol.kind, 2) + 10 * is_test_path(path) + 20 * is_vendored(path)


def is_test_path(path: str) -> bool:
    """Whether a file is a test, by the conventions of the common languages."""
    *folders, name = path.lower().split("/")
    base = name.partition(".")[0]
    return (
        any(f in ("test", "tests", "spec", "specs", "__tests__", "testdata") for f in folders)
        or base.startswith("test_")
        or base.endswith(("_test", "_tests", "_spec"))
        or ".test." in name
        or ".spec." in name
        or base in ("test", "tests", "conftest")
        or (name.endswith((".java", ".kt", ".cs", ".scala", ".swift")) and base.endswith(("test", "tests", "it")))
    )


def is_vendored(path: str) -> bool:
    """Whether a file is somebody else's code or generated, by its folder or name."""
    *folders, name = path.lower().split("/")
    return any(
        f in ("vendor", "third_party", "node_modules", "dist", "generated", "site-packages") for f in folders
    ) or name.endswith((".min.js", ".pb.go", "_pb2.py", ".lock", "-lock.json", ".map"))


def in_order(paths: Iterable[str]) -> list[str]:
    """Paths with the project's own code first, then tests, then vendored code."""
    return sorted(paths, key=lambda p: (is_vendored(p), is_test_path(p), p))
