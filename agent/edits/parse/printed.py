"""Editing calls printed in a reply: in tags, in braces, or as a JSON value among the prose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.edits.parse import calls, values
from agent.edits.parse.block import Block, Pending
from agent.edits.parse.search_replace import head_of

if TYPE_CHECKING:
    from agent.edits.parse.scanner import Scanner

_PATH_ATTRIBUTE = re.compile(r"\s(?:path|file|filename|file_path)\s*=\s*[\"'][^\"']+\.\w+[\"']")

PATH_TAG = re.compile(r"^\s*<(path|file_path|filepath|file|filename|file_name|target_file)>\s*([^<>]+?)\s*</\1>\s*$")

_TAG = re.compile(r"^\s*<(\|?[A-Za-z][\w.|-]*)(?:[=\s][^>]*)?>")

_CALL_TAG = re.compile(
    r"^(?:\|?tool_?calls?\|?|function(?:_calls?)?|function|invoke|antml.*|tool_use|tools?|.*(?:write|edit|"
    r"replace|create|patch|delete|diff|update|modify|insert|save|move|rename).*|file|files|change|changes)$",
    re.IGNORECASE,
)

MARKERS = re.compile(
    r"^\s*(?:\[TOOL_CALLS?\](?:\s*[\w.-]+\s*\[ARGS\])?|<\|python_tag\|>|TOOL_CALLS?:|"
    r"<\|tool_calls?(?:_begin|_start)?\|>|Action Input:|Tool call:|call:)\s*",
    re.IGNORECASE,
)


def read_tag(scanner: Scanner, last: bool) -> Block | Pending | None:
    """A call in tags that begins on the current line."""
    lines, at = scanner.lines, scanner.at
    found = _TAG.match(lines[at].text)
    if found is None:
        return None
    if not _CALL_TAG.match(found.group(1)) and not _PATH_ATTRIBUTE.search(found.group()):
        return None
    name = found.group(1).strip("|")
    if PATH_TAG.match(lines[at].text):
        return None
    if not scanner.may_look(scanner.length - lines[at].start):
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
        value, _ = value_in(body)
        edits = calls.edits_from_call(value, span=span, bare=False) if value is not None else None
        if edits and last:
            return Block(len(lines), tuple(edits), path=edits[-1].path)
        if not last or re.search(r"<(?:parameter|path|file_path|content)\b", body):
            return Pending(None, "json", f"the closing tag {closing} is missing", closers=("</", "|>"))
        return None
    value, _ = value_in(body)
    if value is None or not calls.edits_from_call(value, span=span, bare=False):
        value = values.tagged_call(body)
    edits = calls.edits_from_call(value, span=span, bare=False) if value is not None else None
    if edits:
        return Block(end + 1, tuple(edits), path=edits[-1].path)
    return None


def read_braced(scanner: Scanner, last: bool) -> Block | Pending | None:
    """A call written as `call:name{…}`."""
    lines, at = scanner.lines, scanner.at
    if not re.match(r"^\s*(?:<\|tool_call>\s*)?call:\s*[\w.\-]+\s*\{", lines[at].text):
        return None
    if not scanner.may_look(scanner.length - lines[at].start):
        return None
    body = "\n".join(line.text for line in lines[at:])
    value, taken = values.braced_call(body)
    if value is None:
        return Pending(None, "json", "the call breaks off", closers=("}",))
    end = at + body[:taken].count("\n")
    edits = calls.edits_from_call(value, span=(lines[at].start, lines[end].end), bare=False)
    return Block(end + 1, tuple(edits), path=edits[-1].path) if edits else None


def value_in(body: str) -> tuple[object, int]:
    """The first JSON value in the text of a tag."""
    match = re.search(r"(?m)(?:^\s*|>\s*)([{\[])", body)
    if match is None:
        return None, 0
    value, length = values.decode_prefix(body[match.start(1) :])
    return value, match.start(1) + length


def read_value(scanner: Scanner, last: bool) -> Block | Pending | None:
    """A JSON value that stands in the prose."""
    lines, at = scanner.lines, scanner.at
    first = lines[at].text
    marker = MARKERS.match(first)
    head = first[marker.end() :] if marker else first
    if not re.match(r"^\s*[{\[]\s*(?:$|[{\[\"'])", head):
        return None
    if not last and not lines[at].closed:
        return Pending(None, "json", "the call breaks off")
    offset = len(first) - len(head.lstrip())
    probe = first[offset:]
    if values.closing_bracket(probe) is None:
        if scanner.fence is None and not re.search(
            r"[\"'](?:name|tool|path|file|file_path|edits|function|arguments|action|filename)[\"']|^\s*[{\[]\s*$",
            head,
        ):
            return None
        if not scanner.may_look(scanner.length - lines[at].start):
            return None
        probe = "\n".join([probe, *(line.text for line in lines[at + 1 :])])
    value, length = values.decode_prefix(probe)
    if value is None:
        if not last and len(lines) - at <= 3 and values.closing_bracket(probe) is None:
            # Too little of it to tell a call from an example.
            return Pending(None, "json", "the call breaks off")
        if values.closing_bracket(probe) is None and re.search(
            r"[\"'](?:name|path|file_path|old_string|content|edits|tool)[\"']\s*:", probe
        ):
            return Pending(None, "json", "the call breaks off", closers=("}", "]"))
        return None
    end = at + probe[:length].count("\n")
    edits = calls.edits_from_call(value, span=(lines[at].start, lines[end].end), bare=marker is None)
    if not edits:
        return None
    return Block(end + 1, tuple(edits), path=edits[-1].path)
