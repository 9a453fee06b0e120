"""Bytes to text and back, so that every byte that an edit leaves alone comes back the same."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")


@dataclass(frozen=True)
class Decoded:
    """A file's text and how to encode it again."""

    text: str
    encoding: str
    bom: bytes = b""


class NotText(ValueError):
    """The bytes are no text; the message says why."""


def decode(data: bytes) -> Decoded:
    """Read a file's bytes: a byte order mark decides, then UTF-8, a Python coding line, and single-byte Western text.

    Raises `NotText` for binary content. `encode(decode(data), text)` gives `data` back for the unchanged text.
    """
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(bom):
            found = _try(data[len(bom) :], encoding)
            if found is not None:
                return Decoded(found, encoding, bom)
    if b"\0" in data:
        for encoding, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
            # Western text in UTF-16 has a zero in every other byte.
            if len(data) % 2 == 0 and data[offset::2].count(0) > 0.7 * (len(data) / 2):
                found = _try(data, encoding)
                if found is not None and "\0" not in found:
                    return Decoded(found, encoding)
        raise NotText("it is binary")
    found = _try(data, "utf-8")
    if found is not None:
        return Decoded(found, "utf-8")
    for line in data.split(b"\n", 2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie:
            found = _try(data, cookie.group(1).decode("ascii"))
            if found is not None:
                return Decoded(found, cookie.group(1).decode("ascii"))
    odd = sum(byte < 9 or 13 < byte < 32 for byte in data[:65536])
    if odd > len(data[:65536]) // 50:
        raise NotText("it is binary")
    if any(0x80 <= byte < 0xA0 for byte in data):
        found = _try(data, "cp1252")
        if found is not None:
            return Decoded(found, "cp1252")
    return Decoded(data.decode("latin-1"), "latin-1")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
        return text if text.encode(encoding) == data else None
    except (UnicodeError, LookupError):
        return None


def encode(decoded: Decoded, text: str) -> bytes:
    """The text in the file's own encoding. Raises UnicodeEncodeError where it cannot hold a character."""
    return decoded.bom + text.encode(decoded.encoding)
