"""Run a shell command line without a network, within limits: `contained.py FILE_BYTES CPU_SECONDS NICE COMMAND`.

Loopback stays up, in a network namespace of its own, where the system allows one; where it does not, the command runs
with the limits alone. Standard library only: this runs as a program of its own, before the judged command.
"""

import contextlib
import ctypes
import os
import resource
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def _loopback_up() -> None:
    import fcntl
    import socket
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # SIOCSIFFLAGS with IFF_UP | IFF_RUNNING (netdevice(7)).
        fcntl.ioctl(probe.fileno(), 0x8914, struct.pack("16sh14s", b"lo", 0x1 | 0x40, b""))


def _without_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        if libc.unshare(CLONE_NEWNET) != 0:
            return
    else:
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            return
        for name, line in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123
                file.write(line)
    _loopback_up()


def _step_back(nice: int) -> None:
    """Leave the processor to others: by niceness, and by that of the session's group where sessions share it alike."""
    os.nice(nice)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w") as file:  # noqa: PTH123
        file.write(str(nice))


def main() -> None:
    """Set the limits, leave the network, become the shell."""
    file_bytes, seconds, nice, command = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    if nice:
        _step_back(nice)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            _without_network()
    os.execv("/bin/sh", ["/bin/sh", "-c", command])


if __name__ == "__main__":
    main()
