"""Editing tool calls printed as text: JSON objects, Python calls, and tags around parameters.

Models that have learnt tool calls print them even when none were offered. What counts is the meaning of the fields:
a path together with an old and a new text, or with content, or with a patch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agent.edits.parse.fields import ALL, ARGUMENTS, CONTENT, LISTS, MOVE_FROM, MOVE_TO, NAMES, NEW, OLD, PATCH, PATH
from agent.edits.parse.values import decode_prefix
from agent.edits.types import Edit

_READS = re.compile(
    r"^(?:read|view|open|list|ls|cat|search|grep|find|glob|get|show|run|exec|shell|bash|think|plan|todo|"
    r"ask|browse|fetch)(?:$|[_\-.a-z])"
)

_NOT_READS = re.compile(r"replace|edit|write|patch|update|create")


def edits_from_call(value: Any, *, span: tuple[int, int], bare: bool) -> list[Edit] | None:
    """The edits that a decoded value states, None when it states none.

    `bare`: no tag or fence says that it is a call, so a name or the three texts of a replacement are required.
    """
    found = _read(value, None, "", span, 0)
    if not found:
        return None
    if bare and not _is_certain(value):
        return None
    return found


def _key(mapping: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, Any] | None:
    lowered = {str(key).lower().replace("-", "_"): key for key in mapping}
    for name in names:
        if name in lowered:
            return lowered[name], mapping[lowered[name]]
    return None


def _text(mapping: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    lowered = {str(key).lower().replace("-", "_"): key for key in mapping}
    for name in names:
        if name not in lowered:
            continue
        value = mapping[lowered[name]]
        if isinstance(value, str):
            return value
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return "\n".join(item.rstrip("\n") for item in value)
        if isinstance(value, list) and not value and "lines" in name:
            return ""
    return None


def _is_certain(value: Any) -> bool:
    """The value is written as a call, or holds a path with both texts of a replacement, or a path with a whole file."""
    if isinstance(value, list):
        return bool(value) and all(_is_certain(item) for item in value)
    if not isinstance(value, dict):
        return False
    if _key(value, LISTS) is not None and (
        _text(value, PATH) or all(v is None or isinstance(v, (list, dict, str)) for v in value.values())
    ):
        return True
    if _key(value, ARGUMENTS) is not None and _key(value, NAMES) is not None:
        return True
    if isinstance(value.get("function"), dict):
        return True
    if _text(value, PATH) is None:
        text = _text(value, PATCH)
        return text is not None and "*** Begin Patch" in text
    if _text(value, OLD) is not None and _text(value, NEW) is not None:
        return True
    names = {str(key).lower() for key in value}
    return _text(value, CONTENT) is not None and names <= set(PATH + CONTENT + NAMES) | {
        "description",
        "explanation",
        "reason",
        "instructions",
        "overwrite",
        "encoding",
        "language",
        "mode",
        "create",
    }


def _read(value: Any, path: str | None, name: str, span: tuple[int, int], depth: int) -> list[Edit]:
    if depth > 6:
        return []
    if isinstance(value, str):
        decoded = _decode(value)
        return _read(decoded, path, name, span, depth + 1) if decoded is not None else []
    if isinstance(value, list):
        return [edit for item in value for edit in _read(item, path, name, span, depth + 1)]
    if not isinstance(value, dict):
        return []
    inner = value.get("function")
    if isinstance(inner, dict):
        return _read(inner, path, name, span, depth + 1)
    for key in NAMES:
        word = value.get(key)
        if (
            isinstance(word, str)
            and re.fullmatch(r"[\w.\-/ ]{2,60}", word)
            and (key != "name" or not name or len(value) > 1)
        ):
            name = word.lower()
            break
    if _READS.match(name.rsplit(".", 1)[-1]) and not _NOT_READS.search(name) and "*** Begin Patch" not in str(value):
        return []
    arguments = _key(value, ARGUMENTS)
    if arguments is not None and _text(value, OLD) is None and _text(value, CONTENT) is None:
        content = arguments[1]
        if isinstance(content, (dict, list)):
            return _read(content, _text(value, PATH) or path, name, span, depth + 1)
        if isinstance(content, str):
            decoded = _decode(content)
            if decoded is not None:
                return _read(decoded, _text(value, PATH) or path, name, span, depth + 1)
    path = _text(value, PATH) or path
    listed = _key(value, LISTS)
    if listed is not None and isinstance(listed[1], str):
        decoded = _decode(listed[1])
        listed = (listed[0], decoded) if decoded is not None else listed
    if listed is not None and isinstance(listed[1], (list, dict)):
        items = listed[1] if isinstance(listed[1], list) else [listed[1]]
        if (
            isinstance(listed[1], dict)
            and listed[1]
            and all(isinstance(v, str) for v in listed[1].values())
            and listed[0].lower() == "files"
        ):
            return [Edit("write", key, new=text, format="json", span=span) for key, text in listed[1].items()]
        found = [edit for item in items for edit in _read(item, path, name, span, depth + 1)]
        if found:
            return found
    return _read_one(value, path, name, span)


def _read_one(value: dict[str, Any], path: str | None, name: str, span: tuple[int, int]) -> list[Edit]:
    old, new = _text(value, OLD), _text(value, NEW)
    if old is not None and new is not None and (path or name):
        every = _key(value, ALL)
        expected = value.get("expected_replacements")
        many = (every is not None and every[1] in (True, "true", "True", 1)) or (
            isinstance(expected, int) and expected > 1
        )
        if old == "" and "insert" in name:
            return [
                Edit(
                    "replace", path, format="json", span=span, flaw="An insertion needs the line beside which it goes."
                )
            ]
        return [
            Edit(
                "replace",
                path,
                old=old,
                new=new,
                format="json",
                span=span,
                every=many,
                naming="stated" if path else "none",
            )
        ]
    patch = _text(value, PATCH)
    if patch is None:
        for key in ("command", "cmd"):
            command = value.get(key)
            if isinstance(command, list) and len(command) >= 2 and command[0] == "apply_patch":
                patch = str(command[1])
    if patch is not None and re.search(
        r"^\*\*\* Begin Patch|^@@|^--- |^<{5,9} |^-{5,9} SEARCH|^diff --git", patch, re.MULTILINE
    ):
        from agent.edits.parse.reply import parse_nested

        return [_respan(edit, span) for edit in parse_nested(patch, path)]
    if ("delete" in name or "remove" in name) and path and old is None and ("file" in name or len(value) <= 2):
        return [Edit("delete", path, format="json", span=span)]
    if "move" in name or "rename" in name:
        source, goal = _text(value, MOVE_FROM) or path, _text(value, MOVE_TO)
        if source and goal and source != goal:
            return [Edit("move", source, move_to=goal, format="json", span=span)]
    content = _text(value, CONTENT)
    if content is None and path and new is not None and old is None and "insert" not in name:
        content = new
    if content is not None and path and "insert" not in name and old is None:
        if "append" in name:
            return [Edit("replace", path, new=content, format="json", span=span, at="end")]
        return [Edit("write", path, new=content, format="json", span=span)]
    if path and "insert" in name and (content is not None or new is not None):
        flaw = "It inserts by line number only; give the lines around the place instead."
        return [Edit("replace", path, format="json", span=span, flaw=flaw)]
    return []


def _respan(edit: Edit, span: tuple[int, int]) -> Edit:
    from dataclasses import replace

    return replace(edit, span=span)


def _decode(text: str) -> Any:
    text = text.strip()
    if not text.startswith(("{", "[")):
        return None
    value, _ = decode_prefix(text)
    return value
