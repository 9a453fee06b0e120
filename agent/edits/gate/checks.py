"""One language's check of one text against the text it replaces. The part of the gate that knows every strategy."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from agent.edits.gate import data, native
from agent.edits.gate.baseline import Mark, keeps_parts_readable, new_marks
from agent.edits.gate.brackets import bracket_problems, bracket_tokens
from agent.edits.gate.embedded import Part, elements, fences, has_template_signs
from agent.edits.gate.fault import Fault, decode
from agent.edits.gate.languages import Language
from agent.edits.gate.messages import bracket_lines, describe
from agent.edits.gate.python import newer_than_running, python_fault
from agent.edits.gate.regions import Lines, changed_lines, map_line
from agent.edits.gate.trees import TreeError, errors_of, leaves, parse, parse_after
from agent.edits.types import Problem

_MACRO_LANGUAGES = ("c", "cpp", "cuda", "objc")
_MACRO = re.compile(rb"\b[A-Z][A-Z0-9_]{2,}\b|^[ \t]*#[ \t]*(?:if|el|endif)", re.MULTILINE)
_DECLARING_MACRO = re.compile(rb"^[ \t]*(?:#[ \t]*(?:if|el)|[A-Z][A-Z0-9_]\w*\b)", re.MULTILINE)
"""A branch of the preprocessor, or a line that begins with a name in capitals: what follows need not parse as it is."""
_ALTERNATIVES = re.compile(rb"^[ \t]*#[ \t]*el.*?(?=^[ \t]*#[ \t]*endif)", re.MULTILINE | re.DOTALL)
_GAPS = {
    "typescript": (re.compile(rb"\bexport type \*"), b"export      *"),
    "css": (re.compile(rb"! important\b"), b"!important "),
}
"""Valid syntax that a grammar does not know, and something as long that it does."""

Problems = tuple[Problem, ...]
Parser = Callable[[bytes], "Fault | None"]

_PARSERS: dict[str, Parser] = {
    "json": data.json_fault,
    "jsonc": data.jsonc_fault,
    "jsonl": data.jsonl_fault,
    "toml": data.toml_fault,
    "yaml": data.yaml_fault,
    "xml": data.xml_fault,
}


class CannotTell(Exception):
    """The grammar does not know this text's dialect well enough for a verdict."""


def problems_in(
    path: str, language: Language, before: bytes | None, after: bytes, requires_python: str | None = None
) -> Problems:
    """The syntax errors that `after` has and `before` (None: there was no file) had not. Empty: accept.

    Raises CannotTell where neither can be said.
    """
    check = language.check
    if check in _PARSERS:
        return _by_parser(path, language, before, after, _PARSERS[check])
    if check == "json5":
        return _in_tree(path, language, None if before is None else b"(" + before + b"\n)", b"(" + after + b"\n)")
    if check == "python":
        return _python(path, language, before, after, requires_python)
    if check in ("html", "component"):
        return _markup(path, language, before, after)
    if check == "markdown":
        return _fenced(path, before, after)
    return _in_tree(path, language, before, after)


def _by_parser(path: str, language: Language, before: bytes | None, after: bytes, parser: Parser) -> Problems:
    fault = parser(after)
    if fault is None:
        return ()
    if before is None or not before.strip():
        return (_problem(path, after, fault),)
    old = parser(before)
    if old is None:
        return (_problem(path, after, fault),)
    if (
        language.check == "json" and data.jsonc_fault(before) is None
    ):  # it has comments, and whoever reads it allows them
        return _by_parser(path, language, None, after, data.jsonc_fault)
    return (_problem(path, after, fault),) if _is_earlier(before, after, old, fault) else ()


def _is_earlier(before: bytes, after: bytes, old: Fault, new: Fault) -> bool:
    """For parsers that stop at their first error: the text can now be read less far, so that the error is a new one."""
    regions = changed_lines(before.split(b"\n"), after.split(b"\n"))
    expected = map_line(old.line - 1, regions)
    if expected is None:  # the edit replaced the line that was wrong
        touched = [r for r in regions if r.start <= old.line - 1 < max(r.old_end, r.start + 1)]
        expected = touched[0].start_new if touched else old.line - 1
    return new.line - 1 < expected


