"""The files to repair, as text that the templates and models work on, and back to bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.edits.encoding import Decoded, NotText, decode, encode
from agent.edits.types import FileChange
from agent.errors import UsageError


@dataclass(frozen=True)
class Target:
    """One file to repair."""

    path: str
    """Relative to the root, POSIX separators."""
    data: bytes
    text: str
    """With `\\n` line ends."""
    decoded: Decoded
    crlf: bool

    def encoded(self, text: str) -> bytes:
        """A text with the file's own line ends and encoding."""
        return encode(self.decoded, text.replace("\n", "\r\n") if self.crlf else text)


def read_targets(root: Path, paths: Sequence[str]) -> dict[str, Target]:
    """Read the files. Raises UsageError for one that is missing or no text."""
    found: dict[str, Target] = {}
    for path in paths:
        try:
            data = (root / path).read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror or error}", "Check the path.") from None
        try:
            decoded = decode(data)
        except NotText as error:
            raise UsageError(f"{path} is not a text file: {error}.", "Name source files.") from None
        crlf = decoded.text.count("\r\n") * 2 > decoded.text.count("\n")
        text = decoded.text.replace("\r\n", "\n") if crlf else decoded.text
        found[path] = Target(path, data, text, decoded, crlf)
    return found


def changes(targets: Mapping[str, Target], texts: Mapping[str, str]) -> tuple[FileChange, ...]:
    """What to write for new texts; files that stay as they are are left out."""
    made = []
    for path, text in texts.items():
        target = targets[path]
        after = target.encoded(text) if text != target.text else target.data
        if after != target.data:
            made.append(FileChange(path, target.data, after))
    return tuple(made)
