"""What one run of the program holds: settings, repository, backend, conversation. Made once, used by every turn."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.config import Config, load_config
from agent.conversation import Conversation
from agent.errors import AgentError, InTheWay, UsageError
from agent.front import Front, NoFront

if TYPE_CHECKING:
    from agent.backends.base import Backend, Usage
    from agent.events import Tested
    from agent.models.profiles import Profile
    from agent.models.tokens import TokenMeter
    from agent.repo.files import WorkTree
    from agent.repo.root import Repository
    from agent.routing import RouteContext


@dataclass(frozen=True)
class Switches:
    """What the command line says of one run, beyond the settings."""

    dry_run: bool = False
    assume_yes: bool = False
    show_prompt: bool = False
    verbose: bool = False


@dataclass
class Totals:
    """What the session has cost so far."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    decode_seconds: float = 0.0
    seconds: float = 0.0
    last_prompt_tokens: int = 0
    last_speed: float = 0.0
    """Tokens a second while the last reply was generated."""
    by_purpose: dict[str, int] = field(default_factory=dict)

    def add(self, usage: Usage, requests: int = 1) -> None:
        """Count requests that were made elsewhere than in `generate`."""
        self.requests += requests
        self.prompt_tokens += usage.prompt_tokens
        self.cached_tokens += usage.cached_tokens or 0
        self.output_tokens += usage.output_tokens


