"""The conversation at a terminal: prompt-toolkit in front, the same turns and events behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.styles import Style

from agent import __version__
from agent.errors import AgentError
from agent.events import Event, Notice, failed
from agent.render import drive
from agent.render.neutral import neutral
from agent.repl.commands import COMMANDS, mentioned, run_command
from agent.repl.completion import ReplCompleter
from agent.repl.typed import unechoed
from agent.turn import Turn

if TYPE_CHECKING:
    from agent.cli.options import Common
    from agent.session import Session

PLAIN = {"exit": "/exit", "quit": "/exit", ":q": "/exit", "help": "/help", "?": "/help"}
"""What other programs of this kind take without a slash, and nobody means as a request."""
STYLE = Style.from_dict({"prompt": "ansicyan bold", "bottom-toolbar": "noreverse ansibrightblack"})


def run_repl(session: Session, common: Common) -> int:
    """Read requests until Ctrl-D. Ctrl-C stops what is running, or clears the line. Returns 0."""
    renderer = common.renderer()
    renderer.show(Notice(f"agent {__version__} in {session.root}  ·  /help for commands, Ctrl-D to leave"))
    drive(_opening(session), renderer)
    prompt: PromptSession[str] = PromptSession(
        history=_history(),
        completer=ReplCompleter(
            {name: command.summary for name, command in COMMANDS.items()},
            lambda: list(session.work.list_paths()),
            lambda: _model_names(session),
        ),
        key_bindings=_keys(),
        bottom_toolbar=lambda: _toolbar(session),
        style=STYLE,
        multiline=True,
        prompt_continuation="  ",
        complete_while_typing=True,
        enable_suspend=True,
        reserve_space_for_menu=6,
    )
    try:
        while True:
            try:
                line = prompt.prompt([("class:prompt", "> ")], default=_set_aside(session)).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                break
            if not line:
                continue
            try:
                with unechoed():
                    drive(_events(session, line), common.renderer())
            except EOFError:
                break
            except KeyboardInterrupt:
                common.renderer().show(Notice("Interrupted; nothing was half-written.", "warning"))
    finally:
        session.close()
    return 0


def _set_aside(session: Session) -> str:
    """A line that was typed before a question came up, to be sent or changed now."""
    typed = session.front.typed_ahead
    return typed.pop(0) if typed else ""


def _opening(session: Session) -> Iterator[Event]:
    """Say which model answers and have it loaded while the person types."""
    if session.repository is None and session.config.settings.git:
        yield Notice(
            "This folder is not in a git repository: edits are refused until `agent init`, or with --no-git.", "warning"
        )
    turn = Turn(session, "")
    try:
        recovered = session.recover()
        if recovered:
            yield Notice(recovered, "warning")
        if session.config.settings.model == "none":
            yield Notice("No model: requests are routed by rules. `/model NAME` chooses one.")
        else:
            yield from turn.announce()
            session.warm()
    except AgentError as error:
        yield failed(error)


def _events(session: Session, line: str) -> Iterator[Event]:
    line = PLAIN.get(line.lower(), line)
    if line.startswith("/"):
        yield from run_command(session, line)
        return
    try:
        request, files = mentioned(session, line)
    except AgentError as error:
        yield failed(error)
        return
    yield from Turn(session, request).run(None, files)


def _keys() -> KeyBindings:
    """Enter sends, Alt-Enter or a backslash before Enter makes a new line."""
    keys = KeyBindings()

    @keys.add("enter")
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        state = buffer.complete_state
        if state is not None and state.current_completion is not None:
            buffer.apply_completion(state.current_completion)
            return
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
            return
        buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _newline(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _toolbar(session: Session) -> str:
    """Model, context used, speed. Opens nothing: it is drawn with every key."""
    totals = session.totals
    if session.config.settings.model == "none":
        return " no model  ·  routing by rules"
    if not session.opened:
        return " opening the model …"
    try:
        backend = session.backend
    except AgentError:
        return " no model: /model NAME chooses one"
    if backend is None:
        return " no model"
    limit = backend.context_limit()
    used = totals.last_prompt_tokens
    speed = f"{totals.last_speed:.0f} tokens/s" if totals.last_speed else session.load_state()
    share = f"{used / limit:.0%}" if limit else ""
    return f" {neutral(backend.model)}  ·  context {used:,} of {limit:,} ({share})  ·  {speed}"


def _history() -> History:
    """What was typed before, kept in the user's state folder; in memory where that cannot be written."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    path = Path(base) / "agent" / "history"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def _model_names(session: Session) -> list[str]:
    from agent.backends.opening import list_models
    from agent.models.catalog import ALIASES

    try:
        installed = [model.name for model in list_models(session.config) if model.installed]
    except AgentError:
        installed = []
    return [*ALIASES, "embedded", "none", *installed]
