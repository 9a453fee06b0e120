"""Plain conversation: an answer from the model, no tool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import prompts
from agent.events import Event, Text
from agent.generate import output_room
from tools import RequestArgs
from tools.pointing import forget_list

if TYPE_CHECKING:
    from agent.turn import Turn

ANSWER_TOKENS = 700


class ChatTool:
    """Answers without looking at the repository."""

    name = "chat"
    summary = "small talk and general questions, nothing about this project's files"
    Args = RequestArgs

    def run(self, args: RequestArgs, turn: Turn) -> Iterator[Event]:
        """Stream an answer; without a model, say what can be done."""
        if turn.session.backend is None:
            yield Text(prompts.load("no-model"))
            turn.summary = "answered without a model"
            return
        conversation = turn.session.conversation
        conversation.add("request", prompts.render("chat", request=args.request))
        reply = yield from turn.converse("chat", max_tokens=output_room(turn.session, ANSWER_TOKENS))
        forget_list(turn.session, reply.text)
        turn.summary = reply.text.strip().partition("\n")[0][:100]


TOOL = ChatTool()
