"""A fence in a reply: a wrapper around blocks, a diff, a call, a file's new content, or something to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.edits.parse import calls, values
from agent.edits.parse.block import Block, Pending
from agent.edits.parse.diff import looks_like_diff_body, read_diff, starts_diff
from agent.edits.parse.fences import Fence, find_close, find_close_plainly, is_closing, opening
from agent.edits.parse.languages import PLAIN, extension_of
from agent.edits.parse.lines import split_lines
from agent.edits.parse.naming import mentioned_paths
from agent.edits.parse.patch import read_patch, starts_patch
from agent.edits.parse.printed import value_in
from agent.edits.parse.search_replace import head_of
from agent.edits.parse.whole import fence_content, whole_file_edit
from agent.edits.types import Edit, Naming

if TYPE_CHECKING:
    from agent.edits.parse.scanner import Scanner

_CODE_FENCES = frozenset(
    {"json", "jsonc", "json5", "xml", "python", "py", "javascript", "typescript", "js", "yaml", *PLAIN}
)
"""Fences of code or data, in which a call may be printed."""
_CALL_FENCES = _CODE_FENCES | {
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
}
"""These, and those that say that they hold a call."""


def read_fence(scanner: Scanner, fence: Fence, finished: bool, last: bool) -> Block | Pending | None:
    """The fence that opens on the current line."""
    lines, at = scanner.lines, scanner.at
    path = fence.path
    heading = scanner.heading if scanner.heading is not None and scanner.heading[1] >= scanner.block_end else None
    before = scanner.before()
    near = heading is not None and bool(before) and lines[heading[1]].text == before[-1]
    if path is None and near and heading is not None:
        path = heading[0]
    inside = _holds_blocks(scanner, fence, path, last)
    if inside is None:
        return Pending(path, "whole-file", "the closing fence is missing")
    if inside:
        scanner.fence = fence
        return Block(at + 1, wrapper=True)
    close = find_close(lines, at, fence, path, finished=last)
    if close is None and last:
        close = find_close_plainly(lines, at, fence)
    if close is None:
        closers = ("```", "~~~", "<<<<<", "-----")
        format = "diff" if fence.language in ("diff", "patch") else "whole-file"
        pending = Pending(path or scanner.default, format, "the closing fence is missing", closers=closers)
        if last and not _may_be_edit(
            scanner, fence, path, before, "\n".join(line.text for line in lines[at + 1 : at + 40])
        ):
            return Block(len(lines))
        return pending
    span = (lines[at].start, lines[close].end)
    body = fence_content(lines[at + 1 : close], fence)
    if path is None or fence.language in ("diff", "patch"):
        block = _read_special(scanner, fence, body, path, close, span)
        if block is not None:
            return block
    edit = whole_file_edit(
        body,
        fence,
        span=span,
        stated=heading[0] if heading else None,
        near=near,
        prose=before,
        known=scanner.known,
        default_path=scanner.default,
    )
    pair = _labelled_pair(scanner, body, close, span)
    if pair is not None:
        return pair
    if edit is None:
        # A fence to read: it takes no heading with it, and stands in the prose.
        scanner.prose.extend(line.text for line in lines[at : close + 1])
        return Block(close + 1)
    return Block(close + 1, (edit,), path=edit.path)


_OLD_LABEL = re.compile(
    r"^(?:.*,\s+)?(?:search|find|before|original|old|existing|current|replace)(?:\s+(?:code|this|version|text|block|"
    r"the following|lines?|this code|with))?\s*:?$",
    re.IGNORECASE,
)
_NEW_LABEL = re.compile(
    r"^(?:and\s+)?(?:replace|with|after|updated|new|replacement|fixed|becomes|replace it|replace with|change to)"
    r"(?:\s+(?:code|this|version|text|block|the following|lines?|this code|with|to|by))*\s*:?$",
    re.IGNORECASE,
)


def _label(text: str) -> str:
    return re.sub(r"[*_`#]+", "", text).strip()


def _labelled_pair(scanner: Scanner, body: list[str], close: int, span: tuple[int, int]) -> Block | None:
    """`Before:` and a fence, `After:` and a fence, with nothing else between: one replacement."""
    lines = scanner.lines
    above = scanner.before(1)
    if not above or not _OLD_LABEL.match(_label(above[-1])) or not any(line.strip() for line in body):
        return None
    index = close + 1
    label = ""
    while index < len(lines) and (found := opening(lines[index].text, scanner.known)) is None:
        if lines[index].text.strip():
            if label:
                return None
            label = _label(lines[index].text)
        index += 1
    if index >= len(lines) or not _NEW_LABEL.match(label) or found is None or found.path is not None:
        return None
    end = find_close(lines, index, found, None, finished=True)
    if end is None:
        return None
    path, naming = _path_of_pair(scanner)
    edit = Edit(
        "replace",
        path,
        old="".join(line + "\n" for line in body),
        new="".join(line + "\n" for line in fence_content(lines[index + 1 : end], found)),
        format="search-replace",
        span=(span[0], lines[end].end),
        naming=naming,
    )
    return Block(end + 1, (edit,), path=path)


def _path_of_pair(scanner: Scanner) -> tuple[str | None, Naming]:
    """The file that the label itself names, or the one that a block here would be about."""
    named = [path for path in mentioned_paths(scanner.before(1)[-1], scanner.known) if scanner.known.holds(path)]
    return (named[0], "stated") if len(named) == 1 else scanner.path_for_block()


def _may_be_edit(scanner: Scanner, fence: Fence, path: str | None, before: Sequence[str], body: str) -> bool:
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
        known=scanner.known,
        default_path=scanner.default,
    )
    return probe is not None


def _holds_blocks(scanner: Scanner, fence: Fence, path: str | None, last: bool) -> bool | None:
    """Whether the fence is only a wrapper around blocks that have their own marks; None: not known yet."""
    lines = scanner.lines
    document = path is not None and extension_of(path) in ("md", "markdown", "mdx", "rst", "txt")
    filled = 0
    for index in range(scanner.at + 1, len(lines)):
        text = lines[index].text
        if not text.strip():
            continue
        if is_closing(text, fence):
            return False
        filled += 1
        if head_of(text, scanner.known) is not None and text.lstrip()[:1] in "<-*`_>":
            head = head_of(text, scanner.known)
            if head is not None and head.merge and path is None and filled > 2:
                continue
            return not document or filled <= 2
        if filled <= 2 and starts_patch(text):
            return True
        if filled == 1 and fence.language in ("diff", "patch", "udiff", *PLAIN) and starts_diff(lines, index):
            return False
    return False if last or filled > 2 else None


def _read_special(
    scanner: Scanner, fence: Fence, body: list[str], path: str | None, close: int, span: tuple[int, int]
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
        fallback, naming = (path, "stated") if path is not None else scanner.path_for_block()
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
        value = _all_values(text)
    elif fence.language in ("tool_code", "python", "py", "tool_call", *PLAIN) and re.match(
        r"^(?:print\()?[\w.]*(?:edit|write|replace|create|patch|delete|update|modify|save|move|rename)\w*\(", text
    ):
        value = values.python_call(text)
    elif text.startswith("<"):
        value, _ = value_in(text)
        value = value if value is not None else values.tagged_call(text)
        if fence.language not in ("xml", "tool_call", "tool_code", *PLAIN) or not re.match(
            r"<(?:tool_call|function|invoke|[\w.-]*(?:edit|write|replace|create|file|patch|delete))", text
        ):
            value = None
    if value is None:
        return None
    edits_found = calls.edits_from_call(value, span=span, bare=fence.language in _CODE_FENCES)
    if not edits_found:
        return None
    return Block(close + 1, tuple(edits_found), path=edits_found[-1].path)


def _all_values(text: str) -> object:
    """One JSON value, or several after each other as a list."""
    found: list[object] = []
    while text:
        value, length = values.decode_prefix(text)
        if value is None or not length:
            return None
        found.append(value)
        text = text[length:].lstrip(" \t\r\n,;")
        if text and text[0] not in "{[":
            break
    return found[0] if len(found) == 1 else found or None
