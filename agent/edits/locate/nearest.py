"""The nearest lines to a text that is not in the file: as candidates for a person, and, within bounds, as the place.

A model misremembers the lines around a change more often than the lines it changes. So the place is taken when the
lines that change stand there word for word, once in the file with their neighbours, and no more than one of the other
lines shown is remembered otherwise, by one word, or forgotten. Near copies of the same code differ by more than that,
or hold the line that is remembered otherwise. The bounds are drawn from `benchmarks.edits.labelled`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from agent.edits.locate.adapt import opcodes, rewrite
from agent.edits.locate.choose import headers, matches_anchor
from agent.edits.locate.indent import relate
from agent.edits.locate.result import Located, Miss
from agent.edits.locate.steps import unit, without_edges
from agent.edits.locate.symbols import Symbol
from agent.edits.locate.text import FileText, plain, split
from agent.edits.types import Candidate, Edit

LEAST_LINES = 2
"""Lines shown, blank ones not counted."""
MOST_OTHERWISE = 1
"""Unchanged lines that may be remembered otherwise, or forgotten."""
MOST_WORDS = 1
"""Words by which such a line may differ from the one that stands in its stead."""
LEAST_LINE = 0.5
"""How alike two lines must be for one to be taken as the other's place at all."""
_MOST_SCORED = 60
"""Lines of a long text by which its likeness to a place is judged."""
_MOST_READ = 20_000
"""Lines of a file that are read for shared words."""
_LONGEST = 400
"""Lines of a text to find beyond which no nearest place is looked for: a text so long is a rewrite."""


_OPENS = re.compile(
    r"^\s*(?:(?:export|default|public|private|protected|static|async|abstract|final|pub|const)\s+)*"
    r"(?:def|class|function|func|fn|struct|enum|interface|trait|impl|module|object|namespace|type|sub|proc)\b"
)


_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def squeeze(line: str) -> str:
    """The line without the spacing that carries no meaning between words and signs."""
    return re.sub(r"\s+", " ", re.sub(r"\s*([^\w\s])\s*", r"\1", plain(line).strip()))


def _keys(file: FileText) -> tuple[list[str], dict[str, list[int]]]:
    """Squeezed keys of the file's filled lines, and their places, made once."""
    cached = file.__dict__.get("_squeezed")
    if cached is None:
        keys = [squeeze(file.lines[index]) for index in file.filled]
        places: dict[str, list[int]] = {}
        for index, key in enumerate(keys):
            places.setdefault(key, []).append(index)
        cached = file.__dict__["_squeezed"] = (keys, places)
    return cached


def _windows(wanted: Sequence[str], file: FileText) -> list[tuple[float, int, int]]:
    """(likeness, first, last) in filled lines, of the most similar runs, best first; none overlaps a better one."""
    keys, places = _keys(file)
    votes: dict[int, float] = {}
    for index, key in enumerate(wanted):
        at = places.get(key, ())
        if 0 < len(at) <= 40:
            weight = min(len(key), 40) / len(at)
            for place in at:
                for near in (-2, -1, 0, 1, 2):
                    start = place - index + near
                    votes[start] = votes.get(start, 0.0) + weight / (1 + abs(near))
    if not votes:
        votes = _votes_of_words(wanted, keys)
    scored: list[tuple[float, int, int]] = []
    for start in sorted(votes, key=lambda at: (-votes[at], at))[:16]:
        first = min(max(start, 0), max(len(keys) - 1, 0))
        last = min(max(start + len(wanted), first + 1), len(keys))
        if keys[first:last]:
            scored.append(
                (similarity(wanted[:_MOST_SCORED], keys[first : min(last, first + _MOST_SCORED)]), first, last)
            )
    scored.sort(key=lambda item: (-item[0], item[1]))
    kept: list[tuple[float, int, int]] = []
    for ratio, first, last in scored:
        if all(last <= other[1] or first >= other[2] for other in kept):
            kept.append((ratio, first, last))
    return kept


