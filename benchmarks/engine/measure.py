"""How fast the embedded engine is with each setting and without it, as ratios.

    python -m benchmarks.engine.measure MODEL.gguf [--only NAME,…] [--repeat N] [--json FILE] [--seconds S]

Each variant is an engine of its own, started and stopped here. The machine should have nothing else to do; the best of
the repeats is taken, since other work can only make a run slower. With `--json` a variant that the file has is not
measured again, and with `--seconds` no new one is begun after so long: the same command goes on from there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

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
    first_label_ms: float = 0.0
    """Milliseconds to the first label of a newly loaded engine; 0: not measured."""
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


STATES = ("prefix states on disk", "no prefix states on disk")
"""The two rows that are about the first request of a new engine."""
SAVED_AFTER = 12.0
"""Seconds that an idle engine is left alone so that it saves the states that were wished for."""


@contextlib.contextmanager
def own_cache() -> Iterator[None]:
    """Folders of its own, so that no running engine and no state of an earlier run is found."""
    names = ("XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    before = {name: os.environ[name] for name in names if name in os.environ}
    with TemporaryDirectory(prefix="agent-engine-") as folder:
        os.environ.update(dict.fromkeys(names, folder))
        try:
            yield
        finally:
            for name in names:
                os.environ.pop(name)
            os.environ.update(before)


def measure_first(path: Path, settings: engine.EngineSettings, repeat: int, saved: bool) -> Figures:
    """The load and the first label of an engine, with states that an earlier engine saved or with none."""
    from agent.routing.model import router_messages

    figures = Figures(first_label_ms=1e9)
    with own_cache():
        for number in range(repeat + 1 if saved else repeat):
            backend = Embedded(path.stem, read_gguf(path), settings, keep_alive=60)
            started = time.perf_counter()
            backend.load()
            loaded = time.perf_counter() - started
            _, seconds = ask(backend, router_messages(f"fix number {number}.py"), 1, 20)
            if not saved or number:
                figures.load_seconds = min(figures.load_seconds, loaded)
                figures.first_label_ms = min(figures.first_label_ms, 1000 * seconds)
            else:
                time.sleep(SAVED_AFTER)
            backend.close()
            running = engine.find(settings)
            if running is not None:
                running.stop()
            if not saved:
                for state in settings.states().glob("*"):
                    state.unlink()
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
        if name != "chosen" and name not in STATES:
            lines.append(
                f"| {name} | {base.load_seconds / f.load_seconds:.2f} | {f.prefill / base.prefill:.2f} "
                f"| {f.decode / base.decode:.2f} | {f.rewrite / base.rewrite:.2f} "
                f"| {base.label_ms / f.label_ms:.2f} | {base.switch_ms / f.switch_ms:.2f} |"
            )
    first = [
        f"| {n} | {results[n].load_seconds:.1f} s | {results[n].first_label_ms:.0f} ms |"
        for n in STATES
        if n in results
    ]
    if first:
        lines += ["", "| a newly loaded engine | load | first label |", "|---|---|---|", *first]
    return "\n".join(lines)


def known(path: Path | None) -> dict[str, Figures]:
    """The variants that a results file has."""
    if path is None or not path.exists():
        return {}
    return {name: Figures(**said) for name, said in json.loads(path.read_text()).items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", type=Path)
    parser.add_argument("--only", default="", help="names of variants, comma-separated")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no variant after so long")
    said = parser.parse_args()
    model = said.model.absolute()
    stat = model.stat()
    base = engine.EngineSettings(str(model), stat.st_size, stat.st_mtime_ns, 8192, usable_cores())
    wanted = {"chosen": base, **variants(base), **dict.fromkeys(STATES, base)}
    names = ["chosen", *(n for n in said.only.split(",") if n)] if said.only else list(wanted)
    results = known(said.json)
    begun = time.monotonic()
    for name in dict.fromkeys(names):
        if name in results or time.monotonic() - begun > said.seconds:
            continue
        if name in STATES:
            results[name] = measure_first(model, base, said.repeat, name == STATES[0])
        else:
            with own_cache():
                results[name] = measure(model, wanted[name], said.repeat)
        print(name, {k: round(v, 2) for k, v in asdict(results[name]).items() if k != "notes"}, file=sys.stderr)
        if said.json:
            said.json.write_text(json.dumps({n: asdict(f) for n, f in results.items()}, indent=1) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
