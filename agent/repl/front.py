"""A person at a terminal, asked with a line of text."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from agent.render.neutral import neutral
from agent.repl.typed import echoed, take_typed


class TerminalFront:
    """Asks on the terminal; Enter takes the default, Ctrl-D takes the last choice (the one that does nothing)."""

    interactive = True

    def __init__(self) -> None:
        self.typed_ahead: list[str] = []
        """Lines that were typed before a question stood there: no answers to it, and not lost."""

    def ask(self, question: str, choices: Sequence[tuple[str, str]], default: str) -> str:
        """Ask until one of the keys is given. Ctrl-C is left to the caller."""
        shown = "  ".join(f"[{key.upper() if key == default else key}] {meaning}" for key, meaning in choices)
        early = take_typed()
        self.typed_ahead += early
        if early:
            sys.stdout.write(f"Typed before this question, so not taken as its answer: {neutral('; '.join(early))}\n")
        with echoed():
            while True:
                sys.stdout.write(f"{neutral(question)}  {shown} ")
                sys.stdout.flush()
                try:
                    line = sys.stdin.readline()
                except KeyboardInterrupt:
                    sys.stdout.write("\n")
                    raise
                if not line:
                    sys.stdout.write("\n")
                    return choices[-1][0]
                key = answer_key(line, choices, default)
                if key:
                    return key
                sys.stdout.write("That is none of the answers.\n")


def answer_key(line: str, choices: Sequence[tuple[str, str]], default: str) -> str:
    """The key that a line stands for, "" for none: Enter, a key, a meaning, or yes and no, with or without more words.

    A sentence that merely begins with a key's letter ("you forgot the types") is no answer.
    """
    words = line.lower().split()
    if not words:
        return default
    first = words[0].strip(",.;:!")
    for key, meaning in choices:
        if first in (key, meaning.split()[0]):
            return key
    refusal = choices[-1][0]
    if first in ("no", "n", "nope"):
        return refusal
    if first in ("yes", "y", "yeah", "yep", "ok"):
        return next((key for key, _ in choices if key == "y"), "" if default == refusal else default)
    return ""
