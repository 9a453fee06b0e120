"""`agent bench tune`: the forms of an edit, measured on this machine with this model; the best becomes a setting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from agent.bench.edits import EditRun, run_task
from agent.bench.runner import spread
from agent.bench.tasks import load_tasks
from agent.config import user_file
from agent.errors import TaskFailed
from agent.events import Event, Notice, Progress, Text
from agent.session import Session

FORMS = ("whole", "symbol", "blocks")


def tune(model: str, limit: int, flags: dict[str, object]) -> Iterator[Event]:
    """Run the same tasks in each form; writes the best into the user's settings for this model's tag.

    Raises TaskFailed when no task can run here, NoServer, NoSuchModel.
    """
    tasks = spread([task for task in load_tasks() if not task.missing], limit)
    if not tasks:
        raise TaskFailed("No edit task can run here.", "Install the languages that the tasks are in.")
    rows: list[tuple[str, float, float, float]] = []
    tag = model
    with TemporaryDirectory(prefix="agent-tune-") as folder:
        session = Session(Path(folder), flags={**flags, "model": model, "git": False})
        try:
            if session.backend is None:
                raise TaskFailed("There is no model to tune.", "Name one.")
            tag = session.backend.model
            for form in FORMS:
                runs: list[EditRun] = []
                for number, task in enumerate(tasks, start=1):
                    for item in run_task(task, {**flags, "model": model, "edit_form": form}, 1, session):
                        if isinstance(item, EditRun):
                            runs.append(item)
                    yield Progress("tuning", f"{form}: {task.id}", number, len(tasks))
                solved = fmean(run.solved for run in runs)
                tokens = fmean(run.prompt_tokens + run.output_tokens for run in runs)
                rows.append((form, solved, tokens, fmean(run.seconds for run in runs)))
        finally:
            session.close()
    # More solved first; among equals the one that takes less time.
    best = max(rows, key=lambda row: (row[1], -row[3]))[0]
    table = "\n".join(f"| {form} | {solved:.0%} | {tokens:.0f} | {s:.1f} |" for form, solved, tokens, s in rows)
    yield Text(f"| form | solved | tokens a task | seconds a task |\n|---|---|---|---|\n{table}\n\n")
    path = keep(tag, best)
    yield Notice(f"`{best}` does best for {tag} on {len(tasks)} tasks; kept in {path}.")


def keep(tag: str, form: str) -> Path:
    """Set `edit_form` for one tag in the user's settings file, leaving the rest of the file as it is."""
    import tomlkit

    path = user_file()
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    profiles = document.setdefault("profile", tomlkit.table(is_super_table=True))
    own = profiles.setdefault(tag, tomlkit.table())
    own["edit_form"] = form
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path
