"""What a small change of a broken text is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """Lines `first` to `last` (0-based, inclusive) become `new`. `cost` is the edit's own, in nats."""

    first: int
    last: int
    new: str
    what: str
    cost: float
    token: str = ""
    """The token put in or taken out, for the balance of brackets and quotes."""
    change: int = 0
    """1 put in, -1 taken out, 0 neither."""
    swaps_bracket: bool = False
    """`token` is a bracket that became another kind."""
    raw: str | None = None
    """`new` without the blanks that were added for looks: what the blanks of the broken text speak for."""
    last_resort: bool = False
    """Tried when nothing likelier is accepted."""
