"""One request from route to result: its steps, its limits, and the one way in which anything is written."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from agent import accounting
from agent.backends.base import Message, Reply, Usage
from agent.edits.types import FileChange, Outcome, Plan
from agent.errors import EXIT_FAILED, EXIT_INTERRUPTED, AgentError, TaskFailed, unforeseen
from agent.events import (
    Applied,
    Diff,
    Done,
    Edited,
    Event,
    Failed,
    Notice,
    Progress,
    Prompted,
    Routed,
    Spent,
    Started,
    Step,
    failed,
)
from agent.generate import generate
from agent.limits import interrupted_after, turn_is_over
from agent.offer import opened

if TYPE_CHECKING:
    from agent.routing import PlannedStep, Route
    from agent.session import Session

ACTING = ("edit",)
"""Tools that change something: a low confidence in one of these asks first."""


class Turn:
    """The state of one request, and what a tool may do with it. Tools get this and nothing else."""

    def __init__(self, session: Session, request: str) -> None:
        self.session = session
        self.request = request
        self.started = time.monotonic()
        self.steps = 0
        self.exit_code = 0
        self.summary = ""
        self.tool = ""
        """The last tool that ran."""
        self.applied: list[Applied] = []
        self._usages: list[Usage] = []
        self._requests = 0
        session.turn_end = self.started + session.config.settings.turn_seconds
        session.turn_start_tokens = session.totals.prompt_tokens + session.totals.output_tokens

    # the loop

    def run(self, tool: str | None = None, files: Sequence[str] = (), **args: Any) -> Iterator[Event]:
        """All of the turn, as events, `Done` last. Errors end it as a `Failed` event, with the contract's exit code."""
        for event in self._run(tool, files, args):
            if isinstance(event, Spent):
                self._usages.append(event.usage)
                self._requests += event.requests
                if event.purpose == "fix":
                    self.session.totals.add(event.usage, event.requests)
            yield event
        if self._requests:
            yield Spent("turn", accounting.add(self._usages), self._requests)
        self._record()
        yield Done(self.exit_code, self.summary)

    def _run(self, tool: str | None, files: Sequence[str], args: dict[str, Any]) -> Iterator[Event]:
        try:
            yield from self._started()
            if tool is None:
                yield from self._routed(files)
            else:
                yield Routed(tool, 1.0, "command", request=self.request)
                yield from self._tool(tool, self.request, files, args)
        except AgentError as error:
            self.exit_code, self.summary = error.exit_code, str(error)
            yield failed(error)
        except KeyboardInterrupt:
            self.exit_code, self.summary = EXIT_INTERRUPTED, "interrupted"
            yield Failed("Interrupted; nothing was half-written.", "", EXIT_INTERRUPTED)
        except Exception as error:
            told = unforeseen(error)
            self.exit_code, self.summary = told.exit_code, str(told)
            yield failed(told)

    def _record(self) -> None:
        backend = self.session.backend if self.session.opened else None
        usage = accounting.add(self._usages)
        accounting.record(
            accounting.TurnCost(
                when=time.time(),
                model=backend.model if backend else "none",
                backend=backend.name if backend else "none",
                tool=self.tool,
                requests=self._requests,
                prompt_tokens=usage.prompt_tokens,
                cached_tokens=usage.cached_tokens or 0,
                output_tokens=usage.output_tokens,
                thinking_tokens=usage.thinking_tokens or 0,
                load_seconds=round(usage.load_seconds, 3),
                prefill_seconds=round(usage.prefill_seconds, 3),
                decode_seconds=round(usage.decode_seconds, 3),
                seconds=round(time.monotonic() - self.started, 3),
                exit_code=self.exit_code,
            )
        )

    def _started(self) -> Iterator[Event]:
        recovered = self.session.recover()
        if recovered:
            yield Notice(recovered, "warning")
        if self.session.config.settings.model != "none":
            self.session.warm()

    def _routed(self, files: Sequence[str]) -> Iterator[Event]:
        from agent.routing import plan_steps

        self.session.asked = self.request
        yield from self.announce()
        planned = plan_steps(self.request)
        if len(planned) > 1:
            yield from self._planned(planned, files)
            return
        route = yield from self.route(self.request)
        tool = yield from self._settled(route)
        yield from self._tool(tool, self.request, files, {})
        yield from self._further(tool)

    def _planned(self, steps: Sequence[PlannedStep], files: Sequence[str]) -> Iterator[Event]:
        """Several intents in one request, one after the other. A failing one ends it, but for tests before a fix."""
        for number, step in enumerate(steps[: self.session.config.settings.max_steps], start=1):
            yield Routed(step.tool, 1.0, "rules", request=step.request)
            self.exit_code = 0
            yield from self._tool(step.tool, step.request, files, {})
            mends = any(later.tool == "edit" for later in steps[number:])
            if self.exit_code and not (step.tool == "test" and mends):
                return

    def announce(self) -> Iterator[Event]:
        """Say once per session which model answers, and why that one."""
        if self.session.announced or self.session.config.settings.model == "none":
            return
        backend = yield from opened(self.session)
        self.session.announced = True
        if backend is not None:
            yield Started(backend.model, backend.name, self.session.why)
        while self.session.notices:
            yield Notice(self.session.notices.pop(0))

    def route(self, request: str) -> Generator[Event, None, Route]:
        """Choose a tool for a request."""
        from agent.routing import route

        backend = self.session.backend if self.session.config.settings.router != "rules" else None
        yield Progress("routing", "choosing a tool")
        settings = self.session.config.settings
        with interrupted_after(self.session.turn_end - time.monotonic(), turn_is_over(settings.turn_seconds)):
            chosen = route(request, self.session.route_context(), backend=backend, config=settings)
        if self.session.switches.show_prompt:
            for prompt in getattr(chosen, "prompts", ()):
                yield Prompted("route", tuple({"role": m.role, "content": m.content} for m in prompt))
        yield Routed(
            chosen.tool,
            round(chosen.confidence, 4),
            chosen.source,
            {k: round(v, 4) for k, v in chosen.alternatives.items()},
            round(chosen.ms, 1),
            chosen.prompt_tokens,
            request,
        )
        if chosen.requests:
            usage = Usage(chosen.prompt_tokens, chosen.cached_tokens, chosen.output_tokens)
            self.session.totals.add(usage, chosen.requests)
            yield Spent("route", usage, chosen.requests)
        return chosen

    def _settled(self, route: Route) -> Generator[Event, None, str]:
        """The tool to run: asks where the route is unclear, or unsure about a tool that acts."""
        threshold = self.session.config.settings.confirm_below
        unsure = route.tool in ACTING and route.confidence < threshold
        if route.tool != "unclear" and not unsure:
            return route.tool
        if unsure and self.session.switches.assume_yes:
            return route.tool
        front = self.session.front
        if not front.interactive:
            if unsure:
                raise TaskFailed(
                    f"This may be a request to {route.tool}, but only with {route.confidence:.0%} confidence.",
                    f'Say it with the tool: agent {route.tool} "…", or add --yes.',
                )
            raise TaskFailed(
                "It is not clear what to do with this request.",
                "Say what you want done, or name the tool: agent edit|explain|test|search …",
            )
        yield from ()
        question = (
            f"Edit files for this? ({route.confidence:.0%} sure)" if unsure else "What shall I do with this request?"
        )
        choices = [("e", "edit"), ("x", "explain"), ("t", "test"), ("s", "search"), ("c", "chat"), ("n", "nothing")]
        answer = front.ask(question, choices, "e" if unsure else "n")
        tool = dict(choices)[answer]
        if tool == "nothing":
            raise TaskFailed("Nothing was done.", "Say it in other words, or name the tool with a slash command.")
        if tool != route.tool:
            self.session.corrected(self.request, tool)
        return tool

    def _further(self, last: str) -> Iterator[Event]:
        """Let a capable model choose the next tool after a result, up to the limits."""
        session = self.session
        if self.exit_code or last in ("chat", "unclear") or session.config.settings.model == "none":
            return
        backend = session.backend
        if backend is None:
            return
        limit = min(session.profile.max_steps, session.config.settings.max_steps)
        if limit <= 1:
            return
        from agent.routing import next_step

        done = [(last, self.summary)]
        while self.steps < limit:
            tool = next_step(self.request, done, backend=backend)
            if tool == "done" or tool in {name for name, _ in done}:
                return
            yield Routed(tool, 1.0, "model", request=self.request)
            yield from self._tool(tool, self.request, (), {})
            done.append((tool, self.summary))
            if self.exit_code:
                return

    def _tool(self, name: str, request: str, files: Sequence[str], args: dict[str, Any]) -> Iterator[Event]:
        from tools import find_tool
        from tools.pointing import named_place

        self._check_limits()
        tool = find_tool(name)
        self.steps += 1
        self.tool = name
        if name in ("edit", "explain") and (place := named_place(self.session, request, files)):
            yield Notice(f"That is {place}.")
            request = f"{request} ({place})"
        yield Step(name, self.steps, request)
        yield from tool.run(tool.Args(request=request, files=list(files), **args), self)
        self.session.previous = (request, name, self.summary)

    def _check_limits(self) -> None:
        settings = self.session.config.settings
        if self.steps >= settings.max_steps:
            raise TaskFailed(
                f"Stopped after {self.steps} steps, the limit of one turn.", "Raise `max_steps`, or ask for less."
            )
        if time.monotonic() - self.started > settings.turn_seconds:
            raise turn_is_over(settings.turn_seconds)

    # what tools use

    def generate(self, purpose: str, messages: Sequence[Message], **kwargs: Any) -> Generator[Event, None, Reply]:
        """Ask the model; see `agent.generate.generate`."""
        yield from self.announce()
        return (yield from generate(self.session, purpose, messages, **kwargs))

    def outcomes(self, outcomes: Sequence[Outcome]) -> Iterator[Event]:
        """Tell what became of each edit."""
        for outcome in outcomes:
            yield edited(outcome)

    def converse(
        self,
        purpose: str,
        *,
        max_tokens: int,
        kind: Literal["answer", "code"] = "answer",
        keep: Sequence[str] = (),
        rewind_to: int | None = None,
    ) -> Generator[Event, None, Reply]:
        """Send the conversation and append the reply. A request that fails is taken back out of it.

        Folds the oldest bulky parts, and says so, when it would not fit; the files in `keep` stay whole.
        """
        conversation = self.session.conversation
        mark = conversation.mark() - 1 if rewind_to is None else rewind_to
        if not self._fits(max_tokens):
            folded = conversation.fold(keep)
            if folded:
                yield Notice(f"The context is nearly full: folded {len(folded)} older part(s): {'; '.join(folded[:5])}")
        try:
            reply = yield from self.generate(purpose, conversation.messages(), max_tokens=max_tokens, kind=kind)
        except BaseException:
            conversation.rewind(mark)
            raise
        conversation.add("reply", reply.text)
        return reply

    def _fits(self, max_tokens: int) -> bool:
        backend = self.session.backend
        if backend is None:
            return True
        estimate = self.session.meter.estimate_messages(self.session.conversation.messages())
        return estimate + max_tokens <= backend.context_limit()

    def write(
        self, plan: Plan, *, tool: str, message: str, question: str = "Apply?", approve: bool = True
    ) -> Generator[Event, None, bool]:
        """Show a plan, have it approved, write and record it. Returns whether it was written.

        The only way to the disk: the plan has passed the gate, the transaction writes all of it or none.
        Raises InTheWay when the repository or a file is in the way.
        """
        changes = [change for change in plan.changes if change.before != change.after or change.mode is not None]
        for change in changes:
            yield diff_event(change)
        if not changes:
            return False
        if self.session.switches.dry_run:
            self.summary = "dry run: nothing was written"
            yield Notice("Dry run: nothing was written.")
            return False
        if approve and not self._approved(question):
            self.summary = "not applied"
            self.exit_code = EXIT_FAILED
            yield Notice("Not applied; nothing was written.")
            return False
        recorded = self.session.history.record(
            changes,
            message=commit_message(message, [change.path for change in changes]),
            request=self.request,
            tool=tool,
            commit=self.session.config.settings.commit,
        )
        undo = "agent undo" if self.session.repository is not None else "agent undo --no-git"
        applied = Applied(tuple(recorded.files), recorded.turn, recorded.commit, recorded.note, undo)
        self.applied.append(applied)
        yield applied
        for change in changes:
            if change.after is not None:
                self.session.written(change.path, change.after)
        return True

    def _approved(self, question: str) -> bool:
        front = self.session.front
        if self.session.switches.assume_yes or not front.interactive:
            return True
        return front.ask(question, [("y", "apply"), ("n", "drop")], "y") == "y"


