"""Which command runs a project's tests, by what lies in its root. Nothing is started and nothing is downloaded."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePosixPath

from agent.repo.testing import TestCommand


def find_command(root: Path, said: str = "", *, folder: str = "", paths: Sequence[str] = ()) -> TestCommand | None:
    """The command said, which runs in `folder`, else the first that fits, in the order of `_FINDERS`.

    A Makefile's `test` target goes first when it is the only sign, last when a runner is known: it may build documents
    or images first, and its output says less. What fits the first of `paths` comes before everything else.
    """
    if said.strip():
        return TestCommand(kind_of(said), shell=said.strip(), why="the command given", folder=folder)
    first = PurePosixPath(paths[0]) if paths else PurePosixPath()
    finders = sorted(_FINDERS, key=lambda finder: first.suffix not in _FILES_OF.get(finder, ()))
    known = any(first.suffix in endings for endings in _FILES_OF.values())
    own = [finder for finder in finders if not known or first.suffix in _FILES_OF.get(finder, (first.suffix,))]
    inner = [p for p in first.parents if p.parts and any((root / p / m).exists() for m in _MANIFESTS)]
    # A runner for another language judges a file only where none further out is for its own.
    for fitting in (own, finders):
        for place in [*inner, PurePosixPath()]:
            files = _Files(root / place)
            found = next((found for finder in fitting if (found := finder(files)) is not None), None)
            if found is not None and place.parts:
                return replace(found, folder=place.as_posix() + (f"/{found.folder}" if found.folder else ""))
            if found is not None:
                return found
    return None


_MANIFESTS = (
    *("go.mod", "Cargo.toml", "package.json", "pyproject.toml", "setup.py", "setup.cfg", "pom.xml", "build.gradle"),
    *("build.gradle.kts", "Gemfile", "composer.json", "mix.exs", "Package.swift", "pubspec.yaml", "build.sbt"),
)
"""What makes a folder a project of its own."""
_SIGNS = (
    ("pytest", r"(?:^|[\s/;&|])(?:pytest|py\.test)\b"),
    ("unittest", r"-m\s+unittest\b|\bmanage\.py test\b"),
    ("vitest", r"\bvitest\b"),
    ("jest", r"\bjest\b|react-scripts test"),
    ("mocha", r"\bmocha\b"),
    ("node", r"\bnode\b.*--test\b|\btap\b|\bava\b"),
    ("go", r"\bgo\s+test\b|\bgotestsum\b"),
    ("cargo", r"\bcargo\s+(?:\+\S+\s+)?(?:test|nextest)\b"),
    ("maven", r"\b(?:mvn|mvnw)\b"),
    ("gradle", r"\bgradlew?\b"),
    ("ctest", r"\bctest\b"),
    ("rspec", r"\brspec\b"),
    ("phpunit", r"\bphpunit\b|\bpest\b"),
    ("deno", r"\bdeno\s+test\b"),
    ("dotnet", r"\bdotnet\s+test\b"),
    ("tox", r"\btox\b"),
    ("nox", r"\bnox\b"),
    ("make", r"\bmake\b"),
)


def kind_of(command: str) -> str:
    """Which runner a command line starts, as far as its words tell."""
    return next((kind for kind, sign in _SIGNS if re.search(sign, command)), "command")


class _Files:
    """The files of a root, asked by name; its listing is only made when a question needs it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._listed: list[str] | None = None

    def has(self, *names: str) -> str | None:
        """The first of these that exists."""
        return next((n for n in names if (self.root / n).exists()), None)

    def text(self, name: str, limit: int = 400_000) -> str:
        try:
            with (self.root / name).open("rb") as file:
                return file.read(limit).decode("utf-8", "replace")
        except OSError:
            return ""

    @property
    def listed(self) -> Sequence[str]:
        """The project's files; dependency folders are never among them."""
        if self._listed is None:
            from agent.repo.files import WorkTree

            self._listed = list(WorkTree(self.root).list_paths())
        return self._listed

    def matching(self, pattern: str) -> list[str]:
        expression = re.compile(pattern)
        return [p for p in self.listed if expression.search(p)]


# Python

