"""Guards on a stream: a reply that is empty, thinks for ever, repeats itself or runs away is cut early, saying why.

What is repeated on purpose is not cut: repetition counts only where the text that is being rewritten (`known`) does not
repeat in the same way.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

from agent.backends.base import Chunk
from agent.errors import AgentError

LOOK_EVERY = 64
"""Characters between two looks for repetition."""
SAME_LINE = 12
"""So many equal lines in a row, of at least 4 characters, are a loop."""
BLOCK_TIMES = 4
"""So many equal blocks of lines in a row are a loop."""
BLOCK_LINES = 60
SHORTEST_LOOP = 320
"""Characters: a rule of dashes or a row of zeros may be shorter than this."""


class GuardTripped(AgentError):
    """A guard cut the stream; `str(error)` says why, `kind` names the guard."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason, "The request can be asked once more, differently.")
        self.kind = kind
        self.reason = reason


def guarded(
    chunks: Iterable[Chunk],
    *,
    max_tokens: int | None = None,
    max_thinking: int | None = None,
    known: str = "",
) -> Generator[Chunk, None, None]:
    """The same chunks; raises GuardTripped as soon as one of the guards trips, and closes the stream.

    `max_tokens` is the output cap, in case the server does not keep it; `max_thinking` the tokens a thought may take
    (default: all but a quarter of `max_tokens`). A chunk is taken for a token at least.
    """
    text, looked = "", 0
    thought, answered = 0, 0
    thinking_limit = max_thinking or (max_tokens * 3 // 4 if max_tokens else 8192)
    try:
        for chunk in chunks:
            thought += bool(chunk.thinking)
            answered += bool(chunk.text)
            text += chunk.text
            if not answered and thought > thinking_limit:
                raise GuardTripped("thinking", f"it thought for {thought:,} tokens without an answer")
            if max_tokens and thought + answered > max_tokens + 16:
                raise GuardTripped("runaway", f"it ran past its limit of {max_tokens:,} tokens")
            if len(text) - looked >= LOOK_EVERY:
                looked = len(text)
                loop = repetition(text)
                if loop and not _repeats_in(known, loop):
                    raise GuardTripped("repetition", f"it repeats itself ({_short(loop)!r})")
            if chunk.done and chunk.stop_reason != "load" and not text.strip():
                raise _empty(thought, chunk)
            yield chunk
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


def _empty(thought: int, last: Chunk) -> GuardTripped:
    if thought:
        return GuardTripped("empty", f"it thought for {thought:,} tokens and said nothing")
    if last.stop_reason == "length":
        return GuardTripped("empty", "it was cut before it said anything")
    return GuardTripped("empty", "it was empty")


def repetition(text: str) -> str:
    """What the end of a text repeats over and over, or "". Loops of lines, and loops inside one line."""
    tail = text[-6000:]
    return _line_loop(tail) or _run_loop(tail[-1200:])


def _line_loop(tail: str) -> str:
    lines = tail.split("\n")[1:-1] if len(tail) == 6000 else tail.split("\n")[:-1]
    for length in range(1, min(BLOCK_LINES, len(lines) // 2) + 1):
        block = lines[-length:]
        times = 1
        while lines[-length * (times + 1) : -length * times] == block:
            times += 1
        needed = SAME_LINE if length == 1 else BLOCK_TIMES
        size = sum(len(line.strip()) for line in block)
        if times >= needed and size >= 4 and size * times >= SHORTEST_LOOP // (4 if length == 1 else 1):
            return "\n".join(block)
    return ""


def _run_loop(tail: str) -> str:
    """A period inside the last line, such as `and and and` or `0, 0, 0`."""
    line = tail[tail.rfind("\n") + 1 :]
    if len(line) < SHORTEST_LOOP:
        return ""
    end = line[-SHORTEST_LOOP:]
    # The smallest shift under which the end agrees with itself is its period.
    for period in range(1, SHORTEST_LOOP // 4 + 1):
        if end[period:] == end[:-period]:
            return end[-period:]
    return ""


def _repeats_in(known: str, loop: str) -> bool:
    """Whether the text that is being rewritten repeats the same thing itself."""
    return bool(known) and (loop * 3 in known or f"{loop}\n{loop}\n{loop}" in known)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else flat[:37] + "…"
