"""Editing tool calls printed as text: JSON objects, Python calls, and tags around parameters.

Models that have learnt tool calls print them even when none were offered. What counts is the meaning of the fields:
a path together with an old and a new text, or with content, or with a patch.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

from agent.edits.types import Edit

_PATH = (
    "path",
    "file",
    "file_path",
    "filepath",
    "filename",
    "file_name",
    "target_file",
    "targetfile",
    "relative_path",
    "absolute_path",
    "absolutepath",
    "relative_workspace_path",
    "target_path",
    "target",
    "fname",
    "document",
    "uri",
    "source_file",
    "src_path",
    "pathname",
)
_OLD = (
    "old_string",
    "old_text",
    "old_str",
    "oldtext",
    "oldstring",
    "oldstr",
    "old",
    "search",
    "search_text",
    "search_string",
    "search_block",
    "searchtext",
    "find",
    "find_text",
    "original",
    "original_text",
    "original_string",
    "original_code",
    "old_code",
    "oldcode",
    "before",
    "target_content",
    "targetcontent",
    "old_content",
    "from_text",
    "old_lines",
    "text_to_replace",
    "search_content",
    "old_block",
    "match",
)
_NEW = (
    "new_string",
    "new_text",
    "new_str",
    "newtext",
    "newstring",
    "newstr",
    "new",
    "replace",
    "replace_text",
    "replacement",
    "replacement_text",
    "replace_string",
    "replace_with",
    "replacewith",
    "replacement_content",
    "replacementcontent",
    "updated",
    "updated_text",
    "updated_code",
    "new_code",
    "newcode",
    "after",
    "new_content",
    "to_text",
    "replacement_string",
    "new_lines",
    "replacement_code",
    "replace_block",
    "replacement_block",
    "new_block",
    "modified",
    "replaced",
)
_CONTENT = (
    "content",
    "contents",
    "file_text",
    "filetext",
    "text",
    "code",
    "file_content",
    "filecontent",
    "file_contents",
    "new_content",
    "newcontent",
    "new_contents",
    "codecontent",
    "code_content",
    "code_edit",
    "body",
    "data",
    "full_content",
    "source",
    "updated_content",
)
_PATCH = ("patch", "diff", "input", "patch_text", "patchtext", "unified_diff", "patch_content", "command", "cmd")
_LISTS = (
    "edits",
    "changes",
    "replacements",
    "operations",
    "hunks",
    "blocks",
    "files",
    "modifications",
    "updates",
    "diffs",
    "actions",
    "replacementchunks",
    "calls",
    "tool_calls",
)
_ARGUMENTS = (
    "arguments",
    "args",
    "parameters",
    "params",
    "input",
    "action_input",
    "tool_input",
    "kwargs",
    "payload",
    "function_args",
    "argument",
)
_NAMES = (
    "name",
    "tool",
    "tool_name",
    "function",
    "action",
    "function_name",
    "command",
    "type",
    "recipient_name",
    "op",
    "operation",
    "kind",
    "method",
)
_ALL = ("replace_all", "replaceall", "all", "all_occurrences", "global", "allow_multiple", "allowmultiple")
_MOVE_FROM = (
    "source",
    "src",
    "from",
    "old_path",
    "source_path",
    "from_path",
    "oldpath",
    "path",
    "file_path",
    "source_file",
)
_MOVE_TO = (
    "destination",
    "dest",
    "to",
    "new_path",
    "destination_path",
    "to_path",
    "newpath",
    "target",
    "target_path",
    "dst",
    "new_name",
    "move_to",
)
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
    if _key(value, _LISTS) is not None and (
        _text(value, _PATH) or all(v is None or isinstance(v, (list, dict, str)) for v in value.values())
    ):
        return True
    if _key(value, _ARGUMENTS) is not None and _key(value, _NAMES) is not None:
        return True
    if isinstance(value.get("function"), dict):
        return True
    if _text(value, _PATH) is None:
        text = _text(value, _PATCH)
        return text is not None and "*** Begin Patch" in text
    if _text(value, _OLD) is not None and _text(value, _NEW) is not None:
        return True
    names = {str(key).lower() for key in value}
    return _text(value, _CONTENT) is not None and names <= set(_PATH + _CONTENT + _NAMES) | {
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
    for key in _NAMES:
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
    arguments = _key(value, _ARGUMENTS)
    if arguments is not None and _text(value, _OLD) is None and _text(value, _CONTENT) is None:
        content = arguments[1]
        if isinstance(content, (dict, list)):
            return _read(content, _text(value, _PATH) or path, name, span, depth + 1)
        if isinstance(content, str):
            decoded = _decode(content)
            if decoded is not None:
                return _read(decoded, _text(value, _PATH) or path, name, span, depth + 1)
    path = _text(value, _PATH) or path
    listed = _key(value, _LISTS)
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
    old, new = _text(value, _OLD), _text(value, _NEW)
    if old is not None and new is not None and (path or name):
        every = _key(value, _ALL)
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
    patch = _text(value, _PATCH)
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
        source, goal = _text(value, _MOVE_FROM) or path, _text(value, _MOVE_TO)
        if source and goal and source != goal:
            return [Edit("move", source, move_to=goal, format="json", span=span)]
    content = _text(value, _CONTENT)
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


def decode_prefix(text: str) -> tuple[Any, int]:
    """The JSON value (or Python literal) that `text` begins with and its length; (None, 0) when there is none.

    Line breaks inside strings and a comma after the last item are accepted, as are triple-quoted strings.
    """
    try:
        return json.JSONDecoder(strict=False).raw_decode(text)
    except ValueError:
        pass
    except RecursionError:
        return None, 0
    end = closing_bracket(text)
    if end is None:
        return None, 0
    body = text[:end]
    if '"""' in body or "'''" in body:
        body = re.sub(r'("""|\'\'\')(.*?)\1', lambda match: json.dumps(match.group(2)), body, flags=re.DOTALL)
    mended = _without_trailing_commas(body)
    for attempt in (mended, _escape_strays(mended)):
        try:
            return json.loads(attempt, strict=False), end
        except (ValueError, RecursionError):
            continue
    try:
        return ast.literal_eval(body), end
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None, 0


