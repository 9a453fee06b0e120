"""Run the server by hand: `python -m tests.scripted_ollama --port 11434 --reply answer.md` or `--engine FILE.gguf`."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from tests.scripted_ollama.script import Reply
from tests.scripted_ollama.served import DEFAULT_MODELS, model_named
from tests.scripted_ollama.server import ScriptedOllama


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.scripted_ollama", description=__doc__)
    parser.add_argument("--port", type=int, default=11434, help="0 picks a free one (default: Ollama's own, 11434)")
    parser.add_argument("--engine", type=Path, metavar="FILE", help="a GGUF file whose model answers")
    parser.add_argument("--reply", type=Path, action="append", default=[], metavar="FILE", help="a reply; repeat it")
    parser.add_argument("--repeat", action="store_true", help="begin again with the first reply after the last")
    parser.add_argument("--models", nargs="+", metavar="NAME", help="the models it has (default: Gemma 4, Qwen 3.5, …)")
    parser.add_argument("--gap", type=float, default=0.0, metavar="SECONDS", help="between two tokens")
    parser.add_argument("--load-seconds", type=float, default=0.0, metavar="SECONDS", help="what loading takes")
    args = parser.parse_args()
    replies = [Reply(text=file.read_text(encoding="utf-8"), gap=args.gap) for file in args.reply]
    models = [model_named(name) for name in args.models] if args.models else DEFAULT_MODELS
    said = 0

    def in_turn(_: object) -> Reply:
        nonlocal said
        said += 1
        return replies[(said - 1) % len(replies)]

    server = ScriptedOllama(
        in_turn if args.repeat and replies else replies,
        models=models,
        engine=args.engine,
        port=args.port,
        load_seconds=args.load_seconds,
        verbose=True,
    )
    with server:
        print(f"{server.url} has {', '.join(server.models)}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
