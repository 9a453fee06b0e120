"""Which repository a folder belongs to, and what state its HEAD is in. Reads `.git` itself: no process is started.

The layout is the one that gitrepository-layout(5) documents: `.git` is a folder, or a file that says `gitdir: …`
(worktrees and submodules), and `commondir` leads from a worktree's folder to the repository's.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from agent.errors import InTheWay

IN_PROGRESS = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "sequencer": "a cherry-pick or revert",
    "BISECT_LOG": "a bisection",
}
"""File or folder in the git directory → what the person is in the middle of."""


@dataclass(frozen=True)
class Head:
    """Where HEAD points at one moment."""

    branch: str | None
    """The branch's short name; None when detached."""
    ref: str | None
    """The branch's full name (`refs/heads/main`); None when detached."""
    in_progress: str
    """`a merge`, `a rebase`, …; empty when nothing is going on."""


@dataclass(frozen=True)
class Repository:
    """A git repository with the work tree that the person stands in."""

    root: Path
    """The top of the work tree, symbolic links resolved; of a bare repository the git directory."""
    git_dir: Path
    """This work tree's git directory: index, HEAD and the state of a merge are here."""
    common_dir: Path
    """Objects, branches and configuration; the same as `git_dir` except in a linked worktree."""
    is_bare: bool = False

    def check_files(self) -> None:
        """Raises InTheWay for a bare repository, in which there is nothing to edit."""
        if self.is_bare:
            raise InTheWay(f"{self.root} is a bare repository: it has no files.", "Work in a clone of it.")

    @property
    def is_worktree(self) -> bool:
        """A worktree made by `git worktree add`."""
        return self.git_dir != self.common_dir

    @property
    def is_submodule(self) -> bool:
        """The work tree of a submodule of another repository."""
        return (self.root / ".git").is_file() and not self.is_worktree

    @property
    def is_shallow(self) -> bool:
        """A clone without the whole history."""
        return (self.common_dir / "shallow").exists()

    @property
    def is_sparse(self) -> bool:
        """A checkout of only some of the files."""
        return (self.git_dir / "info" / "sparse-checkout").exists()

    @property
    def is_unborn(self) -> bool:
        """The branch has no commit yet. Exact for the `files` ref format, which is git's default."""
        ref = self.head().ref
        if ref is None or (self.common_dir / "reftable").is_dir():
            return False
        if (self.common_dir / ref).exists():
            return False
        packed = _text(self.common_dir / "packed-refs")
        return not any(line.endswith(" " + ref) for line in packed.splitlines())

    def head(self) -> Head:
        """Read HEAD and what is in progress, now."""
        text = _text(self.git_dir / "HEAD").strip()
        ref = text[4:].strip() if text.startswith("ref:") else None
        if ref == "refs/heads/.invalid":  # the reftable format keeps HEAD elsewhere
            ref = _reftable_head(self)
        branch = ref[len("refs/heads/") :] if ref and ref.startswith("refs/heads/") else ref
        doing = next((what for name, what in IN_PROGRESS.items() if (self.git_dir / name).exists()), "")
        return Head(branch, ref, doing)


def find_root(start: Path) -> Repository | None:
    """The repository that `start` (a file or a folder, which must exist) lies in, or None."""
    folder = start.resolve()
    if not folder.is_dir():
        folder = folder.parent
    for top in (folder, *folder.parents):
        if top.name == ".git":
            continue
        git_dir = _git_dir(top / ".git")
        if git_dir is not None:
            return Repository(top, git_dir, _common_dir(git_dir))
        if _is_git_dir(top):
            return Repository(top, top, top, is_bare=True)
    return None


def _git_dir(dot_git: Path) -> Path | None:
    if dot_git.is_dir():
        return dot_git.resolve() if _is_git_dir(dot_git) else None
    text = _text(dot_git)
    if not text.startswith("gitdir:"):
        return None
    target = (dot_git.parent / text[len("gitdir:") :].strip()).resolve()
    return target if (target / "HEAD").exists() else None


def _common_dir(git_dir: Path) -> Path:
    text = _text(git_dir / "commondir").strip()
    return (git_dir / text).resolve() if text else git_dir


def _is_git_dir(path: Path) -> bool:
    if not (path / "HEAD").is_file():
        return False
    return (path / "commondir").is_file() or ((path / "objects").is_dir() and (path / "refs").is_dir())


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    return ""


def _reftable_head(repository: Repository) -> str | None:
    from agent.repo.git import Git

    status, out, _ = Git(repository).attempt("symbolic-ref", "-q", "HEAD")
    return out.decode("utf-8", "surrogateescape").strip() if status == 0 else None
