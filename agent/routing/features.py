"""Cues in a request: which classes its verbs speak for, what kind of sentence it is, what was pasted.

A cue is a short string such as `head:edit` (the request opens with an edit verb) or `frame:why`; `rules` and the fitted
weights give each cue its say. The cues are the same in every language, so that what English data teach holds for others.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from agent.routing import lexicon
from agent.routing.frames import HANDS_OFF, core, frames_of
from agent.routing.shape import Shape

_WORD = re.compile(r"[^\W_][\w'’-]*", re.U)
_CLAUSE = re.compile(
    r"(?:[.;:!?,]|\band\b|\bthen\b|\bund\b|\bdann\b|\bet\b|\bpuis\b|\by\b|\be\b|\bи\b|\bve\b|&|\+|->)\s*(?:then |also |please |just |after that )*"
)


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
    for word in (*_KEYWORDS.split(), *_COMMON, *verbs(), *lexicon.CONCEPTS):
        table.pop(word, None)
    return table


_KEYWORDS = """tests build where which what error function please thanks hello explain check coverage usages change changing
    anything modify without edit touch doesn't don't"""


def respelled(lowered: str) -> str:
    """The text with slips in its key words mended."""
    table = _near_nouns()
    return _WORD.sub(lambda m: table.get(m.group(0), m.group(0)), lowered) if lowered.isascii() else lowered


_COMMON = frozenset(
    """the this that there their them then they what when where which while who whom whose why how can could would will
    should shall may might must have has had been being was were are not now new old one two any all some more most other
    into onto from with without about above over under here very also just only even still same such than too much many
    for file files code line lines name names test tests class app page data user time way day work works first last next
    back good bad right left main part place case type types error errors bug bugs issue thing things something anything
    nothing everything like want need know think sure okay thanks hello your you yours mine our ours its it's don't does
    did doing done was goes going get gets got say says said see seen look looks feel none ever else shorter longer faster slower better smaller bigger simpler cleaner nicer safer check see maybe perhaps
    hope wonder splendid""".split()
)


def _sets() -> dict[str, frozenset[str]]:
    return {
        "yes": frozenset(lexicon.YES.split()),
        "no": frozenset(lexicon.NO.split()),
        "hello": frozenset(lexicon.GREETINGS.split()),
        "thanks": frozenset(lexicon.THANKS.split()),
    }


SETS = _sets()


@lru_cache(maxsize=1)
def _stems() -> list[tuple[str, re.Pattern[str]]]:
    patterns = []
    for label, text in lexicon.STEMS.items():
        stems = sorted(
            {
                s.strip("\n").strip() if not s.endswith(" ") else s.lstrip()
                for s in text.replace("\n", "").split("|")
                if s.strip()
            },
            key=len,
            reverse=True,
        )
        patterns.append((label, re.compile("|".join(re.escape(s) for s in stems))))
    return patterns


def words_of(text: str) -> list[str]:
    """The words in order, lower case; `FILE`, `CODE` and `URL` stand for what they replaced."""
    return [w if w in ("FILE", "CODE", "URL") else w.lower() for w in _WORD.findall(text)]


_JOINED = dict(lexicon.PHRASES)
_PHRASE = re.compile(
    r"\b(?:" + "|".join(re.escape(p) for p, _ in sorted(lexicon.PHRASES, key=lambda p: -len(p[0]))) + r")\b", re.I
)
_CONCEPTS = frozenset(lexicon.CONCEPTS)
_DEFINITE = re.compile(r"\b(?:this|that|these|those|it|its|my|our|we|here|your|them|they)\b", re.I)


def joined(text: str) -> str:
    """The text with two-word verbs as one word."""
    return _PHRASE.sub(lambda m: _JOINED[m.group(0).lower()], text).strip()


def features(shape: Shape) -> dict[str, float]:
    """The cues of one request, each with its strength (1 unless said)."""
    cues: dict[str, float] = {}
    prose = shape.prose
    lowered = respelled(prose.replace("FILE", "zfile").replace("CODE", "zname").replace("URL", "zurl").lower())
    text = core(joined(core(prose)))
    words = words_of(text)
    if not shape.whole:
        return {"empty": 1.0}
    said = ":said" if len(words) > 3 else ":bare"
    if shape.trace:
        cues["trace" + said] = 1.0
    if shape.code:
        cues["code" + said] = 1.0
    if shape.files:
        cues["file"] = 1.0
    if shape.names:
        plain = all(n.isalnum() for n in shape.names)
        cues["camel" if plain else "name"] = 1.0
    if (shape.trace or shape.code) and len(words) <= 1:
        cues["paste_alone"] = 1.0
        cues["paste_alone:trace" if shape.trace else "paste_alone:code"] = 1.0
    if prose.rstrip(" )\"'").endswith(("?", "？", "؟")):
        cues["asks"] = 1.0
    elif "?" in prose or "？" in prose:
        cues["asks_inside"] = 1.0

    if words and words[0] in _STARTS_A_QUESTION and "asks" not in cues:
        cues["asks:word"] = 1.0
    for frame in frames_of(lowered):
        cues["hands_off" if frame == HANDS_OFF else "frame:" + frame] = 1.0

    head = _head(words, lowered)
    if head:
        cues["head:" + head] = 1.0
    elif words:
        cues["head:none"] = 1.0
    found = [label for w in words if (label := class_of(w))]
    for label in dict.fromkeys(found):
        cues["verb:" + label] = 1.0
    tail = _later_heads(text)
    for label in tail:
        cues["later:" + label] = 1.0
    if any(ord(c) > 0x2AF for c in lowered) or "kar" in lowered or "chala" in lowered:
        first: tuple[int, str] | None = None
        for label, pattern in _stems():
            match = pattern.search(lowered)
            if match:
                cues["stem:" + label] = 1.0
                if first is None or match.start() < first[0]:
                    first = (match.start(), label)
        if first and sum(f"stem:{label}" in cues for label, _ in _stems()) > 1:
            cues["stem1:" + first[1]] = 1.0

    stems = [c for c in cues if c.startswith("stem:")]
    if len(stems) == 1:
        cues["stem_only:" + stems[0][5:]] = 1.0
    if words and len(words) > 1 and (last := foreign_verbs().get(words[-1])):
        cues["last:" + last] = 1.0
    if "frame:asks_you" in cues and not head:
        for label in dict.fromkeys(found):
            cues["asked:" + label] = 1.0
    if re.match(r"\s*s([/|#])[^/|#\n]+\1[^/|#\n]*\1", shape.whole):
        cues["sed"] = 1.0
    cues.update(_context_free(cues, words, lowered))
    bare = [w.strip("'-") for w in words_of(respelled(prose.lower()))]
    for name, members in SETS.items():
        if bare and bare[0] in members:
            cues["opens:" + name] = 1.0
            if len(bare) <= 3:
                cues["only:" + name] = 1.0
    if len(bare) <= 10 and any(w in SETS["thanks"] for w in bare[1:]):
        cues["has:thanks"] = 1.0
    cues[
        "words:"
        + (
            "0"
            if not bare
            else "1"
            if len(bare) == 1
            else "2-3"
            if len(bare) <= 3
            else "4-8"
            if len(bare) <= 8
            else "9-20"
            if len(bare) <= 20
            else "21+"
        )
    ] = 1.0
    if (
        not cues.keys() & {"trace", "code", "file", "name"}
        and not found
        and "stem" not in "".join(cues)
        and _gibberish(bare, shape.cjk)
    ):
        cues["gibberish"] = 1.0
    if cues.keys() & {"file", "name", "frame:ours"}:
        cues["here"] = 1.0
    return cues


_STARTS_A_QUESTION = frozenset(
    """what whats what's which who whos who's whose why how hows how's where wheres where's when is are was were does do did
    has have can could should would will am isn't aren't doesn't don't""".split()
)
_ASKING = (
    "asks:word",
    "frame:why",
    "frame:what_does",
    "frame:how_does",
    "frame:how_would_i",
    "frame:would_happen",
    "frame:where",
    "frame:which",
    "frame:how_many",
    "frame:you",
    "asks",
)


def _context_free(cues: dict[str, float], words: list[str], lowered: str) -> dict[str, float]:
    """Cues that come from what is *not* there: nothing of this repository, no verb, no question."""
    found: dict[str, float] = {}
    concepts = sum(w in _CONCEPTS or w.rstrip("s") in _CONCEPTS for w in words)
    here = any(c in cues for c in ("file", "name", "code:said", "code:bare", "trace:said", "trace:bare", "frame:ours"))
    asking = any(c in cues for c in _ASKING) or "head:explain" in cues
    if concepts:
        found["concept"] = min(concepts, 2)
        if asking and not here and "frame:this" not in cues:
            found["concept_asked"] = 1.0
    if here and "frame:you" in cues:
        found["frame:you"] = 0.0
    if asking and not here and not _DEFINITE.search(lowered) and " the " not in f" {lowered} ":
        found["abstract:bare" if "camel" not in cues else "abstract:camel"] = 1.0
    if "frame:broken" in cues and not asking and here:
        found["broken_here"] = 1.0
    heads = [c for c in cues if c.startswith(("head:", "stem:")) and c != "head:none"]
    if not heads and not asking:
        framed = any(
            c.startswith(("frame:run", "frame:command", "frame:small", "frame:vague", "frame:review", "frame:revert"))
            for c in cues
        )
        thanks = any(w in SETS["thanks"] for w in words)
        sought = any(f"frame:{f}" in cues for f in ("list_all", "who_calls", "any", "generic"))
        if len(words) >= 5 and not framed and not thanks and not sought and "last:search" not in cues:
            found["declares"] = 1.0
        social = any(w in members for w in words for members in SETS.values())
        if (
            not framed
            and not social
            and not any(c.startswith("frame:") or c in ("file", "name", "camel") or c.startswith(("code:", "trace:")) for c in cues)
        ):
            found["no_cue:" + ("short" if len(words) <= 3 else "middle" if len(words) <= 5 else "long")] = 1.0
    for head in heads:
        if asking:
            found[head + "&asking"] = 1.0
    return found


_CLITIC = re.compile(
    r"^(.{3,}?)(?:-(?:moi|toi|le|la|les|lui|nous|en|y|me|o|a|os|as|lo)|(?:me|te|nos|mi|ti|ci)?(?:lo|la|los|las|li|le)|me|mi|nos|ci)$"
)
_DETERMINER = frozenset(
    """the a an all this that these those it them my our every each any some both its their your whole FILE CODE everything
    with for by to only me us""".split()
)


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


def _head(words: list[str], lowered: str) -> str | None:
    """The class of the word that opens the request, a slip of the finger allowed for."""
    if not words:
        return None
    word, after = words[0], words[1] if len(words) > 1 else ""
    if word == "comment" and _FRENCH.search(lowered):
        return None
    found = class_of(word)
    if found:
        if word in _NOUNISH and after and after not in _DETERMINER:
            return "noun" if found != "test" else found
        return found
    slip = mistyped(word)
    if slip:
        return class_of(slip)
    # "src/a.py: add a guard", "auth.py needs ...": the verb may come after the file it is about
    if word in ("FILE", "CODE") and after:
        return class_of(after)
    return None


_NOUNISH = frozenset(lexicon.NOUNISH.split())
_FRENCH = re.compile(
    r"\b(?:le|la|les|des|une|est|sont|est-ce|ça|on|peut|puis-je|je|faire|fonctionne|marche|se|du|ce|cette)\b"
)


def _later_heads(text: str) -> list[str]:
    """Classes of the verbs that open a later clause ("…, fix it, and run the tests")."""
    found: list[str] = []
    for part in _CLAUSE.split(text)[1:]:
        words = words_of(core(part))
        if words and (label := _head(words, text)) and label != "noun" and len(words[0]) > 1:
            found.append(label)
    return list(dict.fromkeys(found))


_VOWELS = set("aeiouyáéíóúàèìòùäöüâêîôûаеёиоуыэюяіїαεηιουω")


def _gibberish(words: list[str], cjk: bool) -> bool:
    """Nothing that could be read: no letters at all, or strings that no language spells so."""
    if any(w in members for members in SETS.values() for w in words):
        return False
    letters = [w for w in words if any(c.isalpha() for c in w)]
    if not letters:
        return True
    if cjk or any(ord(c) > 0x370 for w in letters for c in w):
        return False
    odd = [w for w in letters if _unspellable(w)]
    return len(odd) * 2 > len(letters)


def _unspellable(word: str) -> bool:
    if len(word) < 4:
        return len(word) >= 3 and not set(word) & _VOWELS
    vowels = sum(c in _VOWELS for c in word)
    return (
        vowels * 5 < len(word)
        or bool(re.search(r"(.)\1\1", word))
        or bool(re.search(r"[^aeiouy\W\d]{5,}", word))
        or bool(re.search(r"(asdf|qwer|zxcv|hjkl|sdfg|dfgh|fghj|jkl|wert)", word))
    )
