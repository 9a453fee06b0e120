"""Explaining without a model, and choosing what a model is shown. Importing this costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.repo.explain.context import Snippet
    from agent.repo.files import WorkTree
    from agent.repo.index import Index


@dataclass(frozen=True)
class Explanation:
    """Facts about a piece of code, as Markdown."""

    markdown: str
    references: tuple[tuple[str, int], ...]
    """(path, line) of every place that the text names; empty when the target was not found."""


def context_for(root: Path | WorkTree, request: str, *, budget_chars: int, paths: Sequence[str] = ()) -> list[Snippet]:
    """The pieces of files that a model needs for a request; see `agent.repo.explain.context`."""
    from agent.repo.explain.context import context_for as gather

    return gather(root, request, budget_chars=budget_chars, paths=paths)


def about_project(target: str) -> bool:
    """Whether a question is about the project as a whole."""
    from agent.repo.explain.words import about_project as whole

    return whole(target)


def points_here(question: str) -> bool:
    """Whether a question that names nothing points at the project, and not at the world."""
    from agent.repo.explain.words import points_here as points

    return points(question)


def overview(root: Path | WorkTree, *, budget_chars: int) -> list[Snippet]:
    """The README's head and a listing of the files, for a question about the whole project."""
    from agent.repo.explain.overview import overview as gather

    return gather(root, budget_chars=budget_chars)


def targets(root_or_index: Path | WorkTree | Index, request: str, paths: Iterable[str] | None = None) -> list[str]:
    """The paths that a request names (`calc.py`, `the calc module`, frames of a traceback), in its order.

    `paths` are those to choose from; without it, every file of the repository.
    """
    from agent.repo.explain.targets import targets as named

    if paths is None:
        from agent.repo.index import Index

        index = root_or_index if isinstance(root_or_index, Index) else Index(root_or_index)
        paths = index.paths
    return named(paths, request)


def explain(root: Path | WorkTree, target: str) -> Explanation:
    """What the code itself says of a target, without a model: a path, `path:line`, `path:10-20`, a name, or words.

    Purpose from names, docstrings and comments; structure; who uses it; what it reads, writes, raises and returns; the
    history of the lines. Only facts: what is not in the text is not said.
    """
    from agent.repo.explain.describe import describe

    return describe(root, target)
