"""A real model as the source of a repair that no single edit gives."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repair.conftest import run_repair, text_of

Project = Callable[[dict[str, str]], Path]


@pytest.mark.engine
def test_a_model_writes_what_no_edit_gives(project: Project, small_weights: Path) -> None:
    from agent.backends.opening import open_backend, profile_of
    from agent.config import load_config

    root = project(
        {
            "units.py": "def celsius_to_fahrenheit(celsius):\n    pass\n",
            "test_units.py": """
                from units import celsius_to_fahrenheit
                def test_freezing(): assert celsius_to_fahrenheit(0) == 32
                def test_boiling(): assert celsius_to_fahrenheit(100) == 212
                def test_cold(): assert celsius_to_fahrenheit(-40) == -40
            """,
        }
    )
    config = load_config(None, {"model": str(small_weights)})
    backend = open_backend(config)
    assert backend is not None
    try:
        result, _ = run_repair(
            root,
            "units.py",
            test_command=f"{sys.executable} -m pytest -q",
            backend=backend,
            profile=profile_of(backend, config),
            seconds=120.0,
        )
    finally:
        backend.close()
    assert result.ok
    assert result.origin == "model"
    assert result.prompt_tokens > 0
    space: dict[str, object] = {}
    exec(text_of(result, "units.py"), space)
    assert space["celsius_to_fahrenheit"](10) == 50  # type: ignore[operator]
