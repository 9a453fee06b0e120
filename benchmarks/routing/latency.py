"""Where a warm route's milliseconds go: `python -m benchmarks.routing.latency MODEL [--count N] [--processes N]`.

For held requests that the rules are not sure of: the rules, the engine's reading of the new tokens, its one token of
reply, and the rest (HTTP, the template, the sampler's log-probabilities). Then `agent route --json` as a process of its
own, for all that a shell waits for. The machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time

from agent.backends.base import Options, collect
from agent.bench.routing import load_cases
from agent.bench.statistics import percentile
from agent.config import load_config
from agent.routing import route
from agent.routing.model import TOP, router_messages
from benchmarks.routing.measure import opened


def line(name: str, seconds: list[float]) -> str:
    """A row of the table, in milliseconds."""
    return f"| {name} | {1000 * percentile(seconds, 0.5):.0f} | {1000 * percentile(seconds, 0.95):.0f} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--processes", type=int, default=10)
    said = parser.parse_args()
    backend = opened(said.model)
    assert backend is not None
    settings = load_config(None, {"router": "both"}).settings
    asked: list[str] = []
    rules: list[float] = []
    whole: list[float] = []
    for case in load_cases("held"):
        start = time.perf_counter()
        route(case.request)
        rules.append(time.perf_counter() - start)
        found = route(case.request, backend=backend, config=settings) if len(asked) < said.count else None
        if found is not None:
            whole.append(found.ms / 1000)
            asked += [case.request] if found.requests else []
    rows: dict[str, list[float]] = {"prefill": [], "decode": [], "rest": []}
    tokens: list[tuple[int, int]] = []
    for request in asked:
        start = time.perf_counter()
        # Another first word, so that the request itself is not cached from the pass before.
        messages = router_messages("Well, " + request)
        reply = collect(backend.chat(messages, options=Options(temperature=0.0, max_tokens=1), logprobs=TOP))
        took = time.perf_counter() - start
        usage = reply.usage
        rows["prefill"].append(usage.prefill_seconds)
        rows["decode"].append(usage.decode_seconds)
        rows["rest"].append(took - usage.prefill_seconds - usage.decode_seconds)
        tokens.append((usage.cached_tokens or 0, usage.prompt_tokens - (usage.cached_tokens or 0)))
    processes: list[float] = []
    for request in asked[: said.processes]:
        start = time.perf_counter()
        command = [sys.executable, "-m", "agent", "route", "--json", "-m", said.model, request + " ."]
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        processes.append(time.perf_counter() - start)
    news, cached = [float(new) for _, new in tokens], [float(old) for old, _ in tokens]
    print(json.dumps({"asked": len(asked), "of": len(whole)}), file=sys.stderr)
    print("| part | ms p50 | ms p95 |\n|---|---|---|")
    print(line("rules alone", rules))
    print(line("all requests, rules and model", whole))
    print(line("asked: reading the new tokens", rows["prefill"]))
    print(line("asked: the token of the label", rows["decode"]))
    print(line("asked: HTTP, template, log-probabilities", rows["rest"]))
    print(line("`agent route` as a process", processes))
    mid, most = percentile(news, 0.5), percentile(news, 0.95)
    print(f"\ncached tokens {percentile(cached, 0.5):.0f}, new {mid:.0f} (p95 {most:.0f})")
    backend.close()


if __name__ == "__main__":
    main()
