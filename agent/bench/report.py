"""The report of `agent bench`: Markdown, and one HTML page with its charts inside, both from the same summary."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from agent.bench.statistics import Interval, Verdict
from agent.bench.summary import Column, Line, claims, columns

WIDTH = 420
BAR = 18


def markdown(lines: Sequence[Line]) -> str:
    """The report as Markdown."""
    found = columns(lines)
    parts = ["# agent bench", "", _machine(lines), ""]
    if any(c.route for c in found):
        parts += ["## Routing", "", *_table(ROUTE_HEAD, [_route_row(c) for c in found if c.route]), ""]
    if any(c.edit for c in found):
        parts += ["## Edit tasks", "", *_table(EDIT_HEAD, [_edit_row(c) for c in found if c.edit]), ""]
        parts += ["Solved, by language:", "", *_table(*_languages(found)), ""]
    for column in found:
        if column.error:
            parts += [f"`{column.model}` was not measured to the end: {column.error}", ""]
    parts += _claims_markdown(lines, found)
    return "\n".join(parts).rstrip() + "\n"


ROUTE_HEAD = [
    "model",
    "requests",
    "accepted %",
    "macro-F1",
    "false edits %",
    "calibration error",
    "ms p50",
    "ms p95",
    "tokens",
]
EDIT_HEAD = [
    "model", "runs", "solved %", "valid at first try %", "located at first try %", "tokens in", "tokens out",
    "seconds (median)", "tokens/s",
]  # fmt: skip


def _route_row(column: Column) -> list[str]:
    r = column.route
    assert r is not None
    return [
        column.model,
        str(r.cases),
        _percent(r.accepted),
        f"{r.macro_f1:.2f}",
        _percent(r.false_edits),
        f"{r.ece:.2f}",
        f"{r.p50_ms:.0f}",
        f"{r.p95_ms:.0f}",
        f"{r.tokens:.0f}",
    ]


def _edit_row(column: Column) -> list[str]:
    e = column.edit
    assert e is not None
    return [
        column.model,
        str(e.runs),
        _percent(e.solved),
        _percent(e.valid_first),
        _percent(e.located_first),
        e.prompt_tokens.text(),
        e.output_tokens.text(),
        e.seconds.text(digits=1),
        f"{e.decode_speed:.0f}",
    ]


def _languages(found: Sequence[Column]) -> tuple[list[str], list[list[str]]]:
    measured = [c for c in found if c.edit]
    names = sorted({language for c in measured if c.edit for language in c.edit.by_language})
    rows = []
    for language in names:
        cells = [c.edit.by_language.get(language, (0, 0)) for c in measured if c.edit]
        rows.append([language, *(f"{solved} of {runs}" for solved, runs in cells)])
    return ["language", *(c.model for c in measured)], rows


def _percent(interval: Interval) -> str:
    return interval.text(scale=100)


def _machine(lines: Sequence[Line]) -> str:
    said: dict[str, Any] = next((line["machine"] for line in reversed(lines) if "machine" in line), {})
    return (
        f"Measured on {said.get('cores', '?')} cores, {said.get('system', '?')} {said.get('arch', '')}, "
        f"Python {said.get('python', '?')}. In brackets: 95% intervals."
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _claims_markdown(lines: Sequence[Line], found: Sequence[Column]) -> list[str]:
    parts: list[str] = []
    for first, second in _couples(found):
        rows = [_claim_row(v) for v in claims(lines, first, second)]
        parts += [f"## {first} against {second}", ""]
        parts += [*_table([f"{first} …", "difference", "cases", "verdict"], rows), ""]
    return parts


def _couples(found: Sequence[Column]) -> list[tuple[str, str]]:
    names = [c.model for c in found if c.route or c.edit]
    return [(names[0], other) for other in names[1:]]


def _claim_row(v: Verdict) -> list[str]:
    difference = "" if v.verdict == "not enough runs" else v.difference.text(digits=2)
    return [v.claim, difference, str(v.pairs), v.verdict]


def html(lines: Sequence[Line]) -> str:
    """The report as one self-contained page."""
    found = columns(lines)
    body = [f"<h1>agent bench</h1><p>{escape(_machine(lines))}</p>"]
    routed = [c for c in found if c.route]
    edited = [c for c in found if c.edit]
    if routed:
        body.append("<h2>Routing</h2>")
        body.append(_html_table(ROUTE_HEAD, [_route_row(c) for c in routed]))
        body.append(_bars("accepted", [(c.model, c.route.accepted) for c in routed if c.route], 100, "%"))
        body.append(_bars("false edits", [(c.model, c.route.false_edits) for c in routed if c.route], 100, "%"))
        body += [_reliability(c.model, lines) for c in routed]
    if edited:
        body.append("<h2>Edit tasks</h2>")
        body.append(_html_table(EDIT_HEAD, [_edit_row(c) for c in edited]))
        body.append(_bars("solved", [(c.model, c.edit.solved) for c in edited if c.edit], 100, "%"))
        body.append(_bars("valid at first try", [(c.model, c.edit.valid_first) for c in edited if c.edit], 100, "%"))
        body.append(_bars("seconds a task", [(c.model, c.edit.seconds) for c in edited if c.edit], 1, " s"))
        body.append(_html_table(*_languages(found)))
    for first, second in _couples(found):
        body.append(f"<h2>{escape(first)} against {escape(second)}</h2>")
        rows = [_claim_row(v) for v in claims(lines, first, second)]
        body.append(_html_table([f"{first} …", "difference", "cases", "verdict"], rows))
    return PAGE.replace("{{body}}", "\n".join(body))


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>agent bench</title><style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 } th, td { padding: .3rem .7rem; text-align: left }
tr { border-bottom: 1px solid #ddd } th { background: #f5f5f5 } svg { display: block; margin: 1rem 0 }
text { font: 12px system-ui, sans-serif }
</style></head><body>
{{body}}
</body></html>
"""


