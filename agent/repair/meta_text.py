"""The text of a program that holds many candidates: each anchor becomes a choice, and a runtime is put beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

RUNTIMES = {"go": "go.txt", "rust": "rust.txt", "cpp": "cpp.txt", "c": "cpp.txt", "java": "java.txt"}


@dataclass
class Anchor:
    """A place where the program chooses: a condition, a statement, or the value of a declaration."""

    kind: str
    """`condition`, `statement`, `value`, `assign` (Go's declarations), `tail` (Rust's last expression)."""
    start: int
    end: int
    line: int
    alternatives: dict[int, str] = field(default_factory=dict)
    names: str = ""
    """`assign`: the names on the left."""


@dataclass(frozen=True)
class Meta:
    """A program with candidates built in."""

    text: str
    owners: dict[int, tuple[int, ...]]
    """Line (1-based) → the candidates it belongs to; all of an anchor's for its original text."""
    sites: dict[int, int]
    """Candidate → number of its anchor."""
    spans: dict[int, tuple[int, int]]
    """Number of an anchor → its characters in the original text."""


class _Writer:
    """Text in pieces, each line known to belong to some candidates."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.line = 1
        self.owners: dict[int, tuple[int, ...]] = {}

    def put(self, text: str, owners: tuple[int, ...] = ()) -> None:
        """Append a piece."""
        for offset, _ in enumerate(text.split("\n")):
            if owners:
                self.owners[self.line + offset] = (*self.owners.get(self.line + offset, ()), *owners)
        self.line += text.count("\n")
        self.parts.append(text)


def rendered(text: str, grammar: str, path: str, anchors: list[Anchor], notes: Mapping[int, str] | None = None) -> Meta:
    """The program with a choice at each anchor. `notes` are put in between, at characters of the text."""
    writer = _Writer()

    def plain(start: int, end: int) -> str:
        places = [start, *sorted(at for at in notes or () if start < at < end), end]
        return "".join((notes or {}).get(a, "") * (a > start) + text[a:b] for a, b in pairwise(places))

    head, tail, at = runtime(grammar, text, path)
    place = 0
    sites: dict[int, int] = {}
    put_head = _head_place(grammar, text)
    for site, anchor in enumerate(anchors, 1):
        if place <= put_head <= anchor.start:
            writer.put(plain(place, put_head))
            writer.put(head)
            place = put_head
            put_head = -1
        writer.put(plain(place, anchor.start))
        for number in anchor.alternatives:
            sites[number] = site
        _render(writer, grammar, at, site, text[anchor.start : anchor.end], anchor)
        place = anchor.end
    writer.put(plain(place, len(text)))
    writer.put("\n" + tail)
    spans = {site: (anchor.start, anchor.end) for site, anchor in enumerate(anchors, 1)}
    return Meta("".join(writer.parts), writer.owners, sites, spans)


def _head_place(grammar: str, text: str) -> int:
    if grammar == "go":
        match = re.search(r"^package\s+\w+[^\n]*\n", text, re.M)
        return match.end() if match else 0
    return 0


def _render(writer: _Writer, grammar: str, at: str, site: int, original: str, anchor: Anchor) -> None:
    every = tuple(anchor.alternatives)
    here = f"{at}({site})"
    now = here.replace("agent_at", "agent_now").replace("agentAt", "agentNow")
    items = list(anchor.alternatives.items())
    bare = original
    if anchor.kind == "condition" and grammar != "rust":
        # Each alternative is a truth of its own, so that a compiler names all that are none in one round.
        writer.put(f"({here} == 0 && (")
        writer.put(f"\n{bare}", every)
        writer.put(")")
        for number, other in items:
            writer.put(" ||\n")
            writer.put(f"{now} == {number + 1} && ({other})", (number,))
        writer.put(")")
    elif grammar == "rust" and anchor.kind in ("condition", "value", "tail"):
        writer.put(f"(if {here} == 0 {{\n")
        writer.put(bare, every)
        for number, other in items:
            writer.put("\n")
            writer.put(f"}} else if {now} == {number + 1} {{ {other}", (number,))
        writer.put("\n} else { unreachable!() })")
    elif anchor.kind == "value" and grammar == "cpp":
        writer.put(f"[&]() -> decltype({bare}) {{ if ({here} == 0) return\n")
        writer.put(f"{bare};", every)
        for number, other in items:
            writer.put("\n")
            writer.put(f"if ({now} == {number + 1}) return {other};", (number,))
        writer.put("\n__builtin_unreachable(); }()")
    elif anchor.kind == "value":
        writer.put(f"({here} == 0 ?\n")
        writer.put(f"({bare})", every)
        for number, other in items[:-1]:
            writer.put("\n")
            writer.put(f": {now} == {number + 1} ? ({other})", (number,))
        writer.put("\n")
        writer.put(f": ({items[-1][1]})", (items[-1][0],))
        writer.put("\n)")
    elif anchor.kind == "assign":
        writer.put(bare, every)
        writer.put(f"\nif {here} != 0 {{\n")
        for number, other in items:
            writer.put(f"if {now} == {number + 1} {{ {anchor.names} = {other} }}", (number,))
            writer.put("\n")
        writer.put("}\n")
    else:
        opening, closing = ("", "") if grammar in ("go", "rust") else ("(", ")")
        impossible = {
            "go": 'panic("agent")',
            "rust": "unreachable!()",
            "java": "throw new IllegalStateException();",
        }.get(grammar, "__builtin_unreachable();")
        writer.put(f"if {opening}{here} == 0{closing} {{\n")
        writer.put(bare, every)
        for number, other in items:
            writer.put("\n")
            writer.put(f"}} else if {opening}{now} == {number + 1}{closing} {{ {other}", (number,))
        writer.put(f"\n}} else {{ {impossible} }}\n")


def runtime(grammar: str, text: str, path: str) -> tuple[str, str, str]:
    """What goes before and after the program's text, and the function that an anchor calls."""
    source = (Path(__file__).parent / "meta_runtime" / RUNTIMES[grammar]).read_text(encoding="utf-8")
    head, _, tail = source.partition("-----\n")
    if grammar == "go":
        return head, tail, "agentAt"
    if grammar == "rust":
        return "", head + tail, "self::agent_meta::agent_at"
    if grammar == "java":
        return "", head + tail, "AgentMeta.agent_at"
    return head, tail, "agent_at"
