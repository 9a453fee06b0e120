"""What happens in a turn, as typed events. Front ends draw them; `--json` prints each as one line.

Every event is a frozen dataclass with a class attribute `event`, its name in the JSON. `to_json` gives the line's
object: the event's name, `v: 1`, and the fields. Fields are only ever added, never renamed: scripts read them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Literal

from agent.backends.base import ModelInfo, Usage
from agent.errors import AgentError


@dataclass(frozen=True)
class Event:
    """Base of all events."""

    event: ClassVar[str] = ""


@dataclass(frozen=True)
class Started(Event):
    """Which model answers, and why that one."""

    event: ClassVar[str] = "started"
    model: str
    backend: str
    why: str = ""


@dataclass(frozen=True)
class Routed(Event):
    """The tool a request was given to."""

    event: ClassVar[str] = "route"
    tool: str
    confidence: float
    source: str
    """`model`, `rules`, `both`, `command`, `user`."""
    alternatives: dict[str, float] = field(default_factory=dict)
    milliseconds: float = 0.0
    tokens: int = 0
    """Prompt tokens of the routing request, cached ones included."""
    request: str = ""


@dataclass(frozen=True)
class Step(Event):
    """A tool begins."""

    event: ClassVar[str] = "step"
    tool: str
    number: int
    detail: str = ""


@dataclass(frozen=True)
class Progress(Event):
    """A sign of life: what is going on, and how far it is."""

    event: ClassVar[str] = "progress"
    phase: str
    """`loading`, `prefill`, `generating`, `searching`, `testing`, `download`, …"""
    text: str = ""
    done: float | None = None
    total: float | None = None


@dataclass(frozen=True)
class Text(Event):
    """Text as the model streams it."""

    event: ClassVar[str] = "text"
    text: str
    kind: Literal["answer", "code", "thinking"] = "answer"


@dataclass(frozen=True)
class Notice(Event):
    """Something the person should know."""

    event: ClassVar[str] = "notice"
    text: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True)
class Prompted(Event):
    """The exact messages of a request (only with `--show-prompt`)."""

    event: ClassVar[str] = "prompt"
    purpose: str
    messages: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Edited(Event):
    """What became of one edit: where it goes, or why it was refused."""

    event: ClassVar[str] = "edit"
    path: str
    status: str
    """`located`, `already`, `refused`."""
    how: str = ""
    start_line: int = 0
    end_line: int = 0
    gate: str = ""
    """`ok`, `refused`, `unchecked`, or empty when it did not come so far."""
    language: str = ""
    reason: str = ""
    candidates: tuple[dict[str, Any], ...] = ()
    problems: tuple[dict[str, Any], ...] = ()
    mended: str = ""


@dataclass(frozen=True)
class Diff(Event):
    """The unified diff of a proposed or made change."""

    event: ClassVar[str] = "diff"
    path: str
    diff: str
    added: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Applied(Event):
    """Files were written, and recorded."""

    event: ClassVar[str] = "applied"
    files: tuple[str, ...]
    turn: int | None = None
    """The number that `agent undo` and `agent log` know it by; None with `--no-git` backups off."""
    commit: str | None = None
    """The commit on the user's branch, if one was made."""
    note: str = ""
    """Why there is no commit, when there is none."""
    undo: str = "agent undo"
    """The command line that takes it back."""


@dataclass(frozen=True)
class Undone(Event):
    """A turn was undone or redone."""

    event: ClassVar[str] = "undone"
    direction: Literal["undo", "redo"]
    turns: tuple[int, ...]
    files: tuple[str, ...]
    summary: str = ""


@dataclass(frozen=True)
class TurnListed(Event):
    """One recorded turn, as `agent log` lists it."""

    event: ClassVar[str] = "turn"
    turn: int
    when: str
    tool: str
    request: str
    files: tuple[str, ...]
    commit: str | None = None
    undone: bool = False


@dataclass(frozen=True)
class ModelListed(Event):
    """One model, as `agent models` lists it."""

    event: ClassVar[str] = "model"
    model: ModelInfo


@dataclass(frozen=True)
class ModelCost(Event):
    """What the recorded turns of one model cost (`agent stats`)."""

    event: ClassVar[str] = "cost"
    stats: Any
    """An `agent.accounting.ModelStats`."""


@dataclass(frozen=True)
class BatchDone(Event):
    """One task of `agent batch` ended."""

    event: ClassVar[str] = "task"
    result: Any
    """An `agent.batch.Result`."""


@dataclass(frozen=True)
class Checked(Event):
    """One line of `agent doctor`."""

    event: ClassVar[str] = "check"
    name: str
    status: str
    """`ok`, `warn`, `fail`."""
    value: str
    advice: str = ""
    data: Any = None
    """The figures behind `value`, for scripts."""


@dataclass(frozen=True)
class SettingListed(Event):
    """One setting, its value and where it comes from."""

    event: ClassVar[str] = "setting"
    key: str
    value: Any
    source: str


@dataclass(frozen=True)
class Tested(Event):
    """A test run ended."""

    event: ClassVar[str] = "tests"
    command: str
    ok: bool
    exit_code: int
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    seconds: float = 0.0
    failures: tuple[dict[str, Any], ...] = ()
    """Each: name, path, line, head (the first lines that say what is wrong)."""
    timed_out: bool = False
    output_tail: str = ""


@dataclass(frozen=True)
class Found(Event):
    """Search results."""

    event: ClassVar[str] = "found"
    query: str
    hits: tuple[dict[str, Any], ...]
    """Each: path, line, text, kind (`symbol`, `reference`, `text`)."""
    truncated: bool = False


@dataclass(frozen=True)
class Tried(Event):
    """`agent fix` judged candidates so far."""

    event: ClassVar[str] = "tried"
    candidates: int
    passing: int
    total: int
    source: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Spent(Event):
    """What a turn cost, request by request added up."""

    event: ClassVar[str] = "usage"
    purpose: str
    usage: Usage
    requests: int = 1


@dataclass(frozen=True)
class Failed(Event):
    """An error, with what to do next."""

    event: ClassVar[str] = "error"
    message: str
    hint: str = ""
    exit_code: int = 1
    kind: str = ""
    """The class of the error in `agent.errors`."""


def failed(error: AgentError) -> Failed:
    """An error as the event that ends its turn."""
    return Failed(str(error), error.hint, error.exit_code, type(error).__name__)


@dataclass(frozen=True)
class Done(Event):
    """The turn is over."""

    event: ClassVar[str] = "done"
    exit_code: int
    summary: str = ""


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def to_json(event: Event) -> dict[str, Any]:
    """The object that `--json` prints for an event."""
    return {"event": event.event, "v": 1, **_plain(event)}
