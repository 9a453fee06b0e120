"""From a model's reply to the new text of a file."""

from __future__ import annotations

import re
import textwrap

from agent.edits.gate import check
from agent.edits.parse import parse_reply
from agent.edits.plan import plan_edits
from agent.edits.source import MemorySource
from agent.repair.grafting import grafted
from agent.repair.showing import Shown

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.M | re.S)


class Unusable(ValueError):
    """The reply gives no new text; the message says why, in words for the model."""


class Unchanged(Unusable):
    """The reply gives the code as it was."""


def placed(reply: str, shown: Shown, text: str) -> list[str]:
    """What the file may become by a reply, the likeliest first: its functions in the place of the file's own, and the
    reply as any other edit is read. At most two, all different from the file. Raises Unusable."""
    code = fenced(reply)
    if not code.strip():
        raise Unusable("there was no code in it.")
    refusal = Unchanged("it changes nothing.")
    found: list[str] = []
    for read in (_by_functions, _as_edit):
        try:
            new = read(reply, code, shown, text)
        except Unusable as error:
            refusal = refusal if isinstance(error, Unchanged) else error  # type: ignore[assignment]
            continue
        if new is not None and all(_print(new) != _print(other) for other in (text, *found)):
            found.append(new)
    if not found:
        raise refusal
    return found


def _by_functions(reply: str, code: str, shown: Shown, text: str) -> str | None:
    new = grafted(code, shown.path, text)
    if new is None:
        return None
    gate = check(shown.path, text.encode("utf-8", "surrogateescape"), new.encode("utf-8", "surrogateescape"))
    return new if gate.ok else None


def _as_edit(reply: str, code: str, shown: Shown, text: str) -> str | None:
    if shown.span is not None:
        merged = _in_place(code, shown, text)
        if merged is not None:
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
    return None


def _print(text: str) -> list[str]:
    """The same for texts that differ in blank lines and at line ends only: indentation may be all that was wrong."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


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
