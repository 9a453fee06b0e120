"""Candidates that are held as splices, compiled in part, and built in chunk after chunk."""

from __future__ import annotations

import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.repair.candidates import Suspicions, onward, singles
from agent.repair.difference import difference
from agent.repair.meta import embeddable
from agent.repair.preparing import prepare
from agent.repair.ranking import MOST_OF_A_FAMILY, ranked
from agent.repair.running import INJECT
from agent.repair.searching import Findings, pairs
from agent.repair.targets import read_targets
from agent.repair.templates import neutral
from agent.repair.types import Mutation, Splice, SplicedText, spliced
from tests.repair.conftest import run_built_in

Project = Callable[[dict[str, str]], Path]


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, tuple[Splice, ...]]:
    """A text of few letters, and one or two splices of it that do not touch."""
    text = draw(st.text("ab\n", max_size=14))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    new = st.text("ab", max_size=3)
    splices = [Splice(cuts[0], cuts[1], draw(new))]
    if cuts[2] > cuts[1]:
        splices.append(Splice(cuts[2], cuts[3], draw(new)))
    return text, tuple(splices)


@given(edited())
def test_the_same_new_text_has_the_same_difference_however_it_was_made(case: tuple[str, tuple[Splice, ...]]) -> None:
    text, splices = case
    new = spliced(text, splices)
    start, end, middle = difference(text, splices)
    assert text[:start] + middle + text[end:] == new
    assert difference(text, (Splice(0, len(text), new),)) == (start, end, middle)
    assert text[:start] == new[:start]
    assert start == min(len(text), len(new)) or text[start] != new[start]


