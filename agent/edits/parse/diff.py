"""Unified diffs, as git and `diff -u` write them and as models misremember them.

Line numbers and counts in a hunk header are hints: what counts is the text of the hunk. Each hunk becomes one
`replace` edit; `/dev/null`, renames and mode lines become `delete`, `move` and permission bits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.edits.parse.block import Block, Pending
from agent.edits.parse.hunk import GIT, HUNK, FileDiff, read_hunk, starts_headers
from agent.edits.parse.lines import Line
from agent.edits.types import Edit, Naming

_EXTENDED = re.compile(
    r"^(?:index [0-9a-f]+|old mode |new mode |deleted file mode |new file mode |similarity index |dissimilarity index |"
    r"rename from |rename to |copy from |copy to |GIT binary patch|Binary files )"
)


def starts_diff(lines: Sequence[Line], at: int) -> bool:
    """Whether a diff with file headers begins here."""
    text = lines[at].text
    if text.startswith(("diff --git ", "diff --cc ")):
        return True
    if re.match(r"^Index: \S", text):
        return any(line.text.startswith("--- ") for line in lines[at + 1 : at + 4])
    if not text.startswith("--- "):
        return False
    return at + 1 < len(lines) and lines[at + 1].text.startswith("+++ ")


def may_start_diff(lines: Sequence[Line], at: int) -> bool:
    """A last line that may turn out to begin a diff once the next one is there."""
    text = lines[at].text
    return at + 1 >= len(lines) and (text.startswith(("--- ", "Index: ")))


def looks_like_diff_body(texts: Sequence[str]) -> bool:
    """Whether fence content without headers reads as a diff: hunk marks, or only lines with a mark."""
    filled = [text for text in texts if text.strip()]
    if not filled:
        return False
    if any(text.startswith(("@@", "--- ", "diff --git ")) for text in filled):
        return True
    marked = [text for text in filled if text[0] in "+-"]
    return bool(marked) and all(text[0] in "+- " for text in filled)


def _clean(raw: str) -> str:
    """A header's path without its prefix, quotes, time stamp and revision."""
    raw = raw.strip()
    if raw.startswith('"'):
        quoted = re.match(r'"((?:[^"\\]|\\.)*)"', raw)
        if quoted:
            return _unquote(quoted.group(1))
    raw = re.split(r"\t", raw)[0].strip()
    raw = re.sub(r"\s+\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*$", "", raw)
    raw = re.sub(r"\s+\((?:revision|working copy|nonexistent|original|modified|updated|old|new)[^)]*\)$", "", raw)
    raw = re.sub(r"\s+(?:original|modified|updated)$", "", raw)
    return raw.strip("`'\"")


def _unquote(text: str) -> str:
    """Git's C-style quoting: octal bytes and the usual escapes."""
    out = bytearray()
    index = 0
    plain = {"n": 10, "t": 9, "r": 13, '"': 34, "\\": 92, "a": 7, "b": 8, "f": 12, "v": 11}
    while index < len(text):
        octal = re.compile(r"\\([0-7]{3})").match(text, index)
        if octal:
            out.append(int(octal.group(1), 8) & 255)
            index = octal.end()
        elif text[index] == "\\" and index + 1 < len(text) and text[index + 1] in plain:
            out.append(plain[text[index + 1]])
            index += 2
        else:
            out += text[index].encode()
            index += 1
    return out.decode("utf-8", "replace")


def _sides(file: FileDiff) -> tuple[str | None, str | None]:
    """The old and new path with the `a/` and `b/` prefixes taken off where both sides have them."""
    old = None if file.old is None else _clean(file.old)
    new = None if file.new is None else _clean(file.new)
    pairs = (
        ("a/", "b/"),
        ("i/", "w/"),
        ("w/", "i/"),
        ("c/", "i/"),
        ("o/", "w/"),
        ("old/", "new/"),
        ("original/", "modified/"),
    )
    for left, right in pairs:
        old_fits = old is None or old == "/dev/null" or old.startswith(left)
        new_fits = new is None or new == "/dev/null" or new.startswith(right)
        named = [side for side in (old, new) if side not in (None, "/dev/null")]
        if named and old_fits and new_fits:
            # `a/` on one side only could be a folder; with both sides, or against /dev/null, it is the prefix.
            old = old[len(left) :] if old and old != "/dev/null" else old
            new = new[len(right) :] if new and new != "/dev/null" else new
            break
    return old, new


