"""Where there are no tests, a compiler at hand judges whether files compile."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Collection, Generator, Mapping
from pathlib import Path, PurePosixPath

from agent.events import Event, Progress
from agent.repair.advice.types import Place
from agent.repair.building import Compiled, mend_build
from agent.repair.preparing import Ground
from agent.repair.running import Run, run
from agent.repair.scratch import Scratch
from agent.repair.targets import Target

SECONDS = 60.0
"""For one run of a compiler."""
_UNKNOWN = re.compile(r"undefined|undeclared|not declared|cannot find|does not name|unknown|member|unresolved|no field")
"""Errors about a name that a compiler was not told of."""


def compile_command(root: Path, path: str) -> str:
    """A command line that only compiles a file, or the package it is in; "" where no compiler for it is at hand."""
    place = PurePosixPath(path)
    parent = _source_root(root, place) if place.suffix == ".java" else place.parent
    folder, name = shlex.quote(str(parent)), shlex.quote(str(place.relative_to(parent)))

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

            def vouches(
                done: Run, changed: Mapping[str, str], errors: Collection[str], now: dict[str, str] = now
            ) -> bool:
                return done.ok and not any(
                    _known_elsewhere(root, name, now[name], text, errors) for name, text in changed.items()
                )

            found = yield from mend_build(ground, files, now, deadline, vouches, judged=False)
            texts.update(found.texts)
            words.update(found.words)
        finally:
            copy.close()
    return Compiled(texts, words)


def _source_root(root: Path, place: PurePosixPath) -> PurePosixPath:
    """The folder in which a Java file's package begins: there javac finds the other classes of the project."""
    try:
        text = (root / place).read_text("utf-8", "replace")
    except OSError:
        return place.parent
    found = re.search(r"^\s*package\s+([\w.]+)\s*;", text, re.M)
    parts = tuple(found[1].split(".")) if found else ()
    around = place.parent.parts
    return (
        PurePosixPath(*around[: len(around) - len(parts)]) if parts and around[-len(parts) :] == parts else place.parent
    )


def _known_elsewhere(root: Path, path: str, before: str, after: str, errors: Collection[str]) -> bool:
    """Whether a name that was unknown, and that the change replaces, stands in another file of the project. Then it is
    not misspelt: the project's own build tells the compiler of it (a flag, another source, a folder of headers)."""
    from agent.repo.files import WorkTree

    unknown = {word for error in errors if _UNKNOWN.search(error) for word in re.findall(r"\w+", error)}
    old, new = Place(path, before).places, Place(path, after).places
    names = [name for name in unknown if len(old.get(name, ())) > len(new.get(name, ()))]
    if not names:
        return False
    sign = re.compile(rf"(?:\b|-D)(?:{'|'.join(map(re.escape, names))})\b".encode())
    for other in WorkTree(root).list_paths():
        try:
            if other != path and sign.search((root / other).read_bytes()):
                return True
        except OSError:
            continue
    return False
