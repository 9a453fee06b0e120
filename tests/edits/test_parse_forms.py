# ruff: noqa: E501
"""Every way of writing an edit down that replies use ends in the same file."""

from __future__ import annotations

import json

import pytest

from tests.edits.applying import applied

BEFORE = "def f():\n    x = 1\n    if x:\n        return x\n\n    return 0\n"
AFTER = BEFORE.replace("x = 1", "x = 2")
FILES = {"a.py": BEFORE}
DONE = {"a.py": AFTER}
BLOCK = "<<<<<<< SEARCH\n    x = 1\n=======\n    x = 2\n>>>>>>> REPLACE\n"
HUNK = "@@ -1,4 +1,4 @@\n def f():\n-    x = 1\n+    x = 2\n     if x:\n         return x\n"
PATCH = "*** Begin Patch\n*** Update File: a.py\n@@ def f():\n-    x = 1\n+    x = 2\n*** End Patch\n"

LEADS = [
    "a.py\n", "### a.py\n", "**a.py**\n", "`a.py`\n", "`a.py`:\n", "File: a.py\n", "File: `a.py`\n", "#### File: `a.py`\n\n",
    '"a.py"\n', "a.py:\n", "1. a.py\n", "Here is the change to `a.py`:\n\n", "I'll update a.py to fix it.\n\n", "# a.py\n",
    "// a.py\n", "./a.py\n", "<path>a.py</path>\n", "[a.py]\n", "**File:** a.py\n", "- `a.py`\n", "### `a.py` (modified)\n",
    "file_path: a.py\n", "--- a.py\n", "=== a.py ===\n", "> a.py\n", "a.py (lines 1-3)\n", "### Changes in `a.py`:\n", "__a.py__\n",
    "<!-- a.py -->\n", "-- a.py\n", "@a.py\n", "a.py — fix\n", "In file a.py\n", "A.PY\n", "/repository/a.py\n", "b/a.py\n", "a\\..\\a.py\n",
]  # fmt: skip


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("frame", ["{lead}{block}", "{lead}```python\n{block}```\n", "```\n{lead}{block}```\n"])
def test_a_block_finds_its_file_by_the_name_above_it(lead: str, frame: str) -> None:
    assert applied(frame.format(lead=lead, block=BLOCK), FILES) == DONE


@pytest.mark.parametrize(
    "opening",
    ["```python\n", "```\n", "~~~\n", "````python\n", "```diff\n", "```search-replace\n", "```json\n", "```edit\n",
     "```python a.py\n", "```python:a.py\n", "```a.py\n", '```python title="a.py"\n', "```{.python file=a.py}\n"],
)  # fmt: skip
def test_a_block_in_any_fence_is_read(opening: str) -> None:
    mark = opening[: len(opening) - len(opening.lstrip("`~"))]
    lead = "" if "a.py" in opening else "a.py\n"
    assert applied(f"{lead}{opening}{BLOCK}{mark}\n", FILES) == DONE


@pytest.mark.parametrize(
    ("head", "divider", "tail"),
    [
        ("<<<<< SEARCH", "=====", ">>>>> REPLACE"), ("<<<<<<<<< SEARCH", "=========", ">>>>>>>>> REPLACE"),
        ("<<<<<<<SEARCH", "=======", ">>>>>>>REPLACE"), ("<<<<<<< SEARCH:", "=======", ">>>>>>> REPLACE:"),
        ("<<<<<<< ORIGINAL", "=======", ">>>>>>> UPDATED"), ("<<<<<<< HEAD", "=======", ">>>>>>> UPDATED"),
        ("------- SEARCH", "=======", "+++++++ REPLACE"), ("<<<<<<< search", "=======", ">>>>>>> replace"),
        ("<<<<<<< SEARCH", "=======", ">>>>>>>"), ("<<<<<<< SEARCH", "======", ">>>>>>>> REPLACE"),
        ("**<<<<<<< SEARCH**", "=======", "**>>>>>>> REPLACE**"), ("<<<<<<< SEARCH (line 2)", "=======", ">>>>>>> REPLACE"),
        ("<<<<<<< SEARCH\n:start_line:2\n-------", "=======", ">>>>>>> REPLACE"), ("<<<<<<< OLD", "=======", ">>>>>>> NEW"),
        ("  <<<<<<< SEARCH", "  =======", "  >>>>>>> REPLACE"), ("<<<<<<< SEARCH\r", "=======\r", ">>>>>>> REPLACE\r"),
        ("<<<<<<< SEARCH>", "=======", ">>>>>>> REPLACE>"), ("<<<<<<< a.py", "=======", ">>>>>>> a.py"),
    ],
)  # fmt: skip
def test_markers_of_any_width_and_word_are_read(head: str, divider: str, tail: str) -> None:
    assert applied(f"a.py\n{head}\n    x = 1\n{divider}\n    x = 2\n{tail}\n", FILES) == DONE


