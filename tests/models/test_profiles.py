"""A model's profile from its name and what the server tells of it."""

from __future__ import annotations

import pytest

from agent.config import ProfileOverride
from agent.models.profiles import FAMILIES, family_of, profile_for, size_of


@pytest.mark.parametrize(
    ("model", "served", "family"),
    [
        ("gemma4:26b", "gemma4", "gemma4"),
        ("gemma4", "", "gemma4"),
        ("hf.co/someone/gemma-4-26B-A4B-it-GGUF:Q4_K_M", "", "gemma4"),
        ("gemma3:270m", "gemma3", "gemma3"),
        ("my-own:latest", "gemma3", "gemma3"),
        ("qwen3.5:35b", "qwen35moe", "qwen3.5"),
        ("qwen3.6:27b", "", "qwen3.5"),
        ("qwen3.8:27b-q8_0", "", "qwen3.5"),
        ("my-own:latest", "qwen35", "qwen3.5"),
        ("qwen3-coder:30b", "qwen3moe", "qwen3-coder"),
        ("Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf", "qwen3moe", "qwen3-coder"),
        ("qwen3:30b", "qwen3moe", "qwen3"),
        ("qwen2.5-coder:1.5b", "qwen2", "qwen2.5-coder"),
        ("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", "qwen2", "qwen2.5-coder"),
        ("llama3.2:3b", "llama", "generic"),
        ("mistral:7b", "llama", "generic"),
    ],
)
def test_the_family(model: str, served: str, family: str) -> None:
    assert family_of(model, served) == family


@pytest.mark.parametrize(
    ("model", "parameters", "size_bytes", "size"),
    [
        ("gemma3:270m", "268.10M", 253_113_180, "tiny"),
        ("qwen2.5-coder:0.5b", "630.17M", 0, "tiny"),
        ("qwen2.5-coder:1.5b", "1.8B", 0, "small"),
        ("gemma4:e2b", "5.1B", 0, "small"),
        ("gemma4:e4b", "8.0B", 0, "medium"),
        ("gemma4", "8.0B", 0, "medium"),
        ("gemma4:26b", "25.2B", 0, "large"),
        ("qwen3.5:35b", "35B-A3B", 0, "large"),
        ("gemma4:12b-it-q8_0", "", 0, "medium"),
        ("hf.co/x/gemma-4-26B-A4B-it:Q4_K_M", "", 0, "large"),
        ("local:latest", "", 491_400_064, "tiny"),
        ("local:latest", "", 17_000_000_000, "large"),
        ("local:latest", "", 0, "medium"),
    ],
)
def test_the_size(model: str, parameters: str, size_bytes: int, size: str) -> None:
    assert size_of(model, parameters, size_bytes) == size


def test_less_is_asked_of_a_smaller_model() -> None:
    tiny, small, large = (profile_for(f"qwen2.5-coder:{size}") for size in ("0.5b", "1.5b", "32b"))
    assert tiny.drafts_only and not small.drafts_only
    assert tiny.max_steps == small.max_steps == 1 < large.max_steps
    assert large.edit_form == "blocks" and "blocks" not in (tiny.edit_form, small.edit_form)


def test_a_later_try_differs_from_the_first() -> None:
    for family in FAMILIES:
        profile = profile_for(f"{family}:7b")
        assert profile.temperature(2) > 0.5
        assert profile.temperature(99) == profile.temperature(3)


@pytest.mark.parametrize(
    ("model", "can_think", "setting", "sent"),
    [
        ("gemma4:26b", None, False, False),
        ("gemma4:26b", True, "high", "high"),
        ("qwen3-coder:30b", None, False, None),
        ("qwen3-coder:30b", None, True, None),
        ("gemma4:26b", False, True, None),
        ("llama3:8b", True, False, False),
    ],
)
def test_thinking_is_said_to_those_that_can(
    model: str, can_think: bool | None, setting: bool | str, sent: bool | str | None
) -> None:
    assert profile_for(model, can_think=can_think, think=setting).think == sent


def test_routing_is_one_sure_token() -> None:
    routing = profile_for("gemma4:26b").routing()
    assert (routing.temperature, routing.max_tokens) == (0.0, 1)


def test_settings_for_one_tag_override_its_family() -> None:
    said = ProfileOverride(
        temperature=0.1,
        top_k=5,
        think=True,
        num_ctx=9000,
        edit_form="whole",
        whole_file_lines=7,
        max_steps=2,
        stop=["#"],
    )
    profile = profile_for("gemma4:26b", overrides=said)
    options = profile.options()
    assert (options.temperature, options.top_k, options.top_p, options.stop) == (0.1, 5, 0.95, ("#",))
    assert (profile.think, profile.num_ctx, profile.edit_form) == (True, 9000, "whole")
    assert (profile.whole_file_lines, profile.max_steps, profile.temperature(1)) == (7, 2, 0.1)


def test_the_context_is_no_longer_than_the_models() -> None:
    assert profile_for("gemma3:270m", context=2048).num_ctx == 2048
