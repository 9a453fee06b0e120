"""Who uses a definition: mentions that stand in code and can mean this one and not another of the same name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repo.index import Index, is_test_path
from agent.repo.symbols import Symbol

if TYPE_CHECKING:
    from agent.repo.search.ripgrep import Line

_LOOKED_AT = 120
"""Mentions whose place in the syntax tree is looked up."""
_IMPORTING = (".py", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx")
"""Languages in which a name of another file has to be imported."""
_TEXT = (".md", ".rst", ".txt", ".json", ".jsonl", ".lock", ".csv", ".toml", ".yml", ".yaml")
_IMPORT_LINE = re.compile(r"\s*(?:from|import|use|using|require|#include|export \{)")
_COMMENT_LINE = re.compile(r"\s*(?:#(?!include|define)|//|/\*|\*\s|--\s)")
_IMPORTS = re.compile(r"(?:^|\n)\s*(?:from|import|export|const|let|var)\b[^\n(]*(?:\([^)]*\)|\{[^}]*\}[^\n]*)?")


def usages(index: Index, symbol: Symbol, path: str) -> tuple[list[Line], list[Line]]:
    """(uses in code, uses in tests) of the symbol that `path` defines, imports left out."""
    imports: dict[str, str] = {}
    mentions = [
        line
        for line in index.references(symbol.name)
        if not (line.path == path and symbol.start_line <= line.number <= symbol.end_line)
        and not line.path.lower().endswith(_TEXT)
        and not _COMMENT_LINE.match(line.text)
        and not _IMPORT_LINE.match(line.text)
        and _may_mean(index, line, symbol, path, imports)
    ]
    code = [line for line in mentions[:_LOOKED_AT] if index.in_code(line, symbol.name)]
    return [u for u in code if not is_test_path(u.path)], [u for u in code if is_test_path(u.path)]


def _may_mean(index: Index, line: Line, symbol: Symbol, path: str, imports: dict[str, str]) -> bool:
    """Whether a mention can be of this definition: a method is reached through something, a name is imported.

    `imports` keeps the import lines of the files that were looked at.
    """
    name = re.escape(symbol.name)
    if symbol.kind in ("method", "field"):
        return bool(re.search(rf"(?:\.|->|::|&)\s*{name}\b", line.text)) or symbol.name[:1].isupper()
    if line.path == path or not path.endswith(_IMPORTING) or not same_family(line.path, path):
        return True
    if re.search(rf"(?:\bfor|\blambda|\bas)\s+{name}\b|^\s*{name}\s*(?::[^=]+)?=[^=]", line.text):
        return False  # a name of its own
    if line.path not in imports:
        imports[line.path] = " ".join(_IMPORTS.findall(index.read(line.path).decode("utf-8", "replace")))
    stem = path.rpartition("/")[2].partition(".")[0]
    stem = path.split("/")[-2] if stem in ("__init__", "index") and "/" in path else stem
    return bool(re.search(rf"\b(?:{name}|{re.escape(stem)})\b|import \*", imports[line.path]))


def same_family(a: str, b: str) -> bool:
    """Whether two files can import each other, by their endings."""
    ends = [p.rpartition(".")[2].lower() for p in (a, b)]
    families = (
        {"js", "jsx", "mjs", "cjs", "ts", "tsx", "vue", "svelte"},
        {"c", "h", "cc", "cpp", "hpp", "cxx", "hh"},
        {"kt", "java", "kts"},
    )
    return ends[0] == ends[1] or any(ends[0] in f and ends[1] in f for f in families)