HEADERS = [
    "--- a/a.py\n+++ b/a.py\n", "--- a.py\n+++ a.py\n", "--- a.py.orig\n+++ a.py\n", '--- "a/a.py"\n+++ "b/a.py"\n',
    "diff --git a/a.py b/a.py\nindex 123..456 100644\n--- a/a.py\n+++ b/a.py\n",
    "--- a/a.py\t2020-01-01 00:00:00\n+++ b/a.py\t2020-01-01 00:00:00\n", "--- old/a.py\n+++ new/a.py\n",
    "Index: a.py\n===================================================================\n--- a.py\n+++ a.py\n",
    "--- a/a.py (original)\n+++ b/a.py (updated)\n", "--- /repository/a.py\n+++ /repository/a.py\n",
]  # fmt: skip
HUNKS = {
    "right": HUNK,
    "wrong numbers": HUNK.replace("-1,4 +1,4", "-10,40 +7,3"),
    "dots": HUNK.replace("-1,4 +1,4", "..."),
    "no numbers": HUNK.replace(" -1,4 +1,4 ", " "),
    "bare": HUNK.replace("@@ -1,4 +1,4 @@", "@@"),
    "a definition": HUNK.replace("-1,4 +1,4 @@", "def f():"),
    "a heading": HUNK.replace("+1,4 @@", "+1,4 @@ def f():"),
    "a blank after the mark": HUNK.replace("-    x", "-     x").replace("+    x", "+     x"),
}


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("hunk", list(HUNKS.values()), ids=list(HUNKS))
@pytest.mark.parametrize("frame", ["{0}", "Here:\n\n```diff\n{0}```\nDone.\n", "```\n{0}```\n"])
def test_a_diff_is_placed_by_its_text(header: str, hunk: str, frame: str) -> None:
    assert applied(frame.format(header + hunk), FILES) == DONE


def test_a_diff_whose_context_lost_its_leading_blank_is_read() -> None:
    assert applied("```diff\n--- a.py\n+++ a.py\n" + HUNK.replace("\n ", "\n") + "```\n", FILES) == DONE


@pytest.mark.parametrize("lead", ["a.py\n", "In `a.py`:\n\n", "### a.py\n\n"])
def test_a_diff_without_headers_takes_the_name_above_it(lead: str) -> None:
    assert applied(f"{lead}```diff\n{HUNK}```\n", FILES) == DONE
    assert applied(f"{lead}```diff\n-    x = 1\n+    x = 2\n```\n", FILES) == DONE


def test_a_git_diff_makes_deletes_renames_and_sets_the_mode() -> None:
    minus = "".join("-" + line for line in BEFORE.splitlines(keepends=True))
    assert applied("--- /dev/null\n+++ b/n.py\n@@ -0,0 +1,2 @@\n+a = 1\n+b = 2\n", FILES) == {"n.py": "a = 1\nb = 2\n"}
    assert applied(f"--- a/a.py\n+++ /dev/null\n@@ -1,6 +0,0 @@\n{minus}", FILES) == {"a.py": None}
    moved = "diff --git a/a.py b/b.py\nsimilarity index 90%\nrename from a.py\nrename to b.py\n"
    assert applied(moved, FILES) == {"a.py": None, "b.py": BEFORE}
    assert applied(moved + "--- a/a.py\n+++ b/b.py\n" + HUNK, FILES) == {"a.py": None, "b.py": AFTER}
    assert applied("diff --git a/a.py b/a.py\nold mode 100644\nnew mode 100755\n", FILES) == {"a.py": BEFORE}


