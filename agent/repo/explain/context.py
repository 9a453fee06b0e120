"""What a model needs to see to explain or edit something: the files, symbols and lines that a request names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.repo.explain.targets import Names, Place, places
from agent.repo.explain.words import ASKING
from agent.repo.index import Index
from agent.repo.symbols import enclosing, outline

if TYPE_CHECKING:
    from agent.repo.files import WorkTree

MOST_SNIPPETS = 8
_MARGIN = 12
"""Lines shown on each side of a line that stands in no definition."""
_SEARCHED_SHARE = 0.5
"""The part of the budget that search hits may take: they are likely, not named."""


@dataclass(frozen=True)
class Snippet:
    """A piece of a file, exactly as it stands there. Lines are 1-based and inclusive."""

    path: str
    start_line: int
    end_line: int
    text: str
    whole: bool = False
    """The text is the whole file."""
    outline: bool = False
    """The text is not the file's but a list of its definitions, for a file that is too long."""
    why: str = ""
    """What it is here for: `named`, `line`, `symbol`, `search`."""

    @property
    def label(self) -> str:
        """`path` for a whole file, else `path:start-end`."""
        return self.path if self.whole else f"{self.path}:{self.start_line}-{self.end_line}"


def context_for(root: Path | WorkTree, request: str, *, budget_chars: int, paths: Sequence[str] = ()) -> list[Snippet]:
    """The snippets for a request, most wanted first, within `budget_chars` characters altogether.

    `paths` are files that the person named beside the request. A named file comes whole if it fits; if not, the
    definitions that the request names in it (or its outline). Without any name in the request: the best search hits.
    """
    index = Index(root)
    try:
        return _Gathering(index, request, budget_chars).gather(paths)
    finally:
        index.close()


class _Gathering:
    def __init__(self, index: Index, request: str, budget: int) -> None:
        self.index = index
        self.request = request
        self.budget = budget
        self.found: list[Snippet] = []

    def gather(self, paths: Sequence[str]) -> list[Snippet]:
        named = [Place(p) for p in paths] + places(Names(self.index.paths), self.request)
        symbols = self._named_symbols({p.path for p in named})
        for place in dict.fromkeys(p for p in named if not p.start_line):
            self._file(place.path, symbols)
        for place in named:
            if place.start_line:
                self._lines(place.path, place.start_line, place.end_line, "line")
        for path, start, end in symbols:
            self._lines(path, start, end, "symbol")
        if not self.found:
            self._search()
        return self.found

    def _room(self) -> int:
        return self.budget - sum(len(s.text) for s in self.found)

    def _has(self, path: str, start: int, end: int) -> bool:
        return any(s.path == path and not s.outline and s.start_line <= start and end <= s.end_line for s in self.found)

    def _text(self, path: str) -> str:
        data = self.index.read(path)
        return "" if b"\0" in data[:8192] else data.decode("utf-8", "replace")

    def _file(self, path: str, symbols: Sequence[tuple[str, int, int]]) -> None:
        text = self._text(path)
        if not text or self._has(path, 1, 1):
            return
        lines = text.count("\n") + (not text.endswith("\n"))
        if len(text) <= self._room():
            self.found.append(Snippet(path, 1, lines, text, whole=True, why="named"))
            return
        inside = [(start, end) for other, start, end in symbols if other == path]
        for start, end in inside:
            self._lines(path, start, end, "symbol")
        if not inside:
            from agent.repo.search.query import query_terms
            from agent.repo.search.rank import rank

            words = query_terms(self.request).words
            for ranked in rank(self.index, words, paths=[path])[:4] if words else ():
                if ranked.symbol is not None:
                    self._lines(path, ranked.symbol.start_line, ranked.symbol.end_line, "search")
        listing = outline(path, text.encode())
        room = self._room()
        if len(listing) > room:
            listing = listing[:room].rpartition("\n")[0]
        if listing:
            self.found.append(Snippet(path, 1, lines, listing, outline=True, why="named"))

    def _lines(self, path: str, first: int, last: int, why: str) -> bool:
        """The definition around the lines, or the lines with a margin; False when there is no room for them."""
        text = self._text(path)
        rows = text.splitlines(keepends=True)
        if not rows or first > len(rows):
            return False
        last = min(last, len(rows))
        around = enclosing(self.index.symbols_of(path), first)
        options = [(max(1, first - _MARGIN), min(len(rows), last + _MARGIN)), (first, last)]
        if around is not None and around.end_line >= last:
            options.insert(0, (around.doc_start or around.start_line, around.end_line))
        if len(text) <= min(self._room(), 3000):
            options.insert(0, (1, len(rows)))
        for start, end in options:
            if self._has(path, start, end):
                return True
            body = "".join(rows[start - 1 : end])
            if len(body) <= self._room() and len(self.found) < MOST_SNIPPETS * 2:
                self.found = [
                    s for s in self.found if not (s.path == path and start <= s.start_line and s.end_line <= end)
                ]
                self.found.append(Snippet(path, start, end, body, whole=(start, end) == (1, len(rows)), why=why))
                return True
        return False

    def _named_symbols(self, named: set[str]) -> list[tuple[str, int, int]]:
        """Definitions that the request names, in named files first: (path, first line with its comments, last line)."""
        from agent.repo.search.query import query_terms

        query = query_terms(self.request)
        quoted = re.findall(r"`([A-Za-z_$][\w$.:#]*)(?:\([^`]*\))?`", self.request)
        wanted = list(dict.fromkeys([*query.identifiers, *quoted]))
        bare = [w for w in query.words if re.fullmatch(r"[A-Za-z_]\w{2,}", w) and w.lower() not in ASKING]
        found = []
        for name in (*wanted, *bare):
            defined = self.index.definitions(name)
            if named:
                inside = [d for d in defined if d[0] in named]
                defined = inside if name in bare else inside or defined
            elif name in bare and len(defined) > 3:
                continue  # a common word
            found += [
                (path, s.doc_start or s.start_line, s.end_line)
                for path, s in defined[:3]
                if s.kind not in ("field", "declaration") or (len(defined) == 1 and name not in bare)
            ]
        return list(dict.fromkeys(found))[:MOST_SNIPPETS]

    def _search(self) -> None:
        from agent.repo.search.find import find_hits
        from agent.repo.search.query import query_terms

        query = query_terms(self.request)
        if query.empty:
            return
        whole = self.budget
        self.budget = int(whole * _SEARCHED_SHARE)
        hits = find_hits(self.index.work, query, limit=20)
        best = hits[0].score if hits else 0.0
        for hit in hits:
            if len(self.found) >= 4 or hit.score < best * 0.6:
                break
            self._lines(hit.path, hit.line, hit.line, "search")
        self.budget = whole
