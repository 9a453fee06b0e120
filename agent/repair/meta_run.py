"""Building and running a program with candidates built in: compile errors take candidates out, passes are reported."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.repair.meta import embed
from agent.repair.meta_errors import errors, gutter, inferred
from agent.repair.meta_pairs import likely_pairs
from agent.repair.meta_text import Meta
from agent.repair.meta_verdicts import Verdicts
from agent.repair.running import finish, kill, start
from agent.repair.scratch import Scratch
from agent.repair.targets import Target
from agent.repair.types import Mutation

_numbers = itertools.count(1)

MOST = 500
"""Candidates in one build; compilers slow down on functions of thousands of branches."""
ROUNDS = 10
"""Attempts at one build until no compile error is left."""
FIRST = 120
"""Candidates in the first build: it is done soon, and what it teaches keeps wrong ones out of the next, larger ones."""
SMALLEST = 6
"""Candidates that do not build for a reason that names none of them are left to runs of the command from here on."""
ENDLESS_MS = 700
"""Milliseconds that the program as it is may take in later builds, once it is known that it does not end."""
EMPTY = 2
"""Builds in a row that come to judge nothing, until it is given up."""
PAIRED = 300
"""Single edits that are tried two at a time: they have been built before, so this takes one build."""
MOST_PAIRS = 6000
MOST_PASSING = 6
"""Pairs that pass, until no more are looked for: the likeliest come first."""
HOPELESS = 8
"""Parts of what does not build together that in a row come to judge nothing, until the rest of it is left."""


@dataclass(frozen=True)
class Batch:
    """Single edits of one text that can be built in."""

    text: str
    mutations: Sequence[Mutation]
    spans: Sequence[tuple[int, int]]
    """The anchor of each, as `embeddable` tells it."""
    scores: Sequence[float]
    """Log-probabilities."""


class MetaRun:
    """Tries the edits of one batch in a scratch copy: alone, then two at a time.

    `passing` is called with what passes: the numbers of one mutation or of two.
    """

    def __init__(
        self,
        scratch: Scratch,
        command: str,
        target: Target,
        batch: Batch,
        *,
        failing: Sequence[str],
        deadline: float,
        jobs: int,
        passing: Callable[[tuple[int, ...]], None],
    ) -> None:
        self._scratch, self._command, self._target = scratch, command, target
        self._text, self._mutations = batch.text, batch.mutations
        self._spans, self._scores = batch.spans, batch.scores
        self._failing = list(failing)
        self._deadline, self._jobs, self._passing = deadline, jobs, passing
        self.judged: set[int] = set()
        self.late: set[int] = set()
        """Those that ran out of time are left to the pool, which is more patient."""
        self.pairs: list[tuple[int, int]] = []
        """Pairs that have been tried."""
        self.builds = 0
        self._waiting: list[tuple[int, int]] | None = None
        """Pairs that are still to be tried, once they are known."""
        self._left: list[tuple[int, ...]] = []
        """What was to be run last and has no verdict."""
        self._types: dict[int, str] = {}
        """What a compiler has said of variables without a type, at the character after each."""
        self._passed = 0
        self._progress: dict[int, int] = {}
        self._stuck = False
        """The program had to be left because of a candidate that it could not end; the rest are to be run again."""
        self._chunk: Sequence[int] = ()
        self._unclear: list[int] = []
        """Places in the chunk of those that do not build together, the compiler naming none."""
        self._lenient = False
        self._endless = False
        self._idle: set[tuple[int, int]] = set()
        self._wrong: set[tuple[str, str, str]] = set()
        self._stop = False
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End it and what it runs; from another thread."""
        self._stop = True
        if self._process is not None:
            kill(self._process)

    @property
    def _over(self) -> bool:
        return self._stop or time.monotonic() >= self._deadline

    def doubles(self, seconds: float) -> bool:
        """For so many seconds, two at a time of those that were built and reached: one build holds every pair of them.

        Returns whether some are left.
        """
        if self._waiting is None:
            self._waiting = self._likely()
        if not self._waiting or self._passed >= MOST_PASSING or self._over:
            return False
        known = sorted({number for pair in self._waiting for number in pair})
        self._chunk = known
        meta = embed(self._target.path, self._text, [self._mutations[n] for n in known], notes=self._types)
        if meta is None:
            return False
        places = {number: place for place, number in enumerate(known)}
        before = len(self._waiting)
        self.builds += 1
        self._try(meta, [(places[one], places[other]) for one, other in self._waiting], seconds)
        self._waiting = [(held[0], held[1]) for held in self._left if len(held) == 2]
        return 0 < len(self._waiting) < before and self._passed < MOST_PASSING

    def _likely(self) -> list[tuple[int, int]]:
        known = sorted(self.judged, key=lambda n: (-self._progress.get(n, 0), -self._scores[n]))[:PAIRED]
        meta = embed(self._target.path, self._text, [self._mutations[number] for number in known])
        if meta is None:
            return []
        sites = {known[place]: site for place, site in meta.sites.items()}
        lines = {number: self._mutations[number].line for number in sites}
        return likely_pairs({n: self._scores[n] for n in sites}, lines, sites, self._progress, MOST_PAIRS)

    def singles(self, *, halving: bool = True) -> None:
        """Build after build, the likeliest candidates first, until each has been in one or the time is up.

        Without `halving`, a program that does not build for a reason that names no candidate ends it.
        """
        waiting = list(range(len(self._mutations)))
        empty, vain, size = 0, 0, FIRST
        halves: list[list[int]] = []
        whole = 0
        while (waiting or halves) and empty < EMPTY and not self._over:
            part = bool(halves)
            self._chunk = halves.pop(0) if part else waiting[:size]
            self._unclear = []
            before = len(self.judged)
            whole = whole if part else before
            used = self._build([self._mutations[number] for number in self._chunk])
            done = {self._chunk[place] for place in used}
            if self._unclear and not halving:
                return
            if len(self._unclear) > SMALLEST:
                # One of them changes what the compiler thinks of another place: halving finds it in a few builds. There
                # are mostly several of its kind, which stay together when alike ones stand side by side.
                left = sorted((self._chunk[place] for place in self._unclear), key=self._kind)
                middle = len(left) // 2
                halves = [left[:middle], left[middle:], *halves]
            vain = 0 if len(self.judged) > before else vain + 1
            if not halves:
                # With the last part of what did not build together, or after what did.
                empty = 0 if len(self.judged) > whole else empty + 1
            elif vain > HOPELESS:
                halves, empty = [], empty + 1
            if part:
                continue
            if not done:
                return
            waiting = [number for number in waiting if number not in done and not self._hopeless(number)]
            size = min(2 * size, MOST)

    def _kind(self, number: int) -> tuple[tuple[int, int], str]:
        return self._spans[number], self._mutations[number].splices[0].text

    def _hopeless(self, number: int) -> bool:
        """The compiler has refused the same replacement elsewhere (a name of another type, mostly), or the failing
        tests do not come to the place."""
        start, end = self._spans[number]
        return _replacement(self._text, self._mutations[number]) in self._wrong or any(
            first <= start and end <= last for first, last in self._idle
        )

    def _build(self, mutations: Sequence[Mutation]) -> set[int]:
        """Build a program until it compiles, and run it. Returns the mutations that were in it at first."""
        name = Path(self._target.path).name
        out: set[int] = set()
        used: set[int] = set()
        for _ in range(ROUNDS):
            meta = embed(self._target.path, self._text, mutations, frozenset(out), self._types)
            if meta is None or self._stop or not meta.sites:
                return used
            # Where a wrong one has left, one that lay inside it may come in.
            used |= set(meta.sites)
            self.builds += 1
            began, output = self._try(meta, [(mutant,) for mutant in sorted(meta.sites)])
            places = {number: place for place, number in enumerate(self._chunk)}
            while began and self._stuck and self._left and not self._over:
                self._try(meta, [(places[number],) for number, *_ in self._left])
            if began or self._stop:
                return used
            # What the project forbids by lints need not hold for a program that only tries candidates.
            self._lenient = self._lenient or re.search(r"#!?\[(deny|forbid)\(", output) is not None
            wrong = errors(output, name)
            bad = {owner for line in wrong for owner in meta.owners.get(line, ())}
            if not bad:
                near = gutter(output)
                bad = {owner for line in near for owner in meta.owners.get(line, ())}
            known = inferred(output, name, meta.text, meta.owners, self._text) if not bad else {}
            if known.items() - self._types.items():
                self._types.update(known)
                continue
            if not bad:
                # They may be what is wrong.
                self._types.clear()
                self._unclear = sorted(meta.sites)
                return used
            self._wrong |= {_replacement(self._text, mutations[place]) for place in bad}
            out |= bad
            out |= {
                place for place in range(len(mutations)) if _replacement(self._text, mutations[place]) in self._wrong
            }
        return used

    def _try(self, meta: Meta, tries: Sequence[tuple[int, ...]], seconds: float = float("inf")) -> tuple[bool, str]:
        """Whether the program came to run candidates (one or two of the chunk's places at a time), and what the command
        wrote."""
        out = self._scratch.folder / f"meta{next(_numbers)}.out"
        listing = out.with_suffix(".list")
        runs = {run: tuple(self._chunk[mutant] for mutant in held) for run, held in enumerate(tries, 1)}
        listing.write_text("".join(_listed(run, held, meta.sites) for run, held in enumerate(tries, 1)))
        self._scratch.write({self._target.path: self._target.encoded(meta.text)})
        flags = os.environ.get("GOFLAGS", "")
        env = {
            "AGENT_META_LIST": str(listing),
            "AGENT_META_OUT": str(out),
            "AGENT_META_JOBS": str(self._jobs),
            "GOFLAGS": f"{flags} -vet=off -gcflags=-e".strip(),
        }
        said = out.with_suffix(".said") if len(tries[0]) == 1 else None
        if said is not None:
            env["AGENT_META_SAID"] = str(said)
        if re.search(r"\bcargo\b.*\btest\b|--test\b", self._command):
            env["AGENT_META_TESTS"] = "1"
            env["AGENT_META_ARGS"] = "\x1f".join([*self._failing, "--exact"]) if self._failing else ""
        elif "go test" in self._command:
            names = sorted({name.partition("/")[0] for name in self._failing if re.fullmatch(r"Test\w+(/.*)?", name)})
            extra = ["-test.failfast"] + ([f"-test.run=^({'|'.join(names)})$"] if names else [])
            env["AGENT_META_ARGS"] = "\x1f".join(extra)
        if self._endless:
            env["AGENT_META_BASE"] = str(ENDLESS_MS)
        if self._lenient:
            env["RUSTFLAGS"] = f"{os.environ.get('RUSTFLAGS', '')} --cap-lints=warn".strip()
        verdicts = Verdicts(out, said, runs, self._take)
        process = self._process = start(self._scratch, self._command, env)
        if self._stop:
            kill(process)
        verdicts.start()
        run = finish(process, max(1.0, min(seconds, self._deadline - time.monotonic())))
        verdicts.end()
        self._endless |= verdicts.endless
        self._stuck, self._left = verdicts.stuck, [held for held in runs.values() if held]
        if verdicts.lines:
            self._note_idle(meta, out.with_name(out.name + ".hits"))
        return verdicts.lines > 0, run.output

    def _take(self, word: str, held: tuple[int, ...], further: int) -> None:
        """Take in a verdict."""
        if word == "T":
            self.late.update(held if len(held) == 1 else ())
        elif len(held) == 2:
            self.pairs.append((held[0], held[1]))
            self._passed += word == "P"
        else:
            self.judged.update(held)
            if further:
                self._progress[held[0]] = further
        if word == "P":
            self._passing(held)
        if self._passed >= MOST_PASSING and self._process is not None:
            kill(self._process)

    def _note_idle(self, meta: Meta, hits: Path) -> None:
        """Remember the anchors that the failing tests did not come to."""
        try:
            reached = {int(word) for word in hits.read_text().split()}
        except (OSError, ValueError):
            return
        if reached:
            self._idle |= {span for site, span in meta.spans.items() if site not in reached}


def _listed(run: int, held: tuple[int, ...], sites: Mapping[int, int]) -> str:
    """A line for the runtime: the number of the run, then one or two candidates, each with its site."""
    words = [word for mutant in held for word in (mutant + 1, sites[mutant])]
    return " ".join(map(str, [run, *words, 0, 0][:5])) + "\n"


def _replacement(text: str, mutation: Mutation) -> tuple[str, str, str]:
    """What replaces what; what is put in or taken out is told apart by its place."""
    splice = mutation.splices[0]
    before = text[splice.start : splice.end]
    if len(mutation.splices) > 1 or not before.strip() or not splice.text.strip():
        return mutation.family, str(splice.start), splice.text
    return mutation.family, before, splice.text