def _votes_of_words(wanted: Sequence[str], keys: Sequence[str]) -> dict[int, float]:
    """Where no line stands as it is: starts voted for by the words that lines share, the rare ones most."""
    where: dict[str, list[int]] = {}
    for index, line in enumerate(wanted):
        for word in set(_WORD.findall(line)):
            where.setdefault(word, []).append(index)
    votes: dict[int, float] = {}
    for at, key in enumerate(keys[:_MOST_READ]):
        shares: dict[int, float] = {}
        for word in set(_WORD.findall(key)):
            for index in where.get(word, ())[:8]:
                shares[index] = shares.get(index, 0.0) + 1 / len(where[word])
        if shares:
            best = max(shares, key=lambda index: shares[index])
            votes[at - best] = votes.get(at - best, 0.0) + shares[best]
    return votes


def similarity(wanted: Sequence[str], window: Sequence[str]) -> float:
    """How alike two runs of lines are, 0 to 1: the mean over both of what each line has of its partner in order."""
    matcher = SequenceMatcher(None, wanted, window, autojunk=False)
    score = 0.0
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            score += b - a
        elif tag == "replace":
            for left, right in zip(wanted[a:b], window[c:d], strict=False):
                score += SequenceMatcher(None, left, right, autojunk=False).ratio()
    return 2 * score / (len(wanted) + len(window))


def candidates_for(edit: Edit, file: FileText, path: str, count: int = 3) -> tuple[Candidate, ...]:
    """The runs of the file's lines that are most like the text to find, best first, above a third alike."""
    wanted = [squeeze(line) for line in split(edit.old)[0] if line.strip()][:_LONGEST]
    if not wanted or not file.filled:
        return ()
    return _as_candidates(_windows(wanted, file)[:count], file, path)


def _as_candidates(windows: Sequence[tuple[float, int, int]], file: FileText, path: str) -> tuple[Candidate, ...]:
    found = []
    for ratio, start, stop in windows:
        if ratio >= 1 / 3:
            first, last = file.filled[start], file.filled[stop - 1] + 1
            text = "".join(line + "\n" for line in file.lines[first:last])
            found.append(Candidate(path, first + 1, last, text, round(ratio, 3)))
    return tuple(found)


def locate_nearest(
    edit: Edit, file: FileText, symbols: Sequence[Symbol] | None, within: tuple[int, int] | None, path: str
) -> Located | Miss:
    """The place most like the text to find, if it is alike enough and no other is nearly so; else a miss."""
    shown = [squeeze(line) for line in split(edit.old)[0] if line.strip()][:_LONGEST]
    windows = _windows(shown, file) if shown and file.filled else []
    miss = Miss("The text to find is not in the file.", _as_candidates(windows[:3], file, path))
    old, new = split(edit.old)[0], split(edit.new)[0]
    if len(old) > _LONGEST or not windows:
        return miss
    if old and not (old[0].strip() and old[-1].strip()) and (core := without_edges(old, new)) is not None:
        old, new = list(core[0]), list(core[1])
    filled = [index for index, line in enumerate(old) if line.strip()]
    wanted = [squeeze(old[index]) for index in filled]
    best, start, stop = windows[0]
    place = _align(wanted, filled, len(old), file, max(start - 3, 0), min(stop + 3, len(file.filled)))
    if place is None or place[0] < 0 or place[-1] < 0 or not _changes_stand(old, new, place, file):
        return miss
    if not _is_sure(old, new, place, file) or not _fits_symbols(edit, file, place, symbols):
        return miss
    known = [(old[index], file.lines[at]) for index, at in enumerate(place) if at >= 0 and old[index].strip()]
    same = [(mine, theirs) for mine, theirs in known if squeeze(mine) == squeeze(theirs)]
    shift = relate(same, [*old, *new], unit(file))
    if shift is None:
        return miss
    placed = [at for at in place if at >= 0]
    first, last = placed[0], placed[-1] + 1
    text = rewrite(file, place, first, last, old, new, shift, lookalikes=True, eof_newline=edit.eof_newline)
    if text is None:
        return miss
    return Located(file.starts[first], file.starts[last], text, "nearest", first + 1, last, round(best, 3))


