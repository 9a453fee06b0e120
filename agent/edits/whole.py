"""Edits that give a file, or a whole function or class of it, from start to end."""

from __future__ import annotations

from collections.abc import Sequence

from agent.edits.locate.adapt import rewrite
from agent.edits.locate.indent import Shift
from agent.edits.locate.text import FileText, split
from agent.edits.placing import Placed, place_all
from agent.edits.types import Edit


def place_whole(edits: Sequence[Edit], text: str, path: str, *, exists: bool) -> tuple[str, list[Placed]]:
    """Place the edits of one file of which at least one is a whole file; the new text, and what became of each."""
    placed: list[Placed | None] = [None] * len(edits)
    writers = [number for number, edit in enumerate(edits) if edit.kind == "write" or (edit.kind == "replace" and not edit.old.strip() and not edit.at)]
    replaced = text
    chosen: int | None = None
    for number in writers:
        edit = edits[number]
        if chosen is not None and _content(edit, text) == _content(edits[chosen], text):
            placed[number] = Placed(edit, "already", "duplicate")
        elif chosen is not None:
            placed[number] = Placed(edit, "refused", reason=f"Edit {chosen + 1} gives the whole of this file as well, and differently.")
        else:
            chosen = number
            replaced, placed[number] = _write(edit, text, exists)
    others = [number for number in range(len(edits)) if placed[number] is None]
    if others:
        replaced, rest = place_all([edits[number] for number in others], replaced, path)
        for number, one in zip(others, rest):
            placed[number] = one
    return replaced, [one for one in placed if one is not None]


def _content(edit: Edit, text: str) -> str:
    """The content that an edit gives, with the first line that only named the file where the file has it."""
    if edit.kind == "write" and edit.alternatives:
        _, full = edit.alternatives[0]
        if text and split(full)[0][:1] == split(text)[0][:1]:
            return full
    return edit.new


def _write(edit: Edit, text: str, exists: bool) -> tuple[str, Placed]:
    new = _content(edit, text)
    if not exists or not text.strip():
        if edit.eof_newline is False and new.endswith("\n"):
            new = new[:-1]
        return new, Placed(edit, "located", "new-file" if not exists else "whole-file")
    fitted = fit_whole(text, new, edit)
    if fitted == text:
        return text, Placed(edit, "already", "already", 1, len(split(text)[0]))
    if edit.kind == "replace":
        return text, Placed(edit, "refused", reason="The file exists, and the text to find is empty, which makes a new file.")
    return fitted, Placed(edit, "located", "whole-file", 1, len(split(text)[0]))


def fit_whole(text: str, new: str, edit: Edit) -> str:
    """The whole new content with the line ends of the file, and without a last line end where it has none."""
    file = FileText(text)
    old, lines = file.lines, split(new)[0]
    fitted = rewrite(file, range(len(old)), 0, len(old), old, lines, Shift(), eof_newline=edit.eof_newline)
    return fitted if fitted is not None else new
