"""Change files: the model writes, the pipeline places and checks, the person agrees, the transaction writes.

A file is asked for in the form that its model keeps best (profile): whole for small files and small models, whole
functions for longer files, SEARCH/REPLACE blocks for large models. What is refused is told to the model, shortly,
with the real lines, and only the failed parts are asked for again; then nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import prompts
from agent.backends.base import Reply
from agent.edits.types import Edit, Plan
from agent.errors import EditRefused, TaskFailed
from agent.events import Event, Notice
from agent.generate import output_room
from agent.models.tokens import Target as CapKind
from agent.models.tokens import output_cap
from agent.moving import asks_back, moved
from tools import RequestArgs

if TYPE_CHECKING:
    from agent.turn import Turn

Form = Literal["whole", "symbol", "blocks", "new"]
FILE_NAME = re.compile(r"(?<![\w/.-])([\w.-]+(?:/[\w.-]+)*\.[A-Za-z]\w{0,9}|Makefile|Dockerfile)(?![\w/])")
ADDING = re.compile(
    r"\b(add|append|insert|create|write|implement|introduce|define|new|hinzu|hinzufügen|ergänze|schreibe?|ajoute[rz]?|écri[st]|"
    r"añad[ea]|agrega|crea|aggiungi|scrivi|adicion[ae]|escreva|добав\w*|напиши)\b|添加|新增|増やし|追加|추가",
    re.IGNORECASE,
)
FIXING = re.compile(r"\b(fix|bug|repair|debug|broken|fail(s|ing|ed|ure)?|crash(es|ing)?|wrong|error)\b", re.IGNORECASE)
PART_CHARS = 6000
"""Characters of a long file's functions that a request for whole functions shows at most."""
NEW_TOKENS = 500
"""Room for a file that does not exist yet, or that is nearly empty."""
REMOVING = re.compile(r"\b(remov|delet|drop|strip|replac|renam|rewrit|split|extract|mov)\w*\b", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """What the model is shown and asked to change."""

    paths: tuple[str, ...]
    form: Form
    shown: dict[str, str]
    """Label → text, as the conversation shows it."""
    text: str
    """What a full answer rewrites: sizes the output cap."""


class EditArgs(RequestArgs):
    """`judged`: the tests judge where something is to be fixed and tests fail; without it only the model is asked."""

    judged: bool = True


class EditTool:
    """Routes to `fix` when a failing test can judge; else asks the model and applies what passes the gate."""

    name = "edit"
    summary = "change, fix, add, rename or write something in the project's files"
    Args = EditArgs

    def run(self, args: EditArgs, turn: Turn) -> Iterator[Event]:
        """Edit. Raises EditRefused (nothing was written) or TaskFailed."""
        session = turn.session
        if not args.files and asks_back(args.request):
            yield from moved(session, "undo", 1)
            turn.summary = "taken back"
            return
        paths = self._paths(args, turn)
        fixing = args.judged and FIXING.search(args.request) is not None
        if fixing and paths and all(session.work.kind(p) != "missing" for p in paths):
            from tools.fix import try_fix

            if (yield from try_fix(paths, args.request, turn)):
                return
        if session.config.settings.model == "none" or session.backend is None:
            raise TaskFailed(
                "Changing files by a request in words needs a model, and the model is `none`.",
                "`agent fix FILE` repairs syntax and failing tests without one; -m NAME chooses a model.",
            )
        if not paths:
            paths = yield from self._guessed(args.request, turn)
        target = choose_target(args.request, paths, turn)
        if target.form == "new":
            for path in paths:
                near = session.nearest(path)
                yield Notice(f"There is no {path} yet: it would be new.{near}", "warning" if near else "info")
        yield from self._attempts(args.request, target, turn)

    def _paths(self, args: RequestArgs, turn: Turn) -> list[str]:
        from agent.repo.explain.targets import targets

        if args.files:
            return list(args.files)
        known = targets(turn.session.work.list_paths(), args.request)
        if known:
            return known
        named = [m[1] for m in FILE_NAME.finditer(args.request)]
        return [name for name in named if turn.session.work.kind(name) == "missing"]

    def _guessed(self, request: str, turn: Turn) -> Generator[Event, None, list[str]]:
        """The files that a request without names is most likely about."""
        from agent.repo.explain import context_for

        session = turn.session
        if session.previous[1] == "search" and session.found:
            paths = list(dict.fromkeys(path for path, _ in session.found))[:1]
        else:
            room = int(session.backend.context_limit() * 0.3 * 3) if session.backend else 4000
            snippets = context_for(session.work, request, budget_chars=room)
            most = 3 if session.profile.edit_form == "blocks" else 1
            paths = list(dict.fromkeys(s.path for s in snippets))[:most]
        if not paths:
            raise TaskFailed(
                "No file was named, and none in this project matches the request.", "Name the file to change."
            )
        yield Notice(f"No file was named; taking {', '.join(paths)}, the best match for the request.")
        return paths

    def _attempts(self, request: str, target: Target, turn: Turn) -> Iterator[Event]:
        session = turn.session
        conversation = session.conversation
        kept: list[Edit] = []
        plan: Plan | None = None
        kind: CapKind = "whole" if target.form == "new" else target.form
        room = output_room(session, output_cap(max(session.meter.estimate(target.text), NEW_TOKENS), kind))
        conversation.show(target.shown)
        conversation.add("request", ask(request, target))
        attempts = 1 + session.config.settings.retries
        problem = ""
        for attempt in range(1, attempts + 1):
            reply = yield from turn.converse("edit", max_tokens=room, kind="code", keep=target.paths)
            plan, problem, feedback = yield from self._judge(request, reply, kept, target, turn)
            if plan is not None and not problem:
                yield from self._finish(plan, request, turn)
                return
            if attempt < attempts:
                yield Notice(f"{problem} Asking again ({attempt} of {attempts - 1}).", "warning")
                conversation.add("feedback", self._escalated(feedback, attempt, target))
                if reply.stop_reason == "length":
                    room = output_room(session, room * 2)
        if plan is not None and plan.refused:
            raise EditRefused(
                f"The edit was refused: {problem} Nothing was written.",
                "Say it in other words, name the function, or try another model (-m NAME).",
            )
        raise TaskFailed(f"{problem} Nothing was written.", "Say it in other words, or try another model (-m NAME).")

    def _judge(
        self, request: str, reply: Reply, kept: list[Edit], target: Target, turn: Turn
    ) -> Generator[Event, None, tuple[Plan | None, str, str]]:
        """(plan, problem, what to tell the model); no problem means that the plan may be written."""
        from agent.edits.feedback import describe, refusal_message
        from agent.edits.parse import parse_reply
        from agent.edits.plan import plan_edits

        session = turn.session
        single = target.paths[0] if len(target.paths) == 1 else None
        cut = reply.stop_reason == "length"
        parsed = parse_reply(reply.text, finished=not cut, known_paths=session.work.list_paths(), default_path=single)
        if cut and not parsed.edits:
            return None, "The reply was cut at its length limit.", "That was cut off. Be shorter: only the code."
        if not parsed.edits:
            detail = form_reminder(target)
            return None, "The reply has no edit in it.", prompts.render("edit-nothing", detail=detail)
        plan = plan_edits(
            [*kept, *parsed.edits],
            session.work,
            named=target.paths,
            mend=session.config.settings.mend,
            adding=asks_to_add(request),
        )
        yield from turn.outcomes(plan.outcomes)
        if plan.refused:
            kept[:] = [o.edit for o in plan.outcomes if o.status != "refused"]
            return plan, describe(plan.refused[0]), refusal_message(plan)
        if all(change.before == change.after for change in plan.changes):
            return (
                None,
                "The reply changes nothing.",
                prompts.render(
                    "edit-nothing", detail=f"It leaves {', '.join(target.paths)} as it is. {form_reminder(target)}"
                ),
            )
        lost = lost_symbols(plan, target, request)
        if lost:
            names = ", ".join(lost)
            kept.clear()
            return (
                None,
                f"The reply leaves out {names}.",
                prompts.render("edit-lost", names=names, path=target.paths[0]),
            )
        return plan, "", ""

    def _escalated(self, feedback: str, attempt: int, target: Target) -> str:
        """After two failures on one small file, ask for the file whole."""
        if (
            attempt >= 2
            and target.form in ("blocks", "symbol")
            and len(target.paths) == 1
            and len(target.text) < 12_000
        ):
            return f"{feedback}\nReply with the whole new {target.paths[0]} in one fence instead."
        return feedback

    def _finish(self, plan: Plan, request: str, turn: Turn) -> Iterator[Event]:
        written = yield from turn.write(plan, tool="edit", message=request)
        if written:
            files = ", ".join(change.path for change in plan.changes)
            turn.summary = f"changed {files}"
            if turn.session.config.settings.test_command:
                from tools.test import TOOL, TestArgs

                yield from TOOL.run(TestArgs(), turn)


def asks_to_add(request: str) -> bool:
    """Whether a request is first of all for something new: `rename add to plus` is not."""
    adding, removing = ADDING.search(request), REMOVING.search(request)
    return adding is not None and (removing is None or adding.start() < removing.start())


def choose_target(request: str, paths: Sequence[str], turn: Turn) -> Target:
    """What to show and which form to ask for. Raises TaskFailed for files that cannot be shown."""
    session = turn.session
    texts: dict[str, str] = {}
    for path in paths:
        kind = session.work.kind(path)
        if kind == "missing":
            continue
        data = session.work.read(path)
        if data is None:
            raise TaskFailed(f"{path} may not be read ({kind}).", "`allow` in .agentrc makes an exception.")
        if b"\0" in data[:8192]:
            raise TaskFailed(f"{path} is a binary file.", "Name a text file.")
        texts[path] = data.decode("utf-8", "replace")
    if not texts:
        return Target(tuple(paths), "new", {}, "")
    configured = session.config.settings.edit_form
    form = session.profile.edit_form if configured == "auto" else configured
    longest = max(text.count("\n") for text in texts.values())
    if form == "whole" and configured == "auto" and longest > session.profile.whole_file_lines:
        form = "symbol"
    if form == "symbol" and len(texts) == 1:
        (path,) = texts
        part = _symbol_part(request, path, texts[path], turn)
        if part:
            return Target((path,), "symbol", part, "\n".join(part.values()))
    return Target(tuple(paths), form, texts, "\n".join(texts.values()))


def _symbol_part(request: str, path: str, text: str, turn: Turn) -> dict[str, str]:
    """The functions of a long file that a request is about, whole; nothing when none stands out."""
    from agent.repo.explain import context_for

    # A budget below the file's length has its named or best matching definitions chosen instead of the whole.
    budget = min(PART_CHARS, len(text) - 1)
    snippets = context_for(turn.session.work, request, budget_chars=budget, paths=[path])
    parts = {s.label: s.text for s in snippets if s.path == path and not s.outline and not s.whole}
    return {label: part for label, part in parts.items() if len(part) < len(text)}


def ask(request: str, target: Target) -> str:
    """The last, short message of an edit request."""
    path = target.paths[0]
    if target.form == "new":
        return prompts.render("edit-new", path=path, request=request)
    if target.form == "blocks":
        return prompts.render("edit-blocks", request=request)
    if target.form == "symbol":
        return prompts.render("edit-symbol", path=path, request=request)
    if len(target.paths) > 1:
        return prompts.render("edit-whole-several", paths=", ".join(target.paths), request=request)
    return prompts.render("edit-whole", path=path, request=request)


def form_reminder(target: Target) -> str:
    """One sentence that says again what form is wanted."""
    path = target.paths[0]
    if target.form == "blocks":
        return "Answer with SEARCH/REPLACE blocks as described."
    if target.form == "symbol":
        return f"Reply with the whole new function from {path} in one fence."
    return f"Reply with the whole new {path} in one fence."


def lost_symbols(plan: Plan, target: Target, request: str) -> list[str]:
    """Functions and classes that a whole-file reply left out though nobody asked for that: small models forget."""
    from agent.repo.symbols import symbols

    if target.form != "whole" or REMOVING.search(request):
        return []
    lost: list[str] = []
    for change in plan.changes:
        if change.before is None or change.after is None:
            continue
        after = {s.name for s in symbols(change.path, change.after)}
        lost += [
            s.name
            for s in symbols(change.path, change.before)
            if s.kind in ("function", "method", "class") and s.name not in after and s.name not in request
        ]
    return list(dict.fromkeys(lost))[:6]


TOOL = EditTool()
