"""Every small change of the suspect lines: a token put in, taken out or exchanged, a line put in, an indentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agent.repair.syntax.document import Document, Line
from agent.repair.syntax.layout import NO_CODE
from agent.repair.syntax.lexer import Token
from agent.repair.syntax.naturalness import symbol

INDENTED = "changed the indentation"
_BRACKETS = "()[]{}"
_WORDS_USED = 16
_OPERATORS_USED = 16
_LIKELY = 80
_BLOCK_ENDS: dict[str, tuple[str, ...]] = {
    "ruby": ("end",),
    "lua": ("end", "until"),
    "bash": ("fi", "done", "esac", "}", ";;"),
}
_ALL_ENDS = frozenset({"end", "until", "fi", "done", "esac"})
_BLOCK_WORDS: dict[str, tuple[str, ...]] = {
    "ruby": ("do", "then", "def", "end", "|"),
    "lua": ("do", "then", "function", "local", "end", "="),
    "bash": ("do", "then", "in", ";", "|", ";;", "$"),
    "python": (":", "in", "import", "def", "else", "as"),
    "rust": ("fn", "let", "=>", "->", "::", ";"),
    "go": ("func", ":=", "range"),
    "kotlin": ("fun", "->"),
    "swift": ("func", "->", "in"),
}
_COMMON_KEYWORDS = frozenset(
    [
        "class",
        "interface",
        "enum",
        "struct",
        "extends",
        "implements",
        "throws",
        "throw",
        "new",
        "return",
        "import",
        "from",
        "const",
        "let",
        "var",
        "function",
        "def",
        "if",
        "else",
        "for",
        "while",
        "in",
        "is",
        "not",
        "and",
        "or",
        "static",
        "void",
        "package",
        "using",
        "namespace",
        "case",
        "fn",
        "impl",
        "pub",
        "mut",
        "use",
        "func",
        "type",
        "try",
        "catch",
        "except",
        "finally",
        "with",
        "as",
        "val",
        "fun",
        "object",
        "switch",
        "match",
        "where",
        "end",
        "then",
        "do",
        "public",
        "private",
        "local",
        "elif",
        "lambda",
    ]
)
_QUOTES = {
    "json": '"',
    "rust": '"',
    "swift": '"',
    "go": "\"'`",
    "toml": "\"'",
    "javascript": "\"'`",
    "typescript": "\"'`",
}
_SEPARATORS = (",", ";", ":")
_JSON_CLOSING_LINES = ("}", "]", "},", "],")
_PYTHON_CLOSING_LINES = ("]", ")", "}", "],", "),", "},")
_CLOSING_LINES = ("}", ")", "]", "});", ");", "};", "})", "],", "},")


@dataclass(frozen=True)
class Candidate:
    """Lines `first` to `last` (0-based, inclusive) become `new`. `cost` is the edit's own, in nats."""

    first: int
    last: int
    new: str
    what: str
    cost: float
    token: str = ""
    """The token put in or taken out, for the balance of brackets and quotes."""
    change: int = 0
    """1 put in, -1 taken out, 0 neither."""
    swaps_bracket: bool = False
    """`token` is a bracket that became another kind."""
    raw: str | None = None
    """`new` without the blanks that were added for looks: what the blanks of the broken text speak for."""


def candidates(document: Document, number: int) -> Iterator[Candidate]:
    """All candidates that change one line, or put one in before it."""
    line = document.lines[number]
    if line.alone and line.tokens:
        yield from _insertions(document, number, line)
        yield from _deletions(number, line)
        yield from _splits(document, number, line)
        yield from _exchanges(document, number, line)
    yield from _new_lines(document, number)
    yield from _indentations(document, number, line)


