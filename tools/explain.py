"""Explain code: the model reads what the request names and answers in Markdown; facts come from the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import prompts
from agent.errors import EXIT_FAILED, TaskFailed
from agent.events import Event, Notice, Text
from agent.generate import output_room
from agent.repo.search.ordinals import ordinal, without_ordinal
from tools import RequestArgs
from tools.pointing import forget_list

if TYPE_CHECKING:
    from agent.turn import Turn

ANSWER_TOKENS = 600
CONTEXT_SHARE = 0.4
"""The part of the context that may be filled with the project's text."""


class ExplainTool:
    """Streams an explanation; every `file:line` in it is checked against the repository."""

    name = "explain"
    summary = "explain code or an error of this project, changing nothing"
    Args = RequestArgs

    def run(self, args: RequestArgs, turn: Turn) -> Iterator[Event]:
        """Explain. Without a model, the facts that the code itself gives."""
        session = turn.session
        target = " ".join([*args.files, args.request]).strip()
        if session.config.settings.model == "none" or session.backend is None:
            from agent.repo.explain import explain

            explanation = explain(session.work, target)
            yield Text(explanation.markdown)
            turn.summary = explanation.markdown.strip().partition("\n")[0][:100]
            if not explanation.references:
                turn.exit_code = EXIT_FAILED
            return
        from agent.repo.explain import about_project, context_for, overview, points_here

        budget = int(session.backend.context_limit() * CONTEXT_SHARE * session.meter.chars_per_token)
        snippets = context_for(session.work, without_ordinal(target), budget_chars=budget, paths=args.files)
        conversation = session.conversation
        told = any(entry.kind == "context" for entry in conversation.entries)
        unnamed = not args.files and not snippets and "\n" not in args.request.strip()  # else it brings its own text
        if unnamed and (about_project(args.request) or (points_here(args.request) and not told)):
            snippets = overview(session.work, budget_chars=budget)
            if not snippets:
                yield Notice("Nothing in this project fits the question; the answer rests on none of it.", "warning")
        if unnamed and len(conversation.entries) == 1 and ordinal(args.request) is not None:
            raise TaskFailed("There is no list yet that this could point into.", "Search first, or name the place.")
        mark = conversation.mark()
        shown = {s.label: s.text for s in snippets}
        conversation.show(shown)
        if session.last_tests is not None and not session.last_tests.ok:
            heads = "\n".join(str(f.get("head", "")) for f in session.last_tests.failures[:3]).strip()
            if heads:
                conversation.add("context", f"The last test run failed:\n{heads}")
        conversation.add("request", prompts.render("explain", request=args.request or f"What does {target} do?"))
        reply = yield from turn.converse("explain", max_tokens=output_room(session, ANSWER_TOKENS), rewind_to=mark)
        yield from self._references(reply.text, turn, [(s.path, s.start_line, s.text) for s in snippets])
        forget_list(session, reply.text)
        turn.summary = reply.text.strip().partition("\n")[0][:100]

    def _references(self, text: str, turn: Turn, snippets: Sequence[tuple[str, int, str]]) -> Iterator[Event]:
        """Where the names in the answer stand, from the files themselves; wrong references are called wrong."""
        wrong = [r for r in _named_lines(text) if not _exists(turn, *r)]
        if wrong:
            names = ", ".join(f"{path}:{line}" for path, line in wrong)
            yield Notice(f"The answer names a place that does not exist: {names}", "warning")
        found = list(_places(text, snippets))
        if found:
            yield Text("\n\n" + "  \n".join(f"`{name}` {path}:{line}" for name, path, line in found[:8]) + "\n")


def _named_lines(text: str) -> list[tuple[str, int]]:
    """(path, line) of every `path:line` in a text."""
    return [(m[1], int(m[2])) for m in re.finditer(r"([\w./-]+\.\w{1,6}):(\d+)", text)]


def _exists(turn: Turn, path: str, line: int) -> bool:
    data = turn.session.work.read(path) if turn.session.work.kind(path) in ("file", "ignored") else None
    return data is not None and 1 <= line <= data.count(b"\n") + 1


def _places(text: str, snippets: Sequence[tuple[str, int, str]]) -> Iterator[tuple[str, str, int]]:
    """The definitions of the names in backticks in an answer: (name, path, line)."""
    seen: set[str] = set()
    for name in re.findall(r"`([A-Za-z_]\w*)(?:\(\))?`", text):
        if name in seen:
            continue
        seen.add(name)
        pattern = re.compile(rf"\b(?:def|class|func|fn|function|struct|interface|type|enum|const|let|var)\s+{name}\b")
        for path, start, body in snippets:
            found = pattern.search(body)
            if found:
                yield name, path, start + body[: found.start()].count("\n")
                break


TOOL = ExplainTool()
