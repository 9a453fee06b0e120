"""Reading a file's name from the lines around a block: alone on a line, in a fence's info string, or in prose.

A name is *stated* when the line holds nothing but the name and its decoration (`### src/a.py`, `**File: a.py**`,
`# src/a.py`). In a sentence (`Here is the new a.py:`) it is only *mentioned*, which is weaker.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from agent.edits.parse.languages import BARE_NAMES, KNOWN_EXTENSIONS, NEVER_FILES, extension_of

_LABEL = re.compile(
    r"^(?:(?:the\s+)?(?:new|updated?|modif(?:y|ied)|changed?|edit(?:ed)?|creat(?:e|ed|ing)|add(?:ed)?|writ(?:e|ing)|"
    r"full|complete|final|fixed|target|rewritten|replace|revised|corrected|in|for|to|save\s+(?:as|to|in)|"
    r"overwrite)\s+)*"
    r"(?:(?:the\s+)?file[ _-]?(?:name|path)?|path|filename|filepath|location|target|module|script|update|"
    r"updated|create|created|new|"
    r"modify|modified|edit|edited|changes?\s+(?:to|in|for)|in|fix(?:ed)?|"
    r"for)\s*(?:\#?\d+\s*)?(?:[:=\-–—]\s*|\s+(?=[`\"'*\w./]))",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"^(?:(?:please\s+)?(?:new|updated?|modif(?:y|ied)|changed?|edit(?:ed)?|creat(?:e|ed|ing)|added?|"
    r"write|full|complete|"
    r"final|fixed|revised|corrected|the|in|for|save as|overwrite|contents? of)\s+)+(?=[`\"'*\w./])",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"\s*(?:[-–—:,]\s*)?[\(\[<{]?\s*\b(?:new(?:\s+file)?|updated?|modified|changed|edited|created?|"
    r"complete|full(?:\s+file)?|fixed|"
    r"added|rewritten|no changes?|continued|cont\.?|whole\s+file|file|contents?|after|version|"
    r"lines?\s*:?\s*\d+(?:\s*[-–]\s*\d+)?)(?:\s+(?:version|content|contents|file|code|changes|"
    r"here))*\s*[\)\]>}]?\s*$",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"^(?:#(?!!)|//|--(?!-)|;+|%+|/\*+|<!--|\{#|\(\*|\"\"\"|REM\b|')\s*(.*?)\s*(?:\*/|-->|#\}|\*\)|\"\"\")?$",
    re.IGNORECASE,
)
_WRAPS = ("`", '"', "'", "**", "__", "*", "_", "[", "(", "<", "“", "‘", "«")
_CLOSERS = {"[": "]", "(": ")", "<": ">", "“": "”", "‘": "’", "«": "»"}
_BAD = re.compile(r"[\x00-\x1f<>|?*\"`$]|://|\s$")
_TOKEN = re.compile(
    r"`([^`\n]{1,200})`|\*\*([^*\n]{1,200})\*\*|\"([^\"\n]{1,200})\"|'([^'\n]{1,200})'|([\w@+~.\-/\\\[\]()]{2,200})"
)


@dataclass(frozen=True)
class Known:
    """The repository's file names, for quick questions."""

    paths: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, paths: Collection[str]) -> Known:
        """From paths with POSIX separators."""
        return cls(frozenset(paths), frozenset(path.rsplit("/", 1)[-1] for path in paths))

    def holds(self, path: str) -> bool:
        """The path, its tail or its bare name is a file of the repository."""
        path = path.replace("\\", "/").removeprefix("./")
        return path in self.paths or path in self.names or path.rsplit("/", 1)[-1] in self.names


NOTHING = Known(frozenset(), frozenset())


def looks_like_path(word: str, known: Known = NOTHING, *, labelled: bool = False) -> bool:
    """Whether a word is written like a file's name. `labelled`: it stands where a file's name is due."""
    if not word or len(word) > 260 or word.strip() != word or _BAD.search(word):
        return False
    if word in known.paths or word in known.names:
        return True
    if word.lower() in NEVER_FILES or word.endswith(("/", "\\", ".", "...", "…")) or word.startswith("..."):
        return False
    if re.search(r"\s", word) and not (labelled and re.search(r"\.\w{1,12}$", word) and len(word.split()) <= 5):
        return False
    name = re.split(r"[/\\]", word)[-1]
    if not name or not re.search(r"\w", name):
        return False
    if name.lower() in BARE_NAMES:
        return True
    slashed = "/" in word or "\\" in word
    if "." in name:
        extension = extension_of(name)
        if not re.fullmatch(r"[a-z0-9][\w+-]{0,14}", extension):
            return False
        if extension in KNOWN_EXTENSIONS and "(" not in name.replace("(", "", name.count(")")):
            return labelled or slashed or not re.fullmatch(r"\W*(?:e\.g|i\.e)\W*", word.lower())
        if name.startswith(".") and name.count(".") == 1:
            return True
        return (labelled or slashed) and not re.fullmatch(r"\d+", extension)
    return labelled and (slashed or re.fullmatch(r"[\w.\-]+", word) is not None)