def _git_paths(rest: str) -> tuple[str, str] | None:
    rest = rest.strip()
    if rest.startswith('"') or rest.endswith('"'):
        parts = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', rest)
        if len(parts) == 2:
            return parts[0], parts[1]
        return None
    # With blanks in the names only equal names can be told apart: `a/x y b/x y`.
    half = len(rest) // 2
    if len(rest) % 2 and rest[half] == " " and rest[1:half].lstrip("/") == rest[half + 2 :].lstrip("/"):
        return rest[:half], rest[half + 1 :]
    parts = rest.split(" ")
    if len(parts) == 2:
        return parts[0], parts[1]
    middle = rest.find(" b/")
    return (rest[:middle], rest[middle + 1 :]) if middle > 0 else None


def read_diff(
    lines: Sequence[Line],
    at: int,
    stop: int,
    *,
    path: str | None = None,
    fenced: bool = False,
    finished: bool = True,
    headless: bool = False,
) -> Block | Pending | None:
    """The diff that begins at `lines[at]` and reaches to `stop` at most. `fenced`: it fills `lines[at:stop]`.

    `path` is the file for hunks without a header. `headless`: hunks may come without any `@@` line.
    """
    files: list[FileDiff] = []
    current: FileDiff | None = None
    index = at
    last = at
    if headless and not any(line.text.startswith(("@@", "--- ", "diff --git ")) for line in lines[at:stop]):
        current = FileDiff(start=lines[at].start)
        files.append(current)
        index = read_hunk(lines, at, stop, current, None, fenced=fenced)
        return Block(stop, tuple(_edits(current, path)), path=path)
    while index < stop:
        text = lines[index].text
        git = GIT.match(text)
        if git:
            current = FileDiff(start=lines[index].start)
            pair = _git_paths(git.group(1))
            if pair:
                current.old, current.new = pair
                current.git = True
            files.append(current)
            index += 1
        elif text.startswith("Index: ") and not (current and not current.hunks and current.old is None):
            current = FileDiff(start=lines[index].start)
            current.old = current.new = text[7:]
            files.append(current)
            index += 1
        elif starts_headers(lines, index, stop):
            if current is None or current.hunks or current.binary:
                current = FileDiff(start=lines[index].start)
                files.append(current)
            current.old = text[4:]
            current.new = lines[index + 1].text[4:]
            index += 2
        elif current is not None and _EXTENDED.match(text):
            _read_extended(text, current)
            index += 1
            if text.startswith("GIT binary patch"):
                while index < stop and not lines[index].text.startswith("diff --git "):
                    index += 1
        elif HUNK.match(text) and (current is not None or fenced or headless):
            if current is None:
                current = FileDiff(start=lines[index].start)
                files.append(current)
            index = read_hunk(lines, index + 1, stop, current, text, fenced=fenced)
        elif (
            fenced
            and current is not None
            and not current.hunks
            and text[:1] in tuple("+- ")
            and _changes_follow(lines, index, stop)
        ):
            index = read_hunk(lines, index, stop, current, None, fenced=fenced)
        elif not text.strip() or (fenced and text.strip()) or (current is not None and re.match(r"^={20,}$", text)):
            # A blank line between files; prose between files inside a fence.
            if not fenced and not text.strip() and not _diff_goes_on(lines, index, stop):
                break
            index += 1
            continue
        else:
            break
        last = index
    edits: list[Edit] = []
    for number, file in enumerate(files):
        tail = lines[last - 1].end if number + 1 == len(files) else files[number + 1].start
        edits += [
            replace(edit, span=(file.start, tail) if edit.span == (0, 0) else edit.span) for edit in _edits(file, path)
        ]
    if not edits:
        # Headers and nothing under them: passed over, so that they are looked at once only.
        return Block(last) if last > at and not fenced else None
    if not fenced and not finished and last >= len(lines):
        done = [edit for edit in edits if edit.span[0] < files[-1].start]
        return Pending(edits[-1].path, "diff", "the diff breaks off", tuple(done), quiet="+- @\\")
    end = stop if fenced else last
    return Block(end, tuple(edits), path=edits[-1].move_to or edits[-1].path)