def test_a_diff_says_what_becomes_of_the_last_newline() -> None:
    marker = "\\ No newline at end of file\n"
    head = "--- a/t.txt\n+++ b/t.txt\n@@ -1,2 +1,2 @@\n a\n-b\n"
    assert applied(head + marker + "+c\n" + marker, {"t.txt": "a\nb"}) == {"t.txt": "a\nc"}
    assert applied(head + marker + "+b\n", {"t.txt": "a\nb"}) == {"t.txt": "a\nb\n"}
    assert applied(head + "+b\n" + marker, {"t.txt": "a\nb\n"}) == {"t.txt": "a\nb"}


@pytest.mark.parametrize(
    "frame",
    ["{0}", "```\n{0}```\n", "```diff\n{0}```\n", "```bash\napply_patch <<'EOF'\n{0}EOF\n```\n", "I will do it.\n\n{0}\nDone.\n"],
)  # fmt: skip
def test_a_begin_patch_is_read(frame: str) -> None:
    assert applied(frame.format(PATCH), FILES) == DONE


def test_a_begin_patch_adds_deletes_moves_and_tells_twins_apart() -> None:
    reply = "*** Begin Patch\n*** Add File: n/m.py\n+x = 1\n+\n+y = 2\n*** Delete File: a.py\n*** End Patch\n"
    assert applied(reply, FILES) == {"n/m.py": "x = 1\n\ny = 2\n", "a.py": None}
    assert applied(PATCH.replace("@@ def f():", "*** Move to: b.py\n@@"), FILES) == {"a.py": None, "b.py": AFTER}
    twins = "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n"
    change = "-        return 1\n+        return 2\n*** End Patch\n"
    head = "*** Begin Patch\n*** Update File: a.py\n"
    for anchor in ("@@ class B:\n@@     def f(self):\n", "@@ class B\n"):
        assert applied(head + anchor + change, {"a.py": twins}) == {"a.py": twins[:-2] + "2\n"}
    assert applied(head + "@@\n" + change, {"a.py": twins}) == "refused"


ARGUMENTS = {"path": "a.py", "old_string": "x = 1", "new_string": "x = 2"}
CALLS: list[object] = [
    {"name": "edit_file", "arguments": ARGUMENTS},
    {"name": "str_replace", "parameters": ARGUMENTS},
    {"tool": "edit", "args": ARGUMENTS},
    {"function": {"name": "edit", "arguments": json.dumps(ARGUMENTS)}},
    [{"name": "edit_file", "arguments": ARGUMENTS}],
    {"tool_calls": [{"function": {"name": "edit", "arguments": ARGUMENTS}}]},
    ARGUMENTS,
    {"file": "a.py", "search": "x = 1", "replace": "x = 2"},
    {"path": "a.py", "edits": [{"oldText": "x = 1", "newText": "x = 2"}]},
    {"command": "str_replace", "path": "/repository/a.py", "old_str": "x = 1", "new_str": "x = 2"},
    {"action": "edit", "action_input": ARGUMENTS},
    {"edits": [{"file_path": "a.py", "old_text": "    x = 1\n", "new_text": "    x = 2\n"}]},
    {"name": "write_file", "arguments": {"path": "a.py", "content": AFTER}},
    {"name": "apply_patch", "arguments": {"input": PATCH}},
    {"command": ["apply_patch", PATCH]},
    {"name": "apply_diff", "arguments": {"path": "a.py", "diff": BLOCK}},
    {"files": {"a.py": AFTER}},
]
FRAMES = ["{0}", "```json\n{0}\n```", "```\n{0}\n```", "<tool_call>\n{0}\n</tool_call>", "I will edit.\n\n```json\n{0}\n```\n\nDone.",
          "```tool_call\n{0}\n```", "[TOOL_CALLS]{0}"]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("frame", FRAMES)
