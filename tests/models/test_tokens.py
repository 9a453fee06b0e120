"""Token estimates that learn, contexts chosen from memory, caps sized to their target."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.backends.base import Message
from agent.models.tokens import TokenMeter, choose_num_ctx, output_cap


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_an_estimate_gets_better_with_what_the_server_counts() -> None:
    meter = TokenMeter("m")
    text = "def total(lines):\n    return sum(line.cost for line in lines)\n" * 20
    truth = meter.estimate(text) * 2
    for _ in range(20):
        meter.observe(text, truth)
    assert meter.estimate(text) == pytest.approx(truth, rel=0.05)
    assert meter.error < 0.2
    assert meter.chars_per_token == pytest.approx(len(text) / truth, rel=0.1)


def test_what_was_learned_is_kept_for_the_next_run() -> None:
    meter = TokenMeter("m")
    meter.observe("some words of a prompt " * 30, 600)
    again = TokenMeter("m")
    assert again.estimate("some words " * 50) == meter.estimate("some words " * 50)
    assert again.observations == 1 and TokenMeter("other").observations == 0


def test_a_damaged_record_is_a_fresh_start(tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    folder.mkdir()
    for text in ("{", "[]", '{"m": 3}', '{"m": ["a", 1, 2, 3]}', '{"m": [1, 2]}'):
        (folder / "tokens.json").write_text(text)
        assert TokenMeter("m").observations == 0
        TokenMeter("m").observe("some words of a prompt " * 30, 200)


def test_a_cautious_estimate_is_higher() -> None:
    messages = [Message("user", "some words of a prompt " * 30)]
    meter = TokenMeter("m")
    assert meter.upper(messages) > meter.estimate_messages(messages)


@given(st.text(max_size=2000))
def test_any_text_has_an_estimate_between_nothing_and_its_bytes(text: str) -> None:
    estimate = TokenMeter("m", keep=False).estimate(text)
    assert 0 <= estimate <= len(text.encode("utf-8", "replace")) + 1


@given(st.text(max_size=500), st.text(max_size=500))
def test_more_text_is_never_fewer_tokens(a: str, b: str) -> None:
    meter = TokenMeter("m", keep=False)
    assert meter.estimate(a + "\n" + b) + 1 >= max(meter.estimate(a), meter.estimate(b))


@pytest.mark.parametrize(
    ("limit", "wanted", "configured", "memory", "expected"),
    [
        (32768, 8192, None, None, 8192),
        (4096, 8192, None, None, 4096),
        (32768, 8192, 20000, 1 << 20, 20000),
        (32768, 8192, 99999, None, 32768),
        (None, 8192, 99999, None, 99999),
        (32768, 8192, None, 24 << 30, 8192),
        (32768, 8192, None, 1_200_000_000, 2048),
        (32768, 8192, None, 100_000_000, 2048),
    ],
)
def test_the_context_fits_the_model_the_settings_and_the_memory(
    limit: int | None, wanted: int, configured: int | None, memory: int | None, expected: int
) -> None:
    chosen, why = choose_num_ctx(
        limit, wanted, configured=configured, memory=memory, weights=1_100_000_000, kv_bytes_per_token=28_672
    )
    assert chosen == expected and why


def test_a_cap_leaves_room_for_the_whole_target() -> None:
    for tokens in (50, 500, 5000):
        assert output_cap(tokens, "whole") > tokens + 100
        assert output_cap(tokens, "symbol") > tokens + 100
    assert output_cap(5000, "whole") < 10_000
    assert output_cap(1, "label") == 1
