"""What a compiler's errors advise: an edit for each, where its message or a rule of the language tells one.

Compilers suggest names, imports and conversions; models forget exactly these. Nothing here runs a compiler: from text
and output to edits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.repair.advice import go, java, native, rust, script
from agent.repair.advice.reading import compiles, diagnostics, plain
from agent.repair.advice.types import Advice, Diagnostic, Place
from agent.repair.types import Splice, overlap, spliced

_LANGUAGES: Mapping[str, Callable[[Place, Diagnostic], list[Advice]]] = {
    **dict.fromkeys((".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx"), native.advise),
    ".go": go.advise,
    ".java": java.advise,
    ".rs": rust.advise,
    **dict.fromkeys((".ts", ".tsx", ".mts", ".cts"), script.advise),
}


def advised(path: str, text: str, output: str, *, judged: bool = True) -> list[tuple[Diagnostic, list[Advice]]]:
    """The errors that a compiler's output names in a file, each with the edits that may do away with it; guesses only
    where tests judge (`judged`)."""
    advise = _LANGUAGES.get("." + path.rpartition(".")[2])
    if advise is None:
        return []
    place = Place(path, text)
    return [
        (error, [advice for advice in advise(place, error) if judged or not advice.guess])
        for error in diagnostics(output, path)
    ]


def together(text: str, found: list[tuple[Diagnostic, list[Advice]]]) -> tuple[str, list[str]]:
    """The text with the first advice on each error, as far as they do not overlap, and what that does in words."""
    splices: list[Splice] = []
    words: list[str] = []
    if any(not choices[0].late for _, choices in found if choices):
        found = [(error, [choice for choice in choices if not choice.late]) for error, choices in found]
    for _, choices in found:
        for choice in choices[:1]:
            fresh = [splice for splice in choice.splices if splice not in splices]
            if fresh and not overlap([*splices, *fresh]):
                splices += fresh
                words.append(choice.words)
    return spliced(text, tuple(splices)), words


__all__ = ["Advice", "Diagnostic", "advised", "compiles", "diagnostics", "plain", "together"]
