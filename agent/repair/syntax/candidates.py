"""Every small change of the suspect lines: a token put in, taken out or exchanged, a line put in, an indentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.repair.syntax.document import QUOTES, Document, Line
from agent.repair.syntax.insertions import insertions, new_lines, tripled
from agent.repair.syntax.layout import NO_CODE
from agent.repair.syntax.lexer import Token
from agent.repair.syntax.naturalness import symbol
from agent.repair.syntax.types import INDENTED, Candidate, Change
from agent.repair.syntax.vocabulary import BLOCK_ENDS, BRACKETS, likely_between, near_keywords

_REPLACEMENTS = 12


def candidates(document: Document, number: int) -> Iterator[Candidate]:
    """All candidates that change one line, or put one in before it."""
    line = document.lines[number]
    if line.alone and line.tokens:
        yield from insertions(document, number, line)
        yield from _deletions(document, number, line)
        yield from _splits(document, number, line)
        yield from _exchanges(document, number, line)
        yield from _replacements(document, number, line)
    yield from tripled(document, number, line)
    yield from new_lines(document, number)
    yield from _indentations(document, number, line)


def _deletions(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    code = [t for t in line.tokens if t.kind != "com"]
    for at, token in enumerate(code):
        text = _without(document, line, token)
        doubled = any(0 <= n < len(code) and code[n].text == token.text for n in (at - 1, at + 1))
        cost = (
            (2.5 if token.text in BRACKETS else 1.0)
            if doubled
            else _bracket_deletion(token)
            if token.kind == "op" and set(token.text) & set(BRACKETS)
            else _deletion(document, token)
        )
        if token.text in ("'", '"', "`") and not doubled:
            cost = 8.0
        cost += 4.0 * (len(code) == 1 and token.kind != "op") + 8.0 * _heads(document, number, code, at)
        yield Candidate(number, number, text.rstrip(), Change(token.text), cost, token.text, -1)
        if len(token.text) > 1 and token.kind == "op" and token.text[0] == token.text[-1]:
            shorter = line.text[: token.start] + line.text[token.start + 1 :]
            yield Candidate(number, number, shorter, Change(token.text[0]), 2.5, token.text[0], -1)


def _without(document: Document, line: Line, token: Token) -> str:
    """The line's text without `token`, and with the blanks between its neighbours that are usual in the file."""
    left, right = line.text[: token.start], line.text[token.end :]
    if not left.strip():
        return left + right.lstrip()
    if left[-1:].isalnum() and right[:1].isalnum():
        return f"{left} {right}"
    if left.endswith(" ") and right.startswith(" "):
        near, apart = left.rstrip() + right.lstrip(), left.rstrip() + " " + right.lstrip()
        tokens = [document.lexer.tokens(text) for text in (near, apart)]
        if len(tokens[0]) < len(tokens[1]):  # the neighbours would run together
            return apart
        gains = [document.spacing.score(text, row) for text, row in zip((near, apart), tokens, strict=True)]
        return near if gains[0] > gains[1] else apart
    return left + right


def _heads(document: Document, number: int, code: Sequence[Token], at: int) -> bool:
    """Token `at` opens the indented block below its line."""
    if at < len(code) - 1 or code[at].text not in ("(", "[", "{"):
        return False
    below = next((i for i in document.indents[number + 1 :] if i != NO_CODE), -1)
    return below > document.indents[number]


def _bracket_deletion(token: Token) -> float:
    """Nobody adds a `$(` by a slip."""
    return 6.0 if len(token.text) == 1 else 14.0


def _deletion(document: Document, token: Token) -> float:
    """A name that the text uses elsewhere may have slipped in; one that is nowhere else was written on purpose."""
    if token.kind == "id":
        return 8.0 if document.names[token.text] > 1 else 12.0
    return _DELETION_COSTS.get(token.kind, 12.0)


_DELETION_COSTS = {"op": 4.5, "kw": 9.0}


