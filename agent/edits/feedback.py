"""What the model, and the person, are told of edits that could not be made, and how mended edits join the good ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.edits.types import Candidate, Edit, Outcome, Plan

_MOST_LINES = 60
"""Lines of real text shown for all the failed edits together, so that the answer still fits a small context."""
_MOST_FAILED = 6


def refusal_message(plan: Plan) -> str:
    """What the model is told after a refusal: each failed block, why, and the file's real lines to copy from.

    The real lines stand in a fence as they are, with their line numbers outside it. Good blocks are said to be kept.
    Empty when nothing was refused.
    """
    refused = plan.refused
    if not refused:
        return ""
    kept = sum(outcome.status == "located" for outcome in plan.outcomes)
    parts = [_opening(len(refused), kept)]
    budget = _MOST_LINES
    for number, outcome in enumerate(refused[:_MOST_FAILED], 1):
        part, used = _one(number if len(refused) > 1 else 0, outcome, budget)
        parts.append(part)
        budget -= used
    if len(refused) > _MOST_FAILED:
        parts.append(f"{len(refused) - _MOST_FAILED} more failed in the same way.")
    parts.append("Send only the failed " + ("block" if len(refused) == 1 else "blocks") + " again, corrected.")
    return "\n\n".join(parts)


def _opening(failed: int, kept: int) -> str:
    blocks = "block was" if failed == 1 else "blocks were"
    said = f"{failed} edit {blocks} not applied."
    if kept:
        said += (
            f" The other {kept} {'is' if kept == 1 else 'are'} kept; do not send {'it' if kept == 1 else 'them'} again."
        )
    return said


def _one(number: int, outcome: Outcome, budget: int) -> tuple[str, int]:
    edit = outcome.edit
    where = outcome.path or edit.path or "no file named"
    head = f"{number}. " if number else ""
    lines = [f"{head}{where}: {outcome.reason}"]
    used = 0
    if edit.kind == "replace" and edit.old.strip():
        shown = _short(edit.old, max(min(12, budget // 2), 2))
        lines.append("It searched for:\n" + _fenced(shown))
        used += shown.count("\n") + 1
    if outcome.gate is not None and not outcome.gate.ok:
        for problem in outcome.gate.problems[:3]:
            lines.append(f"Line {problem.line}, column {problem.column}: {problem.message}\n" + _fenced(problem.text))
            used += 1
        return "\n".join(lines), used
    with_text = [candidate for candidate in outcome.candidates if candidate.text]
    for candidate in with_text[: 3 if len(with_text) > 1 and with_text[0].similarity == 1.0 else 1]:
        if used >= budget:
            break
        lines.append(_candidate(candidate, max(budget - used, 4)))
        used += candidate.text.count("\n")
    if with_text and with_text[0].similarity == 1.0 and len(with_text) > 1:
        lines.append("Add lines above or below the text to find, so that it stands in one place only.")
    paths = [candidate.path for candidate in outcome.candidates if not candidate.text and candidate.path]
    if paths and not with_text and not outcome.path:
        lines.append("Files with a like name: " + ", ".join(dict.fromkeys(paths)))
    return "\n".join(lines), used


def _candidate(candidate: Candidate, limit: int) -> str:
    first, last = candidate.start_line, candidate.end_line
    span = f"Line {first}" if first == last else f"Lines {first} to {last}"
    verb = "is" if first == last else "are"
    return f"{span} of {candidate.path} {verb}:\n" + _fenced(_short(candidate.text, limit))


def _short(text: str, limit: int) -> str:
    """The text, and of a long one the beginning; a cut is said in words outside the lines."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join(lines[:limit])


def _fenced(text: str) -> str:
    longest = 2
    run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    mark = "`" * (longest + 1)
    return f"{mark}\n{text.rstrip(chr(10))}\n{mark}"


def describe(outcome: Outcome) -> str:
    """One line for the person: what became of an edit, where, and how it was found or why it was not."""
    where = outcome.path or outcome.edit.path or "(no file named)"
    if outcome.start_line:
        where += f":{outcome.start_line}"
        if outcome.end_line > outcome.start_line:
            where += f"-{outcome.end_line}"
    if outcome.status == "already":
        return f"{where} already done" + (f" ({outcome.reason.rstrip('.')})" if outcome.reason else "")
    if outcome.status == "refused":
        text = f"{where} refused: {outcome.reason}"
        near = [c for c in outcome.candidates if c.text]
        if near:
            places = ", ".join(f"{c.start_line}-{c.end_line}" for c in near[:3])
            text += f" Nearest lines: {places}."
        elif outcome.candidates and not outcome.path:
            text += " Like it: " + ", ".join(c.path for c in outcome.candidates[:3]) + "."
        return text
    if outcome.edit.kind == "delete":
        return f"{where} deleted"
    if outcome.edit.kind == "move":
        return f"{where} moved to {outcome.edit.move_to}"
    ways = {
        "exact": "exact",
        "whitespace": "but for blanks at line ends",
        "indent": "indentation shifted",
        "blank-lines": "but for blank lines",
        "unicode": "but for look-alike characters",
        "escapes": "escapes undone",
        "elision": "left-out lines kept",
        "nearest": "nearest match",
        "symbol": "whole definition",
        "whole-file": "whole file",
        "new-file": "new file",
    }
    note = f"; {outcome.reason}" if outcome.reason else ""
    return f"{where} {ways.get(outcome.how, outcome.how)}{note}"


def good_edits(plan: Plan) -> tuple[Edit, ...]:
    """The edits of a plan that are worth keeping: all that were not refused."""
    return tuple(outcome.edit for outcome in plan.outcomes if outcome.status != "refused")


def merge(kept: Plan | Sequence[Edit], mended: Sequence[Edit]) -> tuple[Edit, ...]:
    """The good edits of a first reply together with those of a second one that mends the rest.

    A mended edit takes the place of a kept one that it repeats, and a whole file or symbol the place of every kept
    edit of that file. Plan the result again: all of it is placed in the files as they are.
    """
    first = good_edits(kept) if isinstance(kept, Plan) else tuple(kept)
    paths = _paths_of(kept) if isinstance(kept, Plan) else {}
    whole = {edit.path for edit in mended if edit.kind in ("write", "delete")}
    stated = {(edit.path, edit.old) for edit in mended}
    remaining = [
        edit
        for edit in first
        if edit.path not in whole and paths.get(edit, edit.path) not in whole and (edit.path, edit.old) not in stated
    ]
    return (*remaining, *(replace(edit) for edit in mended))


def _paths_of(plan: Plan) -> dict[Edit, str]:
    return {outcome.edit: outcome.path for outcome in plan.outcomes}
