"""The file of sentence patterns."""

from __future__ import annotations

import re

from agent.bench.routing import load_cases
from agent.routing.frames import compiled, patterns
from agent.routing.shape import shape


def test_no_anchor_hides_a_match() -> None:
    texts = [shape(case.request).prose.lower() for case in load_cases("both")]
    for pattern in patterns():
        if not pattern.regex or not pattern.anchors:
            continue
        regex = compiled(pattern.regex)
        for text in texts:
            if regex.search(text):
                assert any(anchor in text for anchor in pattern.anchors), (pattern, text)


def test_every_line_is_a_pattern_that_compiles_and_is_there_once() -> None:
    seen = set()
    for pattern in patterns():
        re.compile(pattern.regex)
        assert all(anchor and anchor == anchor.lower() for anchor in pattern.anchors), pattern
        key = (pattern.frame, pattern.regex, pattern.anchors)
        assert key not in seen
        seen.add(key)