_PYTEST_FILES = (
    ("pytest.ini", ""),
    (".pytest.ini", ""),
    ("pytest.toml", ""),
    ("pyproject.toml", "[tool.pytest"),
    ("tox.ini", "[pytest]"),
    ("setup.cfg", "[tool:pytest]"),
    ("conftest.py", ""),
)
_TEST_FILE = r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$"


def _python(files: _Files) -> TestCommand | None:
    tests = [
        t for t in files.matching(_TEST_FILE + r"|(?:^|/)tests?\.py$") if not t.startswith(("vendor/", "node_modules/"))
    ]
    config = next((name for name, sign in _PYTEST_FILES if files.has(name) and sign in files.text(name)), None)
    if not config and not tests and not files.has("tests/conftest.py", "test/conftest.py"):
        return None
    if files.has("manage.py") and not config and "django" in files.text("manage.py"):
        return TestCommand("unittest", (_interpreter(files)[0], "manage.py", "test"), why="manage.py of Django")
    python, has_pytest, whose = _interpreter(files)
    env = _source_path(files)
    contents = [files.text(t, 60_000) for t in tests[:40]]
    only_unittest = bool(contents) and not config and all(_is_unittest(c) for c in contents)
    why = config or (tests[0] if tests else "conftest.py")
    if has_pytest:
        return TestCommand("pytest", (python, "-m", "pytest"), why=f"{why}; pytest of {whose}", env=env)
    if only_unittest or not config:
        return TestCommand("unittest", (python, "-m", "unittest", *_discovery(files, tests)), why=why, env=env)
    return TestCommand("pytest", (python, "-m", "pytest"), why=f"{why} (pytest is not installed for {python})", env=env)


def _is_unittest(text: str) -> bool:
    return "unittest" in text and "import pytest" not in text and not re.search(r"^def test_", text, re.MULTILINE)


def _discovery(files: _Files, tests: Sequence[str]) -> tuple[str, ...]:
    """Arguments with which unittest finds the tests: it only enters packages, from the folder it is told."""
    folders = sorted({t.rpartition("/")[0] for t in tests})
    pattern = ("-p", "*_test.py") if tests and all(t.endswith("_test.py") for t in tests) else ()
    if "" in folders or not folders:
        return ("discover", *pattern) if pattern else ()
    top = os.path.commonpath(folders)
    if top and not (files.root / top / "__init__.py").exists():
        return ("discover", "-s", top, *pattern)
    return ("discover", *pattern) if pattern else ()


def _source_path(files: _Files) -> tuple[tuple[str, str], ...]:
    """`src` on the module path, for a source layout that is not installed."""
    src = files.root / "src"
    if src.is_dir() and any(re.match(r"src/[^/]+(?:/[^/]+)?\.py$", p) for p in files.listed):
        return (("PYTHONPATH", str(src)),)
    return ()


def _interpreter(files: _Files) -> tuple[str, bool, str]:
    """The Python to test with, the project's own first: (program, whether it has pytest, whose it is)."""
    own = [files.root / name for name in (".venv", "venv", "env", ".env")]
    active = os.environ.get("VIRTUAL_ENV", "")
    for folder, whose in [*((f, f.name) for f in own), *([(Path(active), "the active environment")] if active else [])]:
        python = next((p for p in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if p.exists()), None)
        if python is not None:
            if _has_package(folder, "pytest"):
                return str(python), True, whose
            if folder in own:
                return str(python), False, whose
    if _importable("pytest"):
        return sys.executable, True, "this Python"
    for name in ("python3", "python"):
        found = shutil.which(name)
        if found and _runs(found, "import pytest"):
            return found, True, found
    return shutil.which("python3") or shutil.which("python") or sys.executable, False, "python3"


def _has_package(environment: Path, name: str) -> bool:
    return (
        any(environment.glob(f"lib/python3*/site-packages/{name}"))
        or (environment / "Lib" / "site-packages" / name).exists()
    )


