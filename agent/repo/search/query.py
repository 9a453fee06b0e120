# ruff: noqa: E501 (tables and patterns, which do not read better in pieces)
"""A search request in plain language → what to look for: identifiers, quoted text, patterns, words, and the intent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agent.repo.search.words import (
    CORE_STOP_WORDS,
    DEFINITION_WORDS,
    FILE_WORDS,
    IDEAS,
    IDLE_VERBS,
    KIND_WORDS,
    OFTEN_PLAIN,
    PHRASING,
    STOP_WORDS,
    USAGE_WORDS,
)

Intent = Literal["any", "definition", "usages", "text", "files"]


@dataclass(frozen=True)
class Query:
    """What a request looks for."""

    request: str
    identifiers: tuple[str, ...] = ()
    """Names written as code, qualified ones whole: `parse_config`, `Cart.total`, in the order of the request."""
    literals: tuple[str, ...] = ()
    """Quoted text that is no identifier, to be found as it stands."""
    patterns: tuple[str, ...] = ()
    """Regular expressions, in ripgrep's syntax."""
    words: tuple[str, ...] = ()
    """The content words, in their own case, phrasing stripped."""
    intent: Intent = "any"
    scope: tuple[str, ...] = ()
    """Paths and folder names that the request names as the place to look in, unchecked."""
    suffixes: tuple[str, ...] = ()
    """Endings of file names, when the request asks for files of a kind."""

    kinds: frozenset[str] = frozenset()
    """Symbol kinds that the request asks for (`the function that …`); empty when it does not say."""

    @property
    def empty(self) -> bool:
        """Nothing to look for."""
        return not (self.identifiers or self.literals or self.patterns or self.words or self.suffixes)


_MOST_CHARS = 2000
_MOST_WORDS = 12
"""A request that is longer is a pasted text; its start says what is meant."""
_BACKTICKS = re.compile(r"`+([^`\n]+)`+")
_QUOTED = re.compile(
    r"(?<!\w)(?:\"([^\"\n]+)\"|'([^'\n]+)'|“([^”\n]+)”|«\s*([^»\n]+?)\s*»|„([^“\n]+)“|「([^」\n]+)」)(?!\w)"
)
_REGEX = re.compile(r"(?<![\w./])/((?:[^/\\\n]|\\.)*[\\\[\]^$|*+?(){}](?:[^/\\\n]|\\.)*)/(?![\w./])")
_PATH = re.compile(r"(?<![\w@/.-])@?((?:[\w.-]+/)+[\w.-]*|[\w-]+(?:\.[\w-]+)*\.[A-Za-z]\w{0,5})(?![\w/(])")
_KNOWN_ENDINGS = frozenset(
    re.findall(
        r"\w+",
        "py pyi js jsx mjs cjs ts tsx go rs java c h cc cpp cxx hpp hh rb cs php kt kts swift lua sh bash sql html css scss "
        "vue svelte json yaml yml toml ini cfg md rst txt xml gradle ex exs erl hs ml scala clj dart zig pl r jl ipynb proto",
    )
)
_NAME = r"[A-Za-z_$][\w$]*"
_CODE = re.compile(
    rf"(?<![\w.])(?:[@#$]?{_NAME}(?:(?:\.|::|->|#){_NAME})+(?:\(\))?|{_NAME}\(\)?|"
    r"[A-Za-z$]*_[\w$]*[A-Za-z][\w$]*|[a-z$]+[a-z0-9]*[A-Z][\w$]*|[A-Z]+[a-z0-9]+[A-Z][\w$]*|[A-Z]{2,}[a-z]{2,}\w*|[A-Z][A-Z0-9]+_\w+|"
    rf"\${_NAME}|--[a-z][\w-]+)(?![\w])"
)
_WORD = re.compile(r"[^\W_](?:[\w$]|-(?=\w))*|_\w+")
_FILE_KINDS = {
    "python": ".py", "javascript": ".js .jsx .mjs .cjs", "typescript": ".ts .tsx", "golang": ".go", "rust": ".rs", "java": ".java",
    "yaml": ".yml .yaml", "json": ".json", "markdown": ".md", "sql": ".sql", "shell": ".sh .bash", "css": ".css .scss",
    "html": ".html", "toml": ".toml", "ruby": ".rb", "php": ".php", "kotlin": ".kt .kts", "swift": ".swift", "lua": ".lua",
    "notebook": ".ipynb", "docker": "Dockerfile", "make": "Makefile", "c++": ".cpp .cc .hpp .h", "c": ".c .h", "csharp": ".cs",
}  # fmt: skip
_FOLDER = re.compile(
    r"\b(?:in|under|inside|within|from|of)\s+(?:the\s+)?([\w./-]+)\s+(?:folder|directory|dir|package|module|subfolder)\b|"
    r"\b(?:folder|directory|package|dossier|ordner|carpeta|pasta)\s+([\w./-]+)",
    re.IGNORECASE,
)
_SUBCLASS = re.compile(
    r"\b(?:sub-?class(?:es)?|child(?:ren)? class(?:es)?|derived class(?:es)?|implementations?|implementers?|implementors?)\s+of"
    rf"\s+(?:the\s+)?`?({_NAME})|\b(?:inherits?|inheriting|derives?|extends?|extending|implements|implementing)\s+(?:from\s+)?(?:the\s+)?`?({_NAME})",
    re.IGNORECASE,
)
_IMPORT = re.compile(
    rf"\b(?:imports?|importing|requires|includes?)\s+(?:of\s+)?(?:the\s+)?`?([\w./@-]+)|`?({_NAME})`?\s+(?:is\s+|gets\s+|being\s+)?imported",
    re.IGNORECASE,
)


