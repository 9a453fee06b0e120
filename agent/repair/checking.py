"""Where there are no tests, a compiler at hand judges whether files compile."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Generator, Mapping
from pathlib import Path, PurePosixPath

from agent.events import Event, Progress
from agent.repair.building import Compiled, mend_build
from agent.repair.preparing import Ground
from agent.repair.running import run
from agent.repair.scratch import Scratch
from agent.repair.targets import Target

SECONDS = 60.0
"""For one run of a compiler."""


def compile_command(root: Path, path: str) -> str:
    """A command line that only compiles a file, or the package it is in; "" where no compiler for it is at hand."""
    place = PurePosixPath(path)
    folder, name = shlex.quote(str(place.parent)), shlex.quote(place.name)

    def around(manifest: str) -> bool:
        return any((root / parent / manifest).is_file() for parent in place.parents)

    program, command = {
        ".c": ("gcc", f"gcc -fsyntax-only {name}"),
        ".go": ("go", f"go build -o /dev/null {'.' if around('go.mod') else name}"),
        ".java": ("javac", f'javac -d "$TMPDIR/classes" {name}'),
        ".rs": (
            ("cargo", "cargo check --offline --quiet")
            if around("Cargo.toml")
            else ("rustc", f'rustc --edition 2021 --crate-type lib --emit=metadata -o "$TMPDIR/out" {name}')
        ),
        **dict.fromkeys((".cc", ".cpp", ".cxx"), ("g++", f"g++ -fsyntax-only {name}")),
    }.get(place.suffix, ("", ""))
    return f"cd {folder} && {command}" if program and shutil.which(program) else ""


def compiled(
    root: Path, files: Mapping[str, Target], base: Mapping[str, str], deadline: float
) -> Generator[Event, None, Compiled]:
    """What the compiler's advice makes of files that do not compile; nothing where they do, or nobody can tell."""
    texts: dict[str, str] = {}
    words: dict[str, str] = {}
    for path in files:
        command = compile_command(root, path)
        if not command:
            continue
        yield Progress("testing", command)
        copy = Scratch(root, "check")
        try:
            now = {**base, **texts}
            copy.write({name: files[name].encoded(text) for name, text in now.items() if text != files[name].text})
            ground = Ground(command, run(copy, command, SECONDS), None, [], copy, SECONDS)
            found = yield from mend_build(ground, files, now, deadline)
            texts.update(found.texts)
            words.update(found.words)
        finally:
            copy.close()
    return Compiled(texts, words)
