"""From a query to ordered hits: definitions, then references, then text; ranked words where no name is given."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent.repo.index import Index, in_order, is_test_path, is_vendored
from agent.repo.search import Hit
from agent.repo.search.query import Query
from agent.repo.search.ripgrep import Line, grep
from agent.repo.search.terms import allowed_typos, distance, near_pattern
from agent.repo.symbols import Symbol

if TYPE_CHECKING:
    from agent.repo.files import WorkTree

_DEFINED, _USED, _TEXT, _WORDS = 100.0, 60.0, 40.0, 30.0
_LONGEST_NAME = 60
"""Longer names are not looked for by slips: nobody types them."""
_LONGEST_TEXT = 100
_MOST_WORDS = 5
"""Longer requests are sentences: no file has them letter by letter."""
_AS_SAID = 15.0
"""What is there letter by letter comes before what has the same words."""
_CHECKED = 80
"""Mentions for which the syntax tree is asked whether they are code, or only a comment or a string."""


class _Finder:
    """One search: the index, the scope, and the hits so far (a place is named once, by its best reason)."""

    def __init__(self, index: Index, query: Query, scope: Sequence[str] | None) -> None:
        self.index = index
        self.query = query
        self.scope = scope
        self.hits: dict[tuple[str, int], Hit] = {}
        self._texts: dict[str, list[str]] = {}

    def add(self, path: str, line: int, kind: str, score: float, text: str | None = None, note: str = "") -> None:
        score -= 8 * is_test_path(path) * ("test" not in self.query.request.lower()) + 25 * is_vendored(path)
        old = self.hits.get((path, line))
        if old is None or old.score < score:
            shown = self.line(path, line) if text is None else text.strip()
            self.hits[(path, line)] = Hit(path, line, shown, kind, score, note)

    def line(self, path: str, number: int) -> str:
        if path not in self._texts:
            self._texts[path] = self.index.read(path).decode("utf-8", "replace").split("\n")
        lines = self._texts[path]
        return lines[number - 1].strip()[:400] if 0 < number <= len(lines) else ""

    def in_scope(self, path: str) -> bool:
        return self.scope is None or any(s in ("", ".", path) or path.startswith(f"{s}/") for s in self.scope)

    def name(self, name: str, note: str = "") -> bool:
        """Definitions and usages of one name, in this case or else in another; whether there were any."""
        for ignore_case in (False, True):
            defined = [d for d in self.index.definitions(name, ignore_case=ignore_case) if self.in_scope(d[0])]
            last = re.split(r"::|#|->|\.|/", name)[-1].lstrip("$@&*")
            lines = grep(self.index.work, [last], paths=self.scope, word=True, literal=True, ignore_case=ignore_case)
            if defined or lines:
                self._definitions(defined, note)
                self._usages(lines, defined, last)
                return True
        return False

    def _definitions(self, defined: Sequence[tuple[str, Symbol]], note: str) -> None:
        base = _DEFINED if self.query.intent != "usages" else _WORDS
        for place, (path, symbol) in enumerate(defined):
            fits = 5 * bool(self.query.kinds and symbol.kind in self.query.kinds)
            self.add(path, symbol.start_line, "symbol", base + fits - min(place, 20) * 0.5, note=note)

    def _usages(self, lines: Iterable[Line], defined: Sequence[tuple[str, Symbol]], name: str) -> None:
        places = {(path, s.start_line) for path, s in defined}
        call = re.compile(rf"(?<!\w){re.escape(name)}\s*(?:<[^<>()]*>)?\s*[({{!]")
        checked = 0
        for line in sorted(lines, key=lambda line: (is_test_path(line.path), line.path)):
            if (line.path, line.number) in places:
                continue
            in_code = True
            if checked < _CHECKED:
                checked += 1
                in_code = self.index.in_code(line, name)
            score = _USED + 5 * bool(call.search(line.text)) - 6 * _is_comment(line.text) - 3 * _is_import(line.text)
            score -= 15 * (not in_code) + 10 * line.path.lower().endswith((".md", ".rst", ".txt", ".json", ".lock"))
            self.add(line.path, line.number, "reference", score, line.text)

    def near(self, name: str) -> bool:
        """Names that are nearly this one; whether there were any."""
        meant = near_names(self.index, name, self.scope)
        for other in meant[:3]:
            self.name(other, note=f"did you mean {other}?")
        return bool(meant)

    def text(self, patterns: Sequence[str], *, literal: bool, more: float = 0.0) -> bool:
        for ignore_case in (False, True):
            lines = grep(self.index.work, patterns, paths=self.scope, literal=literal, ignore_case=ignore_case)
            for line in lines:
                starts = (
                    any(s.start_line == line.number for s in self.index.symbols_of(line.path))
                    if len(lines) < 200
                    else 0
                )
                self.add(line.path, line.number, "text", _TEXT + more + 2 * bool(starts), line.text)
            if lines or not literal:
                return bool(lines)
        return False

    def words(self) -> None:
        """The query's plain words: as one name when they are one, else ranked."""
        from agent.repo.search.rank import rank

        words = self.query.words
        exact = self._as_names(words)
        ranked = rank(self.index, words, paths=self.scope, kinds=self.query.kinds)
        if self.query.intent == "usages" and not exact:
            named = [r.symbol for r in ranked[:3] if r.symbol is not None and r.coverage > 0.8]
            if named:
                self.name(named[0].name)
        top = ranked[0].score if ranked else 1.0
        for r in ranked[:200]:
            if r.score < 0.12 * top:
                break
            kind = "symbol" if r.symbol is not None else "text"
            self.add(r.path, r.line, kind, _WORDS * r.score / (top or 1.0) + (0 if exact else 20), None)

    def _as_names(self, words: Sequence[str]) -> bool:
        """Words that are a defined name, alone (`total`) or joined (`parse config` → `parse_config`, `ParseConfig`)."""
        found = False
        for size in range(min(4, len(words)), 1, -1):
            for start in range(len(words) - size + 1):
                joined = r"[_-]?".join(re.escape(w) for w in words[start : start + size])
                with contextlib.suppress(ValueError):
                    names = {
                        m[0]
                        for line in grep(
                            self.index.work, [joined], paths=self.scope, word=True, ignore_case=True, limit=2000
                        )
                        for m in re.finditer(joined, line.text, re.IGNORECASE)
                    }
                    for name in sorted(names):
                        if self.index.definitions(name):
                            found = self.name(name) or found
            if found:
                return True
        meant = [w for w in words if re.fullmatch(r"[A-Za-z_$]\w*", w)]
        if len(meant) == 1 or self.query.intent == "usages":
            for word in meant:
                if self.index.definitions(word, ignore_case=True) or (
                    len(words) == 1 and self.query.intent == "usages"
                ):
                    found = self.name(word) or found
        return found


