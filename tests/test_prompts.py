"""The prompts: templates with places, filled once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import prompts
from prompts import load, render

NAMES = sorted(path.stem for path in Path(prompts.__file__).parent.glob("*.md"))


@pytest.fixture
def template() -> Iterator[str]:
    """A template of this test's own, beside the real ones for its time."""
    name = "zz-test-template"
    path = Path(prompts.__file__).parent / f"{name}.md"
    path.write_text("Say {{word}} {{ not a place }} {% %} {word} and {{word}} to {{who}}.\n\n", encoding="utf-8")
    load.cache_clear()
    yield name
    path.unlink()
    load.cache_clear()


def test_places_are_filled_and_nothing_else_is_touched(template: str) -> None:
    filled = render(template, word="hi", who="you")
    assert filled == "Say hi {{ not a place }} {% %} {word} and hi to you."


def test_a_place_inside_a_value_stays_as_it_is(template: str) -> None:
    assert "{{who}} to x" in render(template, word="{{who}}", who="x")


def test_a_missing_value_and_a_value_too_many_are_errors(template: str) -> None:
    with pytest.raises(KeyError, match="who"):
        render(template, word="hi")
    with pytest.raises(TypeError, match="extra"):
        render(template, word="hi", who="you", extra="x")


def test_an_unknown_prompt_is_an_error() -> None:
    with pytest.raises(KeyError, match="no-such"):
        load("no-such")


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_is_text_that_does_not_change_from_day_to_day(name: str) -> None:
    text = load(name)
    assert text and text == text.rstrip("\n")
    assert "20" + "26" not in text and "today" not in text.lower()
