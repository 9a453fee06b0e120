"""Candidates that put something in: a token or a quote in a line, or a line that closes a block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.repair.syntax.document import Document, Line
from agent.repair.syntax.layout import CLOSER_OF, CLOSING_WORDS, NO_CODE, Bracket, within_lines
from agent.repair.syntax.naturalness import symbol
from agent.repair.syntax.types import Candidate, Change
from agent.repair.syntax.vocabulary import (
    BLOCK_ENDS,
    BLOCK_LINES,
    BLOCK_OPENERS,
    BRACKETS,
    FREQUENT_KEYWORDS,
    QUOTES_OF,
    SEPARATORS,
    insert_cost,
    vocabulary,
)  # fmt: skip

_LIKELY = 80
_CLOSED_WITHIN = 8
"""Blocks closed at once where the text goes on after them."""
_ENDING = ("I", "num", "str", ")", "]", "}", "?", "!", ">")
_STARTING = ("I", "num", "str", "(", "[", "{", "&", "*", "-", "!", "#", "$", "@")
"""Token classes with which an operand ends and starts: what stood between two of them was lost."""
_JOINTS = (",", "=", ".", ":", ";")
_ASSIGNING = frozenset({"+=", "-=", "*=", "/=", "|=", "&=", ":="})
TRIPLE_QUOTED = ("python", "toml", "java", "kotlin", "swift")
TWO_QUOTES = re.compile(r"(?<![\"\\\\])\"\"(?!\")|(?<!['\\\\])''(?!')")
_DIRECTIVES = frozenset((
    "include", "define", "undef", "if", "ifdef", "ifndef", "elif", "else", "endif", "pragma", "error", "line", "import",
))  # fmt: skip
_CONTINUING = ("else", "else if", "catch", "finally", "while")
_CONDITIONS = ("if", "while")
_CLOSING_LINES = ("}", ")", "]", "});", ");", "};", "})", "],", "},")


def insertions(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    for place, word in _likely(document, number, line):
        text = _with_blanks(line.text, place, word)
        raw = line.text[:place] + word + line.text[place:]
        cost = insert_cost(word) + _misplaced(document, line, place, word) + _unusual(document, line, place, word)
        yield Candidate(number, number, text, Change(new=word), cost, word, 1, raw=raw)
    places = _boundaries(line) if number not in document.lone_quotes else _boundaries_in_strings(document, line)
    for place in places:
        for quote in QUOTES_OF.get(document.language.name, "\"'"):
            text = line.text[:place] + quote + line.text[place:]
            cost = -0.5 + _inside(document, text, place, quote)
            yield Candidate(number, number, text, Change(new=quote), cost, quote, 1)


def tripled(document: Document, number: int, line: Line) -> Iterator[Candidate]:
    """Two quotes side by side that were three: then the line may seem to lie within a string."""
    if document.language.name in TRIPLE_QUOTED:
        for found in TWO_QUOTES.finditer(line.text):
            text = line.text[: found.end()] + found[0][0] + line.text[found.end() :]
            yield Candidate(number, number, text, Change(new=found[0][0]), 1.0, found[0][0], 1)


def _unusual(document: Document, line: Line, place: int, word: str) -> float:
    """A word that the file never uses is seldom what it lost; a `,` often is one of a list's."""
    if word == ",":
        around = [t.text for t in line.tokens if place - 40 < t.start < place + 40]
        return -0.7 if "," in around else 0.0
    if word in (".", "::") and line.text[:place].strip() and " " in line.text[place - 1 : place + 1]:
        return 1.5  # what it joins would stand together
    if word == "#" and document.language.name in ("c", "cpp", "csharp"):
        follower = re.match(r"\s*(\w+)", line.text[place:])
        return 0.0 if follower and follower[1] in _DIRECTIVES else 8.0
    if word == "=" and document.language.name not in ("python", "bash", "toml", "yaml"):
        opened = [t.text for t in line.tokens if t.end <= place and t.kind in ("op", "kw")]
        unclosed = within_lines([Bracket(t, 0, False, False) for t in opened if t in BRACKETS])
        in_condition = bool(opened) and opened[0] in _CONDITIONS and opened[-1] != "let"
        return 4.0 * in_condition + 3.0 * bool(unclosed and unclosed[-1].kind == "[")
    if len(word) < 2 or document.words.get(word) or word[0] in BRACKETS:
        return 0.0
    return 1.0 if word in FREQUENT_KEYWORDS else 3.0