def _importable(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


@lru_cache(maxsize=8)
def _runs(python: str, code: str) -> bool:
    import subprocess

    try:
        return subprocess.run([python, "-c", code], capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# JavaScript and TypeScript


def _node(files: _Files) -> TestCommand | None:
    tests = r"\.(?:test|spec)\.[cm]?[jt]sx?$|(?:^|/)(?:test|tests|__tests__)/[^/]+\.[cm]?[jt]s$|(?:^|/)test\.[cm]?js$"
    if not files.has("package.json"):
        if files.has("deno.json", "deno.jsonc"):
            return TestCommand("deno", ("deno", "test", "-A"), why=files.has("deno.json", "deno.jsonc") or "")
        return _plain_node(files, tests)
    try:
        package = json.loads(files.text("package.json"))
    except ValueError:
        package = {}
    package = package if isinstance(package, dict) else {}
    scripts = package.get("scripts")
    script = scripts.get("test", "") if isinstance(scripts, dict) else ""
    if isinstance(script, str) and script.strip() and "no test specified" not in script:
        manager = _package_manager(files, package)
        kind = kind_of(script)
        argv = {"npm": ("npm", "test", "--silent"), "pnpm": ("pnpm", "test")}.get(manager, (manager, "run", "test"))
        return TestCommand(kind if kind != "command" else "node", argv, why=f"scripts.test in package.json: {script}")
    known = {**_names(package.get("devDependencies")), **_names(package.get("dependencies"))}
    for name, arguments in (("vitest", ("run",)), ("jest", ()), ("mocha", ())):
        program = files.has(f"node_modules/.bin/{name}")
        if name in known and program:
            return TestCommand(name, (f"./{program}", *arguments), why=f"{name} in package.json")
    return _plain_node(files, tests)


def _names(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _plain_node(files: _Files, tests: str) -> TestCommand | None:
    found = [t for t in files.matching(tests) if t.endswith((".js", ".mjs", ".cjs"))]
    return TestCommand("node", ("node", "--test"), why=found[0]) if found else None


def _package_manager(files: _Files, package: dict[str, object]) -> str:
    said = str(package.get("packageManager", "")).partition("@")[0]
    locks = (("pnpm", "pnpm-lock.yaml"), ("yarn", "yarn.lock"), ("bun", "bun.lock"), ("bun", "bun.lockb"))
    wanted = said or next((manager for manager, lock in locks if files.has(lock)), "npm")
    return wanted if wanted in ("pnpm", "yarn", "bun") and shutil.which(wanted) else "npm"


# compiled languages


def _go(files: _Files) -> TestCommand | None:
    if not files.has("go.mod", "go.work") and not files.matching(r"_test\.go$"):
        return None
    return TestCommand("go", ("go", "test", "-v", "./..."), why=files.has("go.work", "go.mod") or "_test.go files")


def _cargo(files: _Files) -> TestCommand | None:
    if not files.has("Cargo.toml"):
        return None
    return TestCommand("cargo", ("cargo", "test", "--no-fail-fast"), why="Cargo.toml")


def _java(files: _Files) -> TestCommand | None:
    if files.has("pom.xml"):
        program = "./mvnw" if files.has("mvnw") else "mvn"
        return TestCommand("maven", (program, "-B", "test"), why="pom.xml")
    build = files.has("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
    if build:
        program = "./gradlew" if files.has("gradlew") else "gradle"
        return TestCommand("gradle", (program, "test", "--console=plain", "--continue"), why=build)
    return None


def _cmake(files: _Files) -> TestCommand | None:
    if not files.has("CMakeLists.txt") or not any(
        re.search(
            r"enable_testing|add_test|include\s*\(\s*CTest|gtest_discover_tests|catch_discover_tests",
            files.text(p),
            re.IGNORECASE,
        )
        for p in files.matching(r"(?:^|/)CMakeLists\.txt$")[:50]
    ):
        return None
    built = files.has("build/CMakeCache.txt", "cmake-build-debug/CMakeCache.txt", "out/build/CMakeCache.txt")
    folder = built.rpartition("/")[0] if built else "build"
    configure = "" if built else f"cmake -S . -B {folder} && "
    shell = f"{configure}cmake --build {folder} && ctest --test-dir {folder} --output-on-failure"
    return TestCommand("ctest", shell=shell, why="CMakeLists.txt with tests")


def _meson(files: _Files) -> TestCommand | None:
    if not files.has("meson.build") or "test(" not in files.text("meson.build"):
        return None
    setup = "" if files.has("build/build.ninja", "builddir/build.ninja") else "meson setup build && "
    folder = "builddir" if files.has("builddir/build.ninja") else "build"
    return TestCommand("meson", shell=f"{setup}meson test -C {folder} --print-errorlogs", why="meson.build")


# others


def _ruby(files: _Files) -> TestCommand | None:
    bundled = ("bundle", "exec") if files.has("Gemfile.lock") and shutil.which("bundle") else ()
    if files.has(".rspec") or files.matching(r"^spec/.*_spec\.rb$"):
        return TestCommand("rspec", (*bundled, "rspec", "--no-color"), why="spec folder")
    if files.has("Rakefile") and re.search(r"TestTask|task[ (]+:?[\"']?test\b", files.text("Rakefile")):
        return TestCommand("minitest", (*bundled, "rake", "test"), why="Rakefile")
    tests = files.matching(r"^test/.*(?:_test|/test_[^/]*)\.rb$|^test/test_[^/]*\.rb$")
    if tests:
        loads = "Dir['test/**/{test_*,*_test}.rb'].each { |f| require './' + f }"
        return TestCommand("minitest", ("ruby", "-Ilib", "-Itest", "-e", loads), why=tests[0])
    return None


def _php(files: _Files) -> TestCommand | None:
    for name in ("pest", "phpunit"):
        if files.has(f"vendor/bin/{name}"):
            return TestCommand("phpunit", (f"vendor/bin/{name}", "--colors=never"), why=f"vendor/bin/{name}")
    config = files.has("phpunit.xml", "phpunit.xml.dist")
    return TestCommand("phpunit", ("phpunit", "--colors=never"), why=config) if config else None


def _single(sign: str, kind: str, argv: tuple[str, ...]) -> Callable[[_Files], TestCommand | None]:
    def finder(files: _Files) -> TestCommand | None:
        found = files.matching(sign)
        return TestCommand(kind, argv, why=found[0]) if found else None

    return finder


def _make(files: _Files) -> TestCommand | None:
    name = files.has("GNUmakefile", "Makefile", "makefile")
    if name:
        for target in ("test", "tests", "check"):
            if re.search(rf"^{target}\s*:(?!=)", files.text(name), re.MULTILINE):
                return TestCommand("make", ("make", target), why=f"the target `{target}` in {name}")
    just = files.has("justfile", "Justfile", ".justfile")
    if just and re.search(r"^test\b[^:=]*:(?!=)", files.text(just), re.MULTILINE):
        return TestCommand("make", ("just", "test"), why=f"the recipe `test` in {just}")
    return None


def _script(files: _Files) -> TestCommand | None:
    for name in ("run_tests.sh", "test.sh", "scripts/test.sh", "script/test", "bin/test"):
        if (files.root / name).is_file():
            runner = (f"./{name}",) if os.access(files.root / name, os.X_OK) else ("sh", name)
            return TestCommand("command", runner, why=name)
    return None


def _tox(files: _Files) -> TestCommand | None:
    for name, config in (("tox", "tox.ini"), ("nox", "noxfile.py")):
        if files.has(config) and shutil.which(name):
            return TestCommand(name, (name,), why=config)
    return None


_FINDERS: tuple[Callable[[_Files], TestCommand | None], ...] = (
    _python,
    _cargo,
    _go,
    _node,
    _java,
    _cmake,
    _meson,
    _ruby,
    _php,
    _single(r"^[^/]+\.sln$|^[^/]*/?[^/]*Tests?\.csproj$", "dotnet", ("dotnet", "test", "--nologo")),
    _single(r"^mix\.exs$", "exunit", ("mix", "test", "--no-color")),
    _single(r"^Package\.swift$", "swift", ("swift", "test")),
    _single(r"^pubspec\.yaml$", "dart", ("dart", "test")),
    _single(r"^build\.zig$", "zig", ("zig", "build", "test")),
    _single(r"^build\.sbt$", "sbt", ("sbt", "-no-colors", "test")),
    _make,
    _script,
    _tox,
)
_FILES_OF: dict[Callable[[_Files], TestCommand | None], tuple[str, ...]] = {
    _python: (".py", ".pyi", ".pyx"),
    _cargo: (".rs",),
    _go: (".go",),
    _node: (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte"),
    _java: (".java", ".kt", ".kts", ".groovy"),
    _cmake: (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx"),
    _ruby: (".rb",),
    _php: (".php",),
}
"""Whose files each runner tests, where a repository has several."""