def _splits(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    """A name that occurs once and is two known ones: what was between them was lost together with no blank."""
    for token in line.tokens:
        if token.kind != "id" or document.names[token.text] > 1 or len(token.text) < 2:
            continue
        for size in range(1, len(token.text)):
            head, tail = token.text[:size], token.text[size:]
            known = _is_known(document, head) + _is_known(document, tail)
            starts = tail[0].isalpha() or tail[0] == "_" or (tail.isdigit() and _is_known(document, head))
            if not starts or known < 1 + (len(token.text) < 4):
                continue
            for word in _GLUE:
                if word in document.lexer.operators:
                    text = line.text[: token.start] + head + word + tail + line.text[token.end :]
                    cost = _SPLIT_COSTS[known] - 0.3 * min(len(token.text), 10)
                    yield Candidate(number, number, text, Change(new=word), cost, word, 1)


_SPLIT_COSTS = (3.0, 3.0, -3.0)
_GLUE = ("(", "[", ".", "::", ":", "->", "=", "<", ",")


def _is_known(document: Document, word: str) -> bool:
    return document.names[word] > 0 or word in document.lexer.keywords


def _exchanges(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    for token in line.tokens:
        for word, cost in _instead_of(document, token):
            text = line.text[: token.start] + word + line.text[token.end :]
            change = Change(token.text, word)
            if word in BRACKETS:
                yield Candidate(number, number, text, change, cost, word, 0, True)
            else:
                yield Candidate(
                    number, number, text, change, cost, word if document.language.name in BLOCK_ENDS else "", 1
                )


def _replacements(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    """Any token but a literal for what goes best between its neighbours: the last resort, dearer than a slip."""
    code = [t for t in line.tokens if t.kind != "com"]
    classes = ["\n=", *(symbol(t)[0] for t in code), "\n="]
    for at, token in enumerate(code):
        if token.kind not in ("op", "kw", "id"):
            continue
        left, right = classes[at], classes[at + 2]
        known = token.kind == "id" and document.names[token.text] > 1
        likely = [word for _, word in likely_between(document, left, right)]
        for word in dict.fromkeys([*likely[:_REPLACEMENTS], *BRACKETS]):
            if word == token.text or (word in BRACKETS and token.text in BRACKETS):
                continue
            text = line.text[: token.start] + _apart(line.text, token, word) + line.text[token.end :]
            mark, change = (token.text, -1) if token.text in BRACKETS else (word, 1)
            cost = 8.0 if token.text in BRACKETS or token.text in QUOTES else 7.0 if known else 6.0
            yield Candidate(number, number, text, Change(token.text, word), cost, mark, change, last_resort=True)


def _apart(text: str, token: Token, word: str) -> str:
    """`word` in the place of `token`, with blanks where it would run together with a name beside it."""
    before = " " if word[0].isalnum() and text[: token.start][-1:].isalnum() else ""
    after = " " if word[-1].isalnum() and text[token.end :][:1].isalnum() else ""
    return before + word + after


def _instead_of(document: Document, token: Token) -> Iterator[tuple[str, float]]:
    if token.text in BRACKETS and token.kind == "op":
        for word in BRACKETS:
            if word != token.text:
                yield word, 2.0 if (BRACKETS.index(word) - BRACKETS.index(token.text)) % 2 == 0 else 3.5
    elif token.kind == "op":
        for word in (",", ";", ":", ".", "=", "=="):
            if word != token.text and word in document.lexer.operators:
                yield word, 3.8 if token.text in (",", ";", ":", ".", "=") else 4.6
    elif token.kind == "id":
        rare = document.names[token.text] < 2
        if len(token.text) < 2 and not rare:
            return
        surely = min(1.5 * (len(token.text) - 1), 6.0)
        for word in near_keywords(token.text, document.lexer.keywords):
            yield word, (0.5 - surely if rare else 3.0) + (0.0 if document.words.get(word) else 1.0)
        if token.text.lower() in document.lexer.keywords:
            yield token.text.lower(), 2.0
        for size in range(2, len(token.text) - 1):  # a keyword and a name that ran together
            head, tail = token.text[:size], token.text[size:]
            if head in document.lexer.keywords:
                yield f"{head} {tail}", 3.0
            if tail in document.lexer.keywords:
                yield f"{head} {tail}", 3.5


def _indentations(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    if document.language.name not in ("python", "yaml") or not line.text.strip():
        return
    body = line.text.lstrip()
    own = line.text[: len(line.text) - len(body)]
    near = [
        at
        for at in range(max(number - 12, 0), min(number + 4, len(document.lines)))
        if at != number and document.indents[at] != NO_CODE
    ]
    blanks = [
        document.lines[at].text[: len(document.lines[at].text) - len(document.lines[at].text.lstrip())] for at in near
    ]
    blanks += [b + "    " for b in blanks[-6:]]
    for indent in dict.fromkeys(blanks):
        if indent != own:
            yield Candidate(number, number, indent + body, INDENTED, 3.0)
