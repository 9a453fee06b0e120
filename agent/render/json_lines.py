"""Events as JSON lines on stdout: what `--json` prints, and nothing else."""

from __future__ import annotations

import json
import re
import sys

from agent.events import Event, to_json

_HIDDEN = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON leaves as it is and a terminal or a reader of lines does not: controls, line ends, reordering, halves."""


class JsonRenderer:
    """One object a line, flushed, so that a reader sees each event when it happens."""

    def show(self, event: Event) -> None:
        """Print one event."""
        line = json.dumps(to_json(event), ensure_ascii=False, default=str)
        sys.stdout.write(_HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")
        sys.stdout.flush()

    def close(self) -> None:
        """Nothing is pending."""
