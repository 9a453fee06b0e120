"""Every language of the table: a valid edit passes, a broken one is refused, and the table in the docs is current."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.edits.gate import LANGUAGES, check_text, language_of
from agent.edits.gate.table import table
from tests.edits.gate_samples import SAMPLES


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_valid_edit_passes_and_broken_edit_is_refused(name: str) -> None:
    path, before, good, broken = SAMPLES[name]
    accepted = check_text(path, before, good)
    assert accepted.ok and accepted.checked and not accepted.problems
    refused = check_text(path, before, broken)
    assert refused.checked and not refused.ok
    problem = refused.problems[0]
    assert problem.path == path and problem.message and problem.line >= 1 and problem.column >= 1


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_file_broken_before_can_be_mended(name: str) -> None:
    path, before, _, broken = SAMPLES[name]
    assert check_text(path, broken, before).ok


def test_every_language_in_the_table_has_a_sample() -> None:
    assert {language.name for language in LANGUAGES if language.grammar} == set(SAMPLES)


def test_table_in_the_docs_is_what_the_code_says() -> None:
    docs = Path(__file__).parents[2] / "docs" / "languages.md"
    assert docs.read_text(encoding="utf-8") == table()


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        ("run", b"#!/usr/bin/env python3\n", "python"),
        ("run", b"#!/usr/bin/env -S uv run --script\n", "python"),
        ("run", b"#!/bin/sh -e\n", "bash"),
        ("a.h", b"class A;\nnamespace b {}\n", "cpp"),
        ("a.h", b"int f(void);\n", "c"),
        ("src/tsconfig.build.json", b"", "jsonc"),
        (".vscode/settings.json", b"", "jsonc"),
        ("Dockerfile.dev", b"", "docker"),
        ("translations/app_de.ts", b'<?xml version="1.0"?>\n<TS/>', "xml"),
        ("A.PY", b"", "python"),
        ("page.html.j2", b"", None),
        ("{{cookiecutter.name}}/setup.py", b"", None),
        ("notes.txt", b"", None),
        ("a.pl", b":- module(a, [b/1]).\n", None),
    ],
)
def test_language_is_told_by_name_shebang_or_content(path: str, head: bytes, language: str | None) -> None:
    found = language_of(path, head)
    assert (found.name if found else None) == language
