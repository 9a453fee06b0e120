"""C++ is built with its standard headers precompiled while candidates are judged, and as it is to confirm them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from agent.repair.compilers import quick_compilers, standard_headers
from tests.repair.test_other_languages import needs

MAIN = '#include <vector>\n#include <string>\n#include "half.cpp"\n\nint main() { return half(4) == 2 ? 0 : 1; }\n'
HALF = "#include <cassert>\n#include <vector>\n\nint half(int x) { return x / 2; }\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('#include <vector>\n#  include <map>\n#include "own.h"\n#include <vector>\n', ("vector", "map")),
        ("#include <bits/stdc++.h>\n#include <vector>\n", ("bits/stdc++.h",)),
        ("#include <cassert>\n#include <boost/any.hpp>\n#include <windows.h>\n", ()),
    ],
)
def test_only_the_standard_headers_are_precompiled(text: str, expected: tuple[str, ...]) -> None:
    assert standard_headers([text]) == expected


@needs("g++")
@pytest.mark.parametrize("flags", [[], ["-std=c++17", "-O2", "-Wall"], ["-DHALF=1", "-I", "."]])
def test_programs_are_built_with_precompiled_headers(tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "main.cpp").write_text(MAIN)
    (tmp_path / "half.cpp").write_text(HALF)
    tools = quick_compilers(tmp_path / "quick", tmp_path / "half.cpp")
    assert tools is not None
    env = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    for _ in range(2):
        subprocess.run(["g++", *flags, "-o", "main", "main.cpp"], cwd=tmp_path, env=env, check=True)
        assert subprocess.run([tmp_path / "main"]).returncode == 0
    assert len(list((tmp_path / "quick").glob("*.gch"))) == 1


@needs("g++")
def test_a_build_that_fails_says_what_the_compiler_says(tmp_path: Path) -> None:
    (tmp_path / "main.cpp").write_text(MAIN.replace("half(4)", "third(4)"))
    (tmp_path / "half.cpp").write_text(HALF)
    tools = quick_compilers(tmp_path / "quick", tmp_path / "half.cpp")
    assert tools is not None
    argv = ["g++", "-fdiagnostics-color=never", "-c", "main.cpp"]
    env = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    quick = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True)
    plain = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True)
    assert quick.returncode == plain.returncode != 0
    assert quick.stderr == plain.stderr
