"""Loopback ports for the servers that are started here, each of them ours before it is bound.

The kernel gives ports of its own range to outgoing connections, between any look at a port and
the server's bind; so ours come from outside it. A port is reserved by an abstract Unix socket of
its name, which one process of the machine can bind and which is gone when that process is.
"""

import random
import socket
from pathlib import Path

_KERNELS_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_RANGE = (32768, 60999)
_LOWEST = 10_000
_HIGHEST = 65_535
_MOST_TRIES = 1_000

_chance = random.SystemRandom()
_reserved: dict[int, socket.socket] = {}


class NoPort(Exception):
    """Every port that was tried is somebody's."""


def free_port() -> int:
    """A port that nobody listens on, reserved for this process until it ends or releases it."""
    ours = usable()
    for port in _chance.sample(ours, min(len(ours), _MOST_TRIES)):
        if reserve(port):
            return port
    for _ in range(_MOST_TRIES):
        port = _kernels_choice()
        if reserve(port):
            return port
    raise NoPort(f"no free port among {_MOST_TRIES} outside and in the kernel's own range")


def usable(kernels_range: Path = _KERNELS_RANGE) -> range:
    """The ports that no outgoing connection is given; empty where the kernel leaves none."""
    try:
        first, last = (int(number) for number in kernels_range.read_text().split())
    except (OSError, ValueError):
        first, last = _USUAL_RANGE
    below, above = range(_LOWEST, first), range(max(last + 1, _LOWEST), _HIGHEST + 1)
    return max(below, above, key=len)


def reserve(port: int) -> bool:
    """Whether the port is free and, from now on, this process's: no other's stack will take it."""
    if port in _reserved:
        return is_free(port)
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mark.bind(f"\0minsheng-port-{port}")
    except OSError:
        mark.close()
        return False
    if not is_free(port):
        mark.close()
        return False
    _reserved[port] = mark
    return True


def release(port: int) -> None:
    """Let others have the port; nothing happens where it was not reserved here."""
    mark = _reserved.pop(port, None)
    if mark is not None:
        mark.close()


def is_free(port: int) -> bool:
    """Whether a server could bind the port now, on any address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _kernels_choice() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
        return port