def test_ten_thousand_candidates_of_a_large_file_take_little_memory() -> None:
    import tracemalloc

    text = "x = 1\n" * 20_000
    tracemalloc.start()
    held = [SplicedText("a.py", text, (Splice(4, 5, str(number)),)) for number in range(10_000)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10 * 2**20
    assert held[77]["a.py"].startswith("x = 77\n")


def test_a_family_with_very_many_edits_keeps_the_likeliest() -> None:
    text = "x = 1\n"
    many = [Mutation((Splice(4, 5, str(n)),), "constant_number", 1, 1.0 / (1 + n)) for n in range(9 * MOST_OF_A_FAMILY)]
    kept = ranked(text, many, {1: 1.0}, None)
    assert len(kept) == MOST_OF_A_FAMILY
    assert kept[0][1].splices[0].text == "0"


PROGRAM = (
    '''
"""A module that is large enough to be compiled in part."""
from functools import wraps

LIMIT = 3

def again(function):
    @wraps(function)
    def inner(*rest):
        return function(*rest)
    return inner

class Shelf:
    """Things by number."""

    def __init__(self, things):
        self.__things = list(things)

    @property
    def size(self):
        return len(self.__things) + 1

    class Label:
        def text(self):
            return "label"

    def sorted(self):
        return [self.pick(index) for index in range(LIMIT)]

    def pick(self, index):
        return self.__things[index]

@again
def total(numbers, scale=2):
    result = 0
    for number in numbers:
        result += number * scale
    return result
'''
    + "\n# padding so that compiling in part pays\n" * 400
)


@pytest.fixture
def compiling() -> Any:
    sys.path.insert(0, str(INJECT))
    try:
        import agent_repair_compiling  # type: ignore[import-not-found, unused-ignore]
    finally:
        sys.path.remove(str(INJECT))
    return agent_repair_compiling


@pytest.mark.parametrize(
    ("old", "new", "call"),
    [
        ("+ 1", "", "Shelf('abc').size"),
        ("number * scale", "number * scale + 1", "total([1, 2])"),
        ('"label"', '"none"', "Shelf.Label().text()"),
        ("self.__things[index]", "self.__things[-index]", "Shelf('abcd').sorted()"),
        ("    return result\n", "    result += 1\n    return result\n", "total([1])"),
        ("    return result\n", "    return result\nLIMIT = 1\n", "Shelf('abc').sorted()"),
        ("    return result\n", "    return result\ntotal = len\n", "total([5, 6])"),
        ("LIMIT = 3", "LIMIT = 2", "Shelf('abc').sorted()"),
        ("scale=2", "scale=3", "total([1])"),
        ("return len", "return super().__sizeof__() * 0 + len", "Shelf('ab').size"),
    ],
)
def test_a_candidate_compiled_in_part_behaves_as_the_whole_does(compiling: Any, old: str, new: str, call: str) -> None:
    base = compiling.Base(PROGRAM, "shelf.py")
    text = PROGRAM.replace(old, new, 1)
    answers = []
    for code in (compile(text, "shelf.py", "exec"), base.compiled(text)):
        module = types.ModuleType("shelf")
        exec(code, module.__dict__)
        answers.append(eval(call, module.__dict__))
    assert answers[0] == answers[1]
    assert text != PROGRAM


def test_a_candidate_that_does_not_parse_is_refused(compiling: Any) -> None:
    base = compiling.Base(PROGRAM, "shelf.py")
    with pytest.raises(SyntaxError):
        base.compiled(PROGRAM.replace("result = 0", "result = = 0"))


def test_what_can_be_built_in_is_known_with_its_place(tmp_path: Path) -> None:
    text = "package m\n\nfunc Less(a, b int) bool {\n\treturn a < b\n}\n\nconst Limit = 3\n"
    edits = neutral.mutations("m.go", text, dict.fromkeys(range(1, 8), 1.0))
    places = embeddable("m.go", text, edits)
    for number, (start, end) in places.items():
        assert text[start:end] == "return a < b"
        assert edits[number].line == 4
    assert places
    assert any(edit.line == 7 for edit in edits)


def test_a_statement_before_a_loop_or_a_declaration_can_be_built_in() -> None:
    text = "package m\n\nfunc F(n int) int {\n\tr := 1\n\tfor r < n {\n\t\tr++\n\t}\n\treturn r\n}\n"
    edits = neutral.mutations("m.go", text, dict.fromkeys(range(1, 10), 1.0))
    before = {text.index("\tr := 1"), text.index("\tfor")}
    places = embeddable("m.go", text, edits)
    offered = [
        n for n, edit in enumerate(edits) if {(s.start, s.end) for s in edit.splices} <= {(b, b) for b in before}
    ]
    assert {places[number] for number in offered} == {(place, place) for place in before}


@pytest.mark.skipif(shutil.which("go") is None, reason="no go")
def test_every_candidate_is_built_in_sooner_or_later_even_for_an_old_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The test environment's own cache folder is empty, and Go would build its library anew.
    monkeypatch.setenv("GOCACHE", str(Path.home() / ".cache" / "go-build"))
    monkeypatch.setattr("agent.repair.meta_run.FIRST", 4)
    text = "package m\n\nfunc Between(a, b, x int) bool {\n\treturn a < x && x > b\n}\n"
    root = tmp_path / "m"
    root.mkdir()
    (root / "go.mod").write_text("module m\n\ngo 1.12\n")
    (root / "m.go").write_text(text)
    (root / "m_test.go").write_text(
        'package m\n\nimport "testing"\n\nfunc TestBetween(t *testing.T) {\n'
        "\tif !Between(1, 5, 3) || Between(1, 5, 7) || Between(1, 5, 0) {\n\t\tt.Fatal()\n\t}\n}\n"
    )
    edits = neutral.mutations("m.go", text, {4: 1.0})
    places = embeddable("m.go", text, edits)
    chosen = [edits[number] for number in sorted(places)]
    spans = [places[number] for number in sorted(places)]
    run, passing, _ = run_built_in(root, "m.go", "go test ./...", chosen, spans, "TestBetween")
    assert run.builds > 1
    alone = [chosen[numbers[0]] for numbers in passing if len(numbers) == 1]
    assert any("return a < x && x < b\n" in spliced(text, edit.splices) for edit in alone)


@pytest.mark.skipif(shutil.which("cargo") is None, reason="no cargo")
def test_one_candidate_that_spoils_the_build_elsewhere_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    # With `len = value` the compiler finds fault with lines that no candidate changes.
    text = (
        "pub fn counted(bytes: &[u8]) -> usize {\n    let mut len = 0;\n    let mut value = 0u64;\n"
        "    while len < bytes.len() {\n        value += 1;\n        len += 2;\n    }\n"
        "    if value > 99 { 0 } else { len }\n}\n\n"
        '#[test]\nfn counts() {\n    assert_eq!(counted(b"abc"), 3);\n    assert_eq!(counted(b"abcd"), 4);\n}\n'
    )
    root = tmp_path / "m"
    (root / "src").mkdir(parents=True)
    (root / "Cargo.toml").write_text('[package]\nname = "m"\nversion = "0.1.0"\nedition = "2021"\n')
    (root / "src" / "lib.rs").write_text(text)
    place = text.index("len += 2;")
    offers = [*(f"len += {number};" for number in range(3, 12)), "len = value;", "len += 1;"]
    edits = [Mutation((Splice(place, place + 9, offer),), "augmented", 6) for offer in offers]
    spans = [(place, place + 9)] * len(edits)
    _, passing, _ = run_built_in(root, "src/lib.rs", "cargo test --offline --lib", edits, spans)
    assert [offers[number] for number, *others in passing if not others] == ["len += 1;"]


def test_what_was_made_of_another_text_is_joined_with_no_edit_of_the_file(project: Project) -> None:
    text = "def twice(n):\n    return n + 3\n"
    root = project({"twice.py": text, "check.py": "from twice import twice\n\nassert twice(2) == 4\n"})
    ground = prepare(root, read_targets(root, ["twice.py"]), {"twice.py": text}, f"{sys.executable} check.py", 10.0, 1)
    try:
        base = {"twice.py": text}
        own = singles(ground, base, Suspicions(ground, base))
        steps = onward(ground, "twice.py", "# A line more.\n" + text)
        assert steps
        joined = pairs(base, own, Findings(partial=[(1, step) for step in steps]))
        assert [c.texts["twice.py"] for c in joined] == [c.texts["twice.py"] for c in pairs(base, own, Findings())]
    finally:
        ground.close()
