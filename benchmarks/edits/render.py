"""Writing edits down the way replies do, in every syntax that is understood."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

from benchmarks.edits.changes import Change

Pair = tuple[list[str], list[str]]
"""Old and new lines of one change, as the reply shows them."""

LEADS = (
    "{path}",
    "### {path}",
    "**{path}**",
    "`{path}`",
    "File: {path}",
    "### `{path}`",
    "**File: `{path}`**",
    "`{path}`:",
    "In `{path}`:",
    "1. `{path}`",
    "#### {path} (modified)",
    '"{path}"',
    "# {path}",
    "// {path}",
)
LANGUAGES = ("", "python", "text", "diff", "javascript")


def body(lines: Sequence[str]) -> str:
    """The lines, each ended by LF."""
    return "".join(line + "\n" for line in lines)


def search_replace(
    dice: random.Random, path: str, pairs: Sequence[Pair], lines: list[str], changes: Sequence[Change]
) -> str:
    """Blocks with the name above each or above the first, in fences or not, with 5 to 9 marker characters."""
    width = dice.choice([7, 7, 7, 5, 6, 8, 9])
    head, tail = dice.choice(
        [("SEARCH", "REPLACE"), ("SEARCH", "REPLACE"), ("ORIGINAL", "UPDATED"), ("HEAD", "UPDATED")]
    )
    opening, closing = "<" * width, ">" * width
    if dice.random() < 0.1 and head == "SEARCH":
        opening, closing = "-" * width, "+" * width
    fence = dice.random()
    mark = longest_fence([line for pair in pairs for side in pair for line in side])
    out = [dice.choice(["", "I will change it.\n\n", "Here are the edits:\n\n"])]
    for number, (old, new) in enumerate(pairs):
        lead = dice.choice(LEADS).format(path=path) + "\n" + dice.choice(["", "\n"])
        block = f"{opening} {head}\n{body(old)}{'=' * width}\n{body(new)}{closing} {tail}\n"
        named = number == 0 or dice.random() < 0.5 or head == "HEAD"
        if fence < 0.3:
            out.append((lead if named else "") + block)
        elif fence < 0.65:
            out.append((lead if named else "") + f"{mark}{dice.choice(LANGUAGES)}\n{block}{mark}\n")
        else:
            out.append(f"{mark}{dice.choice(LANGUAGES)}\n{(lead if named else '')}{block}{mark}\n")
        out.append(dice.choice(["", "\n", "\nThat was it.\n\n"]))
    return "".join(out)


def longest_fence(lines: Sequence[str]) -> str:
    """A fence that no line of the content closes."""
    longest = 2
    for line in lines:
        stripped = line.strip()
        if stripped.startswith("```"):
            longest = max(longest, len(stripped) - len(stripped.lstrip("`")))
    return "`" * (longest + 1)


def diff(dice: random.Random, path: str, pairs: Sequence[Pair], lines: list[str], changes: Sequence[Change]) -> str:
    """A unified diff; the line numbers and counts of each hunk are right, wrong, or missing."""
    numbers = dice.choice(["right", "right", "wrong", "none", "bare"])
    old_name, new_name = dice.choice([(f"a/{path}", f"b/{path}"), (path, path)])
    out = [f"diff --git a/{path} b/{path}\nindex 1234567..89abcde 100644\n"] if dice.random() < 0.4 else []
    out.append(f"--- {old_name}\n+++ {new_name}\n")
    shift = 0
    for (old, new), change in zip(pairs, changes, strict=False):
        before = change.a - change.first
        after = change.last - change.b
        middle_old = old[before : len(old) - after]
        middle_new = new[before : len(new) - after]
        first, count_old, count_new = change.first + 1, len(old), len(new)
        if numbers == "wrong":
            first, count_old, count_new = (
                max(1, value + dice.choice([-2, 1, 3, 40])) for value in (first, count_old, count_new)
            )
        if numbers == "none":
            out.append("@@ ... @@\n")
        elif numbers == "bare":
            out.append("@@\n")
        else:
            out.append(f"@@ -{first},{count_old} +{first + shift},{count_new} @@\n")
        shift += len(new) - len(old)
        out += [f" {line}\n" for line in old[:before]]
        out += [f"-{line}\n" for line in middle_old]
        out += [f"+{line}\n" for line in middle_new]
        out += [f" {line}\n" for line in old[len(old) - after :]]
    text = "".join(out)
    if numbers in ("none", "bare", "wrong") or dice.random() < 0.6:
        mark = longest_fence([line[1:] for line in text.split("\n")])
        return f"The change:\n\n{mark}diff\n{text}{mark}\n"
    return text


def patch(dice: random.Random, path: str, pairs: Sequence[Pair], lines: list[str], changes: Sequence[Change]) -> str:
    """A `*** Begin Patch` patch."""
    out = [f"*** Begin Patch\n*** Update File: {path}\n"]
    for (old, new), change in zip(pairs, changes, strict=False):
        before, after = change.a - change.first, change.last - change.b
        out.append("@@\n")
        out += [f" {line}\n" for line in old[:before]]
        out += [f"-{line}\n" for line in old[before : len(old) - after]]
        out += [f"+{line}\n" for line in new[before : len(new) - after]]
        out += [f" {line}\n" for line in old[len(old) - after :]]
    out.append("*** End Patch\n")
    text = "".join(out)
    return text if dice.random() < 0.5 else f"Here:\n\n```\n{text}```\n"


def call(dice: random.Random, path: str, pairs: Sequence[Pair], lines: list[str], changes: Sequence[Change]) -> str:
    """Editing tool calls printed as JSON, one for each change or one with a list."""
    keys = dice.choice(
        [
            ("old_string", "new_string"),
            ("old_str", "new_str"),
            ("search", "replace"),
            ("oldText", "newText"),
            ("old_text", "new_text"),
        ]
    )
    where = dice.choice(["path", "file_path", "filename", "file"])
    items = [{keys[0]: body(old), keys[1]: body(new)} for old, new in pairs]
    if dice.random() < 0.4:
        values: list[object] = [{"name": "edit_file", "arguments": {where: path, "edits": items}}]
    else:
        values = [{"name": "edit_file", "arguments": {where: path, **item}} for item in items]
    out = []
    for value in values:
        text = json.dumps(value, indent=dice.choice([None, 2]), ensure_ascii=dice.random() < 0.5)
        out.append(
            dice.choice(
                ["{0}\n", "```json\n{0}\n```\n", "<tool_call>\n{0}\n</tool_call>\n", "```\n{0}\n```\n"]
            ).replace("{0}", text)
        )
    return "\n".join(out)


def tags(dice: random.Random, path: str, pairs: Sequence[Pair], lines: list[str], changes: Sequence[Change]) -> str:
    """Calls with a tag around each parameter."""
    return "\n".join(
        "<tool_call>\n<function=edit_file>\n"
        f"<parameter=path>\n{path}\n</parameter>\n<parameter=old_string>\n{body(old)}</parameter>\n"
        f"<parameter=new_string>\n{body(new)}</parameter>\n</function>\n</tool_call>\n"
        for old, new in pairs
    )


def whole(dice: random.Random, path: str, intended: list[str]) -> str:
    """The whole file in a fence."""
    mark = longest_fence(intended)
    lead = dice.choice(
        ["{path}", "### `{path}`", "**{path}**", "File: {path}", "Here is the complete `{path}`:"]
    ).format(path=path)
    if dice.random() < 0.3:
        return f"{mark}{path}\n{body(intended)}{mark}\n"
    return f"{lead}\n\n{mark}\n{body(intended)}{mark}\n"


Renderer = Callable[[random.Random, str, Sequence[Pair], list[str], Sequence[Change]], str]
RENDERERS: dict[str, Renderer] = {
    "search-replace": search_replace,
    "diff": diff,
    "patch": patch,
    "call": call,
    "tags": tags,
}
