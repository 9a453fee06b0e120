"""The tokens of a language that a text may have lost, beside those that it is seen to use."""

from __future__ import annotations

from functools import lru_cache

from agent.repair.slips import one_slip
from agent.repair.syntax.document import Document

BRACKETS = "()[]{}"
SEPARATORS = (",", ";", ":")
_WORDS_USED = 16
_OPERATORS_USED = 16
BLOCK_ENDS: dict[str, tuple[str, ...]] = {
    "ruby": ("end",),
    "lua": ("end", "until"),
    "bash": ("fi", "done", "esac", "}", ";;"),
}
BLOCK_LINES: dict[str, tuple[str, ...]] = {"bash": ("then", "do", "else"), "ruby": ("else",), "lua": ("else",)}
"""Words that may stand on a line of their own within a block."""
BLOCK_OPENERS: dict[str, tuple[str, ...]] = {
    "end": ("do", "if", "def", "function", "begin", "case", "while", "until", "unless", "class", "module", "for"),
    "until": ("repeat",),
    "fi": ("if",),
    "done": ("do",),
    "esac": ("case",),
}
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
_COMMON_KEYWORDS = frozenset((
    "class", "interface", "enum", "struct", "extends", "implements", "throws", "throw", "new", "return",
    "import", "from", "const", "let", "var", "function", "def", "if", "else", "for", "while", "in", "is", "not",
    "and", "or", "static", "void", "package", "using", "namespace", "case", "fn", "impl", "pub", "mut", "use",
    "func", "type", "try", "catch", "except", "finally", "with", "as", "val", "fun", "object", "switch",
    "match", "where", "end", "then", "do", "public", "private", "local", "elif", "lambda",
))  # fmt: skip
FREQUENT_KEYWORDS = _COMMON_KEYWORDS & {
    "if", "for", "return", "import", "def", "class", "function", "func", "fn", "fun", "let", "const", "var", "val",
    "while", "case", "public", "local", "use", "package", "else", "from", "with", "try", "static", "private", "end",
}  # fmt: skip
QUOTES_OF = {
    "json": '"',
    "rust": '"',
    "swift": '"',
    "go": "\"'`",
    "toml": "\"'",
    "javascript": "\"'`",
    "typescript": "\"'`",
}


def vocabulary(document: Document) -> list[str]:
    """Tokens worth putting in somewhere: brackets, separators, keywords, and the operators that the file uses most."""
    frequent = [w for w, _ in document.words.most_common(60)]
    operators = [w for w in frequent if not w[0].isalpha() and w[0] not in "()[]{}\"'`"][:_OPERATORS_USED]
    keywords = [w for w in frequent if w[0].isalpha()][:_WORDS_USED]
    brackets = "[]{}" if document.language.name == "json" else BRACKETS
    always = (",", ":") if document.language.name in ("json", "yaml") else (",", ":", ";", "=", ".")
    more = (*_BLOCK_WORDS.get(document.language.name, ()), *sorted(_COMMON_KEYWORDS & document.lexer.keywords))
    return list(dict.fromkeys([*brackets, *always, *operators, *more, *keywords]))


def likely_between(document: Document, left: str, right: str) -> list[tuple[float, str]]:
    """The vocabulary with how much likelier the classes `left`, word, `right` are than others, likeliest first."""
    pair = document.naturalness.pair
    return sorted(((pair(left, word) + pair(word, right), word) for word in vocabulary(document)), reverse=True)


def insert_cost(word: str) -> float:
    """What putting in a token costs of itself, in nats."""
    if word in BRACKETS:
        return 0.3 if word in ")]}" else 1.3
    if word in ",;:.=":
        return 1.0
    return 2.5 if word[0] in BRACKETS else 2.3 if word[0].isalpha() else 3.3


@lru_cache(maxsize=4096)
def near_keywords(word: str, keywords: frozenset[str]) -> tuple[str, ...]:
    """Keywords one letter away: one dropped, added, changed or exchanged with the next."""
    return tuple(sorted(k for k in keywords if k != word and abs(len(k) - len(word)) < 2 and one_slip(word, k)))
