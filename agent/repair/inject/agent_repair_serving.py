"""The server: stopped where a target is about to be loaded, it forks one child for each candidate text."""

import json
import os
import sys
import time
from typing import Any

import agent_repair_compiling  # type: ignore[import-not-found, unused-ignore]
from agent_repair_state import (  # type: ignore[import-not-found, unused-ignore]
    SETUP,
    arm,
    bases,
    overlay,
    real_open,
    state,
    target_of,
    targets,
)


def serve(path: str) -> None:
    """Fork a child for each candidate; returns only in the children. `path`: the target about to be loaded."""
    import gc
    import select
    import socket
    import struct

    link = socket.socket(socket.AF_UNIX)
    link.connect(SETUP["socket"])
    stream = link.makefile("rwb")
    stream.write(struct.pack("!I", 2) + b"{}")
    stream.flush()
    gc.collect()
    gc.freeze()
    while True:
        head = stream.read(4)
        if len(head) < 4:
            os._exit(1)
        job = json.loads(stream.read(struct.unpack("!I", head)[0]))
        _note_base(job["files"], path)
        out, into = os.pipe()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.close(out)
            link.close()
            _become(job, into)
            return
        os.close(into)
        begun = time.monotonic()
        told, late = b"", False
        while True:
            left = job["wall"] - (time.monotonic() - begun)
            ready = select.select([out], [], [], max(left, 0))[0] if left > 0 else []
            if not ready:
                late = True
                break
            data = os.read(out, 65536)
            if not data:
                break
            told += data
        os.close(out)
        try:
            # Whatever the child started dies with it; ESRCH when it is gone already.
            os.killpg(child, 9)
        except OSError:
            try:
                if late:
                    os.kill(child, 9)
            except OSError:
                pass
        _, status = os.waitpid(child, 0)
        reply = json.dumps(
            {
                "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status),
                "late": late,
                "told": told.decode("utf-8", "replace"),
                "seconds": time.monotonic() - begun,
            }
        ).encode()
        stream.write(struct.pack("!I", len(reply)) + reply)
        stream.flush()


def _note_base(files: "dict[str, str]", path: str) -> None:
    """Compile the target that is loaded first, once: what is judged first is the unchanged text."""
    target = target_of(path) if path else None
    if target is None or target in bases or target not in files:
        return
    try:
        bases[target] = agent_repair_compiling.Base(files[target], path)
    except (SyntaxError, ValueError):
        bases[target] = None


def _become(job: "dict[str, Any]", pipe: int) -> None:
    """Turn a fresh child into the judged process of one candidate."""
    import resource
    import signal

    os.setsid()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    state.update(child=True, pipe=pipe, detail=job.get("detail", False), fixed=0, tests=0)
    SETUP["per_test"], SETUP["total"] = job["per_test"], job["total"]
    SETUP["first"] = SETUP["failing"] = job.get("failing") or []
    SETUP["only"] = job.get("only") or []
    overlay.update(job["files"])
    size = _virtual_size()
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size + 2**31, size + 2**31))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**28, 2**28))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nested = json.dumps({"mode": "overlay", "targets": targets, "overlay": job["files"]})
    if len(nested) < 100_000:
        os.environ["AGENT_REPAIR"] = nested
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    if not job.get("detail"):
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
    if state["test"]:
        # The target is first loaded inside a test: the limit of that test holds.
        arm(job["per_test"])
    else:
        arm(job["total"])


def _virtual_size() -> int:
    try:
        with real_open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * 4096
    except (OSError, ValueError):
        return 0
