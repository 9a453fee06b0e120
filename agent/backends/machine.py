"""What this machine offers an engine: cores worth using, memory that is free."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def usable_cores() -> int:
    """Physical cores this process may run on: a second thread on a core slows generation down rather than helping."""
    allowed = _allowed()
    siblings = set()
    for cpu in allowed:
        try:
            topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
            siblings.add(topology.read_text().strip())
        except OSError:
            return _from_quota(_physical_elsewhere(len(allowed)))
    return _from_quota(len(siblings) or len(allowed))


def _allowed() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _physical_elsewhere(logical: int) -> int:
    if sys.platform == "darwin":
        # Performance cores only: generation waits for the slowest thread.
        return _sysctl("hw.perflevel0.physicalcpu") or _sysctl("hw.physicalcpu") or logical
    return max(1, logical // 2) if logical > 2 else logical


def _from_quota(cores: int) -> int:
    """No more than a container's CPU quota."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        if quota != "max":
            cores = min(cores, max(1, round(int(quota) / int(period))))
    except (OSError, ValueError):
        pass
    return max(1, cores)


def available_memory() -> int | None:
    """Bytes that a new process can use without pushing others out; None where the system does not tell."""
    available = _meminfo() or _elsewhere()
    limit = _cgroup_left()
    if available is None or limit is None:
        return available if limit is None else limit
    return min(available, limit)


def _meminfo() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _cgroup_left() -> int | None:
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        if limit == "max":
            return None
        stat = dict(line.split() for line in Path("/sys/fs/cgroup/memory.stat").read_text().splitlines())
        used = int(Path("/sys/fs/cgroup/memory.current").read_text()) - int(stat.get("inactive_file", 0))
        return max(0, int(limit) - used)
    except (OSError, ValueError):
        return None


def _elsewhere() -> int | None:
    if sys.platform == "darwin":
        # macOS keeps memory full of purgeable pages; two thirds of it is a fair share for a model.
        total = _sysctl("hw.memsize")
        return total * 2 // 3 if total else None
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _sysctl(name: str) -> int:
    import subprocess

    try:
        done = subprocess.run(["sysctl", "-n", name], capture_output=True, text=True, timeout=2, check=False)
        return int(done.stdout.strip() or 0)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
