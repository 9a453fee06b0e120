"""The model as a source of candidates: one short prompt, whole functions back, failures fed back in few words.

After three failed tries the next starts again from the original with a fresh prompt: long chains of edits on top of
edits seldom come to a good end.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import prompts
from agent.backends.base import Message, Options, Reply
from agent.errors import AgentError
from agent.events import Event, Notice, Spent
from agent.repair.replies import Unchanged, Unusable, placed
from agent.repair.showing import Shown
from agent.repair.types import Candidate, Verdict

if TYPE_CHECKING:
    from agent.backends.base import Backend
    from agent.models.profiles import Profile

TRIES_A_CHAIN = 3
"""Tries on top of each other before starting afresh."""
WARM = 0.8
"""Temperature of every try but the first."""
FEEDBACK_CHARACTERS = 500
AFRESH = ""
"""Instead of feedback: start again."""


@dataclass(frozen=True)
class Question:
    """What the model is asked: a piece of code and what fails."""

    shown: Shown
    failure: str
    hints: tuple[str, ...] = ()
    """Suspicious lines, for prompts after the first."""


class Asker:
    """Asks in a thread of its own; candidates go to `offer`, whose verdicts come back through `tell`."""

    def __init__(
        self,
        backend: Backend,
        profile: Profile | None,
        questions: Sequence[Question],
        base: Mapping[str, str],
        offer: Callable[[Candidate], bool],
        explain: Callable[[Verdict], str],
    ) -> None:
        self._backend, self._profile, self._questions = backend, profile, questions
        self._base, self._offer, self._explain = base, offer, explain
        self._verdicts: queue.Queue[tuple[Candidate, Verdict]] = queue.Queue()
        self.events: queue.Queue[Event] = queue.Queue()
        self._stop = threading.Event()
        self._resting = threading.Event()
        self.tries = 0
        self.prompt_tokens = 0
        self.output_tokens = 0
        self.thread = threading.Thread(target=self._run, name="asker", daemon=True)
        self.thread.start()

    @property
    def alive(self) -> bool:
        """Still asking."""
        return self.thread.is_alive()

    def tell(self, candidate: Candidate, verdict: Verdict) -> None:
        """Give back the verdict on one of its candidates."""
        self._verdicts.put((candidate, verdict))

    def stop(self) -> None:
        """Ask no more; a reply under way is cut."""
        self._stop.set()

    def rest(self) -> None:
        """Leave the cores to what confirms a repair: a reply under way is cut, and none is begun until `go_on`."""
        self._resting.set()

    def go_on(self) -> None:
        """Ask again: what passed was no repair."""
        self._resting.clear()

    @property
    def _wanted(self) -> bool:
        return not self._stop.is_set() and not self._resting.is_set()

    def _run(self) -> None:
        try:
            chain = 0
            while not self._stop.is_set() and self._questions:
                if self._resting.is_set():
                    self._stop.wait(0.1)
                    continue
                self._chain(self._questions[chain // 2 % len(self._questions)], chain)
                chain += 1
                if chain > 12:
                    return
        except AgentError as error:
            self.events.put(Notice(f"The model could not be asked: {error}", "warning"))

    def _chain(self, question: Question, number: int) -> None:
        shown = question.shown
        failure = question.failure
        rounds = number // (2 * len(self._questions))
        if rounds and question.hints:
            hint = question.hints[(2 * (rounds - 1) + number % 2) % len(question.hints)]
            failure += "\n\n" + prompts.render("fix-hint", line=hint)
        # Asked for code alone, a small model often copies the fault; having said what is wrong, it seldom does.
        name = "fix-why" if number % 2 else "fix"
        messages = [Message("user", prompts.render(name, code=shown.code, failure=failure, what=shown.what))]
        for attempt in range(TRIES_A_CHAIN):
            if not self._wanted:
                return
            reply = self._ask(messages, shown, first=number < 2 * len(self._questions) and attempt == 0)
            if reply is None:
                return
            feedback = self._judged(reply, shown)
            if feedback is None:
                return
            if feedback == AFRESH:
                return
            messages += [Message("assistant", reply.text.strip() or "(nothing)"), Message("user", feedback)]

    def _ask(self, messages: Sequence[Message], shown: Shown, *, first: bool) -> Reply | None:
        from agent.backends.guards import GuardTripped, guarded

        room = min(int(shown.tokens * 1.5) + 200, self._backend.context_limit() // 2)
        options = self._profile.options() if self._profile is not None else Options()
        options = replace(options, max_tokens=room, seed=self.tries, prediction=shown.code, stop=ends(shown.code))
        if not first:
            options = replace(options, temperature=max(options.temperature, WARM), top_p=options.top_p or 0.95)
        else:
            options = replace(options, temperature=0.0)
        self.tries += 1
        reply = Reply()
        chunks = guarded(self._backend.chat(messages, options=options), max_tokens=room, known=shown.code)
        try:
            for chunk in chunks:
                reply.add(chunk)
                if not self._wanted:
                    return None
        except GuardTripped:
            # What came before the loop may still hold the whole function.
            pass
        finally:
            chunks.close()
        self.prompt_tokens += reply.usage.prompt_tokens
        self.output_tokens += reply.usage.output_tokens
        self.events.put(Spent("fix", reply.usage))
        return reply

    def _judged(self, reply: Reply, shown: Shown) -> str | None:
        """What to say back; None when there is nothing more to say."""
        text = self._base[shown.path]
        try:
            news = placed(reply.text, shown, text)
        except Unchanged:
            # What it has copied once it copies again: the next prompt must differ.
            return AFRESH
        except Unusable as error:
            return prompts.render("fix-unusable", reason=str(error), what=shown.what)
        failure = ""
        for new in news:
            candidate = Candidate({shown.path: new}, "model", "", 0.0, _first_difference(text, new), (), shown.path)
            if not self._offer(candidate):
                continue
            verdict = self._verdict(candidate)
            if verdict is None:
                return None
            if verdict.passed:
                self.rest()
                return None
            failure = failure or self._explain(verdict)[:FEEDBACK_CHARACTERS] or "the tests still fail."
        return prompts.render("fix-again", failure=failure or "that was tried already.", what=shown.what)

    def _verdict(self, candidate: Candidate) -> Verdict | None:
        """Wait for the verdict; None when no more is wanted."""
        while self._wanted:
            with contextlib.suppress(queue.Empty):
                told, verdict = self._verdicts.get(timeout=0.2)
                if told is candidate:
                    return verdict
        return None


def ends(code: str) -> tuple[str, ...]:
    """Where a reply may be cut: the fence is closed, or a program is begun around the code that the file has not."""
    return ("\n```\n", *(end for end in ("\nint main(", "\nfunc main(", "\nif __name__") if end not in code))


def _first_difference(before: str, after: str) -> int:
    for number, (one, other) in enumerate(zip(before.splitlines(), after.splitlines(), strict=False), 1):
        if one != other:
            return number
    return 1
