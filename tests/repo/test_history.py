"""Recording turns and taking them back, in the repositories that people have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.config import load_config
from agent.edits.types import FileChange
from agent.errors import EXIT_IN_THE_WAY, InTheWay, TaskFailed
from tests.repo.making import IDENTITY, Place, folder_in_memory

CALC = b"def add(a, b):\n    return a - b\n"
MENDED = b"def add(a, b):\n    return a + b\n"


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    with folder_in_memory(tmp_path) as folder:
        yield folder


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.made(tmp_path / "work", {"calc.py": CALC, "other.py": b"o\n", "third.py": b"t\n"})


def undo_and_redo(place: Place, before: dict[str, object]) -> None:
    """Undo brings back everything as it was before, redo everything as it was after."""
    after = place.whole_state()
    place.history().undo()
    assert place.whole_state() == before
    place.history().redo()
    assert place.whole_state() == after
    place.history().undo()
    assert place.whole_state() == before


def test_a_clean_file_is_committed_with_the_persons_identity_and_undo_takes_the_commit_off(place: Place) -> None:
    before = place.whole_state()
    done = place.record(place.change("calc.py", MENDED), message="Add instead of subtracting\n\nIt said minus.")
    assert done.commit == place.head
    assert done.note == ""
    assert place.git("log", "-1", "--format=%an <%ae>|%cn|%B") == (
        "Ada Person <ada@example.org>|Ada Person|Add instead of subtracting\n\nIt said minus.\n"
    ).rstrip("\n")
    assert place.in_commit() == {"calc.py": MENDED}
    assert place.status == []
    undo_and_redo(place, before)


def test_what_is_staged_stays_staged_and_stays_out_of_the_commit(place: Place) -> None:
    place.put("other.py", b"staged\n")
    place.put("staged new.py", b"s\n")
    place.git("add", "other.py", "staged new.py")
    place.put("other.py", b"staged, then edited\n")
    place.git("rm", "-q", "--cached", "third.py")
    place.put("untracked.py", b"u\n")
    before = place.whole_state()
    status = place.status
    done = place.record(place.change("calc.py", MENDED), place.change("made.py", b"m\n"))
    assert place.in_commit() == {"calc.py": MENDED, "made.py": b"m\n"}
    assert done.commit
    assert place.status == status
    undo_and_redo(place, before)


def test_my_own_hunks_in_the_same_file_never_enter_a_commit_and_survive_undo(place: Place) -> None:
    mine = CALC + b"\n# a note of my own\n"
    place.put("calc.py", mine)
    before = place.whole_state()
    done = place.record(place.change("calc.py", mine.replace(b"a - b", b"a + b")))
    assert done.commit is None
    assert done.note == "no commit: calc.py has changes of your own that are not committed"
    assert place.head == before["head"]
    undo_and_redo(place, before)
    assert place.get("calc.py") == mine


def test_hunks_that_i_have_staged_stay_as_they_are(place: Place) -> None:
    mine = CALC + b"\n# staged\n"
    place.put("calc.py", mine)
    place.git("add", "calc.py")
    before = place.whole_state()
    done = place.record(place.change("calc.py", MENDED), place.change("other.py", b"O\n"))
    assert done.commit is None
    assert place.whole_state()["index"] == before["index"]
    undo_and_redo(place, before)


def test_files_that_git_does_not_track_or_ignores_can_be_undone(place: Place) -> None:
    place.put(".gitignore", b"*.log\n")
    place.git("add", ".gitignore")
    place.git("commit", "-q", "-m", "ignore")
    place.put("notes.txt", b"mine\n")
    place.put("run.log", b"line\r\nline\n\xff\x00")
    before = place.whole_state()
    done = place.record(place.change("notes.txt", b"ours\n"))
    assert done.note == "no commit: notes.txt is not tracked by git"
    undo_and_redo(place, before)
    done = place.record(place.change("run.log", b"\x00\xff"))
    assert done.note == "no commit: run.log is ignored by git"
    undo_and_redo(place, before)
    done = place.record(place.change("run.log", None), place.change("new.log", b"n"), place.change("calc.py", MENDED))
    assert done.commit is not None
    assert place.in_commit() == {"calc.py": MENDED}
    undo_and_redo(place, before)


def test_created_deleted_renamed_and_mode_changed_files_come_back_to_the_byte(place: Place) -> None:
    place.put("deep/er/x.py", b"x\n", 0o600)
    place.git("add", ".")
    place.git("commit", "-q", "-m", "deep")
    before = place.whole_state()
    done = place.record(
        place.change("deep/er/x.py", None),
        FileChange("moved/y.py", None, b"x\n", 0o755),
        place.change("other.py", b"o\n", 0o755),
        place.change("third.py", None),
        place.change("third.py/now a folder.py", b"1"),
    )
    assert done.commit is not None
    assert not (place.root / "deep").exists()
    assert place.status == []
    undo_and_redo(place, before)


def test_line_ends_are_kept_whatever_git_would_make_of_them(place: Place) -> None:
    place.git("config", "core.autocrlf", "true")
    place.put(".gitattributes", b"*.py text\n")
    place.put("calc.py", CALC.replace(b"\n", b"\r\n"))
    place.put("mixed.txt", b"a\r\nb\n")
    place.git("add", ".")
    place.git("commit", "-q", "-m", "windows")
    assert place.status == []
    before = place.whole_state()
    crlf = MENDED.replace(b"\n", b"\r\n")
    done = place.record(place.change("calc.py", crlf), place.change("mixed.txt", b"a\r\nB\n"))
    assert place.get("calc.py") == crlf
    assert place.in_commit()["calc.py"] == MENDED
    assert done.commit and place.status == []
    undo_and_redo(place, before)


def test_a_filter_that_stores_something_else_is_run_for_the_commit_and_not_for_undo(place: Place) -> None:
    """What Git LFS does, with a filter that turns letters about."""
    place.git("config", "filter.turn.clean", "tr a-z n-za-m")
    place.git("config", "filter.turn.smudge", "tr a-z n-za-m")
    place.git("config", "filter.turn.required", "true")
    place.put(".gitattributes", b"*.bin filter=turn\n")
    place.put("data.bin", b"hello\n")
    place.git("add", ".")
    place.git("commit", "-q", "-m", "filtered")
    before = place.whole_state()
    done = place.record(place.change("data.bin", b"world\n"), place.change("new.bin", b"abc\n"))
    assert done.commit
    assert place.in_commit() == {"data.bin": b"jbeyq\n", "new.bin": b"nop\n"}
    assert place.get("data.bin") == b"world\n"
    assert place.status == []
    undo_and_redo(place, before)


def test_in_an_empty_repository_the_first_commit_is_made_and_taken_back(tmp_path: Path) -> None:
    place = Place.made(tmp_path / "empty")
    place.put("mine.txt", b"untracked\n")
    place.put("staged.txt", b"staged\n")
    place.git("add", "staged.txt")
    before = place.whole_state()
    done = place.record(place.change("hello.py", b"print()\n"))
    assert done.commit == place.head
    assert place.in_commit() == {"hello.py": b"print()\n"}
    assert place.status == ["A  staged.txt", "?? mine.txt"]
    undo_and_redo(place, before)
    assert place.head == ""


def test_on_a_detached_head_nothing_is_committed_and_it_says_so(place: Place) -> None:
    place.git("checkout", "-q", "--detach")
    before = place.whole_state()
    done = place.record(place.change("calc.py", MENDED))
    assert done.note == "no commit: HEAD is detached"
    undo_and_redo(place, before)


@pytest.mark.parametrize("doing", ["merge", "rebase", "cherry-pick", "revert", "bisect"])
def test_in_the_middle_of_a_merge_or_the_like_nothing_is_committed_and_it_says_so(place: Place, doing: str) -> None:
    place.git("checkout", "-q", "-b", "side")
    place.put("other.py", b"side\n")
    place.git("commit", "-q", "-am", "side")
    place.git("checkout", "-q", "main")
    place.put("other.py", b"main\n")
    place.git("commit", "-q", "-am", "main")
    place.put("other.py", b"main again\n")
    place.git("commit", "-q", "-am", "main again")
    if doing == "bisect":
        place.git("bisect", "start", "HEAD", "HEAD~2")
    else:
        args = {"merge": ["side"], "rebase": ["side"], "cherry-pick": ["side"], "revert": ["--no-edit", "HEAD~1"]}
        place.git(doing, *args[doing], check=False)
    word = {"bisect": "a bisection"}.get(doing, f"a {doing}")
    before = place.whole_state()
    done = place.record(place.change("calc.py", MENDED))
    assert done.commit is None
    assert done.note == f"no commit: {word} is in progress"
    undo_and_redo(place, before)
    assert place.repository.head().in_progress == word


def test_a_file_in_conflict_can_be_edited_and_undone(place: Place) -> None:
    place.git("checkout", "-q", "-b", "side")
    place.put("other.py", b"side\n")
    place.git("commit", "-q", "-am", "side")
    place.git("checkout", "-q", "main")
    place.put("other.py", b"main\n")
    place.git("commit", "-q", "-am", "main")
    place.git("merge", "side", check=False)
    before = place.whole_state()
    place.record(place.change("other.py", b"both\n"))
    assert "UU other.py" in place.status
    undo_and_redo(place, before)


def test_each_worktree_has_its_own_turns(place: Place, tmp_path: Path) -> None:
    place.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    second = Place(tmp_path / "second")
    assert second.repository.is_worktree
    before_here, before_there = place.whole_state(), second.whole_state()
    place.record(place.change("calc.py", MENDED))
    second.record(second.change("calc.py", CALC + b"# second\n"))
    assert second.in_commit() == {"calc.py": CALC + b"# second\n"}
    place.history().undo()
    assert place.whole_state() == before_here
    assert second.get("calc.py") == CALC + b"# second\n"
    undo_and_redo(second, before_there)


def test_prune_also_forgets_the_turns_of_worktrees_that_are_gone(place: Place, tmp_path: Path) -> None:
    place.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    second = Place(tmp_path / "second")
    second.record(second.change("calc.py", MENDED))
    assert place.history().prune(-1) == 0
    place.git("worktree", "remove", "--force", str(second.root))
    assert place.history().prune(30) == 0
    assert place.history().prune(-1) == 1
    assert place.git("for-each-ref", "refs/agent/") == ""


def test_inside_a_submodule_its_own_repository_is_used(place: Place, tmp_path: Path) -> None:
    outer = Place.made(tmp_path / "outer", {"o.py": b"o\n"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(place.root), "sub")
    outer.git("commit", "-q", "-m", "sub")
    inner = Place(outer.root / "sub")
    assert inner.repository.is_submodule
    inner.git("checkout", "-q", "main")
    before = inner.whole_state()
    done = inner.record(inner.change("calc.py", MENDED))
    assert done.commit == inner.head
    assert outer.status == [" M sub"]
    undo_and_redo(inner, before)
    with pytest.raises(InTheWay, match="another repository"):
        outer.record(FileChange("sub/calc.py", CALC, MENDED))
    assert outer.status == []


def test_in_a_shallow_clone_the_commit_and_undo_work(place: Place, tmp_path: Path) -> None:
    place.put("calc.py", CALC + b"\n")
    place.git("commit", "-q", "-am", "second")
    place.git("clone", "-q", "--depth", "1", f"file://{place.root}", str(tmp_path / "shallow"))
    shallow = Place(tmp_path / "shallow")
    assert shallow.repository.is_shallow
    before = shallow.whole_state()
    assert shallow.record(shallow.change("calc.py", MENDED)).commit
    undo_and_redo(shallow, before)


@pytest.mark.parametrize("index", ["plain", "sparse"])
def test_in_a_sparse_checkout_the_files_that_are_left_out_stay_left_out(tmp_path: Path, index: str) -> None:
    files = {"top.py": b"1\n", "in/a.py": b"a\n", "out/b.py": b"b\n", "out/deep/c.py": b"c\n"}
    place = Place.made(tmp_path / "work", files)
    place.git("sparse-checkout", "init", "--cone", *(["--sparse-index"] if index == "sparse" else []))
    place.git("sparse-checkout", "set", "in")
    assert place.get("out/b.py") is None
    assert place.repository.is_sparse
    before = place.whole_state()
    done = place.record(place.change("in/a.py", b"A\n"), place.change("in/new.py", b"n\n"))
    assert place.in_commit() == {"in/a.py": b"A\n", "in/new.py": b"n\n"}
    assert done.commit and place.status == []
    assert place.get("out/b.py") is None
    undo_and_redo(place, before)
    with pytest.raises(InTheWay, match="sparse checkout"):
        place.record(FileChange("out/b.py", None, b"mine\n"))


def test_a_hook_that_refuses_leaves_the_files_written_and_says_so(place: Place) -> None:
    place.hook("pre-commit", "echo 'line too long in calc.py' >&2\nexit 1\n")
    before = place.whole_state()
    done = place.record(place.change("calc.py", MENDED))
    assert done.commit is None
    assert done.note == "no commit: `git commit` failed: line too long in calc.py"
    assert place.get("calc.py") == MENDED
    undo_and_redo(place, before)


def test_a_hook_that_formats_and_adds_is_in_the_commit_and_in_the_record(place: Place) -> None:
    place.hook("pre-commit", "sed -i 's/a + b/a  +  b/' calc.py\ngit add calc.py\n")
    before = place.whole_state()
    done = place.record(place.change("calc.py", MENDED))
    formatted = MENDED.replace(b"a + b", b"a  +  b")
    assert done.commit
    assert place.in_commit() == {"calc.py": formatted}
    assert place.get("calc.py") == formatted
    assert place.status == []
    place.history().undo()
    assert place.whole_state() == before


def test_a_turn_whose_commit_failed_is_committed_with_the_next_that_mends_it(place: Place) -> None:
    place.hook("pre-commit", "grep -q tidy calc.py || exit 1\n")
    before = place.whole_state()
    assert place.record(place.change("calc.py", MENDED), place.change("new.py", b"n\n")).commit is None
    between = place.whole_state()
    done = place.record(place.change("calc.py", MENDED + b"# tidy\n"), place.change("new.py", b"tidy\n"))
    assert done.commit and place.status == []
    assert place.in_commit() == {"calc.py": MENDED + b"# tidy\n", "new.py": b"tidy\n"}
    place.history().undo()
    assert place.whole_state() == between
    place.history().undo()
    assert place.whole_state() == before


def test_a_turn_that_should_not_be_committed_is_not_committed_with_the_next(place: Place) -> None:
    place.history().record([place.change("calc.py", MENDED)], message="x", commit=False)
    done = place.record(place.change("calc.py", MENDED + b"# more\n"))
    assert done.commit is None
    place.put("other.py", b"mine\n")
    place.hook("pre-commit", "exit 1\n")
    place.record(place.change("other.py", b"mine and ours\n"))
    (place.root / ".git/hooks/pre-commit").unlink()
    assert place.record(place.change("other.py", b"mine and ours again\n")).commit is None


def test_a_formatter_that_fails_once_after_mending_the_file_gets_a_second_try(place: Place) -> None:
    """What hooks of the pre-commit framework do."""
    place.hook("pre-commit", "grep -q formatted calc.py && exit 0\necho '# formatted' >> calc.py\nexit 1\n")
    done = place.record(place.change("calc.py", MENDED))
    assert done.commit
    assert place.in_commit() == {"calc.py": MENDED + b"# formatted\n"}
    place.history().undo()
    assert place.get("calc.py") == CALC


def test_a_hook_that_adds_my_other_changes_does_not_get_them_into_the_commit(place: Place) -> None:
    place.hook("pre-commit", "git add -u\n")
    place.put("other.py", b"mine, not ready\n")
    before = place.whole_state()
    done = place.record(place.change("calc.py", MENDED))
    assert done.commit is None
    assert "other.py" in done.note
    assert place.head == before["head"]
    assert place.status == [" M calc.py", " M other.py"]
    undo_and_redo(place, before)


def test_a_hook_that_commits_something_itself_is_left_in_peace(place: Place) -> None:
    place.hook("post-commit", '[ -n "$INNER" ] || INNER=1 git commit -q --allow-empty -m again\n')
    done = place.record(place.change("calc.py", MENDED), message="Mend it")
    assert done.commit == place.git("rev-parse", "HEAD~1")
    assert place.git("log", "--format=%s").split("\n") == ["again", "Mend it", "First"]
    assert place.status == []


def test_a_commit_that_somebody_makes_meanwhile_is_not_reverted_by_ours(place: Place) -> None:
    place.hook(
        "pre-commit",
        '[ -n "$INNER" ] && exit 0\nexport INNER=1\nunset GIT_INDEX_FILE\n'
        "echo theirs > other.py && git commit -q -m Theirs other.py\n",
    )
    done = place.record(place.change("calc.py", MENDED))
    assert done.commit is None
    assert place.git("log", "-1", "--format=%s") == "Theirs"
    assert place.git("show", "HEAD:other.py") == "theirs"
    assert place.status == [" M calc.py"]


def test_commit_message_hooks_and_trailers_are_kept(place: Place) -> None:
    place.hook("commit-msg", "echo 'Change-Id: I42' >> \"$1\"\n")
    assert place.record(place.change("calc.py", MENDED)).commit
    assert place.git("log", "-1", "--format=%B").endswith("Change-Id: I42")


def test_commits_are_signed_when_the_person_signs(place: Place, tmp_path: Path) -> None:
    key = tmp_path / "key"
    os.system(f"ssh-keygen -q -t ed25519 -N '' -f '{key}'")
    place.git("config", "gpg.format", "ssh")
    place.git("config", "user.signingKey", str(key))
    place.git("config", "commit.gpgSign", "true")
    before = place.whole_state()
    done = place.record(place.change("calc.py", MENDED))
    assert done.commit
    assert "-----BEGIN SSH SIGNATURE-----" in place.git("cat-file", "commit", "HEAD")
    undo_and_redo(place, before)
    place.git("config", "user.signingKey", str(tmp_path / "no such key"))
    done = place.record(place.change("calc.py", MENDED))
    assert done.commit is None
    assert done.note.startswith("no commit: `git commit` failed: ")


def test_without_an_identity_the_files_are_written_and_it_says_what_git_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(IDENTITY)[:4]:
        monkeypatch.delenv(name)
    place.git("config", "user.useConfigOnly", "true")
    done = place.record(place.change("calc.py", MENDED))
    assert done.commit is None
    assert "user.email" in done.note or "identity" in done.note.lower() or "email" in done.note


def test_a_pushed_commit_is_reverted_and_not_taken_off(place: Place, tmp_path: Path) -> None:
    place.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    place.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    done = place.record(place.change("calc.py", MENDED), message="Mend it")
    place.git("push", "-q", "origin", "main")
    undone = place.history().undo()
    assert place.git("log", "--format=%s").split("\n") == ['Revert "Mend it"', "Mend it", "First"]
    assert place.git("log", "-1", "--format=%b").strip() == f"This reverts commit {done.commit}."
    assert "reverted" in undone.summary
    assert place.get("calc.py") == CALC and place.status == []
    place.history().redo()
    assert place.git("log", "--format=%s").split("\n") == ["Mend it", "First"]
    assert place.get("calc.py") == MENDED and place.status == []


def test_a_commit_below_one_of_mine_is_reverted(place: Place) -> None:
    place.record(place.change("calc.py", MENDED), message="Mend it")
    place.put("other.py", b"my commit\n")
    place.git("commit", "-q", "-am", "Mine")
    place.history().undo()
    assert place.git("log", "--format=%s").split("\n") == ['Revert "Mend it"', "Mine", "Mend it", "First"]
    assert place.get("other.py") == b"my commit\n"
    place.put("third.py", b"another\n")
    place.git("commit", "-q", "-am", "Another")
    place.history().redo()
    assert place.git("log", "-1", "--format=%s") == "Mend it"
    assert place.get("calc.py") == MENDED and place.status == []


def test_undo_leaves_the_commit_when_i_have_staged_something_of_that_file(place: Place) -> None:
    done = place.record(place.change("calc.py", MENDED))
    place.put("calc.py", b"staged\n")
    place.git("add", "calc.py")
    place.put("calc.py", MENDED)
    index = place.whole_state()["index"]
    undone = place.history().undo()
    assert place.head == done.commit
    assert place.whole_state()["index"] == index
    assert "stays" in undone.summary
    assert place.get("calc.py") == CALC


def test_undo_refuses_and_names_the_file_that_is_not_as_the_agent_left_it(place: Place) -> None:
    place.record(place.change("calc.py", MENDED), place.change("other.py", b"O\n"))
    place.put("other.py", b"typed since\n")
    before = place.whole_state()
    with pytest.raises(InTheWay, match=r"other\.py was changed since turn 1") as caught:
        place.history().undo()
    assert caught.value.exit_code == EXIT_IN_THE_WAY
    assert place.whole_state() == before


def test_what_i_have_taken_back_myself_counts_as_undone(place: Place) -> None:
    place.record(place.change("calc.py", MENDED), place.change("new.py", b"n\n"))
    place.git("reset", "-q", "--hard", "HEAD~1")
    before = place.whole_state()
    place.history().undo()
    assert place.whole_state() == before
    assert place.history().log()[0].undone
    place.history().redo()
    assert place.get("calc.py") == MENDED and place.get("new.py") == b"n\n"
    place.put("calc.py", CALC)
    place.history().undo()
    assert place.whole_state() == before


def test_a_hook_that_rewrites_files_does_not_make_undo_inexact(place: Place) -> None:
    place.put("calc.py", CALC + b"x = 1;\n")
    place.git("commit", "-q", "-am", "with a semicolon")
    place.hook("pre-commit", "sed -i 's/;$//' calc.py\ngit add calc.py\n")
    place.record(place.change("calc.py", MENDED + b"y = 1;\n"))
    assert place.get("calc.py") == MENDED + b"y = 1\n"
    place.git("tag", "somebody-has-it")
    place.history().undo()
    assert place.get("calc.py") == CALC + b"x = 1;\n"
    assert place.in_commit() == {"calc.py": CALC + b"x = 1;\n"}
    assert place.status == []


def test_several_turns_are_undone_together_or_not_at_all(place: Place) -> None:
    states = [place.whole_state()]
    for n in range(4):
        place.record(place.change("calc.py", b"%d\n" % n), place.change(f"new{n}.py", b"x"))
        states.append(place.whole_state())
    assert place.history().undo(3).turns == (4, 3, 2)
    assert place.whole_state() == states[1]
    assert place.history().redo(2).turns == (2, 3)
    assert place.whole_state() == states[3]
    place.put("new0.py", b"typed\n")
    before = place.whole_state()
    with pytest.raises(InTheWay, match=r"new0\.py"):
        place.history().undo(3)
    assert place.whole_state() == before
    with pytest.raises(TaskFailed, match="only 3 turns"):
        place.history().undo(9)


def test_after_something_new_the_undone_turn_cannot_be_redone(place: Place) -> None:
    place.record(place.change("calc.py", MENDED))
    place.history().undo()
    place.record(place.change("other.py", b"O\n"))
    with pytest.raises(TaskFailed):
        place.history().redo()
    assert [(r.turn, r.undone) for r in place.history().log()] == [(2, False), (1, True)]


def test_nothing_to_undo_is_said(place: Place) -> None:
    with pytest.raises(TaskFailed, match="no turn that can be taken back"):
        place.history().undo()
    with pytest.raises(TaskFailed, match="no turn that can be done again"):
        place.history().redo()
    with pytest.raises(TaskFailed):
        place.history().diff()


def test_the_log_tells_each_turn_and_prune_forgets_the_old_ones(place: Place) -> None:
    place.record(place.change("calc.py", MENDED), message="Mend it")
    place.record(place.change("other.py", b"O\n"), message="Other")
    newest, oldest = place.history().log()
    assert (oldest.turn, oldest.message, oldest.request, oldest.tool) == (1, "Mend it", "please", "edit")
    assert oldest.files == ("calc.py",) and oldest.commit and not oldest.undone
    assert newest.commit == place.head
    assert place.history().log(1) == [newest]
    assert "+    return a + b" in place.history().diff(1)
    assert place.history().diff() == place.history().diff(2)
    assert place.history().prune(30) == 0
    assert place.history().prune(-1) == 2
    assert place.git("for-each-ref", "refs/agent/") == ""
    assert place.history().log() == []


def test_commits_can_be_switched_off(place: Place) -> None:
    before = place.whole_state()
    done = place.history().record([place.change("calc.py", MENDED)], message="x", commit=False)
    assert (done.commit, done.note) == (None, "commits are switched off")
    undo_and_redo(place, before)
    config = load_config(place.root, {"commit": False}, {})
    assert place.history(config=config).record([place.change("calc.py", MENDED)], message="x").commit is None


def test_run_from_a_hook_of_another_repository_it_works_on_this_one(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Place.made(tmp_path / "stranger", {"s.py": b"s\n"})
    before = place.whole_state()
    untouched = stranger.whole_state()
    monkeypatch.setenv("GIT_DIR", str(stranger.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(stranger.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(stranger.root / ".git/index"))
    done = place.history().record([place.change("calc.py", MENDED)], message="Mend it")
    place.history().undo()
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name)
    assert done.commit
    assert place.whole_state() == before
    assert stranger.whole_state() == untouched


def test_names_with_blanks_newlines_quotes_and_globs(place: Place) -> None:
    names = ["with blank.py", "new\nline.py", "-dash.py", "ünï.py", "*.py", ":(top)x.py", '"q".py', "tab\t.py"]
    names.append(os.fsdecode(b"raw\xff.py"))
    before = place.whole_state()
    done = place.record(*(FileChange(name, None, name.encode("utf-8", "surrogateescape")) for name in names))
    assert done.commit and set(place.in_commit()) == set(names)
    undo_and_redo(place, before)


def test_a_file_reached_through_a_link_is_recorded_where_it_is(place: Place) -> None:
    (place.root / "link.py").symlink_to("calc.py")
    (place.root / "folder").mkdir()
    (place.root / "way").symlink_to("folder")
    place.git("add", ".")
    place.git("commit", "-q", "-m", "links")
    before = place.whole_state()
    done = place.record(place.change("link.py", MENDED), place.change("way/new.py", b"n"))
    assert done.files == ("calc.py", "folder/new.py")
    undo_and_redo(place, before)
    done = place.record(place.change("link.py", None))
    assert done.commit and place.get("calc.py") == CALC
    undo_and_redo(place, before)


def test_a_repository_with_long_object_names(tmp_path: Path) -> None:
    root = tmp_path / "long"
    root.mkdir()
    place = Place(root)
    place.git("init", "-q", "-b", "main", "--object-format=sha256")
    place.put("calc.py", CALC)
    place.git("add", ".")
    place.git("commit", "-q", "-m", "First")
    before = place.whole_state()
    assert place.record(place.change("calc.py", MENDED)).commit == place.head
    undo_and_redo(place, before)


def test_a_file_that_git_was_told_not_to_look_at_is_not_committed(place: Place) -> None:
    place.git("update-index", "--assume-unchanged", "calc.py")
    place.put("calc.py", CALC + b"# local only\n")
    before = place.whole_state()
    done = place.record(place.change("calc.py", CALC + b"# local only, edited\n"))
    assert done.commit is None
    assert place.head == before["head"]
    undo_and_redo(place, before)


def test_a_locked_index_is_waited_for_and_then_left_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    import agent.repo.history.branch as branch

    monkeypatch.setattr(branch, "LOCK_TRIES", 2)
    (place.root / ".git/index.lock").write_bytes(b"")
    done = place.record(place.change("calc.py", MENDED))
    assert done.note == "no commit: another git program holds the index (.git/index.lock)"
    assert place.get("calc.py") == MENDED
    assert (place.root / ".git/index.lock").exists()


def test_nothing_to_change_is_no_turn(place: Place) -> None:
    done = place.record(place.change("calc.py", CALC))
    assert (done.turn, done.files) == (None, ())
    assert place.history().log() == []


def test_hundreds_of_files_are_one_turn(place: Place) -> None:
    before = place.whole_state()
    done = place.record(*(FileChange(f"many/{n}.py", None, b"%d" % n) for n in range(200)))
    assert done.commit and place.status == []
    undo_and_redo(place, before)
