"""`agent bench`."""

from __future__ import annotations

import click


@click.group("bench")
def bench_command() -> None:
    """Measure models on this machine."""
