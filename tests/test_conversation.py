"""The conversation's bytes: what was sent once is sent again identically, files come whole once and then as diffs."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from agent.conversation import Conversation, fenced
from agent.events import Done, Event
from agent.session import Session, Switches
from agent.turn import Turn
from tests.scripted_ollama import Reply, ScriptedOllama, label

MakeRepo = Callable[..., Path]
Start = Callable[..., ScriptedOllama]
LONG = "".join(f"def step_{n}(value):\n    return value + {n}\n\n\n" for n in range(40))


def test_a_file_is_shown_once_and_then_only_its_changes() -> None:
    conversation = Conversation("system")
    assert LONG in conversation.show({"a.py": LONG})
    assert conversation.show({"a.py": LONG}) == ""
    changed = LONG.replace("value + 7\n", "value - 7\n")
    again = conversation.show({"a.py": changed})
    assert "-    return value + 7" in again
    assert "+    return value - 7" in again
    assert len(again) < 400
    assert conversation.show({"a.py": changed}) == ""


def test_a_file_that_the_model_wrote_itself_is_not_sent_back_to_it() -> None:
    conversation = Conversation("system")
    conversation.show({"a.py": LONG})
    changed = LONG.replace("value + 7\n", "value - 7\n")
    conversation.knows("a.py", changed)
    assert conversation.show({"a.py": changed}) == ""


def test_rewinding_forgets_what_was_shown_there() -> None:
    conversation = Conversation("system")
    mark = conversation.mark()
    conversation.show({"a.py": LONG})
    conversation.rewind(mark)
    assert LONG in conversation.show({"a.py": LONG})


def test_folding_takes_old_files_but_never_the_one_in_hand() -> None:
    conversation = Conversation("system")
    conversation.show({"old.py": LONG})
    conversation.add("request", "change old.py")
    conversation.add("reply", "done " * 200)
    conversation.show({"new.py": LONG.replace("step", "stage")})
    conversation.add("request", "change new.py")
    folded = conversation.fold(["new.py"])
    text = "".join(m.content for m in conversation.messages())
    assert "old.py" in folded
    assert "step_3" not in text
    assert "stage_3" in text
    assert text.endswith("change new.py")


def test_a_fence_is_longer_than_any_in_the_file() -> None:
    shown = fenced("notes.md", "```\ncode\n```\n")
    assert shown.splitlines()[1] == "````"


def answers(request: dict[str, object]) -> Reply | str:
    """A session's worth of replies: labels, edits that fit, edits that do not, answers with thinking."""
    messages = request["messages"]
    last = str(messages[-1]["content"])  # type: ignore[index]
    if request.get("logprobs"):
        return label("edit", edit=-0.01, explain=-5.0)
    if "not applied" in last or "was refused" in last:
        number = int(last.partition("wrong_")[2].partition("(")[0] or 0)
        return block(number)
    if "change step" in last:
        number = int(last.partition("change step ")[2].split()[0])
        return block(number, wrong=number % 4 == 0)
    return Reply(text="It adds a number. " * 12, thinking="hm " * 30)


def block(number: int, wrong: bool = False) -> str:
    """A SEARCH/REPLACE block for one function; a wrong one searches for what is not there."""
    name = f"wrong_{number}" if wrong else f"step_{number}"
    return (
        f"steps.py\n<<<<<<< SEARCH\ndef {name}(value):\n    return value + {number}\n=======\n"
        f"def step_{number}(value):\n    return value + {number * 10}\n>>>>>>> REPLACE\n"
    )


def run(session: Session, request: str, tool: str, files: list[str]) -> list[Event]:
    """One turn, all of it."""
    events = list(Turn(session, request).run(tool, files))
    assert isinstance(events[-1], Done)
    return events


def test_twenty_turns_send_again_what_they_sent_byte_for_byte(make_repo: MakeRepo, scripted_ollama: Start) -> None:
    server = scripted_ollama(replies=answers)
    root = make_repo({"steps.py": LONG, ".agentrc": "commit = false\n"})
    session = Session(root, flags={"host": server.url}, switches=Switches(assume_yes=True))
    for number in range(1, 21):
        if number % 5 == 0:
            run(session, f"what does step_{number} do?", "explain", ["steps.py"])
        else:
            run(session, f"change step {number} to add ten times as much", "edit", ["steps.py"])
        if number % 7 == 0:
            session.history.undo()
    session.close()
    requests = [r.json["messages"] for r in server.chats if not r.json.get("logprobs")]
    assert len(requests) >= 24
    kept = sent = 0
    for before, after in pairwise(requests):
        old = [json.dumps(m) for m in before]
        new = [json.dumps(m) for m in after]
        same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        sent += sum(map(len, old))
        kept += sum(map(len, old[:same]))
    assert kept / sent >= 0.97
    # The file itself went over the wire once; all later news of it were diffs.
    assert sum(LONG in m["content"] for m in requests[-1]) == 1
