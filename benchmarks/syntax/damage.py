"""One token of a valid text damaged, in the ways in which people and models damage texts."""

from __future__ import annotations

import random
from dataclasses import dataclass

from agent.edits.gate.languages import Language
from agent.repair.syntax.acceptance import Acceptance
from agent.repair.syntax.lexer import Token, lexer_for

KINDS = (
    "bracket missing", "bracket too many", "bracket of the wrong kind", "quote missing", "separator missing",
    "token doubled", "keyword missing", "keyword misspelt", "indentation", "token missing", "token put in",
    "token replaced",
)  # fmt: skip
_BRACKETS = "()[]{}"


@dataclass(frozen=True)
class Damaged:
    """A text that no longer parses, how it was damaged, and what it was."""

    kind: str
    text: str
    original: str


def damaged(language: Language, text: str, kind: str, chooser: random.Random) -> Damaged | None:
    """One damage of this kind after which the text does not parse; None when no try of eight made one."""
    tokens = [t for t in lexer_for(language.name, language.grammar).tokens(text) if t.kind != "com"]
    for _ in range(8):
        after = _damage(tokens, text, kind, chooser, language)
        if after is not None and after != text and not Acceptance(language, after).accepts_broken():
            return Damaged(kind, after, text)
    return None


def _damage(tokens: list[Token], text: str, kind: str, chooser: random.Random, language: Language) -> str | None:
    if kind == "indentation":
        return _indent(text, chooser) if language.name in ("python", "yaml") else None
    chosen = [t for t in tokens if _fits(t, kind)]
    if not chosen:
        return None
    token = chooser.choice(chosen)
    start, end, word = token.start, token.end, token.text
    if kind in ("bracket missing", "separator missing", "keyword missing"):
        return text[:start] + text[end:]
    if kind == "bracket too many":
        return text[:start] + chooser.choice(_BRACKETS) + text[start:]
    if kind == "bracket of the wrong kind":
        side = _BRACKETS.index(word) % 2
        return text[:start] + chooser.choice([b for b in _BRACKETS[side::2] if b != word]) + text[end:]
    if kind == "quote missing":
        return text[: end - 1] + text[end:] if chooser.random() < 0.6 else text[:start] + text[start + 1 :]
    if kind == "token doubled":
        return text[:end] + word + text[end:]
    if kind == "token missing":
        return text[:start] + text[end:]
    if kind in ("token put in", "token replaced"):
        other = chooser.choice([t for t in tokens if t.kind in ("op", "kw", "id")]).text
        return f"{text[:start]} {other} {text[start if kind == 'token put in' else end :]}"
    at = chooser.randrange(len(word))
    broken = (
        word[:at] + word[at + 1 :] if chooser.random() < 0.5 else word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    )
    return text[:start] + broken + text[end:]


def _fits(token: Token, kind: str) -> bool:
    if kind.startswith("bracket"):
        return token.kind == "op" and token.text in _BRACKETS and (kind != "bracket too many" or token.text in ")]}([{")
    if kind == "quote missing":
        return token.kind == "str" and token.text[0] in "\"'" and "\n" not in token.text and len(token.text) > 3
    if kind == "separator missing":
        return token.kind == "op" and token.text in (",", ";", ":", ".", "=", "=>", "->", "::")
    if kind == "token doubled":
        return token.kind == "op"
    if kind in ("token missing", "token replaced"):
        return token.kind in ("op", "kw")
    if kind == "token put in":
        return token.kind != "str"
    return token.kind == "kw" and len(token.text) > 1 and (kind != "keyword misspelt" or len(token.text) > 2)


def _indent(text: str, chooser: random.Random) -> str | None:
    lines = text.split("\n")
    indented = [n for n, line in enumerate(lines) if line.startswith("    ") and line.strip()]
    if not indented:
        return None
    at = chooser.choice(indented)
    lines[at] = lines[at][2:] if chooser.random() < 0.5 else "  " + lines[at]
    return "\n".join(lines)
