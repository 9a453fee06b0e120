"""A whole reply, or a growing one, as edits: the scanner that tries each block syntax in turn."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from agent.edits.parse import calls
from agent.edits.parse.block import Block, Incomplete, Pending
from agent.edits.parse.diff import looks_like_diff_body, may_start_diff, read_diff, starts_diff
from agent.edits.parse.fences import Fence, find_close, find_close_plainly, is_closing, opening
from agent.edits.parse.languages import PLAIN, extension_of
from agent.edits.parse.lines import Line, split_lines
from agent.edits.parse.naming import Known, mentioned_paths, stated_path
from agent.edits.parse.patch import read_patch, starts_patch
from agent.edits.parse.search_replace import head_of, read_block
from agent.edits.parse.whole import fence_content, keep_weak, whole_file_edit
from agent.edits.types import Edit, Naming

_THINK = re.compile(r"^\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_THINK_END = re.compile(r"</(?:think|thinking|thought|reasoning)>\s*", re.IGNORECASE)
_PATH_ATTRIBUTE = re.compile(r"\s(?:path|file|filename|file_path)\s*=\s*[\"'][^\"']+\.\w+[\"']")
_PATH_TAG = re.compile(r"^\s*<(path|file_path|filepath|file|filename|file_name|target_file)>\s*([^<>]+?)\s*</\1>\s*$")
_TAG = re.compile(r"^\s*<(\|?[A-Za-z][\w.|-]*)(?:[=\s][^>]*)?>")
_CALL_TAG = re.compile(
    r"^(?:\|?tool_?calls?\|?|function(?:_calls?)?|function|invoke|antml.*|tool_use|tools?|.*(?:write|edit|"
    r"replace|create|patch|delete|diff|update|modify|insert|save|move|rename).*|file|files|change|changes)$",
    re.IGNORECASE,
)
_CALL_FENCES = frozenset(
    {
        "json",
        "jsonc",
        "json5",
        "tool_call",
        "tool_calls",
        "tool_code",
        "tool",
        "tool_use",
        "tooluse",
        "toolcall",
        "function_call",
        "function",
        "action",
        "xml",
        "python",
        "py",
        "javascript",
        "typescript",
        "js",
        "yaml",
        *PLAIN,
    }
)
_MARKERS = re.compile(
    r"^\s*(?:\[TOOL_CALLS?\](?:\s*[\w.-]+\s*\[ARGS\])?|<\|python_tag\|>|TOOL_CALLS?:|"
    r"<\|tool_calls?(?:_begin|_start)?\|>|Action Input:|Tool call:|call:)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ParsedReply:
    """What a reply states."""

    edits: tuple[Edit, ...]
    incomplete: tuple[Incomplete, ...]
    """Blocks that begin and do not end; never written."""
    prose: str
    """The text outside the blocks."""
    problems: tuple[str, ...] = ()
    """What is odd about the reply, for the person."""


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
        self._known = Known.of(known_paths)
        self._default = default_path
        self._fence: Fence | None = None
        """The fence that was opened around blocks of their own and is not closed yet."""
        self._heading: tuple[str, int] | None = None
        """The last path stated alone on a line, and the index of that line."""
        self._last_path: str | None = None
        self._block_end = 0
        self._pending: Pending | None = None
        self._tried = 0
        self._looked = 0
        """Characters looked at beyond the current block so far."""

    def _may_look(self, size: int) -> bool:
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
                self._block_end = self.at
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
        self._block_end = self.at
        if block.edits or block.incomplete:
            self._heading = None

    def _take_prose(self) -> None:
        line = self.lines[self.at]
        text = line.text
        if self._fence is not None and is_closing(text, self._fence):
            self._fence = None
            self.at += 1
            return
        tag = _PATH_TAG.match(text)
        path = tag.group(2) if tag else stated_path(text, self._known)
        if path is not None:
            self._heading = (path, self.at)
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
        if head_of(text, self._known) is not None:
            path, naming = self._path_for_block()
            found = read_block(lines, at, path=path, naming=naming, known=self._known)
            if found is not None:
                return found
        if starts_patch(text):
            return read_patch(lines, at, self._stop(), fenced=self._closed_fence())
        if starts_diff(lines, at):
            return read_diff(lines, at, self._stop(), fenced=self._closed_fence(), finished=finished)
        if not last and may_start_diff(lines, at):
            return Pending(None, "diff", "the diff breaks off")
        if stripped[0] == "<" and (tagged := self._read_tag(last)) is not None:
            return tagged
        if "call:" in text and (called := self._read_braced(last)) is not None:
            return called
        if stripped[0] in "{[" or _MARKERS.match(text):
            value = self._read_value(last)
            if value is not None:
                return value
        if self._fence is None:
            fence = opening(text, self._known)
            if fence is not None:
                return self._read_fence(fence, finished, last)
        return None

    def _skip_thinking(self, last: bool) -> Block | Pending:
        if not self._may_look(self.length - self.lines[self.at].start):
            return Block(self.at + 1)
        for index in range(self.at, len(self.lines)):
            line = self.lines[index]
            if (end := _THINK_END.search(line.text)) is not None:
                if end.end() == len(line.text):
                    return Block(index + 1)
                # The answer begins on the line on which the thought ends.
                self.lines[index] = line._replace(text=line.text[end.end() :], start=line.start + end.end())
                self._block_end = index
                return Block(index, wrapper=True)
        if last:
            return Block(len(self.lines))
        return Pending(None, "thinking", "the thought does not end", closers=("</",))

    def _stop(self) -> int:
        """Where the fence around a block ends; without one, the end of the reply so far."""
        if self._fence is None or not self._may_look(self.length - self.lines[self.at].start):
            return len(self.lines)
        for index in range(self.at + 1, len(self.lines)):
            if is_closing(self.lines[index].text, self._fence):
                return index
        return len(self.lines)

    def _closed_fence(self) -> bool:
        return self._fence is not None and self._stop() < len(self.lines)

    def _before(self, count: int = 3) -> list[str]:
        """The last lines of prose above this one, the nearest last; blank ones and fences left out."""
        found: list[str] = []
        index = self.at - 1
        while index >= self._block_end and len(found) < count:
            text = self.lines[index].text
            if text.strip() and opening(text, self._known) is None:
                found.insert(0, text)
            index -= 1
        return found

    def _path_for_block(self) -> tuple[str | None, Naming]:
        """The file that a SEARCH block, or a diff without headers, is about."""
        before = self._before()
        if before:
            tag = _PATH_TAG.match(before[-1])
            path = tag.group(2) if tag else stated_path(before[-1], self._known, slot=True)
            if path is not None:
                return path, "stated"
        if self._fence is not None and self._fence.path is not None:
            return self._fence.path, "stated"
        if self._heading is not None and self._heading[1] >= self._block_end:
            return self._heading[0], "stated"
        for text in reversed(before[-2:]):
            mentioned = mentioned_paths(text, self._known)
            known = [path for path in mentioned if self._known.holds(path)]
            if len(known) == 1:
                return known[0], "prose"
            if len(mentioned) == 1 and self._last_path is None and self._default is None:
                return mentioned[0], "prose"
        if self._last_path is not None:
            return self._last_path, "stated"
        if self._default is not None:
            return self._default, "request"
        return None, "none"

    def _read_tag(self, last: bool) -> Block | Pending | None:
        lines, at = self.lines, self.at
        found = _TAG.match(lines[at].text)
        if found is None:
            return None
        if not _CALL_TAG.match(found.group(1)) and not _PATH_ATTRIBUTE.search(found.group()):
            return None
        name = found.group(1).strip("|")
        if _PATH_TAG.match(lines[at].text):
            return None
        if not self._may_look(self.length - lines[at].start):
            return None
        closing = f"</{name}>"
        alternatives = (closing, f"</|{name}|>", f"<|/{name}|>")
        end = None
        for index in range(at, len(lines)):
            text = lines[index].text
            if index > at and head_of(text) is not None:
                return None
            if any(close in text for close in alternatives):
                end = index
                break
            if index > at and name == "function" and "</tool_call>" in text:
                end = index
                break
        body_end = end if end is not None else len(lines) - 1
        span = (lines[at].start, lines[body_end].end)
        body = "\n".join(line.text for line in lines[at : body_end + 1])
        if end is None:
            value, _ = self._value_in(body)
            edits = calls.edits_from_call(value, span=span, bare=False) if value is not None else None
            if edits and last:
                return Block(len(lines), tuple(edits), path=edits[-1].path)
            if not last or re.search(r"<(?:parameter|path|file_path|content)\b", body):
                return Pending(None, "json", f"the closing tag {closing} is missing", closers=("</", "|>"))
            return None
        value, _ = self._value_in(body)
        if value is None or not calls.edits_from_call(value, span=span, bare=False):
            value = calls.tagged_call(body)
        edits = calls.edits_from_call(value, span=span, bare=False) if value is not None else None
        if edits:
            return Block(end + 1, tuple(edits), path=edits[-1].path)
        return None

    def _read_braced(self, last: bool) -> Block | Pending | None:
        """A call written as `call:name{…}`."""
        lines, at = self.lines, self.at
        if not re.match(r"^\s*(?:<\|tool_call>\s*)?call:\s*[\w.\-]+\s*\{", lines[at].text):
            return None
        if not self._may_look(self.length - lines[at].start):
            return None
        body = "\n".join(line.text for line in lines[at:])
        value, taken = calls.braced_call(body)
        if value is None:
            return Pending(None, "json", "the call breaks off", closers=("}",))
        end = at + body[:taken].count("\n")
        edits = calls.edits_from_call(value, span=(lines[at].start, lines[end].end), bare=False)
        return Block(end + 1, tuple(edits), path=edits[-1].path) if edits else None

    def _value_in(self, body: str) -> tuple[object, int]:
        """The first JSON value in the text of a tag."""
        match = re.search(r"(?m)(?:^\s*|>\s*)([{\[])", body)
        if match is None:
            return None, 0
        value, length = calls.decode_prefix(body[match.start(1) :])
        return value, match.start(1) + length

    def _read_value(self, last: bool) -> Block | Pending | None:
        """A JSON value that stands in the prose."""
        lines, at = self.lines, self.at
        first = lines[at].text
        marker = _MARKERS.match(first)
        head = first[marker.end() :] if marker else first
        if not re.match(r"^\s*[{\[]\s*(?:$|[{\[\"'])", head):
            return None
        if not last and not lines[at].closed:
            return Pending(None, "json", "the call breaks off")
        offset = len(first) - len(head.lstrip())
        probe = first[offset:]
        if calls.closing_bracket(probe) is None:
            if self._fence is None and not re.search(
                r"[\"'](?:name|tool|path|file|file_path|edits|function|arguments|action|filename)[\"']|^\s*[{\[]\s*$",
                head,
            ):
                return None
            if not self._may_look(self.length - lines[at].start):
                return None
            probe = "\n".join([probe, *(line.text for line in lines[at + 1 :])])
        value, length = calls.decode_prefix(probe)
        if value is None:
            if not last and len(lines) - at <= 3 and calls.closing_bracket(probe) is None:
                # Too little of it to tell a call from an example.
                return Pending(None, "json", "the call breaks off")
            if calls.closing_bracket(probe) is None and re.search(
                r"[\"'](?:name|path|file_path|old_string|content|edits|tool)[\"']\s*:", probe
            ):
                return Pending(None, "json", "the call breaks off", closers=("}", "]"))
            return None
        end = at + probe[:length].count("\n")
        edits = calls.edits_from_call(value, span=(lines[at].start, lines[end].end), bare=marker is None)
        if not edits:
            return None
        return Block(end + 1, tuple(edits), path=edits[-1].path)

    # -- fences --

    def _read_fence(self, fence: Fence, finished: bool, last: bool) -> Block | Pending | None:
        lines, at = self.lines, self.at
        path = fence.path
        heading = self._heading if self._heading is not None and self._heading[1] >= self._block_end else None
        before = self._before()
        near = heading is not None and bool(before) and lines[heading[1]].text == before[-1]
        if path is None and near and heading is not None:
            path = heading[0]
        inside = self._holds_blocks(fence, path, last)
        if inside is None:
            return Pending(path, "whole-file", "the closing fence is missing")
        if inside:
            self._fence = fence
            return Block(at + 1, wrapper=True)
        close = find_close(lines, at, fence, path, finished=last)
        if close is None and last:
            close = find_close_plainly(lines, at, fence)
        if close is None:
            closers = ("```", "~~~", "<<<<<", "-----")
            format = "diff" if fence.language in ("diff", "patch") else "whole-file"
            pending = Pending(path or self._default, format, "the closing fence is missing", closers=closers)
            if last and not self._may_be_edit(
                fence, path, before, "\n".join(line.text for line in lines[at + 1 : at + 40])
            ):
                return Block(len(lines))
            return pending
        span = (lines[at].start, lines[close].end)
        body = fence_content(lines[at + 1 : close], fence)
        if path is None or fence.language in ("diff", "patch"):
            block = self._read_special(fence, body, path, close, span)
            if block is not None:
                return block
        edit = whole_file_edit(
            body,
            fence,
            span=span,
            stated=heading[0] if heading else None,
            near=near,
            prose=before,
            known=self._known,
            default_path=self._default,
        )
        if edit is None:
            # A fence to read: it takes no heading with it, and stands in the prose.
            self.prose.extend(line.text for line in lines[at : close + 1])
            return Block(close + 1)
        return Block(close + 1, (edit,), path=edit.path)

    def _may_be_edit(self, fence: Fence, path: str | None, before: Sequence[str], body: str) -> bool:
        if path is not None or fence.language in ("diff", "patch"):
            return True
        if (
            fence.language in _CALL_FENCES
            and re.match(r"\s*[{\[<]", body)
            and re.search(
                r"[\"'](?:name|tool|function|path|file_path|old_string|edits)[\"']\s*:|<(?:function|parameter|"
                r"tool_call|invoke)\b",
                body,
            )
        ):
            return True
        probe = whole_file_edit(
            ["x"],
            fence,
            span=(0, 0),
            stated=None,
            near=False,
            prose=before,
            known=self._known,
            default_path=self._default,
        )
        return probe is not None

    def _holds_blocks(self, fence: Fence, path: str | None, last: bool) -> bool | None:
        """Whether the fence is only a wrapper around blocks that have their own marks; None: not known yet."""
        lines = self.lines
        document = path is not None and extension_of(path) in ("md", "markdown", "mdx", "rst", "txt")
        filled = 0
        for index in range(self.at + 1, len(lines)):
            text = lines[index].text
            if not text.strip():
                continue
            if is_closing(text, fence):
                return False
            filled += 1
            if head_of(text, self._known) is not None and text.lstrip()[:1] in "<-*`_>":
                head = head_of(text, self._known)
                if head is not None and head.merge and path is None and filled > 2:
                    continue
                return not document or filled <= 2
            if filled <= 2 and starts_patch(text):
                return True
            if filled == 1 and fence.language in ("diff", "patch", "udiff", *PLAIN) and starts_diff(lines, index):
                return False
        return False if last or filled > 2 else None

    def _read_special(
        self, fence: Fence, body: list[str], path: str | None, close: int, span: tuple[int, int]
    ) -> Block | None:
        """A fence that holds a diff, a patch or a call."""
        filled = [text for text in body if text.strip()]
        if not filled:
            return None
        first = filled[0]
        if fence.language in ("diff", "patch", "udiff") or (
            fence.language in PLAIN
            and (first.startswith(("--- ", "diff --git ", "@@ ", "Index: ")) and looks_like_diff_body(body))
        ):
            dedented = split_lines("".join(text + "\n" for text in body), 0)
            for start, line in enumerate(dedented):
                if starts_patch(line.text):
                    patch = read_patch(dedented, start, len(dedented), fenced=True)
                    if patch is not None:
                        return Block(close + 1, tuple(replace(edit, span=span) for edit in patch.edits))
                if starts_diff(dedented, start):
                    break
            if fence.language in ("diff", "patch", "udiff") and not looks_like_diff_body(body):
                return None
            fallback, naming = (path, "stated") if path is not None else self._path_for_block()
            block = read_diff(dedented, 0, len(dedented), path=fallback, fenced=True, headless=True)
            if isinstance(block, Block):
                edits = [replace(edit, span=span) for edit in block.edits]
                if fallback is None and not any(edit.path for edit in edits):
                    edits = [replace(edit, naming="none") for edit in edits]
                elif naming != "stated":
                    edits = [replace(edit, naming=naming) if edit.path == fallback else edit for edit in edits]
                return Block(close + 1, tuple(edits), path=block.path)
            return None
        if path is not None or fence.language not in _CALL_FENCES:
            return None
        text = "\n".join(body).strip()
        value: object = None
        if text[:1] in "{[":
            value = self._all_values(text)
        elif fence.language in ("tool_code", "python", "py", "tool_call", *PLAIN) and re.match(
            r"^(?:print\()?[\w.]*(?:edit|write|replace|create|patch|delete|update|modify|save|move|rename)\w*\(", text
        ):
            value = calls.python_call(text)
        elif text.startswith("<"):
            value, _ = self._value_in(text)
            value = value if value is not None else calls.tagged_call(text)
            if fence.language not in ("xml", "tool_call", "tool_code", *PLAIN) or not re.match(
                r"<(?:tool_call|function|invoke|[\w.-]*(?:edit|write|replace|create|file|patch|delete))", text
            ):
                value = None
        if value is None:
            return None
        named = fence.language not in _CALL_FENCES - {
            "json",
            "jsonc",
            "json5",
            "xml",
            "python",
            "py",
            "javascript",
            "typescript",
            "js",
            "yaml",
            *PLAIN,
        }
        edits_found = calls.edits_from_call(value, span=span, bare=named)
        if not edits_found:
            return None
        return Block(close + 1, tuple(edits_found), path=edits_found[-1].path)

    @staticmethod
    def _all_values(text: str) -> object:
        """One JSON value, or several after each other as a list."""
        values: list[object] = []
        while text:
            value, length = calls.decode_prefix(text)
            if value is None or not length:
                return None
            values.append(value)
            text = text[length:].lstrip(" \t\r\n,;")
            if text and text[0] not in "{[":
                break
        return values[0] if len(values) == 1 else values or None
