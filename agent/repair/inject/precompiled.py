"""Stands in for a C++ compiler: `precompiled.py REAL FOLDER ARGS…` runs it with its standard headers precompiled.

Of each build of a small file nine tenths go into reading headers. What FOLDER/headers.txt names is compiled once for
each set of flags and put before the source. Standard library only: this runs in the place of the compiler.
"""

import hashlib
import os
import subprocess
import sys

SOURCES = (".cpp", ".cc", ".cxx", ".C")
VALUED = ("-o", "-x", "-MF", "-MT", "-MQ", "-L", "-l", "-include", "-isystem", "-I", "-D", "-U")
LEFT_OUT = ("-c", "-S", "-E", "-M", "-MM", "-MD", "-MMD", "-MP", "-shared")


def flags_of(args: "list[str]") -> "list[str]":
    """What decides how a header is read: no files, outputs or libraries."""
    found = []
    index = 0
    while index < len(args):
        word = args[index]
        if word in VALUED:
            if word in ("-I", "-D", "-U", "-isystem", "-include"):
                found += args[index : index + 2]
            index += 2
            continue
        if word.startswith("-") and word not in LEFT_OUT and not word.startswith(("-l", "-L", "-o", "-Wl,", "-M")):
            found.append(word)
        index += 1
    return found


def prepared(real: str, folder: str, args: "list[str]") -> "list[str]":
    """The arguments that put the precompiled headers first; none where that cannot be done."""
    if not any(arg.endswith(SOURCES) for arg in args) or "-E" in args or "-x" in args:
        return []
    flags = flags_of(args)
    with open(os.path.join(folder, "headers.txt")) as file:  # noqa: PTH118, PTH123
        headers = file.read()
    key = hashlib.sha256("\0".join([real, headers, *flags]).encode()).hexdigest()[:16]
    header = os.path.join(folder, f"{key}.hpp")  # noqa: PTH118
    if not os.path.exists(header + ".gch"):  # noqa: PTH110
        try:
            # Only one makes it; the others do without until it is there.
            os.close(os.open(header, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return []
        with open(header, "w") as file:  # noqa: PTH123
            file.write(headers)
        made = subprocess.run(
            [real, "-x", "c++-header", *flags, header, "-o", header + ".tmp"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if made.returncode != 0:
            return []
        os.rename(header + ".tmp", header + ".gch")  # noqa: PTH104
    return ["-include", header]


def main() -> None:
    """Become the compiler."""
    real, folder, args = sys.argv[1], sys.argv[2], sys.argv[3:]
    try:
        first = prepared(real, folder, args)
    except OSError:
        first = []
    os.execv(real, [real, *first, *args])


if __name__ == "__main__":
    main()