def _align(
    wanted: Sequence[str], filled: Sequence[int], length: int, file: FileText, start: int, stop: int
) -> list[int] | None:
    """For every old line the file line it stands for, -1 for none; None when no line stands for one."""
    keys, _ = _keys(file)
    place = [-1] * length
    matcher = SequenceMatcher(None, wanted, keys[start:stop], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        pairs: list[tuple[int, int]] = []
        if tag == "equal" or (tag == "replace" and b - a == d - c):
            pairs = [(a + step, c + step) for step in range(b - a)]
        elif tag == "replace" and a == 0 and d - c > b - a:
            pairs = [(step, d - b + step) for step in range(b)]
        elif tag == "replace" and b == len(wanted) and d - c > b - a:
            pairs = [(a + step, c + step) for step in range(b - a)]
        for mine, theirs in pairs:
            if (
                tag == "equal"
                or SequenceMatcher(None, wanted[mine], keys[start + theirs], autojunk=False).ratio() >= LEAST_LINE
            ):
                place[filled[mine]] = file.filled[start + theirs]
    if all(at < 0 for at in place):
        return None
    _place_blanks(file, length, filled, place)
    return place


def _place_blanks(file: FileText, length: int, filled: Sequence[int], place: list[int]) -> None:
    taken = set(place)
    solid = set(filled)
    for index in range(1, length):
        if index not in solid and place[index - 1] >= 0:
            following = place[index - 1] + 1
            if following < len(file.lines) and not file.lines[following].strip() and following not in taken:
                place[index] = following
    for index in range(filled[0] - 1, -1, -1):
        above = place[index + 1] - 1
        if above >= 0 and not file.lines[above].strip():
            place[index] = above


def _stands(old: Sequence[str], place: Sequence[int], index: int, file: FileText) -> bool:
    """The old line stands in the file word for word (or is blank)."""
    if not old[index].strip():
        return True
    return place[index] >= 0 and squeeze(old[index]) == squeeze(file.lines[place[index]])


def _changes_stand(old: Sequence[str], new: Sequence[str], place: Sequence[int], file: FileText) -> bool:
    """Every line that changes stands in the file word for word, in one piece, between lines that have a place.

    An insertion, which changes no line, needs neighbours that follow each other in the file too, one of them word for
    word: a forgotten line between them would leave open on which side of it the new lines go.
    """
    for tag, a, b, _, _ in opcodes(old, new):
        if tag == "equal":
            continue
        before = next((index for index in range(a - 1, -1, -1) if old[index].strip()), None)
        after = next((index for index in range(b, len(old)) if old[index].strip()), None)
        changed = [index for index in range(a, b) if old[index].strip()]
        if not all(_stands(old, place, index, file) for index in changed):
            return False
        if not changed and not any(_stands(old, place, index, file) for index in (before, after) if index is not None):
            return False
        row = [place[index] for index in (before, *changed, after) if index is not None]
        if any(at < 0 for at in row) or any(below <= above for above, below in itertools.pairwise(row)):
            return False
        if changed and _blank_beside_gap(old, place, file, (a, b), before, after, changed):
            return False
        joined = [place[index] for index in changed] if changed else row
        if any(_between(file, above, below) for above, below in itertools.pairwise(joined)):
            return False
    return True


def _blank_beside_gap(
    old: Sequence[str],
    place: Sequence[int],
    file: FileText,
    rows: tuple[int, int],
    before: int | None,
    after: int | None,
    changed: Sequence[int],
) -> bool:
    """The change begins or ends with blank lines beside a forgotten line: which of the file's they are is not sure."""
    above = before is not None and not old[rows[0]].strip() and _between(file, place[before], place[changed[0]])
    below = after is not None and not old[rows[1] - 1].strip() and _between(file, place[changed[-1]], place[after])
    return bool(above or below)


def _between(file: FileText, above: int, below: int) -> int:
    """How many lines that are not blank stand between two."""
    return sum(1 for line in range(above + 1, below) if file.lines[line].strip())


def _is_sure(old: Sequence[str], new: Sequence[str], place: Sequence[int], file: FileText) -> bool:
    """The bounds above hold, and what is shown speaks for no other place of the file."""
    filled = [index for index, line in enumerate(old) if line.strip()]
    if len(filled) < LEAST_LINES or any(place[index] < 0 for index in filled):
        return False
    unchanged = {index for tag, a, b, _, _ in opcodes(old, new) if tag == "equal" for index in range(a, b)}
    wrong = [index for index in filled if not _stands(old, place, index, file)]
    forgotten = _between(file, place[filled[0]], place[filled[-1]]) - (len(filled) - 2 if len(filled) > 1 else 0)
    if len(wrong) + forgotten > MOST_OTHERWISE:
        return False
    for index in wrong:
        mine, theirs = old[index], file.lines[place[index]]
        if _OPENS.match(mine) or _words_apart(squeeze(mine), squeeze(theirs)) > MOST_WORDS:
            return False
    for index in filled:
        # A line that stands word for word somewhere else says that this is not its place.
        mine = old[index].strip()
        if mine != file.lines[place[index]].strip() and mine in file.stripped.places:
            return False
    told = [index for index in filled if index in unchanged and index not in wrong and re.search(r"\w{3}", old[index])]
    return (bool(told) or not wrong) and _stands_once(old, new, place, file)


def _words_apart(mine: str, theirs: str) -> int:
    """The number of words and signs that differ; more than any bound where their number does."""
    left, right = _TOKEN.findall(mine), _TOKEN.findall(theirs)
    if len(left) != len(right):
        return len(left) + len(right)
    return sum(a != b for a, b in zip(left, right, strict=True))


def _stands_once(old: Sequence[str], new: Sequence[str], place: Sequence[int], file: FileText) -> bool:
    """The changed lines, with the unbroken run of neighbours that stand word for word, are in the file only once."""
    changes = [(a, b) for tag, a, b, _, _ in opcodes(old, new) if tag != "equal"]
    if not changes:
        return False
    keys, places = _keys(file)
    low, high = changes[0][0], changes[-1][1]
    run = [index for index in range(low, high) if old[index].strip()]
    for side in (range(low - 1, -1, -1), range(high, len(old))):
        for index in side:
            if not old[index].strip():
                continue
            nearest = run[0 if index < low else -1] if run else index
            above, below = sorted((place[nearest], place[index]))
            if not _stands(old, place, index, file) or _between(file, above, below):
                break
            run.insert(0 if index < low else len(run), index)
    wanted = [squeeze(old[index]) for index in run]
    if not wanted or not any(re.search(r"\w{3}", line) for line in wanted):
        return False
    starts = places.get(wanted[0], ())
    return sum(1 for start in starts if keys[start : start + len(wanted)] == wanted) == 1


def _fits_symbols(edit: Edit, file: FileText, place: Sequence[int], symbols: Sequence[Symbol] | None) -> bool:
    """The place lies in the definition that the patch names, and a definition that the text shows is that one."""
    first = next(at for at in place if at >= 0)
    anchors = [anchor for anchor in (*edit.anchors, edit.symbol) if anchor.strip()]
    if anchors:
        around = headers(file, first)
        if not any(matches_anchor(line, anchor) for line in around for anchor in anchors):
            return False
    if symbols:
        named = [
            s for s in symbols if re.search(rf"\b(?:def|class|function|func|fn)\s+{re.escape(s.name)}\b", edit.old)
        ]
        last = max(place)
        if named and not any(s.outer_line - 1 <= last and first <= s.end_line - 1 for s in named):
            return False
    return True