def closing_bracket(text: str) -> int | None:
    """The length of the bracketed value that `text` begins with, strings respected; None when it is not closed."""
    depth = 0
    index = 0
    quote = ""
    for match in _STRUCTURE.finditer(text):
        token, index = match.group(), match.end()
        if quote:
            if token == quote:
                quote = ""
        elif token in ('"""', "'''", '"', "'"):
            quote = token
        elif token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
            if depth == 0:
                return index
    return None


_STRUCTURE = re.compile(r"\\.|\"\"\"|'''|[\"'{}\[\]]", re.DOTALL)


def _without_trailing_commas(text: str) -> str:
    out: list[str] = []
    position = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|,(\s*[}\]])', text, re.DOTALL):
        if match.group(1) is not None:
            out.append(text[position : match.start()] + match.group(1))
            position = match.end()
    return "".join(out) + text[position:]


def _escape_strays(text: str) -> str:
    """Double a backslash that begins no JSON escape (a regular expression written as is)."""
    return re.sub(r'\\(?!["\\/bfnrtu])', r"\\\\", text)


def python_call(text: str) -> Any:
    """`edit_file(path="a", old="b", new="c")` as the value of a call; None when it is not one."""
    try:
        tree = ast.parse(text.strip(), mode="exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    calls: list[Any] = []
    for statement in tree.body:
        expression = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
        while (
            isinstance(expression, ast.Call)
            and isinstance(expression.func, ast.Name)
            and expression.func.id == "print"
            and expression.args
        ):
            expression = expression.args[0]
        if not isinstance(expression, ast.Call) or not expression.keywords:
            return None
        try:
            arguments = {word.arg: ast.literal_eval(word.value) for word in expression.keywords if word.arg}
        except (ValueError, TypeError, MemoryError, RecursionError):
            return None
        calls.append({"name": ast.unparse(expression.func), "arguments": arguments})
    return calls or None


_PARAMETER = re.compile(
    r"<(?:parameter|param|arg|argument)(?:=|"
    r"\s+name\s*=\s*)[\"']?([\w.-]+)[\"']?\s*>(.*?)(?:</(?:parameter|param|arg|argument)>|(?=<parameter=)|$)",
    re.DOTALL,
)
_CHILD_NAMES = frozenset(_PATH + _OLD + _NEW + _CONTENT + _PATCH)


_BRACED = re.compile(r"call:\s*([\w.\-]+)\s*(?=\{)")
_QUOTED = re.compile(r'<\|"\|>(.*?)<\|"\|>', re.DOTALL)


def braced_call(text: str) -> tuple[Any, int]:
    """`call:edit_file{path:<|"|>a.py<|"|>,…}` and how much of the text it takes; (None, 0) when there is none."""
    found = _BRACED.search(text)
    if found is None:
        return None, 0
    plain = _QUOTED.sub(lambda match: json.dumps(match.group(1)), text[found.end() :])
    length = closing_bracket(plain)
    if length is None:
        return None, 0
    body = plain[:length]
    keyed = re.sub(
        r'"(?:[^"\\]|\\.)*"|([{,]\s*)([A-Za-z_]\w*)\s*:',
        lambda match: f'{match.group(1)}"{match.group(2)}":' if match.group(2) else match.group(),
        body,
        flags=re.DOTALL,
    )
    value, _ = decode_prefix(keyed)
    if not isinstance(value, dict):
        return None, 0
    taken = len(text) - len(plain[length:])
    return {"name": found.group(1), "arguments": value}, taken


def tagged_call(text: str) -> Any:
    """A call written with tags: `<function=name><parameter=path>…`, `<invoke name=…>`, or a tag for each field."""
    name = re.search(r"<(?:function|invoke|tool)(?:=|\s+name\s*=\s*)[\"']?([\w.-]+)", text)
    arguments = {match.group(1): _strip_frame(match.group(2), match.group(1)) for match in _PARAMETER.finditer(text)}
    if arguments:
        return {"name": name.group(1) if name else "edit", "arguments": arguments}
    outer = re.match(r"\s*<([\w.-]+)((?:\s[^>]*)?)>", text)
    if not outer:
        return None
    attribute = re.search(r"\b(?:path|file|filename|file_path|name|src)\s*=\s*[\"']([^\"']+)[\"']", outer.group(2))
    close = text.rfind(f"</{outer.group(1)}>")
    body = text[outer.end() : close if close > 0 else len(text)]
    fields = _fields(body, outer.group(1))
    if attribute is None:
        return fields
    if fields is None:
        return {
            "name": "write_" + outer.group(1),
            "arguments": {"path": attribute.group(1), "content": _strip_frame(body, "content")},
        }
    for call in fields if isinstance(fields, list) else [fields]:
        call["arguments"].setdefault("path", attribute.group(1))
    return fields


def _fields(body: str, name: str) -> Any:
    edits: list[dict[str, str]] = []
    current: dict[str, str] = {}
    shared: dict[str, str] = {}
    position = 0
    while True:
        match = re.compile(r"<([A-Za-z][\w-]*)>").search(body, position)
        if not match:
            break
        tag = match.group(1).lower()
        if tag not in _CHILD_NAMES:
            position = match.end()
            continue
        close = body.find(f"</{match.group(1)}>", match.end())
        if close < 0:
            position = match.end()
            continue
        value = _strip_frame(body[match.end() : close], tag)
        if tag in _PATH:
            shared[tag] = value.strip()
        elif tag in current:
            edits.append(current)
            current = {tag: value}
        else:
            current[tag] = value
        position = close + len(match.group(1)) + 3
    if current:
        edits.append(current)
    if not shared and not edits:
        return None
    if not edits:
        return {"name": name, "arguments": shared}
    calls = [{"name": name, "arguments": {**shared, **edit}} for edit in edits]
    return calls


def _strip_frame(value: str, key: str) -> str:
    """The text of a tag without the line break after the opening tag.

    Where the closing tag stands on a line of its own the text is whole lines, and ends in a line break.
    """
    framed = value.startswith(("\n", "\r\n"))
    if framed:
        value = value[2:] if value[0] == "\r" else value[1:]
    if value.startswith("<![CDATA[") and value.rstrip().endswith("]]>"):
        value = value.rstrip()[9:-3]
    if key.lower() in _PATH:
        return value.strip()
    if not framed and "\n" not in value:
        return value
    # Blanks before the closing tag are its own indentation.
    return re.sub(r"\n[ \t]+\Z", "\n", value) if value.strip(" \t") else ""
