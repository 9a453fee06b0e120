# ruff: noqa: E501
"""Where an edit goes: one place, by the strictest step that finds any; else a miss that shows the nearest lines."""

from __future__ import annotations

import pytest

from agent.edits.locate import Located, Miss, locate
from agent.edits.types import Edit
from tests.edits.applying import applied

TEXT = "def f():\n    x = 1\n    if x:\n        return x\n\n    return 0\n"


def done(text: str, old: str, new: str, **more: object) -> tuple[str, str]:
    """(the step, the text after)."""
    found = locate(Edit("replace", "a", old=old, new=new, **more), text)  # type: ignore[arg-type]
    assert isinstance(found, Located), found
    return found.how, text[: found.start] + found.new + text[found.end :]


def miss(text: str, old: str, new: str, **more: object) -> Miss:
    found = locate(Edit("replace", "a", old=old, new=new, **more), text)  # type: ignore[arg-type]
    assert isinstance(found, Miss), found
    return found


def test_exact_text_is_replaced_with_the_files_own_line_ends() -> None:
    assert done(TEXT, "    x = 1\n", "    x = 2\n    y = 3\n") == ("exact", TEXT.replace("x = 1", "x = 2\n    y = 3"))
    crlf = TEXT.replace("\n", "\r\n")
    assert done(crlf, "    x = 1\n", "    x = 2\n    y = 3\n")[1] == crlf.replace("x = 1", "x = 2\r\n    y = 3")
    mixed = "a\r\nb\nc\r\n"
    assert done(mixed, "a\nb\nc\n", "a\nb\nd\n")[1] == "a\r\nb\nd\r\n"


def test_trailing_blanks_of_unchanged_lines_stay() -> None:
    assert done("a  \nb\t\nc\n", "a\nb\nc\n", "a\nb\nd\n") == ("whitespace", "a  \nb\t\nd\n")


def test_one_shift_of_the_indentation_is_undone_and_a_dedented_line_stays_dedented() -> None:
    how, after = done(TEXT, "x = 1\nif x:\n    return x\n", "x = 2\nif x:\n    return 5\nelse:\n    pass\n")
    assert how == "indent"
    assert after == "def f():\n    x = 2\n    if x:\n        return 5\n    else:\n        pass\n\n    return 0\n"
    assert done(TEXT, "            return x\n", "            return y\n        z()\n") == (
        "indent",
        TEXT.replace("        return x\n", "        return y\n    z()\n"),
    )


def test_tabs_and_spaces_become_the_files_own() -> None:
    tabs = TEXT.replace("    ", "\t")
    old, new = (
        "    x = 1\n    if x:\n        return x\n",
        "    x = 2\n    if x:\n        return 5\n    else:\n        pass\n",
    )
    assert done(tabs, old, new)[1] == "def f():\n\tx = 2\n\tif x:\n\t\treturn 5\n\telse:\n\t\tpass\n\n\treturn 0\n"
    assert done(TEXT, old.replace("    ", "\t"), new.replace("    ", "\t"))[1].startswith(
        "def f():\n    x = 2\n    if x:\n        return 5\n"
    )


def test_a_first_line_that_lost_its_indentation_is_found() -> None:
    assert done(TEXT, "x = 1\n    if x:\n", "x = 2\n    if x:\n") == ("indent", TEXT.replace("x = 1", "x = 2"))


def test_an_edit_that_would_stand_left_of_the_margin_is_refused() -> None:
    assert "left" in miss("if a:\n  b\n", "      b\n", "  c\n").reason


def test_blank_lines_of_the_file_stay_where_the_edit_does_not_reach() -> None:
    assert done(TEXT, "        return x\n    return 0\n", "        return x\n    return 1\n") == (
        "blank-lines",
        TEXT.replace("return 0", "return 1"),
    )
    assert done(TEXT, "        return x\n\n\n    return 0\n", "        return x\n\n\n    return 1\n")[
        1
    ] == TEXT.replace("return 0", "return 1")


def test_look_alikes_stay_in_the_lines_and_characters_that_the_edit_leaves_alone() -> None:
    text = "# it’s “so” – yes\nprint('it’s', 1)\n# caf\u00e9\u00a0au lait\n"
    how, after = done(text, "# it's \"so\" - yes\nprint('it's', 1)\n", "# it's \"so\" - yes\nprint('it's', 2)\n")
    assert (how, after) == ("unicode", text.replace("1)", "2)"))


