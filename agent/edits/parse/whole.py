"""Whether a fence is a file's new content, and which file's; everything else in a fence is something to read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.edits.parse.fences import Fence
from agent.edits.parse.languages import PLAIN, SHELLS, TRANSCRIPTS, extension_of, is_language, language_fits
from agent.edits.parse.lines import Line, indent_of, join
from agent.edits.parse.naming import Known, looks_like_path, mentioned_paths, stated_path
from agent.edits.types import Edit, Naming

_SHOWN = re.compile(
    r"\b(?:e\.?g\.?|examples?|usage|for instance|demo(?:nstrat\w+)?|sample|try (?:it|this|running)|"
    r"run(?:ning|s)?|execute|invoke|"
    r"call(?:ing)?|outputs?|prints?|results? (?:in|is|are)|before|currently?|original(?:ly)?|existing|"
    r"old|previous(?:ly)?|"
    r"looks? like this|bug(?:gy)?|problem(?:atic)?|issue|wrong|incorrect|causes?|caused|you (?:can|could|"
    r"might|may|would)|"
    r"instead of|alternatively|optional(?:ly)?|if you|install|commands?|terminal|shell|how (?:it|"
    r"this) works|excerpt|snippet|"
    r"traceback|errors?|explanation|consider|imagine|suppose|defines?|contains?|consists?|uses?|from|"
    r"equivalent|same as|test it)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\b(?:updat(?:e|ed|ing)|complete|full|entire|whole|new|fix(?:ed|es)?|correct(?:ed)?|revis(?:e|ed)|"
    r"modif(?:y|ied)|rewritten|"
    r"rewrite|refactor(?:ed)?|final|creat(?:e|ed|ing)|add(?:ed|ing|s)?|replac(?:e|ed|ing)|chang(?:e|ed|es|"
    r"ing)|edit(?:ed)?|here(?:'s|’s| is| are| you go)|"
    r"implement(?:ation|ed|s)?|should (?:now )?(?:look|be|become|read|contain)|becomes?|contents?|sav(?:e|"
    r"ed)|improv(?:e|ed)|solution|"
    r"version|write|put|below|follow(?:s|ing)|patched|cleaned)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:updated|creat(?:e|ing)|new file|save|complete|full|entire|"
    r"fixed|corrected|revised|modified|rewritten|refactored|final|"
    r"replace|improved|new version|"
    r"change(?:d)? (?:it )?to|should (?:now )?(?:look|be|become|read))\b",
    re.IGNORECASE,
)


def reads_as_shown(prose: str) -> bool:
    """The sentence before a fence introduces something to look at, not the new state of a file."""
    return bool(_SHOWN.search(prose)) and not _STRONG.search(prose)


def reads_as_given(prose: str) -> bool:
    """The sentence before a fence hands over the new state of a file."""
    return bool(_GIVEN.search(prose)) and not reads_as_shown(prose)


def fence_content(lines: Sequence[Line], fence: Fence) -> list[str]:
    """The lines between the fences, without the indentation or quote marks that the fence itself has."""
    texts = [line.text for line in lines]
    if texts and all(text.startswith(">") for text in texts):
        return [text[2:] if text.startswith("> ") else text[1:] for text in texts]
    if fence.indent and all(indent_of(text) >= fence.indent or not text.strip() for text in texts):
        return [text[fence.indent :] if text.strip() else "" for text in texts]
    return texts


def whole_file_edit(
    body: list[str],
    fence: Fence,
    *,
    span: tuple[int, int],
    stated: str | None,
    near: bool,
    prose: Sequence[str],
    known: Known,
    default_path: str | None,
) -> Edit | None:
    """The `write` edit that a closed fence is, or None.

    `stated`: a path stated alone on a line above; `near`: with nothing but blank lines between. `prose`: the last
    lines of prose above, the nearest last.
    """
    if not any(text.strip() for text in body):
        return None
    last = prose[-1] if prose else ""
    path, _naming, rest = fence.path, "stated", body
    # A fence without a language whose own first lines are a program's output fits nothing stated by a heading.
    if path is None and stated is not None and near:
        path = stated
    if path is not None and looks_like_path(path, known, labelled=True):
        if not language_fits(fence.language, path):
            return None
        return Edit("write", path, new=join(rest), format="whole-file", span=span)
    inner = _inner_path(body, known)
    if inner is not None and language_fits(fence.language, inner) and not reads_as_shown(last):
        return Edit(
            "write", inner, new=join(body[1:]), format="whole-file", span=span, alternatives=(("", join(body)),)
        )
    if fence.language in TRANSCRIPTS:
        return None
    if reads_as_shown(last):
        return None
    if stated is not None and language_fits(fence.language, stated) and fence.language not in ("",):
        # A heading with the path, then a sentence, then the fence.
        return _edit(body, stated, "stated" if reads_as_given(last) or last.rstrip().endswith(":") else "prose", span)
    for text in reversed(prose[-2:]):
        mentioned = [word for word in mentioned_paths(text, known) if language_fits(fence.language, word)]
        if len(mentioned) == 1 and reads_as_given(text):
            if fence.language in SHELLS and not re.search(r"\b(?:script|file|content|save|create)\b", text):
                return None
            if (
                known.paths
                and not known.holds(mentioned[0])
                and not re.search(r"\b(?:creat|new|add|sav|writ|call)", text, re.I)
            ):
                continue
            entire = re.search(r"\b(?:complete|full|entire|whole)\b", text, re.IGNORECASE) is not None
            return _edit(body, mentioned[0], "stated" if entire else "prose", span)
        if mentioned:
            return None
    if default_path is not None and language_fits(fence.language, default_path):
        if fence.language in SHELLS and extension_of(default_path) not in (
            "sh",
            "bash",
            "zsh",
            "fish",
            "ps1",
            "bat",
            "cmd",
        ):
            return None
        return _edit(body, default_path, "request", span)
    return None


def _edit(body: list[str], path: str, naming: Naming, span: tuple[int, int]) -> Edit:
    return Edit("write", path, new=join(body), format="whole-file", span=span, naming=naming)


def _inner_path(body: list[str], known: Known) -> str | None:
    """A path alone in the first line, as a comment or (below a folder, or known) as it is."""
    first = body[0].strip()
    if not first or len(body) < 2 or first.startswith("#!"):
        return None
    path = stated_path(first, known, comment=True)
    if path is None or is_language(path):
        return None
    commented = re.match(r"^(?:#|//|/\*|<!--|--|;|%|\{#|\(\*|\"\"\")", first) is not None
    if commented:
        return path if re.search(r"[./\\]", path) else None
    return path if path == first.strip("`*:") and (path in known.paths or "/" in path) and "." in path else None


def keep_weak(edits: Sequence[Edit]) -> list[Edit]:
    """Leave out fences that are only guessed to be a file where the reply states its edits otherwise."""
    stated = [edit for edit in edits if edit.naming in ("stated", "none") or edit.kind != "write"]
    sure = {id(edit) for edit in stated}
    weak = [edit for edit in edits if id(edit) not in sure]
    if not weak:
        return list(edits)
    claimed = {edit.path for edit in stated} | {edit.move_to for edit in stated}
    kept: list[Edit] = []
    for edit in weak:
        if edit.path in claimed or (edit.naming == "request" and stated):
            continue
        kept.append(edit)
    requested = [edit for edit in kept if edit.naming == "request"]
    if any(edit.naming == "prose" for edit in kept):
        requested = []
    wanted = {id(edit) for edit in kept if edit.naming != "request"} | {id(edit) for edit in requested}
    chosen = {id(edit) for edit in stated} | wanted
    return [edit for edit in edits if id(edit) in chosen]


def is_plain(language: str) -> bool:
    """The fence's name says nothing of the language."""
    return language in PLAIN
