"""The table of supported languages: `python -m agent.edits.gate.table > docs/languages.md`."""

from __future__ import annotations

from agent.edits.gate.languages import LANGUAGES, Language

_BY = {
    "tree": "syntax tree",
    "soft": "syntax tree; brackets and quotes where the file has constructs that the grammar lacks",
    "brackets": "brackets and quotes of the syntax tree",
    "clean": "brackets and quotes of the syntax tree, in files that the grammar reads without an error",
    "python": "Python's own compiler, held to `requires-python`; syntax tree",
    "json": "JSON parser",
    "jsonc": "JSON parser, comments and trailing commas allowed",
    "json5": "syntax tree of JavaScript",
    "jsonl": "JSON parser, by line",
    "toml": "TOML parser",
    "yaml": "YAML parser",
    "xml": "XML parser",
    "notebook": "JSON parser, and Python's own compiler for each cell",
    "html": "scripts and styles by their own language; tags by syntax tree",
    "component": "scripts and styles by their own language",
    "markdown": "fences that could be read before, by their own language",
}

_HEAD = """\
# Languages that the syntax gate knows

No edit is written that brings a new syntax error into a file. This table says how that is judged for each language;
it is made from the code by `python -m agent.edits.gate.table > docs/languages.md`, and every row is tested with a
valid and a broken edit. A file that is in none of these languages, or that a template engine fills in first, is
written unchecked, and the result says so. Where the tree has an error and the language's own tool is installed
(`gofmt`, `rustfmt`, `node`, `ruby`, `php`, `luac`, `bash`, `fish`), that tool can still accept the text.

| language | files | judged by |
|---|---|---|
"""


def table() -> str:
    """The page, in Markdown."""
    return _HEAD + "".join(_row(language) for language in LANGUAGES if language.grammar)


def _row(language: Language) -> str:
    files = [*(f"`.{extension}`" for extension in language.extensions), *(f"`{name}`" for name in language.filenames)]
    return f"| {language.name} | {' '.join(files) or 'by content'} | {_BY[language.check]} |\n"


if __name__ == "__main__":
    print(table(), end="")