def _python(path: str, language: Language, before: bytes | None, after: bytes, requires: str | None) -> Problems:
    fault = python_fault(after, requires)
    if fault is None:
        return ()
    tree = parse(language.grammar, after)
    if not tree.root_node.has_error and newer_than_running(tree, fault, requires):
        return ()
    old = python_fault(before, requires) if before else None
    if before is None or old is None:
        return (_problem(path, after, fault),)

    def readable(part: bytes) -> bool:
        return python_fault(part, notebook=True) is None  # a `return` is fine in a part of a function

    if keeps_parts_readable(before, after, readable):
        return ()
    if _is_earlier(before, after, old, fault):
        return (_problem(path, after, fault),)
    old_tree = parse(language.grammar, before)
    new = _new_errors(before, after, errors_of(old_tree), errors_of(tree))
    return describe(path, tree, after, new, _known_lines(language.grammar, before, after))


def _in_tree(path: str, language: Language, before: bytes | None, after: bytes) -> Problems:
    grammars = (language.grammar, *language.alternatives)
    before, after = _utf8(before), _utf8(after) or b""
    best: tuple[int, str] | None = None
    for grammar in grammars:
        tree = parse(grammar, after) if before is None else parse_after(grammar, before, after)
        if not tree.root_node.has_error:
            return ()
        count = len(errors_of(tree))
        if best is None or count < best[0]:
            best = (count, grammar)
    assert best is not None
    grammar = best[1]
    if language.name in _GAPS:
        pattern, stand_in = _GAPS[language.name]
        closed = pattern.sub(stand_in, after)
        if closed != after:
            return _in_tree(path, language, pattern.sub(stand_in, before) if before else before, closed)
    if native.accepts(language.name, after):
        return ()
    tree = parse(grammar, after)
    clean = before is not None and bool(before.strip()) and not parse(grammar, before).root_node.has_error
    new = _new_in_tree(grammar, before, after, errors_of(tree))
    if not new or not _counts(language, grammar, before, after, new, clean):
        return ()
    return describe(path, tree, after, new, _known_lines(grammar, before, after))


def _counts(
    language: Language, grammar: str, before: bytes | None, after: bytes, new: Sequence[TreeError], clean: bool
) -> bool:
    """The errors mean what they say, as far as this grammar can be trusted."""
    branches = language.name == "csharp" and not clean and _DECLARING_MACRO.search(after) is not None
    if language.check == "tree" and not branches:
        return True
    # A new file has no baseline; without a macro that may stand for syntax, its errors are meant.
    macros = language.name in _MACRO_LANGUAGES
    trusted = clean or (before is None and macros and not _DECLARING_MACRO.search(after))
    if language.check == "soft" and trusted and not (macros and all(_near_macro(after, error) for error in new)):
        return True
    if language.check == "clean" and not clean:
        raise CannotTell
    if language.name in _MACRO_LANGUAGES:  # each branch may have its own half of a pair
        before, after = before and _ALTERNATIVES.sub(b"", before), _ALTERNATIVES.sub(b"", after)
    return _brackets_worse(grammar, before, after)


def _near_macro(text: bytes, error: TreeError) -> bool:
    """A macro or a preprocessor line stands where the parser stumbled: it may be what makes the text valid."""
    start = text.rfind(b"\n", 0, max(text.rfind(b"\n", 0, error.start), 0)) + 1
    end = error.end
    for _ in range(2):
        end = text.find(b"\n", min(end + 1, len(text)))
        end = len(text) if end < 0 else end
    return _MACRO.search(text, start, end) is not None


def _new_in_tree(grammar: str, before: bytes | None, after: bytes, errors: Sequence[TreeError]) -> Sequence[TreeError]:
    if before is None or not before.strip():
        return errors
    old_tree = parse(grammar, before)
    if not old_tree.root_node.has_error:
        return errors

    def readable(part: bytes) -> bool:
        return not parse(grammar, part).root_node.has_error

    verdict = keeps_parts_readable(before, after, readable)
    if verdict is True:
        return ()
    new = _new_errors(before, after, errors_of(old_tree), errors)
    if not new and (verdict is False or _brackets_worse(grammar, before, after)):
        return errors
    return new


