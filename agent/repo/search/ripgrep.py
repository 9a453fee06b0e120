"""Text search: ripgrep where there is one, plain Python where there is none. Ignored and secret files are left out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.repo.files import WorkTree


MAX_COLUMNS = 400
MAX_FILE = "2M"
TIMEOUT = 20.0


@dataclass(frozen=True)
class Line:
    """One line that matches. `number` is 1-based."""

    path: str
    number: int
    text: str


@lru_cache(maxsize=1)
def rg_path() -> str | None:
    """The ripgrep program: the one installed beside this Python, else the one on PATH; None when neither starts."""
    import sysconfig

    name = "rg.exe" if os.name == "nt" else "rg"
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        candidate = folder / name
        if candidate.is_file() and os.access(candidate, os.X_OK) and _starts(str(candidate)):
            return str(candidate)
    found = shutil.which("rg")
    return found if found and _starts(found) else None


def _starts(program: str) -> bool:
    """Whether a program runs here. One built for a newer system ends with 1, as ripgrep does when nothing matches."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=TIMEOUT, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def engine_note() -> str:
    """What to tell the person about the search program; empty when all is well."""
    return "" if rg_path() else "ripgrep was not found, or does not start; searching with Python, which is slower."


def grep(
    work: WorkTree,
    patterns: Sequence[str],
    *,
    paths: Sequence[str] | None = None,
    word: bool = False,
    literal: bool = False,
    ignore_case: bool = False,
    per_file: int = 200,
    limit: int = 20_000,
) -> list[Line]:
    """Lines that match any of the patterns, by path and line. `paths` narrows it to files and folders under the root.

    Raises ValueError for a regular expression that cannot be read.
    """
    program = rg_path()
    found = (
        _by_python(work, patterns, paths, word, literal, ignore_case, per_file)
        if program is None
        else _by_rg(program, work.path, patterns, paths, word, literal, ignore_case, per_file)
    )
    listed = frozenset(work.list_paths())
    lines = []
    for line in found:
        if line.path in listed:
            lines.append(line)
            if len(lines) >= limit:
                break
    return sorted(lines, key=lambda line: (line.path, line.number))


def _by_rg(
    program: str,
    root: Path,
    patterns: Sequence[str],
    paths: Sequence[str] | None,
    word: bool,
    literal: bool,
    ignore_case: bool,
    per_file: int,
) -> Iterator[Line]:
    command = [
        program, "--no-config", "--no-heading", "--with-filename", "--line-number", "--null", "--color=never",
        "--hidden",
        "--no-require-git", "--no-messages", "--glob=!.git", f"--max-columns={MAX_COLUMNS}", "--max-columns-preview",
        f"--max-filesize={MAX_FILE}", f"--max-count={per_file}", "--crlf",
    ]  # fmt: skip
    command += ["--word-regexp"] * word + ["--fixed-strings"] * literal + ["--ignore-case"] * ignore_case
    command += ["--file=-", "--", *(f"./{p}" for p in (paths or [""]))]
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = "\n".join(p.replace("\n", " ") for p in patterns).encode("utf-8", "replace")
    try:
        output, errors = process.communicate(said, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
    if process.returncode == 2 and not output and b"regex" in errors:
        raise ValueError(errors.decode("utf-8", "replace").strip())
    for row in output.split(b"\n"):
        name, nul, rest = row.partition(b"\0")
        number, colon, text = rest.partition(b":")
        if nul and colon and number.isdigit():
            path = os.fsdecode(name).replace(os.sep, "/").removeprefix("./")
            yield Line(path, int(number), text.decode("utf-8", "replace").rstrip("\r"))


def _by_python(
    work: WorkTree,
    patterns: Sequence[str],
    paths: Sequence[str] | None,
    word: bool,
    literal: bool,
    ignore_case: bool,
    per_file: int,
) -> Iterator[Line]:
    joined = "|".join(f"(?:{re.escape(p) if literal else p})" for p in patterns)
    try:
        expression = re.compile(rf"\b(?:{joined})\b" if word else joined, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise ValueError(f"regex: {error}") from None
    wanted = [p.rstrip("/") for p in paths or ()]
    for path in work.list_paths():
        if wanted and not any(w in (".", path) or path.startswith(f"{w}/") for w in wanted):
            continue
        try:
            data = (work.path / path).read_bytes()
        except OSError:
            continue
        if b"\0" in data[:8192] or len(data) > 2_000_000:
            continue
        count = 0
        for number, text in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
            if expression.search(text):
                yield Line(path, number, text[:MAX_COLUMNS].rstrip("\r"))
                count += 1
                if count >= per_file:
                    break
