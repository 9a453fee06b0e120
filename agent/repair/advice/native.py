"""C and C++: what gcc and clang offer as fix-its, and what their notes and messages name."""

from __future__ import annotations

import re

from agent.repair.advice.types import Advice, Diagnostic, Place, nearest
from agent.repair.types import Splice

FIXITS = {"GCC_EXTRA_DIAGNOSTIC_OUTPUT": "fixits-v1"}
"""What has gcc (11 and later) write a line for programs with each fix-it; columns count bytes (gcc's manual,
"Environment Variables Affecting GCC")."""
_FIXIT = re.compile(r'^fix-it:"(?:[^"\\]|\\.)*":\{(\d+):(\d+)-(\d+):(\d+)\}:"((?:[^"\\]|\\.)*)"$')
_QUOTED = r"[‘'`]([^‘’'`]+)[’'`]"
_UNDEFINED = re.compile(
    rf"{_QUOTED} (?:was not declared|is not a member of {_QUOTED}|undeclared|does not name a type)"
    rf"|use of undeclared identifier {_QUOTED}|unknown type name {_QUOTED}"
)
_STANDARD = {
    "algorithm": "sort|reverse|max_element|min_element|find|find_if|count|count_if|unique|accumulate_n|all_of|any_of|"
    "none_of|lower_bound|upper_bound|binary_search|next_permutation|fill|copy|transform|swap_ranges|rotate|min|max|clamp",
    "numeric": "accumulate|iota|gcd|lcm|partial_sum|inner_product",
    "cmath": "sqrt|pow|floor|ceil|round|fabs|fmod|log|log2|log10|exp|sin|cos|tan|hypot|trunc|cbrt",
    "cstdlib": "abs|atoi|strtol|malloc|free|exit|rand|srand",
    "cstring": "strlen|strcmp|strcpy|memcpy|memset|strchr|strstr",
    "cctype": "isdigit|isalpha|isalnum|isspace|isupper|islower|ispunct|toupper|tolower",
    "climits": "INT_MAX|INT_MIN|LONG_MAX|LONG_MIN|UINT_MAX|CHAR_BIT",
    "string": "string|to_string|stoi|stol|stod|getline",
    "iostream": "cout|cerr|cin|endl",
    "sstream": "stringstream|istringstream|ostringstream",
    "functional": "function|greater|less|hash|bind",
    "utility": "pair|make_pair|move|swap|exchange",
    "limits": "numeric_limits",
}
_HEADER = {name: header for header, names in _STANDARD.items() for name in names.split("|")}
"""Names of the standard library → the header that declares them, for what gcc has no note about."""
_CLASSES = frozenset(
    {"vector", "map", "set", "list", "deque", "queue", "stack", "unordered_map", "unordered_set", "tuple"}
)
"""Names that their own header declares; gcc's notes tell which."""
_C = {"cmath": "math.h", "cstdlib": "stdlib.h", "cstring": "string.h", "cctype": "ctype.h", "climits": "limits.h"}


def advise(place: Place, error: Diagnostic) -> list[Advice]:
    """Edits that may do away with an error, the likeliest first."""
    cpp = not place.path.endswith(".c")
    start = _start(place, error)
    name = place.word(start)
    if missing := re.match(r"([\w/.]+): No such file or directory|'([\w/.]+)' file not found", error.message):
        return _no_header(place, error, missing[1] or missing[2], cpp)
    if error.message.startswith("overloaded function with no contextual type") and error.first:
        # A variable that is declared nowhere, and a function of the standard library has its name.
        return _declared(place, error.line, "")
    offered = [_fixit(place, match) for line in error.details if (match := _FIXIT.match(line))]
    if re.search(r"maybe you meant to use [‘'`]->[’'`]|did you mean to use '->'", error.message):
        dot = place.text.rfind(".", 0, start + 1)
        if dot >= 0 and not place.text[dot + 1 : start].strip():
            offered.append(Advice((Splice(dot, dot + 1, "->"),), ". → ->"))
    if not name or not _UNDEFINED.search(error.message) or (error.again and not error.first):
        return offered
    renamed = place.renamed(start, name, place.names)
    declared = _declared(place, error.line, name) if cpp else []
    # A name that is used after it was given a value is rather undeclared than misspelt.
    here = place.places.get(name, [])
    near = declared + renamed if len(here) > 1 and here[0] == start else renamed + declared
    # What is spelt like it in the file is likelier than what gcc finds among all that the headers declare.
    far = [a for a in offered if a.words.startswith(f"{name} → ") and a.splices[0].text not in place.names]
    far = [advice for advice in far if "::" not in advice.words]
    offered = [advice for advice in offered if advice not in far]
    return [*_standard(place, error, start, name, cpp), *offered, *near, *far]


