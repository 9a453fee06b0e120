"""The nearest lines to a text that is not in the file: as candidates for a person, and, within bounds, as the place."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from agent.edits.locate.result import Located, Miss
from agent.edits.locate.symbols import Symbol
from agent.edits.locate.text import FileText, plain, split
from agent.edits.types import Candidate, Edit


def _windows(old: Sequence[str], file: FileText) -> list[tuple[float, int, int]]:
    """(similarity, first, last) of the most similar runs of lines, best first; they do not overlap."""
    wanted = [plain(line).strip() for line in old if line.strip()]
    if not wanted:
        return []
    votes: dict[int, float] = {}
    places = file.filled_unicode.places
    for index, key in enumerate(wanted):
        at = places.get(key, ())
        if 0 < len(at) <= 40:
            weight = min(len(key), 40) / len(at)
            for place in at:
                for near in (-1, 0, 1):
                    votes[place - index + near] = votes.get(place - index + near, 0.0) + weight * (1 if near == 0 else 0.5)
    keys = file.filled_unicode.keys
    if not votes:
        words = set(" ".join(wanted).split())
        for index, key in enumerate(keys):
            shared = len(words.intersection(key.split()))
            if shared:
                votes[index - _best_offset(wanted, key)] = float(shared)
    ranked = sorted(votes, key=lambda start: -votes[start])[:12]
    scored: list[tuple[float, int, int]] = []
    for start in ranked:
        first = min(max(start, 0), max(len(keys) - 1, 0))
        last = min(max(start + len(wanted), first + 1), len(keys))
        window = keys[first:last]
        if not window:
            continue
        ratio = similarity(wanted, window)
        lines = file.filled[first:last]
        scored.append((ratio, lines[0], lines[-1] + 1))
    scored.sort(key=lambda item: -item[0])
    kept: list[tuple[float, int, int]] = []
    for ratio, first, last in scored:
        if all(last <= other[1] or first >= other[2] for other in kept):
            kept.append((ratio, first, last))
    return kept


def _best_offset(wanted: Sequence[str], key: str) -> int:
    words = set(key.split())
    return max(range(len(wanted)), key=lambda index: len(words.intersection(wanted[index].split())))


def similarity(wanted: Sequence[str], window: Sequence[str]) -> float:
    """How alike two runs of stripped lines are: the mean over both of each line's best partner in order, 0 to 1."""
    matcher = SequenceMatcher(None, wanted, window, autojunk=False)
    score = 0.0
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            score += b - a
        elif tag == "replace":
            for left, right in zip(wanted[a:b], window[c:d]):
                score += SequenceMatcher(None, left, right, autojunk=False).ratio()
    return 2 * score / (len(wanted) + len(window))


def candidates_for(edit: Edit, file: FileText, path: str, count: int = 3) -> tuple[Candidate, ...]:
    """The runs of the file's lines that are most like the text to find, best first, above half alike."""
    found = []
    old = split(edit.old)[0][:400]
    for ratio, first, last in _windows(old, file)[:count]:
        if ratio >= 0.3:
            text = "".join(line + "\n" for line in file.lines[first:last])
            found.append(Candidate(path, first + 1, last, text, round(ratio, 3)))
    return tuple(found)


def locate_nearest(
    edit: Edit, file: FileText, symbols: Sequence[Symbol] | None, within: tuple[int, int] | None, path: str
) -> Located | Miss:
    """The place most like the text to find, if it is alike enough and no other is nearly so; else a miss."""
    return Miss("The text to find is not in the file.", candidates_for(edit, file, path))
