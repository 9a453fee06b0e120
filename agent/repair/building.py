"""The second step of a repair: a program that does not compile is mended by what the compiler's errors advise."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field, replace

from agent.events import Event, Notice, Progress
from agent.repair.advice import Advice, Diagnostic, advised, compiles, together
from agent.repair.preparing import Ground
from agent.repair.running import Run, run
from agent.repair.targets import Target
from agent.repair.types import Candidate, Verdict, spliced

SHARE = 0.4
"""Of the time that is left, for making it compile: an error that no advice mends is the model's part."""
MOST_ROUNDS = 12
"""Sets of errors, one after the other: a compiler tells of some only when others are gone."""
MOST_NAMES = 30
"""Undefined names of one file that are mended in one go."""
_NAME_ERROR = re.compile(r"\bNameError: name '\w+' is not defined|^name '\w+' is not defined", re.M)
DEEP = 3
"""How often the advice on a model's answer is followed before its next try is waited for."""

Advised = Mapping[str, list[tuple[Diagnostic, list[Advice]]]]
Vouches = Callable[[Run, Mapping[str, str], Collection[str]], bool]
"""Of the last run, the changed texts and the errors there were on the way: whether it compiles now as it was meant."""


@dataclass(frozen=True)
class Compiled:
    """What came of it."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """Path → text, for files that were changed so that all compiles; empty when it does not."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Path → that it compiles again, and what was changed for it."""


def mend_build(
    ground: Ground,
    files: Mapping[str, Target],
    base: Mapping[str, str],
    deadline: float,
    vouches: Vouches = lambda done, changed, errors: compiles(done.output),
    *,
    judged: bool = True,
) -> Generator[Event, None, Compiled]:
    """Follow the compiler's advice until the command gets past the compiler. Nothing is done where it has.

    `judged`: the command runs tests too, so that guesses may be followed.
    """
    nothing = Compiled()
    found = _read(base, ground.baseline, judged)
    if ground.baseline.ok or not any(found.values()):
        return nothing
    until = time.monotonic() + (deadline - time.monotonic()) * SHARE
    path, errors = next((path, errors) for path, errors in found.items() if errors)
    yield Notice(f"{path} does not compile ({errors[0][0].words}).", "warning")

    known = {tuple(base.values()): _Tried(ground.baseline, found)}

    def tried(texts: Mapping[str, str]) -> _Tried:
        key = tuple(texts.values())
        if key not in known:
            ground.judge.write({path: files[path].encoded(text) for path, text in texts.items()})
            done = run(ground.judge, ground.command, ground.limit * 4)
            known[key] = _Tried(done, _read(texts, done, judged))
        return known[key]

    texts, told = dict(base), {path: list[str]() for path in base}
    met: set[str] = set()
    try:
        for _ in range(MOST_ROUNDS):
            if not any(found.values()) or time.monotonic() > until:
                break
            met.update(_messages(found))
            yield Progress("searching", f"{sum(map(len, found.values()))} compiler errors")
            step = _all_at_once(texts, found, tried)
            if step is None or (not any(step.found.values()) and not tried(step.texts).run.ok):
                # What compiles and fails may have been the wrong choice among several.
                step = _one_at_a_time(texts, found, tried, until) or step
            if step is None:
                break
            texts, found = step.texts, step.found
            for path, more in step.words.items():
                told[path] += more
    finally:
        ground.judge.write({path: files[path].encoded(text) for path, text in base.items()})
    changed = {path: text for path, text in texts.items() if text != base[path]}
    if any(found.values()) or not vouches(tried(texts).run, changed, met):
        return nothing
    said = {path: "; ".join(dict.fromkeys(told[path])) for path in changed}
    for path in changed:
        yield Notice(f"{path} compiles again: {said[path]}.")
    return Compiled(changed, {path: f"{path} compiles again ({said[path]})" for path in changed})


def mend_names(
    ground: Ground, files: Mapping[str, Target], base: Mapping[str, str]
) -> Generator[Event, None, Compiled]:
    """Python: where tests fail for names that nothing defines, those that have one plain meaning are mended first.

    Such a name hides the next one and every other fault behind it. Only the sure fixes of the linter are taken: an
    import of the standard library or the project, a name spelt nearly like the one that is defined.
    """
    from agent.repair.lint import fix_all

    said = [ground.baseline.output, *(test.message for test in (ground.trace.failing if ground.trace else ()))]
    if ground.baseline.ok or not any(_NAME_ERROR.search(text) for text in said):
        return Compiled()
    texts: dict[str, str] = {}
    words: dict[str, str] = {}
    for path, text in base.items():
        new, fixes = fix_all(path, text, code="F821", most=MOST_NAMES)
        if fixes:
            texts[path] = new
            words[path] = f"{path}: {'; '.join(fix.explanation for fix in fixes)}"
            yield Notice(f"{words[path]}.")
    return Compiled(texts, words)


def followed(candidate: Candidate, verdict: Verdict) -> Candidate | None:
    """A model's answer that does not compile, with the compiler's advice followed; None where there is none."""
    if candidate.advised >= DEEP or not verdict.output:
        return None
    text = candidate.texts[candidate.path]
    new, words = together(text, advised(candidate.path, text, verdict.output))
    if new == text or not words:
        return None
    return replace(
        candidate,
        texts={candidate.path: new},
        origin="model+search",
        family="compiler's advice",
        advised=candidate.advised + 1,
    )


def _read(texts: Mapping[str, str], done: Run, judged: bool) -> Advised:
    return {path: advised(path, text, done.output, judged=judged) for path, text in texts.items()}


@dataclass(frozen=True)
class _Tried:
    """How the command ended with some texts, and what its compiler said of them."""

    run: Run
    found: Advised


_Try = Callable[[Mapping[str, str]], _Tried]


@dataclass(frozen=True)
class _Step:
    """A state with fewer errors: texts, the errors left, and what was changed in words."""

    texts: dict[str, str]
    found: Advised
    words: Mapping[str, list[str]]


def _all_at_once(texts: Mapping[str, str], found: Advised, tried: _Try) -> _Step | None:
    """The first advice on every error."""
    new, words = dict(texts), dict[str, list[str]]()
    for path, errors in found.items():
        new[path], words[path] = together(texts[path], errors)
    return _judged(new, found, words, tried) if new != texts else None


def _one_at_a_time(texts: Mapping[str, str], found: Advised, tried: _Try, until: float) -> _Step | None:
    """For the first error that some advice does away with: the advice with which the tests pass too, else the first."""
    for path, errors in found.items():
        for _, choices in errors:
            best: _Step | None = None
            for choice in choices:
                if time.monotonic() > until:
                    return best
                new = {**texts, path: spliced(texts[path], choice.splices)}
                step = _judged(new, found, {path: [choice.words]}, tried)
                if step is not None and tried(new).run.ok:
                    return step
                best = best or step
            if best is not None:
                return best
    return None


def _judged(texts: dict[str, str], found: Advised, words: Mapping[str, list[str]], tried: _Try) -> _Step | None:
    """Whether errors are gone and none came for it, or all are gone: what a later pass of the compiler tells is new."""
    now = tried(texts).found
    before, after = _messages(found), _messages(now)
    gone, come = before - after, after - before
    return _Step(texts, now, words) if gone and (not come or gone == before) else None


def _messages(found: Advised) -> Counter[str]:
    return Counter(error.message for errors in found.values() for error, _ in errors)
