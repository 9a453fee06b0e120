"""`agent demo`: the main job on a throwaway repository, with a real model and real tests as witness.

Nothing here is staged: each step is what the same command line would do in any repository, and the demo fails when a
step fails.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from agent.errors import AgentError, NoServer, TaskFailed
from agent.events import Done, Event, Notice, Started, Tested, failed
from agent.front import NoFront
from agent.session import Session, Switches
from agent.turn import Turn

PROJECT = Path(__file__).parent / "project"
BROKEN = "shop/prices.py"
ASKED_WHERE = "where is the text of a price parsed?"
ASKED_TEST = "run the tests"
ASKED_FIX = f"fix parse_price in {BROKEN}: it should ignore the commas between thousands, as in 1,299.00"


def run_demo(flags: dict[str, Any], *, keep: bool = False, verbose: bool = False) -> Iterator[Event]:
    """The events of the whole demo; the last one is `Done`, with exit code 0 only if every step did what it should."""
    folder = Path(tempfile.mkdtemp(prefix="agent-demo-"))
    try:
        yield from _story(make_project(folder / "shop-project"), flags, verbose)
        yield Done(0, "the demo did everything it set out to do")
    except AgentError as error:
        yield failed(error)
        yield Done(error.exit_code, str(error))
    finally:
        if keep:
            yield Notice(f"The repository is kept: {folder / 'shop-project'}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def make_project(root: Path) -> Path:
    """Copy the small project into a new git repository with one commit."""
    shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".gitignore").write_text("__pycache__/\n")
    author = ["-c", "user.name=Demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "A shop whose tests fail"]):
        subprocess.run(["git", *command], cwd=root, check=True, stdin=subprocess.DEVNULL)
    for key, value in (("user.name", "Demo"), ("user.email", "demo@localhost"), ("commit.gpgsign", "false")):
        subprocess.run(["git", "config", key, value], cwd=root, check=True, stdin=subprocess.DEVNULL)
    return root


def _story(root: Path, flags: dict[str, Any], verbose: bool) -> Iterator[Event]:
    yield Notice(f"A throwaway repository: {root}")
    flags = yield from _with_model(root, flags)
    session = Session(root, flags=flags, front=NoFront(), switches=Switches(verbose=verbose))
    try:
        yield from _steps(session, root)
    finally:
        session.close()


def _steps(session: Session, root: Path) -> Iterator[Event]:
    original = (root / BROKEN).read_bytes()
    yield from _turn(session, ASKED_WHERE)
    tested = yield from _turn(session, ASKED_TEST, may_fail=True)
    if tested is None or tested.ok:
        raise TaskFailed("The demo's tests should have failed here, and did not.")
    yield from _turn(session, ASKED_FIX)
    tested = yield from _turn(session, ASKED_TEST)
    if tested is None or not tested.ok:
        raise TaskFailed("The tests still fail after the fix.", "A larger model may do better: -m NAME.")
    yield Notice("\n$ git log --oneline")
    log = subprocess.run(["git", "log", "--oneline"], cwd=root, capture_output=True, text=True, check=True)
    yield Notice(log.stdout.rstrip())
    yield Notice("\n$ agent undo")
    from agent.moving import moved

    yield from moved(session, "undo", 1)
    if (root / BROKEN).read_bytes() != original:
        raise TaskFailed("Undo did not bring the file back byte for byte.")
    yield Notice(f"{BROKEN} is again what it was, byte for byte.")


def _turn(session: Session, request: str, *, may_fail: bool = False) -> Generator[Event, None, Tested | None]:
    """One request, shown like a command line; returns the test result if there was one."""
    yield Notice(f'\n$ agent "{request}"')
    tested: Tested | None = None
    for event in Turn(session, request).run():
        if isinstance(event, Tested):
            tested = event
        if isinstance(event, Done):
            if event.exit_code and not may_fail:
                raise TaskFailed(f"This step failed: {event.summary}")
            continue
        yield event
    return tested


def _with_model(root: Path, flags: dict[str, Any]) -> Generator[Event, None, dict[str, Any]]:
    """The flags with a model that is there: the one asked for, Ollama's, or the embedded one, fetched if need be."""
    from agent.backends.opening import embedded_offer, open_backend
    from agent.cli.models import pulled
    from agent.config import load_config

    config = load_config(root, flags)
    if config.settings.model not in ("", "embedded"):
        return flags
    if not config.settings.model:
        try:
            backend = open_backend(config)
            if backend is not None:
                yield Started(backend.model, backend.name, "")
                backend.close()
                return flags
        except AgentError as error:
            if error.exit_code != NoServer.exit_code:
                raise
            yield Notice(f"{error} Using the model that runs inside the package.")
    name, _, installed = embedded_offer()
    if not installed:
        yield from pulled(name, config)
    return {**flags, "model": "embedded"}
