"""The child process that is the engine: llama.cpp's server, and a watch that ends it when nobody needs it.

Its order comes as one JSON line on standard input, so that the key is on no command line; it answers with one JSON
line on standard output. Everything llama.cpp prints goes to a log file.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from agent.backends import prefixes, wire

LOOK_SECONDS = 0.5


def main() -> None:
    """Load the model, say where it is served, then wait until it is time to leave."""
    order = json.loads(sys.stdin.readline())
    answer = os.fdopen(os.dup(1), "w")
    _silence(Path(order["log"]))
    try:
        server = _serve(order["settings"], order["key"], order["states"])
    except ImportError as error:
        _say(answer, {"error": str(error), "kind": "missing"})
        os._exit(1)
    except Exception as error:
        _say(answer, {"error": str(error).strip() or type(error).__name__})
        os._exit(1)
    url = server.listening_address
    prefixes.restore(url, order["key"], Path(order["states"]), order["settings"]["slots"])
    if order["state"]:
        _publish(order, url)
    _say(answer, {"url": url})
    if order["state"]:
        _until_lease_ends(order, url)
    else:
        _until_parent_ends()
    os._exit(0)


def _say(stream: Any, data: dict[str, Any]) -> None:
    stream.write(json.dumps(data) + "\n")
    stream.close()


def _silence(log: Path) -> None:
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    os.close(fd)


def _serve(settings: dict[str, Any], key: str, states: str) -> Any:
    # Threads that wait for each other must not spin: with another program on the same two cores, spinning made
    # generation ten times slower (1.5 against 20 tokens/s), and without one it gains a few percent.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp as llama

    params = llama.CommonParams()
    params.model.path = settings["path"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.ui = False
    params.cors_origins = ""
    params.n_ctx = settings["n_ctx"]
    params.n_parallel = settings["slots"]
    params.kv_unified = True
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    params.n_batch = settings["batch"]
    params.n_ubatch = settings["micro_batch"]
    params.cache_type_k = params.cache_type_v = getattr(llama.ggml_type, "GGML_TYPE_" + settings["cache_type"])
    flash = llama.llama_flash_attn_type
    params.flash_attn_type = getattr(flash, "LLAMA_FLASH_ATTN_TYPE_" + settings["flash_attention"])
    if settings["speculation"]:
        kinds = llama.common_speculative_type
        params.speculative.types = [getattr(kinds, "COMMON_SPECULATIVE_TYPE_" + settings["speculation"])]
    params.cache_ram_mib = settings["cache_ram_mib"]
    Path(states).mkdir(parents=True, exist_ok=True, mode=0o700)
    params.slot_save_path = states + os.sep
    if settings["chat_template"]:
        params.chat_template = settings["chat_template"]
    return llama.Server(params)


def _publish(order: dict[str, Any], url: str) -> None:
    """Write lease and state; the state appears whole or not at all, readable by the user alone."""
    state = Path(order["state"])
    lease = state.with_suffix(".lease")
    lease.touch(mode=0o600)
    ends = time.time() + order["lease_seconds"]
    os.utime(lease, (ends, ends))
    data = {
        "url": url,
        "key": order["key"],
        "pid": os.getpid(),
        "path": order["settings"]["path"],
        "n_ctx": order["settings"]["n_ctx"],
    }
    fresh = state.with_suffix(f".{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(data, file)
    fresh.replace(state)


def _until_lease_ends(order: dict[str, Any], url: str) -> None:
    """Wait; meanwhile, when nothing was asked for two looks, save the prompt states that were wished for."""
    state, states = Path(order["state"]), Path(order["states"])
    lease = state.with_suffix(".lease")
    idle = 0
    while True:
        time.sleep(LOOK_SECONDS)
        left = _seconds_left(lease)
        wished = any(states.glob("*.wish"))
        if left > 0 and not wished:
            continue
        idle = 0 if _busy(url, order["key"]) else idle + 1
        if wished and idle >= 2:
            prefixes.grant(url, order["key"], states)
            idle = 0
        elif left <= 0 and idle:
            break
    if _is_ours(state):
        state.unlink(missing_ok=True)
        lease.unlink(missing_ok=True)


def _seconds_left(lease: Path) -> float:
    try:
        return lease.stat().st_mtime - time.time()
    except OSError:
        return 0.0


def _is_ours(state: Path) -> bool:
    try:
        return bool(json.loads(state.read_text())["pid"] == os.getpid())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _busy(url: str, key: str) -> bool:
    """Whether a slot is at work: a long answer outlives the lease."""
    try:
        return any(slot.get("is_processing") for slot in wire.ask(url + "/slots", key=key))
    except (wire.Unreachable, wire.Broken, wire.BadStatus):
        return False


def _until_parent_ends() -> None:
    """The parent holds the other end of standard input; when it ends, however it ends, the pipe closes."""
    closed = threading.Event()

    def watch() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        closed.set()

    threading.Thread(target=watch, daemon=True).start()
    closed.wait()
