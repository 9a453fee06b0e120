"""The data of routing: what a request can be, what is known around it, and where it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from agent.backends.base import Message

Source = Literal["model", "rules", "both"]

TOOLS = ("edit", "explain", "test", "search")
"""What acts or answers from the repository."""
LABELS = (*TOOLS, "chat", "unclear")
"""Every class, in the one order that vectors of probabilities use."""


@dataclass(frozen=True)
class RouteContext:
    """What the router may know besides the request. Everything is optional."""

    previous_request: str = ""
    """What the person asked in the turn before."""
    previous_tool: str = ""
    """The tool of the turn before: one of LABELS, or empty in the first turn."""
    previous_summary: str = ""
    """How that turn ended, or what the assistant said last (an offer, a question), in a sentence or two."""
    files: Sequence[str] = ()
    """Paths in the repository, as far as they are known; only used to recognise names in the request."""
    in_terminal: bool = True
    """Somebody can be asked when the route is not sure."""

    @property
    def follows(self) -> bool:
        """There was a turn before."""
        return bool(self.previous_request or self.previous_tool)


@dataclass(frozen=True)
class Route:
    """Where a request goes, and how sure that is."""

    tool: str
    """One of LABELS."""
    confidence: float
    """0 to 1: the probability that this is the right tool."""
    source: Source
    """Who decided: the model's label probabilities, the rules, or both combined."""
    alternatives: dict[str, float] = field(default_factory=dict)
    """Every label with its probability, most likely first; they add up to 1."""
    ms: float = 0.0
    """Milliseconds from the call to the answer."""
    prompt_tokens: int = 0
    """Prompt tokens sent, cached ones included; 0 when no model was asked."""
    cached_tokens: int | None = None
    """How many of these the server had computed before; None where it does not say."""
    output_tokens: int = 0
    requests: int = 0
    """How many times the model was asked (2 after a reply that was no label)."""
    why: str = ""
    """The cues that decided, in a few words, for `agent route -v` and for questions to the person."""

    prompts: tuple[tuple[Message, ...], ...] = ()
    """The messages of each request that was made, for `--show-prompt`."""

    @property
    def acts(self) -> bool:
        """The tool may change files or run commands."""
        return self.tool in ("edit", "test")
