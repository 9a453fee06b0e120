"""The data of repair: candidates, verdicts, and what comes out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agent.edits.types import FileChange


@dataclass(frozen=True)
class Splice:
    """Replace the characters `start:end` of a text by `text`."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: tuple[Splice, ...]) -> str:
    """The text with splices applied. They must not overlap."""
    for splice in sorted(splices, key=lambda s: (s.start, s.end), reverse=True):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text


def overlap(splices: Iterable[Splice]) -> bool:
    """Whether two of them change the same characters, or put something in at the same place."""
    spans = sorted((s.start, s.end) for s in splices)
    return any(a[1] > b[0] or a[0] == b[0] for a, b in itertools.pairwise(spans))


class SplicedText(Mapping[str, str]):
    """The new text of one file, put together when it is asked for: tens of thousands wait, a few hundred are judged."""

    __slots__ = ("base", "path", "splices")

    def __init__(self, path: str, base: str, splices: tuple[Splice, ...]) -> None:
        self.path, self.base, self.splices = path, base, splices

    def __getitem__(self, path: str) -> str:
        if path != self.path:
            raise KeyError(path)
        return spliced(self.base, self.splices)

    def __iter__(self) -> Iterator[str]:
        yield self.path

    def __len__(self) -> int:
        return 1


@dataclass(frozen=True)
class Mutation:
    """One candidate edit of one file."""

    splices: tuple[Splice, ...]
    family: str
    """The template family it comes from, as in the table of priors."""
    line: int
    """1-based line of the place that is changed."""
    weight: float = 1.0
    """How likely this instance is among those of its family at its place."""


@dataclass(frozen=True)
class Candidate:
    """New texts of the target files to be judged."""

    texts: Mapping[str, str]
    """Path relative to the root → the whole new text. Files that stay as they are may be left out."""
    origin: str
    """`search` or `model`."""
    family: str = ""
    score: float = 0.0
    """Log-probability by the ordering's own reckoning; larger is tried earlier."""
    line: int = 0
    mutations: tuple[Mutation, ...] = ()
    path: str = ""
    advised: int = 0
    """How often a compiler's advice was followed since a model gave it."""


def searched(
    path: str, base: str, family: str, score: float, splices: tuple[Splice, ...], mutations: tuple[Mutation, ...]
) -> Candidate:
    """A candidate of the search: `splices` of the text `base`, which `mutations` ask for."""
    return Candidate(SplicedText(path, base, splices), "search", family, score, mutations[0].line, mutations, path)


def edits(candidate: Candidate, base: Mapping[str, str]) -> int:
    """Of how many edits of the files as they are it is made; 0 when it edits another text, or is a model's."""
    texts = candidate.texts
    own = isinstance(texts, SplicedText) and texts.base == base[candidate.path]
    return len(candidate.mutations) if own else 0


def joined(base: str, one: Candidate, other: Candidate, score: float) -> Candidate:
    """Two edits of one file's text as one candidate; their splices must not overlap."""
    mutations = one.mutations + other.mutations
    splices = tuple(splice for mutation in mutations for splice in mutation.splices)
    return searched(one.path, base, f"{one.family}+{other.family}", score, splices, mutations)


@dataclass(frozen=True)
class Verdict:
    """What a judge says of a candidate."""

    passed: bool
    tests_passed: int = 0
    fixed: int = 0
    """How many tests that failed before passed now, as far as it was run."""
    timed_out: bool = False
    reached: int = 0
    """The line of a plain script at which it failed."""
    further: int = 0
    """How many lines of a plain script further than the unchanged text it came."""
    messages: tuple[tuple[str, str], ...] = ()
    """(test, what it said), only where details were asked for."""
    seconds: float = 0.0
    output: str = ""


@dataclass(frozen=True)
class TestTrace:
    """One test of the traced baseline run."""

    __test__ = False
    name: str
    ok: bool
    message: str = ""
    path: str = ""
    lines: tuple[tuple[str, int], ...] = ()
    """(target path, line) in the order in which each was last run."""
    raised: tuple[str, int] | None = None
    """The target line that raised last."""
    looped: bool = False
    seconds: float = 0.0
    reached: int = 0
    """The line of the script itself at which it failed, for a plain script; 0 where that is not known."""


@dataclass(frozen=True)
class Trace:
    """The traced baseline run of a Python command."""

    tests: tuple[TestTrace, ...]
    types: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(function, variable) → names of the types it held."""
    loaded: bool = False
    """A Python process of the command loaded a target file."""

    @property
    def failing(self) -> tuple[TestTrace, ...]:
        """The tests that failed."""
        return tuple(test for test in self.tests if not test.ok)


@dataclass(frozen=True)
class Repaired:
    """One way to repair the files: every test of the command passes with it."""

    changes: tuple[FileChange, ...]
    origin: str
    """`syntax`, `lint`, `search`, `model`."""
    explanation: str = ""
    candidates_before: int = 0
    score: float = 0.0


@dataclass(frozen=True)
class RepairResult:
    """What came out. `changes` is empty when nothing helped."""

    ok: bool
    """The files parse, and the test command exits with 0 (or there is none to run)."""
    changes: tuple[FileChange, ...] = ()
    alternatives: tuple[Repaired, ...] = ()
    """Others that pass as well and behave differently, at most two."""
    origin: str = ""
    """`syntax`, `lint`, `search`, `model`, `model+search`; empty when nothing was changed."""
    family: str = ""
    """The template family, for what the search has found."""
    summary: str = ""
    """One sentence for the person, from facts."""
    tests_before: tuple[int, int] = (0, 0)
    """(passed, failed), where tests could be told apart."""
    tests_after: tuple[int, int] = (0, 0)
    tried: int = 0
    plausible: int = 0
    seconds: float = 0.0
    prompt_tokens: int = 0
    output_tokens: int = 0
    still_failing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hint: str = ""
    """What to do next, where that is not more time or another model."""
