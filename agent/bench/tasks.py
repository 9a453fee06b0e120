"""The edit tasks: small repositories with a failing check, a request in words and a known solution.

A file a language under `data/tasks/`, TOML: `[[task]]` with `id`, `request`, `target` (the file to change), `check` (a
shell command line whose exit code judges), `needs` (programs that must be installed), a table `files` from path to text
and a table `solution` likewise. A test runs every check before and after the solution.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data" / "tasks"


@dataclass(frozen=True)
class EditTask:
    """One task."""

    id: str
    """`language/name`."""
    language: str
    request: str
    target: str
    check: str
    needs: tuple[str, ...]
    files: dict[str, str]
    solution: dict[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Programs it needs that are not installed here."""
        return tuple(program for program in self.needs if shutil.which(program) is None)


def load_tasks(languages: tuple[str, ...] = (), folder: Path = DATA) -> list[EditTask]:
    """All tasks, or those of some languages, in the order of the files. Raises ValueError for a malformed file."""
    import tomlkit

    tasks: list[EditTask] = []
    for path in sorted(folder.glob("*.toml")):
        if languages and path.stem not in languages:
            continue
        for said in tomlkit.parse(path.read_text(encoding="utf-8")).unwrap()["task"]:
            try:
                tasks.append(
                    EditTask(
                        id=f"{path.stem}/{said['id']}",
                        language=path.stem,
                        request=said["request"],
                        target=said["target"],
                        check=said["check"],
                        needs=tuple(said.get("needs", ())),
                        files=dict(said["files"]),
                        solution=dict(said["solution"]),
                    )
                )
            except KeyError as error:
                raise ValueError(f"{path}: a task lacks {error}") from None
    return tasks
