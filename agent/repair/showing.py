"""What a model is shown of a file: the whole when it is short, else the function under suspicion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.conversation import fenced
from agent.repo.symbols import symbols

FUNCTION_LINES = 160
"""A longer function is not shown as one."""
FUNCTIONS = frozenset({"function", "method"})


@dataclass(frozen=True)
class Shown:
    """A piece of a file as a prompt shows it."""

    path: str
    code: str
    """With its path and a fence."""
    what: str
    """What the reply shall be the whole of, in words."""
    name: str = ""
    span: tuple[int, int] | None = None
    """First and last line, 1-based, when it is one function; None for the whole file."""
    tokens: int = 0
    """About how many tokens the reply needs."""


def show(path: str, text: str, suspicion: Mapping[int, float], whole_lines: int) -> list[Shown]:
    """What to show in turn, the most suspicious first."""
    count = text.count("\n") + 1
    whole = Shown(path, fenced(path, text), path, tokens=_tokens(text))
    if count <= whole_lines:
        return [whole]
    data = text.encode("utf-8", "surrogateescape")
    found: list[tuple[float, Shown]] = []
    lines = text.splitlines(True)
    for symbol in symbols(path, data):
        if symbol.kind not in FUNCTIONS or symbol.end_line - symbol.start_line > FUNCTION_LINES:
            continue
        inside = [suspicion.get(line, 0.0) for line in range(symbol.start_line, symbol.end_line + 1)]
        best = max(inside, default=0.0)
        if best <= 0:
            continue
        first = symbol.start_line
        code = "".join(lines[first - 1 : symbol.end_line])
        head = f"{path}, lines {first}-{symbol.end_line}"
        found.append(
            (
                best + 0.001 * sum(inside),
                Shown(
                    path,
                    fenced(head, code),
                    f"function {symbol.name}",
                    symbol.name,
                    (first, symbol.end_line),
                    _tokens(code),
                ),
            )
        )
    found.sort(key=lambda item: -item[0])
    outer = [shown for _, shown in found if not any(_within(shown, other) for _, other in found)]
    return outer[:3] or ([whole] if count < 3 * whole_lines else [])


def hints(text: str, suspicion: Mapping[int, float], shown: Shown, most: int = 5) -> tuple[str, ...]:
    """The most suspicious lines of what is shown, as text, without definitions' heads."""
    lines = text.splitlines()
    first, last = shown.span or (1, len(lines))
    inside = [n for n in suspicion if first <= n <= last and n <= len(lines) and lines[n - 1].strip()]
    inside.sort(key=lambda n: -suspicion[n])
    told = (lines[n - 1].strip() for n in inside)
    return tuple(line for line in told if not line.startswith(("def ", "class ", "func ", "fn ", "}")))[:most]


def _within(one: Shown, other: Shown) -> bool:
    return (
        one is not other
        and one.span is not None
        and other.span is not None
        and other.span[0] <= one.span[0]
        and one.span[1] <= other.span[1]
    )


def _tokens(text: str) -> int:
    return len(text) * 10 // 28