def test_an_editing_call_printed_as_json_is_an_edit(call: object, frame: str) -> None:
    assert applied(frame.replace("{0}", json.dumps(call)), FILES) == DONE
    assert applied(frame.replace("{0}", json.dumps(call, indent=2)), FILES) == DONE


@pytest.mark.parametrize(
    "reply",
    [
        "<tool_call>\n<function=edit_file>\n<parameter=path>\na.py\n</parameter>\n<parameter=old_string>\n    x = 1\n</parameter>\n"
        "<parameter=new_string>\n    x = 2\n</parameter>\n</function>\n</tool_call>\n",
        f"<function=write_file>\n<parameter=path>\na.py\n</parameter>\n<parameter=content>\n{AFTER}</parameter>\n</function>\n",
        f"<write_to_file>\n<path>a.py</path>\n<content>\n{AFTER}</content>\n</write_to_file>",
        f"<replace_in_file>\n<path>a.py</path>\n<diff>\n{BLOCK}</diff>\n</replace_in_file>",
        f'<file path="a.py">\n{AFTER}</file>',
        "<edit>\n<file>a.py</file>\n<search>    x = 1</search>\n<replace>    x = 2</replace>\n</edit>",
        '```tool_code\nprint(api.edit_file(path="a.py", old_string="x = 1", new_string="x = 2"))\n```',
    ],
)
def test_an_editing_call_written_with_tags_is_an_edit(reply: str) -> None:
    assert applied(reply, FILES) == DONE


@pytest.mark.parametrize(
    "lead",
    [
        "a.py\n",
        "### a.py\n\n",
        "**a.py**:\n\n",
        "File: a.py\n",
        "Here's the updated `a.py`:\n\n",
        "Here is the complete a.py:\n\n",
    ],
)
@pytest.mark.parametrize("language", ["python", "", "py"])
def test_a_whole_file_in_a_fence_replaces_the_file(lead: str, language: str) -> None:
    assert applied(f"{lead}```{language}\n{AFTER}```\n\nThis fixes it.\n", FILES) == DONE


@pytest.mark.parametrize(
    "opening",
    [
        "```python a.py",
        "```python:a.py",
        "```a.py",
        '```py title="a.py"',
        "```python # a.py",
        "~~~python a.py",
        "```python\n# a.py",
    ],
)
def test_a_whole_file_takes_its_name_from_the_fence(opening: str) -> None:
    assert applied(f"{opening}\n{AFTER}{opening[:3]}\n", FILES) == DONE


def test_a_first_line_that_names_the_file_stays_where_the_file_has_it() -> None:
    files = {"a.py": "# a.py\n" + BEFORE}
    assert applied(f"```python\n# a.py\n{AFTER}```\n", files) == {"a.py": "# a.py\n" + AFTER}


def test_several_formats_and_files_in_one_reply() -> None:
    reply = f"a.py\n```python\n{BLOCK}```\n\nb.py\n```python\nz = 1\n```\n\n```diff\n--- c.txt\n+++ c.txt\n@@\n-1\n+2\n```\n"
    assert applied(reply, {**FILES, "c.txt": "1\n"}) == {"a.py": AFTER, "b.py": "z = 1\n", "c.txt": "2\n"}


