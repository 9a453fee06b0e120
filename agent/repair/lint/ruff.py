"""Ruff, run on the text alone: its findings, and those of its fixes that it calls safe."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.repair.lint.source import LintFix, Source

_SELECTED = "F,E711,E713,E714,B,PLE,PLW0127,PLW0128,PLW0131,PLW0711,PLR1714,RUF001,RUF016"
_TIDY = (
    "F401",
    "F541",
    "F811",
    "F841",
    "B007",
    "B009",
    "B010",
    "B011",
    "B905",
    "B904",
    "B013",
    "B033",
    "RUF001",
    "PLR1714",
)
"""Findings that are no defect of what the program does: their fixes are left to linters."""
_SECONDS = 20


@dataclass(frozen=True)
class Finding:
    """One finding of ruff: 1-based line and column (in characters), and its safe edits, if it has a safe fix."""

    line: int
    column: int
    code: str
    message: str
    title: str
    edits: tuple[tuple[int, int, int, int, str], ...]
    """Each (line, column, end line, end column, new text), 1-based, columns in characters."""


def program() -> str | None:
    """Where ruff is: beside this Python, as its package says, or on the PATH."""
    beside = Path(sys.executable).with_name("ruff")
    if beside.exists():
        return str(beside)
    try:
        from ruff import find_ruff_bin  # type: ignore[import-untyped, unused-ignore]

        return str(find_ruff_bin())
    except (ImportError, FileNotFoundError):
        return shutil.which("ruff")


def findings(path: str, text: str) -> list[Finding]:
    """What ruff finds in the text, whatever configuration lies about. Empty where ruff is missing or fails."""
    ruff = program()
    if ruff is None:
        return []
    command = [ruff, "check", "--isolated", "--no-cache", "--select", _SELECTED, "--output-format", "json"]
    try:
        done = subprocess.run(
            [*command, "--stdin-filename", Path(path).name, "-"],
            input=text.encode(), capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        rows = json.loads(done.stdout or b"[]")
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    return [_finding(row) for row in rows if isinstance(row, dict) and row.get("location")]


def _finding(row: dict[str, object]) -> Finding:
    location, fix = _mapping(row["location"]), _mapping(row.get("fix"))
    edits: list[tuple[int, int, int, int, str]] = []
    if fix.get("applicability") == "safe":
        listed = fix.get("edits")
        for edit in listed if isinstance(listed, list) else []:
            start, end = _mapping(edit["location"]), _mapping(edit["end_location"])
            place = (_number(start, "row"), _number(start, "column"), _number(end, "row"), _number(end, "column"))
            edits.append((*place, str(edit["content"])))
    title = str(fix.get("message") or "")
    line, column = _number(location, "row"), _number(location, "column")
    return Finding(line, column, str(row.get("code") or ""), str(row.get("message")), title, tuple(edits))


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _number(value: dict[str, object], key: str) -> int:
    number = value.get(key)
    return number if isinstance(number, int) else 1


def safe_fixes(source: Source, found: Sequence[Finding]) -> Iterator[LintFix]:
    """Ruff's safe fixes of what it says is wrong, each alone."""
    for finding in found:
        if finding.code in _TIDY or not finding.edits:
            continue
        changes = [
            (_offset(source, line, column), _offset(source, end_line, end_column), new)
            for line, column, end_line, end_column, new in finding.edits
        ]
        words = finding.message[0].lower() + finding.message[1:]
        yield LintFix(finding.line, finding.code, f"{words}: {finding.title[:1].lower()}{finding.title[1:]}",
                      source.replaced(*changes))  # fmt: skip


def _offset(source: Source, line: int, column: int) -> int:
    if line > len(source.lines):
        return len(source.text.encode())
    return source.starts[line - 1] + len(source.lines[line - 1].decode()[: column - 1].encode())
