"""A real HTTP server that speaks Ollama's protocol, for tests and by hand (`python -m tests.scripted_ollama`).

It is faithful to recorded exchanges with a real server (`tests/data/exchanges.jsonl`): statuses, headers, shapes,
order of lines, error texts. The words come from a script, or from a real model (`engine=FILE.gguf`).
"""

from tests.scripted_ollama.script import DIED, Reply, dying, failure, label
from tests.scripted_ollama.served import (
    CLOUD,
    CODER,
    DEFAULT_MODELS,
    GEMMA,
    QWEN,
    SMALL_CODER,
    TINY_GEMMA,
    ServedModel,
    model_named,
)
from tests.scripted_ollama.server import ScriptedOllama
from tests.scripted_ollama.wire import Recorded

__all__ = [
    "CLOUD",
    "CODER",
    "DEFAULT_MODELS",
    "DIED",
    "GEMMA",
    "QWEN",
    "SMALL_CODER",
    "TINY_GEMMA",
    "Recorded",
    "Reply",
    "ScriptedOllama",
    "ServedModel",
    "dying",
    "failure",
    "label",
    "model_named",
]
