"""The embedded engine and its weights: is it there, does this CPU run it, and has the CPU more than it uses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from agent.doctor.check import Check

FEATURES = {
    "avx2": "AVX2",
    "avx_vnni": "AVX_VNNI",
    "avx512f": "AVX512",
    "avx512_vnni": "AVX512_VNNI",
    "avx512_bf16": "AVX512_BF16",
    "amx_int8": "AMX_INT8",
}
"""What the kernel calls a feature of an x86 CPU, and what llama.cpp calls it."""
_ASK = """
import importlib.metadata, json, xllamacpp as llama
gpus = [d["name"] for d in llama.get_device_info() if "GPU" in str(d["type"])]
print(json.dumps({"version": importlib.metadata.version("xllamacpp"), "system": llama.get_system_info(), "gpus": gpus}))
"""
_SECONDS = 60


def engine() -> Iterator[Check]:
    """Asked in a process of its own: a wheel that this CPU cannot run kills the process that imports it."""
    import importlib.util

    if importlib.util.find_spec("xllamacpp") is None:
        advice = "For a model inside agent: `pip install 'hearth-agent[embedded]'`. With Ollama it is not needed."
        yield Check("engine", "warn", "xllamacpp is not installed", advice)
        return
    try:
        done = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        yield Check("engine", "fail", f"xllamacpp does not answer within {_SECONDS} s", "Install it anew.")
        return
    if done.returncode < 0:
        value = f"xllamacpp cannot run on this CPU (signal {-done.returncode})"
        yield Check("engine", "fail", value, "Use Ollama, which picks a build for the CPU it finds.")
        return
    try:
        facts = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        why = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        yield Check("engine", "fail", f"xllamacpp does not load: {why}", "`pip install --force-reinstall xllamacpp`.")
        return
    yield engine_facts(facts["version"], facts["system"], facts["gpus"], cpu_flags())


def engine_facts(version: str, system: str, gpus: list[str], flags: set[str]) -> Check:
    """The finding for an engine that runs. `system` is llama.cpp's own line, `flags` what the CPU can do."""
    used = {part.split("=")[0].split(":")[-1].strip() for part in system.split("|") if part.strip().endswith("= 1")}
    present = {FEATURES[flag] for flag in flags if flag in FEATURES}
    unused = sorted(present - used)
    shown = ", ".join(sorted(used & set(FEATURES.values())) or sorted(used)) or "no special instructions"
    value = f"xllamacpp {version}, {', '.join(gpus) or 'CPU'}, uses {shown}"
    data = {"version": version, "uses": sorted(used), "unused": unused, "gpus": gpus}
    if not gpus and _has_nvidia():
        return Check(
            "engine", "warn", f"{value}; it does not use the GPU", "Ollama uses the GPU: prefer it here.", data
        )
    if unused:
        advice = "An engine built for this CPU may be faster; Ollama picks one by itself."
        return Check("engine", "ok", f"{value}; this CPU also has {', '.join(unused)}", advice, data)
    return Check("engine", "ok", value, data=data)


def cpu_flags() -> set[str]:
    """What the kernel says of the CPU; empty where it does not say (only x86 Linux does in these words)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    return next((set(line.split(":", 1)[1].split()) for line in lines if line.startswith("flags")), set())


def _has_nvidia() -> bool:
    return Path("/dev/nvidiactl").exists()


def weights() -> Iterator[Check]:
    """The catalog's models that are here, and downloads that were not finished."""
    from agent.models.catalog import CATALOG, EMBEDDED_DEFAULT
    from agent.models.partial import Partial
    from agent.models.places import models_folder
    from agent.models.store import installed_entries

    folder = models_folder()
    files = installed_entries(folder)
    begun = [entry for entry in CATALOG if entry.name not in files and Partial(entry, folder).size]
    value = ", ".join(f"{name} ({path.name})" for name, path in files.items()) or f"none in {folder}"
    data = {"folder": str(folder), "installed": {name: str(path) for name, path in files.items()}}
    if begun:
        unfinished = ", ".join(f"{entry.name} at {Partial(entry, folder).size:,} bytes" for entry in begun)
        advice = f"`agent models pull {begun[0].name}` goes on where it stopped."
        yield Check("weights", "warn", f"{value}; unfinished: {unfinished}", advice, data)
    elif not files:
        yield Check("weights", "ok", value, f"`agent models pull {EMBEDDED_DEFAULT}` fetches one.", data)
    else:
        yield Check("weights", "ok", value, data=data)
