"""Words of a request looked up in the lexicon: inflected, without accents, mistyped, or with a pronoun hung on."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from agent.routing import lexicon

_WORD = re.compile(r"[^\W_][\w'’-]*", re.U)


def fold(word: str) -> str:
    """Lower case without accents: how a hurried person types."""
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))


_FOLD_CLASH = {"andere", "fur", "ma", "mal", "las", "fait"}


@lru_cache(maxsize=1)
def verbs() -> dict[str, str]:
    """word → class, inflected English forms included; the first class listed wins a clash."""
    table: dict[str, str] = {}
    for verb in lexicon.CHECK.split():
        for form in (verb, fold(verb)):
            table[form] = "check"
    for label, text in lexicon.ENGLISH.items():
        for verb in text.split():
            for form in _english_forms(verb):
                table.setdefault(form, label)
    for label, languages in lexicon.OTHERS.items():
        for text in languages.values():
            for verb in text.split():
                if verb.lower() not in _COMMON:
                    table.setdefault(verb.lower(), label)
                folded = fold(verb)
                if folded not in _COMMON and folded not in _FOLD_CLASH and len(folded) > 2:
                    table.setdefault(folded, label)
    return table


@lru_cache(maxsize=1)
def foreign_verbs() -> dict[str, str]:
    """The verbs of the other languages alone: many of these put the verb last."""
    return {
        verb.lower(): label for label, by in lexicon.OTHERS.items() for text in by.values() for verb in text.split()
    }


def _english_forms(verb: str) -> list[str]:
    forms = [verb, verb + "s" if verb[-1] not in "sxzh" else verb + "es"]
    stem = verb[:-1] if verb.endswith("e") else verb
    forms += [stem + "ing"]
    if len(verb) > 2 and verb[-1] in "bdgklmnprt" and verb[-2] in "aeiou" and verb[-3] not in "aeiou":
        forms += [verb + verb[-1] + "ing"]
    return forms


@lru_cache(maxsize=1)
def _near() -> dict[str, str]:
    """word with one letter left out → English verb, to recognise a slip of the finger."""
    table: dict[str, str] = {}
    for text in (*lexicon.ENGLISH.values(), "check verify ensure confirm"):
        for verb in text.split():
            if len(verb) >= 4:
                for at in range(len(verb)):
                    table.setdefault(verb[:at] + verb[at + 1 :], verb)
    return table


def mistyped(word: str) -> str | None:
    """The English verb that `word` is a slip of: one letter missing, doubled, wrong or swapped with its neighbour."""
    if len(word) < 3 or not word.isascii() or word in _COMMON:
        return None
    near = _near()
    for verb in [near.get(word)] + [near.get(word[:at] + word[at + 1 :]) for at in range(len(word))]:
        if verb and len(word) >= len(verb) - 1 and _one_slip(word, verb):
            return verb
    table = verbs()
    for at in range(len(word)):
        shorter = word[:at] + word[at + 1 :]
        if len(shorter) >= 3 and shorter in table and len(word) >= 4:
            return shorter
    for at in range(len(word) - 1):
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if swapped in table:
            return swapped
    return None


def _one_slip(word: str, verb: str) -> bool:
    if word == verb or abs(len(word) - len(verb)) > 1:
        return word == verb
    if len(word) == len(verb):
        wrong = [i for i in range(len(word)) if word[i] != verb[i]]
        swap = (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and word[wrong[0]] == verb[wrong[1]]
            and word[wrong[1]] == verb[wrong[0]]
        )
        return swap or (len(wrong) == 1 and (wrong[0] > 0) and len(word) > 4)
    longer, shorter = (word, verb) if len(word) > len(verb) else (verb, word)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


@lru_cache(maxsize=1)
def _near_nouns() -> dict[str, str]:
    """Slips in the few other words that routing hangs on: letters swapped, doubled or left out, but not replaced."""
    table: dict[str, str] = {}
    for word in _KEYWORDS.split():
        for at in range(len(word)):
            if len(word) >= 5:
                table.setdefault(word[:at] + word[at + 1 :], word)
            table.setdefault(word[: at + 1] + word[at:], word)
            if at + 1 < len(word):
                table.setdefault(word[:at] + word[at + 1] + word[at] + word[at + 2 :], word)
    for word in (*_KEYWORDS.split(), *_COMMON, *verbs(), *lexicon.CONCEPTS.split()):
        table.pop(word, None)
    return table


_KEYWORDS = """
    tests build where which what error function please thanks hello explain check coverage usages change
    changing anything modify without edit touch doesn't don't
