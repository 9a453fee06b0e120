"""One edit task, as a person would have it done: a repository, a request, the model, the pipeline, the check."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.bench.tasks import EditTask
from agent.config import Config
from agent.events import Applied, Done, Edited, Event, Progress, Spent
from agent.session import Session, Switches
from agent.turn import Turn

CHECK_SECONDS = 180.0


@dataclass(frozen=True)
class EditRun:
    """What became of one run of one task."""

    task: str
    language: str
    run: int
    solved: bool
    """The check passes afterwards."""
    applied: bool
    located_first: bool
    """Every edit of the first reply found its place."""
    valid_first: bool
    """No edit of the first reply was refused by the syntax gate."""
    prompt_tokens: int
    cached_tokens: int | None
    output_tokens: int
    requests: int
    seconds: float
    decode_speed: float
    """Tokens a second."""
    exit_code: int
    summary: str = ""


def run_task(
    task: EditTask, session_flags: dict[str, object], number: int, template: Session
) -> Iterator[Event | EditRun]:
    """Do one task once with the template's open backend; the last item is the EditRun."""
    with tempfile.TemporaryDirectory(prefix="agent-bench-") as name:
        root = make_repository(task, Path(name) / "repo")
        session = Session(root, flags=dict(session_flags), switches=Switches(assume_yes=True))
        session.adopt(template)
        begun = time.monotonic()
        events: list[Event] = []
        # The model alone is measured: no search, no tests as judge.
        for event in Turn(session, task.request).run("edit", [task.target], judged=False):
            events.append(event)
            if isinstance(event, Progress):
                yield event
        seconds = time.monotonic() - begun
        yield Progress("checking", task.check)
        yield _judged(task, number, events, seconds, passes(task, root))


def make_repository(task: EditTask, root: Path) -> Path:
    """The task's files in a new git repository."""
    root.mkdir(parents=True)
    for path, text in task.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    author = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "Start"]):
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    for key, value in (("user.name", "Bench"), ("user.email", "bench@localhost"), ("commit.gpgsign", "false")):
        subprocess.run(["git", "config", key, value], cwd=root, check=True, stdin=subprocess.DEVNULL)
    return root


def passes(task: EditTask, root: Path) -> bool:
    """Whether the task's check exits with 0."""
    try:
        done = subprocess.run(
            task.check,
            shell=True,
            cwd=root,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=CHECK_SECONDS,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _judged(task: EditTask, number: int, events: list[Event], seconds: float, solved: bool) -> EditRun:
    first = _first_reply(events)
    spent = [e for e in events if isinstance(e, Spent) and e.purpose != "turn"]
    cached = [e.usage.cached_tokens for e in spent if e.usage.cached_tokens is not None]
    decode = sum(e.usage.decode_seconds for e in spent)
    output = sum(e.usage.output_tokens for e in spent)
    (done,) = [e for e in events if isinstance(e, Done)]
    return EditRun(
        task=task.id,
        language=task.language,
        run=number,
        solved=solved,
        applied=any(isinstance(e, Applied) for e in events),
        located_first=bool(first) and all(e.status != "refused" or e.gate == "refused" for e in first),
        valid_first=bool(first) and all(e.gate != "refused" for e in first),
        prompt_tokens=sum(e.usage.prompt_tokens for e in spent),
        cached_tokens=sum(cached) if cached else None,
        output_tokens=output,
        requests=sum(e.requests for e in spent),
        seconds=round(seconds, 3),
        decode_speed=round(output / decode, 2) if decode else 0.0,
        exit_code=done.exit_code,
        summary=done.summary,
    )


def _first_reply(events: list[Event]) -> list[Edited]:
    """The outcomes of the edits in the first reply: those before the second request's cost."""
    outcomes: list[Edited] = []
    replies = 0
    for event in events:
        if isinstance(event, Spent) and event.purpose == "edit":
            replies += 1
        elif isinstance(event, Edited) and replies == 1:
            outcomes.append(event)
    return outcomes


def as_json(run: EditRun) -> dict[str, object]:
    """For the results file."""
    return asdict(run)


def open_session(config_flags: dict[str, object], folder: Path) -> tuple[Session, Config]:
    """A session outside any repository, whose backend the tasks share."""
    session = Session(folder, flags={**config_flags, "git": False})
    return session, session.config
