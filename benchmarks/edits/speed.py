"""How fast replies are applied: parse, locate and plan, beside a naive exact matcher.

    python -m benchmarks.edits.speed

Processor seconds of one core, the best of three. `naive` is what a script would do for each block: count the text to
find, and replace it where it stands once. It knows no tolerance and no syntax gate.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from agent.edits.parse import parse_reply
from agent.edits.plan import plan_edits
from agent.edits.source import MemorySource

MB = 1_000_000
Work = Callable[[], object]


def seconds(work: Work) -> float:
    """The best of three runs."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def naive(reply: str, text: str) -> str:
    """Replace each block's text where it stands once."""
    for old, new in re.findall(r"<<<<<<< SEARCH\n(.*?)=======\n(.*?)>>>>>>> REPLACE\n", reply, re.DOTALL):
        if text.count(old) == 1:
            text = text.replace(old, new)
    return text


def make(blocks: int, size: int, damage: str) -> tuple[str, str]:
    """A reply with that many blocks for a file of about that many bytes."""
    count = max(size // 34, blocks * 4)
    lines = [f"    value_{number:06d} = {number * 7919 % 1000003:7d}" for number in range(count)]
    step = count // blocks
    out = ["data.txt\n"]
    for number in range(blocks):
        old = lines[number * step : number * step + 3]
        new = [old[0], f"    changed_{number} = 1", old[2]]
        if damage == "indentation":
            old, new = [line[4:] for line in old], [line[4:] for line in new]
        if damage == "misremembered":
            old, new = ["    # other", *old], ["    # other", *new]
        block = "\n".join(old) + "\n=======\n" + "\n".join(new)
        out.append(f"<<<<<<< SEARCH\n{block}\n>>>>>>> REPLACE\n")
    return "".join(out), "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    print("| blocks | file | damage | parse s | locate and plan s | blocks/s | naive s |")
    print("|---|---|---|---|---|---|---|")
    for blocks, size in (
        (1, 1_000_000),
        (125, 1_000_000),
        (500, 1_000_000),
        (2000, 1_000_000),
        (2000, 250_000),
        (2000, 4_000_000),
    ):
        for damage in ("none", "indentation") if blocks == 2000 and size == MB else ("none",):
            reply, text = make(blocks, size, damage)
            source = MemorySource({"data.txt": text})
            edits = parse_reply(reply, known_paths=["data.txt"]).edits
            assert plan_edits(edits, source).ok and len(edits) == blocks
            parse = seconds(lambda reply=reply: parse_reply(reply, known_paths=["data.txt"]))  # type: ignore[misc]
            plan = seconds(lambda edits=edits, source=source: plan_edits(edits, source))  # type: ignore[misc]
            plain = seconds(lambda reply=reply, text=text: naive(reply, text))  # type: ignore[misc]
            rate = f"{blocks / (parse + plan):,.0f}"
            print(
                f"| {blocks} | {len(text) / 1e6:.2f} MB | {damage} | {parse:.3f} | {plan:.3f} | {rate} | {plain:.3f} |"
            )


if __name__ == "__main__":
    main()
