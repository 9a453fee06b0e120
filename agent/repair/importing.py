"""Imports that new code needs: those that the reply brings, and those that its use of a standard package tells."""

from __future__ import annotations

import re

_GO_PLAIN = "bufio|bytes|cmp|errors|fmt|io|maps|math|os|regexp|slices|sort|strconv|strings|sync|time|unicode"
GO_PACKAGES = {
    **{name: name for name in _GO_PLAIN.split("|")},
    "big": "math/big",
    "bits": "math/bits",
    "rand": "math/rand",
    "utf8": "unicode/utf8",
    "heap": "container/heap",
    "list": "container/list",
}
"""Go: qualifier → path, of standard packages that short functions use."""
JAVA = {
    "java.util": re.compile(
        r"\b(?:Array(?:Deque|List|s)|BitSet|Collections?|Comparator|Deque|EnumMap|(?:Linked|Tree)?(?:Hash)?(?:Map|Set)|"
        r"Iterator|(?:Linked)?List|ListIterator|NoSuchElementException|Objects|Optional(?:Double|Int)?|"
        r"(?:Priority)?Queue|Random|Scanner|Stack|StringJoiner|Vector)\b"
    ),
    "java.util.stream": re.compile(r"\b(?:Collectors|(?:Int|Long|Double)?Stream)\b"),
}
"""Java: package → names of it that short functions use."""
_CLAUSE = re.compile(r"(?:\s|//[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*package \w+[^\n]*\n")
"""Go's package clause, with the comments above it."""
_IMPORT = re.compile(
    r"^import\s*(?:\(((?:\"[^\"\n]*\"|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|[^)\"/])*)\)"
    r"|([\w.]*\s*\"[^\"]+\"))[ \t]*\n?",
    re.M,
)
"""Go's import declarations, one or a group."""
_LINE = {
    ".py": re.compile(r"^(?:import|from)\s+\S.*$", re.M),
    ".java": re.compile(r"^import\s.*;", re.M),
    ".js": re.compile(r"^(?:import\s.*|(?:const|let|var)\s.*=\s*require\(.*\).*)$", re.M),
    ".cpp": re.compile(r"^#include\s.*$", re.M),
}
_LIKE = {".pyw": ".py", ".mjs": ".js", ".cjs": ".js", ".ts": ".js", ".cc": ".cpp", ".cxx": ".cpp", ".hpp": ".cpp"}
_LIKE |= {".h": ".cpp", ".c": ".cpp"}


def imported(path: str, text: str, reply: str) -> str:
    """The text with the imports that the reply's code has and needs; Go's are made to fit, since a spare one is an
    error there."""
    ending = "." + path.rpartition(".")[2]
    ending = _LIKE.get(ending, ending)
    if ending == ".go":
        return _go(text)
    if ending not in _LINE:
        return text
    have = {_same(line) for line in _LINE[ending].findall(text)}
    wanted = [line for line in _LINE[ending].findall(reply) if _same(line) not in have and _needed(ending, line, text)]
    if ending == ".java":
        wanted += _java(text, [*have, *wanted])
    text = _added(text, wanted, _LINE[ending]) if wanted else text
    return _python(path, text) if ending == ".py" else text


def _python(path: str, text: str) -> str:
    """Names that nothing defines and only one standard module can mean are imported."""
    from agent.repair.lint import lint_fixes

    for _ in range(3):
        fixes = lint_fixes(path, text)
        fix = next((f for f in fixes if f.sure and f.code == "F821" and "import" in f.explanation), None)
        if fix is None:
            break
        text = fix.new_text
    return text


def _same(line: str) -> str:
    return " ".join(line.rstrip(";").split())


def _needed(ending: str, line: str, text: str) -> bool:
    """Whether one of the names that the line brings is used. An include always is."""
    if ending == ".cpp":
        return '"' not in line
    if ending == ".java" and line.rstrip("; ").endswith("*"):
        return "java.util.*" not in text or "java.util.*" not in line
    head = line.split("require")[0] if ending == ".js" else line.rpartition(" import ")[2] or line
    names = set(re.findall(r"\w+", head)) - {"import", "from", "as", "const", "let", "var", "static", "java", "util"}
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)


