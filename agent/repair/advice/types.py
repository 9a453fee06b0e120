"""What a compiler says, and what can be done about it."""

from __future__ import annotations

import bisect
import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from agent.repair.slips import one_slip
from agent.repair.templates.neutral_tree import NeutralSource, parse
from agent.repair.types import Splice

if TYPE_CHECKING:
    from tree_sitter import Node

NEAREST = 3
"""Names that are tried instead of one that nothing defines."""


@dataclass(frozen=True)
class Diagnostic:
    """One error of a compiler in one file."""

    line: int
    """1-based."""
    column: int
    """1-based, in the compiler's own count (bytes in Go, C and C++); 0 where it names none."""
    message: str
    details: tuple[str, ...] = ()
    """The lines that follow it, up to the next one."""
    first: bool = True
    """No error before it has the same words."""
    again: bool = False
    """Another error has the same words."""

    @property
    def words(self) -> str:
        """`line 4: ‘size_t’ was not declared in this scope`, for a person."""
        return f"line {self.line}: {self.message}"


@dataclass(frozen=True)
class Advice:
    """An edit that may do away with a compiler's error."""

    splices: tuple[Splice, ...]
    words: str
    """What it does, for a person."""
    late: bool = False
    """It takes out what is not used: another error may be why it is not."""
    guess: bool = False
    """It compiles, and only tests can tell whether it is meant."""


@dataclass(frozen=True)
class Place:
    """A file as a compiler counts it: lines, columns, characters, tree."""

    path: str
    text: str

    @cached_property
    def starts(self) -> list[int]:
        """The character at which each line starts."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    @cached_property
    def tree(self) -> NeutralSource | None:
        """The syntax tree; None where there is no grammar for the file."""
        return parse(self.path, self.text)

    def line(self, number: int) -> str:
        """A line's text without its end; "" outside the file."""
        if not 1 <= number <= len(self.starts):
            return ""
        start = self.starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")

    def at(self, line: int, column: int, *, bytewise: bool = True) -> int:
        """The character at a compiler's line and column; of a place that is not there, the nearest."""
        if line < 1 or line > len(self.starts):
            return len(self.text)
        words = self.line(line)
        if bytewise:
            data = words.encode("utf-8", "surrogateescape")[: max(0, column - 1)]
            column = len(data.decode("utf-8", "ignore")) + 1
        return self.starts[line - 1] + min(max(0, column - 1), len(words))

    def shown_at(self, line: int, column: int, *, wide: bool = False) -> int:
        """The character at a column of a screen, where a tab goes to the next eighth and, with `wide`, some letters
        take two; of a column that is not there, the line's end."""
        words, here = self.line(line), 0
        for index, character in enumerate(words):
            if here >= column - 1:
                return self.starts[line - 1] + index
            here += (
                8 - here % 8 if character == "\t" else 1 + (wide and unicodedata.east_asian_width(character) in "WF")
            )
        return self.at(line, len(words) + 1, bytewise=False)

    def node(self, offset: int, width: int = 0) -> Node | None:
        """The smallest node of the tree that holds so many bytes from a character on."""
        if self.tree is None:
            return None
        data = len(self.text[:offset].encode("utf-8", "surrogateescape"))
        return self.tree.root.descendant_for_byte_range(data, data + width)

    def number(self, offset: int) -> int:
        """The 1-based line of a character."""
        return bisect.bisect_right(self.starts, offset)

    def word(self, offset: int) -> str:
        """The identifier that begins at a character; "" when none does."""
        found = re.compile(r"[^\W\d]\w*").match(self.text, offset)
        return found[0] if found else ""

    def whole_line(self, number: int) -> Splice:
        """The removal of a line."""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return Splice(start, end, "")

    def indent(self, number: int) -> str:
        """What a line is indented with."""
        line = self.line(number)
        return line[: len(line) - len(line.lstrip())]

    def binary(self, offset: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """The places of the two operands of the binary expression whose operator is at a character, or of the widest
        that begins there; None where there is none."""
        if self.tree is None:
            return None
        node = self.node(offset)
        found: Node | None = None
        while node is not None:
            if node.type == "binary_expression" and (found is None or self.tree.at(node.start_byte) == offset):
                found = node
            node = node.parent
        left = found.child_by_field_name("left") if found is not None else None
        right = found.child_by_field_name("right") if found is not None else None
        return (self.tree.span(left), self.tree.span(right)) if left is not None and right is not None else None

    def renamed(self, offset: int, name: str, others: set[str]) -> list[Advice]:
        """The name at a character replaced by those of the file that are spelt nearly like it. A name that stands only
        once where this one stands often is the one that is misspelt."""
        found = []
        here = self.places.get(name, [])
        for other in nearest(name, others):
            there = self.places.get(other, [])
            if len(there) == 1 and len(here) > 1:
                found.append(Advice((Splice(there[0], there[0] + len(other), name),), f"{other} → {name}"))
            found.append(Advice((Splice(offset, offset + len(name), other),), f"{name} → {other}"))
            if len(here) > 1 and offset in here:
                # Some compilers tell of a name once, however often it stands there.
                every = tuple(Splice(at, at + len(name), other) for at in here)
                found.append(Advice(every, f"{name} → {other} ({len(here)} times)"))
        return found

    @cached_property
    def names(self) -> set[str]:
        """Every identifier of the file, outside strings and comments where there is a grammar."""
        return set(self.places)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Identifier → the characters at which it begins."""
        found: dict[str, list[int]] = {}
        if self.tree is None:
            for match in re.finditer(r"[^\W\d]\w*", self.text):
                found.setdefault(match[0], []).append(match.start())
            return found
        stack = [self.tree.root]
        while stack:
            node = stack.pop()
            if node.child_count:
                stack.extend(reversed(node.children))
            elif "identifier" in node.type:
                found.setdefault(self.tree.of(node), []).append(self.tree.at(node.start_byte))
        return found


def operand(words: str) -> str:
    """An expression as it may stand beside an operator: in brackets, unless it is a name, a member or a plain call."""
    return words if re.fullmatch(r"[\w.]+(?:\([^()]*\))?", words) else f"({words})"


def nearest(name: str, others: set[str]) -> list[str]:
    """Names spelt nearly like one, the nearest first; one that differs in case only before all."""
    same = sorted(other for other in others if other.lower() == name.lower() and other != name)
    if len(name) > 2:
        same += sorted(other for other in others - {name, *same} if len(other) > 2 and one_slip(name, other))
    close = difflib.get_close_matches(name, sorted(others - {name, *same}), n=NEAREST, cutoff=0.7)
    return [*same, *close][:NEAREST]


_RESULT = re.compile(r"res(?:ult)?s?|ans(?:wer)?|out(?:put)?|ret|sum|total|count|best|max\w*|min\w*|found|acc", re.I)


def likely_results(names: list[str]) -> list[str]:
    """Names in the order in which a function may return them: those that say so, then the others as they stand."""
    names = list(dict.fromkeys(names))
    return sorted(names, key=lambda name: not _RESULT.fullmatch(name))
