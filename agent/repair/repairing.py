"""The loop: syntax, then tests as the judge; search and model as sources of candidates; an honest result."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import UsageError
from agent.events import Event, Progress, Tried
from agent.repair import candidates as sources
from agent.repair import meta_search
from agent.repair.asking import Asker, Question
from agent.repair.building import Compiled, mend_build, mend_names
from agent.repair.candidates import Suspicions
from agent.repair.checking import compiled
from agent.repair.concluding import concluded, confirmed
from agent.repair.expectations import expectations
from agent.repair.failures import complaint, first_words, read_failures, words
from agent.repair.narrowing import narrowed
from agent.repair.parsing import Mended, mend
from agent.repair.pool import Pool
from agent.repair.preparing import Ground, cores, prepare, untouched
from agent.repair.searching import Findings, Watcher, pairs
from agent.repair.showing import Shown, hints, show
from agent.repair.targets import Target, changes, read_targets
from agent.repair.types import Candidate, RepairResult, edits
from agent.repair.winners import Confirmer

if TYPE_CHECKING:
    from agent.backends.base import Backend
    from agent.config import Settings
    from agent.models.profiles import Profile

ALONE = 6.0
"""Seconds the search has both cores before a model is asked, where warm processes judge dozens of candidates a second.
Where each candidate costs a run of the command, the model is asked at once."""
ALONE_BUILT = 14.0
"""The same where candidates are built in, unless every single edit has been tried before: a build beside a model takes
three times as long, and the model twice."""
BEHIND = 4
"""How far the search steps back behind a model on the same cores, as nice(2) counts: some three tenths of the time are
left. With 10, on a machine busy with other work as well, one candidate was judged in 40 seconds."""
MOST_REFUSED = 20
"""Candidates that pass in a warm process and not with the command itself, until the search is given up."""
RESERVE = 2.0
"""Seconds of the limit kept for confirming what was found last."""
MOST_ONWARD = 4
"""Partial successes of a plain script that are edited once more."""
LIKELY = 50
"""Of the single edits, those that are believed when they pass. Among hundreds of others some pass a few checks by
chance."""
MANY_TESTS = 8
"""Tests from which on a single edit is believed wherever it stands in the order."""
HEARD_ONCE = 1
"""Replies of a model that are waited for when the search has nothing but one unlikely edit."""
HEARD = 3
"""The same when it has nothing but repairs of two edits."""
HELD_BACK = 25.0
"""Seconds that such a repair waits for them, at most."""
BY_HAND = "Mend the lines named above by hand, then run it again."
"""What to do about a file that no small edit makes parse."""
LONGEST_FILE = 20_000
"""Lines: with 120,000 the preparation alone took minutes."""
BASELINE_SECONDS = 10.0
"""How long the unchanged files may take before they count as failing, unless the settings allow less."""
LONGEST_SECONDS = 10 * 86_400.0
"""What an infinite limit means here: timers and limits of processor time are whole numbers, of milliseconds in Node."""


def repair(
    root: Path,
    targets: Sequence[str],
    *,
    test_command: str | None,
    issue: str = "",
    backend: Backend | None = None,
    profile: Profile | None = None,
    settings: Settings | None = None,
    deadline_seconds: float | None = None,
    workers: int | None = None,
    search: bool = True,
) -> Generator[Event, None, RepairResult]:
    """Repair `targets` (paths relative to `root`) until they parse and `test_command` exits with 0.

    Without `search` no edit but the model's is tried, to measure what the model does alone.

    Yields Progress, Tried, Notice and the model's Spent events; returns the result. Nothing in `root` is written:
    the result's `changes` are for the caller to show, gate, write and record. Raises UsageError for files that are too
    long or cannot be read.
    """
    begun = time.monotonic()
    limit = min(deadline_seconds or (settings.fix_seconds if settings else 300.0), LONGEST_SECONDS)
    deadline = begun + limit - min(RESERVE, limit / 20)
    files = read_targets(root, targets)
    for path, target in files.items():
        if test_command is not None and (lines := target.text.count("\n")) > LONGEST_FILE:
            raise UsageError(
                f"{path} has {lines:,} lines; files of more than {LONGEST_FILE:,} are not searched.",
                "Move the code in question to a file of its own, or ask for an edit in words.",
            )
    base = {path: target.text for path, target in files.items()}
    mended = yield from mend(files, deadline)
    base.update({path: texts[0] for path, texts in mended.texts.items()})
    if test_command is None:
        if not mended.broken:
            made = yield from compiled(root, files, base, deadline)
            mended = _with(mended, made, base)
        return replace(_without_tests(files, base, mended), seconds=round(time.monotonic() - begun, 2))
    yield Progress("testing", test_command)
    count = workers or cores()
    nice = BEHIND if backend is not None else 0
    patience = min(BASELINE_SECONDS, limit / 4)
    ground = prepare(root, files, base, test_command, patience, count, nice)
    try:
        built = Compiled()
        if search:
            built = yield from mend_build(ground, files, base, deadline)
            if not built.texts:
                built = yield from mend_names(ground, files, base)
        if built.texts:
            ground.close()
            mended = _with(mended, built, base)
            ground = prepare(root, files, base, test_command, patience, count, nice)
        result = yield from _judged(
            root, ground, files, base, mended, issue, backend, profile, begun, deadline, count, search
        )
    finally:
        ground.close()
    hint = result.hint or (BY_HAND if mended.broken and not result.ok else "")
    return replace(result, seconds=round(time.monotonic() - begun, 2), hint=hint)


def _judged(
    root: Path,
    ground: Ground,
    files: Mapping[str, Target],
    base: dict[str, str],
    mended: Mended,
    issue: str,
    backend: Backend | None,
    profile: Profile | None,
    begun: float,
    deadline: float,
    workers: int,
    search: bool,
) -> Generator[Event, None, RepairResult]:
    before = _counts(ground)
    if ground.baseline.ok:
        return RepairResult(
            True,
            changes(files, base),
            origin="syntax" if mended.texts else "",
            summary=f"{_parses(mended)}, and the tests pass" if mended.texts else "the tests pass already",
            tests_before=(0, sum(before)) if mended.texts else before,
            tests_after=(sum(before), 0),
        )
    if untouched(ground, files, base):
        return _beside(ground, files, before)
    total = before[1]
    suspicion = Suspicions(ground, base)
    pool = Pool(ground.benches, base)
    found = Findings()
    confirm = Confirmer(ground, files, base, deadline)
    watcher = Watcher(pool, found, ground, base, total, begun, workers, search)
    kept: list[Candidate] = []
    meta: meta_search.MetaSearch | None = None

    def asked() -> Iterator[Event]:
        """Begin to ask the model, where there is one that is not asked yet."""
        if backend is not None and watcher.asker is None:
            watcher.asker = _asker(ground, base, suspicion, issue, backend, profile, pool)
            watcher.share()
            yield Progress("generating", f"asking {backend.model}")

    try:
        singles = sources.singles(ground, base, suspicion) if search else []
        if ground.trace is None and search:
            failing = [failure.name for failure in read_failures(ground, ground.baseline) if failure.name]
            narrow = narrowed(ground.command, ground.baseline.output, failing)
            ground.narrow(narrow)
            meta = meta_search.begin(
                root,
                narrow,
                files,
                base,
                singles,
                pool,
                failing,
                deadline - time.monotonic(),
                max(1, workers - 1),
                ground.variables,
                BEHIND if backend is not None else 0,
            )
        else:
            for single in singles:
                pool.put(single)
        for path, texts in mended.texts.items():
            for text in texts[1:]:
                pool.put(Candidate({path: text}, "syntax", "syntax", path=path), first=True)
        if not search or (not ground.warm and not ground.quick and meta is None):
            yield from asked()
        yield Progress("searching", f"{len(singles):,} candidate edits", 0, len(singles))
        alone = backend is not None and watcher.asker is None
        until = min(deadline, time.monotonic() + (ALONE_BUILT if meta is not None else ALONE)) if alone else deadline
        watcher.meta = meta
        watcher.share()
        reason = yield from watcher.watch(until, singles=alone)
        refused = 0
        stages = iter((_onward, _pairs, _retry) if search else (_retry,))
        while time.monotonic() < deadline:
            asker = watcher.asker
            if reason == "won" and backend and _doubtful(found, singles, base, ground, asker, deadline):
                yield from asked()
                reason = yield from watcher.watch(time.monotonic() + 0.5, hold=True)
                continue
            if reason == "won":
                pool.use(0)
                if asker is not None:
                    asker.rest()
                kept = confirmed(ground, confirm, base, found)
                if kept:
                    break
                # The command itself does not agree: go on without them.
                watcher.share()
                if asker is not None:
                    asker.go_on()
                refused += len(found.winners)
                found.winners.clear()
                if refused >= MOST_REFUSED:
                    break
            elif reason == "exhausted":
                stage = next(stages, None)
                more = stage(ground, pool, base, singles, found) if stage is not None else 0
                if stage is not None and more:
                    yield Progress("searching", f"{more:,} more candidates")
                elif stage is None and (backend is None if watcher.asker is None else not watcher.asker.alive):
                    break
            yield from asked()
            reason = yield from watcher.watch(deadline)
    finally:
        pool.close()
        if meta is not None:
            meta.close()
        if watcher.asker is not None:
            watcher.asker.stop()
    asker = watcher.asker
    if asker is not None:
        while not asker.events.empty():
            yield asker.events.get()
    tried = watcher.tried
    yield Tried(tried, found.best_fixed, total, "search", round(time.monotonic() - begun, 2))
    kept = kept or confirmed(ground, confirm, base, found)
    result = yield from concluded(ground, files, base, kept, len(found.winners), tried, before, confirm.late)
    if asker is not None:
        result = replace(result, prompt_tokens=asker.prompt_tokens, output_tokens=asker.output_tokens)
    return result


def _doubtful(
    found: Findings,
    singles: Sequence[Candidate],
    base: Mapping[str, str],
    ground: Ground,
    asker: Asker | None,
    deadline: float,
) -> bool:
    """Whether to hear the model first: an unlikely edit that passes a few checks is often wrong for the rest."""
    likely = {candidate.mutations for candidate in singles[:LIKELY]}
    if any(c.origin != "search" or c.mutations in likely for c in found.winners):
        return False
    single = any(edits(c, base) == 1 for c in found.winners)
    if single and ground.trace is not None and len(ground.trace.tests) >= MANY_TESTS:
        return False
    heard = asker is not None and (asker.tries > (HEARD_ONCE if single else HEARD) or not asker.alive)
    now = time.monotonic()
    return not heard and now - found.first_win < HELD_BACK and now + HELD_BACK / 5 < deadline


def _with(mended: Mended, built: Compiled, base: dict[str, str]) -> Mended:
    """The files that compile again beside those that parse again; `base` becomes theirs."""
    base.update(built.texts)
    texts = {**mended.texts, **{path: (text,) for path, text in built.texts.items()}}
    return replace(mended, texts=texts, words={**mended.words, **built.words})


def _without_tests(files: Mapping[str, Target], base: Mapping[str, str], mended: Mended) -> RepairResult:
    """What can be said where nothing judges but the parser."""
    if mended.broken:
        path, error = next(iter(mended.broken.items()))
        return RepairResult(False, changes(files, base), summary=f"{path} still does not parse ({error})", hint=BY_HAND)
    if mended.texts:
        summary = f"{_parses(mended)}; there are no tests to judge it by"
        return RepairResult(True, changes(files, base), origin="syntax", summary=summary)
    return RepairResult(True, summary="it parses, and there is no test command to judge by (--test CMD)")


def _beside(ground: Ground, files: Mapping[str, Target], before: tuple[int, int]) -> RepairResult:
    """The command fails for another reason than what the files hold."""
    said = complaint(ground)
    names = ", ".join(files)
    return RepairResult(
        False,
        summary=f"`{ground.command}` fails without reading {names} (exit code {ground.baseline.exit_code}"
        + (f": {said})" if said else ")"),
        tests_before=before,
        tests_after=before,
        hint=f"Give --test a command that runs tests of {names}, and see that it runs by itself.",
    )


def _parses(mended: Mended) -> str:
    return "; ".join(mended.words.values())


def _retry(ground: Ground, pool: Pool, base: Mapping[str, str], singles: list[Candidate], found: Findings) -> int:
    return pool.retry_late()


def _onward(ground: Ground, pool: Pool, base: Mapping[str, str], singles: list[Candidate], found: Findings) -> int:
    """From the likeliest texts with which a plain script came furthest, one edit more."""
    if ground.trace is not None and any(test.name for test in ground.trace.tests):
        return 0
    steps = found.best_partial(MOST_ONWARD)
    return sum(pool.put(more) for step in steps for more in sources.onward(ground, step.path, step.texts[step.path]))


def _pairs(ground: Ground, pool: Pool, base: Mapping[str, str], singles: list[Candidate], found: Findings) -> int:
    return sum(pool.put(double) for double in pairs(base, singles, found))


def _asker(
    ground: Ground,
    base: Mapping[str, str],
    suspicion: Suspicions,
    issue: str,
    backend: Backend,
    profile: Profile | None,
    pool: Pool,
) -> Asker:
    whole_lines = profile.whole_file_lines if profile is not None else 120
    pieces: list[tuple[float, Shown]] = []
    for path, text in base.items():
        lines = suspicion.of(path)
        weight = max(lines.values(), default=0.0)
        pieces += [
            (weight / (1 + rank), piece) for rank, piece in enumerate(show(path, text, lines, whole_lines)) if weight
        ]
    pieces.sort(key=lambda item: -item[0])
    failure = first_words(ground)
    expected = expectations(ground.judge.root, ground.command, failure, base)
    failure += (f"\n\nWhat they check:\n{expected}" if expected else "") + (f"\n\nReported: {issue}" if issue else "")
    questions = [
        Question(piece, failure, hints(base[piece.path], suspicion.of(piece.path), piece)) for _, piece in pieces[:3]
    ]
    return Asker(
        backend,
        profile,
        questions,
        base,
        lambda candidate: pool.put(candidate, first=True),
        lambda verdict: words(ground, verdict),
    )


def _counts(ground: Ground) -> tuple[int, int]:
    """(passed, failed) of the traced baseline; (0, 1) where tests cannot be told apart."""
    if ground.trace is None or not any(test.name for test in ground.trace.tests):
        return (1, 0) if ground.baseline.ok else (0, 1)
    failed = len(ground.trace.failing)
    return (len(ground.trace.tests) - failed, failed)
