"""Events as JSON lines on stdout: what `--json` prints, and nothing else."""

from __future__ import annotations

import json
import sys

from agent.events import Event, to_json


class JsonRenderer:
    """One object a line, flushed, so that a reader sees each event when it happens."""

    def show(self, event: Event) -> None:
        """Print one event."""
        sys.stdout.write(json.dumps(to_json(event), ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()

    def close(self) -> None:
        """Nothing is pending."""
