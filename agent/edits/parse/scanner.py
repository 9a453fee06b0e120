"""The scanner that goes over a reply's lines once and tries each block syntax in turn."""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.edits.parse.block import Block, Incomplete, ParsedReply, Pending
from agent.edits.parse.diff import may_start_diff, read_diff, starts_diff
from agent.edits.parse.fenced import read_fence
from agent.edits.parse.fences import Fence, is_closing, opening
from agent.edits.parse.lines import Line
from agent.edits.parse.naming import Known, mentioned_paths, stated_path
from agent.edits.parse.patch import read_patch, starts_patch
from agent.edits.parse.printed import MARKERS, PATH_TAG, read_braced, read_tag, read_value
from agent.edits.parse.search_replace import head_of, read_block
from agent.edits.parse.whole import keep_weak
from agent.edits.types import Edit, Naming

_THINK = re.compile(r"^\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)

_THINK_END = re.compile(r"</(?:think|thinking|thought|reasoning)>\s*", re.IGNORECASE)


class Scanner:
    """Goes over the lines once, block by block; `scan` may be called again after lines were added."""

    def __init__(self, *, known_paths: Collection[str] = (), default_path: str | None = None) -> None:
        self.lines: list[Line] = []
        self.length = 0
        self.at = 0
        self.edits: list[Edit] = []
        self.incomplete: list[Incomplete] = []
        self.prose: list[str] = []
        self.problems: list[str] = []
        self.known = Known.of(known_paths)
        self.default = default_path
        self.fence: Fence | None = None
        """The fence that was opened around blocks of their own and is not closed yet."""
        self.heading: tuple[str, int] | None = None
        """The last path stated alone on a line, and the index of that line."""
        self._last_path: str | None = None
        self.block_end = 0
        self._pending: Pending | None = None
        self._tried = 0
        self._looked = 0
        """Characters looked at beyond the current block so far."""

    def may_look(self, size: int) -> bool:
        """Whether one more look ahead is worth it: together they stay linear in the reply, whatever it holds."""
        self._looked += size
        return self._looked <= 1_000_000 + 30 * self.length

    def result(self) -> ParsedReply:
        """What was found so far."""
        edits = keep_weak(self.edits)
        return ParsedReply(
            tuple(edits), tuple(self.incomplete), "\n".join(self.prose).strip("\n"), tuple(self.problems)
        )

    def skip_unopened_thinking(self) -> None:
        """Pass over thoughts that the chat template opened before the reply began."""
        for index, line in enumerate(self.lines):
            if "<think" in line.text.lower() or "```" in line.text:
                return
            if line.text.strip().lower() in ("</think>", "</thinking>"):
                self.at = index + 1
                self.block_end = self.at
                return

    def scan(self, *, last: bool, finished: bool) -> None:
        """Read on as far as the lines allow. `last`: no line will follow; `finished`: the reply was not cut."""
        if self._pending is not None and not last and not self._worth_trying(self._pending):
            self._tried = len(self.lines)
            return
        self._pending = None
        while self.at < len(self.lines):
            found = self._read(last and finished, last)
            if isinstance(found, Pending):
                self._tried = len(self.lines)
                if not last:
                    self._pending = found
                    return
                found = self._give_up(found)
            if found is None:
                self._take_prose()
                continue
            self._take(found)

    def _worth_trying(self, pending: Pending) -> bool:
        for line in self.lines[self._tried :]:
            if pending.quiet and line.text[:1] and line.text[0] in pending.quiet and not line.text.startswith("***"):
                continue
            if not pending.closers or any(closer in line.text for closer in pending.closers):
                return True
        return False

    def _give_up(self, pending: Pending) -> Block:
        """The end of the reply came before the end of the block: keep its whole parts, report the rest."""
        start = self.lines[self.at].start
        if pending.edits:
            start = pending.edits[-1].span[1]
        lost = Incomplete(
            pending.path, pending.format, (start, self.lines[-1].end), f"The reply ends too early: {pending.reason}."
        )
        return Block(len(self.lines), pending.edits, (lost,), pending.path)

    def _take(self, block: Block) -> None:
        self.edits.extend(block.edits)
        self.incomplete.extend(block.incomplete)
        if block.path:
            self._last_path = block.path
        self.at = block.end if block.wrapper else max(block.end, self.at + 1)
        if block.wrapper:
            return
        self.block_end = self.at
        if block.edits or block.incomplete:
            self.heading = None

    def _take_prose(self) -> None:
        line = self.lines[self.at]
        text = line.text
        if self.fence is not None and is_closing(text, self.fence):
            self.fence = None
            self.at += 1
            return
        tag = PATH_TAG.match(text)
        path = tag.group(2) if tag else stated_path(text, self.known)
        if path is not None:
            self.heading = (path, self.at)
        self.prose.append(text)
        self.at += 1

    # -- the block syntaxes, in the order in which they are tried --

    def _read(self, finished: bool, last: bool) -> Block | Pending | None:
        lines, at = self.lines, self.at
        text = lines[at].text
        stripped = text.strip()
        if not stripped:
            return None
        if _THINK.match(text):
            return self._skip_thinking(last)
        if head_of(text, self.known) is not None:
            path, naming = self.path_for_block()
            found = read_block(lines, at, path=path, naming=naming, known=self.known, last=last)
            if found is not None:
                return found
        if starts_patch(text):
            return read_patch(lines, at, self._stop(), fenced=self._closed_fence())
        if starts_diff(lines, at):
            return read_diff(lines, at, self._stop(), fenced=self._closed_fence(), finished=finished)
        if not last and may_start_diff(lines, at):
            return Pending(None, "diff", "the diff breaks off")
        if stripped[0] == "<" and (tagged := read_tag(self, last)) is not None:
            return tagged
        if "call:" in text and (called := read_braced(self, last)) is not None:
            return called
        if stripped[0] in "{[" or MARKERS.match(text):
            value = read_value(self, last)
            if value is not None:
                return value
        if self.fence is None:
            fence = opening(text, self.known)
            if fence is not None:
                return read_fence(self, fence, finished, last)
        return None

    def _skip_thinking(self, last: bool) -> Block | Pending:
        if not self.may_look(self.length - self.lines[self.at].start):
            return Block(self.at + 1)
        for index in range(self.at, len(self.lines)):
            line = self.lines[index]
            if (end := _THINK_END.search(line.text)) is not None:
                if end.end() == len(line.text):
                    return Block(index + 1)
                # The answer begins on the line on which the thought ends.
                self.lines[index] = line._replace(text=line.text[end.end() :], start=line.start + end.end())
                self.block_end = index
                return Block(index, wrapper=True)
        if last:
            return Block(len(self.lines))
        return Pending(None, "thinking", "the thought does not end", closers=("</",))

    def _stop(self) -> int:
        """Where the fence around a block ends; without one, the end of the reply so far."""
        if self.fence is None or not self.may_look(self.length - self.lines[self.at].start):
            return len(self.lines)
        for index in range(self.at + 1, len(self.lines)):
            if is_closing(self.lines[index].text, self.fence):
                return index
        return len(self.lines)

    def _closed_fence(self) -> bool:
        return self.fence is not None and self._stop() < len(self.lines)

    def before(self, count: int = 3) -> list[str]:
        """The last lines of prose above this one, the nearest last; blank ones and fences left out."""
        found: list[str] = []
        index = self.at - 1
        while index >= self.block_end and len(found) < count:
            text = self.lines[index].text
            if text.strip() and opening(text, self.known) is None:
                found.insert(0, text)
            index -= 1
        return found

    def path_for_block(self) -> tuple[str | None, Naming]:
        """The file that a SEARCH block, or a diff without headers, is about."""
        before = self.before()
        if before:
            tag = PATH_TAG.match(before[-1])
            path = tag.group(2) if tag else stated_path(before[-1], self.known, slot=True)
            if path is not None:
                return path, "stated"
        if self.fence is not None and self.fence.path is not None:
            return self.fence.path, "stated"
        if self.heading is not None and self.heading[1] >= self.block_end:
            return self.heading[0], "stated"
        for text in reversed(before[-2:]):
            mentioned = mentioned_paths(text, self.known)
            known = [path for path in mentioned if self.known.holds(path)]
            if len(known) == 1:
                return known[0], "prose"
            if len(mentioned) == 1 and self._last_path is None and self.default is None:
                return mentioned[0], "prose"
        if self._last_path is not None:
            return self._last_path, "stated"
        if self.default is not None:
            return self.default, "request"
        return None, "none"
