"""Defects that need no test to see, in Python: each fix stands alone, is explained in a line and gives a whole text.

Where a fix could also be wrong (a name that some other file defines, an operator that a class may overload), it is
not `sure`: it is for a person to choose, and `fix_all` leaves it out unless it is asked for.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence

from agent.repair.lint.source import LintFix, Source

__all__ = ["LintFix", "fix_all", "lint_fixes"]

_MOST_ROUNDS = 60


def lint_fixes(path: str, text: str, *, project_names: Mapping[str, Sequence[str]] | None = None) -> list[LintFix]:
    """The fixes for one Python file, by line. Empty for other files and for texts that do not parse.

    `project_names` maps a name that the project defines at the top of a module to the modules that define it: a
    missing name with exactly one is imported.
    """
    if not path.endswith((".py", ".pyw", ".pyi")):
        return []
    tree = _parsed(text)
    if tree is None:
        return []
    found: dict[str, LintFix] = {}
    for fix in _all(path, Source(text, tree), project_names or {}):
        if fix.new_text != text and fix.new_text not in found and _parsed(fix.new_text) is not None:
            found[fix.new_text] = fix
    return sorted(found.values(), key=lambda fix: (fix.line, fix.code))


def fix_all(
    path: str,
    text: str,
    *,
    project_names: Mapping[str, Sequence[str]] | None = None,
    unsure: bool = False,
    code: str = "",
    most: int = _MOST_ROUNDS,
) -> tuple[str, list[LintFix]]:
    """The text after all sure fixes (with `unsure`, all fixes; with `code`, those of it alone), one after the other,
    and the fixes in that order, `most` of them."""
    done: list[LintFix] = []
    seen = {text}
    while len(done) < most:
        open_fixes = lint_fixes(path, text, project_names=project_names)
        wanted = [f for f in open_fixes if (f.sure or unsure) and (not code or f.code == code)]
        fix = next((f for f in wanted if f.new_text not in seen), None)
        if fix is None:
            break
        text = fix.new_text
        seen.add(text)
        done.append(fix)
    return text, done


def _all(path: str, source: Source, project_names: Mapping[str, Sequence[str]]) -> Iterator[LintFix]:
    from agent.repair.lint import attributes, names, patterns, ruff

    findings = ruff.findings(path, source.text)
    yield from ruff.safe_fixes(source, findings)
    yield from names.fixes(source, findings, project_names)
    yield from attributes.fixes(source)
    yield from patterns.fixes(source)
    yield from patterns.late_binding(source, findings)


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
