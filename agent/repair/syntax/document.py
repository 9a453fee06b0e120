"""A broken text as lines of tokens, with what the candidates are judged by: naturalness, layout, errors."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.edits.gate.brackets import indent_of
from agent.edits.gate.languages import Language
from agent.repair.syntax.layout import (
    BLOCKS,
    CLOSER_OF,
    CLOSING_WORDS,
    FOLLOWERS,
    MIDDLE,
    MIDDLES,
    NO_CODE,
    Bracket,
    Layout,
    examine,
    open_before,
    within_lines,
)  # fmt: skip
from agent.repair.syntax.lexer import Lexer, Token, lexer_for
from agent.repair.syntax.naturalness import ORDER, Naturalness, Spacing, Unseen, line_end, symbols

_CONTEXT = 2
_HALF_TRUSTED = 120
"""Tokens of a text at which its own n-grams count half."""
QUOTES = ("'", '"', "`", '"""', "'''")


@dataclass(frozen=True)
class Line:
    """One line: its offset, text and tokens (offsets within the line), and what is derived from them."""

    start: int
    text: str
    tokens: tuple[Token, ...]
    alone: bool
    """False within, and at the ends of, a string or comment over several lines."""
    indent: int
    """The width of the leading blanks; NO_CODE for a line without code."""
    symbols: tuple[tuple[str, str], ...]


def _line(start: int, text: str, tokens: Sequence[Token], alone: bool) -> Line:
    found = tuple(symbols(tokens))
    return Line(start, text, tuple(tokens), alone, indent_of(text[:200].encode()) if found else NO_CODE, found)


