"""The report of `agent bench`: Markdown, and one HTML page with its charts inside, both from the same summary."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from agent.bench.statistics import Interval, Verdict
from agent.bench.summary import Column, Line, claims, columns

WIDTH = 420
BAR = 18


Couples = Sequence[tuple[str, str]]
"""Which columns are compared: (first, second)."""


def markdown(lines: Sequence[Line], couples: Couples | None = None) -> str:
    """The report as Markdown. Without `couples` the first model is compared with each of the others."""
    found = columns(lines)
    parts = ["# agent bench", "", *_machines(lines), "", "In brackets: 95% intervals.", ""]
    parts += ["## Models", "", *_table(MODEL_HEAD, [_model_row(c) for c in found]), ""]
    if any(c.route for c in found):
        parts += ["## Routing", "", *_table(ROUTE_HEAD, [_route_row(c) for c in found if c.route]), "", ROUTE_NOTE, ""]
    if any(c.edit for c in found):
        parts += ["## Edit tasks", "", *_table(EDIT_HEAD, [_edit_row(c) for c in found if c.edit]), "", EDIT_NOTE, ""]
        parts += ["Solved / valid at first try / runs, by language:", "", *_table(*_languages(found)), ""]
    for column in found:
        if column.error:
            parts += [f"`{column.model}` was not measured to the end: {column.error}", ""]
    compared = _claims(lines, _couples(found) if couples is None else couples)
    for title, rows in compared:
        parts += [f"## {title}", "", *_table(CLAIM_HEAD, rows), ""]
    parts += [CLAIM_NOTE] if compared else []
    return "\n".join(parts).rstrip() + "\n"


MODEL_HEAD = ["model", "backend", "quantisation", "context", "edits asked for as", "thinking", "memory"]
ROUTE_NOTE = (
    "Accepted: the label, or another that a reasonable reader would take. False edits: routed to `edit` where nothing "
    "was to change. The model is not asked where the rules are sure, so the milliseconds are of both; tokens are the "
    "prompt's, a request on average."
)
EDIT_NOTE = (
    "The model alone: no tests to judge its tries. Solved: the task's check passes afterwards. Valid: "
    "the syntax gate refused no edit of the first reply (a reply that changes nothing is valid, and shows under "
    "“changed a file”). Tokens: a task, all its requests."
)
CLAIM_HEAD = ["claim", "difference", "cases", "verdict"]
CLAIM_NOTE = (
    "A verdict is of the paired difference on the same cases: it holds when the whole interval is above 0, it is the "
    "other way round when it is below, and under 20 cases none is given."
)
ROUTE_HEAD = [
    "model",
    "requests",
    "of these asked",
    "accepted %",
    "macro-F1",
    "false edits %",
    "calibration error",
    "ms p50",
    "ms p95",
    "tokens",
]
EDIT_HEAD = [
    "model", "runs", "solved %", "changed a file %", "valid at first try %", "located at first try %", "tokens in",
    "of these cached", "tokens out", "seconds (median)", "tokens/s",
]  # fmt: skip


def _model_row(column: Column) -> list[str]:
    f = column.facts
    if f.get("backend") in (None, "none"):
        return [column.model, "none", *[""] * 5]
    memory = f.get("memory_bytes")
    think = {None: "cannot", False: "off", True: "on"}.get(f.get("think"), str(f.get("think")))
    return [
        column.model if column.model == f.get("name") else f"{column.model} ({f.get('name')})",
        str(f["backend"]),
        str(f.get("quantisation") or "not told"),
        f"{f['context']:,}" if f.get("context") else "",
        str(f.get("edit_form", "")),
        think,
        f"{memory / 2**30:.1f} GiB" if memory else "not told",
    ]


def _route_row(column: Column) -> list[str]:
    r = column.route
    assert r is not None
    return [
        column.model,
        str(r.cases),
        str(r.asked),
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
        _percent(e.applied),
        _percent(e.valid_first),
        _percent(e.located_first),
        e.prompt_tokens.text(),
        "not told" if e.cached is None else f"{e.cached:.0%}",
        e.output_tokens.text(),
        e.seconds.text(digits=1),
        f"{e.decode_speed:.0f}",
    ]


def _languages(found: Sequence[Column]) -> tuple[list[str], list[list[str]]]:
    measured = [c for c in found if c.edit]
    names = sorted({language for c in measured if c.edit for language in c.edit.by_language})
    rows = []
    for language in names:
        cells = [c.edit.by_language.get(language, (0, 0, 0)) for c in measured if c.edit]
        rows.append([language, *(f"{solved} / {valid} / {runs}" for solved, valid, runs in cells)])
    return ["language", *(c.model for c in measured)], rows


def _percent(interval: Interval) -> str:
    return interval.text(scale=100)


def _machines(lines: Sequence[Line]) -> list[str]:
    """A sentence a machine; `of` says whose results they are when several files are compared."""
    said: dict[str, dict[str, Any]] = {str(x.get("of", "")): x["machine"] for x in lines if "machine" in x}
    found = []
    for name, m in said.items():
        memory = f", {m['memory_bytes'] / 2**30:.0f} GiB of memory" if m.get("memory_bytes") else ""
        found.append(
            f"{name + ': measured' if name else 'Measured'} on {m.get('cores', '?')} cores{memory}, "
            f"{m.get('system', '?')} {m.get('arch', '')}, Python {m.get('python', '?')}."
        )
    return found


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _claims(lines: Sequence[Line], couples: Couples) -> list[tuple[str, list[list[str]]]]:
    """(title, rows) of each comparison."""
    return [
        (f"{first} against {second}", [_claim_row(first, v) for v in claims(lines, first, second)])
        for first, second in couples
    ]


def _couples(found: Sequence[Column]) -> list[tuple[str, str]]:
    names = [c.model for c in found if c.route or c.edit]
    return [(names[0], other) for other in names[1:]]


def _claim_row(first: str, v: Verdict) -> list[str]:
    difference = "" if v.verdict == "not enough runs" else v.difference.text(digits=2)
    return [f"{first} {v.claim}", difference, str(v.pairs), v.verdict]


def html(lines: Sequence[Line], couples: Couples | None = None) -> str:
    """The report as one self-contained page."""
    found = columns(lines)
    body = [f"<h1>agent bench</h1><p>{escape(' '.join(_machines(lines)))} In brackets: 95% intervals.</p>"]
    body += ["<h2>Models</h2>", _html_table(MODEL_HEAD, [_model_row(c) for c in found])]
    routed = [c for c in found if c.route]
    edited = [c for c in found if c.edit]
    if routed:
        body.append("<h2>Routing</h2>")
        body.append(_html_table(ROUTE_HEAD, [_route_row(c) for c in routed]))
        body.append(f"<p>{escape(ROUTE_NOTE.replace('`', ''))}</p>")
        body.append(_bars("accepted", [(c.model, c.route.accepted) for c in routed if c.route], 100, "%"))
        body.append(_bars("false edits", [(c.model, c.route.false_edits) for c in routed if c.route], 100, "%"))
        body += [_reliability(c.model, lines) for c in routed]
    if edited:
        body.append("<h2>Edit tasks</h2>")
        body.append(_html_table(EDIT_HEAD, [_edit_row(c) for c in edited]))
        body.append(f"<p>{escape(EDIT_NOTE.replace('`', ''))}</p>")
        body.append(_bars("solved", [(c.model, c.edit.solved) for c in edited if c.edit], 100, "%"))
        body.append(_bars("valid at first try", [(c.model, c.edit.valid_first) for c in edited if c.edit], 100, "%"))
        body.append(_bars("seconds a task", [(c.model, c.edit.seconds) for c in edited if c.edit], 1, " s"))
        body.append("<p>Solved / valid at first try / runs, by language:</p>")
        body.append(_html_table(*_languages(found)))
    body += [f"<p>{escape(c.model)} was not measured to the end: {escape(c.error)}</p>" for c in found if c.error]
    compared = _claims(lines, _couples(found) if couples is None else couples)
    for title, rows in compared:
        body.append(f"<h2>{escape(title)}</h2>")
        body.append(_html_table(CLAIM_HEAD, rows))
    if compared:
        body.append(f"<p>{escape(CLAIM_NOTE)}</p>")
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