def stated_path(line: str, known: Known = NOTHING, *, comment: bool = False, slot: bool = False) -> str | None:
    """The path that a line states with nothing but decoration around it, else None.

    `comment`: the line may be a comment of the file itself, as in the first line of a fence.
    `slot`: the line stands where only a path is due (right before a SEARCH marker), so an extension is not needed.
    """
    text = line.strip()
    if not text or len(text) > 320:
        return None
    if text in known.paths:
        return text
    labelled = slot and re.search(r"[./\\]\w", text) is not None and not re.search(r"[.!?:]\s+\w", text)
    for _ in range(12):
        before = text
        text = text.strip().strip("\u200b").strip()
        if text in known.paths:
            return text
        text = re.sub(r"^(?:#{1,6}|>|[-*+•]|\d{1,3}[.)]|\([a-z0-9]\)|[-=~]{2,}|[📄📁📝✏️🔧]+)\s+(?=\S)", "", text)
        text = re.sub(r"\s+(?:#{1,6}|[-=~]{2,})$", "", text)
        text = re.sub(r"^={2,}(?=\S)|(?<=\S)={2,}$", "", text)
        if text.endswith((":", ",")):
            text = text[:-1].rstrip()
        if comment or slot:
            found = _COMMENT.match(text)
            if found and found.group(1) and not re.match(r"#{2,}", text):
                text = found.group(1)
        label = _LABEL.match(text)
        if label and len(label.group()) < len(text):
            labelled = labelled or ":" in label.group() or "=" in label.group() or "file" in label.group().lower()
            text = text[label.end() :]
        elif (action := _ACTION.match(text)) is not None:
            text = text[action.end() :]
        for mark in _WRAPS:
            close = _CLOSERS.get(mark, mark)
            if text.startswith(mark) and text.endswith(close) and len(text) > len(mark) + len(close):
                inner = text[len(mark) : -len(close)]
                if close not in inner and not (mark in ("_", "(", "[") and looks_like_path(text, known)):
                    text = inner
                    break
        link = re.fullmatch(r"\[([^\]]+)\]\(([^)]+)\)", text)
        if link:
            text = link.group(1)
        trailer = _TRAILER.search(text)
        if (
            trailer
            and trailer.start() > 0
            and looks_like_path(_unwrap(text[: trailer.start()]), known, labelled=labelled)
        ):
            text = text[: trailer.start()]
        if text == before:
            break
    text = _unwrap(text)
    position = re.fullmatch(r"(.+?):\d+(?:[-:]\d+)?", text)
    if position and looks_like_path(position.group(1), known):
        text = position.group(1)
    if text.startswith("file://"):
        text = text[7:]
    if text.startswith("@") and text[1:] in known.paths:
        text = text[1:]
    return text if looks_like_path(text, known, labelled=labelled) else None


def _unwrap(text: str) -> str:
    text = text.strip()
    for mark in ("**", "`", '"', "'"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)].strip()
    return text


def mentioned_paths(line: str, known: Known = NOTHING) -> list[str]:
    """The paths that a sentence mentions, in order, each once."""
    found: list[str] = []
    for match in _TOKEN.finditer(line):
        quoted = match.group(5) is None
        word = next(group for group in match.groups() if group is not None).strip()
        if not quoted:
            word = word.rstrip(".,;:!?)").lstrip("(")
        wanted = word in known.paths or word in known.names
        if not wanted and looks_like_path(word, known) and (quoted or "/" in word or known.holds(word)):
            extension = extension_of(word)
            wanted = extension in KNOWN_EXTENSIONS or word.rsplit("/", 1)[-1].lower() in BARE_NAMES
        elif not wanted and not quoted and looks_like_path(word, known):
            wanted = extension_of(word) in KNOWN_EXTENSIONS and len(extension_of(word)) > 1
        if wanted and word not in found:
            found.append(word)
    return found