class Session:
    """Everything that lives longer than a turn. The backend is opened at its first use, or by `warm`."""

    def __init__(
        self,
        start: Path,
        *,
        flags: dict[str, Any] | None = None,
        front: Front | None = None,
        switches: Switches | None = None,
    ) -> None:
        from agent.repo.root import find_root

        if not start.is_dir():
            raise UsageError(f"{start} is not a folder.", "Give -C an existing folder.")
        self.start = start.resolve()
        self.repository: Repository | None = find_root(self.start)
        self._recovered = False
        self._meter: TokenMeter | None = None
        self.root = self.repository.root if self.repository else self.start
        self.config: Config = load_config(self.root, flags)
        if not self.config.settings.git:
            self.repository, self.root = None, self.start
        elif self.repository is not None:
            self.repository.check_files()
        self.front: Front = front or NoFront()
        self.switches = switches or Switches()
        self.totals = Totals()
        self.previous: tuple[str, str, str] = ("", "", "")
        self.asked = ""
        """The last request that was routed, whether or not its tool then failed."""
        """(request, tool, summary) of the turn before, for follow-ups."""
        self._conversation: Conversation | None = None
        self._backend: Backend | None = None
        self._profile: Profile | None = None
        self._opened = False
        self._failure: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._work: WorkTree | None = None
        self._history: Any = None
        self.notices: list[str] = []
        self.announced = False
        self.turn_start_tokens = 0
        self.turn_end = float("inf")
        """When the turn has to be over, on the monotonic clock."""
        self.last_tests: Tested | None = None
        self.tests_shown = False
        """Whether the person has been shown a test command that the repository brought."""
        self.found: list[tuple[str, int]] = []
        """(path, line) of the last search's results, best first."""

    # the repository

    @property
    def work(self) -> WorkTree:
        """The files."""
        if self._work is None:
            from agent.repo.files import WorkTree

            self._work = WorkTree(self.repository or self.root, self.config)
        return self._work

    @property
    def history(self) -> Any:
        """The recorded turns: in git, or in backups of our own with `--no-git`.

        Raises InTheWay outside a repository, unless the settings say `git = false`.
        """
        if self._history is None:
            from agent.repo.history import FileHistory, History

            if self.repository is not None:
                self._history = History(self.repository, self.config)
            elif not self.config.settings.git:
                self._history = FileHistory(self.root, self.config)
            else:
                raise InTheWay(
                    f"{self.start} is not in a git repository, so there is no record of edits.",
                    "Run `agent init` to make one here, or add --no-git to keep backups outside git.",
                )
        return self._history

    def recover(self) -> str:
        """Finish or roll back what a killed run left half-done; says which, or "" when there is nothing."""
        if self._recovered:
            return ""
        self._recovered = True
        if self.repository is None and self.config.settings.git:
            return ""
        return self.history.recover() or ""

    def written(self, path: str, data: bytes) -> None:
        """A file was written as the model wanted it, so the model knows it."""
        if self._conversation is not None:
            self._conversation.knows(path, data.decode("utf-8", "replace"))

    # routing

    def route_context(self) -> RouteContext:
        """What the router may know of the turn before."""
        from agent.routing import RouteContext

        request, tool, summary = self.previous
        return RouteContext(
            previous_request=request,
            previous_tool=tool,
            previous_summary=summary,
            files=self.work.list_paths() if self.repository is not None else (),
            in_terminal=self.front.interactive,
        )

    def corrected(self, request: str, tool: str) -> None:
        """The person says which tool a request was meant for; kept locally as a labelled case."""
        from agent.routing.corrections import record

        record(request, tool, self.route_context())

    # the model

    @property
    def meter(self) -> TokenMeter:
        """Token estimates for the current model."""
        from agent.models.tokens import TokenMeter

        name = self._backend.model if self._backend is not None else "none"
        if self._meter is None or self._meter.model != name:
            self._meter = TokenMeter(name)
        return self._meter

    @property
    def why(self) -> str:
        """Why this model answers, and how to change it."""
        return str(getattr(self._backend, "why", ""))

    def load_state(self) -> str:
        """A word for the bottom line before anything was generated."""
        if self._failure is not None:
            return "not loaded"
        return "loading …" if self._thread is not None and self._thread.is_alive() else "ready"

    def warm(self) -> None:
        """Start opening and loading the model in the background, while the user types or files are read."""
        if self._thread is None and not self._opened:
            self._thread = threading.Thread(target=self._warm, name="warm", daemon=True)
            self._thread.start()

    def _warm(self) -> None:
        try:
            backend = self._open()
            if backend is not None:
                backend.load()
        except AgentError as error:
            self._failure = error

    def _open(self) -> Backend | None:
        with self._lock:
            if not self._opened:
                if self._failure is not None and threading.current_thread() is not self._thread:
                    # What the background met a moment ago is told to the first who asks; the next try is a new one.
                    failure, self._failure = self._failure, None
                    raise failure
                from agent.backends.opening import open_backend

                self._backend = open_backend(self.config, notify=self.notices.append)
                self._opened = True
            return self._backend

    @property
    def backend(self) -> Backend | None:
        """The model's backend; None with `--model none`. Raises NoServer, NoSuchModel."""
        return self._open()

    @property
    def opened(self) -> bool:
        """Whether the backend is open already (nothing is opened by asking)."""
        return self._opened

    @property
    def profile(self) -> Profile:
        """How this model is best asked. Only with a backend."""
        if self._profile is None:
            from agent.backends.opening import profile_of

            backend = self.backend
            assert backend is not None
            self._profile = profile_of(backend, self.config)
        return self._profile

    def use_model(self, name: str) -> None:
        """Go on with another model; the conversation stays. Raises NoServer, NoSuchModel and changes nothing then."""
        from agent.backends.opening import open_backend

        config = self.config.replace("/model", model=name)
        backend = open_backend(config, notify=self.notices.append)
        if self._backend is not None:
            self._backend.close()
        self.config, self._backend, self._opened = config, backend, True
        self._profile, self._thread, self._failure = None, None, None
        self.warm_loaded()

    def without_model(self) -> None:
        """Go on without a model, for the rest of the session; the caller has said so."""
        self.config = self.config.replace("no server answers", model="none")
        self._backend, self._opened = None, True

    def adopt(self, other: Session) -> None:
        """Use another session's open backend (its engine stays warm); that session is the one to close it."""
        self._backend, self._opened, self._profile = other.backend, True, other._profile
        self.announced = True

    def warm_loaded(self) -> None:
        """Load an already open backend in the background."""
        self._thread = threading.Thread(target=self._warm, name="warm", daemon=True)
        self._thread.start()

    @property
    def conversation(self) -> Conversation:
        """The messages so far."""
        if self._conversation is None:
            import prompts

            self._conversation = Conversation(prompts.load("system"))
        return self._conversation

    def clear(self) -> None:
        """Forget the conversation; the repository's turns stay."""
        self._conversation = None
        self.previous = ("", "", "")
        self.asked = ""
        self.found = []
        self.totals.last_prompt_tokens = 0

    @property
    def folder(self) -> str:
        """Where the person is, relative to the root; "" in the root itself."""
        try:
            inside = self.start.relative_to(self.root)
        except ValueError:
            return ""
        return inside.as_posix() if inside.parts else ""

    def relative(self, raw: str) -> str:
        """A path given on the command line (relative to where the person is), relative to the root."""
        path = Path(raw)
        absolute = path if path.is_absolute() else self.start / path
        try:
            resolved = absolute.parent.resolve() / absolute.name
            return resolved.relative_to(self.root).as_posix()
        except ValueError:
            raise UsageError(
                f"{raw} is outside {self.root}.", "Name files inside the repository, or use -C to go elsewhere."
            ) from None

    def existing(self, raws: Sequence[str]) -> list[str]:
        """Paths from the command line that must be readable files. Raises UsageError naming the first that is not."""
        found = []
        for raw in raws:
            path = self.relative(raw)
            kind = self.work.kind(path)
            if kind == "missing":
                raise UsageError(f"{raw}: there is no such file.{self.nearest(path)}", "Check the path.")
            if kind not in ("file", "ignored", "symlink-inside"):
                raise UsageError(f"{raw} cannot be read: {_KINDS.get(kind, kind)}.", "Name a regular text file.")
            found.append(path)
        return found

    def nearest(self, path: str) -> str:
        """A question after the file that a mistyped path most likely means; "" where none is near."""
        import difflib

        close = difflib.get_close_matches(path, list(self.work.list_paths()), n=1, cutoff=0.6)
        return f" Did you mean {os.path.relpath(self.root / close[0], self.start)}?" if close else ""

    def close(self) -> None:
        """Give the backend back."""
        if self._backend is not None:
            self._backend.close()


_KINDS = {
    "dir": "it is a folder",
    "symlink-outside": "it is a link that leaves the repository",
    "device": "it is a device or a pipe",
    "submodule": "it is in a submodule",
    "secret": "it looks like a secret (`allow` in .agentrc makes an exception)",
    "git": "it is git's own",
    "blocked": "a part of its path is a file",
}