"""


def respelled(lowered: str) -> str:
    """The text with slips in its key words mended."""
    table = _near_nouns()
    return _WORD.sub(lambda m: table.get(m.group(0), m.group(0)), lowered) if lowered.isascii() else lowered


_CLITIC = re.compile(
    r"^(.{3,}?)(?:-(?:moi|toi|le|la|les|lui|nous|en|y|me|o|a|os|as|lo)"
    r"|(?:me|te|nos|mi|ti|ci)?(?:lo|la|los|las|li|le)|me|mi|nos|ci)$"
)
_COMMON_WORDS = """
    the this that there their them then they what when where which while who whom whose why how can could
    would will should shall may might must have has had been being was were are not now new old one two any
    all some more most other into onto from with without about above over under here very also just only even
    still same such than too much many for file files code line lines name names test tests class app page
    data user time way day work works first last next back good bad right left main part place case type types
    error errors bug bugs issue thing things something anything nothing everything like want need know think
    sure okay thanks hello your you yours mine our ours its it's don't does did doing done was goes going get
    gets got say says said see seen look looks feel none ever else shorter longer faster slower better smaller
    bigger simpler cleaner nicer safer check see maybe perhaps hope wonder splendid
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def class_of(word: str) -> str | None:
    """The class of a verb, whatever its accents, and with a Romance pronoun hung on ("corrige-le", "arréglalo")."""
    table = verbs()
    found = table.get(word) or table.get(fold(word))
    if found or len(word) < 5:
        return found
    match = _CLITIC.match(word)
    if not match:
        return None
    stem = match.group(1)
    foreign = foreign_verbs()
    return foreign.get(stem) or foreign.get(fold(stem))


def _sets() -> dict[str, frozenset[str]]:
    return {
        "yes": frozenset(lexicon.YES.split()),
        "no": frozenset(lexicon.NO.split()),
        "hello": frozenset(lexicon.GREETINGS.split()),
        "thanks": frozenset(lexicon.THANKS.split()),
    }


SETS = _sets()


@lru_cache(maxsize=1)
def stems() -> list[tuple[str, re.Pattern[str]]]:
    """(class, the stems of its verbs) for text without spaces or with many endings; a trailing `_` is a blank."""
    patterns: list[tuple[str, re.Pattern[str]]] = []
    for label, text in lexicon.STEMS.items():
        listed = {stem.strip().replace("_", " ") for stem in text.split("|")} - {""}
        patterns.append((label, re.compile("|".join(re.escape(s) for s in sorted(listed, key=len, reverse=True)))))
    return patterns


def words_of(text: str) -> list[str]:
    """The words in order, lower case; `FILE`, `CODE` and `URL` stand for what they replaced."""
    return [w if w in ("FILE", "CODE", "URL") else w.lower() for w in _WORD.findall(text)]


_PHRASE = re.compile(
    r"\b(?:" + "|".join(re.escape(p) for p in sorted(lexicon.PHRASES, key=len, reverse=True)) + r")\b", re.I
)


def joined(text: str) -> str:
    """The text with two-word verbs as one word."""
    return _PHRASE.sub(lambda m: lexicon.PHRASES[m.group(0).lower()], text).strip()