def _misplaced(document: Document, line: Line, place: int, word: str) -> float:
    """A closer belongs before other closers and ends of statements, and is seldom followed by a new opener; a word
    that ends a block stands on a line of its own, or in the line that opens the block."""
    if word in CLOSING_WORDS:
        opened = any(t.text in BLOCK_OPENERS[word] for t in line.tokens if t.end <= place)
        return 0.0 if opened else 5.0
    if word[0] not in ")]}":
        return 0.0
    rest = line.text[place:].strip()
    cost = 2.0 if rest[:1] in ("(", "[") else 0.0 if not rest.strip(")]};:,{ ") else 1.5
    cost += 1.0 * (rest[:1] == ".")
    if word == "}" and "{" not in line.text[:place] and rest.split("(")[0].split("{")[0].strip() not in _CONTINUING:
        cost += 2.5  # it closes a block of several lines, on a line of its own
    if word != "}":
        behind = [t for t in line.tokens if t.end <= place]
        opener = next((n for n in range(len(behind) - 1, -1, -1) if behind[n].text in ("(", "[")), 0)
        assigned = any(t.text in _ASSIGNING for t in behind[opener:])
        cost += 4.0 * (line.text[:place].rstrip().endswith(";") or (assigned and document.language.name != "python"))
    return cost


def _likely(document: Document, number: int, line: Line) -> list[tuple[int, str]]:
    """Where which token may have been lost: all brackets, a separator at the end of the line, whatever the file says of
    them, and the words that go best with the tokens on both sides."""
    code = [t for t in line.tokens if t.kind != "com"]
    words = vocabulary(document)
    pair = document.naturalness.pair
    scored: list[tuple[float, int, str]] = []
    last = code[-1].end if code else -1
    for place in _boundaries(line):
        left = next((symbol(t)[0] for t in reversed(code) if t.end <= place), "\n=")
        right = next((symbol(t)[0] for t in code if t.start >= place), "\n=")
        together = pair(left, right)
        first = not line.text[:place].strip()
        gap = line.text[place - 1 : place + 1] == "  " and not first and place < last
        joint = left in _ENDING and (right in _STARTING or right in document.lexer.keywords)
        for word in words:
            sure = (
                word in BRACKETS
                or (word in SEPARATORS and place == last)
                or (first and word in FREQUENT_KEYWORDS)
                or (joint and word in _JOINTS)
                or (gap and word[0].isalpha())
            )
            gain = 50.0 if sure else pair(left, word) + pair(word, right) - together - insert_cost(word)
            scored.append((-gain, place, word))
        unclosed = within_lines([Bracket(t.text, 0, False, False) for t in code if t.end <= place and t.kind == "op"])
        if unclosed and (closer := CLOSER_OF.get(unclosed[-1].kind)) and right != "\n=":
            scored.append((-50.0, place, closer + ","))  # both were lost, as in `f(a[1 b)`
    scored.sort()
    kept = sum(1 for row in scored if row[0] == -50.0)
    return [(place, word) for _, place, word in scored[: kept + _LIKELY]]


def _inside(document: Document, text: str, place: int, quote: str) -> float:
    """What speaks against the string that a new quote makes: strings seldom hold what reads as code."""
    made = [t for t in document.lexer.tokens(text) if t.kind == "str" and t.start <= place < t.end and quote in t.text]
    if not made:
        return 3.0
    inner = made[0].text[1:-1]
    code = sum(inner.count(mark) for mark in ("(", ")", "[", "]", "{", "}", ";", ", ", "=="))
    code += 2 * len(re.findall(r"(?:^|\s)[-+*/=<>&|?:]{1,3}(?:\s|$)", inner))
    edges = inner[:1].isspace() + inner[-1:].isspace() + 2 * (not inner.strip())
    before, after = text[: made[0].start][-1:], text[made[0].end :]
    edges += inner.rstrip()[-1:] in (",", ";", ":") or (inner.endswith("\\") and not after.strip(" \\"))
    edges += 2 * (inner.endswith(";") and not after.strip())
    edges += 4 * (before.isalnum() or after[:1].isalnum()) + 6 * (after[:1] in ("'", '"', "`"))
    edges += 2 * (made[0].text == text.strip())  # a string alone is no statement
    argument = re.search(r"[,:] ?(\d+|[^\W\d]\w*)$", inner)
    code += 3 * bool(argument and (argument[1].isdigit() or document.names[argument[1]] > 1))
    return 1.0 * code + 1.5 * edges + 0.3 * len(inner.split())


def _boundaries(line: Line) -> list[int]:
    """Before each token and at the end of the code: where a token may have been lost, blanks kept on the left."""
    places: list[int] = []
    for token in line.tokens:
        before = token.start
        places.append(before)
        if not places[1:] and before and line.text[before - 1] == " ":
            places.append(before - 1)  # the blank that stood after a lost first word
        if before and line.text[before - 1] in " \t" and line.text[:before].strip():
            end = len(line.text[:before].rstrip())
            places.append(end)
            if before - end > 1:
                places.append(end + 1)  # a token between two blanks was lost
    code = [t for t in line.tokens if t.kind != "com"]
    if code:
        places.append(code[-1].end)
    return list(dict.fromkeys(places))


def _boundaries_in_strings(document: Document, line: Line) -> list[int]:
    """As `_boundaries`, and those of the words in strings: with a quote lost, what is inside and outside is swapped."""
    bare = re.sub("[\"'`#]|//|--", lambda m: " " * len(m[0]), line.text)
    places = _boundaries(line)
    for token in document.lexer.tokens(bare):
        places += [token.start, token.end]
    return list(dict.fromkeys(places))


