"""`agent bench`: several models side by side, resumable: every measured case is a line in the results file at once."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent.bench.edits import EditRun, as_json, run_task
from agent.bench.memory import memory_of
from agent.bench.routing import Case, load_cases
from agent.bench.tasks import EditTask, load_tasks
from agent.errors import AgentError, UsageError
from agent.events import Event, Notice, Progress
from agent.routing import calibration
from agent.routing.calibration import quantisation_of
from agent.session import Session


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    models: tuple[str, ...]
    suites: tuple[str, ...] = ("route", "edit")
    runs: int = 1
    limit: int | None = None
    """At most so many cases of each suite, evenly spread; None: all."""
    languages: tuple[str, ...] = ()
    think: tuple[bool, ...] = (False,)
    half: str = "held"
    flags: dict[str, object] = field(default_factory=dict)


def variants(plan: Plan) -> list[tuple[str, str, dict[str, object]]]:
    """(label, model, flags) of every column of the report."""
    columns = []
    for model in plan.models:
        for think in plan.think:
            label = model if len(plan.think) == 1 else f"{model} think {'on' if think else 'off'}"
            columns.append((label, model, {**plan.flags, "model": model, "think": think}))
    return columns


def run_bench(plan: Plan, results: Path) -> Iterator[Event]:
    """Measure what the results file does not have yet. Raises UsageError for an unreadable results file."""
    have = {(r["model"], r["suite"], r["case"], r["run"]) for r in read_results(results) if "case" in r}
    append(results, {"machine": machine(), "at": time.time()})
    for label, _, flags in variants(plan):
        with TemporaryDirectory(prefix="agent-bench-") as folder:
            session = Session(Path(folder), flags={**flags, "git": False})
            try:
                yield Notice(f"{label}: opening")
                backend = session.backend
                if backend is not None:
                    backend.load()
                append(results, {"model": label, "facts": facts(session)})
                if "route" in plan.suites:
                    yield from _routes(plan, label, session, have, results)
                if "edit" in plan.suites and backend is not None:
                    yield from _edits(plan, label, flags, session, have, results)
                if backend is not None:
                    append(results, {"model": label, "facts": {**facts(session), "memory_bytes": memory_of(backend)}})
            except AgentError as error:
                yield Notice(f"{label}: {error}", "warning")
                append(results, {"model": label, "error": str(error)})
            finally:
                session.close()


def _routes(plan: Plan, label: str, session: Session, have: set[Any], results: Path) -> Iterator[Event]:
    from agent.routing import RouteContext, route

    cases = spread(load_cases(plan.half), plan.limit)  # type: ignore[arg-type]
    left = [case for case in cases if (label, "route", case.id or case.request, 1) not in have]
    settings = session.config.settings
    if left:
        route(left[0].request, RouteContext(), backend=session.backend, config=settings)  # pays for the cold prefix
    for number, case in enumerate(left, start=1):
        chosen = route(case.request, case.context, backend=session.backend, config=settings)
        append(results, _route_line(label, case, chosen))
        yield Progress("routing", label, number, len(left))


def _route_line(label: str, case: Case, chosen: Any) -> dict[str, object]:
    return {
        "model": label,
        "suite": "route",
        "case": case.id or case.request,
        "run": 1,
        "label": case.label,
        "tool": chosen.tool,
        "ok": case.accepts(chosen.tool),
        "false_edit": chosen.tool == "edit" and not case.accepts("edit"),
        "confidence": round(chosen.confidence, 4),
        "ms": round(chosen.ms, 1),
        "tokens": chosen.prompt_tokens,
        "source": chosen.source,
    }


def _edits(
    plan: Plan, label: str, flags: dict[str, object], session: Session, have: set[Any], results: Path
) -> Iterator[Event]:
    tasks = [t for t in load_tasks(plan.languages) if not t.missing]
    left_out = sorted({p for t in load_tasks(plan.languages) for p in t.missing})
    if left_out:
        yield Notice(f"Tasks that need {', '.join(left_out)} are left out: not installed here.")
    chosen: list[EditTask] = spread(tasks, plan.limit)
    wanted = [(t, n) for n in range(1, plan.runs + 1) for t in chosen if (label, "edit", t.id, n) not in have]
    for number, (task, run) in enumerate(wanted, start=1):
        for item in run_task(task, dict(flags), run, session):
            if isinstance(item, EditRun):
                append(results, {"model": label, "suite": "edit", "case": task.id, **as_json(item)})
            else:
                yield item
        yield Progress("edit tasks", f"{label}: {task.id}", number, len(wanted))


def spread(items: Sequence[Any], limit: int | None) -> list[Any]:
    """At most `limit` items, taken evenly from all over."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[int(i * len(items) / limit)] for i in range(limit)]


def facts(session: Session) -> dict[str, object]:
    """What is known of the model that answers."""
    backend = session.backend
    if backend is None:
        return {"backend": "none", "name": "none"}
    profile = session.profile
    return {
        "backend": backend.name,
        "name": backend.model,
        "quantisation": quantisation_of(backend),
        "fitted": calibration.for_backend(backend)[0].cases > 0,
        "context": backend.context_limit(),
        "family": profile.family,
        "size": profile.size,
        "edit_form": profile.edit_form,
        "think": profile.think,
    }


def machine() -> dict[str, object]:
    """The machine in a few words; nothing that names a person or a host."""
    return {
        "system": platform.system(),
        "arch": platform.machine(),
        "cores": os.cpu_count(),
        "memory_bytes": memory_installed(),
        "python": platform.python_version(),
    }


def memory_installed() -> int | None:
    """Bytes of memory of this machine; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def append(path: Path, line: dict[str, object]) -> None:
    """Add one line, at once on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_results(path: Path) -> list[dict[str, Any]]:
    """The lines of a results file; [] when it is not there. A half-written last line is passed over.

    Raises UsageError for a file of another kind.
    """
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    read: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        try:
            said = json.loads(line)
            if not isinstance(said, dict):
                raise ValueError
        except ValueError:
            if number == len(lines):
                break
            raise UsageError(
                f"{path}:{number} is no result of `agent bench`.", "Name another file with --out."
            ) from None
        read.append(said)
    return read
