"""Weights on the machine are known by what they are, not by what the file is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.errors import InTheWay, NoSuchModel
from agent.models.partial import Lock, Partial
from agent.models.places import models_folder
from agent.models.store import digest_of, installed, installed_file, remove, remove_entry
from tests.models.weights import CONTENT, ENTRY


def test_a_file_of_another_name_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "my-own-name.gguf").write_bytes(CONTENT)
    assert installed_file(ENTRY, tmp_path) == tmp_path / "my-own-name.gguf"


def test_a_file_of_the_right_name_and_length_with_other_bytes_is_not_the_model(tmp_path: Path) -> None:
    (tmp_path / ENTRY.file).write_bytes(bytes(len(CONTENT)))
    assert installed_file(ENTRY, tmp_path) is None


def test_a_file_that_was_changed_is_looked_at_again(tmp_path: Path) -> None:
    file = tmp_path / ENTRY.file
    file.write_bytes(CONTENT)
    assert installed_file(ENTRY, tmp_path) == file
    file.write_bytes(CONTENT[::-1])
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert installed_file(ENTRY, tmp_path) is None


def test_a_digest_is_computed_once(tmp_path: Path) -> None:
    file = tmp_path / ENTRY.file
    file.write_bytes(CONTENT)
    stat = file.stat()
    assert digest_of(file) == ENTRY.sha256
    file.write_bytes(bytes(len(CONTENT)))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert digest_of(file) == ENTRY.sha256, "a file of the same length and time is not read again"


def test_a_damaged_record_of_digests_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / ENTRY.file).write_bytes(CONTENT)
    (tmp_path / ".digests.json").write_text('{"made-up-1m.gguf": [1, ')
    assert installed_file(ENTRY, tmp_path) is not None


def test_a_folder_that_is_not_there_has_no_models(tmp_path: Path) -> None:
    assert installed("embedded", tmp_path / "nowhere") is None


def test_the_folder_is_the_one_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    monkeypatch.delenv("AGENT_MODELS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert models_folder() == tmp_path / "cache" / "agent" / "models"


def test_removing_deletes_the_file_and_what_an_unfinished_download_left(tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"not of this model")
    (tmp_path / "renamed.gguf").write_bytes(CONTENT)
    (tmp_path / f"{ENTRY.file}.part").write_bytes(CONTENT[:1000])
    (tmp_path / f"{ENTRY.file}.part.json").write_text("{}")
    (tmp_path / f"{ENTRY.file}.part.d-abc").mkdir()
    assert remove_entry(ENTRY, tmp_path) == tmp_path / "renamed.gguf"
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == ["other.gguf"]


def test_removing_what_is_not_there_or_unknown_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoSuchModel, match="not installed"):
        remove_entry(ENTRY, tmp_path)
    with pytest.raises(NoSuchModel, match="catalog"):
        remove("gpt-9", tmp_path)


def test_a_model_that_is_being_downloaded_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / f"{ENTRY.file}.part").write_bytes(CONTENT[:1000])
    lock = Lock(Partial(ENTRY, tmp_path))
    assert lock.acquire()
    try:
        with pytest.raises(InTheWay, match="being downloaded"):
            remove_entry(ENTRY, tmp_path)
    finally:
        lock.release()
    assert (tmp_path / f"{ENTRY.file}.part").exists()