def _with_blanks(text: str, place: int, word: str) -> str:
    left, right = text[:place], text[place:]
    if left.strip() and left.endswith("  "):
        left = left.rstrip() + " "
    if word[0].isalnum() or word in ("=", "=>", "->", "{"):
        if left and left[-1] not in " \t([":
            left += " "
        if right and right[0] not in " \t,;)]":
            right = " " + right
    elif word in (",", ";") and right and right[0] not in " \t)]}":
        right = " " + right
    return left + word + right


def new_lines(document: Document, number: int) -> Iterator[Candidate]:
    """A closing line before line `number`, or before the blank lines and comments above it."""
    yield from _lines_at(document, number)
    after = next((at + 1 for at in range(number - 1, -1, -1) if document.indents[at] != NO_CODE), number)
    if after < number:
        yield from _lines_at(document, after)


def _lines_at(document: Document, number: int) -> Iterator[Candidate]:
    """A closing line before line `number` at each indentation that is open there, and all of them together."""
    name = document.language.name
    if name in ("yaml", "toml"):
        return
    closers: tuple[str, ...]
    ends = (*BLOCK_ENDS.get(name, ()), *BLOCK_LINES.get(name, ()))
    closers = (
        ("}", "]", "},", "],")
        if name == "json"
        else (*ends, *(c for c in _CLOSING_LINES if name != "ruby" or len(c) < 3))
    )
    above = document.lines[number - 1].text.rstrip() if number else ""
    yield from _bodies(document, number)
    for indent in _indents_around(document, number):
        late = 0.5 * _stands_late(document, number, indent)
        for closer in closers:
            text = f"{indent}{closer}"
            cost = 1.5 + late + (0.0 if closer in ends else 0.5 * (len(closer) - 1))
            cost += 4.0 * (closer[0] in ")]" and above.endswith(";"))
            yield Candidate(number, number - 1, text, Change(new=closer, whole_line=True), cost, closer, 1)
    yield from _closings(document, number)


def _stands_late(document: Document, number: int, indent: str) -> bool:
    """A closing line there would stand behind blank lines, or behind comments that are not further in than it."""
    if not number or document.indents[number - 1] != NO_CODE:
        return False
    text = document.lines[number - 1].text
    return not text.strip() or len(text) - len(text.lstrip()) <= len(indent)


def _bodies(document: Document, number: int) -> Iterator[Candidate]:
    """A `pass` for a Python header whose body was lost."""
    header = next((at for at in range(number - 1, -1, -1) if document.indents[at] != NO_CODE), -1)
    if document.language.name != "python" or header < 0 or document.lines[header].symbols[-1][0] != ":":
        return
    following = next((i for i in document.indents[number:] if i != NO_CODE), -1)
    if following <= document.indents[header] and header == number - 1:
        text = document.lines[header].text
        indent = text[: len(text) - len(text.lstrip())] + "    "
        yield Candidate(
            number, number - 1, f"{indent}pass", Change(new="pass", whole_line=True), 2.0, "pass", 1, follows=True
        )


def _closings(document: Document, number: int) -> Iterator[Candidate]:
    """Two or more closing lines before line `number`: the rest of a block was lost."""
    rest: list[str] = []
    closers: list[str] = []
    ended = all(i == NO_CODE for i in document.indents[number:])
    last = next((at for at in range(number - 1, -1, -1) if document.indents[at] != NO_CODE), -1)
    late = 0.5 * (last >= 0 and number > last + 1)
    within = ""
    for opener_line, group in document.open_before(number):
        text = document.lines[opener_line].text
        closers += group
        joined = "".join(group) if len(group[0]) == 1 else " ".join(group)
        ending = ";" if ")" in group and document.words[";"] else ""
        if opener_line == last and number == last + 1 and joined[0] in ")]":
            within = joined + ending  # what the last line opened is closed there
        else:
            rest.append(text[: len(text) - len(text.lstrip())] + joined + ending)
        if len(closers) > 1 or ended:
            shown = " ".join(closers)
            # At the end of the file whatever is open was cut off, however much it is.
            cost = 1.5 + late + (0.3 if ended else 2.0) * (len(rest) + bool(within) - 1)
            new = "\n".join(rest)
            if within:
                whole = document.lines[last].text.rstrip() + within + ("\n" + new if new else "")
                yield Candidate(last, last, whole, Change(new=shown), cost, shown, 1, follows=True)
            else:
                change = Change(new=shown, whole_line=len(closers) == 1)
                yield Candidate(number, number - 1, new, change, cost, shown, 1, follows=True)
        if len(rest) == _CLOSED_WITHIN and not ended:
            return


def _indents_around(document: Document, number: int) -> list[str]:
    """The leading blanks of the last lines before `number` that are indented less than the one before."""
    found: list[str] = []
    above = [at for at in range(number - 1, -1, -1) if document.indents[at] != NO_CODE][:60]
    if not above:
        return found
    width = document.indents[above[0]] + 1
    for at in above:
        if document.indents[at] < width:
            width = document.indents[at]
            text = document.lines[at].text
            found.append(text[: len(text) - len(text.lstrip())])
            if len(found) == 4:
                break
    return found
