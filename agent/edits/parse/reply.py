"""A whole reply, or a growing one, as edits."""

from __future__ import annotations

from collections.abc import Collection

from agent.edits.parse.block import ParsedReply
from agent.edits.parse.diff import read_diff
from agent.edits.parse.lines import split_lines
from agent.edits.parse.patch import read_patch, starts_patch
from agent.edits.parse.scanner import Scanner
from agent.edits.parse.search_replace import head_of
from agent.edits.types import Edit


def parse_reply(
    text: str, *, finished: bool = True, known_paths: Collection[str] = (), default_path: str | None = None
) -> ParsedReply:
    """Read every edit block of a reply, whatever syntaxes it mixes.

    `known_paths` are the repository's files, so that prose that names one can be trusted; `default_path` is the
    request's one target. With `finished` false the reply was cut: what it ends in is reported as incomplete. Pure,
    and linear in the length of the text.
    """
    scanner = Scanner(known_paths=known_paths, default_path=default_path)
    scanner.lines = split_lines(text)
    scanner.length = len(text)
    scanner.skip_unopened_thinking()
    scanner.scan(last=True, finished=finished)
    return scanner.result()


def parse_nested(text: str, path: str | None) -> list[Edit]:
    """The edits of a patch that stands inside a tool call, for `path` where it names no file itself."""
    lines = split_lines(text)
    if path is not None and not any(head_of(line.text) for line in lines):
        for start in range(len(lines)):
            if starts_patch(lines[start].text):
                found = read_patch(lines, start, len(lines), fenced=True)
                return list(found.edits) if found is not None else []
        block = read_diff(lines, 0, len(lines), path=path, fenced=True, headless=True)
        return list(block.edits) if block is not None else []
    return list(parse_reply(text, default_path=path).edits)


class StreamParser:
    """Reads a reply while it grows.

    `feed` gives the blocks that became complete with the last piece. Fences that only prose or the request gives a
    file to are known at the end alone, in `finish().edits`, which equals what `parse_reply` says of the whole text.
    """

    def __init__(self, *, known_paths: Collection[str] = (), default_path: str | None = None) -> None:
        self._scanner = Scanner(known_paths=known_paths, default_path=default_path)
        self._text: list[str] = []
        self._tail = ""
        self._given = 0
        self._known = known_paths
        self._default = default_path

    def feed(self, delta: str) -> list[Edit]:
        """Take the next piece of the reply; the edits that are complete now and were not before."""
        self._text.append(delta)
        joined = self._tail + delta
        cut = joined.rfind("\n") + 1
        if joined.endswith("\r"):
            cut = min(cut, len(joined) - 1)
        whole, self._tail = joined[:cut], joined[cut:]
        if not whole:
            return []
        scanner = self._scanner
        scanner.lines.extend(split_lines(whole, scanner.length))
        scanner.length += len(whole)
        scanner.scan(last=False, finished=False)
        ready = [edit for edit in scanner.edits if edit.naming == "stated" or edit.kind != "write"]
        fresh = ready[self._given :]
        self._given = len(ready)
        return fresh

    def finish(self, *, finished: bool = True) -> ParsedReply:
        """The whole reply, after its last piece. `finished` false: it was cut."""
        return parse_reply("".join(self._text), finished=finished, known_paths=self._known, default_path=self._default)