SUBJECT = 72
"""Characters of a commit's first line."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What pasted text may hold and a commit message must not: git shows it in other people's terminals."""


def commit_message(request: str, paths: Sequence[str]) -> str:
    """A subject from the request's first line, the whole request below where it is longer; no control characters."""
    request = CONTROLS.sub("", request)
    first = request.strip().partition("\n")[0].strip().rstrip(".")
    if not first:
        names = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        return f"Edit {names}"
    subject = first[:1].upper() + first[1:]
    if len(subject) > SUBJECT:
        subject = subject[: SUBJECT - 1].rpartition(" ")[0] + "…"
    return subject if first == request.strip().rstrip(".") and "…" not in subject else f"{subject}\n\n{request.strip()}"


def edited(outcome: Outcome) -> Edited:
    """An outcome as an event."""
    gate = outcome.gate
    verdict = "" if gate is None else "refused" if not gate.ok else "ok" if gate.checked else "unchecked"
    return Edited(
        path=outcome.path or outcome.edit.path or "",
        status=outcome.status,
        how=outcome.how,
        start_line=outcome.start_line,
        end_line=outcome.end_line,
        gate=verdict,
        language=gate.language if gate else "",
        reason=outcome.reason,
        candidates=tuple(
            {
                "path": c.path,
                "start_line": c.start_line,
                "end_line": c.end_line,
                "similarity": round(c.similarity, 3),
                "text": c.text,
            }
            for c in outcome.candidates
        ),
        problems=tuple(
            {"line": p.line, "column": p.column, "message": p.message, "text": p.text}
            for p in (gate.problems if gate else ())
        ),
        mended=gate.mended if gate else "",
    )


def diff_event(change: FileChange) -> Diff:
    """The unified diff of one change, for people: undecodable bytes are shown as such."""
    before = (change.before or b"").decode("utf-8", "replace").splitlines(True)
    after = (change.after or b"").decode("utf-8", "replace").splitlines(True)
    old = "/dev/null" if change.before is None else f"a/{change.path}"
    new = "/dev/null" if change.after is None else f"b/{change.path}"
    lines: list[str] = []
    for line in difflib.unified_diff(before, after, old, new, n=3):
        lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    added = sum(1 for line in lines[2:] if line.startswith("+"))
    removed = sum(1 for line in lines[2:] if line.startswith("-"))
    return Diff(change.path, "".join(lines), added, removed)
