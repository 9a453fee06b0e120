"""Compile a candidate by compiling the one function it changes. Standard library only; Python 3.8 and later.

The server compiles the unchanged file once. A child whose text differs inside one function (of the module, or of a
class of the module) compiles that function alone and puts its code object in the place of the old one: for files of
a thousand lines the compiler otherwise takes longer than the tests. Whatever does not fit is compiled whole. The line
numbers of what follows an inserted line stay as they were; files that look at line numbers are compiled whole.
"""

import __future__

import ast
from types import CodeType
from typing import Any

FEATURES = 0
for _name in __future__.all_feature_names:
    FEATURES |= getattr(__future__, _name).compiler_flag

SMALL = 12_000
"""Texts of fewer characters are compiled whole: that is as quick."""


class Base:
    """An unchanged file: its text, its code, and the functions in it that can be replaced."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        tree = ast.parse(text, path)
        self.code = compile(tree, path, "exec", dont_inherit=True)
        self._starts = [0]
        for line in text.splitlines(True):
            self._starts.append(self._starts[-1] + len(line))
        self._lines_matter = any(word in text for word in ("getsource", "lineno", "linecache"))
        self._functions: list[tuple[int, int, int, list[Any]]] = []
        if "\f" not in text and "\r" not in text and len(self._starts) - 1 == text.count("\n") + (text[-1:] != "\n"):
            self._collect(tree.body, [])

    def _collect(self, body: "list[Any]", around: "list[Any]") -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                self._collect(node.body, [*around, node])
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = node.body[0].lineno
                if first > node.lineno and node.end_lineno is not None:
                    span = self._starts[node.lineno - 1], self._starts[first - 1], self._starts[node.end_lineno]
                    self._functions.append((*span, [*around, node]))

    def compiled(self, text: str) -> Any:
        """The code of a changed text. Raises SyntaxError."""
        if text == self.text:
            return self.code
        if len(text) < SMALL or (self._lines_matter and text.count("\n") != self.text.count("\n")):
            return compile(text, self.path, "exec", dont_inherit=True)
        try:
            code = self._in_part(text)
        except (SyntaxError, ValueError, LookupError):
            code = None
        return code if code is not None else compile(text, self.path, "exec", dont_inherit=True)

    def _in_part(self, text: str) -> Any:
        first = _agreeing(self.text, text)
        last = len(self.text) - _agreeing(self.text[:first:-1], text[:first:-1])
        for start, body, end, chain in self._functions:
            if body <= first and last <= end:
                return self._replaced(text[start : end + len(text) - len(self.text)], chain)
        return None

    def _replaced(self, piece: str, chain: "list[Any]") -> Any:
        *classes, function = chain
        heads = "".join(" " * node.col_offset + "class " + node.name + ":\n" for node in classes)
        whole = "\n" * (function.lineno - 1 - len(classes)) + heads + piece
        tree = ast.parse(whole, self.path)
        step: Any = tree
        for node in chain:
            # What has left the function by its indentation would be lost.
            if len(step.body) != 1 or type(step.body[0]) is not type(node) or step.body[0].name != node.name:
                return None
            step = step.body[0]
        code = compile(tree, self.path, "exec", self.code.co_flags & FEATURES, dont_inherit=True)
        old_codes, new = [self.code], code
        for node in chain:
            lines = [node.lineno, *(decorator.lineno for decorator in node.decorator_list)]
            old_codes.append(_inner(old_codes[-1], node.name, lines))
            new = _inner(new, node.name, [])
        if new.co_freevars != old_codes[-1].co_freevars:
            return None
        new = new.replace(co_firstlineno=old_codes[-1].co_firstlineno) if function.decorator_list else new
        for outer, inner in zip(old_codes[-2::-1], old_codes[:0:-1]):  # noqa: B905
            new = outer.replace(co_consts=tuple(new if const is inner else const for const in outer.co_consts))
        return new


def _inner(code: Any, name: str, lines: "list[int]") -> Any:
    """The only code of that name among a code's constants. Raises LookupError when there are none or several."""
    found = [
        const
        for const in code.co_consts
        if isinstance(const, CodeType) and const.co_name == name and (not lines or const.co_firstlineno in lines)
    ]
    if len(found) != 1:
        raise LookupError(name)
    return found[0]


def _agreeing(one: str, other: str) -> int:
    """How many characters two texts have in common at the beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
