"""`agent bench tune`: the forms of an edit, measured on this machine with this model; the best becomes a setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from agent.bench.edits import EditRun, as_json, run_task
from agent.bench.runner import append, read_results, spread
from agent.bench.statistics import Interval, share
from agent.bench.tasks import load_tasks
from agent.config import user_file
from agent.errors import TaskFailed
from agent.events import Event, Notice, Progress, Text
from agent.session import Session

FORMS = ("whole", "symbol", "blocks")


@dataclass(frozen=True)
class Form:
    """How a model did in one form."""

    name: str
    solved: int
    runs: int
    tokens: float
    """Mean tokens a task, in and out."""
    seconds: float
    """Mean seconds a task."""

    @property
    def interval(self) -> Interval:
        """The share that was solved, with its interval."""
        return share(self.solved, self.runs)


def tune(
    model: str, limit: int, languages: tuple[str, ...], flags: dict[str, object], results: Path
) -> Iterator[Event]:
    """Run the same tasks in each form; writes the best into the user's settings for this model's tag.

    Every run is a line in `results` at once, and what the file has is not run again. Raises TaskFailed when no task can
    run here, NoServer, NoSuchModel, UsageError for a results file of another kind.
    """
    tasks = spread([task for task in load_tasks(languages) if not task.missing], limit)
    if not tasks:
        raise TaskFailed("No edit task can run here.", "Install the languages that the tasks are in.")
    with TemporaryDirectory(prefix="agent-tune-") as folder:
        session = Session(Path(folder), flags={**flags, "model": model, "git": False})
        try:
            if session.backend is None:
                raise TaskFailed("There is no model to tune.", "Name one.")
            tag, in_use = session.backend.model, session.profile.edit_form
            have = {(x.get("model"), x.get("form"), x.get("task")) for x in read_results(results)}
            for form in FORMS:
                for number, task in enumerate(tasks, start=1):
                    if (tag, form, task.id) in have:
                        continue
                    for item in run_task(task, {**flags, "model": model, "edit_form": form}, 1, session):
                        if isinstance(item, EditRun):
                            append(results, {"model": tag, "form": form, **as_json(item)})
                    yield Progress("tuning", f"{form}: {task.id}", number, len(tasks))
        finally:
            session.close()
    names = {task.id for task in tasks}
    forms = summed([x for x in read_results(results) if x.get("model") == tag and x.get("task") in names])
    rows = "\n".join(f"| {f.name} | {f.interval.text(scale=100)} | {f.tokens:.0f} | {f.seconds:.1f} |" for f in forms)
    yield Text(
        f"{tag}, {len(tasks)} edit tasks in each form; in brackets: 95% intervals.\n\n"
        f"| form | solved % | tokens a task | seconds a task |\n|---|---|---|---|\n{rows}\n\n"
    )
    best = chosen(forms, in_use)
    if best is None:
        yield Notice(f"No form solved a task: `{in_use}` stays, as it was chosen by the model's size.")
    elif best == in_use:
        yield Notice(f"`{in_use}`, the form in use, solved no fewer tasks than the others: it stays.")
    else:
        path = keep(tag, best)
        yield Notice(f"`{best}` solved most for {tag} on {len(tasks)} tasks; kept in {path}.")


def summed(lines: Sequence[dict[str, Any]]) -> list[Form]:
    """The figures of each form."""
    found = []
    for name in FORMS:
        own = [x for x in lines if x.get("form") == name]
        if own:
            tokens = fmean(x["prompt_tokens"] + x["output_tokens"] for x in own)
            found.append(
                Form(name, sum(bool(x["solved"]) for x in own), len(own), tokens, fmean(x["seconds"] for x in own))
            )
    return found


def chosen(forms: Sequence[Form], in_use: str) -> str | None:
    """The form that solved most. Among equals the one in use, else the fastest; None when nothing was solved."""
    most = max((f.solved for f in forms), default=0)
    best = [f for f in forms if f.solved == most]
    if not most:
        return None
    if any(f.name == in_use for f in best):
        return in_use
    return min(best, key=lambda f: f.seconds).name


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