def find_hits(root: Path | WorkTree, query: Query, *, limit: int = 50, paths: Sequence[str] | None = None) -> list[Hit]:
    """The hits of a query, best first."""
    index = Index(root)
    try:
        return _found(index, query, paths)[:limit]
    finally:
        index.close()


def _found(index: Index, query: Query, paths: Sequence[str] | None) -> list[Hit]:
    scope = list(paths) if paths else _scope(index, query.scope)
    finder = _Finder(index, query, scope)
    if query.suffixes or (query.intent == "files" and not (query.patterns or query.literals)):
        files = _files(finder)
        if files:
            return files
    if query.patterns:
        try:
            finder.text(query.patterns, literal=False)
        except ValueError:
            finder.text(query.patterns, literal=True)
    if query.literals:
        finder.text(query.literals, literal=True)
    for name in query.identifiers:
        if not finder.name(name) and not finder.near(name) and not query.words:
            _split_name(finder, name)
    if query.words and (not query.identifiers or not finder.hits):
        finder.words()
        if not finder.hits and len(query.words) == 1:
            finder.near(query.words[0])
    _as_it_stands(finder)
    if not finder.hits and query.scope and not (query.words or query.identifiers or query.literals or query.patterns):
        return _files(finder)
    hits = sorted(finder.hits.values(), key=lambda h: (-h.score, h.path, h.line))
    if query.intent == "files":
        hits = list({h.path: h for h in reversed(hits)}.values())
        hits.sort(key=lambda h: (-h.score, h.path))
    return hits


