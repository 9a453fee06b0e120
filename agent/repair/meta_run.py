"""Building and running a program with candidates built in: compile errors take candidates out, passes are reported."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.repair.meta import embed
from agent.repair.meta_text import Meta
from agent.repair.running import finish, kill, start
from agent.repair.scratch import Scratch
from agent.repair.targets import Target
from agent.repair.types import Mutation

MOST = 500
"""Candidates in one build; compilers slow down on functions of thousands of branches."""
ROUNDS = 10
"""Attempts at one build until no compile error is left."""
FIRST = 120
"""Candidates in the first build: it is done soon, and what it teaches keeps wrong ones out of the next, larger ones."""
SMALLEST = 6
"""Candidates that do not build for a reason that names none of them are left to runs of the command from here on."""
BASE_MS = 3000
"""Milliseconds that the program as it is may take in the first build (the runtimes' own number)."""
ENDLESS_MS = 700
"""The same in later builds, once it is known that it does not end."""
EMPTY = 2
"""Builds in a row that come to judge nothing, until it is given up."""


class MetaRun:
    """Works in a thread of its own, in a scratch copy of its own. `passing` is called with each number that passes."""

    def __init__(
        self,
        scratch: Scratch,
        command: str,
        target: Target,
        text: str,
        mutations: Sequence[Mutation],
        spans: Sequence[tuple[int, int]],
        *,
        failing: Sequence[str],
        seconds: float,
        jobs: int,
        passing: Callable[[int], None],
    ) -> None:
        self._scratch, self._command, self._target, self._text = scratch, command, target, text
        self._mutations, self._failing = list(mutations), list(failing)
        self._deadline, self._jobs, self._passing = time.monotonic() + seconds, jobs, passing
        self.judged: set[int] = set()
        self.builds = 0
        self._chunk: list[int] = []
        self._unclear: list[int] = []
        """Places in the chunk of those that do not build together, the compiler naming none."""
        self._spans = list(spans)
        self._lenient = False
        self._endless = False
        self._idle: set[tuple[int, int]] = set()
        self._wrong: set[tuple[str, str, str]] = set()
        self.why = ""
        self._stop = False
        self._process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._run, name="meta", daemon=True)

    def start(self) -> None:
        """Begin."""
        self.thread.start()

    def stop(self) -> None:
        """End it and what it runs."""
        self._stop = True
        if self._process is not None:
            kill(self._process)

    def _run(self) -> None:
        """Build after build, the likeliest candidates first, until each has been in one or the time is up."""
        waiting = list(range(len(self._mutations)))
        empty, size = 0, FIRST
        halves: list[list[int]] = []
        while (waiting or halves) and empty < EMPTY and not self._stop and time.monotonic() < self._deadline:
            part = bool(halves)
            self._chunk = halves.pop(0) if part else waiting[:size]
            self._unclear = []
            before = len(self.judged)
            used = self._build([self._mutations[number] for number in self._chunk])
            done = {self._chunk[place] for place in used}
            if len(self._unclear) > SMALLEST:
                # One of them changes what the compiler thinks of another place: halving finds it in a few builds.
                left = [self._chunk[place] for place in self._unclear]
                middle = len(left) // 2
                halves = [left[:middle], left[middle:], *halves]
            elif not part:
                empty = 0 if len(self.judged) > before else empty + 1
            if part:
                continue
            if not done:
                return
            waiting = [number for number in waiting if number not in done and not self._hopeless(number)]
            size = min(2 * size, MOST)

    def _hopeless(self, number: int) -> bool:
        """The compiler has refused the same replacement elsewhere (a name of another type, mostly), or the failing
        tests do not come to the place."""
        start, end = self._spans[number]
        return _replacement(self._text, self._mutations[number]) in self._wrong or any(
            first <= start and end <= last for first, last in self._idle
        )

    def _build(self, mutations: Sequence[Mutation]) -> set[int]:
        """Build a program until it compiles, and run it. Returns the mutations that were in it at first."""
        out: set[int] = set()
        used: set[int] = set()
        for _ in range(ROUNDS):
            meta = embed(self._target.path, self._text, mutations, frozenset(out))
            if meta is None or self._stop or not meta.sites:
                self.why = self.why or "nothing can be built in"
                return used
            # Where a wrong one has left, one that lay inside it may come in.
            used |= set(meta.sites)
            self.builds += 1
            began, output = self._try(meta, self.builds)
            if began or self._stop:
                return used
            # What the project forbids by lints need not hold for a program that only tries candidates.
            self._lenient = self._lenient or re.search(r"#!?\[(deny|forbid)\(", output) is not None
            wrong = errors(output, Path(self._target.path).name)
            bad = {owner for line in wrong for owner in meta.owners.get(line, ())}
            if not bad:
                near = gutter(output)
                bad = {owner for line in near for owner in meta.owners.get(line, ())}
            if not bad:
                self.why = "it does not build: " + output[-300:]
                self._unclear = sorted(meta.sites)
                return used
            self._wrong |= {_replacement(self._text, mutations[place]) for place in bad}
            out |= bad
            out |= {
                place for place in range(len(mutations)) if _replacement(self._text, mutations[place]) in self._wrong
            }
        self.why = f"it did not build in {ROUNDS} rounds"
        return used

    def _try(self, meta: Meta, number: int) -> tuple[bool, str]:
        """Whether the program came to run candidates, and what the command wrote."""
        out = self._scratch.folder / f"meta{number}.out"
        listing = self._scratch.folder / f"meta{number}.list"
        listing.write_text("".join(f"{mutant + 1} {meta.sites[mutant]}\n" for mutant in sorted(meta.sites)))
        self._scratch.write({self._target.path: self._target.encoded(meta.text)})
        flags = os.environ.get("GOFLAGS", "")
        env = {
            "AGENT_META_LIST": str(listing),
            "AGENT_META_OUT": str(out),
            "AGENT_META_JOBS": str(self._jobs),
            "GOFLAGS": f"{flags} -vet=off -gcflags=-e".strip(),
        }
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
        process = self._process = start(self._scratch, self._command, env)
        reader = threading.Thread(target=self._follow, args=(out,), daemon=True)
        self._following = True
        reader.start()
        run = finish(process, max(1.0, self._deadline - time.monotonic()))
        self._following = False
        reader.join(1.0)
        if self._read(out) > 0:
            self._note_idle(meta, out.with_name(out.name + ".hits"))
            return True, run.output
        return False, run.output

    def _note_idle(self, meta: Meta, hits: Path) -> None:
        """Remember the anchors that the failing tests did not come to."""
        try:
            reached = {int(word) for word in hits.read_text().split()}
        except (OSError, ValueError):
            return
        if reached:
            self._idle |= {span for site, span in meta.spans.items() if site not in reached}

    def _follow(self, out: Path) -> None:
        while self._following and not self._stop:
            self._read(out)
            time.sleep(0.1)

    def _read(self, out: Path) -> int:
        """Take in the verdicts so far; returns how many lines there are."""
        try:
            lines = out.read_text().splitlines()
        except OSError:
            return 0
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == "H":
                self._endless = int(rest.split()[1]) >= BASE_MS - 100
            if word in ("P", "F", "T") and rest.isdigit():
                number = self._chunk[int(rest) - 1]
                # One that ran out of time is left to the pool, which is more patient.
                if number not in self.judged and word != "T":
                    self.judged.add(number)
                    if word == "P":
                        self._passing(number)
        return len(lines)


