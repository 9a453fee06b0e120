"""The command line: click commands without logic. `run` is the one way in; it maps every ending to an exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from agent.errors import EXIT_FAILED, EXIT_IN_THE_WAY, EXIT_INTERRUPTED, EXIT_USAGE, AgentError, unforeseen

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""The errors of a full or failing disk."""

BROKEN_PIPE = 141
"""What a shell reports for a program whose reader went away (128 + SIGPIPE)."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code of the contract. Never lets a traceback out."""
    return flushed(_run(arguments))


def _run(arguments: Sequence[str]) -> int:
    _open_streams()
    import click

    from agent.cli.ending import Ended, end_in_order
    from agent.cli.main import main

    end_in_order()
    as_json = "--json" in arguments
    _any_text(as_json)
    stdout = sys.stdout
    try:
        result = main.main(args=list(arguments), prog_name="agent", standalone_mode=False)
        return int(result) if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except SystemExit:
        # click's own answer to a reader that went away is exit code 1, which here means a failed task.
        # Only then has it put something in the place of standard output.
        if sys.stdout is stdout:
            raise
        _silence(1)
        return BROKEN_PIPE
    except click.exceptions.NoSuchOption as error:
        hint = "`agent --help` shows the options; words that begin with a dash go after `--`."
        return _report(error.format_message(), hint, EXIT_USAGE, as_json)
    except click.ClickException as error:
        return _report(error.format_message(), "`agent --help` shows the commands.", EXIT_USAGE, as_json)
    except AgentError as error:
        return _report(str(error), error.hint, error.exit_code, as_json)
    except (KeyboardInterrupt, click.Abort):
        return _report("Interrupted; nothing was half-written.", "", EXIT_INTERRUPTED, as_json)
    except Ended as ended:
        return _report("Ended from outside; nothing was half-written.", "", ended.exit_code, as_json)
    except BrokenPipeError:
        _silence(1)
        return BROKEN_PIPE
    except MemoryError:
        return _report("Out of memory.", "Use a smaller model or context (num_ctx in .agentrc).", EXIT_FAILED, as_json)
    except OSError as error:
        if error.errno not in FULL:
            told = unforeseen(error)
            return _report(str(told), told.hint, told.exit_code, as_json)
        return output_failed(error)
    except Exception as error:
        # The last resort: whatever was not foreseen is told in one line, and the traceback only on request.
        told = unforeseen(error)
        return _report(str(told), told.hint, told.exit_code, as_json)


def output_failed(error: OSError) -> int:
    """The exit code where standard output takes no more; says why, unless its reader just went away."""
    _silence(1)
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE
    return _report(f"{error.strerror}.", "Free some space; nothing was half-written.", EXIT_IN_THE_WAY, False)


def flushed(exit_code: int) -> int:
    """Write out what the streams still hold: if the interpreter did it at its end, a failure would be exit code 120."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        failed = output_failed(error)
        exit_code = exit_code or failed
    except ValueError:
        pass  # closed
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError):
            _silence(2)
    return exit_code


def _report(message: str, hint: str, exit_code: int, as_json: bool) -> int:
    if as_json:
        from agent.events import Done, Failed
        from agent.render.json_lines import JsonRenderer

        JsonRenderer().show(Failed(message, hint, exit_code))
        JsonRenderer().show(Done(exit_code, message))
    else:
        from agent.render.neutral import neutral

        with contextlib.suppress(OSError):  # nobody hears it, and the exit code still tells
            print(neutral(f"error: {message}" + (f"\n{hint}" if hint else "")), file=sys.stderr)
    return exit_code


def _open_streams() -> None:
    """Give a program that was started with closed standard streams the null device.

    Else the next file opened would take a stream's number, and what a child program prints would go into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for the whole run


def _any_text(as_json: bool) -> None:
    """Make the standard streams take any character, whatever the locale: none may end a turn half-way.

    JSON is UTF-8 by definition; what is not even Unicode (a file name in another encoding) is escaped in it.
    """
    import io

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if as_json and stream is sys.stdout:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
            else:
                stream.reconfigure(errors="replace")


def _silence(stream: int) -> None:
    """The reader is gone: what is still buffered must not raise again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
