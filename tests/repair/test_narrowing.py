"""A judged command is cut down to what fails only where its output says clearly what that is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.repair.narrowing import narrowed
from tests.repair.conftest import run_repair, text_of
from tests.repair.test_other_languages import needs

GO = """\
ok  \texample.com/m/ok\t0.003s
--- FAIL: TestLast (0.00s)
    --- FAIL: TestLast/empty (0.00s)
        last_test.go:9: got 1, want 2
FAIL
FAIL\texample.com/m/list\t0.002s
FAIL
"""
CARGO = """\
running 2 tests
test tests::sums ... FAILED

failures:
    tests::sums

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: test failed, to rerun pass `{}`
"""


@pytest.mark.parametrize(
    ("command", "output", "failing", "expected"),
    [
        (
            "go test ./...",
            GO,
            ("TestLast", "TestLast/empty"),
            "go test -vet=off -run='^(TestLast)$' example.com/m/list",
        ),
        ("go test -race ./...", GO, (), "go test -race -vet=off example.com/m/list"),
        ("go test -run TestLast ./...", GO, ("TestLast",), "go test -run TestLast ./..."),
        ("go vet ./... && go test ./...", GO, ("TestLast",), "go vet ./... && go test ./..."),
        ("cargo test", CARGO.format("--lib"), (), "cargo test --lib"),
        (
            "cargo test --offline -- --quiet",
            CARGO.format("--test parse"),
            (),
            "cargo test --offline --test parse -- --quiet",
        ),
        ("cargo test", CARGO.format("-p core --lib"), (), "cargo test -p core --lib"),
        ("cargo test --lib", CARGO.format("--lib"), (), "cargo test --lib"),
        ("cargo test", "error[E0425]: cannot find value", (), "cargo test"),
        ("make test", CARGO.format("--lib"), (), "make test"),
    ],
)
def test_a_command_is_cut_down_to_what_fails(
    command: str, output: str, failing: tuple[str, ...], expected: str
) -> None:
    assert narrowed(command, output, failing) == expected


@needs("go")
def test_what_passes_the_failing_test_and_breaks_another_is_no_repair(
    tmp_path: Path, project: Callable[[dict[str, str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOCACHE", str(Path.home() / ".cache" / "go-build"))
    root = project(
        {
            "go.mod": "module m\n\ngo 1.20\n",
            "size/size.go": """
                package size

                // Large tells whether a size is above the limit.
                func Large(size int) bool {
                    return size > 11
                }
            """,
            "size/size_test.go": """
                package size

                import "testing"

                func TestLarge(t *testing.T) {
                    if !Large(11) {
                        t.Fatal("11 is large")
                    }
                }
            """,
            "shop/shop_test.go": """
                package shop

                import (
                    "m/size"
                    "testing"
                )

                func TestSmall(t *testing.T) {
                    if size.Large(10) {
                        t.Fatal("10 is small")
                    }
                }
            """,
        }
    )
    result, _ = run_repair(root, "size/size.go", test_command="go test ./...")
    assert result.ok
    assert "size > 10" in text_of(result, "size/size.go") or "size >= 11" in text_of(result, "size/size.go")
