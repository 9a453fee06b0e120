"""Ranking definitions by words: BM25 over identifiers split into words, with names, comments and bodies as fields.

BM25F (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"): a term's frequency is summed over the
fields with a weight each, then saturated once. The candidates come from ripgrep, so that no index has to be built.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agent.repo.index import Index, is_test_path, is_vendored
from agent.repo.search.ripgrep import Line, grep
from agent.repo.search.terms import allowed_typos, distance, split_identifier, stem, words_of
from agent.repo.search.words import SYNONYMS
from agent.repo.symbol_queries import CONTAINERS
from agent.repo.symbols import Symbol

K1 = 1.2
NAME, PARENT, HEAD, COMMENT, PATH, BODY = 6.0, 1.5, 1.5, 2.0, 1.5, 0.5
"""Weights of the fields."""
SYNONYM, PREFIX, TYPO = 0.45, 0.5, 0.7
"""What a match counts that is not of the word itself."""
MAX_FILES = 80
"""Files whose symbols are read for one query, the best by their lines."""


@dataclass
class _Term:
    """One word of the query with everything that counts as it."""

    word: str
    stems: dict[str, float] = field(default_factory=dict)
    weight: float = 1.0
    """Its inverse document frequency, by files."""

    def match(self, piece: str) -> float:
        """How much a word of the code counts for this term, 0 to 1."""
        root = stem(piece)
        exact = self.stems.get(root)
        if exact is not None:
            return exact
        mine = stem(self.word)
        if len(mine) >= 4 and len(root) >= 4 and (root.startswith(mine) or mine.startswith(root)):
            return PREFIX
        return 0.0


@dataclass(frozen=True)
class Ranked:
    """A definition, or a line outside any (`symbol` is None), with its score."""

    path: str
    line: int
    text: str
    symbol: Symbol | None
    score: float
    coverage: float
    """The part of the query's words that it has, by weight."""


def rank(
    index: Index, words: Sequence[str], *, paths: Sequence[str] | None = None, kinds: frozenset[str] = frozenset()
) -> list[Ranked]:
    """Definitions and lines by how well they fit the words, best first."""
    terms = _terms(words)
    if not terms:
        return []
    total = max(1, len(index.paths))
    by_file = _matching(index, terms, paths)
    missing = [t for t in terms if not any(t.word in hits for hits in by_file[1].values())]
    if missing and _mend_typos(index, missing):
        by_file = _matching(index, terms, paths)
    lines, in_file = by_file
    for term in terms:
        frequency = sum(1 for hits in in_file.values() if term.word in hits)
        term.weight = math.log(1 + total / (frequency + 0.5))
    files = sorted(lines, key=lambda p: (-_file_score(p, in_file[p], terms), p))[:MAX_FILES]
    asks_tests = any(stem(t.word) in ("test", "spec") for t in terms)
    found: list[Ranked] = []
    for path in files:
        found += _rank_file(index, path, lines[path], terms, asks_tests, kinds)
    index.save()
    return sorted(found, key=lambda r: (-r.score, r.path, r.line))


def _terms(words: Sequence[str]) -> list[_Term]:
    terms: dict[str, _Term] = {}
    for word in words:
        for piece in split_identifier(word) or (word.lower(),):
            if len(piece) < 2 and len(words) > 1:
                continue
            root = stem(piece)
            if root in terms:
                continue
            term = _Term(piece, {root: 1.0})
            for group in SYNONYMS:
                if piece in group or root in {stem(w) for w in group}:
                    for other in group:
                        term.stems.setdefault(stem(other), SYNONYM)
            terms[root] = term
    return list(terms.values())


def _matching(
    index: Index, terms: Iterable[_Term], paths: Sequence[str] | None
) -> tuple[dict[str, list[Line]], dict[str, dict[str, float]]]:
    """Lines by file that contain any term, and by file which terms with what strength (also in the path)."""
    roots = sorted({re.escape(s) for t in terms for s in t.stems if len(s) > 1})
    found = grep(index.work, roots or [re.escape(t.word) for t in terms], paths=paths, ignore_case=True)
    lines: dict[str, list[Line]] = defaultdict(list)
    strengths: dict[str, dict[str, float]] = defaultdict(dict)
    for line in found:
        pieces = set(words_of(line.text))
        matched = False
        for term in terms:
            strength = max((term.match(p) for p in pieces), default=0.0)
            if strength:
                matched = True
                strengths[line.path][term.word] = strengths[line.path].get(term.word, 0.0) + strength
        if matched:
            lines[line.path].append(line)
    return lines, strengths


def _mend_typos(index: Index, terms: Sequence[_Term]) -> bool:
    """Give words that occur nowhere the nearest words that do occur in a name. Returns whether any was found."""
    vocabulary = {piece for _, s in index.all_symbols(seconds=2.0) for piece in split_identifier(s.name)}
    changed = False
    for term in terms:
        near = [(distance(term.word, v), v) for v in vocabulary if abs(len(v) - len(term.word)) <= 2]
        close = [(d, v) for d, v in near if d <= allowed_typos(term.word)]
        if close:
            best = min(close)[0]
            for d, v in close:
                if d == best:
                    term.stems[stem(v)] = TYPO
                    changed = True
    return changed