def query_terms(request: str) -> Query:
    """Strip the phrasing off a request, in whatever language it is. Pure; never raises."""
    text = " ".join(request.split())[:_MOST_CHARS]
    identifiers: list[str] = []
    literals: list[str] = []
    patterns: list[str] = []
    scope: list[str] = []

    def quoted(match: re.Match[str]) -> str:
        inside = next(g for g in match.groups() if g).strip()
        if _is_path(inside):
            scope.append(inside.lstrip("@"))
        elif re.fullmatch(rf"[@#$]?{_NAME}(?:(?:\.|::|->|#){_NAME})*(?:\([^)]*\))?", inside):
            identifiers.append(_bare(inside))
        elif inside:
            literals.append(inside)
        return " "

    rest = _BACKTICKS.sub(quoted, text)
    rest = _QUOTED.sub(quoted, rest)

    def regex(match: re.Match[str]) -> str:
        patterns.append(match[1])
        return " "

    rest = _REGEX.sub(regex, rest)
    ideas = [] if identifiers or literals or patterns else [pattern for said, pattern in IDEAS if said.search(rest)]
    relation = _relation(rest)
    if relation and not literals:
        patterns.append(relation)
    intent = _intent(text)

    def path(match: re.Match[str]) -> str:
        if "/" in match[1] or match[1].rpartition(".")[2].lower() in _KNOWN_ENDINGS:
            scope.append(match[1])
            return " "
        return match[0]

    rest = _PATH.sub(path, rest)
    scope += [next(g for g in m.groups() if g) for m in _FOLDER.finditer(rest)]
    rest = _FOLDER.sub(" ", rest)

    def code(match: re.Match[str]) -> str:
        identifiers.append(_bare(match[0]))
        return " "

    rest = _CODE.sub(code, rest)
    words, kinds = _content_words(rest, intent, bool(identifiers or literals or patterns))
    if relation:
        identifiers, words, intent = [], (), "files" if intent == "files" else "text"
    elif ideas and not identifiers and not kinds and _only_idea(words, rest):
        patterns += ideas
        words, intent = (), "files" if intent == "files" else "text"
    suffixes = _suffixes(text) if intent == "files" else ()
    if suffixes:
        identifiers = [i for i in identifiers if i.lower() not in _FILE_KINDS]
        words = tuple(w for w in words if w.lower() not in _FILE_KINDS and w.lower() not in ("test", "tests"))
    if literals and not identifiers and intent == "any":
        intent = "text"
    return Query(
        request,
        _once(identifiers),
        _once(literals),
        _once(patterns),
        words[:_MOST_WORDS],
        intent,
        _once(scope),
        suffixes,
        kinds,
    )


def _bare(name: str) -> str:
    name = re.sub(r"\(.*", "", name)
    return name.lstrip("@#$-") if not name.startswith("--") else name


def _is_path(text: str) -> bool:
    text = text.lstrip("@")
    ending = text.rpartition(".")[2].lower()
    return " " not in text and (
        "/" in text.strip("/") or text.endswith("/") or ("." in text and ending in _KNOWN_ENDINGS)
    )


