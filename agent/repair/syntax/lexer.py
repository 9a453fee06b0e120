"""Tokens of a text that need not be valid: line by line, with an unmatched quote as a token of its own.

A syntax tree of a broken text has its tokens hidden in error nodes; this lexer gives the same tokens whatever is
wrong elsewhere, and a changed line can be read again alone. Keywords and operators come from the grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_C_COMMENTS = r"//[^\n]*|/\*[\s\S]*?\*/"
_QUOTED = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
_TRIPLE = r'"""[\s\S]*?"""'
_BACKTICK = r"`(?:\\.|[^`\\])*`"

_STRINGS: dict[str, str] = {
    "python": rf"[rbfuRBFU]{{0,2}}(?:{_TRIPLE}|'''[\s\S]*?'''|{_QUOTED})",
    "javascript": rf"{_QUOTED}|{_BACKTICK}",
    "typescript": rf"{_QUOTED}|{_BACKTICK}",
    "tsx": rf"{_QUOTED}|{_BACKTICK}",
    "go": rf"{_QUOTED}|`[^`]*`",
    "rust": r"""b?r(#*)"[\s\S]*?"\1|b?"(?:\\[\s\S]|[^"\\\n])*"|b?'(?:\\[^'\n]+|[^'\\\n])'""",
    "java": rf"{_TRIPLE}|{_QUOTED}",
    "csharp": rf'\$?@"(?:""|[^"])*"|\$?(?:{_QUOTED})',
    "kotlin": rf"{_TRIPLE}|{_QUOTED}",
    "swift": rf'{_TRIPLE}|"(?:\\.|[^"\\\n])*"',
    "lua": rf"\[(=*)\[[\s\S]*?\]\1\]|{_QUOTED}",
    "ruby": rf"{_QUOTED}|`[^`\n]*`",
    "json": r'"(?:\\.|[^"\\\n])*"',
    "toml": rf"{_TRIPLE}|'''[\s\S]*?'''|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'",
    "yaml": r""""(?:\\.|[^"\\\n])*"|(?<![\w)\]])'(?:''|[^'\n])*'""",
    "bash": r""""(?:\\.|[^"\\\n])*"|'[^'\n]*'""",
}
_COMMENTS: dict[str, str] = {
    "python": r"\#[^\n]*",
    "ruby": r"\#(?!\{)[^\n]*|^=begin[\s\S]*?^=end",
    "bash": r"(?:(?<=\s)|^)\#[^\n]*",
    "yaml": r"(?:(?<=\s)|^)\#[^\n]*",
    "toml": r"\#[^\n]*",
    "lua": r"--\[(=*)\[[\s\S]*?\]\2\]|--[^\n]*",
    "php": rf"{_C_COMMENTS}|\#(?!\[)[^\n]*",
    "json": _C_COMMENTS,
}
_REGEX_LANGUAGES = ("javascript", "typescript", "tsx", "ruby")
_REGEX = r"(?<=[=(,:;!&|?{}\[\n])[ \t]*/(?![/*\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*"
_PRODUCTION = re.compile(r"[^\sA-Za-z0-9_\"'`\\]{1,4}")


@dataclass(frozen=True)
class Token:
    """One token: `kind` is `id`, `num`, `str`, `com`, `kw` or `op`; offsets in characters of the text given."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Lexer:
    """The tokens of one language."""

    language: str
    keywords: frozenset[str]
    operators: frozenset[str]
    pattern: re.Pattern[str]

    def tokens(self, text: str) -> list[Token]:
        """The tokens of `text`, in order, without blanks and line ends."""
        found: list[Token] = []
        for match in self.pattern.finditer(text):
            kind = match.lastgroup or "op"
            start, end = match.span(kind)
            word = match[kind]
            if kind == "id" and word in self.keywords:
                kind = "kw"
            found.append(Token(kind, word, start, end))
        return found


@lru_cache(maxsize=32)
def lexer_for(language: str, grammar: str) -> Lexer:
    """The lexer of a language; its words and operators are the unnamed node kinds of the grammar."""
    from agent.edits.gate.trees import parser_for

    lang = parser_for(grammar).language
    kinds = {
        kind
        for number in range(lang.node_kind_count if lang is not None else 0)
        if lang is not None and not lang.node_kind_is_named(number) and (kind := lang.node_kind_for_id(number))
    }
    keywords = frozenset(k for k in kinds if re.fullmatch(r"[A-Za-z_]{2,}", k)) | _MORE_KEYWORDS.get(
        language, frozenset()
    )
    operators = frozenset(k for k in kinds if _PRODUCTION.fullmatch(k)) | frozenset("()[]{},;:.")
    # Identifiers of the shell and of YAML hold characters that are operators elsewhere.
    identifier = (
        r"[\w./-]+"
        if language in ("bash", "yaml")
        else r"[^\W\d]\w*[?!]?(?=\W|$)"
        if language == "ruby"
        else r"[^\W\d]\w*"
    )
    strings = _STRINGS.get(language, _QUOTED)
    comments = _COMMENTS.get(language, _C_COMMENTS)
    if language == "python":
        strings, comments = strings, comments
    regex = rf"|(?P<re>{_REGEX})" if language in _REGEX_LANGUAGES else ""
    punctuation = "|".join(re.escape(o) for o in sorted(operators, key=len, reverse=True))
    pattern = re.compile(
        rf"(?P<str>{_unnumbered(strings)})|(?P<com>{_unnumbered(comments)}){regex}"
        rf"|(?P<num>\d\w*(?:\.\d\w*)*)|(?P<id>{identifier})|(?P<op>{punctuation}|\S)",
        re.MULTILINE,
    )
    return Lexer(language, keywords, operators, pattern)


_MORE_KEYWORDS = {"json": frozenset({"true", "false", "null"}), "yaml": frozenset({"true", "false", "null"})}


def _unnumbered(pattern: str) -> str:
    """Back-references by number would count the groups of the whole pattern: fixed depths are written out instead."""
    if r"\1" not in pattern and r"\2" not in pattern:
        return pattern
    variants = []
    for mark in ("", "#", "##") if "#*" in pattern else ("", "=", "=="):
        variant = re.sub(r"\((?:#\*|=\*)\)", re.escape(mark), pattern)
        variants.append(variant.replace(r"\1", re.escape(mark)).replace(r"\2", re.escape(mark)))
    return "|".join(variants)
