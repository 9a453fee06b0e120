"""What a small change of a broken text is."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_SHOWN = 20


@dataclass(frozen=True)
class Change:
    """What a small change does to the tokens; with neither `old` nor `new` it is one of indentation."""

    old: str = ""
    """The token taken out or exchanged."""
    new: str = ""
    """What is put in."""
    whole_line: bool = False
    """`new` is put in as a line of its own."""

    def __str__(self) -> str:
        old = self.old if len(self.old) <= LONGEST_SHOWN else self.old[: LONGEST_SHOWN - 3] + "..."
        if self.old:
            return f"`{old}` → `{self.new}`" if self.new else f"took out `{old}`"
        if self.new:
            return f"put in a line `{self.new}`" if self.whole_line else f"put in `{self.new}`"
        return "changed the indentation"


INDENTED = Change()


@dataclass(frozen=True)
class Edited:
    """A change and where it was made."""

    line: int
    """1-based."""
    change: Change

    def __str__(self) -> str:
        return f"line {self.line}: {self.change}"


@dataclass(frozen=True)
class Candidate:
    """Lines `first` to `last` (0-based, inclusive) become `new`. `cost` is the edit's own, in nats."""

    first: int
    last: int
    new: str
    what: Change
    cost: float
    token: str = ""
    """The token put in or taken out, for the balance of brackets and quotes."""
    change: int = 0
    """1 put in, -1 taken out, 0 neither."""
    swaps_bracket: bool = False
    """`token` is a bracket that became another kind."""
    raw: str | None = None
    """`new` without the blanks that were added for looks: what the blanks of the broken text speak for."""
    follows: bool = False
    """The tokens put in follow from what is open, so that how natural they are says nothing."""
    last_resort: bool = False
    """Tried when nothing likelier is accepted."""
