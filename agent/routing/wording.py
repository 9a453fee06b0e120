"""The rules' second opinion: the words, pairs of words and pieces of words that requests of each class are written in.

The cues of `features` know what the lexicon and the frames know. This one knows nothing but the labelled requests: a
logistic regression over word and letter n-grams (as Cavnar and Trenkle 1994 use letters), which also reads mistyped
words and languages that the lexicon is thin in. It is fitted on its own, and the two are pooled: fitted together, the
cues, which were made for the labelled requests, would leave it nothing to learn.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from agent.routing import linear
from agent.routing.shape import Shape
from agent.routing.types import LABELS
from agent.routing.words import words_of

_WEIGHTS = Path(__file__).with_name("wording.json")
MOST_WORDS = 40
SCALE = 3.0
"""The length of every request's vector of grams, so that a long request is not surer than a short one."""
HUNDREDTHS = 100
FLOOR = 1e-6


def grams(shape: Shape) -> dict[str, float]:
    """The n-grams of the prose, all of the same strength: words and pairs, letters by three and four; CJK by one to
    three."""
    text = shape.prose.replace("FILE", "zfile").replace("CODE", "zname").replace("URL", "zurl").lower()
    found: list[str] = []
    if shape.cjk:
        tight = re.sub(r"\s+", "", text)[: 4 * MOST_WORDS]
        found += ["c:" + tight[at : at + n] for n in (1, 2, 3) for at in range(len(tight) - n + 1)]
    else:
        words = words_of(text)[:MOST_WORDS]
        found += ["w:" + word for word in words]
        found += [f"w:{first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True)]
        for word in words:
            found += ["c:" + piece for n in (3, 4) for piece in _pieces(f"<{word}>", n)]
    found += ["w:?"] * ("?" in text) + ["w:trace"] * shape.trace + ["w:code"] * shape.code
    each = dict.fromkeys(found)
    return dict.fromkeys(each, SCALE / math.sqrt(len(each) or 1))


def _pieces(word: str, length: int) -> list[str]:
    return [word[at : at + length] for at in range(len(word) - length + 1)]


Weights = Mapping[str, Sequence[int]]
"""gram → its weight for each of LABELS, in hundredths of natural-log odds"""


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The fitted weights; {} where there are none."""
    try:
        whole: dict[str, list[int]] = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return whole


def logs(shape: Shape, table: Weights | None = None) -> dict[str, float]:
    """label → natural-log probability; even where there are no weights."""
    table = weights() if table is None else table
    total = [float(w) for w in table.get("bias", [0] * len(LABELS))]
    for gram, strength in grams(shape).items():
        row = table.get(gram)
        if row:
            for at, weight in enumerate(row):
                total[at] += strength * weight
    return {
        label: math.log(max(p, FLOOR))
        for label, p in zip(LABELS, linear.softmax([w / HUNDREDTHS for w in total]), strict=True)
    }
