"""What `agent` stands on: Python, its own packages, git, ripgrep, the parsers, the terminal, the disk."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from agent.doctor.check import Check

TOP_LEVEL = {"agent": "errors", "tools": "find_tool", "prompts": "render"}
"""The packages we install, with something that each must have."""
_ISOLATE = "Install agent by itself: `uv tool install hearth-agent` or `pipx install hearth-agent`."
_SECONDS = 10


def python() -> Iterator[Check]:
    """The interpreter."""
    where = "in a virtual environment" if sys.prefix != sys.base_prefix else "not in a virtual environment"
    yield Check("python", "ok", f"{platform.python_version()} at {sys.executable}, {where}")


def packages() -> Iterator[Check]:
    """Our top-level packages are ours: names like `tools` are taken by other projects too."""
    import agent

    home = Path(agent.__file__).resolve().parent.parent
    for name, member in TOP_LEVEL.items():
        found = _location(name)
        if found != home / name:
            where = f"`{name}` is {found or 'not there'}, not {home / name}"
            yield Check("packages", "fail", where, f"Another `{name}` comes first on the path. {_ISOLATE}")
            return
        if not _has(name, member):
            value = f"`{name}` in {home} is not the one of agent"
            yield Check("packages", "fail", value, f"Another project wrote over it. {_ISOLATE}")
            return
    others = _others()
    if others:
        value = "; ".join(f"`{name}` also belongs to {', '.join(dists)}" for name, dists in others.items())
        yield Check("packages", "warn", value, f"They can write over each other. {_ISOLATE}")
    else:
        yield Check("packages", "ok", f"agent, tools and prompts in {home}")


def _location(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    if spec is None:
        return None
    if spec.origin:
        return Path(spec.origin).resolve().parent
    places = list(spec.submodule_search_locations or [])
    return Path(places[0]).resolve() if places else None


def _has(package: str, member: str) -> bool:
    if hasattr(importlib.import_module(package), member):
        return True
    return importlib.util.find_spec(f"{package}.{member}") is not None


def _others() -> dict[str, list[str]]:
    owners = importlib.metadata.packages_distributions()
    ours = set(owners.get("agent", []))
    found = {name: sorted(set(owners.get(name, [])) - ours) for name in TOP_LEVEL}
    return {name: dists for name, dists in found.items() if dists}


def git() -> Iterator[Check]:
    """The program, and whether it knows who commits."""
    program = shutil.which("git")
    if program is None:
        yield Check("git", "fail", "not found", "Install git, or work with --no-git, which keeps backups of its own.")
        return
    version = _output([program, "--version"])
    if not version:
        yield Check("git", "fail", f"{program} does not run", "Install git anew.")
        return
    value = version.removeprefix("git version ")
    root = _output([program, "rev-parse", "--show-toplevel"])
    value += f"; repository {root}" if root else "; not in a repository here"
    if not _output([program, "var", "GIT_AUTHOR_IDENT"]):
        advice = '`git config --global user.name "…"` and `git config --global user.email "…"`.'
        yield Check("git", "warn", f"{value}; it does not know who commits", advice)
        return
    yield Check("git", "ok", value)


def ripgrep() -> Iterator[Check]:
    """The search program."""
    from agent.repo.search.ripgrep import rg_path

    path = rg_path()
    version = _output([path, "--version"]).splitlines() if path else []
    if path is None:
        yield Check("ripgrep", "warn", "not found; Python searches instead, which is slower", "`pip install ripgrep`.")
    elif not version:
        yield Check("ripgrep", "fail", f"{path} does not run", "`pip install --force-reinstall ripgrep`.")
    else:
        yield Check("ripgrep", "ok", f"{version[0].removeprefix('ripgrep ')} at {path}")


def parsers() -> Iterator[Check]:
    """Every grammar that the syntax gate uses loads and parses."""
    from agent.edits.gate.languages import LANGUAGES
    from agent.edits.gate.trees import parser_for

    grammars = sorted({language.grammar for language in LANGUAGES if language.grammar})
    broken = []
    for grammar in grammars:
        try:
            parser_for(grammar).parse(b"x")
        except Exception as error:
            broken.append(f"{grammar} ({type(error).__name__}: {str(error)[:60]})")
    value = f"{len(grammars) - len(broken)} of {len(grammars)} grammars load"
    if broken:
        shown = ", ".join(broken[:3]) + (f" and {len(broken) - 3} more" if len(broken) > 3 else "")
        advice = (
            "Edits in these languages are not checked. `pip install --force-reinstall tree-sitter-language-pack<1`."
        )
        yield Check("parsers", "fail" if len(broken) == len(grammars) else "warn", f"{value}; not {shown}", advice)
    else:
        yield Check("parsers", "ok", value)


def terminal() -> Iterator[Check]:
    """What output looks like here."""
    encoding = (getattr(sys.stdout, "encoding", "") or "unknown").lower()
    kind = os.environ.get("TERM", "")
    size = shutil.get_terminal_size()
    tty = sys.stdout.isatty() and sys.stdin.isatty()
    value = f"{kind or 'no TERM'}, {size.columns}x{size.lines}, {encoding}" if tty else f"none (piped), {encoding}"
    if encoding.replace("-", "") not in ("utf8", "utf8sig"):
        yield Check("terminal", "warn", value, "Set LANG to a UTF-8 locale, or PYTHONUTF8=1, to see every character.")
    elif tty and kind in ("", "dumb"):
        yield Check("terminal", "warn", value, "Set TERM (for example xterm-256color) for colours and line editing.")
    else:
        yield Check("terminal", "ok", value)


def disk() -> Iterator[Check]:
    """Room for weights and for the repository's own files."""
    from agent.models.catalog import EMBEDDED_DEFAULT, find_entry
    from agent.models.places import models_folder
    from agent.models.store import installed

    folder = models_folder()
    free = shutil.disk_usage(_existing(folder)).free
    here = shutil.disk_usage(Path.cwd()).free
    value = f"{free / 1e9:.1f} GB free for weights in {folder}, {here / 1e9:.1f} GB here"
    data = {"weights_free_bytes": free, "here_free_bytes": here}
    entry = find_entry(EMBEDDED_DEFAULT)
    assert entry is not None
    if here == 0:
        yield Check("disk", "fail", value, "Make room: nothing can be written here.", data)
    elif free < entry.size_bytes and installed(entry.name) is None:
        advice = f"{entry.name} needs {entry.size_bytes / 1e9:.2f} GB: make room, or set AGENT_MODELS to another disk."
        yield Check("disk", "warn", value, advice, data)
    else:
        yield Check("disk", "ok", value, data=data)


def _existing(folder: Path) -> Path:
    return next(p for p in (folder, *folder.absolute().parents) if p.is_dir())


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
