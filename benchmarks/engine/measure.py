"""How fast the embedded engine is with each setting and without it, as ratios.

    python -m benchmarks.engine.measure MODEL.gguf [--only NAME,…] [--repeat N] [--json FILE]

Each variant is an engine of its own, started and stopped here. The machine should have nothing else to do; the best of
the repeats is taken, since other work can only make a run slower.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from agent.backends import engine
from agent.backends.base import Message, Options, Reply, collect
from agent.backends.embedded import Embedded
from agent.backends.machine import usable_cores
from agent.models.gguf import read_gguf

SAMPLE = Path(__file__).with_name("sample.py.txt")
LABELS = ("edit", "explain", "test", "search", "chat")


@dataclass
class Figures:
    """Of one variant; the best of the repeats."""

    load_seconds: float = 1e9
    prefill: float = 0.0
    """Prompt tokens a second, of a prompt never seen before."""
    decode: float = 0.0
    """Tokens a second of new prose, greedy."""
    rewrite: float = 0.0
    """Tokens a second of a whole file with one line changed, greedy."""
    label_ms: float = 1e9
    """Milliseconds to one label, everything but the request cached."""
    switch_ms: float = 1e9
    """The same after a conversation of another kind in between."""
    notes: list[str] = field(default_factory=list)


def ask(backend: Embedded, messages: list[Message], max_tokens: int, logprobs: int = 0) -> tuple[Reply, float]:
    """The reply, and the seconds it took."""
    started = time.perf_counter()
    options = Options(0.0, 0.95, 40, 0.05, max_tokens=max_tokens)
    reply = collect(backend.chat(messages, options=options, logprobs=logprobs))
    return reply, time.perf_counter() - started


def routing(request: str) -> list[Message]:
    """A routing prompt in the form of the product: examples as chat turns."""
    messages = [Message("system", "Choose the tool for the request: " + ", ".join(LABELS) + ". Answer with one word.")]
    for number in range(14):
        label = LABELS[number % len(LABELS)]
        messages += [Message("user", f"example request number {number} for {label}"), Message("assistant", label)]
    return [*messages, Message("user", request)]


def measure(path: Path, settings: engine.EngineSettings, repeat: int) -> Figures:
    """Start an engine with these settings and measure it."""
    figures = Figures()
    backend = Embedded(path.stem, read_gguf(path), settings, keep_alive=0)
    started = time.perf_counter()
    backend.load()
    figures.load_seconds = time.perf_counter() - started
    source = SAMPLE.read_text()
    try:
        for number in range(repeat):
            # Another first line each time, so that nothing of it is cached.
            fresh = [Message("user", f"Run {number}.\n{source}\n{source}\nSay ok.")]
            usage = ask(backend, fresh, 1)[0].usage
            figures.prefill = max(figures.prefill, usage.prompt_tokens / usage.prefill_seconds)
            prose = [Message("user", f"Explain in {number + 100} words what a hash table is.")]
            usage = ask(backend, prose, 96)[0].usage
            figures.decode = max(figures.decode, usage.output_tokens / usage.decode_seconds)
            task = f"{source}\n\nRename `total` to `amount{number}` and reply with the whole file in one fence."
            reply = ask(backend, [Message("user", task)], 500)[0]
            figures.rewrite = max(figures.rewrite, reply.usage.output_tokens / reply.usage.decode_seconds)
            ask(backend, routing("warm it up"), 1, 20)
            for word in ("one", "two", "three"):
                figures.label_ms = min(figures.label_ms, 1000 * ask(backend, routing(f"fix {word}.py"), 1, 20)[1])
            ask(backend, [Message("user", task)], 1)
            figures.switch_ms = min(figures.switch_ms, 1000 * ask(backend, routing(f"test {number}"), 1, 20)[1])
    finally:
        backend.close()
    return figures


def variants(base: engine.EngineSettings) -> dict[str, engine.EngineSettings]:
    """The chosen settings, and each of them taken away or exchanged."""
    cores = usable_cores()
    return {
        "chosen": base,
        "1 thread": replace(base, threads=1),
        f"{cores * 2} threads on {cores} cores": replace(base, threads=cores * 2),
        "no speculation": replace(base, speculation=""),
        "NGRAM_SIMPLE": replace(base, speculation="NGRAM_SIMPLE"),
        "NGRAM_MAP_K": replace(base, speculation="NGRAM_MAP_K"),
        "NGRAM_MOD": replace(base, speculation="NGRAM_MOD"),
        "flash attention off": replace(base, flash_attention="DISABLED"),
        "flash attention on": replace(base, flash_attention="ENABLED"),
        "keys and values at 8 bits": replace(base, cache_type="Q8_0", flash_attention="ENABLED"),
        "micro batch 128": replace(base, micro_batch=128),
        "micro batch 256": replace(base, micro_batch=256),
        "micro batch 1024": replace(base, micro_batch=1024),
        "1 slot": replace(base, slots=1),
        "4 slots": replace(base, slots=4),
        "no prompt cache in memory": replace(base, cache_ram_mib=0),
        "1 slot, no prompt cache": replace(base, slots=1, cache_ram_mib=0),
        "context 32768": replace(base, n_ctx=32768),
    }


def table(results: dict[str, Figures]) -> str:
    """Markdown, each figure as its ratio to the chosen settings (over 1: faster than chosen)."""
    base = results["chosen"]
    lines = [
        "| settings | load | prefill | decode | whole-file rewrite | label | label after another prompt |",
        "|---|---|---|---|---|---|---|",
        f"| chosen | {base.load_seconds:.1f} s | {base.prefill:.0f}/s | {base.decode:.1f}/s | {base.rewrite:.1f}/s "
        f"| {base.label_ms:.0f} ms | {base.switch_ms:.0f} ms |",
    ]
    for name, f in results.items():
        if name != "chosen":
            lines.append(
                f"| {name} | {base.load_seconds / f.load_seconds:.2f} | {f.prefill / base.prefill:.2f} "
                f"| {f.decode / base.decode:.2f} | {f.rewrite / base.rewrite:.2f} "
                f"| {base.label_ms / f.label_ms:.2f} | {base.switch_ms / f.switch_ms:.2f} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", type=Path)
    parser.add_argument("--only", default="", help="names of variants, comma-separated")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    said = parser.parse_args()
    stat = said.model.stat()
    base = engine.EngineSettings(str(said.model.absolute()), stat.st_size, stat.st_mtime_ns, 8192, usable_cores())
    chosen = {n: s for n, s in variants(base).items() if not said.only or n in ("chosen", *said.only.split(","))}
    results: dict[str, Figures] = {}
    for name, settings in chosen.items():
        results[name] = measure(said.model.absolute(), settings, said.repeat)
        print(name, {k: round(v, 2) for k, v in asdict(results[name]).items() if k != "notes"}, file=sys.stderr)
    print(table(results))
    if said.json:
        said.json.write_text(json.dumps({name: asdict(f) for name, f in results.items()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
