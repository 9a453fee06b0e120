"""How long a model stays in memory after its last use."""

from __future__ import annotations

import re

from agent.errors import ConfigError

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str, source: str = "keep_alive") -> float:
    """Seconds for `5m`, `1h30m`, `30s`, `300` (seconds), `0`; a negative value means for ever (-1.0).

    The forms are those of Ollama, whose durations are Go's. Raises ConfigError.
    """
    value = text.strip().lower()
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", value):
        number = float(value)
        return -1.0 if number < 0 else number
    match = re.fullmatch(r"(-?)((?:\d+(?:\.\d+)?(?:ms|s|m|h))+)", value)
    if not match:
        raise ConfigError(
            f"{source}: `keep_alive` is `{text}`, which is not a duration.",
            "Write it as 30s, 5m, 1h, 0 (not at all) or -1 (for ever).",
        )
    if match[1]:
        return -1.0
    return sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", match[2]))
