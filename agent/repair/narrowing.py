"""A command line cut down to the tests that fail, for judging: building and running the others costs most of the time.

What passes is confirmed with the whole command, so that a cut that leaves out too much costs time and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_GO = re.compile(r"\s*go\s+test(?P<rest>(\s+[^\s;&|<>()$`'\"]+)*)\s*")
_CARGO = re.compile(r"\s*cargo(\s+\+\S+)?\s+test(?P<rest>(\s+[^\s;&|<>()$`'\"]+)*)\s*")
_CHOSEN = re.compile(r"--(lib|bins?|tests?|examples?|doc|all-targets|bench(es)?|package)\b|-p\b")
_GO_FAILED = re.compile(r"^FAIL\s+(\S+)(?:\s+[\d.]+s|\s+\[(?:build|setup) failed\])?$", re.M)
_CARGO_FAILED = re.compile(r"^error: (?:\d+ targets? failed:|test failed, to rerun pass `([^`]+)`)", re.M)
_CARGO_LISTED = re.compile(r"^    `([^`]+)`$", re.M)
MOST_NAMES = 20
"""Go tests named on a command line; of more, all of the package are run."""


def narrowed(command: str, output: str, failing: Sequence[str] = ()) -> str:
    """The command for what fails alone, from what the whole command printed; the command itself where that is unclear.

    `failing` are names of tests. Only a lone `go test …` or `cargo test …` is cut down.
    """
    return _go(command, output, failing) or _cargo(command, output) or command


def _go(command: str, output: str, failing: Sequence[str]) -> str:
    match = _GO.fullmatch(command)
    if match is None:
        return ""
    packages = [name for name in dict.fromkeys(_GO_FAILED.findall(output)) if name != "FAIL"]
    words = match["rest"].split()
    flags = [word for word in words if word.startswith("-")]
    # A flag's value cannot be told from a package without knowing every flag.
    if not packages or any("=" not in flag and flag not in ("-v", "-race", "-short", "-failfast") for flag in flags):
        return ""
    names = sorted({name.partition("/")[0] for name in failing if re.fullmatch(r"Test\w+(/.*)?", name)})
    if any(flag.startswith("-run=") for flag in flags) or len(names) > MOST_NAMES:
        names = []
    only = [f"-run='^({'|'.join(names)})$'"] if names else []
    vet = [] if any(flag.startswith("-vet=") for flag in flags) else ["-vet=off"]
    return " ".join(["go test", *flags, *vet, *only, *packages])


def _cargo(command: str, output: str) -> str:
    match = _CARGO.fullmatch(command)
    if match is None:
        return ""
    before, dashes, after = match["rest"].partition(" -- ")
    if _CHOSEN.search(before):
        return ""
    failed = [found for found in _CARGO_FAILED.findall(output) if found] or _CARGO_LISTED.findall(output)
    targets = list(dict.fromkeys(failed))
    if len(targets) != 1:
        return ""
    head = command[: match.start("rest")].strip()
    return " ".join(part for part in (head, before.strip(), targets[0], f"-- {after}" if dashes else "") if part)
