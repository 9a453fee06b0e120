"""For any files and any changes to them: exactly the wanted files, or a refusal and exactly the files from before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.edits.transaction import recover, write
from agent.edits.types import FileChange
from agent.errors import InTheWay

NAMES = st.lists(st.sampled_from(["a", "b", "c d"]), min_size=1, max_size=3).map("/".join)
CONTENTS = st.binary(max_size=6)
FILES = st.dictionaries(NAMES, CONTENTS, max_size=5).map(lambda files: possible(files))
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def possible(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without the files that stand where another one needs a folder."""
    return {name: files[name] for name in files if not any(other.startswith(name + "/") for other in files)}


def on_disk(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git/" not in path.as_posix()
    }


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILES, FILES, st.lists(NAMES, max_size=2), CONTENTS)
def test_the_wanted_files_or_a_refusal_and_the_old_ones(
    before: dict[str, bytes], after: dict[str, bytes], edited_meanwhile: list[str], typed: bytes
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        root = Path(folder)
        (root / ".git").mkdir()
        for name, content in before.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        changes = [
            FileChange(name, before.get(name), after.get(name))
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name)
        ]
        stale = False
        for name in edited_meanwhile:
            if (root / name).is_file() and typed != before[name]:
                (root / name).write_bytes(typed)
                stale = stale or before.get(name) != after.get(name)
        there = on_disk(root)
        try:
            write(root, root / ".git", changes, holder="test")
        except InTheWay:
            assert stale
            assert on_disk(root) == there
        else:
            assert not stale
            untouched = {name: there[name] for name in there if before.get(name) == after.get(name)}
            assert on_disk(root) == {**after, **untouched}
            kept = {str(parent) for name in on_disk(root) for parent in Path(name).parents}
            folders = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_dir() and ".git" not in p.parts}
            assert folders <= kept
        assert recover(root, root / ".git") is None
