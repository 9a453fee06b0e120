"""A request with several intents taken apart: "find where X is computed, fix it, and run the tests" is three steps."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.routing import rules
from agent.routing.features import features
from agent.routing.frames import core
from agent.routing.shape import shape
from agent.routing.types import TOOLS
from agent.routing.words import class_of, words_of

MAX_STEPS = 6

_JOIN = re.compile(
    r"""(?:\s*[;\n]+\s*|\.\s+(?=\S)|\s*,?\s*\b(?:and\ then|then|and\ after\ that|after\ that|afterwards
       |and\ also|and\ finally|finally|next|and|und\ dann|und|dann|danach|et\ ensuite|et\ puis|puis|ensuite|et|y\ luego
       |y\ después|luego|después|y|e\ depois|depois|e\ poi|poi|e|daarna|en|i\ potem|potem|ve\ sonra|sonra|ve|dan|lalu
       |и\ потом|потом|затем|а\ затем|и)\b\s+|\s*,\s*(?:and\s+|then\s+)?
       |\s*[、，。；]\s*(?:然后|并且|并|再|接着|最后|それから|その後|그리고)?\s*
       |\s*(?:然后|并且|接着|最后|それから|その後|そして|그리고|그\ 다음)\s*)""",
    re.X | re.I,
)


@dataclass(frozen=True)
class PlannedStep:
    """One tool and the part of the request that is for it."""

    tool: str
    request: str


def plan_steps(request: str) -> list[PlannedStep]:
    """The tools that a request asks for, in order, by rules.

    One step when it asks for one thing; none for small talk, for pastes and where nothing may be changed. Only a clause
    that opens with a verb or a question word of its own starts a new step, so that "add a and b" stays one.
    """
    form = shape(request)
    if form.trace or form.code or "hands_off" in features(form):
        return []
    text = " ".join(request.split())
    parts: list[str] = []
    last = 0
    for join in _JOIN.finditer(text):
        rest = text[join.end() :]
        if join.start() > last and _opens(rest):
            parts.append(text[last : join.start()].strip(" ,;."))
            last = join.end()
    parts.append(text[last:].strip(" ,;"))
    steps: list[PlannedStep] = []
    for part in parts:
        tool = _tool_of(part)
        if tool is None:
            if steps:
                steps[-1] = PlannedStep(steps[-1].tool, f"{steps[-1].request}, {part}")
            continue
        if steps and steps[-1].tool == tool:
            steps[-1] = PlannedStep(tool, f"{steps[-1].request}, and {part}")
        else:
            steps.append(PlannedStep(tool, part))
    return steps[:MAX_STEPS]


def _opens(text: str) -> bool:
    """The text starts like a request of its own: with a verb of some class, or a question word."""
    words = words_of(core(text[:80]))
    if not words:
        return False
    if words[0] in _NOT_OPENERS:
        return False
    if class_of(words[0]) or words[0] in _QUESTION:
        return len(words) > 1 or words[0] in {"test", "retest", "run", "commit"}
    return any(pattern.match(text) for pattern in (_CJK_OPEN,))


_NOT_OPENERS = {"type", "format", "default", "return", "cache", "log", "pass", "which", "e", "i"}
_QUESTION = {"why", "how", "where", "what", "warum", "pourquoi", "wie", "wo"}
_CJK_OPEN = re.compile(r"(?:修|改|运行|跑|添加|删除|解释|找|テスト|実行|直|修正|実行|고치|고쳐|테스트|실행)")


def _tool_of(part: str) -> str | None:
    chances = rules.probabilities(features(shape(part)))
    best = max(chances, key=lambda label: chances[label])
    return best if best in TOOLS and chances[best] >= 0.4 else None
