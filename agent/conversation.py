"""The conversation as the model sees it: append-only, so that what was sent once is sent again byte for byte.

The layout follows a measurement with several attention kinds: bulky context goes into a message of its own, the last
user message stays short, nothing sent earlier is ever rewritten. The one exception is `fold`, a large and rare step
that is shown to the person. A file that changed since the model last saw it comes again as a diff.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.backends.base import Message

Kind = Literal["system", "context", "request", "reply", "feedback"]


@dataclass(frozen=True)
class Entry:
    """One message, and what it is for."""

    kind: Kind
    message: Message
    paths: tuple[str, ...] = ()
    """The files whose text it carries."""


class Conversation:
    """The messages so far, and which text of each file the model has seen."""

    def __init__(self, system: str) -> None:
        self.entries: list[Entry] = [Entry("system", Message("system", system))]
        self._shown: dict[str, str] = {}

    def messages(self) -> list[Message]:
        """What to send, in order."""
        return [entry.message for entry in self.entries]

    def add(self, kind: Kind, text: str, paths: Sequence[str] = ()) -> None:
        """Append one message."""
        role: Literal["user", "assistant"] = "assistant" if kind == "reply" else "user"
        self.entries.append(Entry(kind, Message(role, text), tuple(paths)))

    def show(self, files: Mapping[str, str]) -> str:
        """Append what the model needs to know these files as they are now; returns the text appended.

        A file it has seen in this form is not sent again; one that changed comes as a unified diff, or whole where
        the diff would be longer. Returns "" when there is nothing to say.
        """
        parts = [part for path, text in files.items() if (part := self._file_part(path, text))]
        self._shown.update(files)
        if not parts:
            return ""
        text = "\n\n".join(parts)
        self.add("context", text, tuple(files))
        return text

    def knows(self, path: str, text: str) -> None:
        """The model has written this text of the file itself, so it need not be sent."""
        if path in self._shown:
            self._shown[path] = text

    def _file_part(self, path: str, text: str) -> str:
        before = self._shown.get(path)
        if before is None:
            return fenced(path, text)
        if before == text:
            return ""
        diff = "".join(difflib.unified_diff(before.splitlines(True), text.splitlines(True), "before", "now", n=2))
        if len(diff) > len(text):
            return fenced(path, text)
        return f"{path} has changed:\n```diff\n{diff}```"

    def drop_last(self, kind: Kind) -> None:
        """Take back the newest message of a kind, when its request failed and it was never answered."""
        for index in range(len(self.entries) - 1, 0, -1):
            if self.entries[index].kind == kind:
                del self.entries[index]
                return

    def mark(self) -> int:
        """A point to return to with `rewind`."""
        return len(self.entries)

    def rewind(self, mark: int) -> None:
        """Forget the messages after a mark (an attempt that led nowhere); files shown there are shown again."""
        for entry in self.entries[mark:]:
            for path in entry.paths:
                self._shown.pop(path, None)
        del self.entries[mark:]

    def fold(self, keep: Sequence[str]) -> list[str]:
        """Make room: replace the text of files and old replies, but of `keep`, by a line each. Returns what was folded.

        The last request and everything after it stay. One large step, since it costs the server's whole cache.
        """
        last_request = max((i for i, e in enumerate(self.entries) if e.kind == "request"), default=len(self.entries))
        folded: list[str] = []
        for index, entry in enumerate(self.entries[:last_request]):
            if entry.kind == "context" and not set(entry.paths) & set(keep):
                names = ", ".join(entry.paths)
                line = f"(The text of {names} was here.)"
                folded.append(names)
                for path in entry.paths:
                    self._shown.pop(path, None)
            elif entry.kind == "reply" and len(entry.message.content) > 400:
                line = "(A reply with code was here.)"
                folded.append("a reply")
            else:
                continue
            self.entries[index] = Entry(entry.kind, Message(entry.message.role, line))
        return folded

    def sizes(self) -> dict[str, int]:
        """Characters by kind of message, for `/context`."""
        sizes: dict[str, int] = {}
        for entry in self.entries:
            sizes[entry.kind] = sizes.get(entry.kind, 0) + len(entry.message.content)
        return sizes


def fenced(path: str, text: str) -> str:
    """A file as a model is shown it: its path on a line, its text in a fence longer than any inside it."""
    fence = "```"
    while fence in text:
        fence += "`"
    body = text if text.endswith("\n") or not text else text + "\n"
    return f"{path}\n{fence}\n{body}{fence}"
