"""Where else the fault may lie: the project's own files that a target imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

MOST = 3
_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx")
_IMPORT = re.compile(r"""(?:\bfrom|\bimport|\brequire\s*\()\s*["'](\.{1,2}/[^"'\n]+)["']""")


def imported_files(root: Path, texts: Mapping[str, str]) -> list[str]:
    """Files of the project that the texts import and that are not among them, relative to the root. Python and
    JavaScript only: other languages' imports name packages."""
    found: dict[str, None] = {}
    for path, text in texts.items():
        folder = PurePosixPath(path).parent
        names = _python(folder, text) if path.endswith(".py") else _script(folder, text)
        for choices in names:
            for choice in choices:
                if choice not in texts and (root / choice).is_file():
                    found[choice] = None
                    break
    return list(found)


def hint(root: Path, texts: Mapping[str, str]) -> str:
    """What to run when a file that the targets import may hold the fault; "" where they import none."""
    others = imported_files(root, texts)
    if not others or len(others) > MOST:
        return ""
    return f"The fault may be in what it imports: agent fix {' '.join([*texts, *others])}"


def _python(folder: PurePosixPath, text: str) -> list[list[str]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    found: list[list[str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [_modules(folder, alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = folder
            for _ in range(node.level - 1):
                base = base.parent
            parts = node.module.split(".") if node.module else []
            inner = [_modules(base, [*parts, alias.name], relative=bool(node.level)) for alias in node.names]
            found += [*inner, *([_modules(base, parts, relative=bool(node.level))] if parts else [])]
    return found


def _modules(folder: PurePosixPath, parts: Collection[str], *, relative: bool = False) -> list[str]:
    """Where a module may lie: beside the file, in the root, in `src`."""
    places = [folder] if relative else [folder, PurePosixPath(), PurePosixPath("src")]
    return [str(place.joinpath(*parts)) + ".py" for place in places]


def _script(folder: PurePosixPath, text: str) -> list[list[str]]:
    found = []
    for name in _IMPORT.findall(text):
        parts: list[str] = []
        for part in (folder / name).parts:
            if part == "..":
                parts = parts[:-1]
            elif part != ".":
                parts.append(part)
        place = "/".join(parts)
        stem = re.sub(r"\.[cm]?js$", "", place)
        found.append([place, *(stem + ending for ending in _SCRIPTS), *(f"{place}/index{e}" for e in _SCRIPTS)])
    return found