def _known_lines(grammar: str, before: bytes | None, after: bytes) -> frozenset[int]:
    """Where, in `after`, the brackets are that were wrong in `before` too."""
    tree = parse(grammar, before) if before else None
    if before is None or tree is None or not tree.root_node.has_error:
        return frozenset()
    regions = changed_lines(before.split(b"\n"), after.split(b"\n"))
    mapped = (map_line(line - 1, regions) for line in bracket_lines(tree, before))
    return frozenset(line + 1 for line in mapped if line is not None)


def _new_errors(before: bytes, after: bytes, old: Sequence[TreeError], new: Sequence[TreeError]) -> list[TreeError]:
    old_lines, new_lines = Lines(before), Lines(after)
    marks = {id(e): Mark(new_lines.place(e.start)[0] - 1, e.missing) for e in new}
    left = new_marks(
        before, after, [Mark(old_lines.place(e.start)[0] - 1, e.missing) for e in old], list(marks.values())
    )
    kept = {id(mark) for mark in left}
    return [e for e in new if id(marks[id(e)]) in kept]


def _brackets_worse(grammar: str, before: bytes | None, after: bytes) -> bool:
    """More brackets or quotes are unpaired than before: an error in any dialect of a language."""
    return _unpaired(grammar, after) > (_unpaired(grammar, before) if before else 0)


def _unpaired(grammar: str, text: bytes) -> int:
    tree = parse(grammar, text)
    tokens = leaves(tree)
    open_quotes = sum(
        1 for t in tokens if t.type in ('"', "'", '"""', "`") and t.parent is not None and t.parent.is_error
    )
    missing = sum(1 for e in errors_of(tree) if e.missing in (")", "]", "}", "end", '"', "'"))
    return len(bracket_problems(bracket_tokens(tokens), text.split(b"\n"))) + open_quotes + missing


def _markup(path: str, language: Language, before: bytes | None, after: bytes) -> Problems:
    """The parts in other languages, each against the part it replaces; then the markup itself."""
    old_parts = list(elements(before)) if before else []
    unchanged = {(p.kind, p.text) for p in old_parts}
    for index, part in enumerate(elements(after)):
        partner = _partner(old_parts, index, part)
        if (part.kind, part.text) in unchanged:
            continue
        unreadable = partner is None or bool(problems_in(path, part.language, None, partner))
        if language.check == "html" and has_template_signs(part.text) and unreadable:
            continue  # not readable before it is filled in
        problems = _of_part(path, after, part, partner)
        if problems:
            return problems
    if language.check == "component" or has_template_signs(after) or (before and has_template_signs(before)):
        return ()
    if before is None:
        return ()  # browsers read any markup: only a change from clean to broken says anything
    return _in_tree(path, language, before, after)


def _partner(old_parts: Sequence[Part], index: int, part: Part) -> bytes | None:
    same = [p for p in old_parts if p.kind == part.kind]
    if index < len(old_parts) and old_parts[index].kind == part.kind:
        return old_parts[index].text
    return same[-1].text if same else None


def _of_part(path: str, text: bytes, part: Part, before: bytes | None) -> Problems:
    above = text.count(b"\n", 0, part.start)
    return tuple(
        Problem(p.path, p.line + above, p.column, f"{part.language.name}: {p.message}", p.text)
        for p in problems_in(path, part.language, before, part.text)
    )


def _fenced(path: str, before: bytes | None, after: bytes) -> Problems:
    """A fence that could be read must stay so; prose and new fences may hold anything (examples leave things out)."""
    old = list(fences(before)) if before else []
    new = list(fences(after))
    if len(old) != len(new):
        return ()
    for was, now in zip(old, new, strict=True):
        if was.text == now.text or was.kind != now.kind or problems_in(path, was.language, None, was.text):
            continue
        problems = _of_part(path, after, now, was.text)
        if problems:
            return problems
    return ()


def _utf8(text: bytes | None) -> bytes | None:
    if text is None:
        return None
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(text).encode()
    if text.startswith(b"\xef\xbb\xbf"):
        return text[3:]
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1").encode()
    return text


def _problem(path: str, text: bytes, fault: Fault) -> Problem:
    lines = decode(text).split("\n")
    shown = lines[fault.line - 1].rstrip("\r") if 1 <= fault.line <= len(lines) else ""
    return Problem(path, fault.line, fault.column, fault.message, shown)
