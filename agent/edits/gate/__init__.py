"""The syntax gate: does a text have a syntax error that the text it replaces had not?

Pure: from bytes to a verdict. Where several parsers know a language, the one that accepts wins, because an edit
refused for nothing costs more than one that the tests catch later.
"""

from __future__ import annotations

from agent.edits.gate.languages import LANGUAGES, Language, language_of
from agent.edits.gate.mend import mend
from agent.edits.types import GateResult, Problem

__all__ = ["LANGUAGES", "Language", "check", "check_text", "language_of", "mend"]

_LARGEST = 16 * 1024 * 1024
"""Bytes: about the size that takes the parsers a few seconds; larger texts are data, and are not checked."""


def check(path: str, before: bytes | None, after: bytes, *, requires_python: str | None = None) -> GateResult:
    """The verdict on writing `after` to `path` where `before` is now (None: a new file).

    `requires_python` is the project's own specifier, such as `>=3.9`: Python is held to its lower bound. `checked`
    is False for languages without a parser, templates, binary and very large files.
    """
    if before == after:
        return GateResult(ok=True, checked=True, language=_name(language_of(path, after)))
    language = language_of(path, after)
    if len(after) > _LARGEST or _is_binary(after):
        return GateResult(ok=True, checked=False, language=_name(language))
    marker = _leftover(path, language, before, after)
    if marker is not None:
        return GateResult(ok=False, checked=True, language=_name(language), problems=(marker,))
    if language is None:
        return GateResult(ok=True, checked=False)
    if language.check == "notebook":
        problems = _notebook(path, before, after)
    else:
        if _is_filled_in(path, language, before, after):
            return GateResult(ok=True, checked=False, language=language.name)
        from agent.edits.gate.checks import CannotTell, problems_in

        try:
            problems = problems_in(path, language, before, after, requires_python)
        except CannotTell:
            return GateResult(ok=True, checked=False, language=language.name)
    return GateResult(ok=not problems, checked=True, language=language.name, problems=problems)


def check_text(path: str, before: str | None, after: str, *, requires_python: str | None = None) -> GateResult:
    """`check` for text."""
    return check(path, None if before is None else before.encode(), after.encode(), requires_python=requires_python)


def _name(language: Language | None) -> str:
    return language.name if language else ""


def _is_binary(text: bytes) -> bool:
    return b"\0" in text[:8192] and not text.startswith((b"\xff\xfe", b"\xfe\xff"))


def _is_filled_in(path: str, language: Language, before: bytes | None, after: bytes) -> bool:
    """A chart's or generator's template under a plain name: nothing can be said about it before it is filled in."""
    from agent.edits.gate.checks import problems_in
    from agent.edits.gate.embedded import has_template_lines

    if language.check not in ("yaml", "json", "toml", "xml"):
        return False
    if not has_template_lines(after):
        return False
    return before is None or not before.strip() or bool(problems_in(path, language, None, before))


def _notebook(path: str, before: bytes | None, after: bytes) -> tuple[Problem, ...]:
    from agent.edits.gate.notebook import notebook_fault

    fault, text = notebook_fault(before, after)
    return (Problem(path, fault.line, fault.column, fault.message, text),) if fault else ()


def _leftover(path: str, language: Language | None, before: bytes | None, after: bytes) -> Problem | None:
    from agent.edits.gate.embedded import in_fence
    from agent.edits.gate.markers import leftover_marker

    def quoted(offset: int) -> bool:
        if language is not None and language.check == "markdown":
            return in_fence(after, offset)
        if language is None:
            return in_fence(after, offset)
        from agent.edits.gate.trees import parse

        node = parse(language.grammar, after).root_node.descendant_for_byte_range(offset, offset + 5)
        while node is not None:
            if any(word in node.type for word in ("string", "heredoc", "template_literal", "block_scalar")):
                return True
            if node.is_error:
                return False
            node = node.parent
        return False

    at = leftover_marker(before, after, quoted)
    if at is None:
        return None
    from agent.edits.gate.regions import Lines

    lines = Lines(after)
    line, column = lines.place(at)
    return Problem(path, line, column, "a marker of an edit block or a merge was left in the text", lines.line(line))
