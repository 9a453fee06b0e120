"""Cues in a request: which classes its verbs speak for, what kind of sentence it is, what was pasted.

A cue is a short string such as `head:edit` (the request opens with an edit verb) or `frame:why`; `rules` and the
fitted weights give each cue its say. Cues are the same in every language: what English requests teach holds for others.
"""

from __future__ import annotations

import re

from agent.routing import lexicon
from agent.routing.frames import HANDS_OFF, core, frames_of
from agent.routing.shape import Shape
from agent.routing.words import SETS, class_of, foreign_verbs, joined, mistyped, respelled, stems, words_of

_CLAUSE = re.compile(
    r"(?:[.;:!?,]|\b(?:and|then|und|dann|et|puis|y|e|и|ve)\b|&|\+|->)\s*(?:then |also |please |just |after that )*"
)


_CONCEPTS = frozenset(lexicon.CONCEPTS.split())
_DEFINITE = re.compile(r"\b(?:this|that|these|those|it|its|my|our|we|here|your|them|they)\b", re.I)


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

    if "hands_off" in cues and _but_do(lowered):
        del cues["hands_off"]
        cues["hands_off:part"] = 1.0

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
        for label, pattern in stems():
            match = pattern.search(lowered)
            if match:
                cues["stem:" + label] = 1.0
                if first is None or match.start() < first[0]:
                    first = (match.start(), label)
        if first and sum(f"stem:{label}" in cues for label, _ in stems()) > 1:
            cues["stem1:" + first[1]] = 1.0

    seen = [c for c in cues if c.startswith("stem:")]
    if len(seen) == 1:
        cues["stem_only:" + seen[0][5:]] = 1.0
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
    if (
        len(bare) <= 10
        and not cues.keys() & {"frame:wanted", "frame:broken"}
        and any(w in SETS["thanks"] for w in bare[1:])
    ):
        cues["has:thanks"] = 1.0
    cues["words:" + _length(len(bare))] = 1.0
    if (
        not (shape.trace or shape.code or shape.files or shape.names)
        and not found
        and "stem" not in "".join(cues)
        and _gibberish(bare, shape.cjk)
    ):
        cues["gibberish"] = 1.0
    if cues.keys() & {"file", "name", "frame:ours"}:
        cues["here"] = 1.0
    return cues


def _length(words: int) -> str:
    for most, name in ((0, "0"), (1, "1"), (3, "2-3"), (8, "4-8"), (20, "9-20")):
        if words <= most:
            return name
    return "21+"


_QUESTION_WORDS = """
    what whats what's wht wat wats whys wheres whrs hows which who whos who's whose why how how's where
    where's when is are was were does do did has have can could should would will am isn't aren't doesn't
    don't
"""
_STARTS_A_QUESTION = frozenset(_QUESTION_WORDS.split())
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
            told = any(f"frame:{f}" in cues for f in ("broken", "wanted", "no_more", "there_is")) or "verb:edit" in cues
            found["declares:told" if told else "declares:bare"] = 1.0
        social = any(w in members for w in words for members in SETS.values())
        if (
            not framed
            and not social
            and not any(
                c.startswith("frame:") or c in ("file", "name", "camel") or c.startswith(("code:", "trace:"))
                for c in cues
            )
        ):
            found["no_cue:" + ("short" if len(words) <= 3 else "middle" if len(words) <= 5 else "long")] = 1.0
    for head in heads:
        if asking:
            found[head + "&asking"] = 1.0
    return found


_DETERMINERS = """
    the a an all this that these those it them my our every each any some both its their your whole FILE CODE
    everything with for by to only me us
"""
_DETERMINER = frozenset(_DETERMINERS.split())


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


_BUT = re.compile(
    r"[,;.:—–-]\s*(?:just|only|simply|instead|nur|solo|seulement)\s+"
    r"|(?:[,;.:—–-]\s*|\s)(?:but|aber|sondern|mais|pero|sino|mas|maar|ale|но|ama|fakat|men)\s+"
)
_EVERYTHING = re.compile(
    r"\b(?:any ?thing|nothing|any|code|files?|it|them|this|that|yet|edits|editing|changes|no change|nichts|etwas|was"
    r"|rien|nada|niente|ничего|hiçbir)\b|什么|何も"
)


def _but_do(lowered: str) -> bool:
    """Only a part is to be left alone, and something else is to be done: "don't touch the API, but make it faster"."""
    parts = _BUT.split(lowered)
    if len(parts) > 1 and all(w in SETS["yes"] for w in words_of(parts[0])) and words_of(parts[0]):
        return not _EVERYTHING.search(" ".join(parts[1:]))
    for at in range(1, len(parts)):
        words = words_of(core(joined(core(parts[at]))))
        if words and _head(words, lowered) == "edit":
            return not _EVERYTHING.search(" ".join(parts[:at]))
    return False


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
