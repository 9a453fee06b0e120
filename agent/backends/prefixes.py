"""Prompt states on disk: a cold engine starts with the fixed prompts of the product already read.

A client leaves a wish: the messages that every request of a kind begins with. When the engine is idle it has that
prompt's keys and values saved by the server (`/slots?action=save`), and an engine that starts later loads the saved
ones into its slots. Only fixed text is wished for; nothing of the user's is written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.backends import wire
from agent.backends.base import Message
from agent.models.places import cache_folder

MOST_FILES = 6
MOST_BYTES = 300_000_000
LONGEST_CHARS = 12_000
"""A longer prefix is no fixed prompt of ours, and its state would be too large to be worth a file."""


def states_folder(model_identity: str) -> Path:
    """Where the states of one model under one state format are kept."""
    return cache_folder() / "states" / model_identity


def fixed_part(messages: Sequence[Message], labels: bool) -> list[Message]:
    """What every request of this kind begins with: all but the request itself for a label, else the system message."""
    part = list(messages[:-1]) if labels else [m for m in messages[:1] if m.role == "system"]
    return part if sum(len(m.content) for m in part) <= LONGEST_CHARS else []


def name_of(part: Sequence[Message]) -> str:
    """The file name of a prefix's state."""
    text = json.dumps([[m.role, m.content] for m in part])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20] + ".bin"


def wish(folder: Path, part: Sequence[Message]) -> None:
    """Ask the engine to save this prefix's state, unless it is saved already."""
    if not part:
        return
    name = name_of(part)
    target = folder / name
    if target.exists():
        with contextlib.suppress(OSError):
            os.utime(target)
        return
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f"{name}.{os.getpid()}.new"
        fresh.write_text(json.dumps([{"role": m.role, "content": m.content} for m in part]))
        fresh.replace(folder / f"{name}.wish")


def restore(url: str, key: str, folder: Path, slots: int) -> int:
    """Load the most recently used states into the slots of a fresh engine; returns how many."""
    files = sorted(_files(folder), key=lambda p: p.stat().st_mtime, reverse=True)
    loaded = 0
    for slot, file in enumerate(files[:slots]):
        try:
            wire.ask(f"{url}/slots/{slot}?action=restore", {"filename": file.name}, key=key, timeout=30)
            loaded += 1
        except (wire.Unreachable, wire.Broken, wire.BadStatus):
            # Written by another version of the engine, or damaged: it would fail every time.
            file.unlink(missing_ok=True)
    return loaded


def grant(url: str, key: str, folder: Path) -> bool:
    """Fulfil one wish; returns whether there was one. The prompt was just read, so the server has it cached."""
    for wished in sorted(folder.glob("*.wish")):
        try:
            messages = json.loads(wished.read_text())
            _save(url, key, wished.name.removesuffix(".wish"), messages)
        except (OSError, ValueError, KeyError, TypeError, wire.Unreachable, wire.Broken, wire.BadStatus):
            pass
        finally:
            wished.unlink(missing_ok=True)
        _prune(folder)
        return True
    return False


def _save(url: str, key: str, name: str, messages: list[dict[str, Any]]) -> None:
    # A user's message ends the prefix just as the real request will begin.
    asked = {"messages": [*messages, {"role": "user", "content": "."}]}
    prompt = wire.ask(f"{url}/apply-template", asked, key=key, timeout=30)["prompt"]
    body = {"prompt": prompt, "n_predict": 0, "temperature": 0.0, "cache_prompt": True}
    slot = wire.ask(f"{url}/completion", body, key=key, timeout=120)["id_slot"]
    wire.ask(f"{url}/slots/{slot}?action=save", {"filename": name}, key=key, timeout=60)


def _files(folder: Path) -> list[Path]:
    return [p for p in folder.glob("*.bin") if p.is_file()]


def _prune(folder: Path) -> None:
    """Keep the most recently used, within number and size."""
    total = 0
    files = sorted(_files(folder), key=lambda p: p.stat().st_mtime, reverse=True)
    for number, file in enumerate(files):
        total += file.stat().st_size
        if number >= MOST_FILES or total > MOST_BYTES:
            file.unlink(missing_ok=True)
