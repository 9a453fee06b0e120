"""Edits that give a file, or whole functions or classes of it, from start to end.

Models answer with a whole file when asked for one function, and with one function when asked for a whole file. What
the text holds decides: definitions that the file has, without what they need around them, replace those definitions;
anything else is the file. A text that leaves code out is completed where that is certain and refused where not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.edits.adding import added_definitions
from agent.edits.locate.adapt import opcodes, rewrite
from agent.edits.locate.elision import hidden, is_elision, merge
from agent.edits.locate.indent import Shift
from agent.edits.locate.symbols import Shape, shape_of
from agent.edits.locate.text import FileText, split
from agent.edits.placing import Placed, place_all
from agent.edits.symbol import SymbolEdit, SymbolMiss, replace_symbols
from agent.edits.types import Candidate, Edit

_SMALL = 10
"""Lines that are not blank: a file up to this length may be replaced by something wholly different."""


def place_whole(
    edits: Sequence[Edit], text: str, path: str, *, exists: bool, adding: bool = False
) -> tuple[str, list[Placed]]:
    """Place the edits of one file of which at least one is a whole file or symbol: the new text, and each fate.

    `adding`: the request asks for something new, so that definitions which the file has not are put behind its own.
    """
    placed: list[Placed | None] = [None] * len(edits)
    current = text
    whole: int | None = None
    for number, edit in enumerate(edits):
        if not gives_whole(edit):
            continue
        twin = next(
            (
                p
                for n, p in enumerate(placed[:number])
                if p is not None and p.edit.kind == edit.kind and _content(edits[n], text) == _content(edit, text)
            ),
            None,
        )
        if twin is not None:
            refused = twin.status == "refused"
            placed[number] = replace(twin, edit=edit) if refused else Placed(edit, "already", "duplicate")
            continue
        result, one = _write(
            edit, text if whole is None else current, path, exists or whole is not None or current != text, adding
        )
        if one.status == "located" and one.how in ("whole-file", "new-file"):
            if whole is not None:
                one = Placed(
                    edit, "refused", reason=f"Edit {whole + 1} gives the whole of this file as well, and differently."
                )
            elif current != text:
                one = Placed(
                    edit,
                    "refused",
                    reason="Other edits of the same reply change parts of the file that this one gives whole.",
                )
            else:
                whole = number
                current = result
        elif one.status == "located":
            if current != text:
                result, one = _write(edit, current, path, True, adding)
            if one.status == "located":
                current = result
        placed[number] = one
    others = [number for number in range(len(edits)) if placed[number] is None]
    if others:
        current, rest = place_all([edits[number] for number in others], current, path)
        for number, one in zip(others, rest, strict=False):
            placed[number] = one
    return current, [one for one in placed if one is not None]


def gives_whole(edit: Edit) -> bool:
    """The edit states content without a text to find."""
    if edit.kind in ("write", "symbol"):
        return True
    return (
        edit.kind == "replace"
        and not edit.old.strip()
        and not edit.at
        and edit.line_hint is None
        and not (edit.mode is not None and not edit.new)
    )


def _content(edit: Edit, text: str) -> str:
    """The content that an edit gives, with the first line that only named the file where the file has it."""
    if edit.kind == "write" and edit.alternatives:
        _, full = edit.alternatives[0]
        if text and split(full)[0][:1] == split(text)[0][:1]:
            return full
    return edit.new


def _write(edit: Edit, text: str, path: str, exists: bool, adding: bool) -> tuple[str, Placed]:
    new = _content(edit, text)
    lines = split(text)[0]
    if not exists or not text.strip():
        if edit.eof_newline is False and new.endswith("\n"):
            new = new[:-1]
        if exists and new == text:
            return text, Placed(edit, "already", "already")
        if not exists and _leaves_out(new):
            return text, Placed(edit, "refused", reason="The new file leaves code out.")
        return new, Placed(edit, "located", "new-file" if not exists else "whole-file")
    if edit.kind == "replace":
        if fit_whole(text, new, edit) == text:
            return text, Placed(edit, "already", "already", 1, len(lines))
        return text, Placed(
            edit, "refused", reason="The file exists, and the text to find is empty, which makes a new file."
        )
    if fit_whole(text, new, edit) == text:
        return text, Placed(edit, "already", "already", 1, len(lines))
    if adding and (found := added_definitions(text, new, path)) is not None:
        return _placed(edit, text, path, found)
    if edit.kind == "symbol":
        return _as_symbols(edit, text, path, new)
    new_lines = split(new)[0]
    marks = hidden(new_lines, lines)
    merged = merge(lines, new_lines, marks, may_add=True) if marks else new_lines
    if marks and isinstance(merged, list):
        whole = fit_whole(text, "".join(line + "\n" for line in merged), edit)
        return whole, Placed(edit, "located", "elision", 1, len(lines))
    meant = _meaning(edit, text, path, new)
    if isinstance(merged, str) and meant != "symbol" and _gives_definitions(text, new, path):
        meant = "symbol"
    if isinstance(merged, str) and meant != "symbol":
        return text, Placed(edit, "refused", reason=f"The file's new text leaves code out. {merged}")
    if meant == "quote":
        return text, Placed(edit, "already", "quoted", reason="It repeats a part of the file unchanged.")
    if meant == "symbol":
        return _as_symbols(edit, text, path, new)
    if meant:
        return text, Placed(edit, "refused", reason=meant)
    return fit_whole(text, new, edit), Placed(edit, "located", "whole-file", 1, len(lines))


def _gives_definitions(text: str, new: str, path: str) -> bool:
    """All that the new text has and the file has not is inside definitions that both have."""
    before, after = shape_of(path, text), shape_of(path, new)
    if before is None or after is None or not after.top or after.broken:
        return False
    known = {line.strip() for line in split(text)[0]}
    names = {symbol.name for symbol in before.top}
    inside = {row for symbol in after.top for row in range(symbol.outer_line, symbol.end_line + 1)}
    outside = [line for row, line in enumerate(split(new)[0], 1) if row not in inside]
    return all(symbol.name in names for symbol in after.top) and all(
        not line.strip() or line.strip() in known or is_elision(line) for line in outside
    )


def _leaves_out(new: str) -> bool:
    """A new file that speaks of code left out."""
    return any(
        is_elision(line) and re.search(r"rest|existing|unchanged|remain", line, re.IGNORECASE) for line in split(new)[0]
    )


def _as_symbols(edit: Edit, text: str, path: str, new: str) -> tuple[str, Placed]:
    return _placed(edit, text, path, replace_symbols(text, new, path, wanted=edit.symbol))


def _placed(edit: Edit, text: str, path: str, found: SymbolEdit | SymbolMiss) -> tuple[str, Placed]:
    if isinstance(found, SymbolMiss):
        candidates = tuple(Candidate(path, first, last, "", 0.0) for first, last in found.places)
        return text, Placed(edit, "refused", "symbol", reason=found.reason, candidates=candidates)
    if found.text == text:
        return text, Placed(edit, "already", "symbol", found.first, found.last)
    return found.text, Placed(edit, "located", "symbol", found.first, found.last, reason=found.note)


def _meaning(edit: Edit, text: str, path: str, new: str) -> str:
    """Empty: the whole file; `symbol`: definitions of it; `quote`: a part of it as it is; else why neither is sure."""
    old_lines = [line.strip() for line in split(text)[0] if line.strip()]
    new_lines = [line.strip() for line in split(new)[0] if line.strip()]
    weak = edit.naming != "stated"
    before, after = shape_of(path, text), shape_of(path, new, fragment=True)
    if _is_slice(old_lines, new_lines):
        share = len(new_lines) / len(old_lines)
        if share < (0.8 if weak else 0.5):
            return "quote"
    if before is None or after is None or not before.symbols:
        return _by_lines(old_lines, new_lines, weak)
    if after.broken and not after.symbols:
        return (
            "" if _kept(old_lines, new_lines) >= 0.3 or not weak else "It reads as an excerpt, not as the whole file."
        )
    return _by_shape(before, after, text, new, old_lines, new_lines, weak)


def _by_shape(
    before: Shape, after: Shape, text: str, new: str, old_lines: list[str], new_lines: list[str], weak: bool
) -> str:
    here = {symbol.name for symbol in before.top}
    anywhere = {symbol.name for symbol in before.symbols}
    given = [symbol.name for symbol in after.top]
    missing = here - set(given)
    lost_imports = [_rows(text, rows) for rows in before.imports if _squash(_rows(text, rows)) not in _squash(new)]
    lost_others = [_rows(text, rows) for rows in before.others if _first_line(_rows(text, rows)) not in new]
    needed = any(_names_used(lost, new) for lost in lost_imports)
    only_definitions = bool(given) and not after.others
    fragment = bool(missing) or bool(lost_others) or needed
    if only_definitions and any(name in anywhere for name in given) and fragment:
        if (
            all(name in here for name in given)
            and not after.imports
            and not missing
            and not needed
            and _kept(old_lines, new_lines) > 0.9
        ):
            # Everything is there but a statement that the edit takes out.
            return ""
        if _takes_out(old_lines, new_lines) and not weak:
            return ""
        if not after.imports or missing or needed or not lost_imports:
            return (
                ""
                if _opens_alike(text, new, before) and len(missing) * 2 <= len(here) and not weak and not lost_others
                else "symbol"
            )
    kept = _kept(old_lines, new_lines)
    if len(old_lines) <= _SMALL and not weak:
        return ""
    if weak and (missing or needed) and kept < 0.6:
        return "It reads as an example or an excerpt: the file's other definitions are not in it."
    if here and len(missing) * 2 > len(here) and kept < 0.3 and not after.imports:
        lost = ", ".join(sorted(missing)[:5])
        return f"It would replace the whole file and lose {lost}; give the whole file, or SEARCH/REPLACE blocks."
    if not given and here and kept < 0.5:
        return "It would replace the whole file by lines without any of its definitions; it reads as an excerpt."
    return ""


def _by_lines(old_lines: list[str], new_lines: list[str], weak: bool) -> str:
    kept = _kept(old_lines, new_lines)
    if weak and kept < 0.5 and len(old_lines) > _SMALL:
        return "It reads as an excerpt: most of the file's lines are not in it."
    if len(old_lines) > 3 * _SMALL and kept < 0.1 and len(new_lines) * 5 < len(old_lines):
        return (
            f"It would leave {len(new_lines)} of {len(old_lines)} lines; give the whole file, or SEARCH/REPLACE blocks."
        )
    return ""


def _kept(old_lines: list[str], new_lines: list[str]) -> float:
    """The share of the old lines that are among the new ones."""
    if not old_lines:
        return 1.0
    fresh: dict[str, int] = {}
    for line in new_lines:
        fresh[line] = fresh.get(line, 0) + 1
    kept = 0
    for line in old_lines:
        if fresh.get(line, 0):
            fresh[line] -= 1
            kept += 1
    return kept / len(old_lines)


def _is_slice(old_lines: list[str], new_lines: list[str]) -> bool:
    """The new lines stand in the old ones, in one piece, with more around them."""
    if not new_lines or len(new_lines) >= len(old_lines):
        return False
    width = len(new_lines)
    return any(
        old_lines[i] == new_lines[0] and old_lines[i : i + width] == new_lines
        for i in range(len(old_lines) - width + 1)
    )


def _takes_out(old_lines: list[str], new_lines: list[str]) -> bool:
    """The new text is the old one with lines taken out in at least one place and its first line kept."""
    if not new_lines or not old_lines or new_lines[0] != old_lines[0]:
        return False
    changes = [op for op in opcodes(old_lines, new_lines) if op[0] != "equal"]
    return bool(changes) and all(op[0] == "delete" for op in changes)


def _opens_alike(text: str, new: str, before: Shape) -> bool:
    """The new text begins as the file does, and the file begins with something that is no definition."""
    old_first = next((line.strip() for line in split(text)[0] if line.strip()), "")
    new_first = next((line.strip() for line in split(new)[0] if line.strip()), "")
    starts_with_definition = bool(before.top) and min(s.outer_line for s in before.top) == 1
    return old_first == new_first and not starts_with_definition


def _rows(text: str, rows: tuple[int, int]) -> str:
    return "\n".join(split(text)[0][rows[0] - 1 : rows[1]])


def _squash(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].strip()


def _names_used(imported: str, new: str) -> bool:
    """Whether the new text uses a name that a lost import brings in."""
    words = set(re.findall(r"[A-Za-z_]\w*", re.sub(r"[\"'<>].*?[\"'<>]", " ", imported)))
    quoted = re.findall(r"[\"'<]([^\"'<>]+)[\"'>]", imported)
    words |= {re.split(r"[/.]", name)[-1] for name in quoted if not re.search(r"\.h", name)}
    words -= {
        "import",
        "from",
        "as",
        "use",
        "using",
        "require",
        "include",
        "package",
        "const",
        "let",
        "var",
        "static",
        "type",
        "self",
        "crate",
        "super",
        "std",
        "main",
    }
    if re.match(r"\s*(?:package|namespace|#include)\b", imported):
        return True
    return any(re.search(rf"\b{re.escape(word)}\b", new) for word in words)


def fit_whole(text: str, new: str, edit: Edit) -> str:
    """The whole new content with the line ends of the file, and without a last line end where it has none."""
    file = FileText(text)
    old, lines = file.lines, split(new)[0]
    fitted = rewrite(file, range(len(old)), 0, len(old), old, lines, Shift(), eof_newline=edit.eof_newline)
    return fitted if fitted is not None else new