class Document:
    """The lines of a text, and the scores of changes to them."""

    def __init__(self, language: Language, text: str) -> None:
        self.language = language
        self.text = text
        self.lexer: Lexer = lexer_for(language.name, language.grammar)
        self.lines = _split(self.lexer, text)
        self.starts = [line.start for line in self.lines]
        self.indents = [line.indent for line in self.lines]
        self.naturalness = Naturalness(self.sequence(self.lines))
        self._size = sum(len(line.symbols) for line in self.lines)
        self.spacing = Spacing([(line.text, line.tokens) for line in self.lines])
        self._without: dict[tuple[int, int], Unseen] = {}
        self._spaced: dict[int, float] = {}
        self.brackets = [_brackets(self.language.name, line.tokens, number) for number, line in enumerate(self.lines)]
        self.layout = self.layout_of([b for row in self.brackets for b in row])
        self.lone_quotes = [
            number
            for number, line in enumerate(self.lines)
            if any(t.kind == "op" and t.text in QUOTES for t in line.tokens)
        ]
        self.balance = Counter(b.kind for row in self.brackets for b in row)
        self.names: Counter[str] = Counter(t.text for line in self.lines for t in line.tokens if t.kind == "id")
        self.words: Counter[str] = Counter(t.text for line in self.lines for t in line.tokens if t.kind in ("op", "kw"))

    def line_of(self, offset: int) -> int:
        """The 0-based line of a character offset."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def sequence(self, lines: Sequence[Line]) -> list[tuple[str, str]]:
        """The symbols of lines, with line ends between those that have tokens."""
        result: list[tuple[str, str]] = []
        last = -1
        for line in lines:
            if line.indent == NO_CODE:
                continue
            if last >= 0:
                result.append(line_end(last, line.indent))
            result += line.symbols
            last = line.indent
        return result

    def read(self, text: str, start: int = 0) -> list[Line]:
        """Changed lines, each read alone."""
        return [_line(start, part, self.lexer.tokens(part), True) for part in text.split("\n")]

    def gain(self, first: int, last: int, new: Sequence[Line]) -> float:
        """By how many nats the text becomes more natural when lines `first` to `last` (inclusive) become `new`."""
        before, after = self._context(first, -1), self._context(last, 1)
        old_sequence = self.sequence([*before, *self.lines[first : last + 1], *after])
        new_sequence = self.sequence([*before, *new, *after])
        shared = min(len(old_sequence), len(new_sequence))
        start = 0
        while start < shared and old_sequence[start] == new_sequence[start]:
            start += 1
        tail = 0
        while tail < shared - start and old_sequence[-1 - tail] == new_sequence[-1 - tail]:
            tail += 1
        reach = ORDER - 1
        model = self._without.get((first, last))
        if model is None:
            model = self._without[(first, last)] = self.naturalness.without(old_sequence)
        # A short text knows little about what is natural: then the edit's own cost has more say.
        trust = self._size / (self._size + _HALF_TRUSTED)
        was = model.score(old_sequence, start, min(len(old_sequence) - tail + reach, len(old_sequence)))
        now = model.score(new_sequence, start, min(len(new_sequence) - tail + reach, len(new_sequence)))
        return trust * (now - was)

    def spacing_gain(self, number: int, new: Line) -> float:
        """By how many nats the blanks of line `number` become more usual when it becomes `new`."""
        if number not in self._spaced:
            self._spaced[number] = self.spacing.score(self.lines[number].text, self.lines[number].tokens)
        return self.spacing.score(new.text, new.tokens) - self._spaced[number]

    def surprise(self, number: int) -> float:
        """The least natural stretch of a line, in nats below nothing: the lower, the stranger."""
        before = self._context(number, -1)
        sequence = self.sequence([*before, self.lines[number]])
        start = len(self.sequence(before))
        model = self.naturalness.without(sequence)
        scores = [model.score(sequence, at, at + 1) for at in range(start, len(sequence))]
        return min(scores, default=0.0)

    def _context(self, number: int, step: int) -> list[Line]:
        found: list[Line] = []
        at = number + step
        while 0 <= at < len(self.lines) and len(found) < _CONTEXT:
            if self.indents[at] != NO_CODE:
                found.append(self.lines[at])
            at += step
        return found[::-1] if step < 0 else found

    def layout_of(self, brackets: Sequence[Bracket], indents: Sequence[int] | None = None) -> Layout:
        """The brackets held against the indentation."""
        return examine(brackets, self.indents if indents is None else indents)

    def open_before(self, number: int) -> list[tuple[int, list[str]]]:
        """The lines that open a block which the indentation of the code from line `number` on ends, innermost first,
        with closers."""
        limit = next((i for i in self.indents[number:] if i != NO_CODE), -1)
        found: dict[int, list[str]] = {}
        for bracket in open_before([b for row in self.brackets[:number] for b in row], number):
            if self.indents[bracket.line] < limit:
                break
            found.setdefault(bracket.line, []).append(CLOSER_OF[bracket.kind])
        return list(found.items())

    def layout_after(self, first: int, last: int, new: Sequence[Line]) -> Layout:
        """The layout when lines `first` to `last` become `new`."""
        shift = len(new) - (last - first + 1)
        head = [b for row in self.brackets[:first] for b in row]
        middle = [
            b for number, line in enumerate(new) for b in _brackets(self.language.name, line.tokens, first + number)
        ]
        tail = [
            b if not shift else Bracket(b.kind, b.line + shift, b.first, b.last)
            for row in self.brackets[last + 1 :]
            for b in row
        ]
        indents = [*self.indents[:first], *(line.indent for line in new), *self.indents[last + 1 :]]
        layout = self.layout_of([*head, *middle, *tail], indents)
        odd: float = self._steps_in(new, last) - self._steps_in(self.lines[first : last + 1], last)
        if self.language.name in FOLLOWERS:
            before, after = self._context(first, -1), self._context(last, 1)
            was = unfollowed(self.language.name, [*before, *self.lines[first : last + 1], *after])
            odd += 0.75 * (len(unfollowed(self.language.name, [*before, *new, *after])) - len(was))
        return replace(layout, penalty=layout.penalty + odd)

    def _steps_in(self, lines: Sequence[Line], last: int) -> int:
        """How many of `lines` are followed by one further right though they end a block or a statement."""
        rows = [line for line in (*lines, *self._context(last, 1)[:1]) if line.symbols]
        return sum(a.indent < b.indent and _ends(a) for a, b in itertools.pairwise(rows))


def _ends(line: Line) -> bool:
    """The line ends a block or a statement."""
    return line.symbols[-1][0] in ("}", ";") or (len(line.symbols) == 1 and line.symbols[0][0] in CLOSING_WORDS)


def unfollowed(language: str, lines: Sequence[Line]) -> list[int]:
    """The indices of lines that start a block with a word, without the word that must follow there or at the start of
    the next line with code; each with the index of that next line."""
    followers = FOLLOWERS.get(language)
    rows = [(number, line) for number, line in enumerate(lines) if line.symbols] if followers else []
    found: list[int] = []
    for (number, line), (next_number, after) in itertools.pairwise(rows):
        wanted = followers.get(line.symbols[0][1]) if followers else None
        if wanted and all(word != wanted for word, _ in line.symbols) and after.symbols[0][0] != wanted:
            found += [number, next_number]
    return found


def _split(lexer: Lexer, text: str) -> list[Line]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    rows: list[list[Token]] = [[] for _ in starts]
    together: set[int] = set()
    for token in lexer.tokens(text):
        first = bisect_right(starts, token.start) - 1
        if "\n" in token.text:
            together.update(range(first, bisect_right(starts, token.end - 1)))
        rows[first].append(replace(token, start=token.start - starts[first], end=token.end - starts[first]))
    ends = [*(s - 1 for s in starts[1:]), len(text)]
    return [
        _line(start, text[start:end], row, number not in together)
        for number, (start, end, row) in enumerate(zip(starts, ends, rows, strict=True))
    ]


def _brackets(language: str, tokens: Sequence[Token], number: int) -> list[Bracket]:
    code = [t for t in tokens if t.kind != "com"]
    found: list[Bracket] = []
    openers, anywhere = BLOCKS.get(language, ({}, frozenset()))
    closers = set(openers.values())
    middles = MIDDLES.get(language, {})
    for at, token in enumerate(code):
        first, last = at == 0, at == len(code) - 1
        if token.kind == "op":
            found += [Bracket(c, number, first, last) for c in token.text if c in "()[]{}"]
        elif token.kind in ("kw", "id") and openers:
            before = code[at - 1].text if at else ""
            if before in (".", ":", "::", "def", "$"):
                continue
            if token.text in openers and (first or token.text in anywhere or before in ("=", "then", "else", ";")):
                if token.text == "do" and language == "ruby" and code[0].text in ("while", "until", "for"):
                    continue
                found.append(Bracket(f"begin {openers[token.text]}", number, True, True))
            elif token.text in closers:
                found.append(Bracket(token.text, number, first, last))
            elif first and token.text in middles:
                found.append(Bracket(MIDDLE + middles[token.text], number, True, last))
    left = within_lines(found)
    if language == "bash" and left and left[0].kind == ")" and _is_pattern(code):
        del left[0]
    return left


def _is_pattern(code: Sequence[Token]) -> bool:
    """A shell line that starts with words up to a `)`: a branch of a `case`."""
    words = list(itertools.takewhile(lambda t: t.text != ")", code))
    return 0 < len(words) < len(code) and all(
        t.kind in ("id", "num", "str", "kw") or t.text in "|*?-[]." for t in words
    )
