"""A request taken apart: the words the person wrote, and what they pasted (tracebacks, code, paths)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARACTERS = 20_000
"""More than this is a paste; its head and tail are looked at."""
MAX_PROSE = 1_500
"""Of a person's own words the head and the tail say what is wanted."""

_FENCE = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n.*?(?:\1|\Z)", re.S | re.M)
_TRACE_START = re.compile(
    r"^\s*(Traceback \(most recent call last\)|Exception in thread |thread '.*' panicked|panic: |goroutine \d+)"
)
_TRACE_LINE = re.compile(
    r"""^\s*(
        File\ ".+",\ line\ \d+ | at\ .+\(.*:\d+(:\d+)?\) | at\ (async\ )?\S+:\d+:\d+ | at\ [\w.$<>]+\(.*\)$ |
        \S+\.\w{1,5}:\d+(:\d+)?:?\s.* | \S+\.\w{1,5}\(\d+(,\d+)?\):?\s.* | E\s{2,}.+ | >\s{2,}.+ |
        (FAILED|ERROR)\ \S+ | =+\ .+\ =+$ | -+>\ \S+:\d+ | error(\[E\d+\])?:\ .+ | npm\ ERR!.* | \^+~*$ | ~*\^+$ |
        \d+\s*\|.* | \.\.\.\ \d+\ more | caused\ by:.* | (fatal|warning|note|help):\ .+ | make(\[\d+\])?:\ \*\*\*.* |
        goroutine\ \d+.* | Segmentation\ fault.* | \[?(ERROR|WARN|FATAL|INFO|DEBUG)\]?[\s:].+ | ---\ FAIL:.* |
        FAIL\s\S+.* | \d{4}-\d\d-\d\d[T\ ]\d\d:\d\d.* | During\ handling\ of.* | \|\s*$ | (?:e|w):\s.+ |
        =\ (?:note|help|warning):.* | \S+:\ (?:command\ not|not\ found|No\ such\ file|Permission\ denied).* |
        (?:ba|z|/bin/)?sh:\ .+ | \S*ld:\ .+ | .*undefined\ reference\ to\ .+ |
        (?:PHP|CMake|Unhandled|Uncaught)\ (?:Fatal|Parse|Error|exception|Warning)\b.*
    )""",
    re.X | re.I,
)
_EXCEPTION = re.compile(
    r"^\s*(?:[\w.$]+\.)?[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Panic|Iteration)\b(?::.*)?$|^\s*Uncaught \w+"
)
_CODE_LINE = re.compile(
    r"""^\s*(
        (def|class|async\ def|func|fn|pub\ fn|impl|struct|enum|interface|import|from\ \S+\ import|\#include|package
        |using|namespace)\ ?.*[({:;\w]$ | (public|private|protected|static|const|let|var|val|export)\ .+[;{=(),\w]$ |
        (return|raise|throw|yield|await|print|console\.log|assert)\b.*[;)\w\]"']$ |
        (if|for|while|elif|else|try|except|switch|case|with)\b.*[:{]$ | [\w.\[\]'"]+\ *(\+|-|\*|/|:)?=\ *\S.*$ |
        [{}\])(;,]+$ | @\w+.*$ | //.*$ | \#\ .*$ | </?\w+[^>]*>.*$ | [\w.]+\(.*\);?$ |
        .*[;{]$ | (SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER)\ .+ | \$\ .+ | [+-]\s{2,}.+ | @@\ .+
    )""",
    re.X,
)
FILE = re.compile(
    r"""(?<![\w/@.])@?(?:[\w.+-]+/)*(?:[\w+-][\w.+-]*)\.(?:py|pyi|ipynb|js|jsx|mjs|cjs|ts|tsx|vue|svelte|go|rs|java
    |kt|kts|scala|swift|c|h|cc|cpp|cxx|hpp|cs|fs|rb|php|lua|sh|bash|zsh|ps1|bat|pl|r|jl|ex|exs|erl|clj|hs|ml|dart|sql
    |html?|css|scss|sass|less|json|jsonc|ya?ml|toml|ini|cfg|conf|env|xml|md|rst|txt|csv|lock|proto|graphql|tf|gradle
    |cmake|mk|tex|zig|nim|f90|m|mm|vb|asm|s|log|properties|plist|svg|gd|ino)(?![\w])(?!\.\w{4,})
    | \b(?:Makefile|Dockerfile|README|CHANGELOG|LICENSE|Jenkinsfile|Gemfile|Rakefile|Procfile|CMakeLists)\b
    | (?<![\w/])(?:\.{0,2}/)?(?:[\w.-]+/)+[\w.-]*(?![\w/])""",
    re.X | re.I,
)
TICKS = re.compile(r"`([^`\n]{1,200})`")
IDENTIFIER = re.compile(
    r"\b(?:[A-Za-z]\w*_\w+|_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+|[A-Z]{2,}_[A-Z_]+"
    r"|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\(\w*\)|[A-Za-z]\w+(?:::|\.)[A-Za-z_]\w+(?:(?:::|\.)\w+)*)(?![\w])"
)
_URL = re.compile(r"https?://\S+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class Shape:
    """What a request is made of."""

    prose: str
    """What the person wrote themselves, one line, with `FILE`, `CODE` and `URL` for names."""
    whole: str
    """The request without surrounding blanks, cut to MAX_CHARACTERS."""
    trace: bool
    """A traceback, compiler error or log excerpt is in it."""
    code: bool
    """A fence or bare lines of code are in it."""
    files: tuple[str, ...]
    names: tuple[str, ...]
    """Identifiers: in backticks, or by their spelling (`snake_case`, `camelCase`, `call()`)."""
    cjk: bool


def shape(request: str) -> Shape:
    """Take a request apart. Never raises, whatever the text; linear in its length."""
    text = unicodedata.normalize("NFKC", request).replace("’", "'").replace("`\u200b", "`").strip()
    if "\n" not in text and text.count("\\n") > 1:
        text = text.replace("\\n", "\n").replace("\\t", "\t")  # a paste that came through a shell or a JSON line
    if len(text) > MAX_CHARACTERS:
        text = text[: MAX_CHARACTERS // 2] + "\n" + text[-MAX_CHARACTERS // 2 :]
    without, fences = _FENCE.subn("\n", text)
    fenced = " ".join(m.group(0) for m in _FENCE.finditer(text))
    trace = any(_is_trace(line) for line in fenced.splitlines()[1:40])
    own, pasted_trace, pasted_code = _own_lines(without)
    if len(own) > MAX_PROSE:
        own = own[: MAX_PROSE * 2 // 3] + " ; " + own[-MAX_PROSE // 3 :]
    own = _URL.sub(" URL ", own)
    files: list[str] = []
    names: list[str] = []

    def take_ticks(match: re.Match[str]) -> str:
        inside = match.group(1).strip()
        if FILE.fullmatch(inside):
            files.append(inside)
            return " FILE "
        if " " in inside and len(inside.split()) > 4 and not re.search(r"[(){}=;\[\]]", inside):
            return f" {inside} "
        names.append(inside)
        return " CODE "

    def take_file(match: re.Match[str]) -> str:
        word = match.group(0)
        if "/" in word and "." not in word and word.count("/") == 1 and word.lower() in _SLASHED:
            return word.replace("/", " ")
        files.append(word.lstrip("@"))
        return " FILE "

    def take_name(match: re.Match[str]) -> str:
        if match.group(0).lower() in _NOT_NAMES:
            return match.group(0)
        names.append(match.group(0))
        return " CODE "

    own = TICKS.sub(take_ticks, own)
    own = FILE.sub(take_file, own)
    own = IDENTIFIER.sub(lambda m: m.group(0) if m.group(0) in ("FILE", "CODE", "URL") else take_name(m), own)
    return Shape(
        prose=" ".join(own.split()),
        whole=text,
        trace=trace or pasted_trace,
        code=bool(fences and not trace) or pasted_code,
        files=tuple(dict.fromkeys(files)),
        names=tuple(dict.fromkeys(names)),
        cjk=bool(_CJK.search(own)),
    )


_PAIRS = """
    and/or his/her he/she he/him i/o tcp/ip client/server read/write true/false yes/no ci/cd w/o n/a
    input/output on/off either/or
"""
_SLASHED = frozenset(_PAIRS.split())
_PRODUCTS = """
    e.g i.e node.js vue.js next.js asp.net github javascript typescript postgresql mysql mongodb graphql
    youtube gitlab openai chatgpt ios macos ok.so fastapi pytorch tensorflow latex numpy devops iphone
    linkedin stackoverflow vscode powershell websocket websockets oauth grpc phd
"""
_NOT_NAMES = frozenset(_PRODUCTS.split())


def _is_trace(line: str) -> bool:
    return bool(_TRACE_START.match(line) or _EXCEPTION.match(line) or _TRACE_LINE.match(line))


_ASKS = re.compile(
    r"\?|\b(?:please|pls|plz|fix|why|how|what|explain|help|correct|repair|can you|could you|add|change|should|when i"
    r"|where|run|find)\b",
    re.I,
)
_ERROR_PART = re.compile(r"(?:[\w.$]+\.)?[A-Z]\w*(?:Error|Exception)\b:?")
_FLAT_TRACE = re.compile(
    r"Traceback \(most recent call last\):?.*?"
    r"(?:[A-Z]\w*(?:Error|Exception|Exit|Interrupt)\b(?::[^.?!\n]*)?[.?!]?|(?=\n|$))",
    re.S,
)


def _own_lines(text: str) -> tuple[str, bool, bool]:
    """(the prose, with "; " where something pasted stood between; a trace was seen; code was seen)."""
    lines = text.splitlines()
    alone = len(lines) == 1
    trace = code = inside = False
    if alone and "Traceback (most recent call last)" in text:
        return _FLAT_TRACE.sub(" ; ", text).strip(" ;"), True, False
    parts: list[str] = []
    for line in lines:
        pasted = True
        if not line.strip():
            inside = False
        elif _TRACE_START.match(line):
            trace = inside = True
        elif _EXCEPTION.match(line) or _TRACE_LINE.match(line):
            trace, inside = True, inside and not _EXCEPTION.match(line)
            if _ASKS.search(line) and (alone or line.rstrip().endswith("?")):
                parts.append(_ERROR_PART.sub(" ", line))
        elif inside and line[0] in " \t":
            pass
        elif any(map(str.isalnum, line)) and _CODE_LINE.match(line) and not _reads_as_prose(line, alone):
            code = True
        else:
            parts.append(line)
            pasted = False
        if pasted and parts and parts[-1] != ";":
            parts.append(";")
    return " ".join(parts).strip(" ;"), trace, code


def _reads_as_prose(line: str, alone: bool) -> bool:
    """Several plain words, and little punctuation of code; a line that stands alone needs more to be taken for code."""
    if re.match(r"\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER)\b", line):
        return False
    marks = sum(line.count(c) for c in "(){}[]=;<>")
    if alone and marks < 2:
        return True
    words = re.findall(r"(?<![\w.(])[A-Za-z']{2,}(?![\w(])", line)
    return len(words) >= 4 and marks <= 4 and not line.rstrip().endswith(("{", ";")) and "):" not in line[-3:]