def _file_score(path: str, hits: dict[str, float], terms: Sequence[_Term]) -> float:
    pieces = words_of(path)
    score = 0.0
    for term in terms:
        frequency = hits.get(term.word, 0.0) + PATH * max((term.match(p) for p in pieces), default=0.0)
        score += term.weight * frequency * (K1 + 1) / (frequency + K1)
    return score * _place_factor(path, False)


def _place_factor(path: str, asks_tests: bool) -> float:
    factor = 0.2 if is_vendored(path) else 1.0
    if is_test_path(path) and not asks_tests:
        factor *= 0.55
    if path.lower().endswith(
        (".md", ".rst", ".txt", ".json", ".yaml", ".yml", ".toml", ".html", ".csv", ".svg", ".jsonl", ".log", ".snap")
    ):
        factor *= 0.5
    return factor


_COMMENT_LINE = re.compile(r"^\s*(?:#|//|/\*|\*|--|;;|\"\"\"|''')")


def _rank_file(
    index: Index, path: str, lines: Sequence[Line], terms: Sequence[_Term], asks_tests: bool, kinds: frozenset[str]
) -> list[Ranked]:
    symbols = index.symbols_of(path)
    inside: dict[int, list[Line]] = defaultdict(list)
    loose: list[Line] = []
    for line in lines:
        owner = _owner(symbols, line.number)
        (loose if owner is None else inside[owner]).append(line)
    path_pieces = words_of(path)
    factor = _place_factor(path, asks_tests)
    ranked = []
    scores: dict[str, tuple[float, float]] = {}
    for number, symbol in enumerate(symbols):
        own = inside.get(number, [])
        name_pieces = split_identifier(symbol.name)
        if not own and not any(t.match(p) for t in terms for p in name_pieces):
            continue
        score, coverage = _symbol_score(symbol, name_pieces, own, path_pieces, terms)
        if kinds & CONTAINERS and symbol.parent:  # a class is also what its members say
            scores[symbol.parent] = max(scores.get(symbol.parent, (0.0, 0.0)), (score, coverage))
        score *= factor * _kind_factor(symbol, kinds)
        ranked.append(Ranked(path, symbol.start_line, symbol.signature, symbol, score, coverage))
    for symbol in symbols:
        if symbol.kind in kinds and symbol.qualified in scores:
            score, coverage = scores[symbol.qualified]
            score *= factor * _kind_factor(symbol, kinds)
            ranked.append(Ranked(path, symbol.start_line, symbol.signature, symbol, score, coverage))
    for line in loose:
        pieces = words_of(line.text)
        score, got = 0.0, 0.0
        for term in terms:
            strength = max((term.match(p) for p in pieces), default=0.0)
            score += term.weight * strength
            got += term.weight * (strength > 0)
        coverage = got / sum(t.weight for t in terms)
        ranked.append(Ranked(path, line.number, line.text.strip(), None, score * coverage * factor * 0.8, coverage))
    return ranked


def _owner(symbols: Sequence[Symbol], line: int) -> int | None:
    """The innermost definition whose lines, or the comments above it, hold this line."""
    best: tuple[int, int] | None = None
    for number, symbol in enumerate(symbols):
        if symbol.doc_start <= line <= symbol.end_line:
            size = symbol.end_line - symbol.doc_start
            if best is None or size <= best[0]:
                best = (size, number)
    return best[1] if best else None


def _symbol_score(
    symbol: Symbol, name_pieces: Sequence[str], own: Sequence[Line], path_pieces: Sequence[str], terms: Sequence[_Term]
) -> tuple[float, float]:
    parent_pieces = words_of(symbol.parent)
    head_pieces = words_of(symbol.signature)
    texts = [
        (COMMENT if line.number < symbol.start_line + 6 and _is_prose(line, symbol) else BODY, set(words_of(line.text)))
        for line in own
        if line.number != symbol.start_line
    ]
    score, got, in_name = 0.0, 0.0, 0.0
    for term in terms:
        name = max((term.match(p) for p in name_pieces), default=0.0)
        frequency = NAME * name
        frequency += PARENT * max((term.match(p) for p in parent_pieces), default=0.0)
        frequency += HEAD * max((term.match(p) for p in head_pieces), default=0.0)
        frequency += PATH * max((term.match(p) for p in path_pieces), default=0.0)
        body = sum(weight * max((term.match(p) for p in pieces), default=0.0) for weight, pieces in texts)
        frequency += min(body, 1.5)
        if frequency:
            score += term.weight * frequency * (K1 + 1) / (frequency + K1)
            got += term.weight * min(1.0, frequency)
            in_name += term.weight * name
    total = sum(t.weight for t in terms)
    coverage = got / total
    if name_pieces:
        said = sum(1 for p in name_pieces if any(t.match(p) >= TYPO for t in terms)) / len(name_pieces)
        score += 1.5 * in_name * said  # the name says what was asked, and nothing else
    return score * (0.3 + 0.7 * coverage), coverage


def _is_prose(line: Line, symbol: Symbol) -> bool:
    return (
        line.number < symbol.start_line
        or bool(_COMMENT_LINE.match(line.text))
        or (line.number <= symbol.start_line + 2 and '"""' in line.text)
    )


def _kind_factor(symbol: Symbol, kinds: frozenset[str]) -> float:
    if kinds:
        return 1.3 if symbol.kind in kinds else 0.6
    return {"field": 0.6, "variable": 0.7, "constant": 0.7, "declaration": 0.7, "impl": 0.7, "namespace": 0.5}.get(
        symbol.kind, 1.0
    )
