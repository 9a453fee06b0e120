"""Where two texts differ, so that candidates with the same text are known as such without building the texts."""

from __future__ import annotations

from agent.repair.types import Splice, spliced


def difference(before: str, splices: tuple[Splice, ...]) -> tuple[int, int, str]:
    """The one region that splices change, as small as it can be: (start, end, new text).

    The longest common beginning is taken first, then the longest common end: whatever splices lead to a text, the
    region is the same.
    """
    start, end = min(s.start for s in splices), max(s.end for s in splices)
    new = spliced(before[start:end], tuple(Splice(s.start - start, s.end - start, s.text) for s in splices))
    after = len(before) - end
    shorter = min(len(before) - start, len(new) + after)
    head = 0
    while head < shorter:
        there = new[head] if head < len(new) else before[end + head - len(new)]
        if before[start + head] != there:
            break
        head += 1
    tail = min(after, shorter - head)
    if tail == after:
        # All that follows agrees; going back, as much of what is replaced as does.
        while tail < shorter - head and before[end - 1 - (tail - after)] == new[len(new) - 1 - (tail - after)]:
            tail += 1
    last = len(new) + after - tail
    beyond = before[end : end + max(0, last - len(new))]
    return start + head, len(before) - tail, (new + beyond)[head:last]
