"""Edits of numbers and texts in any language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.repair.templates import MISTAKEN_CHARACTERS
from agent.repair.templates.neutral_donors import numeric_type
from agent.repair.templates.neutral_tree import NeutralSource

if TYPE_CHECKING:
    from tree_sitter import Node


def number_edits(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    match = re.fullmatch(r"(\d[\d_]*)([A-Za-z]\w*)?", text)
    if match is None:
        match = re.fullmatch(r"(\d+)\.(\d*)(\w*)", text)
        if match is not None:
            whole = int(match.group(1))
            for value in (whole + 1, max(whole - 1, 0)):
                source.replace("constant_number", node, f"{value}.{match.group(2)}{match.group(3)}", 0.6)
            for number in source.scope(node).numbers:
                source.replace("constant_number", node, number, 0.4)
        return
    value, suffix = int(match.group(1).replace("_", "")), match.group(2) or ""
    near = {
        str(value + 1): 1.0,
        "0": 0.6,
        "1": 0.6,
        "2": 0.25,
        str(value * 2): 0.15,
        str(value + 2): 0.1,
        str(value * 10): 0.12,
    }
    if value > 0:
        near[str(value - 1)] = 1.0
    if value > 1:
        near[str(value - 2)] = 0.08
        near[str(value // 2)] = 0.1
    if value > 9:
        near[str(value // 10)] = 0.12
    near["-" + str(value or 1)] = 0.3
    for number in source.scope(node).numbers:
        near.setdefault(number, 0.35)
    near.pop(str(value), None)
    for other, weight in near.items():
        source.replace("constant_number", node, other if other[-1:].isalpha() else other + suffix, weight)
    for name, kind in source.scope(node).names.items():
        if numeric_type(kind):
            source.replace("constant_to_name", node, name, 0.3)


def string_edits(source: NeutralSource, node: Node) -> None:
    text = source.of(node)
    if len(text) > 60 or len(text) < 2:
        return
    quote, inside = text[0], text[1:-1]
    for other in source.scope(node).strings:
        if other[:1] == quote:
            source.replace("constant_string", node, other, 0.5)
    if node.type in ("char_literal", "character_literal", "rune_literal") or len(inside) == 1:
        pairs = {**MISTAKEN_CHARACTERS, "z": "Z", "Z": "z", ",": " ", " ": ","}
        if inside in pairs:
            source.replace("constant_string", node, f"{quote}{pairs[inside]}{quote}", 0.8)
        if len(inside) == 1 and inside.isalnum():
            source.replace("constant_string", node, f"{quote}{chr(ord(inside) + 1)}{quote}", 0.2)
            source.replace("constant_string", node, f"{quote}{chr(ord(inside) - 1)}{quote}", 0.2)
    if node.type not in ("char_literal", "character_literal", "rune_literal") and quote in "\"'":
        near = {
            "": 0.4,
            " ": 0.25,
            inside.lower(): 0.4,
            inside.upper(): 0.4,
            inside.strip(): 0.4,
            inside.capitalize(): 0.2,
            inside + " ": 0.1,
        }
        if len(inside) > 1 and "\\" not in inside:
            near.update({inside[:-1]: 0.25, inside[1:]: 0.25})
        for other, weight in near.items():
            if other != inside:
                source.replace("constant_string", node, f"{quote}{other}{quote}", weight)
