"""Rust's macros read as the calls that they look like.

To the grammar what stands within a macro is a heap of tokens, in which only brackets must pair. The standard library's
macros take expressions: with the name written as a function's, of the same length, their arguments are parsed too.
"""

from __future__ import annotations

import re

_CALLS = re.compile(
    r"\b(e?println?|format(?:_args)?|panic|unreachable|todo|unimplemented|dbg|writeln|write|(?:debug_)?assert(?:_eq|_ne)?)!"
    r"(?=\()"
)
_ARRAYS = re.compile(r"(?<![:\w])vec!(?=\[)")


def as_calls(text: str) -> str:
    """`text` with `println!(…)` as `println_(…)` and `vec![…]` as a reference to an array; each offset stays."""
    return _ARRAYS.sub("   &", _CALLS.sub(r"\1_", text))
