"""What a recogniser of one block syntax answers, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass

from agent.edits.types import Edit


@dataclass(frozen=True)
class Incomplete:
    """A block that the reply begins and does not end. It is reported and never written."""

    path: str | None
    format: str
    span: tuple[int, int]
    """Where it stands in the reply, in characters."""
    reason: str
    """What is missing, in one sentence."""


@dataclass(frozen=True)
class Block:
    """A recognised block."""

    end: int
    """Index of the first line after it."""
    edits: tuple[Edit, ...] = ()
    incomplete: tuple[Incomplete, ...] = ()
    path: str | None = None
    """The path that later blocks without one inherit."""
    wrapper: bool = False
    """Only the opening of a fence around blocks: the name above it is still theirs."""


@dataclass(frozen=True)
class Pending:
    """The block has begun and its end is not there yet."""

    path: str | None
    format: str
    reason: str
    edits: tuple[Edit, ...] = ()
    """The parts that are complete already (files of a patch before its last one)."""
    closers: tuple[str, ...] = ()
    """Texts of which a line must hold one for it to be of use to read again; empty: any line may end the block."""
    quiet: str = ""
    """Characters that, first on a line, say that the block goes on."""


@dataclass(frozen=True)
class ParsedReply:
    """What a reply states."""

    edits: tuple[Edit, ...]
    incomplete: tuple[Incomplete, ...]
    """Blocks that begin and do not end; never written."""
    prose: str
    """The text outside the blocks."""
    problems: tuple[str, ...] = ()
    """What is odd about the reply, for the person."""
