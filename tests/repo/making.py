"""Real repositories for the tests, made with the `git` program and seen through it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from agent.edits.types import FileChange
from agent.repo.history import History, Recorded
from agent.repo.root import Repository, find_root

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada Person",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Person",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}
"""Set by a fixture for the whole test, so that the program under test sees it too."""


@contextlib.contextmanager
def folder_in_memory(otherwise: Path) -> Iterator[Path]:
    """A temporary folder that costs no waiting for the disk, where the system has one."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else otherwise) as folder:
        yield Path(folder).resolve()


class Place:
    """A folder with a repository in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def made(cls, root: Path, files: dict[str, bytes] | None = None) -> Place:
        """A new repository; with `files`, they are its first commit."""
        root.mkdir(parents=True, exist_ok=True)
        place = cls(root.resolve())
        place.git("init", "-q", "-b", "main")
        if files:
            for name, content in files.items():
                place.put(name, content)
            place.git("add", "-A")
            place.git("commit", "-q", "-m", "First")
        return place

    def git(self, *args: str, check: bool = True) -> str:
        done = subprocess.run(["git", *args], cwd=self.root, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        if check:
            assert done.returncode == 0, f"git {args}: {done.stderr.decode()}"
        return done.stdout.decode("utf-8", "surrogateescape").strip("\n")

    def put(self, name: str, content: bytes, mode: int | None = None) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if mode is not None:
            path.chmod(mode)

    def get(self, name: str) -> bytes | None:
        path = self.root / name
        return path.read_bytes() if path.is_file() else None

    @property
    def repository(self) -> Repository:
        found = find_root(self.root)
        assert found is not None
        return found

    def history(self, **options: object) -> History:
        return History(self.repository, **options)  # type: ignore[arg-type]

    def change(self, name: str, after: bytes | None, mode: int | None = None) -> FileChange:
        """From what is on disk now to `after`."""
        return FileChange(name, self.get(name), after, mode)

    def record(self, *changes: FileChange, message: str = "Change it") -> Recorded:
        return self.history().record(changes, message=message, request="please")

    @property
    def head(self) -> str:
        return self.git("rev-parse", "-q", "--verify", "HEAD", check=False)

    @property
    def status(self) -> list[str]:
        return [line for line in self.git("status", "--porcelain", "--untracked-files=all").split("\n") if line]

    def whole_state(self) -> dict[str, object]:
        """Everything that undo has to bring back: files with modes, the index, the branch and where it stands."""
        files: dict[str, object] = {}
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if ".git" in name.split("/"):
                continue
            if path.is_symlink():
                files[name] = os.fsencode(path.readlink())
            elif path.is_file():
                files[name] = (path.stat().st_mode & 0o7777, path.read_bytes())
        return {
            "files": files,
            "index": self.git("ls-files", "-s"),
            "head": self.head,
            "branch": self.git("symbolic-ref", "-q", "HEAD", check=False),
        }

    def in_commit(self, commit: str = "HEAD") -> dict[str, bytes]:
        """The files that a commit changes, with their content in it."""
        names = self.git("diff-tree", "-r", "-z", "--root", "--no-commit-id", "--name-only", commit)
        found: dict[str, bytes] = {}
        for name in filter(None, names.split("\0")):
            done = subprocess.run(["git", "cat-file", "blob", f"{commit}:{name}"], cwd=self.root, capture_output=True)
            found[name] = done.stdout if done.returncode == 0 else b"(removed)"
        return found

    def hook(self, name: str, script: str) -> None:
        path = self.root / ".git" / "hooks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