def _replacement(text: str, mutation: Mutation) -> tuple[str, str, str]:
    """What replaces what; what is put in or taken out is told apart by its place."""
    splice = mutation.splices[0]
    before = text[splice.start : splice.end]
    if len(mutation.splices) > 1 or not before.strip() or not splice.text.strip():
        return mutation.family, str(splice.start), splice.text
    return mutation.family, before, splice.text


def errors(output: str, name: str) -> set[int]:
    """The lines of a file that a compiler's errors name."""
    found: set[int] = set()
    place = re.escape(name)
    rust_error = False
    for line in output.splitlines():
        if re.match(r"\s*(error|warning|note|help)(\[|:)", line):
            rust_error = line.lstrip().startswith("error")
        match = re.search(rf"-->\s*\S*\b{place}:(\d+):\d+", line)
        if match:
            if rust_error:
                found.add(int(match.group(1)))
            continue
        match = re.search(rf"(?:^|[\s/]){place}:(\d+)(?::\d+)?:?\s*(.*)", line)
        if match and not match.group(2).lstrip().startswith(("warning", "note")):
            found.add(int(match.group(1)))
    return found


def gutter(output: str) -> set[int]:
    """The lines that rustc shows beside its errors."""
    found: set[int] = set()
    error = False
    for line in output.splitlines():
        if re.match(r"(error|warning)(\[|:)", line):
            error = line.startswith("error")
        match = re.match(r"\s*(\d+) \|", line)
        if match and error:
            found.add(int(match.group(1)))
    return found