def _changes_follow(lines: Sequence[Line], index: int, stop: int) -> bool:
    """Rows of a hunk that has no `@@` line come before the next one that has."""
    for line in lines[index:stop]:
        if line.text.startswith("@@"):
            return False
        if line.text[:1] in ("+", "-"):
            return True
    return False


def _diff_goes_on(lines: Sequence[Line], index: int, stop: int) -> bool:
    while index < stop and not lines[index].text.strip():
        index += 1
    if index >= stop:
        return False
    text = lines[index].text
    return bool(GIT.match(text) or text.startswith(("Index: ", "@@ ")) or starts_headers(lines, index, stop))


def _read_extended(text: str, file: FileDiff) -> None:
    if text.startswith(("rename from ", "copy from ")):
        file.move_from = _clean(text.split(" from ", 1)[1])
        file.copy = text.startswith("copy")
    elif text.startswith(("rename to ", "copy to ")):
        file.move_to = _clean(text.split(" to ", 1)[1])
    elif text.startswith("deleted file mode"):
        file.deleted = True
    elif text.startswith("new file mode"):
        file.created = True
        file.mode = _mode(text)
    elif text.startswith("new mode"):
        file.mode = _mode(text)
    elif text.startswith(("GIT binary patch", "Binary files ")):
        file.binary = True


def _mode(text: str) -> int | None:
    digits = text.split()[-1]
    if not re.fullmatch(r"[0-7]{5,6}", digits) or not digits.startswith("100"):
        return None
    return int(digits[-3:], 8)


def _edits(file: FileDiff, fallback: str | None) -> list[Edit]:
    """The edits of one file of a diff, with their paths."""
    old, new = _sides(file)
    if file.move_from and file.move_to and not file.copy:
        old, new = file.move_from, file.move_to
    naming: Naming = "stated"
    if old is None and new is None:
        old = new = fallback
        naming = "stated" if fallback else "none"
    if file.binary:
        flaw = "It is a binary patch, which cannot be applied as text."
        return [Edit("replace", new if new != "/dev/null" else old, format="diff", flaw=flaw)]
    if file.copy and file.move_to:
        flaw = "It copies a file; write the new file whole instead."
        return [Edit("replace", file.move_to, format="diff", flaw=flaw)]
    if (new == "/dev/null" or file.deleted) and old not in (None, "/dev/null"):
        return [Edit("delete", old, old="".join(hunk.old for hunk in file.hunks), format="diff")]
    if old == "/dev/null" or file.created:
        text = "".join(hunk.new for hunk in file.hunks)
        eof = file.hunks[-1].eof_newline if file.hunks else None
        return [
            Edit(
                "replace",
                new,
                new=text,
                format="diff",
                mode=file.mode,
                eof_newline=eof,
                span=file.hunks[0].span if file.hunks else (0, 0),
            )
        ]
    edits: list[Edit] = []
    target = new if new is not None else old
    other = ""
    if old is not None and new is not None and old != new:
        if file.git or file.move_from:
            edits.append(Edit("move", old, move_to=new, format="diff"))
        else:
            other = old
    if file.mode is not None and not file.hunks:
        edits.append(Edit("replace", target, format="diff", mode=file.mode, at="end"))
    for hunk in file.hunks:
        edits.append(replace(hunk, path=target, mode=file.mode, naming=naming, other_path=other))
    return edits
