"""What a person notices of the transaction: everything is written or nothing, and the files stay what they were."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.edits.transaction import LINK_MODE, recover, state_folder, write
from agent.edits.types import FileChange
from agent.errors import EXIT_IN_THE_WAY, InTheWay

NOBODY = 65534


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return made(tmp_path / "top")


@pytest.fixture
def shared_root() -> Iterator[Path]:
    """Where another user may go: the folders that pytest makes are its owner's alone."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield made(Path(folder).resolve() / "top")


def made(top: Path) -> Path:
    (top / ".git").mkdir(parents=True)
    (top / "a.py").write_bytes(b"a\n")
    (top / "b.py").write_bytes(b"b\n")
    return top


def put(root: Path, *changes: FileChange) -> None:
    write(root, root / ".git", changes, holder="test")


def refused(root: Path, *changes: FileChange) -> InTheWay:
    """The error, after checking that nothing at all has changed."""
    before = everything(root)
    with pytest.raises(InTheWay) as caught:
        put(root, *changes)
    assert everything(root) == before
    assert caught.value.exit_code == EXIT_IN_THE_WAY
    assert caught.value.hint
    return caught.value


def everything(root: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        if ".git/" not in path.as_posix():
            status = path.lstat()
            content = str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None
            found[path.relative_to(root).as_posix()] = (stat.filemode(status.st_mode), content)
    return found


def as_nobody(action: Callable[[], object]) -> int:
    """Run in a child without root's rights."""

    def demoted() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        action()

    return in_child(demoted)


def in_child(action: Callable[[], object]) -> int:
    """Run in a child process; its exit status: 0 done, 5 InTheWay, 3 anything else."""
    child = os.fork()
    if child == 0:
        status = 3
        try:
            action()
            status = 0
        except InTheWay:
            status = EXIT_IN_THE_WAY
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_several_files_are_written_made_and_removed_together(root: Path) -> None:
    put(
        root,
        FileChange("a.py", b"a\n", b"A\n"),
        FileChange("new/folder/c.py", None, b"c\n"),
        FileChange("b.py", b"b\n", None),
    )
    assert (root / "a.py").read_bytes() == b"A\n"
    assert (root / "new/folder/c.py").read_bytes() == b"c\n"
    assert not (root / "b.py").exists()
    assert sorted(path.name for path in root.iterdir()) == [".git", "a.py", "new"]


def test_the_mode_of_a_file_stays_and_can_be_changed(root: Path) -> None:
    (root / "a.py").chmod(0o751)
    put(root, FileChange("a.py", b"a\n", b"A\n"), FileChange("b.py", b"b\n", b"b\n", 0o700))
    assert (root / "a.py").stat().st_mode & 0o7777 == 0o751
    assert (root / "b.py").stat().st_mode & 0o7777 == 0o700


def test_a_new_file_follows_the_umask(root: Path) -> None:
    old = os.umask(0o027)
    try:
        put(root, FileChange("new.py", None, b""), FileChange("run", None, b"", 0o755))
    finally:
        os.umask(old)
    assert (root / "new.py").stat().st_mode & 0o777 == 0o640
    assert (root / "run").stat().st_mode & 0o777 == 0o755


def test_a_link_inside_is_written_through_and_stays_a_link(root: Path) -> None:
    (root / "link.py").symlink_to("a.py")
    put(root, FileChange("link.py", b"a\n", b"through\n"))
    assert (root / "link.py").is_symlink()
    assert (root / "a.py").read_bytes() == b"through\n"


def test_a_link_that_is_removed_leaves_its_target_and_can_be_made_again(root: Path) -> None:
    (root / "link.py").symlink_to("a.py")
    put(root, FileChange("link.py", b"a\n", None))
    assert not (root / "link.py").is_symlink()
    assert (root / "a.py").read_bytes() == b"a\n"
    put(root, FileChange("link.py", None, b"a.py", LINK_MODE))
    assert (root / "link.py").readlink() == Path("a.py")


@pytest.mark.parametrize(
    "path",
    [
        "../out.py",
        "/etc/agent-test",
        "",
        "a//b",
        "./x",
        "x/../../y",
        ".git/config",
        "sub/.GIT/hooks/pre-commit",
        ".git /x",
        "GIT~1/x",
        ".g\u200cit/config",
        "out/x.py",
        "loop/x.py",
        "pipe",
        "nested/x.py",
        "a.py/x.py",
        "null\0byte",
    ],
)
def test_nothing_is_written_outside_the_root_or_in_git_or_over_special_files(root: Path, path: str) -> None:
    (root / "out").symlink_to("/tmp")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    (root / "nested" / ".git").mkdir(parents=True)
    refused(root, FileChange("b.py", b"b\n", b"B\n"), FileChange(path, None, b"x"))


def test_a_file_that_an_editor_changed_meanwhile_is_not_overwritten(root: Path) -> None:
    (root / "b.py").write_bytes(b"typed\n")
    error = refused(root, FileChange("a.py", b"a\n", b"A\n"), FileChange("b.py", b"b\n", b"B\n"))
    assert str(error).startswith("b.py was changed")


def test_a_file_that_went_or_came_meanwhile_is_named(root: Path) -> None:
    assert "gone.py is not there any more" in str(refused(root, FileChange("gone.py", b"x", b"y")))
    assert "a.py exists already" in str(refused(root, FileChange("a.py", None, b"y")))
    (root / "folder").mkdir()
    (root / "folder" / "mine").write_bytes(b"")
    assert "folder is a folder" in str(refused(root, FileChange("folder", None, b"y")))


def test_a_file_changed_twice_in_one_turn_is_refused(root: Path) -> None:
    (root / "link.py").symlink_to("a.py")
    refused(root, FileChange("a.py", b"a\n", b"1"), FileChange("link.py", b"a\n", b"2"))


def test_a_read_only_file_is_not_replaced_even_by_root(root: Path) -> None:
    (root / "b.py").chmod(0o444)
    error = refused(root, FileChange("a.py", b"a\n", b"A\n"), FileChange("b.py", b"b\n", b"B\n"))
    assert str(error) == "b.py is read-only. Nothing was changed."
    refused(root, FileChange("b.py", b"b\n", None))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_folder_without_write_permission_is_one_clear_refusal(shared_root: Path) -> None:
    root = shared_root
    for path in (root, root / ".git", root / "a.py"):
        os.chown(path, NOBODY, NOBODY)
    locked = root / "locked"
    locked.mkdir()
    (locked / "c.py").write_bytes(b"c\n")
    os.chown(locked / "c.py", NOBODY, NOBODY)
    locked.chmod(0o555)
    before = everything(root)
    changes = (FileChange("a.py", b"a\n", b"A\n"), FileChange("locked/c.py", b"c\n", b"C\n"))
    assert as_nobody(lambda: put(root, *changes)) == EXIT_IN_THE_WAY
    assert everything(root) == before
    assert not (root / ".git/agent/journal.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_file_of_another_owner_keeps_its_owner(shared_root: Path) -> None:
    root = shared_root
    (root / "a.py").chmod(0o664)
    os.chown(root / "a.py", 4321, NOBODY)
    put(root, FileChange("a.py", b"a\n", b"by root\n"))
    assert ((root / "a.py").stat().st_uid, (root / "a.py").stat().st_gid) == (4321, NOBODY)

    for path in (root, root / ".git", root / ".git/agent", root / ".git/agent/writing"):
        os.chown(path, NOBODY, NOBODY)
    (root / "group.py").write_bytes(b"g\n")
    os.chown(root / "group.py", 4321, NOBODY)
    (root / "group.py").chmod(0o664)
    assert as_nobody(lambda: put(root, FileChange("group.py", b"g\n", b"by the group\n"))) == 0
    assert (root / "group.py").read_bytes() == b"by the group\n"
    assert (root / "group.py").stat().st_uid == 4321


def test_a_full_disk_leaves_everything_as_it_was(root: Path) -> None:
    before = everything(root)

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        put(root, FileChange("a.py", b"a\n", b"A\n"), FileChange("b.py", b"b\n", b"B" * 200_000))

    assert in_child(fill) == EXIT_IN_THE_WAY
    assert everything(root) == before
    assert recover(root, root / ".git") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount")
def test_a_disk_that_is_really_full_says_so(tmp_path: Path) -> None:
    root = tmp_path / "small"
    root.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(root)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        (root / ".git").mkdir()
        (root / "a.py").write_bytes(b"a\n")
        error = refused(root, FileChange("a.py", b"a\n", b"A\n"), FileChange("big.py", None, b"x" * 100_000))
        assert "no space left" in str(error)
        assert "disk is full" in error.hint
    finally:
        subprocess.run(["umount", str(root)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for chattr")
def test_a_failure_in_the_middle_of_the_renames_puts_the_first_files_back(root: Path) -> None:
    (root / "z.py").write_bytes(b"z\n")
    if subprocess.run(["chattr", "+i", str(root / "z.py")], capture_output=True).returncode:
        pytest.skip("the file system has no immutable files")
    try:
        refused(
            root, FileChange("a.py", b"a\n", b"A\n"), FileChange("n.py", None, b""), FileChange("z.py", b"z\n", b"Z\n")
        )
        assert recover(root, root / ".git") is None
    finally:
        subprocess.run(["chattr", "-i", str(root / "z.py")], check=True)


def test_extended_attributes_stay(root: Path) -> None:
    try:
        os.setxattr(root / "a.py", "user.note", b"mine")
    except (OSError, AttributeError):
        pytest.skip("no extended attributes here")
    put(root, FileChange("a.py", b"a\n", b"A\n"))
    assert os.getxattr(root / "a.py", "user.note") == b"mine"


def test_ctrl_c_in_the_middle_puts_everything_back(root: Path) -> None:
    before = everything(root)
    lines = 0

    def interrupt(frame: object, event: str, arg: object) -> object:
        nonlocal lines
        code = frame.f_code  # type: ignore[attr-defined]
        if event == "line" and code.co_filename.endswith("steps.py") and code.co_name == "_place":
            lines += 1
            if lines == 15:
                sys.settrace(None)
                raise KeyboardInterrupt
        return interrupt

    sys.settrace(interrupt)  # type: ignore[arg-type]
    try:
        with pytest.raises(KeyboardInterrupt):
            put(root, FileChange("a.py", b"a\n", b"A\n"), FileChange("b.py", b"b\n", b"B\n"))
    finally:
        sys.settrace(None)
    assert everything(root) == before
    assert recover(root, root / ".git") is None


@pytest.mark.parametrize("placed", [0, 1, 2])
def test_an_editor_that_saves_while_files_are_put_in_place_keeps_its_text(root: Path, placed: int) -> None:
    """The last file is saved by an editor when so many of the others are in place already."""
    (root / "z.py").write_bytes(b"z\n")
    calls = 0

    def save(frame: object, event: str, arg: object) -> None:
        nonlocal calls
        code = frame.f_code  # type: ignore[attr-defined]
        if event == "call" and code.co_filename.endswith("steps.py") and code.co_name == "_place":
            if calls == placed:
                (root / "z.py").write_bytes(b"typed\n")
            calls += 1

    sys.setprofile(save)
    try:
        with pytest.raises(InTheWay, match=r"z\.py was changed while it was being written"):
            put(
                root,
                FileChange("a.py", b"a\n", b"A\n"),
                FileChange("n/new.py", None, b"n\n"),
                FileChange("z.py", b"z\n", b"Z\n"),
                FileChange("b.py", b"b\n", None),
            )
    finally:
        sys.setprofile(None)
    assert calls > placed
    assert {name: found[1] for name, found in everything(root).items() if name != ".git"} == {
        "a.py": b"a\n",
        "b.py": b"b\n",
        "z.py": b"typed\n",
    }
    assert recover(root, root / ".git") is None


def test_names_with_blanks_newlines_and_bytes_that_are_no_text(root: Path) -> None:
    names = ["with blank.py", "new\nline.py", "-dash.py", "ünï.py", os.fsdecode(b"raw\xff.py"), "'quote\".py"]
    put(root, *(FileChange(name, None, b"1") for name in names))
    put(root, *(FileChange(name, b"1", b"2") for name in names))
    assert all((root / name).read_bytes() == b"2" for name in names)
    put(root, *(FileChange(name, b"2", None) for name in names))
    assert sorted(path.name for path in root.iterdir()) == [".git", "a.py", "b.py"]


def test_two_writers_at_once_do_not_mix(root: Path) -> None:
    """Both change the same two files; whoever is second finds them changed."""
    outcome: list[str] = []

    def one(mark: bytes) -> None:
        try:
            put(root, FileChange("a.py", b"a\n", mark), FileChange("b.py", b"b\n", mark))
            outcome.append("done")
        except InTheWay as error:
            outcome.append(str(error))

    threads = [threading.Thread(target=one, args=(mark,)) for mark in (b"1", b"2", b"3", b"4")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcome.count("done") == 1
    assert (root / "a.py").read_bytes() == (root / "b.py").read_bytes()


def test_outside_git_the_journal_is_in_the_state_folder_and_not_among_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "plain"
    root.mkdir()
    write(root, None, [FileChange("a.py", None, b"a")], holder="test")
    assert [path.name for path in root.iterdir()] == ["a.py"]
    assert state_folder(root, None).is_relative_to(tmp_path / "state")
    assert state_folder(root, None).stat().st_mode & 0o077 == 0


def test_a_journal_that_makes_no_sense_does_not_block_forever(root: Path) -> None:
    (root / ".git/agent").mkdir()
    (root / ".git/agent/journal.json").write_text("{")
    said = recover(root, root / ".git")
    assert said is not None and "makes no sense" in said
    put(root, FileChange("a.py", b"a\n", b"A\n"))
    assert (root / "a.py").read_bytes() == b"A\n"


def test_hundreds_of_files_are_one_transaction(root: Path) -> None:
    changes = [FileChange(f"many/{n % 10}/{n}.py", None, b"x") for n in range(300)]
    started = time.monotonic()
    put(root, *changes)
    assert time.monotonic() - started < 30
    assert sum(1 for path in (root / "many").rglob("*.py")) == 300