def _as_it_stands(finder: _Finder) -> None:
    """A short request that is in the files letter by letter (`price, quantity`, `total(`), or a pattern (`\\d+$`).

    A pattern that cannot be read is no pattern.
    """
    said = finder.query.request.strip()
    if not 0 < len(said) <= _LONGEST_TEXT or len(said.split()) > _MOST_WORDS or "\n" in said:
        return
    if re.fullmatch(r"\w+", said):
        if len(said) == 1 and not finder.hits and not finder.name(said):
            finder.text([said], literal=True)
        return
    if not finder.text([said], literal=True, more=_AS_SAID) and not finder.hits and re.search(r"[\\^$.*+?()[{|]", said):
        with contextlib.suppress(ValueError):
            finder.text([said], literal=False)


def _split_name(finder: _Finder, name: str) -> None:
    """A name that is nowhere, taken as words."""
    from dataclasses import replace

    finder.query = replace(finder.query, words=(name,))
    finder.words()


def _scope(index: Index, said: Sequence[str]) -> list[str] | None:
    """The files and folders that the request means by the places it names; None when it names none that exist."""
    from agent.repo.explain.targets import resolve

    found: list[str] = []
    for place in said:
        found += resolve(index.paths, place)
    return found or None


def _files(finder: _Finder) -> list[Hit]:
    """Files by ending, by the words in their path, and by what is in them."""
    query = finder.query
    tests = "test" in query.request.lower()
    words = [w.lower() for w in (*query.words, *query.identifiers) if w.lower() not in ("test", "tests")]
    by_content: set[str] = set()
    if words:
        from agent.repo.search.rank import rank

        by_content = {r.path for r in rank(finder.index, words, paths=finder.scope) if r.coverage > 0.9}
    hits = []
    for path in in_order(p for p in finder.index.paths if finder.in_scope(p)):
        name = path.lower()
        if query.suffixes and not name.endswith(tuple(s.lower() for s in query.suffixes)):
            continue
        in_name = sum(w in name for w in words)
        if words and not in_name and path not in by_content:
            continue
        if tests and not words and not is_test_path(path):
            continue
        score = 50.0 + 10 * in_name + 5 * (path in by_content) - 25 * is_vendored(path)
        hits.append(Hit(path, 1, "", "file", score))
    return sorted(hits, key=lambda h: (-h.score, h.path))


def near_names(index: Index, name: str, paths: Sequence[str] | None = None) -> list[str]:
    """Names in the repository that are a typing slip away from `name`, nearest and most defined first."""
    last = re.split(r"::|#|->|\.|/", name)[-1].lstrip("$@&*")
    if not 3 <= len(last) <= _LONGEST_NAME:
        return []
    near: dict[str, int] = {}
    for line in grep(index.work, [near_pattern(last)], paths=paths, ignore_case=True, limit=500):
        for other in re.findall(r"[A-Za-z_$][\w$]*", line.text):
            d = distance(last.lower(), other.lower())
            if 0 < d <= 1:
                near[other] = d
    if not near and len(last) >= 5:
        most = allowed_typos(last)
        flat = last.replace("_", "").lower()
        for _, symbol in index.all_symbols(seconds=2.0):
            d = min(distance(last.lower(), symbol.name.lower()), distance(flat, symbol.name.replace("_", "").lower()))
            if d <= most:
                near[symbol.name] = min(d, near.get(symbol.name, 9))
    defined = {n: bool(index.definitions(n)) for n in sorted(near)[:40]}
    return sorted(defined, key=lambda n: (not defined[n], near[n], n))


def _is_comment(text: str) -> bool:
    return bool(re.match(r"\s*(?:#(?!include|define|\[)|//|/\*|\*\s|--\s|\"\"\"|''')", text))


def _is_import(text: str) -> bool:
    return bool(re.match(r"\s*(?:import|from|use|using|require|#include|export \{|export \*)\b", text))
