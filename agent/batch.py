"""Many one-shots in parallel, each in a git worktree of its own: `agent batch TASKS.jsonl --jobs N`.

A task is a line of JSON: `{"id": "a", "request": "…"}`, optionally with `tool` (`edit`, `fix`, `explain`, `test`,
`search`), `files` and `test` (a shell command line for `fix`). What a task commits stays on the branch
`agent-batch/ID`. Results are appended to `TASKS.jsonl.results`, one line a task that came to an end of its own; running
the same file again does the rest. A task that met a dead server has not come to an end.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from agent.config import CONFIG_NAME
from agent.errors import EXIT_NO_MODEL, InTheWay, UsageError
from agent.events import BatchDone, Event, Notice, Progress

BRANCH = "agent-batch/"
TOOLS = ("", "edit", "fix", "explain", "test", "search")
PATIENCE = (2.0, 10.0, 30.0)
"""Seconds before a task is tried again after the server failed it; `AGENT_BATCH_PATIENCE` sets one wait instead."""


@dataclass(frozen=True)
class Task:
    """One line of the file."""

    id: str
    request: str = ""
    tool: str = ""
    files: tuple[str, ...] = ()
    test: str = ""

    def arguments(self, options: Sequence[str]) -> list[str]:
        """The command line of this task. Its words come after `--`: they may look like an option or a command.

        A request without a tool goes in through standard input, where it cannot be taken for the name of a command.
        """
        if not self.tool:
            return list(options)
        words = [] if self.tool in ("fix", "test") else [self.request]
        said = ["--test", self.test] if self.test and self.tool in ("fix", "test") else []
        if self.tool == "fix" and self.request:
            said += ["--issue", self.request]
        files = () if self.tool == "search" else self.files
        return [self.tool, *options, *said, "--", *words, *files]


@dataclass(frozen=True)
class Result:
    """What became of a task."""

    id: str
    exit_code: int
    seconds: float
    summary: str = ""
    files: tuple[str, ...] = ()
    branch: str = ""
    """Where its commit is; empty when there is none."""
    prompt_tokens: int = 0
    output_tokens: int = 0
    tries: int = 1
    server_failed: bool = field(default=False, compare=False)


def read_tasks(path: Path) -> list[Task]:
    """The tasks of a file. Raises UsageError naming the line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read: {why}.", "Give a file with one JSON object a line.") from None
    tasks: list[Task] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            tasks.append(_task(line, f"{path}:{number}"))
    doubled = {t.id for t in tasks if sum(other.id == t.id for other in tasks) > 1}
    if doubled:
        raise UsageError(f"{path}: the id {sorted(doubled)[0]!r} stands there twice.", "Give each task its own id.")
    return tasks


