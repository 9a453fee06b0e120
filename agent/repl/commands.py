"""The slash commands: each a generator of events, so that the REPL draws them like anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.errors import AgentError, UsageError, unforeseen
from agent.events import Event, Notice, Prompted, Started, Text, failed
from agent.turn import Turn

if TYPE_CHECKING:
    from agent.session import Session

BAR = 32
"""Characters of the bar that `/context` draws."""


@dataclass(frozen=True)
class Command:
    """A slash command."""

    name: str
    summary: str
    run: Callable[[Session, str], Iterator[Event]]


def _tool(name: str) -> Callable[[Session, str], Iterator[Event]]:
    def run(session: Session, rest: str) -> Iterator[Event]:
        request, files = mentioned(session, rest)
        if not request and not files and name != "test":
            raise UsageError(f"/{name} needs words after it.", f"For example: /{name} …")
        yield from Turn(session, request).run(name, files)

    return run


def mentioned(session: Session, text: str) -> tuple[str, list[str]]:
    """(text without the `@` signs, the files they name). Raises UsageError for a file that does not exist."""
    files = [word[1:] for word in text.split() if word.startswith("@") and len(word) > 1]
    words = [word[1:] if word.startswith("@") else word for word in text.split(" ")]
    return " ".join(words).strip(), session.existing(files)


def _help(session: Session, rest: str) -> Iterator[Event]:
    lines = [f"| `{c.name}` | {c.summary} |" for c in COMMANDS.values()]
    yield Text("| | |\n|---|---|\n" + "\n".join(lines) + "\n\n")
    yield Notice("Anything else is a request in words. @file names a file. Alt-Enter: new line. Ctrl-C: stop.")


def _model(session: Session, rest: str) -> Iterator[Event]:
    if rest:
        session.use_model(rest)
        session.announced = True
    if session.config.settings.model == "none":
        yield Notice("No model: requests are routed by rules. `/model NAME` chooses one.")
        return
    backend = session.backend
    if backend is not None:
        yield Started(backend.model, backend.name, f"context {backend.context_limit():,} tokens")
    while session.notices:
        yield Notice(session.notices.pop(0))


def _turns(direction: str) -> Callable[[Session, str], Iterator[Event]]:
    def run(session: Session, rest: str) -> Iterator[Event]:
        from agent.moving import moved

        if rest and not rest.isdigit():
            raise UsageError(f"/{direction} takes a number of turns.", f"For example: /{direction} 2")
        yield from moved(session, direction, int(rest or 1))

    return run


def _diff(session: Session, rest: str) -> Iterator[Event]:
    from agent.cli.turns import diffed

    if rest and not rest.isdigit():
        raise UsageError("/diff takes the number of a turn.", "/log lists them.")
    yield from diffed(session, int(rest) if rest else None)


def _log(session: Session, rest: str) -> Iterator[Event]:
    from agent.cli.turns import logged

    yield from logged(session, int(rest) if rest.isdigit() else 20)


def _clear(session: Session, rest: str) -> Iterator[Event]:
    session.clear()
    yield Notice("The conversation is forgotten; the recorded turns stay.")


def _context(session: Session, rest: str) -> Iterator[Event]:
    backend = session.backend if session.opened else None
    limit = backend.context_limit() if backend else 0
    sizes = session.conversation.sizes()
    tokens = {kind: round(count / session.meter.chars_per_token) for kind, count in sizes.items()}
    total = sum(tokens.values())
    room = limit or total or 1
    lines = []
    for kind, count in tokens.items():
        filled = round(BAR * count / room)
        lines.append(f"{kind:<9} {'█' * filled}{'·' * (BAR - filled)} {count:>6,}")
    lines.append(f"{'all':<9} about {total:,} of {limit:,} tokens" if limit else f"about {total:,} tokens")
    t = session.totals
    lines.append(
        f"session   {t.requests} requests, {t.prompt_tokens:,} tokens in ({t.cached_tokens:,} cached), "
        f"{t.output_tokens:,} out"
    )
    yield Notice("\n".join(lines))


def _prompt(session: Session, rest: str) -> Iterator[Event]:
    messages = session.conversation.messages()
    yield Prompted("conversation so far", tuple({"role": m.role, "content": m.content} for m in messages))


def _as(session: Session, rest: str) -> Iterator[Event]:
    tool, _, again = rest.partition(" ")
    if tool not in ("edit", "explain", "test", "search", "chat"):
        raise UsageError("/as takes the tool that was meant.", "/as edit|explain|test|search|chat")
    request = again or session.asked
    if not request:
        raise UsageError("There is no request before this one.", "/as corrects the route of the last request.")
    session.corrected(request, tool)
    yield from Turn(session, request).run(tool)


def _exit(session: Session, rest: str) -> Iterator[Event]:
    raise EOFError
    yield


COMMANDS = {
    command.name: command
    for command in (
        Command("/help", "this list", _help),
        Command("/model", "show the model, or go on with another: /model NAME", _model),
        Command("/edit", "change files: /edit REQUEST [@file]", _tool("edit")),
        Command("/fix", "repair files until the tests pass: /fix @file", _tool("fix")),
        Command("/explain", "explain code: /explain QUESTION [@file]", _tool("explain")),
        Command("/test", "run the project's tests", _tool("test")),
        Command("/search", "find something: /search WORDS", _tool("search")),
        Command("/undo", "take back the last turn, byte for byte", _turns("undo")),
        Command("/redo", "do again what was undone", _turns("redo")),
        Command("/diff", "what the last turn (or /diff N) changed", _diff),
        Command("/log", "the recorded turns", _log),
        Command("/as", "the last request was meant for another tool: /as edit", _as),
        Command("/context", "what fills the context", _context),
        Command("/prompt", "the conversation exactly as the model is sent it", _prompt),
        Command("/clear", "forget the conversation", _clear),
        Command("/exit", "leave (or Ctrl-D)", _exit),
    )
}


def run_command(session: Session, line: str) -> Iterator[Event]:
    """The events of one slash command; a wrong one is an error with a suggestion."""
    import difflib

    name, _, rest = line.partition(" ")
    command = COMMANDS.get(name)
    try:
        if command is None:
            close = difflib.get_close_matches(name, list(COMMANDS), n=1)
            hint = f"Did you mean {close[0]}?" if close else "/help lists the commands."
            raise UsageError(f"There is no command {name}.", hint)
        yield from command.run(session, rest.strip())
    except AgentError as error:
        yield failed(error)
    except EOFError:
        raise
    except Exception as error:
        told = unforeseen(error)
        yield failed(told)
