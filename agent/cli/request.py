"""One-shots: `agent "REQUEST"`, and the tools by name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from agent.cli.options import Common, common_options, taken
from agent.errors import UsageError

STDIN_LIMIT = 200_000
"""Bytes of piped input that are read at most; more would not fit in any local model's context."""


def run_request(common: Common, request: str, files: Sequence[str], *, tool: str | None, **args: Any) -> int:
    """Run one turn and draw it. Piped input is added to the request."""
    piped = read_piped()
    if piped and tool not in ("fix", "test"):
        request = f"{request}\n\n{piped}".strip()
    if not request.strip() and not files and tool not in ("test",):
        raise UsageError("There is no request.", 'Say what you want: agent "fix the bug in calc.py".')
    session = common.session()
    if tool not in ("test",) and session.config.settings.model != "none":
        session.warm()  # the model loads while the rest of the program is imported
    from agent.render import drive
    from agent.turn import Turn

    renderer = common.renderer()
    try:
        turn = Turn(session, request)
        return drive(turn.run(tool, session.existing(files), **args), renderer)
    finally:
        session.close()


def read_piped() -> str:
    """What is piped in; nothing when standard input is a terminal, closed or not given. Raises UsageError."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty() or not _has_input():
        return ""
    data = sys.stdin.buffer.read(STDIN_LIMIT + 1)
    if len(data) > STDIN_LIMIT:
        raise UsageError(f"More than {STDIN_LIMIT:,} bytes are piped in.", "Pipe in the part that matters.")
    if b"\0" in data:
        raise UsageError("What is piped in is not text.", "Pipe in text.")
    return data.decode("utf-8", "replace").strip()


def _has_input() -> bool:
    """A pipe or a file; not a socket or a terminal that an idle parent left open."""
    import os
    import select
    import stat

    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return False
    if stat.S_ISREG(mode):
        return True
    if not stat.S_ISFIFO(mode):
        return False
    # A parent that never writes and never closes would hang us for ever: a writer gets a moment to begin.
    ready, _, _ = select.select([sys.stdin], [], [], 0.2)
    return bool(ready)


def split_files(common: Common, words: Sequence[str]) -> tuple[str, list[str]]:
    """(request, files): words that are existing files are files, the others are the request."""
    base = Path(common.values.get("directory") or ".")
    files = [w for w in words if _is_file(base / w)]
    return " ".join(w for w in words if w not in files), files


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long for a name, or a NUL in it: words
        return False


@click.command("request", hidden=True)
@click.argument("words", nargs=-1)
@common_options
@click.pass_context
def request_command(context: click.Context, /, words: tuple[str, ...], **said: Any) -> int:
    """Run one request, routed."""
    return run_request(taken(context, said), " ".join(words), [], tool=None)


@click.command("edit")
@click.argument("request")
@click.argument("files", nargs=-1)
@common_options
@click.pass_context
def edit_command(context: click.Context, /, request: str, files: tuple[str, ...], **said: Any) -> int:
    """Change files as the REQUEST says."""
    return run_request(taken(context, said), request, files, tool="edit")


@click.command("explain")
@click.argument("words", nargs=-1, metavar="[QUESTION] [FILE[:LINE]|SYMBOL]...")
@common_options
@click.pass_context
def explain_command(context: click.Context, /, words: tuple[str, ...], **said: Any) -> int:
    """Explain code, or answer a question about it."""
    common = taken(context, said)
    request, files = split_files(common, words)
    return run_request(common, request, files, tool="explain")


@click.command("test")
@click.argument("files", nargs=-1)
@click.option("--test", "command", default="", metavar="CMD", help="A shell command line instead of the one found.")
@common_options
@click.pass_context
def test_command(context: click.Context, /, files: tuple[str, ...], command: str, **said: Any) -> int:
    """Run the project's tests."""
    return run_request(taken(context, said), "", files, tool="test", command=command)


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@common_options
@click.pass_context
def search_command(context: click.Context, /, words: tuple[str, ...], **said: Any) -> int:
    """Find something in the project."""
    return run_request(taken(context, said), " ".join(words), [], tool="search")


@click.command("fix")
@click.argument("files", nargs=-1, required=True)
@click.option("--test", "command", default="", metavar="CMD", help="A shell command line whose exit code judges.")
@click.option("--issue", default="", metavar="TEXT", help="What is wrong, in words.")
@common_options
@click.pass_context
def fix_command(context: click.Context, /, files: tuple[str, ...], command: str, issue: str, **said: Any) -> int:
    """Repair FILES until they parse and the tests pass."""
    return run_request(taken(context, said), issue, files, tool="fix", command=command)
