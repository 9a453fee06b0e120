"""Lines that stand for code left out (`...`, `# rest of the code unchanged`), and edits between unique anchors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.edits.locate import steps
from agent.edits.locate.adapt import opcodes, rewrite
from agent.edits.locate.result import Located
from agent.edits.locate.text import FileText, split
from agent.edits.types import Edit

_COMMENT = re.compile(
    r"^\s*(?:#+|//+|/\*+|<!--|--|;+|%|\{/\*|\{#|\(\*|\*|\"\"\"|'''|REM\b)\s*(.*?)\s*(?:\*/\}?|-->|#\}|"
    r"\*\)|\"\"\"|''')?\s*$"
)
_DOTS = re.compile(r"^\s*[\[({<]?\s*(?:\.{3,}|…+)\s*[\])}>]?\s*[,;]?\s*$")
_PART = (
    r"(?:(?:of\s+)?(?:the|your|this|my|all|any|these)\s+)*(?:(?:existing|original|previous|other|"
    r"remaining|unchanged|same|above|current|class|helper|file|"
    r"test|instance|public|private|model|route|style|import|module|function|method|your)\s+){0,3}"
    r"(?:code|contents?|functions?|methods?|implementations?|imports?|lines?|logic|fields?|class(?:es)?|"
    r"file|body|tests?|routes?|props?|properties|"
    r"attributes|styles?|rules?|items?|entries|definitions?|statements?|parts?|module|script|program|"
    r"components?|constants?|variables|config(?:uration)?|"
    r"test cases|cases|types?|elements|keys|settings|options|arguments|parameters|sections?|text|"
    r"handlers?|stuff|steps|block|loop|string|docstring|comments?|it)"
)
_TAIL = (
    r"(?:\s*(?:\(?\b(?:here|unchanged|untouched|unmodified|intact|as is|as before|above|below|"
    r"as they (?:are|were)|as it (?:is|was)|goes here|go here|remains?|remain unchanged|"
    r"remains unchanged|stays?|stay|the same|unaltered|omitted|not shown|for brevity|is|are|should|still|"
    r"follows?|continues?|without changes?|"
    r"with no changes?|exactly|from before|from the original|in the file|of the file|of (?:the|this|"
    r"your) (?:file|code|function|class|method|module|script|program|implementation|content|body)|and|etc|"
    r"do not change|don't change|no changes?(?: needed| here)?)\)?[.,;:]?))*\W*"
)
_SAYS = re.compile(
    r"^\W*(?:(?:the\s+|your\s+|all\s+(?:the\s+)?|any\s+|keep\s+(?:the\s+|all\s+|your\s+)*|and\s+|"
    r"leave\s+(?:the\s+)?|insert\s+(?:the\s+)?)*"
    rf"(?:(?:rest|remainder)\s+(?:of\s+)?{_PART}|(?:rest|remainder)|(?:existing|remaining|other|previous|"
    rf"unchanged|original|same)\s+{_PART}|{_PART}\s+(?=(?:is|are|remains?|stays?|unchanged|omitted|continues?)\b))"
    rf"{_TAIL}|(?:code\s+)?(?:unchanged|omitted|snip(?:ped)?|truncated|abbreviated|elided|continues?|"
    rf"no changes?)(?:\s+(?:code|here|for brevity|part|above|below|lines?))*\W*|"
    r"same as (?:before|above|original|previously|in the original)\W*|(?:stays?|remains?) (?:the same|"
    r"unchanged)\W*|keep as is\W*)$",
    re.IGNORECASE,
)
_CERTAIN = re.compile(
    r"\b(?:rest|remaining|existing|unchanged|omitted|previous|other|same|original|keep|remains?|"
    r"continues?|snip|no changes?)\b",
    re.IGNORECASE,
)


def is_elision(line: str) -> bool:
    """Whether a line stands for lines left out: dots alone, or a comment that says so."""
    if not line.strip() or len(line) > 200:
        return False
    if _DOTS.match(line):
        return True
    found = _COMMENT.match(line)
    if found is None:
        return False
    text = found.group(1).strip()
    if text.startswith(("...", "…")):
        # `# ... and so on` in prose of the file is rare, and only counts where lines would be lost.
        inner = text.strip(".… ")
        return not inner or len(inner.split()) <= 10
    if text.endswith(("...", "…")):
        inner = text.strip(".… ")
        return len(inner.split()) <= 10 and _CERTAIN.search(inner) is not None
    return len(text.split()) <= 12 and _SAYS.match(text) is not None and _CERTAIN.search(text) is not None


def has_elision(old: str, file: FileText) -> bool:
    """Whether the text to find leaves lines out, in words that the file itself does not hold."""
    return any(is_elision(line) and line.strip() not in file.stripped.places for line in split(old)[0])


def _segments(lines: Sequence[str], file: FileText) -> tuple[list[list[str]], list[str]]:
    """The runs of lines between the elisions, and the elisions."""
    runs: list[list[str]] = [[]]
    marks: list[str] = []
    for line in lines:
        if is_elision(line) and line.strip() not in file.stripped.places:
            marks.append(line)
            runs.append([])
        else:
            runs[-1].append(line)
    return runs, marks


def locate_elided(edit: Edit, file: FileText, path: str) -> Located | str:
    """Place a block whose text to find leaves lines out; a sentence when it cannot be placed with certainty.

    Every run of lines between elisions must stand in the file, in order, and those that change only once. Where the
    replacement has the same elisions, the lines left out stay; where it has none, they are replaced, if they stay
    within one block of indentation.
    """
    old_runs, old_marks = _segments(split(edit.old)[0], file)
    new_runs, new_marks = _segments(split(edit.new)[0], file)
    kept = len(new_marks) == len(old_marks)
    places: list[list[steps.Match] | None] = []
    floor = 0
    for number, run in enumerate(old_runs):
        core = _trim(run)
        if not core:
            places.append(None)
            continue
        found = _find_run(file, run, core, split(edit.new)[0])
        same = kept and core == _trim(new_runs[number])
        if len(found) > 1 and not same:
            found = [match for match in found if match.first >= floor] if len(found) < 64 else found
        if not found or (len(found) > 1 and not same):
            what = "does not stand in the file" if not found else "stands in the file more than once"
            return f"A part of the text around the elision {what}: {core[0].strip()[:60]!r}."
        places.append(found)
        floor = max(floor, found[0].last) if len(found) == 1 else floor
    matches = _in_order(places)
    if isinstance(matches, str):
        return matches
    placed = [match for match in matches if match is not None]
    first, last = placed[0].first, placed[-1].last
    if not kept and (matches[0] is None or matches[-1] is None):
        return "The text to find begins or ends with an elision, so its extent is not known."
    if kept:
        return _keep_elided(edit, file, old_runs, new_runs, matches)
    if new_marks:
        return "The two sides leave out different parts."
    if not _one_block(file, first, last):
        return "The lines left out reach over more than one block."
    shift = placed[0].shift
    text = rewrite(file, [], first, last, [], split(edit.new)[0], shift, eof_newline=edit.eof_newline)
    if text is None:
        return "The replacement stands further left than the file's indentation allows."
    return Located(file.starts[first], file.starts[last], text, "elision", first + 1, last)


def _in_order(places: Sequence[list[steps.Match] | None]) -> list[steps.Match | None] | str:
    """One place for each run, each below the one before; of a run that stays as it is any place will do."""
    if not any(found is not None and len(found) == 1 for found in places):
        return "The text to find holds nothing that stands in the file once."
    chosen: list[steps.Match | None] = []
    ceiling: int | None = None
    for index in range(len(places) - 1, -1, -1):
        found = places[index]
        if found is None:
            chosen.insert(0, None)
            continue
        floor = max((one[0].last for one in places[:index] if one is not None and len(one) == 1), default=0)
        fitting = [m for m in found if m.first >= floor and (ceiling is None or m.last <= ceiling)]
        if not fitting:
            return "The parts around the elision stand in another order in the file."
        best = fitting[0] if ceiling is None else fitting[-1]
        chosen.insert(0, best)
        ceiling = best.first
    return chosen


def _find_run(file: FileText, run: list[str], core: list[str], new: list[str]) -> list[steps.Match]:
    """The places of a run, with the blank lines that it begins and ends with where the file has them."""
    for wanted in (run, core):
        found = steps.trailing(file, wanted) or steps.indented(file, wanted, new)
        if found:
            return found
    return []


def _keep_elided(
    edit: Edit, file: FileText, old_runs: list[list[str]], new_runs: list[list[str]], matches: list[steps.Match | None]
) -> Located | str:
    pieces: list[str] = []
    cursor: int | None = None
    first = last = 0
    for old_run, new_run, match in zip(old_runs, new_runs, matches, strict=False):
        if match is None:
            if any(line.strip() for line in new_run):
                return "The replacement has lines where the text to find has only an elision."
            continue
        core_old, core_new = (
            (old_run, new_run) if len(match.place) == len(old_run) else (_trim(old_run), _trim(new_run))
        )
        text = rewrite(file, match.place, match.first, match.last, core_old, core_new, match.shift)
        if text is None:
            return "The replacement stands further left than the file's indentation allows."
        if cursor is None:
            first = match.first
        else:
            pieces.append(file.text[file.starts[cursor] : file.starts[match.first]])
        pieces.append(text)
        cursor = last = match.last
    return Located(file.starts[first], file.starts[last], "".join(pieces), "elision", first + 1, last)


def _trim(run: list[str]) -> list[str]:
    start, stop = 0, len(run)
    while start < stop and not run[start].strip():
        start += 1
    while stop > start and not run[stop - 1].strip():
        stop -= 1
    return run[start:stop]


def _one_block(file: FileText, first: int, last: int) -> bool:
    """No line between the anchors stands further left than the first one."""
    depth = len(file.lines[first]) - len(file.lines[first].lstrip())
    return all(not line.strip() or len(line) - len(line.lstrip()) >= depth for line in file.lines[first:last])


def hidden(new: Sequence[str], old: Sequence[str]) -> list[int]:
    """Indices of the elisions in `new` that stand in the place of lines of `old`, so that code would be lost.

    A line that looks like an elision and only comes in addition (the body of a stub, a comment) is none.
    """
    known = {line.strip() for line in old}
    marks = [index for index, line in enumerate(new) if is_elision(line) and line.strip() not in known]
    if not marks:
        return []
    found: list[int] = []
    for tag, a, b, c, d in opcodes([line.strip() for line in old], [line.strip() for line in new]):
        if tag == "replace" and any(line.strip() for line in old[a:b]):
            found += [index for index in marks if c <= index < d]
    return found


def merge(old: Sequence[str], new: Sequence[str], marks: Sequence[int], *, may_add: bool = False) -> list[str] | str:
    """The new lines with the lines of `old` put back where `marks` left them out; a sentence when that is not sure.

    The lines beside each elision must stand in `old`, once in the order given (as many neighbours are taken as that
    needs), since they say where the part left out begins and ends. `may_add`: a definition that `old` has not may
    follow the last elision, and goes to the end.
    """
    edges = [-1, *marks, len(new)]
    runs = [list(new[edges[index] + 1 : edges[index + 1]]) for index in range(len(edges) - 1)]
    out: list[str] = []
    floor = 0
    for number, run in enumerate(runs):
        core = _trim(run)
        is_first, is_last = number == 0, number == len(runs) - 1
        if is_first and not core:
            continue
        if not core:
            if is_last:
                out.extend(old[floor:])
                continue
            return "Two elisions follow each other."
        if is_first:
            start = 0
        else:
            begin = _anchor(old, core, floor, from_start=True)
            if begin is None:
                if is_last and may_add and _is_new_definition(old, core):
                    out.extend(old[floor:])
                    out.extend(run)
                    continue
                return f"The line after an elision is not in the file, or not only once: {core[0].strip()[:60]!r}."
            out.extend(old[floor:begin])
            start = begin
        if is_last:
            out.extend(core if not is_first else run)
            floor = len(old)
            continue
        stop = _anchor(old, core, start, from_start=False)
        if stop is None:
            return f"The line before an elision is not in the file, or not only once: {core[-1].strip()[:60]!r}."
        out.extend(run if is_first else core)
        while out and not out[-1].strip():
            out.pop()
        floor = stop + 1
        if floor < start:
            return "The parts around the elision stand in another order in the file."
    return out


def _anchor(old: Sequence[str], core: Sequence[str], floor: int, *, from_start: bool) -> int | None:
    """The index in `old` of the core's first (or last) line, told apart by as many neighbours as it takes."""
    edge = core[0] if from_start else core[-1]
    places = [index for index in range(floor, len(old)) if old[index].rstrip() == edge.rstrip()]
    reach = 1
    while len(places) > 1 and reach < len(core):
        wanted = core[reach] if from_start else core[-1 - reach]
        step = reach if from_start else -reach
        nearer = [i for i in places if 0 <= i + step < len(old) and old[i + step].rstrip() == wanted.rstrip()]
        if not nearer:
            break
        places = nearer
        reach += 1
    return places[0] if len(places) == 1 else None


_DEFINITION = re.compile(
    r"^(?:@|(?:export|default|pub(?:\(\w+\))?|public|private|static|async|abstract|final|local)\s+)*"
    r"(?:def|class|function\*?|func|fn|struct|enum|interface|trait|impl|type|const|module|object|record)\s+([\w$]+)"
)


def _is_new_definition(old: Sequence[str], core: Sequence[str]) -> bool:
    """The core begins, at the margin, with a definition of a name that the old text does not define."""
    found = next((match for line in core if (match := _DEFINITION.match(line))), None)
    if found is None or not (_DEFINITION.match(core[0]) or core[0].startswith(("@", "#", "//", "/*", "--"))):
        return False
    name = re.compile(rf"\b{re.escape(found.group(1))}\b")
    return not any(_DEFINITION.match(line.lstrip()) and name.search(line) for line in old)
