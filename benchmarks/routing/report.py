"""Write the table and the reliability diagram of `docs/routing.md` from `benchmarks/out/routing.json`.

`python -m benchmarks.routing.report`, after `benchmarks.routing.measure`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.routing.measure import OUT

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
SIZE, GAP = 180, 40


def table(found: dict[str, Any]) -> str:
    """The Markdown table, one row a model and form."""
    rows = [
        "| model, form | accepted | macro-F1 | false edits | ECE | ms p50 | ms p95 | prompt tokens |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, f in sorted(found.items()):
        rows.append(
            f"| {name} | {f['accepted']:.1%} | {f['macro_f1']:.2f} | {f['false_edits']:.1%} | {f['ece']:.3f} "
            f"| {f['p50_ms']:.1f} | {f['p95_ms']:.1f} | {f['prompt_tokens']:.0f} |"
        )
    return "\n".join(rows)


def diagram(found: dict[str, Any]) -> str:
    """An SVG with a panel for each row: confidence across, share accepted upwards, the area of a dot by its count."""
    names = sorted(found)
    width, height = len(names) * (SIZE + GAP) + GAP, SIZE + 2 * GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for at, name in enumerate(names):
        left, top = GAP + at * (SIZE + GAP), GAP
        parts.append(f'<rect x="{left}" y="{top}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#999"/>')
        parts.append(
            f'<line x1="{left}" y1="{top + SIZE}" x2="{left + SIZE}" y2="{top}" stroke="#bbb" stroke-dasharray="4"/>'
        )
        parts.append(f'<text x="{left + SIZE / 2}" y="{top - 10}" text-anchor="middle">{name}</text>')
        parts.append(f'<text x="{left}" y="{top + SIZE + 14}">0</text>')
        parts.append(f'<text x="{left + SIZE}" y="{top + SIZE + 14}" text-anchor="end">confidence 1</text>')
        for one in found[name]["bins"]:
            x, y = left + one["confidence"] * SIZE, top + (1 - one["accepted"]) * SIZE
            radius = 2 + (one["count"] ** 0.5)
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#2a6" fill-opacity="0.6">'
                f"<title>{one['count']} requests</title></circle>"
            )
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Write both."""
    found = json.loads(OUT.read_text(encoding="utf-8"))
    page = DOCS / "routing.md"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", encoding="utf-8")
    (DOCS / "routing-reliability.svg").write_text(diagram(found), encoding="utf-8")


if __name__ == "__main__":
    main()
