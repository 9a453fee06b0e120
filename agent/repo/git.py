"""The `git` program, run so that nothing outside this repository and the person's own configuration can steer it.

Plumbing runs as a plain process, because it is on the path of every start. Porcelain that runs the person's hooks,
signing and filters (`commit`) goes through GitPython, imported when the first commit is made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from agent.errors import InTheWay
from agent.repo.root import Repository

LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_PAGER",
    "GIT_QUARANTINE_PATH",
)
"""What `git rev-parse --local-env-vars` lists, and what else would change an answer: set by a hook, an alias or a
rebase that runs this program, and meant for another repository."""

OPTIONS = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
"""A file system monitor is a command from the configuration: a listing should not run one."""

LITERAL = ("--literal-pathspecs",)
"""A path is a path, even when it looks like a pattern. `check-ignore` is the one command that does not know this."""

HOOK_SECONDS = 900.0
"""How long a commit's hooks may take before they are stopped."""


class GitFailed(Exception):
    """A git command ended with an error; `message` is the first line that says why."""

    def __init__(self, command: str, status: int, stderr: str) -> None:
        lines = [line.strip() for line in stderr.splitlines() if line.strip()]
        said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
        self.message = said.removeprefix("fatal:").removeprefix("error:").strip() or f"it ended with {status}"
        self.status = status
        super().__init__(f"git {command}: {self.message}")


class Git:
    """Runs git in one repository. Paths are bytes-exact: `str` with surrogate escapes on both sides."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def attempt(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        write: bool = False,
    ) -> tuple[int, bytes, str]:
        """Run a plumbing command: exit status, standard output, standard error.

        `write` lets it take locks; without it an `index.lock` is never made. Raises InTheWay when there is no git.
        """
        environ = _environment(env)
        if not write:
            environ["GIT_OPTIONAL_LOCKS"] = "0"
        try:
            done = subprocess.run(
                [program(), *OPTIONS, *(() if args[0] == "check-ignore" else LITERAL), *args],
                cwd=self.repository.root,
                env=environ,
                input=stdin if stdin is not None else b"",
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise InTheWay(f"git cannot be run: {error.strerror}.", "Check the folder and the installation.") from None
        stderr = done.stderr.decode("utf-8", "replace")
        if "dubious ownership" in stderr:
            raise InTheWay(
                f"git refuses to work in {self.repository.root}: it belongs to another user.",
                f"If you trust it: git config --global --add safe.directory {self.repository.root}",
            )
        return done.returncode, done.stdout, stderr

    def run(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        write: bool = False,
    ) -> bytes:
        """Like `attempt`, but an error status raises GitFailed. Returns the standard output."""
        status, out, stderr = self.attempt(*args, stdin=stdin, env=env, write=write)
        if status != 0:
            raise GitFailed(args[0], status, stderr)
        return out

    def ignored(self, paths: Sequence[str]) -> set[str]:
        """Those of `paths` that an ignore file takes out, tracked ones excepted."""
        stdin = b"".join(b"./" + raw(path) + b"\0" for path in paths)  # `./` keeps `:(…)` from being magic
        _, out, _ = self.attempt("check-ignore", "-z", "--stdin", stdin=stdin)
        return {path.removeprefix("./") for path in zsplit(out)}

    def line(self, *args: str) -> str:
        """The first line of a command's output, or an empty string when it fails."""
        status, out, _ = self.attempt(*args)
        return text(out).strip("\n") if status == 0 else ""

    def porcelain(self, *args: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Run a command that may run hooks, filters and signing: exit status, and all that it printed.

        Standard input is closed and git may not prompt. Hooks are stopped after `HOOK_SECONDS`.
        """
        from git.cmd import Git as GitPython

        program_path = program()
        leaked = [name for name in LOCAL_VARIABLES if name in os.environ]
        unset = [part for name in leaked for part in ("-u", name)]
        command = (["env", *unset] if leaked else []) + (
            [f"{name}={value}" for name, value in (env or {}).items()] if leaked else []
        )
        running = GitPython(str(self.repository.root)).execute(
            [*command, program_path, *OPTIONS, *LITERAL, *args],
            env={"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", **(env or {})},
            as_process=True,
        )
        process = running.proc
        assert process is not None
        try:
            out, err = process.communicate(timeout=HOOK_SECONDS)
        except subprocess.TimeoutExpired:
            _stop(process)
            return 1, f"stopped after {HOOK_SECONDS:.0f} seconds"
        except BaseException:
            _stop(process)
            raise
        return process.returncode, (err + b"\n" + out).decode("utf-8", "replace").strip()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End git, which takes its lock files with it; a hook that goes on holds nothing of ours."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def program() -> str:
    """The path of the git program. Raises InTheWay when it is not installed."""
    found = shutil.which("git")
    if found is None:
        raise InTheWay("git is not installed.", "Install git, or use --no-git to work with backups instead.")
    return found


def text(raw: bytes) -> str:
    """Git's output as text that turns back into the same bytes."""
    return raw.decode("utf-8", "surrogateescape")


def raw(path: str) -> bytes:
    """A path as git wants it on its standard input."""
    return path.encode("utf-8", "surrogateescape")


def zsplit(output: bytes) -> list[str]:
    """The fields of a `-z` listing."""
    return [text(field) for field in output.split(b"\0") if field]


def init(folder: Path) -> Repository:
    """Make `folder` a repository (`agent init`). Commits nothing and adds no file.

    Raises InTheWay when the folder cannot be written or already lies in a repository.
    """
    from agent.repo.root import find_root

    existing = find_root(folder)
    if existing is not None:
        existing.check_files()
        raise InTheWay(f"{folder} is already in the repository {existing.root}.", "Nothing has to be done.")
    done = subprocess.run(
        [program(), "init", "-q", "--", str(folder)],
        env=_environment(None),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    made = find_root(folder) if done.returncode == 0 else None
    if made is None:
        said = GitFailed("init", done.returncode, done.stderr.decode("utf-8", "replace")).message
        raise InTheWay(f"{folder} cannot be made a repository: {said}", "Check the folder's permissions.")
    return made


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if name not in LOCAL_VARIABLES}
    environ.update(LC_ALL="C", LANGUAGE="C", GIT_TERMINAL_PROMPT="0", GIT_EDITOR=":")
    environ.update(extra or {})
    return environ
