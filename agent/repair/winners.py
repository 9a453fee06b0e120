"""What to make of candidates that pass: confirm them with the command as it is, and reduce them to what is needed."""

from __future__ import annotations

import difflib
import re
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.repair.preparing import Ground
from agent.repair.running import Run, run
from agent.repair.targets import Target
from agent.repair.types import Candidate

PATIENCE = 20.0
"""Seconds, at least, for a run that confirms: a busy machine must not make a right repair look wrong."""

EXAMPLE_SECONDS = 5.0
"""For the examples in one file's docstrings."""


class Confirmer:
    """Runs the real command on whole sets of texts, each once."""

    def __init__(self, ground: Ground, targets: Mapping[str, Target], base: Mapping[str, str], deadline: float) -> None:
        self._ground, self.targets, self._base = ground, targets, dict(base)
        self._deadline = deadline
        self._known: dict[tuple[object, ...], Run] = {}

    def run(self, texts: Mapping[str, str], seconds: float = 0.0, *, hurried: bool = False) -> Run:
        """The command's outcome with these texts; `seconds` bounds the run where it is not to be waited for long.

        `hurried`: with what makes compilers quick while candidates are judged, for all but what is to be kept.
        """
        whole = {**self._base, **texts}
        key = (hurried and bool(self._ground.variables), *sorted(whole.items()))
        if key not in self._known:
            self._ground.judge.write({path: self.targets[path].encoded(text) for path, text in whole.items()})
            patient = max(self._ground.limit, PATIENCE, self._deadline - time.monotonic())
            judge = self._ground.judge
            plain = judge.variables
            judge.variables = dict(self._ground.variables) if hurried else plain
            try:
                self._known[key] = run(judge, self._ground.command, seconds or patient)
            finally:
                judge.variables = plain
        return self._known[key]

    @property
    def late(self) -> bool:
        """Whether another run may end after the time is up: what is left undone then is only the polish."""
        return time.monotonic() + self._ground.baseline.seconds > self._deadline

    def passes(self, texts: Mapping[str, str], seconds: float = 0.0, *, hurried: bool = False) -> bool:
        """Whether the command exits with 0."""
        return self.run(texts, seconds, hurried=hurried).ok


def minimised(confirm: Confirmer, base: Mapping[str, str], candidate: Candidate, most_runs: int = 12) -> Candidate:
    """The candidate without the hunks that the tests do not need (each is put back once, in turn)."""
    if candidate.origin != "model":
        return candidate
    texts = dict(candidate.texts)
    runs = 0
    limit = 0.0
    for path in list(texts):
        before, after = base[path].splitlines(True), texts[path].splitlines(True)
        codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        hunks = [index for index, code in enumerate(codes) if code[0] != "equal"]
        kept = set(hunks)
        if len(hunks) < 2:
            continue
        for hunk in reversed(hunks):
            if runs >= most_runs or len(kept) == 1 or confirm.late:
                break
            less = kept - {hunk}
            text = _put_together(before, after, codes, less)
            runs += 1
            # Half a repair often loops; what works is known to take no longer than this.
            limit = limit or 1.0 + 3.0 * confirm.run(candidate.texts).seconds
            if confirm.passes({**texts, path: text}, limit):
                kept = less
        texts[path] = _put_together(before, after, codes, kept)
    return replace(candidate, texts=texts)


def _put_together(
    before: Sequence[str],
    after: Sequence[str],
    codes: Sequence[tuple[str, int, int, int, int]],
    kept: set[int],
) -> str:
    parts: list[str] = []
    for index, (tag, a, b, c, d) in enumerate(codes):
        parts += after[c:d] if tag != "equal" and index in kept else before[a:b]
    return "".join(parts)


def changed_lines(before: str, after: str) -> int:
    """How many lines a diff adds and removes."""
    return sum(
        (b - a) + (d - c)
        for tag, a, b, c, d in difflib.SequenceMatcher(
            None, before.splitlines(), after.splitlines(), autojunk=False
        ).get_opcodes()
        if tag != "equal"
    )


def broken_examples(ground: Ground, targets: Mapping[str, Target], texts: Mapping[str, str]) -> int:
    """How many examples in docstrings (doctest) of the Python targets do not hold with these texts."""
    broken = 0
    for path, text in texts.items():
        if path.endswith(".py") and ">>> " in text:
            ground.judge.write({path: targets[path].encoded(text)})
            done = run(ground.judge, f"{python_of(ground.command)} -m doctest {shlex.quote(path)}", EXAMPLE_SECONDS)
            told = re.search(r"\*\*\*Test Failed\*\*\* (\d+) failure", done.output)
            broken += int(told.group(1)) if told else int(not done.ok)
    return broken


def python_of(command: str) -> str:
    """The interpreter that a command line names, or the usual one."""
    named = re.search(r"(?<!\S)\S*\bpython[\d.]*(?!\S)", command)
    return named.group() if named else "python3"