def _html_table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{lines}</table>"


def _bars(title: str, values: list[tuple[str, Interval]], scale: float, unit: str) -> str:
    """A bar a model, with the interval as a whisker."""
    top = 1.0 if scale == 100 else max((v.high for _, v in values), default=1.0) or 1.0
    rows = []
    for index, (name, v) in enumerate(values):
        y = 24 + index * (BAR + 8)
        x, low, high = (w / top * WIDTH for w in (v.value, v.low, v.high))
        rows.append(
            f'<text x="0" y="{y + 13}">{escape(name[:26])}</text>'
            f'<rect x="190" y="{y}" width="{x:.1f}" height="{BAR}" fill="#4a7fb5"/>'
            f'<line x1="{190 + low:.1f}" x2="{190 + high:.1f}" y1="{y + 9}" y2="{y + 9}" stroke="#222"/>'
            f'<text x="{198 + high:.1f}" y="{y + 13}">{v.value * scale:.1f}{unit}</text>'
        )
    height = 30 + len(values) * (BAR + 8)
    return (
        f'<svg width="{WIDTH + 270}" height="{height}" role="img">'
        f'<text x="0" y="14" font-weight="bold">{escape(title)}</text>{"".join(rows)}</svg>'
    )


def _reliability(model: str, lines: Sequence[Line]) -> str:
    """Confidence against the share that was accepted, in ten bins; the diagonal is perfect calibration."""
    own = [x for x in lines if x.get("suite") == "route" and x.get("model") == model]
    size = 180
    dots = []
    for index in range(10):
        inside = [x for x in own if min(int(x["confidence"] * 10), 9) == index]
        if inside:
            sure = sum(x["confidence"] for x in inside) / len(inside)
            right = sum(bool(x["ok"]) for x in inside) / len(inside)
            radius = 2 + 8 * (len(inside) / len(own)) ** 0.5
            dots.append(
                f'<circle cx="{sure * size:.1f}" cy="{size - right * size:.1f}" r="{radius:.1f}" fill="#4a7fb5"/>'
            )
    return (
        f'<svg width="{size + 160}" height="{size + 24}" role="img"><g transform="translate(1,20)">'
        f'<rect width="{size}" height="{size}" fill="none" stroke="#999"/>'
        f'<line x1="0" y1="{size}" x2="{size}" y2="0" stroke="#bbb"/>{"".join(dots)}'
        f'<text x="0" y="-6">{escape(model)}: accepted against confidence</text></g></svg>'
    )
