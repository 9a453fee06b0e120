"""Does a changed text parse? The tree first, re-parsed around the change; then the language's own parser."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agent.edits.gate import data, native
from agent.edits.gate.fault import Fault
from agent.edits.gate.languages import Language
from agent.edits.gate.python import python_fault
from agent.edits.gate.trees import TreeError, errors_of, parser_for
from agent.repair.syntax.macros import as_calls

if TYPE_CHECKING:
    from tree_sitter import Tree

_PARSERS = {
    "python": python_fault,
    "json": data.json_fault,
    "jsonc": data.jsonc_fault,
    "toml": data.toml_fault,
    "yaml": data.yaml_fault,
    "xml": data.xml_fault,
}

_ASKED = 4
_ASKED_QUICK = 40
_TOOL_SECONDS = 0.5
_QUICK_TOOLS = {"bash", "go", "lua"}
"""Whose tool answers in some ten milliseconds."""
_LINE = re.compile(r"(?:line |:)(\d+):")


class Acceptance:
    """The broken text's tree, and the judgement of texts that differ from it in a few lines."""

    def __init__(self, language: Language, text: str) -> None:
        self.language = language
        self.text = text
        self._read: Callable[[str], str] = as_calls if language.name == "rust" else str
        self.source = self._read(text).encode()
        self.grammar, self.tree = self._best()
        self.errors = errors_of(self.tree)
        self._parser = parser_for(self.grammar)
        self._rows = _row_starts(self.source)
        self._plain = len(self.source) == len(text)
        self._quick_tool = self.language.name in _QUICK_TOOLS and native.at_hand(self.language.name)
        self._asked = 0

    def _best(self) -> tuple[str, Tree]:
        trees = [(g, parser_for(g).parse(self.source)) for g in (self.language.grammar, *self.language.alternatives)]
        return min(trees, key=lambda pair: len(errors_of(pair[1])))

    def fault(self, text: str | None = None) -> Fault | None:
        """What the language's own parser says of `text` (None: of the broken text); None too when there is none."""
        parser = _PARSERS.get(self.language.check)
        return parser(self.source if text is None else text.encode()) if parser else None

    def accepts_broken(self) -> bool:
        """The text needs no repair."""
        if self.language.check in _PARSERS:
            return self.fault() is None
        return not self.tree.root_node.has_error

    def tree_after(self, start: int, end: int, new: str) -> Tree:
        """The tree when characters `start` to `end` become `new`."""
        if not self._plain:
            start, end = len(self.text[:start].encode()), len(self.text[:end].encode())
        new_bytes = self._read(new).encode()
        source = self.source[:start] + new_bytes + self.source[end:]
        tree = self.tree.copy()
        row, column = self._point(start)
        lines = new_bytes.count(b"\n")
        last = len(new_bytes) - new_bytes.rfind(b"\n") - 1 if lines else column + len(new_bytes)
        tree.edit(start, end, start + len(new_bytes), (row, column), self._point(end), (row + lines, last))
        return self._parser.parse(source, tree)

    def _point(self, offset: int) -> tuple[int, int]:
        row = bisect.bisect_right(self._rows, offset) - 1
        return row, offset - self._rows[row]

    def accepts(self, text: str) -> bool:
        """A text that is whole again: no error in a fresh tree, and none for the language's own parser.

        Where the parser is the language's own, it alone decides: the grammar may not know all of the language.
        """
        if self.language.check in _PARSERS:
            return self.fault(text) is None
        source = self._read(text).encode()
        return any(
            not parser_for(g).parse(source).root_node.has_error for g in (self.grammar, *self.language.alternatives)
        )

    def tool_lines(self) -> list[int]:
        """The 0-based lines at which a quick tool of the language itself stops; empty when there is none."""
        if not self._quick_tool:
            return []
        said = native.complaint(self.language.name, self.source, timeout=_TOOL_SECONDS)
        return [int(number) - 1 for number in _LINE.findall(said)[:3]]

    def reads_on(self, fault: Fault | None, text: str) -> bool:
        """The data format's own parser, which stopped at `fault` before, comes further in `text`."""
        if fault is None or self.language.check not in ("json", "jsonc", "toml", "yaml"):
            return False
        now = self.fault(text)
        return now is not None and now.line > fault.line

    def tool_rejects(self, text: str) -> bool:
        """A quick tool of the language itself rejects what the tree accepts; it is asked some forty times at most."""
        if not self._quick_tool or self._asked >= _ASKED_QUICK:
            return False
        self._asked += 1
        return bool(native.complaint(self.language.name, text.encode(), timeout=_TOOL_SECONDS))

    def agreed(self, texts: Sequence[str]) -> list[str]:
        """`texts`, likeliest first, less those that the language's own tool rejects before it accepts one.

        A grammar is more lenient than its language. All of them when the tool rejects the first four: then the two
        disagree about more than the slip.
        """
        if self.language.check in _PARSERS or self._quick_tool or not native.at_hand(self.language.name):
            return list(texts)
        for number, text in enumerate(texts[:_ASKED]):
            if not native.complaint(self.language.name, text.encode(), timeout=_TOOL_SECONDS):
                return list(texts[number:])
        return list(texts)


def weight(errors: Sequence[TreeError]) -> float:
    """How broken a tree is, to compare texts on the way to a repair: errors first, then how much they cover."""
    return len(errors) + sum(min(e.end - e.start, 2000) for e in errors if not e.missing) / 1000


def _row_starts(source: bytes) -> list[int]:
    starts = [0]
    at = source.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = source.find(b"\n", at + 1)
    return starts
