"""How each family and size of model is best asked: sampling, thinking, the form of edits, how many steps it may choose.

A profile is a family's row (`_FAMILIES`) and a size's row (`_SIZES`) put together, then overridden by
`[profile."TAG"]` in the settings. The rows' sources are next to them; `agent bench` is what corrects them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from agent.backends.base import Options
from agent.config import ProfileOverride

Size = Literal["tiny", "small", "medium", "large"]
EditForm = Literal["blocks", "symbol", "whole"]


@dataclass(frozen=True)
class Profile:
    """What differs from model to model in how it is asked."""

    model: str
    family: str
    """One of `FAMILIES`."""
    size: Size
    """By billions of weights: tiny under 1, small under 4, medium under 15, large."""
    sampling: Options
    """For answers and code."""
    think: bool | str | None
    """What is sent about thinking; None: nothing, since the model cannot think."""
    edit_form: EditForm
    """`whole` and `symbol` ask for a file or a function in a fence, `blocks` for SEARCH/REPLACE."""
    whole_file_lines: int
    """A file of at most this many lines is asked for whole, whatever `edit_form` says."""
    max_steps: int
    """How many tools the model may choose for one request; 1: no further choice after the first."""
    temperatures: tuple[float, ...]
    """Of the first, second, … try at the same task: sure first, then varied."""
    num_ctx: int
    """The context length in tokens that is asked for when nothing else says so."""
    router_form: str = "chat-examples"
    """The form of the routing prompt: examples as chat turns, the best measured."""
    drafts_only: bool = False
    """Its code is worth trying only where tests judge it."""

    def options(self) -> Options:
        """Sampling for an answer or code, without an output cap."""
        return self.sampling

    def routing(self) -> Options:
        """Sampling for a label: the likeliest token, one of them."""
        return Options(temperature=0.0, max_tokens=1)

    def temperature(self, attempt: int) -> float:
        """Of try number `attempt`, from 1."""
        return self.temperatures[min(attempt, len(self.temperatures)) - 1]


@dataclass(frozen=True)
class _Family:
    pattern: str
    """Matches the model's name, or the architecture's as llama.cpp spells it."""
    sampling: Options
    thinks: bool


_FAMILIES: dict[str, _Family] = {
    # The vendor's recommendation for Gemma 4, second-hand.
    "gemma4": _Family(r"gemma-?4", Options(1.0, 0.95, 64, 0.0, 0.0, 1.0), True),
    # Gemma 3's generation_config: the same numbers.
    "gemma3": _Family(r"gemma-?3", Options(1.0, 0.95, 64, 0.0, 0.0, 1.0), False),
    # The model card's row for code with thinking. Its presence penalty of 1.5 for other uses would punish
    # identifiers for being used twice.
    "qwen3.5": _Family(r"qwen-?3[._-]?[5-9]|qwen3next", Options(0.6, 0.95, 20, 0.0, 0.0, 1.0), True),
    # The vendor's preset.
    "qwen3-coder": _Family(r"qwen-?3-?coder", Options(0.7, 0.8, 20, 0.0, 0.0, 1.05), False),
    # The model card's row for use without thinking.
    "qwen3": _Family(r"qwen-?3", Options(0.7, 0.8, 20, 0.0, 0.0, 1.0), True),
    # Greedy first, as measured on 40 programs with failing tests; the rest is for later tries at 0.8.
    "qwen2.5-coder": _Family(
        r"qwen-?2([._]?5)?-?coder|qwen-coder|codeqwen", Options(0.0, 0.95, 40, 0.05, 0.0, 1.0), False
    ),
    "generic": _Family(r"", Options(0.2, 0.95, 40, 0.05, 0.0, 1.0), False),
}
FAMILIES = tuple(_FAMILIES)


@dataclass(frozen=True)
class _Shape:
    edit_form: EditForm
    whole_file_lines: int
    max_steps: int
    num_ctx: int
    drafts_only: bool


_SIZES: dict[Size, _Shape] = {
    # Measured with the 1.5B: whole files repaired 9 of 40 at the first try, SEARCH/REPLACE with an example 4 of 38;
    # inside loops of several steps nothing was repaired.
    "tiny": _Shape("whole", 120, 1, 8192, True),
    "small": _Shape("symbol", 200, 1, 8192, False),
    "medium": _Shape("blocks", 60, 3, 16384, False),
    "large": _Shape("blocks", 40, 6, 16384, False),
}


def profile_for(
    model: str,
    *,
    family: str = "",
    parameters: str = "",
    size_bytes: int = 0,
    context: int | None = None,
    can_think: bool | None = None,
    think: bool | str = False,
    overrides: ProfileOverride | None = None,
) -> Profile:
    """The profile of a model from its tag and what the server tells of it.

    `family` is the server's word (`gemma4`, `qwen2`, …), `parameters` like `26B` or `630.17M`, `context` the model's
    own limit in tokens. `can_think` is the server's word where it gives one, else the family's; `think` the setting.
    """
    name = family_of(model, family)
    row, size = _FAMILIES[name], size_of(model, parameters, size_bytes)
    shape = _SIZES[size]
    thinks = row.thinks if can_think is None else can_think
    first = row.sampling.temperature
    # A second try must differ from the first, so a sure model is made less sure.
    later = max(first, 0.8)
    profile = Profile(
        model=model,
        family=name,
        size=size,
        sampling=row.sampling,
        think=think if thinks else None,
        edit_form=shape.edit_form,
        whole_file_lines=shape.whole_file_lines,
        max_steps=shape.max_steps,
        temperatures=(first, later, later),
        num_ctx=min(shape.num_ctx, context or shape.num_ctx),
        drafts_only=shape.drafts_only,
    )
    return _overridden(profile, overrides, thinks) if overrides else profile


def _overridden(profile: Profile, overrides: ProfileOverride, thinks: bool) -> Profile:
    said = overrides.model_dump(exclude_none=True)
    sampling = {k: v for k, v in said.items() if k in _SAMPLING}
    if "stop" in said:
        sampling["stop"] = tuple(said["stop"])
    own: dict[str, Any] = {k: said[k] for k in ("edit_form", "whole_file_lines", "max_steps", "num_ctx") if k in said}
    if "think" in said and thinks:
        own["think"] = said["think"]
    if "temperature" in said:
        own["temperatures"] = (said["temperature"], *profile.temperatures[1:])
    return replace(profile, sampling=replace(profile.sampling, **sampling), **own)


_SAMPLING = ("temperature", "top_p", "top_k", "min_p", "presence_penalty", "repeat_penalty")


def family_of(model: str, family: str = "") -> str:
    """The family by the model's name, else by the server's word for it; `generic` where neither says."""
    for text in (model, family):
        lowered = text.lower()
        for name, row in _FAMILIES.items():
            if row.pattern and re.search(row.pattern, lowered):
                return name
    return "generic"


def size_of(model: str, parameters: str = "", size_bytes: int = 0) -> Size:
    """The size class: by the tag, which gives effective weights (`e4b`), else the server's count, else the size."""
    billions = _billions(model.rpartition(":")[2]) or _billions(parameters) or _billions(model)
    if not billions:
        # About 0.6 bytes a weight at 4 to 5 bits, the usual quantisations.
        billions = size_bytes / 0.6e9 if size_bytes else 8.0
    if billions < 1:
        return "tiny"
    if billions < 4:
        return "small"
    return "medium" if billions < 15 else "large"


def _billions(text: str) -> float:
    match = re.search(r"(?<![\w.])e?(\d+(?:\.\d+)?)\s*([bm])(?![a-z0-9])", text.lower())
    if not match:
        return 0.0
    return float(match[1]) / (1000 if match[2] == "m" else 1)
