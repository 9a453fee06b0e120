"""What tests expect, from their own source: for a model, where a failure's words give no values."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from agent.repo.symbols import symbols

SHOWN = 500
"""Characters of a test's source in a prompt: a dozen calls."""
LONGEST = 200
MOST_FILES = 200
MOST_BYTES = 200_000


def expectations(root: Path, command: str, output: str, texts: Mapping[str, str]) -> str:
    """The lines of the tests that call the targets' functions; "" when the output shows such a call already."""
    names = {
        symbol.name
        for path, text in texts.items()
        for symbol in symbols(path, text.encode("utf-8", "surrogateescape"))
        if symbol.kind in ("function", "method") and symbol.name not in ("main", "__init__")
    }
    if not names:
        return ""
    call = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\s*\(")
    if call.search(output):
        return ""
    for place in _places(root, command, output, texts):
        try:
            if place.stat().st_size > MOST_BYTES:
                continue
            lines = place.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        found: list[str] = []
        room = SHOWN
        for line in (line.strip() for line in lines):
            if call.search(line) and re.search(r"\d|[\"'\[{]", line) and len(line) <= min(LONGEST, room):
                found.append(line)
                room -= len(line) + 1
        if found:
            return "\n".join(found)
    return ""


def _places(root: Path, command: str, output: str, texts: Mapping[str, str]) -> Iterable[Path]:
    """Files that may hold the tests, the likeliest first: those the command or its output names, then neighbours."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    words += re.findall(r"[\w./-]+\.\w+", output)
    targets = {root / path for path in texts}
    seen: set[Path] = set()
    for word in words:
        place = root / word.partition("::")[0]
        if place not in seen | targets and place.is_file():
            seen.add(place)
            yield place
    endings = {PurePosixPath(path).suffix for path in texts}
    near = [
        place
        for folder in dict.fromkeys([*(place.parent for place in targets), root])
        for place in sorted(folder.glob("*"))[:MOST_FILES]
        if place.suffix in endings and place not in seen | targets and place.is_file()
    ]
    near += [
        place
        for folder in ("tests", "test", "spec", "src/test")
        for place in sorted((root / folder).rglob("*"))[:MOST_FILES]
        if place.suffix in endings and place not in seen | targets and place.is_file()
    ]
    yield from sorted(near, key=lambda place: not re.search(r"test|spec|main|check", place.name, re.I))