def test_fences_and_markers_inside_the_content_are_content() -> None:
    readme = "# T\n\n```bash\nls\n```\n\nbye\n"
    assert applied(f"README.md\n\n```markdown\n{readme}```\n\nThat is all.\n", {}) == {"README.md": readme}
    plain = readme.replace("bash", "")
    assert applied(f"README.md\n\n```\n{plain}```\n", {}) == {"README.md": plain}
    doc = 'def f():\n    """\n    ```python\n    f()\n    ```\n    """\n'
    assert applied(f"a.py\n```python\n{doc}```\n", {}) == {"a.py": doc}
    heading = "Changes\n=======\n\n* a\n"
    block = f"a.rst\n<<<<<<< SEARCH\n{heading}=======\n{heading.replace('* a', '* b')}>>>>>>> REPLACE\n"
    assert applied(block, {"a.rst": heading}) == {"a.rst": heading.replace("* a", "* b")}
    conflict = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> branch\n"
    assert applied(f"t.txt\n<<<<<<< SEARCH\n{conflict}=======\nb\n>>>>>>> REPLACE\n", {"t.txt": conflict}) == {
        "t.txt": "b\n"
    }


@pytest.mark.parametrize(
    "reply",
    [
        "The function `f` in `a.py` sets x:\n\n```python\n    x = 1\n```\n\nRun it:\n\n```bash\npython a.py\n```\n",
        "You can use it like this:\n\n```python\nfrom a import f\nprint(f())\n```\n",
        "Example usage of `a.py`:\n\n```python\nfrom a import f\n```\n",
        "Run:\n\n```bash\ncat a.py\n```",
        "It prints:\n\n```\n1\n```",
        'The response is:\n\n```json\n{"name": "bob", "path": "x"}\n```\n',
        "Just prose with a <b>tag</b>, a list [1, 2] and ======= a rule.\n",
        "",
    ],
)
def test_an_explaining_reply_edits_nothing(reply: str) -> None:
    assert applied(reply, FILES) == "no edits"
    assert applied(reply, FILES, default_path="a.py") == "no edits"


def test_a_bare_fence_goes_to_the_one_file_of_the_request() -> None:
    reply = f"The bug is here:\n\n```python\n    x = 1\n```\n\nHere is the fixed code:\n\n```python\n{AFTER}```\n\nRun:\n\n```bash\npython a.py\n```\n"
    assert applied(reply, FILES, default_path="a.py") == DONE
    assert applied(f"```python\n{AFTER}```", FILES) == "no edits"


def test_thoughts_are_no_edits() -> None:
    wrong = "a.py\n" + BLOCK.replace("x = 2", "x = 9")
    assert applied(f"<think>\n{wrong}</think>\n\na.py\n{BLOCK}", FILES) == DONE
    assert applied(f"Let me see.\n{wrong}</think>\n\na.py\n{BLOCK}", FILES) == DONE


@pytest.mark.parametrize(
    "reply",
    [
        "a.py\n<<<<<<< SEARCH\n    x = 1\n=======\n    x = 2\n",
        "a.py\n<<<<<<< SEARCH\n    x = 1\n",
        "a.py\n```python\ndef f():\n",
        "*** Begin Patch\n*** Update File: a.py\n@@\n-    x = 1\n+    x = 2\n",
        '{"name": "edit_file", "arguments": {"path": "a.py", "old_string": "x = 1", "new_st',
        '```json\n{"name": "edit_file", "arguments": {"path": "a.py", "old_string": "x = 1", "new_st',
        "<tool_call>\n<function=edit_file>\n<parameter=path>\na.py\n</parameter>\n<parameter=content>\nx = ",
    ],
)
def test_a_block_that_breaks_off_is_reported_and_never_an_edit(reply: str) -> None:
    assert applied(reply, FILES) == "incomplete"
    assert (
        applied("b.txt\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n\n" + reply, {**FILES, "b.txt": "1\n"})
        == "incomplete"
    )


def test_a_cut_diff_is_incomplete_though_it_reads_well() -> None:
    reply = "--- a/a.py\n+++ b/a.py\n" + HUNK
    assert applied(reply, FILES) == DONE
    assert applied(reply, FILES, finished=False) == "incomplete"


def test_a_block_without_its_divider_is_refused() -> None:
    assert applied("a.py\n<<<<<<< SEARCH\n    x = 1\n>>>>>>> REPLACE\n", FILES) == "refused"