def _task(line: str, place: str) -> Task:
    try:
        said = json.loads(line)
        task = Task(
            id=str(said["id"]),
            request=str(said.get("request", "")),
            tool=str(said.get("tool", "")),
            files=tuple(map(str, said.get("files", ()))),
            test=str(said.get("test", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            f"{place} is not a task.", 'A task is {"id": "a", "request": "…"} with `tool`, `files`, `test` as needed.'
        ) from None
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,80}", task.id) or task.id.endswith((".lock", ".")):
        raise UsageError(f"{place}: the id {task.id!r} cannot be a branch's name.", "Use letters, digits, - and _.")
    if task.tool not in TOOLS:
        raise UsageError(f"{place}: there is no tool {task.tool!r}.", f"One of {', '.join(filter(None, TOOLS))}.")
    return task


def results_path(tasks: Path) -> Path:
    """Where the results of a file of tasks are kept."""
    return tasks.with_name(tasks.name + ".results")


def finished(path: Path) -> dict[str, Result]:
    """The tasks that came to an end earlier; a half-written last line is passed over."""
    done: dict[str, Result] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
                done[said["id"]] = Result(**{**said, "files": tuple(said["files"])})
            except (ValueError, KeyError, TypeError):
                continue
    return done


def run_batch(
    root: Path, git_dir: Path, path: Path, *, jobs: int, options: Sequence[str], again: bool = False
) -> Generator[Event, None, dict[str, Result]]:
    """Run what is left of a file of tasks; yields an event for each task that ends, failed ones too.

    Returns the results of all tasks, earlier ones included; `again` has those done again that failed earlier.
    Raises UsageError for a wrong file, InTheWay where the repository has no commit to start from.
    """
    tasks = read_tasks(path)
    known = {task.id for task in tasks}
    done = {id: result for id, result in finished(results_path(path)).items() if id in known}
    if again:
        done = {id: result for id, result in done.items() if result.exit_code == 0}
    left = [task for task in tasks if task.id not in done]
    if done:
        failures = sum(result.exit_code != 0 for result in done.values())
        more = f", {failures} of them without success (--again does these again)" if failures else ""
        yield Notice(f"{len(done)} of {len(tasks)} tasks were done before{more}.")
    if subprocess.run(["git", "rev-parse", "-q", "--verify", "HEAD"], cwd=root, capture_output=True).returncode:
        raise InTheWay("There is no commit yet to start worktrees from.", "Commit something first.")
    stop = threading.Event()
    base = git_dir / "agent" / "batch"
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        running: set[Future[Result]] = {pool.submit(_run, root, base, task, list(options), stop) for task in left}
        try:
            while running:
                ended, running = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in ended:
                    result = future.result()
                    done[result.id] = result
                    if not result.server_failed:
                        _append(results_path(path), result)
                    yield BatchDone(result)
                yield Progress("batch", f"{len(running)} tasks left", len(left) - len(running), len(left))
        finally:
            stop.set()
            for future in running:
                future.cancel()
    return done


def _append(path: Path, result: Result) -> None:
    line = {key: value for key, value in asdict(result).items() if key != "server_failed"}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _run(root: Path, base: Path, task: Task, options: list[str], stop: threading.Event) -> Result:
    begun = time.monotonic()
    result = Result(task.id, EXIT_NO_MODEL, 0.0, "not started", server_failed=True)
    for number, patience in enumerate((*_waits(), 0.0), start=1):
        if stop.is_set():
            break
        result = _once(root, base / task.id, task, options, stop, number)
        if not result.server_failed or stop.wait(patience):
            break
    return Result(**{**asdict(result), "seconds": round(time.monotonic() - begun, 2)})


def _waits() -> tuple[float, ...]:
    said = os.environ.get("AGENT_BATCH_PATIENCE", "")
    return (float(said),) if said.replace(".", "", 1).isdigit() else PATIENCE


def _once(root: Path, tree: Path, task: Task, options: list[str], stop: threading.Event, number: int) -> Result:
    branch = BRANCH + task.id
    _discard(root, tree, branch)
    tree.parent.mkdir(parents=True, exist_ok=True)
    _git(root, "worktree", "add", "-q", "-b", branch, str(tree), "HEAD")
    start = _git(root, "rev-parse", branch)
    try:
        _bring_settings(root, tree)
        events = _agent(tree, task.arguments(options), "" if task.tool else task.request, stop)
    finally:
        made = _git(root, "rev-parse", branch) != start
        _git(root, "worktree", "remove", "--force", str(tree))
        if not made:
            _git(root, "branch", "-q", "-D", branch)
    ended = bool(events) and events[-1].get("event") == "done"
    last: dict[str, Any] = events[-1] if ended else {"exit_code": EXIT_NO_MODEL, "summary": ""}
    errors = [e for e in events if e.get("event") == "error"]
    costs = [e["usage"] for e in events if e.get("event") == "usage" and e.get("purpose") == "turn"]
    return Result(
        id=task.id,
        exit_code=int(last["exit_code"]),
        seconds=0.0,
        summary=str(last["summary"]),
        files=tuple(f for e in events if e.get("event") == "applied" for f in e["files"]),
        branch=branch if made else "",
        prompt_tokens=sum(c["prompt_tokens"] for c in costs),
        output_tokens=sum(c["output_tokens"] for c in costs),
        tries=number,
        server_failed=last["exit_code"] == EXIT_NO_MODEL or any(e.get("kind") == "ServerFailed" for e in errors),
    )


def _bring_settings(root: Path, tree: Path) -> None:
    """The person's settings hold for the tasks too: git does not bring a file that is not committed."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(root / CONFIG_NAME, tree / CONFIG_NAME)


def _agent(tree: Path, arguments: list[str], typed: str, stop: threading.Event) -> list[dict[str, Any]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *arguments],
        cwd=tree,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    watcher = threading.Thread(target=_end_with, args=(process, stop), daemon=True)
    watcher.start()
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(typed)
    events = []
    for line in process.stdout:
        try:
            events.append(json.loads(line))
        except ValueError:
            continue
    process.wait()
    return events


def _end_with(process: subprocess.Popen[str], stop: threading.Event) -> None:
    """End a task's process, in order, when the batch is stopped. (A batch in the background may be deaf to SIGINT.)"""
    while process.poll() is None:
        if stop.wait(0.2):
            process.terminate()
            return


def _discard(root: Path, tree: Path, branch: str) -> None:
    """What an interrupted run left of this task."""
    if tree.exists():
        subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=root, capture_output=True)
        shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["git", "worktree", "prune"], cwd=root, capture_output=True)
    subprocess.run(["git", "branch", "-q", "-D", branch], cwd=root, capture_output=True)


_GIT = threading.Lock()
"""git takes a lock of its own for worktrees and branches, and fails instead of waiting."""


def _git(root: Path, *arguments: str) -> str:
    with _GIT:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise InTheWay(f"git {arguments[0]} failed: {done.stderr.strip()}", "Mend the repository and run again.")
    return done.stdout.strip()