def _added(text: str, lines: list[str], pattern: re.Pattern[str]) -> str:
    """Lines before the first import; else at the top, after what has to stay first."""
    first = pattern.search(text)
    if first is not None:
        start = first.start()
    else:
        head = re.match(
            r"(?:#!.*\n)?(?:\s*(?:\"\"\".*?\"\"\"|'''.*?''')\n+|\s*['\"]use strict['\"];?\n|package .*\n)?", text, re.S
        )
        start = head.end() if head else 0
    return text[:start] + "".join(line.rstrip() + "\n" for line in dict.fromkeys(lines)) + text[start:]


def _java(text: str, have: list[str]) -> list[str]:
    every = " ".join(have)
    defined = set(re.findall(r"\b(?:class|interface|record|enum) (\w+)", text))
    found = []
    for package, names in JAVA.items():
        used = {name for name in names.findall(text) if not re.search(rf"\.{name}\b", every)} - defined
        if used and f"{package}.*" not in every:
            found.append(f"import {package}.*;")
    return found


def _go(text: str) -> str:
    """Standard packages that are used are imported, those that are not are taken out."""
    clause = _CLAUSE.match(text)
    if clause is None:
        return text
    have: list[tuple[str, str]] = []
    for match in _IMPORT.finditer(text):
        have += re.findall(r"([\w.]*)[ \t]*\"([^\"]+)\"", match.group(1) or match.group(2))
    body = _IMPORT.sub("", text)
    code = re.sub(r"//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|`[^`]*`", "", body)
    used = set(re.findall(r"(?<![\w.)\]])([a-z]\w*)\.[A-Z]", code))
    local = set(re.findall(r"\b([a-z]\w*)\b(?:\s*,\s*\w+)*\s*:=|\bvar\s+([a-z]\w*)", code))
    named = {name for pair in local for name in pair}
    kept = [
        (alias, where)
        for alias, where in have
        if alias or where not in GO_PACKAGES.values() or where.rpartition("/")[2] in used
    ]
    there = {where for _, where in kept}
    more = sorted(GO_PACKAGES[name] for name in used - named if name in GO_PACKAGES)
    wanted = kept + [("", where) for where in more if where not in there]
    if wanted == have:
        return text
    last = max((match.end() for match in _IMPORT.finditer(text)), default=0)
    if re.search(r"//|/\*", re.sub(r"\"[^\"\n]*\"", "", text[clause.end() : text.find("\n", last - 1)])) and last:
        return _go_in_place(
            text,
            clause.end(),
            [w for _, w in have if w not in there],
            sorted({w for _, w in wanted} - {w for _, w in have}),
        )
    lines = [f'{alias} "{where}"'.strip() for alias, where in wanted]
    one = f"import {lines[0]}\n" if len(lines) == 1 else "import (\n" + "".join(f"\t{line}\n" for line in lines) + ")\n"
    rest = body[clause.end() :].lstrip("\n")
    return body[: clause.end()] + "\n" + (one + "\n" if lines else "") + rest


def _go_in_place(text: str, head: int, spare: list[str], more: list[str]) -> str:
    """Imports with comments among them: their lines stay as they are, but for the spare ones and the new."""
    group = next((match for match in _IMPORT.finditer(text) if match[1] is not None), None)
    for match in reversed(list(_IMPORT.finditer(text))):
        part = match[0]
        for where in spare:
            part = re.sub(rf"^[ \t]*(?:import[ \t]+)?\"{re.escape(where)}\"[^\n]*(?:\n|$)", "", part, flags=re.M)
        if group is not None and match.start() == group.start():
            start = part.index("(") + 1
            part = part[:start] + "".join(f'\n\t"{where}"' for where in more) + part[start:]
        text = text[: match.start()] + part + text[match.end() :]
    if group is None and more:
        text = text[:head] + "\n" + "".join(f'import "{where}"\n' for where in more) + text[head:]
    return text
