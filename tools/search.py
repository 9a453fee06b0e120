"""Find things in the repository: the request (or the model) phrases the query, the repository answers."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import prompts
from agent.backends.base import Message
from agent.errors import EXIT_FAILED
from agent.events import Event, Found, Notice
from tools import RequestArgs

if TYPE_CHECKING:
    from agent.turn import Turn

QUERY_TOKENS = 24
LIMIT = 40


class SearchTool:
    """ripgrep, symbols and ranked identifiers; results with file and line. A model never invents a result."""

    name = "search"
    summary = "find where something is in the project"
    Args = RequestArgs

    def run(self, args: RequestArgs, turn: Turn) -> Iterator[Event]:
        """Search. Exit code 1 when nothing is found, as search programs do."""
        from agent.repo.search import search

        session = turn.session
        hits = search(session.work, args.request, limit=LIMIT, paths=args.files or None)
        query = args.request
        if not hits and session.config.settings.model != "none" and session.backend is not None:
            words = yield from self._phrased(args.request, turn)
            if words:
                yield Notice(f"Nothing by these words; searching for: {words}")
                query, hits = words, search(session.work, words, limit=LIMIT, paths=args.files or None)
        yield Found(
            query,
            tuple(
                {
                    "path": h.path,
                    "line": h.line,
                    "text": h.text,
                    "kind": h.kind,
                    "score": round(h.score, 3),
                    "note": h.note,
                }
                for h in hits
            ),
            truncated=len(hits) >= LIMIT,
        )
        if hits:
            turn.summary = f"{len(hits)} found, first {hits[0].path}:{hits[0].line}"
            session.found = [(h.path, h.line) for h in hits]
        else:
            turn.summary = "nothing found"
            turn.exit_code = EXIT_FAILED

    def _phrased(self, request: str, turn: Turn) -> Generator[Event, None, str]:
        """Identifiers and words to look for, as the model puts them."""
        messages = [
            Message("system", prompts.load("search")),
            Message("user", request),
        ]
        reply = yield from turn.generate("search", messages, max_tokens=QUERY_TOKENS, kind="thinking", temperature=0.0)
        return " ".join(reply.text.replace(",", " ").replace("`", " ").split()[:8])


TOOL = SearchTool()
