"""The syntax gate as a person meets it: what is refused, what passes, and what it says."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.edits.gate import check, check_text, mend
from agent.edits.gate.python import lowest_version, requires_python_of
from agent.edits.gate.regions import changed_bytes
from agent.edits.gate.trees import parse, parse_after, parser_for

JS = """\
function first(a) {
  return call(a, [1, 2]);
}

function second(b) {
  if (b) {
    return call(b);
  }
  return null;
}
"""
PY = """\
import os


def first(a):
    return call(a, [1, 2])


def second(b):
    if b:
        return call(b)
    return None
"""


def test_an_unclosed_bracket_is_refused_and_named_with_its_line() -> None:
    result = check_text("a.js", JS, JS.replace("call(b);", "call(b;"))
    assert not result.ok
    assert result.problems[0].line == 7 and result.problems[0].message == "unclosed '(' opened at line 7"
    assert result.problems[0].text == "    return call(b;"


def test_a_missing_block_end_is_traced_to_its_opener_by_indentation() -> None:
    result = check_text("a.js", None, JS.replace("    return call(b);\n  }\n", "    return call(b);\n"))
    assert [p.message for p in result.problems] == ["unclosed '{' opened at line 6"]


def test_python_errors_are_pythons_own() -> None:
    result = check_text("a.py", PY, PY.replace("if b:", "if b"))
    assert result.problems[0].line == 9 and result.problems[0].message == "expected ':'"


def test_the_compiler_sees_what_no_grammar_does() -> None:
    assert not check_text("a.py", PY, PY + "\nreturn 1\n").ok
    assert not check_text("a.py", PY, PY + "\ndef f(a, a): pass\n").ok


@pytest.mark.parametrize(("path", "text", "broken"), [("a.js", JS, "call(a, [1, 2];"), ("a.py", PY, "call(a, [1, 2]")])
def test_a_file_broken_elsewhere_can_still_be_edited(path: str, text: str, broken: str) -> None:
    whole = "call(a, [1, 2]);" if path == "a.js" else "call(a, [1, 2])"
    before = text.replace(whole, broken)
    assert not check_text(path, None, before).ok
    good, bad = before.replace("call(b)", "call(b + 1)"), before.replace("call(b)", "call(b + ")
    assert check_text(path, before, good).ok
    assert not check_text(path, before, bad).ok
    assert check_text(path, before, text).ok, "the repair itself"


def test_one_of_two_errors_may_be_fixed() -> None:
    both = PY.replace("[1, 2])", "[1, 2]").replace("call(b)", "call(b")
    assert check_text("a.py", both, both.replace("[1, 2]", "[1, 2])")).ok
    assert check_text("a.py", both, both.replace("call(b", "call(b)")).ok


def test_only_the_new_error_is_reported() -> None:
    before = JS.replace("call(a, [1, 2]);", "call(a, [1, 2];")
    result = check_text("a.js", before, before.replace("call(b)", "call(b"))
    assert not result.ok and {p.line for p in result.problems} == {7}


def test_a_project_for_an_older_python_refuses_newer_syntax() -> None:
    text = "match x:\n    case 1:\n        pass\n"
    assert check_text("a.py", "", text).ok
    refused = check_text("a.py", "", text, requires_python=">=3.8")
    assert not refused.ok and "the project supports 3.8" in refused.problems[0].message


def test_syntax_of_a_newer_python_than_the_running_one_is_not_refused() -> None:
    assert check_text("a.py", None, "type A[T] = list[T]\n\ndef f[T](x: T) -> T:\n    return x\n").ok
    assert check_text("a.py", None, 'x = f"{a["b"]}"\n').ok


@pytest.mark.parametrize(
    ("specifier", "lowest"),
    [(">=3.9", (3, 9)), (">=3.9,<4", (3, 9)), ("~=3.10.1", (3, 10)), ("^3.11", (3, 11)), ("<4", None), (None, None)],
)
def test_lowest_version_of_a_specifier(specifier: str | None, lowest: tuple[int, int] | None) -> None:
    assert lowest_version(specifier) == lowest


def test_requires_python_is_read_from_pyproject() -> None:
    assert requires_python_of('[project]\nrequires-python = ">=3.9"\n') == ">=3.9"
    assert requires_python_of('[tool.poetry.dependencies]\npython = "^3.8"\n') == "^3.8"
    assert requires_python_of("[project]\nname = 'a'\n") is None
    assert requires_python_of("[[[") is None


def test_leftover_markers_are_refused_in_code_but_not_as_content() -> None:
    assert not check_text("a.css", "a {}\n", "<<<<<<< HEAD\na {}\n=======\nb {}\n>>>>>>> x\n").ok
    assert not check_text("notes.txt", "a\n", "a\n>>>>>>> REPLACE\n").ok
    assert check_text("a.py", "", 'T = """\n<<<<<<< SEARCH\n"""\n').ok
    assert check_text("a.md", "", "```\n<<<<<<< SEARCH\n```\n").ok
    assert check_text("a.rst", "", "Title\n=======\n").ok


def test_markers_that_were_there_before_do_not_block_an_edit() -> None:
    before = "<<<<<<< HEAD\na {}\n=======\nb {}\n>>>>>>> x\nc {}\n"
    assert check_text("a.css", before, before.replace("c {}", "d {}")).ok


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("page.html", "<p>{% if a %}<div>{% else %}<span>{% endif %}</p>\n"),
        ("chart/templates/a.yaml", "a:\n{{- if .Values.b }}\n  c: {{ .Values.d }}\n{{- end }}\n"),
        ("conf.json.j2", '{"a": {{ b }}}'),
        ("a.txt", "(((\n"),
        ("a.md", "An open ( bracket, `code(`.\n\n```python\ndef f(...\n```\n"),
        ("no_extension", "{{{"),
    ],
)
def test_templates_prose_and_unknown_files_are_never_refused(path: str, text: str) -> None:
    assert check_text(path, None, text).ok


def test_an_unchecked_file_says_so() -> None:
    assert not check_text("a.txt", None, "x").checked
    assert not check("a.py", None, b"\0\1\2" * 100).checked


def test_workflow_expressions_do_not_hide_broken_yaml() -> None:
    assert check_text("ci.yml", None, "on: push\nenv:\n  A: ${{ secrets.A }}\n").ok
    assert not check_text("ci.yml", None, "on: [push\nenv:\n  A: ${{ secrets.A }}\n").ok


def test_json_with_comments_stays_editable_where_it_was_read_before() -> None:
    before = '{\n  // why\n  "a": 1,\n}\n'
    assert check_text("settings.json", before, before.replace("1", "2")).ok
    assert not check_text("settings.json", before, before.replace("1,", "[1,")).ok


def test_xml_entities_are_never_fetched_and_may_be_undefined_by_a_foreign_dtd() -> None:
    text = '<!DOCTYPE html PUBLIC "a" "http://192.0.2.1/a.dtd"><html>&nbsp;</html>'
    started = time.monotonic()
    assert check_text("a.xml", None, text).ok
    assert time.monotonic() - started < 1


def test_windows_line_ends_bom_and_other_encodings_are_read() -> None:
    assert check("a.py", None, b"\xef\xbb\xbfx = 1\r\ny = [\r\n    2,\r\n]\r\n").ok
    assert check("a.py", None, "# coding: latin-1\nx = '\u00e9'\n".encode("latin-1")).ok
    assert check("a.js", None, "let a = '\u00e9';\n".encode("latin-1")).ok
    assert check("a.json", None, '{"a": 1}'.encode("utf-16")).ok
    assert not check("a.py", None, b"x = (1\r\n").ok


def test_deeply_nested_text_is_no_crash() -> None:
    assert check_text("a.py", None, "x = " + "(" * 3000 + ")" * 3000 + "\n").checked
    assert check_text("a.js", None, "x = " + "(" * 3000 + "1" + ")" * 3000 + ";\n").ok
    assert check_text("a.json", None, "[" * 100_000 + "]" * 100_000).ok


def test_emptying_a_file_is_allowed() -> None:
    for path, text in (("a.py", PY), ("a.js", JS), ("a.toml", "a = 1\n"), ("a.yaml", "a: 1\n")):
        assert check_text(path, text, "").ok


def test_component_scripts_are_checked_in_their_own_language() -> None:
    vue = '<template><a :b="c"/></template>\n<script setup lang="ts">\nconst a: number = 1\n</script>\n'
    assert check_text("a.vue", None, vue).ok
    refused = check_text("a.vue", vue, vue.replace("= 1", "= (1"))
    assert not refused.ok and refused.problems[0].line == 3 and refused.problems[0].message.startswith("typescript: ")


def test_a_broken_notebook_cell_is_named() -> None:
    cell = '{"cells": [{"cell_type": "code", "source": ["%%time\\n", "!ls\\n", "x = (1"]}], "metadata": {}}'
    result = check_text("a.ipynb", None, cell)
    assert not result.ok and result.problems[0].message.startswith("cell 1: ")


def test_a_large_file_is_checked_again_quickly() -> None:
    text = (JS * 9000).encode()
    assert len(text) > 1_000_000
    check("a.js", None, text)
    at = text.find(b"call(b)", len(text) // 2)
    started = time.process_time()
    assert check("a.js", text, text[:at] + b"call(c)" + text[at + 7 :]).ok
    assert time.process_time() - started < 0.5


def test_mend_puts_back_one_bracket_inside_the_edit() -> None:
    after = PY.replace("return call(b)", "return call(b, other(1)")
    mended = mend("a.py", PY.encode(), after.encode())
    assert mended is not None
    assert mended[0].decode() == PY.replace("return call(b)", "return call(b, other(1))")
    assert "`)`" in mended[1] and "line 10" in mended[1]


def test_mend_leaves_alone_what_the_edit_did_not_touch() -> None:
    before = PY.replace("[1, 2])", "[1, 2]")
    after = before.replace("call(b)", "call(c)")
    assert mend("a.py", before.encode(), after.encode()) is None


def test_mend_does_not_guess_at_heavy_damage() -> None:
    assert mend("a.py", PY.encode(), (PY + "def f(((:\n  x = = [}\n").encode()) is None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=20), st.binary(max_size=20))
def test_changed_bytes_is_the_smallest_range(head: bytes, tail: bytes, old: bytes, new: bytes) -> None:
    before, after = head + old + tail, head + new + tail
    region = changed_bytes(before, after)
    assert before[: region.start] == after[: region.start_new]
    assert before[region.old_end :] == after[region.new_end :]
    assert before[: region.start] + after[region.start_new : region.new_end] + before[region.old_end :] == after


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["a.js", "a.py"]))
def test_what_was_accepted_once_is_accepted_from_any_broken_state(seed: int, path: str) -> None:
    """Repairing a file to a text without errors is never refused, however broken the file was."""
    text = JS if path == "a.js" else PY
    chooser = random.Random(seed)
    broken = list(text)
    for _ in range(chooser.randint(1, 4)):
        broken[chooser.randrange(len(broken))] = chooser.choice("(){}[]:;\"'x ")
    assert check_text(path, "".join(broken), text).ok


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=200),
    st.text(max_size=200),
    st.sampled_from(["a.py", "a.js", "a.json", "a.yaml", "a.md", "a.html", "a.sh", "a.c", "a.xml", "a.toml"]),
)
def test_no_text_makes_the_gate_fail(before: str, after: str, path: str) -> None:
    result = check_text(path, before, after)
    assert result.ok == (not result.problems)


JAVA = "class A {\n" + "".join(f"    int f{n}(int[] a) {{ return g(a[{n}], {{}}); }}\n" for n in range(20)) + "}\n"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_parsing_again_around_a_change_gives_the_tree_of_parsing_afresh(seed: int) -> None:
    chooser = random.Random(seed)
    before = JAVA.replace("{}", "1")
    at = chooser.randrange(len(before))
    after = before[:at] + chooser.choice(["", "x", "(", ")", "{", "}", ";", " "]) + before[at + chooser.randint(0, 2) :]
    parse("java", before.encode())  # kept, so that the next is parsed around the change
    again = parse_after("java", before.encode(), after.encode())
    assert str(again.root_node) == str(parser_for("java").parse(after.encode()).root_node)