@pytest.mark.parametrize(
    ("text", "old", "new", "after"),
    [
        ('print("a")\nfoo()\n', 'print(\\"a\\")\\nfoo()\n', 'print(\\"b\\")\\nfoo()\n', 'print("b")\nfoo()\n'),
        ("if a < b && c:\n", "if a &lt; b &amp;&amp; c:\n", "if a &gt; b &amp;&amp; c:\n", "if a > b && c:\n"),
        ('s = "a"\n', 's = \\"a\\"\n', 's = \\"b\\"\n', 's = "b"\n'),
    ],
)
def test_text_that_was_escaped_once_too_often_is_read(text: str, old: str, new: str, after: str) -> None:
    assert done(text, old, new) == ("escapes", after)


def test_lines_left_out_between_unique_anchors_stay() -> None:
    old, new = "def f():\n    x = 1\n    ...\n    return 0\n", "def f():\n    x = 2\n    ...\n    return 1\n"
    assert done(TEXT, old, new) == ("elision", TEXT.replace("x = 1", "x = 2").replace("return 0", "return 1"))
    twice = TEXT + "\n\ndef g():\n    x = 1\n    return 0\n"
    miss(twice, "    x = 1\n    ...\n    return 0\n", "    x = 2\n    ...\n    return 0\n")


def test_a_replacement_that_leaves_code_out_never_deletes_it() -> None:
    new = "def f():\n    x = 2\n    # ... rest of the function unchanged\n"
    found = miss(TEXT, TEXT, new)
    assert "leaves code out" in found.reason
    kept = TEXT.replace("def f():\n", "def f():\n    # ... existing code ...\n").replace(
        "    x = 1\n    if x:\n", "    if x:\n"
    )
    assert done(TEXT, TEXT, kept + "    # end\n")[0] == "elision"


def test_part_of_a_line_is_replaced_only_when_it_is_whole_words_and_unique() -> None:
    assert done("a = 1\nb = 22  # x\n", "b = 22\n", "b = 3\n") == ("exact", "a = 1\nb = 3  # x\n")
    assert "more than once" in miss("f(abc, abc)\n", "abc\n", "d\n").reason
    miss("max = 10\n", "x = 1\n", "x = 2\n")
    miss("b = 1  # x\n", "b = 1\n", "b = 1\nc = 2\n")


def test_text_in_several_places_is_refused_with_every_place() -> None:
    found = miss("a = 1\nb\na = 1\n", "a = 1\n", "a = 2\n")
    assert found.ambiguous and [place.start_line for place in found.candidates] == [1, 3]


def test_an_exact_line_number_or_an_anchor_tells_equal_places_apart() -> None:
    text = "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n"
    after = text[:-2] + "2\n"
    old, new = "        return 1\n", "        return 2\n"
    assert done(text, old, new, line_hint=7)[1] == after
    assert done(text, old, new, anchors=("class B:",))[1] == after
    assert done(text, old, new, at="end")[1] == after
    miss(text, old, new, line_hint=6)
    miss(text, old, new, anchors=("def f(self):",))


FUNCTION = "def total(values):\n    result = 0\n    for value in values:\n        result += value\n    logging.info(result)\n    return result\n"


def test_a_misremembered_line_beside_the_change_does_not_hide_the_place() -> None:
    old = FUNCTION.replace("logging.info(result)", "logging.debug(result)")
    new = old.replace("result = 0", "result = 0.0")
    assert done(FUNCTION, old, new) == ("nearest", FUNCTION.replace("result = 0", "result = 0.0"))


def test_a_misremembered_line_that_changes_or_another_function_is_refused() -> None:
    wrong = FUNCTION.replace("result = 0", "result = None")
    miss(FUNCTION, wrong, wrong.replace("None", "0.0"))
    other = FUNCTION.replace("def total", "def mean")
    found = miss(FUNCTION, other, other.replace("result = 0", "result = 0.0"))
    assert found.candidates[0].text.startswith("def total(values):\n    result = 0\n")


def test_a_tool_calls_text_is_taken_by_characters() -> None:
    call = {"format": "json"}
    assert done("a = f(1) + f(2)\n", "f(2)", "g(2)", **call)[1] == "a = f(1) + g(2)\n"
    assert done(TEXT, "x = 1", "x = 2\ny = 3", **call)[1] == TEXT.replace("x = 1\n", "x = 2\n    y = 3\n")
    assert miss("a\nb\na", "a\n", "c\n", **call).ambiguous


def test_replace_all_changes_every_occurrence() -> None:
    call = '{"name": "edit", "arguments": {"path": "t", "old_string": "a1", "new_string": "b", "replace_all": true}}'
    assert applied(call, {"t": "a1 a1\r\na1"}) == {"t": "b b\r\nb"}
