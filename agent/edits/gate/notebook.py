"""Jupyter notebooks: the file is JSON, and every Python cell is Python apart from what the kernel adds to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from agent.edits.gate.data import json_fault
from agent.edits.gate.fault import Fault, decode
from agent.edits.gate.python import python_fault

_SAME_LANGUAGE_MAGICS = (
    "time",
    "timeit",
    "capture",
    "prun",
    "python",
    "python3",
    "pypy",
    "skip",
    "conditional",
)
_LINE_MAGIC = re.compile(r"^(\s*)(?:%|!|\?).*$")
_ASSIGNED_MAGIC = re.compile(r"^(\s*[\w.,\s\[\]\"']+=\s*)[!%].*$")
_HELP = re.compile(r"^(\s*)[\w.]+\?{1,2}\s*$")


def notebook_fault(before: bytes | None, after: bytes) -> tuple[Fault | None, str]:
    """The first fault that `before` did not have, and the source line that it is in.

    The line of a fault in a cell counts within that cell and the message names the cell, since people see cells.
    """
    fault = json_fault(after)
    if fault is not None:
        return (None if before is not None and json_fault(before) is not None else fault), ""
    known = {source for _, source in _python_cells(before)} if before is not None else set()
    for number, source in _python_cells(after):
        if source in known:
            continue
        fault = cell_fault(source)
        if fault is not None:
            lines = source.split("\n")
            text = lines[fault.line - 1] if fault.line <= len(lines) else ""
            return Fault(fault.line, fault.column, f"cell {number}: {fault.message}"), text
    return None, ""


def cell_fault(source: str) -> Fault | None:
    """The first error of one Python cell; magics, shell lines and help lines are left out."""
    if source.lstrip().startswith("%%"):
        first, _, rest = source.lstrip().partition("\n")
        name = first[2:].split()
        if not name or name[0] not in _SAME_LANGUAGE_MAGICS:
            return None
        source = "\n" + rest
    kept: list[str] = []
    fault = python_fault(source, notebook=True)
    if fault is None:
        return None
    opened = 0  # brackets that a magic line leaves open: it goes on in the next line
    for line in source.split("\n"):
        magic = _LINE_MAGIC.match(line) or _HELP.match(line)
        assigned = _ASSIGNED_MAGIC.match(line)
        if opened > 0 or magic:
            opened = max(opened + sum(line.count(c) for c in "([{") - sum(line.count(c) for c in ")]}"), 0)
            opened += line.endswith("\\") and not opened
            kept.append(f"{magic[1]}pass" if magic else "")
        elif assigned:
            kept.append(f"{assigned[1]}None")
        else:
            kept.append(line)
    return python_fault("\n".join(kept), notebook=True)


def _python_cells(text: bytes | None) -> Iterator[tuple[int, str]]:
    try:
        data = json.loads(decode(text or b""))
    except (ValueError, RecursionError):
        return
    if not isinstance(data, dict) or not _is_python(data.get("metadata")):
        return
    cells = data.get("cells")
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(str(part) for part in source)
        yield number, str(source)


def _is_python(metadata: object) -> bool:
    if not isinstance(metadata, dict):
        return True
    for section, key in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(section)
        if isinstance(part, dict) and isinstance(part.get(key), str):
            return str(part[key]).lower() in ("python", "ipython", "sage")
    return True
