"""A second opinion from the language's own tool, when the tree has an error: a grammar can lag behind its language.

Only tools that read a text from stdin and parse it without running it. A tool can acquit a text; none convicts.
"""

from __future__ import annotations

import re
import shutil
import subprocess

_COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "go": (("gofmt", "-e"),),
    "rust": (("rustfmt", "--edition", "2021", "--emit", "stdout", "--quiet"),),
    "javascript": (("node", "--check", "-"),),
    "module": (("node", "--input-type=module", "--check", "-"),),
    "ruby": (("ruby", "-c"),),
    "php": (("php", "-l"),),
    "lua": (("luac", "-p", "-"),),
    "bash": (("bash", "-n"),),
    "fish": (("fish", "--no-execute"),),
}

_MODULE = re.compile(rb"^(?:import\b[^(]|export\b)", re.MULTILINE)


def accepts(language: str, text: bytes, *, timeout: float = 3.0) -> bool:
    """The language's own parser reads the text. False too when there is none, or it took over `timeout` seconds."""
    return any(_accepts(command, text, timeout) for command in _commands(language, text))


def at_hand(language: str) -> bool:
    """There is such a tool on this machine."""
    return any(shutil.which(command[0]) for command in _COMMANDS.get(language, ()))


def complaint(language: str, text: bytes, *, timeout: float = 3.0) -> str:
    """What the language's own tool says of a text that it rejects; empty when it accepts it or is not at hand."""
    for command in _commands(language, text):
        done = _run(command, text, timeout)
        if done is not None:
            return (done.stderr + b"\n" + done.stdout).decode("utf-8", "replace") if done.returncode else ""
    return ""


def _commands(language: str, text: bytes) -> tuple[tuple[str, ...], ...]:
    return _COMMANDS.get("module" if language == "javascript" and _MODULE.search(text) else language, ())


def _accepts(command: tuple[str, ...], text: bytes, timeout: float) -> bool:
    done = _run(command, text, timeout)
    return done is not None and done.returncode == 0


def _run(command: tuple[str, ...], text: bytes, timeout: float) -> subprocess.CompletedProcess[bytes] | None:
    program = shutil.which(command[0])
    if program is None:
        return None
    try:
        return subprocess.run([program, *command[1:]], input=text, capture_output=True, timeout=timeout, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
