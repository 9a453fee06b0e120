"""The kinds of sentence a request can be: the patterns of `frames.txt`, and which of them a text shows.

Several hundred regular expressions would take a tenth of a second to compile. So each line of the file says a word that
must be there (an anchor), and a pattern is compiled when a text first has one of its anchors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

HANDS_OFF = "hands_off"
"""The frame of "change nothing"."""
STRIP = "strip"
"""Not a frame: what politeness puts in front of a request."""
TURN = "turn-"
"""How the sections begin that are for follow-ups alone (`shows`)."""
_FILE = Path(__file__).with_name("frames.txt")


@dataclass(frozen=True)
class Pattern:
    """One line of the file."""

    frame: str
    anchors: tuple[str, ...]
    """One of these must be in the text; empty: it is always tried."""
    regex: str
    """Empty where an anchor alone is enough."""


@lru_cache(maxsize=1)
def patterns() -> tuple[Pattern, ...]:
    """All lines of the file, in order. Raises ValueError for a line outside a section."""
    found: list[Pattern] = []
    frame = ""
    for number, line in enumerate(_FILE.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("[") and line.endswith("]") and "::" not in line:
            frame = line[1:-1]
        elif line.strip() and not line.startswith("# "):
            if not frame:
                raise ValueError(f"{_FILE.name}:{number}: a pattern outside a section")
            head, colons, regex = line.partition(" :: ")
            anchors = tuple(head.split(", ")) if colons else (line,)
            found.append(Pattern(frame, () if head == "*" and colons else anchors, regex if colons else ""))
    return tuple(found)


@dataclass(frozen=True)
class _Index:
    """Patterns by their anchors, so that a text is only tried against those that it could match."""

    patterns: tuple[Pattern, ...]
    always: tuple[int, ...]
    ascii: dict[str, tuple[int, ...]]
    other: dict[str, tuple[int, ...]]

    def candidates(self, lowered: str) -> list[Pattern]:
        """The patterns with an anchor in the text, in the file's order."""
        found = set(self.always)
        for anchor, places in self.ascii.items():
            if anchor in lowered:
                found.update(places)
        if not lowered.isascii():
            for anchor, places in self.other.items():
                if anchor in lowered:
                    found.update(places)
        return [self.patterns[at] for at in sorted(found)]


@lru_cache(maxsize=2)
def _index(strip: bool) -> _Index:
    chosen = tuple(p for p in patterns() if (p.frame == STRIP) == strip and not p.frame.startswith(TURN))
    by: dict[str, list[int]] = {}
    for at, pattern in enumerate(chosen):
        for anchor in pattern.anchors:
            by.setdefault(anchor, []).append(at)
    return _Index(
        chosen,
        tuple(at for at, p in enumerate(chosen) if not p.anchors),
        {a: tuple(places) for a, places in by.items() if a.isascii()},
        {a: tuple(places) for a, places in by.items() if not a.isascii()},
    )


@cache
def compiled(regex: str) -> re.Pattern[str]:
    """A pattern of the file, compiled once."""
    return re.compile(regex, re.I)


def frames_of(lowered: str) -> list[str]:
    """The frames that a lower-cased text shows, in the file's order."""
    found: list[str] = []
    for pattern in _index(False).candidates(lowered):
        if found and found[-1] == pattern.frame:
            continue
        if not pattern.regex or compiled(pattern.regex).search(lowered):
            found.append(pattern.frame)
    return found


def shows(section: str, text: str) -> re.Match[str] | None:
    """The first match of a follow-up's section (its name without `turn-`) in a text."""
    return find(TURN + section, text)


def find(frame: str, text: str) -> re.Match[str] | None:
    """The first match of a frame's own patterns in a text."""
    for pattern in patterns():
        regex = pattern.regex or "|".join(map(re.escape, pattern.anchors))
        if pattern.frame == frame and (match := compiled(regex).search(text)):
            return match
    return None


def core(prose: str) -> str:
    """The prose without what politeness puts in front: "hi, could you please fix it" → "fix it"."""
    text = prose.strip()
    candidates = _index(True).candidates(text[:200].lower())
    for _ in range(8):
        for pattern in candidates:
            match = compiled(pattern.regex).match(text)
            if match and match.end() and match.end() < len(text):
                text = text[match.end() :].strip()
                break
        else:
            break
    return text
