"""From a model's reply to the new text of a file."""

from __future__ import annotations

import re
import textwrap

from agent.edits.parse import parse_reply
from agent.edits.plan import plan_edits
from agent.edits.source import MemorySource
from agent.repair.showing import Shown

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.M | re.S)


class Unusable(ValueError):
    """The reply gives no new text; the message says why, in words for the model."""


class Unchanged(Unusable):
    """The reply gives the code as it was."""


def placed(reply: str, shown: Shown, text: str) -> str:
    """The file with what the reply gives put in place. Raises Unusable."""
    code = fenced(reply)
    if not code.strip():
        raise Unusable("there was no code in it.")
    if shown.span is not None:
        merged = _in_place(code, shown, text)
        if merged is not None:
            if merged.split() == text.split():
                raise Unchanged("it changes nothing.")
            return merged
    parsed = parse_reply(reply, default_path=shown.path)
    if parsed.edits:
        plan = plan_edits(parsed.edits, MemorySource({shown.path: text}), named=(shown.path,))
        for change in plan.changes:
            if change.path == shown.path and change.after is not None:
                after = change.after.decode("utf-8", "surrogateescape")
                if after.strip() != text.strip():
                    return after
        if plan.refused:
            raise Unusable(plan.refused[0].reason or "it could not be placed.")
    raise Unchanged("it changes nothing.")


def fenced(reply: str) -> str:
    """The longest fenced block; the whole reply where there is no fence and it looks like code."""
    blocks = [match.group(2) for match in _FENCE.finditer(reply)]
    if blocks:
        return max(blocks, key=len)
    return (
        reply if re.search(r"^\s*(def|class|func|fn|function|public|import|#include|const|let)\b", reply, re.M) else ""
    )


def _in_place(code: str, shown: Shown, text: str) -> str | None:
    """Replace the shown lines by the code, indented as they were, when it defines the same name once."""
    assert shown.span is not None
    lines = text.splitlines(True)
    first, last = shown.span
    before = "".join(lines[first - 1 : last])
    name = re.escape(shown.name)
    if not shown.name or len(re.findall(rf"\b{name}\s*(?:<[^>]*>)?\s*[=(]", code)) < 1:
        return None
    if text.count("\n") > (last - first + 1) * 1.5 and _looks_whole(code, text):
        return None
    indent = re.match(r"[ \t]*", before).group()  # type: ignore[union-attr]
    body = textwrap.indent(textwrap.dedent(code.strip("\n")), indent) + "\n"
    return "".join(lines[: first - 1]) + body + "".join(lines[last:])


def _looks_whole(code: str, text: str) -> bool:
    """The reply starts like the file rather than like the function."""
    head = next((line.strip() for line in text.splitlines() if line.strip()), "")
    own = next((line.strip() for line in code.splitlines() if line.strip()), "")
    return bool(head) and head == own
