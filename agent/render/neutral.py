"""Text that cannot drive a terminal: a model, a file name or a program's output may hold escape sequences.

Each character is replaced by something that can be seen, so a sequence split over several pieces of a stream is as
harmless as a whole one. `--json` has them escaped instead, and files are written as they are.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from agent.events import Event, Text

E = TypeVar("E", bound=Event)

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: "␡"}
_C1 = {code: f"<U+{code:04X}>" for code in range(0x80, 0xA0)}
_BIDI = {code: f"<U+{code:04X}>" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Overrides, embeddings and isolates: they show text in another order than it has (Unicode UAX #9, UTR #36)."""
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE = str.maketrans({**_PICTURES, **_C1, **_BIDI, **_SURROGATES})


def neutral(text: str) -> str:
    """The text with every control but line feed and tab made visible. A carriage return at a line's end goes."""
    if text.isascii() and text.isprintable():
        return text
    return text.replace("\r\n", "\n").translate(_TABLE)


def neutral_event(event: E) -> E:
    """The event with all its strings neutral."""
    if isinstance(event, Text):
        # Line ends may be split over two pieces of a stream.
        event = dataclasses.replace(event, text=event.text.replace("\r", ""))
    return _neutral(event)  # type: ignore[no-any-return]


def _neutral(value: Any) -> Any:
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_neutral(item) for item in value)
    if isinstance(value, dict):
        return {_neutral(key): _neutral(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: _neutral(getattr(value, field.name)) for field in dataclasses.fields(value) if field.init
        }
        return dataclasses.replace(value, **changed)
    return value