def _intent(text: str) -> Intent:
    if FILE_WORDS.search(text):
        return "files"
    if USAGE_WORDS.search(text):
        return "usages"
    if DEFINITION_WORDS.search(text) or re.match(
        r"(?i)\s*(?:where|wo|où|ou est|dónde|donde|onde|dove|waar|где|gdzie|nerede)\b", text
    ):
        return "definition"
    return "any"


def _relation(text: str) -> str:
    """The pattern of `subclasses of X`, `who imports X`."""
    match = _SUBCLASS.search(text)
    if match:
        name = re.escape(match[1] or match[2])
        return (
            rf"\bclass\s+\w+\s*\([^)]*\b{name}\b|\b(?:extends|implements|with)\b[^{{]*\b{name}\b|"
            rf"\bimpl(?:<[^>]*>)?\s+(?:\w+::)*{name}\b[^{{]*\bfor\b|\b(?:class|struct|interface)\s+\w+(?:<[^>]*>)?\s*(?:\([^)]*\))?\s*:\s*[^{{]*\b{name}\b|"
            rf"\bclass\s+\w+\s*<\s*{name}\b"
        )
    match = _IMPORT.search(text)
    if match:
        name = (match[1] or match[2]).strip(".")
        if name.lower() in STOP_WORDS or name.lower() in ("statement", "statements", "error", "errors", "order"):
            return ""
        escaped = re.escape(name).replace("\\-", "-")
        return rf"""^\s*(?:import|from|use|using|#include|require|include|export)\b[^\n]*\b{escaped}\b|(?:require|import)\(?\s*["'][^"']*{escaped}"""
    return ""


def _content_words(text: str, intent: Intent, has_more: bool) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words that say what is looked for, and the kinds of definition among them."""
    stripped = text
    if intent == "usages":
        stripped = USAGE_WORDS.sub(" ", stripped)
    elif intent == "definition":
        stripped = DEFINITION_WORDS.sub(" ", stripped)
    if intent == "files":
        stripped = re.sub(r"(?i)\bfiles?\b|\bfilenames?\b", " ", stripped)
    if not stripped.isascii():
        stripped = PHRASING.sub(" ", stripped)
        # Text without spaces holds its names as runs of Latin letters.
        stripped = re.sub(r"(?<=[A-Za-z0-9_])(?=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])", " ", stripped)
        stripped = re.sub(r"(?<=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])(?=[A-Za-z0-9_])", " ", stripped)
    tokens = [t for t in _WORD.findall(stripped) if len(t) > 1 or t.isupper() or not t.isascii()]
    tokens = [t for t in tokens if t != "I"]
    # TODO, OS, ID: capitals are a name, whatever the word means in another language.
    content = [t for t in tokens if t.lower() not in STOP_WORDS or (t[:2].isupper() and not text.isupper())]
    said = [
        t for t in content if t.lower() in KIND_WORDS and (t.lower() not in OFTEN_PLAIN or _determined(stripped, t))
    ]
    kinds = frozenset(k for t in said for k in KIND_WORDS[t.lower()])
    named = [t for t in content if t not in said]
    content = named if named or has_more else content
    if has_more or content:
        return _once(content), kinds
    # Every word is phrasing in some language: the least likely phrasing is what was meant.
    content = [t for t in tokens if t.lower() not in CORE_STOP_WORDS]
    if len(content) > 1 and content[0] == tokens[0] and content[0].lower() in STOP_WORDS:
        content = content[1:]  # find os, show list
    if not content and tokens and intent in ("usages", "definition"):
        content = tokens[-1:]
    return _once(content), kinds


def _determined(text: str, word: str) -> bool:
    """Whether an article or a question word stands right before a word."""
    return bool(re.search(rf"\b(?:the|a|an|which|what|every|all)\s+{re.escape(word)}\b", text, re.IGNORECASE))


def _only_idea(words: tuple[str, ...], text: str) -> bool:
    """Whether a request has little more in it than the idea itself (`where are the TODOs`)."""
    said = " ".join(m[0] for rule, _ in IDEAS for m in [rule.search(text)] if m).lower()
    return all(w.lower() in said or w.lower() in IDLE_VERBS or w.lower() in STOP_WORDS for w in words)


def _suffixes(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for token in re.findall(r"[\w+]+", text.lower()):
        found += _FILE_KINDS.get(token, "").split()
    found += [m[1] for m in re.finditer(r"\*?(\.[a-z]\w{0,5})\s+files?\b", text)]
    return _once(found)


def _once(items: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in items if item))
