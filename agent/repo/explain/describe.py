"""The explanation itself: what the code, its comments and its history say, as Markdown. No model, no guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent.repo.explain import Explanation
from agent.repo.explain.docs import doc_of, first_sentence, from_name, head_of_file
from agent.repo.explain.facts import Facts, facts_of, parameters_of
from agent.repo.explain.history import authors, history
from agent.repo.explain.targets import Names, places
from agent.repo.explain.usages import same_family, usages
from agent.repo.explain.words import ASKING, NAME, about_project
from agent.repo.index import Index, is_test_path
from agent.repo.symbols import Symbol, enclosing, grammar_of, parse_source

if TYPE_CHECKING:
    from agent.repo.files import WorkTree
    from agent.repo.search.ripgrep import Line

_CALLERS = 8
_ROWS = 40


def describe(root: Path | WorkTree, target: str) -> Explanation:
    """See `agent.repo.explain.explain`."""
    index = Index(root)
    try:
        return _Writer(index).explain(target)
    finally:
        index.close()


class _Writer:
    """Collects Markdown and the places that it names."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.parts: list[str] = []
        self.places: dict[tuple[str, int], None] = {}

    def explain(self, target: str) -> Explanation:
        self._choose(target.strip())
        return Explanation("\n".join(self.parts).strip() + "\n", tuple(self.places))

    def at(self, path: str, line: int) -> str:
        self.places[(path, line)] = None
        return f"{path}:{line}"

    # what the target is

    def _choose(self, target: str) -> None:
        from agent.repo.search.query import query_terms

        if target in self.index.paths:  # a name that no pattern would take for a path, as one with spaces
            self._file(target)
            return
        names = Names(self.index.paths)
        found = places(names, target)
        query = query_terms(target)
        wanted = list(dict.fromkeys([*query.identifiers, *re.findall(r"`([\w.:#$]+)(?:\(\))?`", target)]))
        lined = [p for p in found if p.start_line]
        if lined:
            for place in lined[:4]:
                self._lines(place.path, place.start_line, place.end_line)
            return
        files = [p.path for p in found]
        bare = [w for w in query.words if NAME.fullmatch(w) and w.lower() not in ASKING]
        folder = next((f for s in query.scope or (target,) if (f := names.folder(s))), None)
        if folder and not wanted:
            self._folder(folder)
            return
        defined = self._defined(wanted, files) or self._defined(bare, files, exact=bool(files))
        if defined:
            for path, symbol in defined[:2]:
                self._symbol(path, symbol)
            if len(defined) > 2:
                self.parts.append(
                    "Also called so: "
                    + ", ".join(f"`{s.qualified}` {self.at(p, s.start_line)}" for p, s in defined[2:8])
                    + "\n"
                )
        elif files:
            for path in files[:3]:
                self._file(path)
        elif not wanted and about_project(target):
            self._folder("")
        else:
            self._searched(target, bare or query.words)

    def _defined(self, names: Sequence[str], files: Sequence[str], *, exact: bool = True) -> list[tuple[str, Symbol]]:
        found: list[tuple[str, Symbol]] = []
        for name in names:
            of_name = self.index.definitions(name) or (self.index.definitions(name, ignore_case=True) if exact else [])
            inside = [d for d in of_name if d[0] in files]
            found += inside or ([] if files and not exact else of_name)
        main = [d for d in found if d[1].kind not in ("declaration", "field")]
        own = [d for d in main if not is_test_path(d[0])]
        return list(dict.fromkeys(own or main or found))

    def _searched(self, target: str, words: Sequence[str]) -> None:
        """No name fits: the definition whose words fit best, said to be just that."""
        from agent.repo.search.find import near_names
        from agent.repo.search.rank import rank

        single = target.strip("`?. ")
        near = near_names(self.index, single) if re.fullmatch(r"[\w.:]+", single) else []
        if near:
            self.parts.append(
                f"Nothing is called `{single}` here. Did you mean {', '.join(f'`{n}`' for n in near[:3])}?\n"
            )
            for path, symbol in self.index.definitions(near[0])[:1]:
                self._symbol(path, symbol)
            return
        ranked = (
            [r for r in rank(self.index, words) if r.symbol is not None and r.coverage > 0.6] if " " in target else []
        )
        if not ranked or ranked[0].symbol is None:
            self.parts.append(
                "Nothing in this project is called that, and no definition has these words. "
                "Name a file, a line (`path:12`), a function or a class."
            )
            return
        self.parts.append("Nothing is called exactly so; the nearest by its words:\n")
        self._symbol(ranked[0].path, ranked[0].symbol)
        others = [f"`{r.text[:80]}` {self.at(r.path, r.line)}" for r in ranked[1:5] if r.score > ranked[0].score * 0.6]
        if others:
            self.parts.append("Near it:\n" + "\n".join(f"- {o}" for o in others) + "\n")

    # one definition

    def _symbol(self, path: str, symbol: Symbol) -> None:
        source = self.index.read(path)
        lines = source.decode("utf-8", "replace").split("\n")
        grammar = grammar_of(path, source[:4096])
        doc = doc_of(symbol, lines, grammar)
        size = symbol.end_line - symbol.start_line + 1
        self.parts.append(
            f"### `{symbol.qualified}` — {symbol.kind}, "
            f"{self.at(path, symbol.start_line)}-{symbol.end_line} ({_lines(size)})\n"
        )
        self.parts.append(
            f"{doc}\n"
            if doc and len(doc) < 600
            else f"{first_sentence(doc, 400)}\n"
            if doc
            else f"It has no documentation; its name says: {from_name(symbol.name)}.\n"
        )
        self.parts.append(f"```\n{symbol.signature}\n```")
        all_symbols = self.index.symbols_of(path)
        inner = [
            s
            for s in all_symbols
            if s.parent == symbol.qualified and symbol.start_line <= s.start_line <= symbol.end_line
        ]
        if symbol.kind in ("function", "method"):
            self._facts(path, source, symbol.start_line, symbol.end_line, all_symbols, symbol)
        elif inner:
            self._members(path, inner, lines, grammar)
        self._used(symbol, path)
        self._history(path, symbol.start_line, symbol.end_line)

    def _facts(
        self, path: str, source: bytes, first: int, last: int, symbols: Sequence[Symbol], symbol: Symbol | None = None
    ) -> None:
        tree = parse_source(path, source)
        if tree is None:
            return
        outer = frozenset(s.name for s in symbols if s.kind in ("variable", "constant") and not s.parent)
        facts = facts_of(tree, first, last, outer)
        if symbol is not None:
            facts.parameters = parameters_of(symbol.signature)
        self._list(facts, path, symbols, symbol)

    def _list(self, facts: Facts, path: str, symbols: Sequence[Symbol], symbol: Symbol | None) -> None:
        rows = []
        if facts.parameters:
            rows.append("**Takes** " + ", ".join(f"`{p}`" for p in facts.parameters))
        for label, items, most in (
            ("Returns", facts.returns, 6),
            ("Yields", facts.yields, 4),
            ("Raises", facts.raises, 6),
            ("Handles", facts.handles, 4),
            ("Reads", facts.reads, 8),
            ("Writes", facts.writes, 8),
            ("Touches", facts.effects, 8),
        ):
            if items:
                said = ", ".join(f"`{text}` (line {line})" for text, line in items[:most])
                more = f" and {len(items) - most} more" if len(items) > most else ""
                rows.append(f"**{label}** {said}{more}")
                for _, line in items[:most]:
                    self.at(path, line)
        calls = self._calls(facts, path, symbols, symbol)
        if calls:
            rows.append("**Calls** " + ", ".join(calls))
        if facts.branches or facts.loops:
            rows.append(
                f"**Flow** {_count(facts.branches, 'branch', 'branches')}, {_count(facts.loops, 'loop', 'loops')}"
            )
        if rows:
            self.parts.append("\n".join(f"- {row}" for row in rows) + "\n")

    def _calls(self, facts: Facts, path: str, symbols: Sequence[Symbol], symbol: Symbol | None) -> list[str]:
        """What is called, the project's own with its place."""
        here = {s.name: s for s in symbols if s.kind != "field"}
        said: list[str] = []
        others: list[str] = []
        for name, _ in facts.calls:
            last = re.split(r"[.:>!]+", name.rstrip("!"))[-1]
            if symbol is not None and last == symbol.name and name == last:
                said.append(f"itself (`{name}`)")
                continue
            owner = name[: -len(last)].rstrip(".:>-") if name.endswith(last) else ""
            own = owner in ("", "self", "this", "cls", "super()", "Self") or owner.split(".")[-1] in here
            if last in here and own:
                said.append(f"`{name}` {self.at(path, here[last].start_line)}")
                continue
            if len(said) < 10 and last not in _EVERYWHERE:
                defined = [
                    d
                    for d in self.index.definitions(last)
                    if not is_test_path(d[0]) and d[1].kind not in ("field", "declaration")
                ]
                if len(defined) == 1:
                    said.append(f"`{name}` {self.at(defined[0][0], defined[0][1].start_line)}")
                    continue
            others.append(f"`{name}`")
        return [*said[:12], *others[: max(0, 12 - len(said))]]

    def _members(self, path: str, inner: Sequence[Symbol], lines: Sequence[str], grammar: str) -> None:
        rows = []
        for s in inner[:_ROWS]:
            doc = first_sentence(doc_of(s, lines, grammar), 100)
            rows.append(f"- {self.at(path, s.start_line)} `{s.signature or s.name}`{f' — {doc}' if doc else ''}")
        more = f"\n- and {len(inner) - _ROWS} more" if len(inner) > _ROWS else ""
        self.parts.append("**Has**\n" + "\n".join(rows) + more + "\n")

    def _used(self, symbol: Symbol, path: str) -> None:
        """Who uses it: code first, tests apart."""
        uses, tests = usages(self.index, symbol, path)
        rows = [
            f"- {self.at(line.path, line.number)} {self._inside(line)}`{line.text.strip()[:100]}`"
            for line in uses[:_CALLERS]
        ]
        if rows:
            more = f"\n- and {len(uses) - _CALLERS} more" if len(uses) > _CALLERS else ""
            self.parts.append("**Used by**\n" + "\n".join(rows) + more + "\n")
        elif not tests:
            self.parts.append(f"Nothing else in the project mentions `{symbol.name}`.\n")
        if tests:
            shown = dict.fromkeys(line.path for line in tests)
            first = {p: next(line.number for line in tests if line.path == p) for p in shown}
            self.parts.append("**Tested in** " + ", ".join(self.at(p, first[p]) for p in list(shown)[:4]) + "\n")

    def _inside(self, line: Line) -> str:
        around = enclosing(self.index.symbols_of(line.path), line.number)
        return f"in `{around.qualified}`: " if around is not None else ""

    def _history(self, path: str, first: int = 0, last: int = 0) -> None:
        rows = history(self.index.work, path, first, last)
        if rows:
            self.parts.append("**History**\n" + "\n".join(f"- {row}" for row in rows) + "\n")

    def _unreadable(self, path: str, source: bytes) -> str:
        if source:
            return "not text"
        return "too large to be read" if (self.index.work.path / path).stat().st_size else "empty"

    # lines of a file

    def _lines(self, path: str, first: int, last: int) -> None:
        source = self.index.read(path)
        lines = source.decode("utf-8", "replace").removesuffix("\n").split("\n")
        if first > len(lines):
            self.parts.append(f"{path} has only {_lines(len(lines))}; {first} is past its end.\n")
            self.at(path, len(lines))
            return
        last = min(last, len(lines))
        symbols = self.index.symbols_of(path)
        around = enclosing(symbols, first)
        place = f"{self.at(path, first)}" + (f"-{last}" if last > first else "")
        where = (
            f", in `{around.qualified}` ({around.kind}, lines {around.start_line}-{around.end_line})" if around else ""
        )
        self.parts.append(f"### {place}{where}\n")
        shown = lines[first - 1 : min(last, first + 39)]
        self.parts.append("```\n" + "\n".join(shown) + "\n```")
        if around is not None:
            doc = doc_of(around, lines, grammar_of(path, source[:4096]))
            if doc:
                self.parts.append(f"`{around.name}`: {first_sentence(doc)}\n")
        self._facts(path, source, first, last, symbols)
        who = authors(self.index.work, path, first, last)
        if who:
            self.parts.append(f"**Lines by** {who}\n")
        self._history(path, first, last)

    # files and folders

    def _file(self, path: str) -> None:
        source = self.index.read(path)
        if not source or b"\0" in source[:8192]:
            self.parts.append(f"### {self.at(path, 1)}\n\nIt is {self._unreadable(path, source)}.\n")
            return
        lines = source.decode("utf-8", "replace").split("\n")
        grammar = grammar_of(path, source[:4096])
        head = head_of_file(lines, grammar)
        self.parts.append(
            f"### {path} — {grammar or 'text'}, {_lines(len(lines) - (not lines[-1]))} ({self.at(path, 1)})\n"
        )
        self.parts.append(
            f"{head}\n"
            if head and len(head) < 800
            else f"{first_sentence(head, 400)}\n"
            if head
            else "It does not say what it is for.\n"
        )
        symbols = self.index.symbols_of(path)
        top = [s for s in symbols if not s.parent and s.kind not in ("declaration",)]
        if top:
            self._members(path, top, lines, grammar)
        stem = path.rpartition("/")[2].partition(".")[0]
        importers = self._importers(path, stem)
        if importers:
            self.parts.append("**Imported by** " + ", ".join(importers) + "\n")
        self._history(path)

    def _importers(self, path: str, stem: str) -> list[str]:
        from agent.repo.search.ripgrep import grep

        name = path.rpartition("/")[0].rpartition("/")[2] if stem in ("__init__", "index", "mod") else stem
        if not name:
            return []
        word = rf"\b{re.escape(name)}\b"
        pattern = rf"^\s*(?:from|import|use|using|#include|export|require|mod|source|load)\b.*{word}|require\(.*{word}"
        first: dict[str, int] = {}
        for line in grep(self.index.work, [pattern]):
            if line.path != path and same_family(line.path, path):
                first.setdefault(line.path, line.number)
        return [self.at(p, n) for p, n in list(first.items())[:10]]

    def _folder(self, folder: str) -> None:
        """What a folder (or the project) holds, a line a file."""
        paths = [p for p in self.index.paths if not folder or p.startswith(f"{folder}/")]
        self.parts.append(f"### {folder or self.index.work.path.name} — {_count(len(paths), 'file', 'files')}\n")
        readme = next(
            (
                p
                for p in paths
                if re.fullmatch(rf"{re.escape(folder + '/' if folder else '')}readme(\.\w+)?", p, re.IGNORECASE)
            ),
            None,
        )
        if readme:
            text = self.index.read(readme).decode("utf-8", "replace")
            prose = next((b for b in re.split(r"\n\s*\n", text) if re.match(r"\s*[A-Za-z*`]", b)), "")
            if prose:
                self.parts.append(f"{first_sentence(prose, 400)} ({self.at(readme, 1)})\n")
        code = [
            p
            for p in paths
            if not is_test_path(p)
            and grammar_of(p)
            and not p.endswith((".md", ".json", ".yml", ".yaml", ".toml", ".lock"))
        ]
        rows = []
        for path in sorted(code, key=lambda p: (p.count("/"), p))[:_ROWS]:
            source = self.index.read(path)
            head = first_sentence(
                head_of_file(source.decode("utf-8", "replace").split("\n"), grammar_of(path, source[:4096])), 110
            )
            names = [
                s.name
                for s in self.index.symbols_of(path)
                if not s.parent and s.kind in ("class", "function", "struct", "interface", "trait")
            ]
            said = head or (", ".join(f"`{n}`" for n in names[:5]) if names else "")
            rows.append(f"- {self.at(path, 1)}{f' — {said}' if said else ''}")
        if rows:
            more = f"\n- and {len(code) - _ROWS} more" if len(code) > _ROWS else ""
            self.parts.append("\n".join(rows) + more + "\n")
        tests = sum(is_test_path(p) for p in paths)
        if tests:
            self.parts.append(f"{_count(tests, 'test file', 'test files')}.\n")
        if paths:
            self.at(paths[0], 1)


_EVERYWHERE = frozenset(
    ("get", "set", "add", "append", "pop", "update", "items", "keys", "values", "join", "split", "strip", "format", "len",  # noqa: E501
     "str", "int", "list", "dict", "print", "open", "close", "read", "write", "map", "filter", "push", "sort", "sorted",
     "range", "replace", "find")
)  # fmt: skip
"""Names that every library has: one definition in the project does not mean that it is the one called."""


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"
