"""Guards on a stream: what is cut, and, as important, what is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.backends.base import Chunk, Usage, collect
from agent.backends.guards import GuardTripped, guarded, repetition

ROOT = Path(__file__).parents[2]


def streamed(text: str, *, thinking: str = "", reason: str = "stop") -> Iterator[Chunk]:
    for start in range(0, len(thinking), 4):
        yield Chunk(thinking=thinking[start : start + 4])
    for start in range(0, len(text), 4):
        yield Chunk(text=text[start : start + 4])
    yield Chunk(done=True, stop_reason="length" if reason == "length" else "stop", usage=Usage())


def tripped(text: str, *, known: str = "", max_tokens: int | None = None, **said: str) -> str:
    with pytest.raises(GuardTripped) as caught:
        collect(guarded(streamed(text, **said), known=known, max_tokens=max_tokens))
    assert str(caught.value)
    return caught.value.kind


def passes(text: str, *, known: str = "", **said: str) -> None:
    assert collect(guarded(streamed(text, **said), known=known)).text == text


def test_an_empty_reply_is_cut() -> None:
    assert tripped("") == "empty"
    assert tripped("  \n\n") == "empty"


def test_a_thought_that_never_becomes_an_answer_is_cut() -> None:
    assert tripped("", thinking="hm, " * 50) == "empty"
    assert tripped("late", thinking="hm, " * 200, max_tokens=100) == "thinking"


def test_a_thought_before_an_answer_is_let_be() -> None:
    passes("The answer is 9.", thinking="let me think about this " * 20)


def test_a_server_that_ignores_the_output_cap_is_cut() -> None:
    words = " ".join(f"word{n}" for n in range(500))
    assert tripped(words, max_tokens=50) == "runaway"


@pytest.mark.parametrize(
    "loop",
    [
        "the same line again\n",
        "I will now fix it.\nHere is the fix:\n\n",
        "and and and and ",
        "0, ",
        "        self.total = self.total + self.total\n",
        "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n\n\n",
        "!",
        "中文 ",
    ],
)
def test_a_loop_is_cut_soon(loop: str) -> None:
    start = "Here is the change you asked for:\n\n"
    text = start + loop * (8000 // len(loop))
    stream = guarded(streamed(text))
    seen = ""
    with pytest.raises(GuardTripped) as caught:
        for chunk in stream:
            seen += chunk.text
    assert caught.value.kind == "repetition"
    assert len(seen) < 1500, "it was cut late"


@pytest.mark.parametrize(
    "text",
    [
        "-" * 79 + "\n" + "=" * 120 + "\n",
        "\n" * 60 + "end",
        "    }\n" * 6 + "}\n",
        "x = [" + ", ".join(["0"] * 64) + "]\n",
        "| a | b |\n|---|---|\n" + "".join(f"| {n} | 1 |\n" for n in range(80)),
        "".join(f"    assert f({n}) == {n * n}\n" for n in range(60)),
        "import a\nimport b\n" * 3,
        "".join(f'    "{c}": {n},\n' for n, c in enumerate("abcdefghijklmnopqrstuvwxyz" * 4)),
    ],
)
def test_what_only_looks_like_a_loop_is_let_be(text: str) -> None:
    passes(text)


def test_repetition_of_the_file_that_is_rewritten_is_let_be() -> None:
    table = "GRID = [\n" + "    [0, 0, 0, 0, 0, 0, 0, 0],\n" * 40 + "]\n"
    assert tripped(table) == "repetition"
    passes(table, known=table)


@pytest.mark.parametrize("path", sorted(p for p in (ROOT / "agent").rglob("*.py") if p.stat().st_size > 1000), ids=str)
def test_no_file_of_this_project_looks_like_a_loop(path: Path) -> None:
    text = path.read_text()
    for end in range(200, len(text), 64):
        assert repetition(text[:end]) == ""


@given(st.text(max_size=400), st.integers(1, 7))
def test_guards_pass_on_exactly_what_came(text: str, step: int) -> None:
    pieces = [text[i : i + step] for i in range(0, len(text), step)]

    def stream() -> Iterator[Chunk]:
        for piece in pieces:
            yield Chunk(text=piece)
        yield Chunk(done=True, stop_reason="stop")

    try:
        assert collect(guarded(stream())).text == text
    except GuardTripped as error:
        assert error.kind in ("empty", "repetition")


def test_a_tripped_guard_closes_the_stream() -> None:
    closed = []

    def stream() -> Iterator[Chunk]:
        try:
            while True:
                yield Chunk(text="again and again\n")
        finally:
            closed.append(True)

    with pytest.raises(GuardTripped):
        collect(guarded(stream()))
    assert closed == [True]
