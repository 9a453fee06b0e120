"""Values that a printed call is written in: JSON and nearly JSON, Python literals and calls, tags around parameters."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from agent.edits.parse.fields import CONTENT, NEW, OLD, PATCH, PATH


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

_CHILD_NAMES = frozenset(PATH + OLD + NEW + CONTENT + PATCH)

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
        if tag in PATH:
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
    if key.lower() in PATH:
        return value.strip()
    if not framed and "\n" not in value:
        return value
    # Blanks before the closing tag are its own indentation.
    return re.sub(r"\n[ \t]+\Z", "\n", value) if value.strip(" \t") else ""
