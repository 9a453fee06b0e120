"""Completion in the REPL: slash commands at the start, `@` files anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

SHOWN = 40


class ReplCompleter(Completer):
    """Completes commands, models after `/model`, and files after `@` by any part of their path."""

    def __init__(
        self,
        commands: dict[str, str],
        files: Callable[[], Sequence[str]],
        models: Callable[[], Sequence[str]],
    ) -> None:
        self._commands = commands
        self._files = files
        self._models = models

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """The completions for the word before the cursor."""
        text = document.text_before_cursor
        word = document.get_word_before_cursor(WORD=True)
        if word.startswith("@"):
            yield from self._file_completions(word)
        elif text.startswith("/model "):
            wanted = text[len("/model ") :]
            for name in self._models():
                if name.startswith(wanted):
                    yield Completion(name, start_position=-len(wanted))
        elif text.startswith("/") and " " not in text:
            for name, summary in self._commands.items():
                if name.startswith(text):
                    yield Completion(name, start_position=-len(text), display_meta=summary)

    def _file_completions(self, word: str) -> Iterable[Completion]:
        wanted = word[1:].lower()
        paths = self._files()
        ranked = sorted(
            (path for path in paths if wanted in path.lower()),
            key=lambda path: (not path.rpartition("/")[2].lower().startswith(wanted), len(path)),
        )
        for path in ranked[:SHOWN]:
            yield Completion("@" + path, start_position=-len(word), display=path)