def _insertions(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    for place, word in _likely(document, number, line):
        text = _with_blanks(line.text, place, word)
        raw = line.text[:place] + word + line.text[place:]
        cost = (
            _insert_cost(word)
            + _misplaced(word, line.text[place:])
            + (0.0 if document.words.get(word) or len(word) < 2 else 1.5)
        )
        yield Candidate(number, number, text, f"put in `{word}`", cost, word, 1, raw=raw)
    places = _boundaries(line) if number not in document.lone_quotes else _boundaries_in_strings(document, line)
    for place in places:
        for quote in _QUOTES.get(document.language.name, "\"'"):
            text = line.text[:place] + quote + line.text[place:]
            cost = 1.5 + _inside(document, text, place, quote)
            yield Candidate(number, number, text, f"put in `{quote}`", cost, quote, 1)


def _misplaced(word: str, rest: str) -> float:
    """A closer belongs before other closers and ends of statements, and is seldom followed by a new opener."""
    if word not in ")]}":
        return 0.0
    rest = rest.strip()
    return 2.0 if rest[:1] in ("(", "[") else 0.0 if not rest.strip(")]};:,{ ") else 0.8


def _likely(document: Document, number: int, line: Line) -> list[tuple[int, str]]:
    """Where which token may have been lost: all brackets, a separator at the end of the line, whatever the file says of
    them, and the words that go best with the tokens on both sides."""
    code = [t for t in line.tokens if t.kind != "com"]
    words = _vocabulary(document)
    pair = document.naturalness.pair
    scored: list[tuple[float, int, str]] = []
    last = code[-1].end if code else -1
    for place in _boundaries(line):
        left = next((symbol(t)[0] for t in reversed(code) if t.end <= place), "\n=")
        right = next((symbol(t)[0] for t in code if t.start >= place), "\n=")
        together = pair(left, right)
        for word in words:
            sure = word in _BRACKETS or (word in _SEPARATORS and place == last)
            gain = 50.0 if sure else pair(left, word) + pair(word, right) - together - _insert_cost(word)
            scored.append((-gain, place, word))
    scored.sort()
    kept = sum(1 for row in scored if row[0] == -50.0)
    return [(place, word) for _, place, word in scored[: kept + _LIKELY]]


def _inside(document: Document, text: str, place: int, quote: str) -> float:
    """What speaks against the string that a new quote makes: strings seldom hold what reads as code."""
    made = [t for t in document.lexer.tokens(text) if t.kind == "str" and t.start <= place < t.end and quote in t.text]
    if not made:
        return 3.0
    inner = made[0].text[1:-1]
    code = sum(inner.count(mark) for mark in ("(", ")", "[", "]", "{", "}", ";", ", ", "=="))
    code += 2 * len(re.findall(r"(?:^|\s)[-+*/=<>&|?:]{1,3}(?:\s|$)", inner))
    edges = inner[:1].isspace() + inner[-1:].isspace() + (not inner)
    return 1.0 * code + 1.5 * edges + 0.3 * len(inner.split())


def _boundaries(line: Line) -> list[int]:
    """Before each token and at the end of the code: where a token may have been lost, blanks kept on the left."""
    places: list[int] = []
    for token in line.tokens:
        before = token.start
        places.append(before)
        if not places[1:] and before and line.text[before - 1] == " ":
            places.append(before - 1)  # the blank that stood after a lost first word
        if before and line.text[before - 1] in " \t" and line.text[:before].strip():
            end = len(line.text[:before].rstrip())
            places.append(end)
            if before - end > 1:
                places.append(end + 1)  # a token between two blanks was lost
    code = [t for t in line.tokens if t.kind != "com"]
    if code:
        places.append(code[-1].end)
    return list(dict.fromkeys(places))


def _boundaries_in_strings(document: Document, line: Line) -> list[int]:
    """As `_boundaries`, and those of the words in strings: with a quote lost, what is inside and outside is swapped."""
    bare = re.sub("[\"'`]", " ", line.text)
    places = _boundaries(line)
    for token in document.lexer.tokens(bare):
        places += [token.start, token.end]
    return list(dict.fromkeys(places))


def _vocabulary(document: Document) -> list[str]:
    frequent = [w for w, _ in document.words.most_common(60)]
    operators = [w for w in frequent if not w[0].isalpha() and w not in _BRACKETS][:_OPERATORS_USED]
    keywords = [w for w in frequent if w[0].isalpha()][:_WORDS_USED]
    brackets = "[]{}" if document.language.name == "json" else _BRACKETS
    always = (",", ":") if document.language.name in ("json", "yaml") else (",", ":", ";", "=", ".")
    more = (*_BLOCK_WORDS.get(document.language.name, ()), *sorted(_COMMON_KEYWORDS & document.lexer.keywords))
    return list(dict.fromkeys([*brackets, *always, *operators, *more, *keywords]))


def _insert_cost(word: str) -> float:
    return 1.0 if word in _BRACKETS else 1.3 if word in ",;:" else 2.0


def _with_blanks(text: str, place: int, word: str) -> str:
    left, right = text[:place], text[place:]
    if left.strip() and left.endswith("  "):
        left = left.rstrip() + " "
    if word[0].isalnum() or word in ("=", "=>", "->", "{"):
        if left and left[-1] not in " \t([":
            left += " "
        if right and right[0] not in " \t,;)]":
            right = " " + right
    elif word in (",", ";") and right and right[0] not in " \t)]}":
        right = " " + right
    return left + word + right


def _deletions(number: int, line: Line) -> Iterator[Candidate]:
    code = [t for t in line.tokens if t.kind != "com"]
    for at, token in enumerate(code):
        left, right = line.text[: token.start], line.text[token.end :]
        right = right if left.strip() else right.lstrip()
        joins = left[-1:].isalnum() and right[:1].isalnum()
        text = left + (" " if joins else "") + right
        doubled = any(0 <= n < len(code) and code[n].text == token.text for n in (at - 1, at + 1))
        cost = 2.5 if doubled else 8.0 if token.text in _BRACKETS else _DELETION_COSTS.get(token.kind, 12.0)
        if token.text in ("'", '"', "`") and not doubled:
            cost = 8.0
        yield Candidate(number, number, text.rstrip(), f"took out `{_shown(token)}`", cost, token.text, -1)
        if len(token.text) > 1 and token.kind == "op" and token.text[0] == token.text[-1]:
            shorter = line.text[: token.start] + line.text[token.start + 1 :]
            yield Candidate(number, number, shorter, f"took out `{token.text[0]}`", 2.5, token.text[0], -1)


_DELETION_COSTS = {"op": 5.0, "kw": 9.0}


def _splits(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    """A name that occurs once and is two known ones: what was between them was lost together with no blank."""
    for token in line.tokens:
        if token.kind != "id" or document.names[token.text] > 1 or len(token.text) < 3:
            continue
        for size in range(1, len(token.text)):
            head, tail = token.text[:size], token.text[size:]
            known = _is_known(document, head) + _is_known(document, tail)
            if not known or not (tail[0].isalpha() or tail[0] == "_"):
                continue
            for word in _GLUE:
                if word in document.lexer.operators:
                    text = line.text[: token.start] + head + word + tail + line.text[token.end :]
                    yield Candidate(number, number, text, f"put in `{word}`", 3.0 - known, word, 1)


_GLUE = ("(", "[", ".", "::", ":", "->", "=", "<", ",")


def _is_known(document: Document, word: str) -> bool:
    return document.names[word] > 0 or word in document.lexer.keywords


def _exchanges(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    for token in line.tokens:
        for word, cost in _instead_of(document, token):
            text = line.text[: token.start] + word + line.text[token.end :]
            words = f"`{_shown(token)}` → `{word}`"
            if word in _BRACKETS:
                yield Candidate(number, number, text, words, cost, word, 0, True)
            else:
                yield Candidate(number, number, text, words, cost, word if word in _ALL_ENDS else "", 1)


def _instead_of(document: Document, token: Token) -> Iterator[tuple[str, float]]:
    if token.text in _BRACKETS and token.kind == "op":
        for word in _BRACKETS:
            if word != token.text:
                yield word, 2.0 if (_BRACKETS.index(word) - _BRACKETS.index(token.text)) % 2 == 0 else 3.5
    elif token.kind == "op":
        for word in (",", ";", ":", ".", "=", "=="):
            if word != token.text and word in document.lexer.operators:
                yield word, 3.0
    elif token.kind == "id" and len(token.text) > 1:
        rare = document.names[token.text] < 2
        for word in near_keywords(token.text, document.lexer.keywords):
            yield word, (0.5 if rare else 3.0) + (0.0 if document.words.get(word) else 1.0)
        if token.text.lower() in document.lexer.keywords:
            yield token.text.lower(), 2.0
        for size in range(2, len(token.text) - 1):  # a keyword and a name that ran together
            head, tail = token.text[:size], token.text[size:]
            if head in document.lexer.keywords:
                yield f"{head} {tail}", 3.0
            if tail in document.lexer.keywords:
                yield f"{head} {tail}", 3.5


@lru_cache(maxsize=4096)
def near_keywords(word: str, keywords: frozenset[str]) -> tuple[str, ...]:
    """Keywords one letter away: one dropped, added, changed or exchanged with the next."""
    return tuple(sorted(k for k in keywords if k != word and abs(len(k) - len(word)) < 2 and _one_slip(word, k)))


def _one_slip(a: str, b: str) -> bool:
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    left, right = a[start : len(a) - end], b[start : len(b) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


def _new_lines(document: Document, number: int) -> Iterator[Candidate]:
    """A closing line before line `number`, at each indentation that is open there."""
    name = document.language.name
    if name in ("yaml", "toml"):
        return
    ends = _BLOCK_ENDS.get(name, ())
    closers = (
        ("}", "]", "},", "],")
        if name == "json"
        else (*ends, *(c for c in _CLOSING_LINES if name != "ruby" or len(c) < 3))
    )
    indents = _indents_around(document, number)
    for indent in indents:
        for closer in closers:
            text = f"{indent}{closer}"
            yield Candidate(
                number, number - 1, text, f"put in a line `{closer}`", 1.5 + 0.5 * (len(closer) - 1), closer, 1
            )


def _indents_around(document: Document, number: int) -> list[str]:
    """The leading blanks of the last lines before `number` that are indented less than the one before."""
    found: list[str] = []
    above = [at for at in range(number - 1, -1, -1) if document.indents[at] != NO_CODE][:60]
    if not above:
        return found
    width = document.indents[above[0]] + 1
    for at in above:
        if document.indents[at] < width:
            width = document.indents[at]
            text = document.lines[at].text
            found.append(text[: len(text) - len(text.lstrip())])
            if len(found) == 4:
                break
    return found


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
            yield Candidate(number, number, indent + body, INDENTED, 2.0)


def _shown(token: Token) -> str:
    return token.text if len(token.text) <= 20 else token.text[:17] + "..."
