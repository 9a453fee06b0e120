"""Which lines to change: those of the parsers' errors, of brackets that contradict the layout, and strange ones."""

from __future__ import annotations

import itertools

from agent.edits.gate.fault import Fault
from agent.repair.syntax.acceptance import Acceptance
from agent.repair.syntax.document import Document, unfollowed
from agent.repair.syntax.insertions import TRIPLE_QUOTED, TWO_QUOTES
from agent.repair.syntax.layout import CLOSER_OF, NO_CODE
from agent.repair.syntax.vocabulary import near_keywords

_MOST = 24
_OPERANDS = ("I", "num", "str")
_SEARCHED_FOR_STRANGE = 60


def suspect_lines(document: Document, acceptance: Acceptance, fault: Fault | None) -> list[int]:
    """0-based line numbers, most suspect first, at most 24."""
    found: list[int] = []
    count = len(document.lines)

    def add(*numbers: int) -> None:
        for number in numbers:
            if 0 <= number < count and number not in found:
                found.append(number)

    if fault is not None:
        add(*_with_code(document, fault.line - 1))
    add(*unfollowed(document.language.name, document.lines)[:4])
    for number in acceptance.tool_lines():
        add(*_with_code(document, number))
    add(*_broken_quotes(document)[:4])
    add(*document.lone_quotes[:4])
    add(*_headless(document)[:6])
    add(*_unended(document)[:6])
    add(*_misspelt(document)[:4])
    add(*_run_together(document, acceptance)[:3])
    starts = [document.line_of(_character(acceptance, e.start)) for e in acceptance.errors[:12]]
    ends = [document.line_of(_character(acceptance, e.end)) for e in acceptance.errors[:6]]
    for number in starts:
        add(*_with_code(document, number))
    add(*document.layout.lines[:10])
    if acceptance.errors:
        first, last = min(starts), max(ends)
        span = range(max(first - 4, 0), min(last + 2, count, first + _SEARCHED_FOR_STRANGE))
        strange = sorted((document.surprise(n), n) for n in span if document.indents[n] != NO_CODE)
        add(*(n for _, n in strange[:6]))
    for number in ends:
        add(*_with_code(document, number))
    return found[:_MOST]


def _broken_quotes(document: Document) -> list[int]:
    """Lines with two quotes side by side, in a text with an odd number of three."""
    if document.language.name not in TRIPLE_QUOTED:
        return []
    odd = [quote for quote in ('"', "'") if document.text.count(quote * 3) % 2]
    return [n for n, line in enumerate(document.lines) if any(m[0][0] in odd for m in TWO_QUOTES.finditer(line.text))]


def _headless(document: Document) -> list[int]:
    """Lines that head an indented block which a closing bracket ends, and that open none."""
    if document.balance["{"] >= document.balance["}"]:
        return []
    rows = [n for n, indent in enumerate(document.indents) if indent != NO_CODE]
    found: list[int] = []
    for at, (number, after) in enumerate(itertools.pairwise(rows)):
        opens = any(b.kind in CLOSER_OF for b in document.brackets[number])
        if opens or document.indents[after] <= document.indents[number]:
            continue
        end = next((n for n in rows[at + 1 :] if document.indents[n] <= document.indents[number]), None)
        level = end is not None and document.indents[end] == document.indents[number]
        if end is not None and level and document.lines[end].symbols[0][0] == "}":
            found.append(number)
    return found


def _unended(document: Document) -> list[int]:
    """Lines that leave a round or square bracket open, and are not followed by one further in."""
    rows = [n for n, indent in enumerate(document.indents) if indent != NO_CODE]
    return [
        number
        for number, after in itertools.pairwise(rows)
        if document.indents[after] <= document.indents[number]
        and any(b.kind in ("(", "[") for b in document.brackets[number])
        and document.lines[after].symbols[0][0] not in (")", "]", "}", ",")
    ]


def _misspelt(document: Document) -> list[int]:
    """Lines with a name that occurs once and is one slip away from a keyword, lines of that name alone first."""
    found: list[tuple[bool, int]] = []
    for number, line in enumerate(document.lines):
        for token in line.tokens:
            if token.kind != "id" or document.names[token.text] > 1 or len(token.text) < 2:
                continue
            alone = len(line.symbols) == 1
            near = near_keywords(token.text, document.lexer.keywords)
            if any(k in document.words for k in near) or (alone and near):
                found.append((not alone, number))
    return [number for _, number in sorted(found)]


def _run_together(document: Document, acceptance: Acceptance) -> list[int]:
    """Lines within errors with two operands side by side as nowhere else in the file."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for number, line in enumerate(document.lines):
        kinds = [kind for kind, _ in line.symbols]
        for pair in itertools.pairwise(kinds):
            if pair[0] in _OPERANDS and pair[1] in _OPERANDS:
                pairs.setdefault(pair, []).append(number)
    spans = [(_character(acceptance, e.start), _character(acceptance, e.end)) for e in acceptance.errors[:12]]
    lines = sorted((len(numbers), numbers[0]) for numbers in pairs.values() if len(numbers) < 3)
    rows = [(document.line_of(start) - 1, document.line_of(end) + 1) for start, end in spans]
    return [number for _, number in lines if any(first <= number <= last for first, last in rows)]


def _with_code(document: Document, number: int) -> list[int]:
    """The line, the last one with code before it, and the next one after."""
    number = min(max(number, 0), len(document.lines) - 1)
    before = next((n for n in range(number - 1, -1, -1) if document.indents[n] != NO_CODE), number)
    last = len(document.lines) - 1
    after = next((n for n in range(number + 1, last) if document.indents[n] != NO_CODE), last)
    return [number, before, after]


def _character(acceptance: Acceptance, offset: int) -> int:
    if len(acceptance.source) == len(acceptance.text):
        return offset
    return len(acceptance.source[:offset].decode("utf-8", "ignore"))
