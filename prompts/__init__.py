"""Every word that a model is sent, as Markdown templates beside this file, and the loader.

A template is `NAME.md`; a place to fill is `{{key}}`. There is no other syntax: code, braces and percent signs in a
template or in a value mean themselves. A trailing line end of the file is not part of the text.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_PLACE = re.compile(r"\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}")


@cache
def load(name: str) -> str:
    """The text of the template `name` (without `.md`). Raises KeyError when there is none."""
    path = _FOLDER / f"{name}.md"
    try:
        return path.read_text(encoding="utf-8").rstrip("\n")
    except FileNotFoundError:
        raise KeyError(f"there is no prompt named {name!r} in {_FOLDER}") from None


def render(name: str, **values: str) -> str:
    """The template with every `{{key}}` replaced by its value, once: a `{{…}}` inside a value stays as it is.

    Raises KeyError when a place has no value, and TypeError when a value has no place: both are slips in the caller.
    """
    text = load(name)
    places = set(_PLACE.findall(text))
    if unused := set(values) - places:
        raise TypeError(f"prompt {name!r} has no place for {', '.join(sorted(unused))}")
    if missing := places - set(values):
        raise KeyError(f"prompt {name!r} needs {', '.join(sorted(missing))}")
    return _PLACE.sub(lambda place: values[place.group(1)], text)
