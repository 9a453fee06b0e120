"""What failed, in the fewest characters that still tell it."""

from __future__ import annotations

from agent.repo.testing import Failure, TestRun


def digest(run: TestRun, max_chars: int) -> str:
    """Failures by place and values, those with the same message together, errors that stop everything first."""
    if run.ok:
        return run.summary
    if not run.failures:
        return run.summary[:max_chars]
    groups: dict[str, list[Failure]] = {}
    for failure in sorted(run.failures, key=lambda f: f.name not in (f.path, f.test_path)):
        groups.setdefault(failure.head, []).append(failure)
    parts: list[str] = []
    left = max_chars
    shown = 0
    for head, alike in groups.items():
        part = _part(head, alike)
        if parts and len(part) > left:
            part = _part(head.partition("\n")[0][:120], alike)
        if len(part) > left:
            if parts:
                break
            part = part[:left]
        parts.append(part)
        left -= len(part) + 1
        shown += len(alike)
    more = len(run.failures) - shown
    tail = f"(and {more} more)" if more else ""
    if tail and len(tail) <= left:
        parts.append(tail)
    return "\n".join(parts)


def _part(head: str, alike: list[Failure]) -> str:
    first = alike[0]
    name = first.name.rpartition("::")[2] if "::" in first.name else first.name
    place = f" ({first.path}:{first.line})" if first.path and first.line else f" ({first.path})" if first.path else ""
    also = f" and {len(alike) - 1} more test{'s' * (len(alike) > 2)}" if len(alike) > 1 else ""
    return f"{name}{also}{place}: {head}" if "\n" not in head else f"{name}{also}{place}:\n{head}"
