"""Every error a person can meet: one class each, with its exit code and a hint that says what to do next.

Raise these anywhere; only the front ends catch them. The message is one sentence about what happened, the hint
one sentence about what to type or change.
"""

from __future__ import annotations

import os

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NO_MODEL = 3
EXIT_REFUSED = 4
EXIT_IN_THE_WAY = 5
EXIT_INTERRUPTED = 130


class AgentError(Exception):
    """The base of all errors that end a turn. `str(error)` is the message for the person."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class TaskFailed(AgentError):
    """The task could not be done; nothing was changed."""


class UsageError(AgentError):
    """The command line, a slash command or a setting is wrong."""

    exit_code = EXIT_USAGE


class ConfigError(UsageError):
    """A setting is wrong; the message names the key and the place it came from."""


class NoServer(AgentError):
    """No server answered; the message says where it was looked for."""

    exit_code = EXIT_NO_MODEL


class NoSuchModel(AgentError):
    """The server does not have the model, or it is not one that can be used."""

    exit_code = EXIT_NO_MODEL


class ServerFailed(AgentError):
    """The server answered with an error, or stopped in the middle of an answer."""


class ContextOverflow(AgentError):
    """The prompt does not fit in the context; `prompt_tokens` and `context` carry the server's count."""

    def __init__(self, message: str, hint: str = "", *, prompt_tokens: int | None = None, context: int | None = None):
        super().__init__(message, hint)
        self.prompt_tokens = prompt_tokens
        self.context = context


class EditRefused(AgentError):
    """An edit could not be placed, was ambiguous or would break the syntax; nothing was written."""

    exit_code = EXIT_REFUSED


class InTheWay(AgentError):
    """The repository or a file is in the way: locked, unwritable, changed meanwhile, in conflict."""

    exit_code = EXIT_IN_THE_WAY


class Interrupted(AgentError):
    """The person stopped it; nothing is half-written."""

    exit_code = EXIT_INTERRUPTED


class Unforeseen(AgentError):
    """A defect of ours: told in one line, so that a session and its conversation survive it."""


def unforeseen(error: Exception) -> Unforeseen:
    """An exception nobody foresaw, as an error for the person. With AGENT_TRACE set it is raised again instead."""
    if os.environ.get("AGENT_TRACE"):
        raise error
    return Unforeseen(
        f"This should not have happened: {type(error).__name__}: {error}",
        "Please report it; AGENT_TRACE=1 shows where.",
    )
