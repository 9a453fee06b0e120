"""Candidate edits on the syntax tree: for Python over `ast`, for other languages over tree-sitter."""

MISTAKEN_CHARACTERS = {
    "0": "1",
    "1": "0",
    "(": ")",
    ")": "(",
    "[": "]",
    "]": "[",
    "{": "}",
    "}": "{",
    "a": "A",
    "A": "a",
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "<": ">",
    ">": "<",
    "_": "-",
    ".": ",",
}
"""Which character stands where another should, in any language; each set of templates adds its own."""
