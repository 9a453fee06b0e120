"""Languages inside other files: the scripts and styles of HTML, Vue and Svelte, and the fences of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.edits.gate.languages import Language, by_name

_ELEMENT = re.compile(rb"<(script|style)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ATTRIBUTE = re.compile(rb"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_FENCE = re.compile(rb"^( {0,3}|[ \t]*(?:[-*+]|\d+\.)?[ \t]+)(`{3,}|~{3,})[ \t]*([^\n`]*)$", re.MULTILINE)
_TEMPLATE_SIGN = re.compile(rb"(?<!\$)\{\{|\{%|<%|<\?(?:php|=)|\{#if|\$\{\{|@\{|__[A-Z_]+__|\{\{#")
_TEMPLATE_LINE = re.compile(rb"^[ \t]*(?:\{\{|\{%|<%)|[:\-=,\[][ \t]+(?:\{\{|\{%)", re.MULTILINE)
_SCRIPT_TYPES = {
    "", "text/javascript", "application/javascript", "module", "text/ecmascript", "application/ecmascript", "text/babel", "text/jsx",
}  # fmt: skip
_JSON_TYPES = {"application/json", "application/ld+json", "importmap", "speculationrules"}


@dataclass(frozen=True)
class Part:
    """A stretch of another language: its text, and the byte offset where it starts in the file."""

    language: Language
    start: int
    text: bytes
    kind: str
    """`script`, `style`, or the tag of a fence: parts are paired with those of the old text by kind and order."""


def has_template_signs(text: bytes) -> bool:
    """Some engine fills this text in before it is parsed: `{{ }}`, `{% %}`, `<% %>`, `<?php`, `__PLACEHOLDER__`."""
    return _TEMPLATE_SIGN.search(text) is not None


def has_template_lines(text: bytes) -> bool:
    """Template code stands where the data format wants a value or a key of its own, unquoted."""
    return _TEMPLATE_LINE.search(text) is not None


def elements(text: bytes) -> Iterator[Part]:
    """The `<script>` and `<style>` contents whose language is known. Commented-out ones are left out."""
    hidden = _COMMENT.sub(
        lambda m: b" " * len(m[0]) if b"<script" in m[0].lower() or b"<style" in m[0].lower() else m[0], text
    )
    for match in _ELEMENT.finditer(hidden):
        tag = match[1].decode().lower()
        attributes = {
            m[1].decode().lower(): (m[2] or m[3] or m[4] or b"").decode("utf-8", "replace")
            for m in _ATTRIBUTE.finditer(match[2])
        }
        language = _element_language(tag, attributes)
        start, end = match.span(3)
        body = text[start:end]
        if language is not None and body.strip() and not body.lstrip().startswith((b"<!--", b"<![CDATA[", b"//<!")):
            yield Part(language, start, body, tag)


def _element_language(tag: str, attributes: dict[str, str]) -> Language | None:
    if "src" in attributes:
        return None
    declared = attributes.get("lang", "").lower()
    kind = attributes.get("type", "").lower().split(";")[0].strip()
    if tag == "style":
        return by_name(declared or "css") if declared in ("", "css", "scss") and kind in ("", "text/css") else None
    if declared:
        return by_name(declared) if declared in ("ts", "tsx", "js", "jsx", "typescript", "javascript") else None
    if kind in _SCRIPT_TYPES:
        return by_name("javascript")
    return by_name("json") if kind in _JSON_TYPES else None


def fences(text: bytes) -> Iterator[Part]:
    """The closed code fences whose tag names a language, in order, without their common indentation."""
    at = 0
    while True:
        opening = _FENCE.search(text, at)
        if opening is None:
            return
        closing = re.compile(
            rb"^[ \t]*" + re.escape(opening[2]) + opening[2][:1] + rb"*[ \t]*\r?$", re.MULTILINE
        ).search(text, opening.end())
        if closing is None:
            return
        tag = opening[3].strip().decode("utf-8", "replace").split(" ")[0].strip("{}.").lower()
        language = by_name(tag) if tag else None
        start = opening.end() + 1
        if language is not None and language.check not in ("markdown", "html", "component"):
            yield Part(language, start, _strip_indent(text[start : closing.start()]), tag)
        at = closing.end()


def _strip_indent(text: bytes) -> bytes:
    lines = text.split(b"\n")
    widths = [len(line) - len(line.lstrip(b" \t")) for line in lines if line.strip()]
    shared = min(widths, default=0)
    return b"\n".join(line[shared:] for line in lines)


def in_fence(text: bytes, offset: int) -> bool:
    """The offset is inside a Markdown fence, or in a line indented as code."""
    line_start = text.rfind(b"\n", 0, offset) + 1
    if text[line_start : offset + 4].startswith((b"    ", b"\t")):
        return True
    opened: bytes | None = None
    for match in _FENCE.finditer(text, 0, offset):
        if opened is None:
            opened = match[2]
        elif match[2].startswith(opened) and not match[3].strip():
            opened = None
    return opened is not None
