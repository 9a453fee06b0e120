"""When and why lines changed, as git tells it, in a line or two."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from typing import TYPE_CHECKING

from agent.errors import AgentError

if TYPE_CHECKING:
    from agent.repo.files import WorkTree

MOST = 4


def history(work: WorkTree, path: str, first: int = 0, last: int = 0) -> list[str]:
    """Short lines: the newest commits that touched the lines, or the file. [] without git."""
    if work.repository is None:
        return []
    from agent.repo.git import Git

    git = Git(work.repository)
    with contextlib.suppress(AgentError):
        ranged = first > 0
        form = ("--format=%x01%h%x02%as%x02%an%x02%s", f"-{MOST * 3}")
        if ranged:
            status, out, _ = git.attempt("log", *form, "-s", "-L", f"{first},{last}:{path}")
        else:
            status, out, _ = git.attempt("log", *form, "--follow", "--", path)
        if status != 0:
            return ["not committed yet"] if "no path" in _ or "does not have any commits" in _ else []
        commits = [row.strip().split("\x02") for row in out.decode("utf-8", "replace").split("\x01") if row.strip()]
        lines = [
            f"{day} {author}: {_cut(subject)} ({short})"
            for short, day, author, subject in (c[:4] for c in commits if len(c) >= 4)
        ]
        more = (
            f"and {'at least ' if len(lines) == MOST * 3 else ''}{len(lines) - MOST} earlier"
            if len(lines) > MOST
            else ""
        )
        dirty = git.line("diff", "--name-only", "HEAD", "--", path)
        return (["changed since the last commit"] if dirty else []) + lines[:MOST] + ([more] if more else []) or [
            "not committed yet"
        ]
    return []


def authors(work: WorkTree, path: str, first: int, last: int) -> str:
    """Who wrote the lines last, by number of lines: `Ada 12, Bob 3`."""
    if work.repository is None:
        return ""
    from agent.repo.git import Git

    with contextlib.suppress(AgentError):
        status, out, _ = Git(work.repository).attempt("blame", "--line-porcelain", "-L", f"{first},{last}", "--", path)
        names = re.findall(r"^author (.*)$", out.decode("utf-8", "replace"), re.MULTILINE) if status == 0 else []
        return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common(3))
    return ""


def _cut(subject: str) -> str:
    return subject if len(subject) <= 72 else subject[:71] + "…"
