"""Which files a request names: `calc.py`, `@src/calc.py`, `the calc module`, frames of a pasted traceback. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A file that a request names, and the lines it names in it (1-based, inclusive; 0 when it names none)."""

    path: str
    start_line: int = 0
    end_line: int = 0


class Names:
    """The paths of a repository, looked up by how people write them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = list(paths)
        self._exact = frozenset(self.paths)
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        self._folders: set[str] = set()
        for path in self.paths:
            name = path.rpartition("/")[2].lower()
            self._by_name.setdefault(name, []).append(path)
            stem = name.rpartition(".")[0] or name
            self._by_stem.setdefault(stem, []).append(path)
            folder = path.rpartition("/")[0]
            while folder and folder not in self._folders:
                self._folders.add(folder)
                folder = folder.rpartition("/")[0]

    def files(self, said: str) -> list[str]:
        """The file meant by a path as written; several when it fits several equally well, none when none.

        In this order: the exact path, the end of a path (`lib/calc.py`, or an absolute path that ends in one), the
        name alone, each again with the case ignored.
        """
        said = said.replace("\\", "/").strip().removeprefix("./").removeprefix("@").rstrip("/")
        if not said:
            return []
        if said in self._exact:
            return [said]
        lower = said.lower()
        same_name = self._by_name.get(lower.rpartition("/")[2], [])
        exact_case = [p for p in same_name if p.rpartition("/")[2] == said.rpartition("/")[2]]
        for among in (exact_case, same_name):
            ends = [p for p in among if p.lower() == lower or p.lower().endswith(f"/{lower}")]
            if not ends and "/" in lower:  # a path from another machine or another folder: its longest end that exists
                ends = _longest_end(among, lower)
            if ends:
                shallow = min(p.count("/") for p in ends)
                top = [p for p in ends if p.count("/") == shallow]
                return top if shallow == 0 else ends
        return []

    def folder(self, said: str) -> str | None:
        """The folder meant, exactly or by its last part when only one has it."""
        said = said.replace("\\", "/").strip().removeprefix("./").removeprefix("@").rstrip("/")
        if said in self._folders:
            return said
        ends = [f for f in self._folders if f.lower() == said.lower() or f.lower().endswith(f"/{said.lower()}")]
        return min(ends, key=lambda f: (f.count("/"), f)) if said and ends else None

    def stems(self, said: str) -> list[str]:
        """Files called so without their ending (`calc` → `calc.py`), source files before others."""
        found = self._by_stem.get(said.lower(), [])
        code = [p for p in found if not p.lower().endswith(_NOT_CODE)]
        found = code or found
        plain = [p for p in found if p.rpartition("/")[2].rpartition(".")[0] == said]
        return plain or found

    def module(self, dotted: str) -> list[str]:
        """Files of a dotted module name (`shop.cart` → `shop/cart.py`, `src/shop/cart.py`, `shop/cart/__init__.py`)."""
        base = dotted.replace(".", "/").replace("::", "/")
        wanted = [f"{base}.{e}" for e in ("py", "go", "rs", "java", "kt", "ts", "js", "rb", "ex", "lua", "php", "cs")]
        wanted += [f"{base}/__init__.py", f"{base}/mod.rs", f"{base}/index.ts", f"{base}/index.js"]
        return [p for w in wanted for p in self.paths if p == w or p.endswith(f"/{w}")]


_NOT_CODE = (".md", ".rst", ".txt", ".json", ".lock", ".yml", ".yaml", ".toml", ".html", ".css", ".svg", ".png", ".csv")


def _longest_end(paths: Sequence[str], said: str) -> list[str]:
    """The paths that share the most last parts with `said`, more than the name alone when any does."""

    def shared(path: str) -> int:
        count = 0
        for a, b in zip(reversed(path.lower().split("/")), reversed(said.split("/")), strict=False):
            if a != b:
                break
            count += 1
        return count

    most = max(map(shared, paths), default=0)
    absolute = said.startswith("/") or re.match(r"[a-z]:/", said)
    whole = [p for p in paths if shared(p) == most and (most == p.count("/") + 1 or most > 1)]
    return whole if absolute or most > 1 else []


LONGEST_WORD = 1000
"""Characters of a word that is looked at for a path."""

_FRAMES = (
    re.compile(r'File "([^"\n]+)", line (\d+)'),
    re.compile(r"\(((?:file://)?[^()\s:]*[\w.-]+\.\w{1,5}):(\d+)(?::\d+)?\)"),
    re.compile(
        r"(?:^|[\s(@\[`'\"])((?:file://|[A-Za-z]:)?[\w./\\@+-]*[\w-]+\.[A-Za-z]\w{0,5})(?:\((\d+)(?:,\d+)?\)|:(\d+)(?:-(\d+))?(?::\d+)?)"
    ),
    re.compile(
        r"([\w./\\-]+\.\w{1,5})[`'\"]?,?\s+(?:on\s+|at\s+)?(?:line|ligne|zeile|línea|linea|linha)s?\s+(\d+)(?:\s*(?:-|–|to)\s*(\d+))?",
        re.IGNORECASE,
    ),
)
_LINE_OF = re.compile(
    r"\blines?\s+(\d+)(?:\s*(?:-|–|to|and)\s*(\d+))?\s+(?:of|in)\s+[`'\"]?@?([\w./\\-]+)", re.IGNORECASE
)
_PATH = re.compile(r"(?<![\w/.@-])@?[`'\"]?((?:\.{0,2}/|~/)?(?:[\w.@+-]+[/\\])*[\w@+-][\w.@+-]*)(?![\w/\\])")
_MODULE = re.compile(
    r"\b(?:in|inside|of|from|into|to|within|module|file|script|package|für|in|dans|en|del?|в)\s+(?:the\s+|le\s+|la\s+|der\s+|dem\s+|el\s+)?"
    r"[`'\"]?([A-Za-z_][\w-]*(?:\.\w+)*)(?![\w(/-])|"
    r"[`'\"]?([A-Za-z_][\w-]*(?:\.\w+)*)[`'\"]?\s+(?:module|file|script|package|source|test file|tests)\b",
    re.IGNORECASE,
)
_CJK = "\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af"
_CJK_EDGE = re.compile(rf"(?<=[{_CJK}])(?=[\w@`./-])(?![{_CJK}])|(?<=[\w`])(?<![{_CJK}])(?=[{_CJK}])")
_PLAIN_WORDS = frozenset(
    re.findall(
        r"\w+",
        "the a an this that these those it its all every each any some test tests code file files function functions "
        "method class module script place case order line lines bug bugs error errors project repo repository main "
        "python javascript",
    )
)


def places(names: Names, request: str) -> list[Place]:
    """The files that a request names, with lines where it names them, in its order, innermost frame first.

    A name that fits several files equally well is left out: nothing is guessed.
    """
    # Minified code or a data URL: no path is that long, and the patterns take quadratic time on it.
    request = re.sub(r"\S+", lambda m: m[0] if len(m[0]) < LONGEST_WORD else " " * len(m[0]), request)
    request = _CJK_EDGE.sub(" ", request)  # no spaces around names in languages that are written without
    found: dict[Place, int] = {}
    covered: list[tuple[int, int]] = []
    python_frames = [m.start() for m in _FRAMES[0].finditer(request)]
    for pattern in _FRAMES:
        for match in pattern.finditer(request):
            numbers = [int(g) for g in match.groups()[1:] if g and g.isdigit()]
            path = _one(names.files(re.sub(r"^file://", "", match[1])))
            if path and numbers:
                # The last frame of a Python traceback is the innermost; other languages print it first.
                at = match.start() if not python_frames else (python_frames[0] - match.start()) or match.start()
                found.setdefault(Place(path, numbers[0], numbers[-1] if len(numbers) > 1 else numbers[0]), at)
                covered.append(match.span(1))
    for match in _LINE_OF.finditer(request):
        path = _one(names.files(match[3]) or names.stems(match[3]))
        if path:
            found.setdefault(Place(path, int(match[1]), int(match[2] or match[1])), match.start())
            covered.append(match.span(3))
    for match in _PATH.finditer(request):
        if any(a <= match.start(1) < b for a, b in covered):
            continue
        said = match[1].rstrip(".,:;")
        path = _one(names.files(said))
        if path is None and "." in said and "/" not in said:
            path = _one(names.module(said))
        if path is None and _looks_like_name(said):
            path = _one(names.stems(said))
        if path:
            found.setdefault(Place(path), match.start())
    for match in _MODULE.finditer(request):
        said = match[1] or match[2]
        if said.lower() not in _PLAIN_WORDS or match[2]:
            path = _one(names.stems(said) or names.module(said))
            if path:
                found.setdefault(Place(path), match.start())
    ordered = sorted(found, key=lambda place: found[place])
    lined = {p.path for p in ordered if p.start_line}
    seen: set[str] = set()
    return [p for p in ordered if p.start_line or not (p.path in lined or p.path in seen or seen.add(p.path))]  # type: ignore[func-returns-value]


def _looks_like_name(word: str) -> bool:
    """A bare word that is written as a name and not as English: `string_utils`, `parseArgs`, `py-helpers`."""
    return bool(re.search(r"_|[a-z][A-Z]|\w-\w|\w\d", word)) and "/" not in word


def _one(paths: Sequence[str]) -> str | None:
    return paths[0] if len(paths) == 1 else None


def targets(paths: Iterable[str], request: str) -> list[str]:
    """The paths, of those given, that a request names."""
    return list(dict.fromkeys(place.path for place in places(Names(paths), request)))


def resolve(paths: Iterable[str], said: str) -> list[str]:
    """The files, or the one folder, meant by one name as written; [] when nothing fits."""
    names = Names(paths)
    files = names.files(said)
    if files:
        return files
    folder = names.folder(said)
    return [folder] if folder else names.module(said) if "." in said else []