def _standard(place: Place, error: Diagnostic, start: int, name: str, cpp: bool) -> list[Advice]:
    """A name of the standard library: its namespace, its header."""
    found: list[Advice] = []
    whole = cpp and not re.search(r"\.h\w*$", place.path)  # whoever includes a header would get all names of `std`
    if whole and name in _CLASSES | set(_HEADER) and "std::" not in place.text and "#include" in place.text:
        at = _include_at(place)
        found.append(Advice((Splice(at, at, "using namespace std;\n"),), "using namespace std"))
    header = _HEADER.get(name, "") if cpp else _C.get(_HEADER.get(name, ""), "")
    line = f"#include <{header}>\n"
    at = _include_at(place)
    put = [Splice(at, at, line)] if header and line not in place.text else []
    inside = "is not a member of" in error.message or place.text[:start].endswith("::")
    spelt = [Splice(start, start, "std::")] if cpp and header and not inside else []
    if "using namespace std" in place.text:
        spelt = []
    if put or spelt:
        words = [line.strip()] * bool(put) + [f"std::{name}"] * bool(spelt)
        found.append(Advice((*put, *spelt), "; ".join(words)))
    for told in error.details:
        if cpp and (match := re.search(rf"{_QUOTED}$", told)) and match[1] == f"std::{name}":
            found.append(Advice((Splice(start, start, "std::"),), f"{name} → std::{name}"))
    return found


def _declared(place: Place, number: int, name: str) -> list[Advice]:
    """A type put before a line's assignment to a name, or to whatever name."""
    match = re.match(r"\s*([A-Za-z_]\w*) = (.+)", place.line(number))
    if match is None or (name and match[1] != name):
        return []
    at = place.starts[number - 1] + match.start(1)
    kind = _type_of(match[2], place.text)
    return [Advice((Splice(at, at, f"{kind} "),), f"{kind} {match[1]}")]


def _type_of(value: str, text: str) -> str:
    """What to declare a variable as that gets a value."""
    if value.startswith('"'):
        return "string" if "using namespace std" in text else "std::string"
    if re.match(r"-?\d+\s*;", value):
        return "int"
    return "double" if re.match(r"-?\d+\.\d*\s*;", value) else "auto"


def _start(place: Place, error: Diagnostic) -> int:
    """The character at an error. clang counts bytes; gcc (11 and later) columns of a screen, with a tab to the next
    eighth: the one that finds a name that the message quotes."""
    bytewise = place.at(error.line, error.column)
    quoted = set(re.findall(_QUOTED, error.message))
    if place.word(bytewise) in quoted:
        return bytewise
    shown = place.shown_at(error.line, error.column, wide=True)
    return shown if place.word(shown) in quoted else bytewise


def _no_header(place: Place, error: Diagnostic, header: str, cpp: bool) -> list[Advice]:
    known = {*_HEADER.values(), *_CLASSES, "unordered_map", "unordered_set", "array", "iomanip", "chrono", "memory"}
    known = known if cpp else {*_C.values(), "stdio.h", "stdint.h", "stdbool.h", "assert.h"}
    at = place.text.find(f"<{header}>", place.starts[error.line - 1]) + 1
    # One in quotes is the project's own: it is elsewhere, not misspelt.
    return [
        Advice((Splice(at, at + len(header), other),), f"{header} → {other}")
        for other in nearest(header, known)
        if at > 0 and place.number(at) == error.line
    ]


def _fixit(place: Place, match: re.Match[str]) -> Advice:
    line, column, to_line, to_column = (int(match[number]) for number in range(1, 5))
    text = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), match[5])
    start, end = place.at(line, column), place.at(to_line, to_column)
    if text.startswith("#include") and start == end:
        start = end = _include_at(place)
        return Advice((Splice(start, end, text),), text.strip())
    before = place.text[start:end]
    return Advice((Splice(start, end, text),), f"{before} → {text}" if before else f"{text.strip()} put in")


def _include_at(place: Place) -> int:
    """Where an include belongs: after the last one of standard headers that no condition encloses, but for the one that
    encloses the whole file; else at the top."""
    guard = re.match(
        r"(?:\s*//[^\n]*\n|\s*/\*(?:[^*]|\*(?!/))*\*/\s*\n)*(#ifndef \w+\n#define \w+\n|#pragma once\n)?", place.text
    )
    depth = -1 if guard and (guard[1] or "").startswith("#if") else 0
    found = None
    for line in re.finditer(r"^[ \t]*#[ \t]*(if|endif|include[ \t]*<[^>\n]*>)[^\n]*\n", place.text, re.M):
        if line[1] in ("if", "endif"):
            depth += 1 if line[1] == "if" else -1
        elif depth <= 0:
            found = line
    return found.end() if found else guard.end() if guard else 0
