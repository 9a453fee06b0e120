"""A person at a terminal, asked with a line of text."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from agent.render.neutral import neutral


class TerminalFront:
    """Asks on the terminal; Enter takes the default, Ctrl-D takes the last choice (the one that does nothing)."""

    interactive = True

    def ask(self, question: str, choices: Sequence[tuple[str, str]], default: str) -> str:
        """Ask until one of the keys is given. Ctrl-C is left to the caller."""
        shown = "  ".join(f"[{key.upper() if key == default else key}] {meaning}" for key, meaning in choices)
        keys = {key for key, _ in choices}
        words = {meaning: key for key, meaning in choices}
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
            answer = line.strip().lower()
            if not answer:
                return default
            if answer in keys:
                return answer
            if answer in words or answer[:1] in keys:
                return words.get(answer, answer[:1])
