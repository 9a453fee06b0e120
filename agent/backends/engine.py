"""Starting, finding again and stopping the engine: llama.cpp's server in a child process on loopback.

One engine serves every one-shot that wants the same file with the same settings: its address and random key are in a
state file only the user can read. How long it lives is one number, the modification time of its lease file: each use
moves it `keep_alive` ahead, and the engine leaves when it has passed and no slot is at work. With a `keep_alive` of 0
the engine belongs to its parent alone and ends with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.backends import wire
from agent.backends.prefixes import states_folder
from agent.errors import NoServer, ServerFailed
from agent.models.places import runtime_folder

STATE_VERSION = 1
START_SECONDS = 600.0
"""A large model on a slow disk takes minutes; a starting engine that is alive is waited for this long."""


@dataclass(frozen=True)
class EngineSettings:
    """What an engine is started with; two starts with equal settings share one engine."""

    path: str
    size: int
    mtime_ns: int
    n_ctx: int
    threads: int
    slots: int = 2
    batch: int = 2048
    micro_batch: int = 512
    cache_type: str = "F16"
    flash_attention: str = "AUTO"
    speculation: str = "NGRAM_MOD"
    chat_template: str = ""
    cache_ram_mib: int = 1024

    def states(self) -> Path:
        """Where prompt states for this model are kept."""
        text = json.dumps([STATE_VERSION, self.path, self.size, self.mtime_ns, self.cache_type, self.chat_template])
        return states_folder(hashlib.sha256(text.encode()).hexdigest()[:16])

    def identity(self) -> str:
        """A short name for this combination."""
        text = json.dumps([STATE_VERSION, *asdict(self).values()])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Engine:
    """A running engine."""

    url: str
    key: str
    pid: int
    lease: str
    """The lease file; empty for an engine that ends with its parent."""
    started_here: bool = False
    load_seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def alive(self) -> bool:
        """Whether the process is there (not whether it answers)."""
        if self.process is not None:
            return self.process.poll() is None
        return process_exists(self.pid)

    def extend(self, seconds: float) -> None:
        """Have it live at least this long from now; negative: until it is stopped."""
        if self.lease:
            ends = time.time() + (10 * 365 * 86400 if seconds < 0 else seconds)
            with contextlib.suppress(OSError):
                if Path(self.lease).stat().st_mtime < ends:
                    os.utime(self.lease, (ends, ends))

    def stop(self) -> None:
        """End it now."""
        stop_pid(self.pid)
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)


def acquire(settings: EngineSettings, keep_alive: float, notify: Callable[[str], None] | None = None) -> Engine:
    """The running engine for these settings, or a new one. `keep_alive` in seconds, negative for ever, 0: ours alone.

    Two processes that ask at once get the same engine. Raises NoServer when `xllamacpp` is missing, ServerFailed when
    the engine cannot load the model.
    """
    folder = runtime_folder()
    state = folder / f"engine-{settings.identity()}.json"
    if keep_alive == 0:
        return find(settings) or _start(settings, state, 0.0, notify)
    engine = find(settings)
    if engine is None:
        with _locked(state.with_suffix(".lock")):
            engine = find(settings) or _start(settings, state, keep_alive, notify)
    engine.extend(keep_alive)
    return engine


def find(settings: EngineSettings) -> Engine | None:
    """A running engine with these settings, if there is one; a stale state file is removed."""
    state = runtime_folder() / f"engine-{settings.identity()}.json"
    try:
        data = json.loads(state.read_text())
        engine = Engine(data["url"], data["key"], int(data["pid"]), str(state.with_suffix(".lease")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        state.unlink(missing_ok=True)
        return None
    if engine.alive() and _answers(engine):
        return engine
    state.unlink(missing_ok=True)
    return None


def running() -> list[dict[str, object]]:
    """What engines of this user run now: model path, context, pid, seconds left."""
    found: list[dict[str, object]] = []
    for state in sorted(runtime_folder().glob("engine-*.json")):
        try:
            data = json.loads(state.read_text())
            left = state.with_suffix(".lease").stat().st_mtime - time.time()
        except (OSError, ValueError):
            continue
        if process_exists(int(data.get("pid", 0))):
            found.append(
                {"path": data.get("path"), "n_ctx": data.get("n_ctx"), "pid": data["pid"], "seconds_left": left}
            )
    return found


def stop_pid(pid: int) -> None:
    """End an engine by its process id, as `running` lists it."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGTERM)


def _answers(engine: Engine) -> bool:
    try:
        wire.ask(engine.url + "/v1/models", key=engine.key, timeout=5)
    except (wire.Unreachable, wire.Broken, wire.BadStatus):
        return False
    return True


def _start(settings: EngineSettings, state: Path, keep_alive: float, notify: Callable[[str], None] | None) -> Engine:
    if notify:
        notify(f"starting the engine: {settings.threads} threads, context {settings.n_ctx:,} tokens")
    key = secrets.token_urlsafe(24)
    shared = keep_alive != 0
    order = {
        "settings": asdict(settings),
        "key": key,
        "state": str(state) if shared else "",
        "log": str(state.with_suffix(".log")),
        "states": str(settings.states()),
        "lease_seconds": keep_alive if keep_alive > 0 else 10 * 365 * 86400.0,
    }
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", _BOOT, str(Path(__file__).parents[2])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        close_fds=True,
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        answer = child.stdout.readline()
    except BrokenPipeError:
        answer = b""
    except BaseException:
        # Interrupted while it loads: nobody would know its address.
        child.kill()
        child.wait()
        raise
    finally:
        child.stdout.close()
    if shared:
        with contextlib.suppress(OSError):
            child.stdin.close()
    try:
        data = json.loads(answer)
    except ValueError:
        code = child.wait()
        data = {"error": f"the engine ended while loading (status {code})" + _last_words(state.with_suffix(".log"))}
    if "error" in data:
        if data.get("kind") == "missing":
            raise NoServer(
                "The embedded engine is not installed.", "Install it with: pip install 'hearth-agent[embedded]'"
            )
        raise ServerFailed(
            f"The embedded engine could not load {settings.path}: {data['error']}",
            "Choose another model, or a smaller `num_ctx` in .agentrc if memory is short.",
        )
    lease = str(state.with_suffix(".lease")) if shared else ""
    return Engine(data["url"], key, child.pid, lease, True, time.monotonic() - started, child)


_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from agent.backends.engine_child import main; main()"


def _last_words(log: Path) -> str:
    """The engine's own last complaint, since llama.cpp's log goes to a file and never to the terminal."""
    try:
        text = log.read_bytes()[-20000:].decode("utf-8", "replace")
    except OSError:
        return ""
    complaints = [line.split(" E ", 1)[1] for line in text.splitlines() if " E " in line]
    return f": {complaints[-1].strip()}" if complaints else ""


def process_exists(pid: int) -> bool:
    """Whether there is such a process."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A child of ours that ended but was not waited for still counts as a process.
    with contextlib.suppress(ChildProcessError, OSError):
        ended, _ = os.waitpid(pid, os.WNOHANG)
        return ended == 0
    return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Only one process starts an engine; the lock goes with the process that holds it."""
    import fcntl

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
