"""What a compiler says of a program with candidates built in: lines with errors, and types it had expected."""

from __future__ import annotations

import re
from collections.abc import Collection


def errors(output: str, name: str) -> set[int]:
    """The lines of a file that a compiler's errors name."""
    found: set[int] = set()
    place = re.escape(name)
    rust_error = False
    for line in output.splitlines():
        if re.match(r"\s*(error|warning|note|help)(\[|:)", line):
            rust_error = line.lstrip().startswith("error")
        match = re.search(rf"-->\s*\S*\b{place}:(\d+):\d+", line)
        if match:
            if rust_error:
                found.add(int(match.group(1)))
            continue
        match = re.search(rf"(?:^|[\s/]){place}:(\d+)(?::\d+)?:?\s*(.*)", line)
        if match and not match.group(2).lstrip().startswith(("warning", "note")):
            found.add(int(match.group(1)))
    return found


def inferred(output: str, name: str, built: str, owned: Collection[int], text: str) -> dict[int, str]:
    """Types that rustc expects of variables declared without one: what to put in after them in the original `text`.

    A number's type follows from how it is used, so that a wrong candidate makes rustc find fault with a right line far
    from it. Where the type stands in the declaration, it names the candidate. `built` is the text that was compiled, of
    the file `name`; its lines in `owned` belong to candidates.
    """
    found: dict[int, str] = {}
    told = (
        rf"--> \S*\b{re.escape(name)}:(\d+):\d+\n(?:(?!-->).*\n)*?"
        r"\s*\1 \|(.*)\n\s*\| ?(\s*)(\^+) expected `([iuf]\d+|[iu]size)`, found `(?:[iuf]\d+|[iu]size)`"
    )
    lines = built.split("\n")
    for match in re.finditer(told, output):
        at = len(match[3])
        variable = match[2][1:][at : at + len(match[4])]
        if not variable.isidentifier():
            continue
        declared = re.compile(rf"\blet\s+(?:mut\s+)?{variable}\b(\s*:[^=\n]*)?\s*=[^=]")
        before = "\n".join("" if number in owned else line for number, line in enumerate(lines[: int(match[1])], 1))
        # The same declaration has the same place among those of the name in both texts.
        number = len(declared.findall(before))
        places = list(declared.finditer(text))
        if 0 < number <= len(places) and not places[number - 1][1]:
            found[places[number - 1].start() + places[number - 1][0].index(variable) + len(variable)] = f": {match[5]}"
    return found


def gutter(output: str) -> set[int]:
    """The lines that rustc shows beside its errors."""
    found: set[int] = set()
    error = False
    for line in output.splitlines():
        if re.match(r"(error|warning)(\[|:)", line):
            error = line.startswith("error")
        match = re.match(r"\s*(\d+) \|", line)
        if match and error:
            found.add(int(match.group(1)))
    return found
