"""The templates for Python offer the statement that a method or a loop lacks."""

from __future__ import annotations

import textwrap

import pytest

from agent.repair.templates import python
from agent.repair.types import spliced

SHELF = """
    class Shelf:
        def __init__(self):
            self.total = 0
            self.books = []
            self.places = {}
            self.lent = set()

        def put(self, book, place):
            print(book)
            return place
"""


@pytest.mark.parametrize(
    "statement",
    ["self.total += 1", "self.books.append(book)", "self.places[book] = place", "self.lent.discard(book)"],
)
def test_what_a_method_did_not_note_is_offered(statement: str) -> None:
    text = textwrap.dedent(SHELF).lstrip()
    edits = python.mutations(text, dict.fromkeys(range(8, 11), 1.0))
    expected = text.replace("        return place\n", f"        {statement}\n        return place\n")
    assert expected in {spliced(text, edit.splices) for edit in edits}


def test_only_what_fits_the_kind_of_an_attribute_is_offered() -> None:
    text = textwrap.dedent(SHELF).lstrip()
    edits = python.mutations(text, dict.fromkeys(range(8, 11), 1.0))
    offered = {edit.splices[0].text.strip() for edit in edits}
    assert "self.total.append(book)" not in offered
    assert "self.books += book" not in offered


def test_a_function_has_no_object_to_note_in() -> None:
    text = "def put(shelf, book):\n    print(book)\n    return shelf.size\n"
    edits = python.mutations(text, {1: 1.0, 2: 1.0, 3: 1.0})
    assert edits and not any("self." in splice.text for edit in edits for splice in edit.splices)
