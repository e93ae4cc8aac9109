"""Free ports on loopback, that nobody takes between asking for one and listening there.

The kernel hands out ports of a range of its own to whoever names none. Ours lie below it, and each process
has a part of them to itself, by a name that no other can bind while it lives. A port is given again after
all others of its part were.
"""

import itertools
import random
import socket
from functools import cache

_FIRST, _PARTS, _EACH = 10_000, 40, 250
_wanted: set[int] = set()


def free_port(host: str = "127.0.0.1", wanted: int = 0) -> int:
    """A port that neither TCP nor UDP uses on this address; the wanted one where it is free."""
    if wanted and wanted not in _wanted and _is_free(host, wanted, again=True):
        _wanted.add(wanted)
        return wanted
    ports = _part().ports
    for port in itertools.islice(ports, _EACH):
        if _is_free(host, port):
            return port
    raise RuntimeError(f"no free port was found on {host}")


class _Part:
    def __init__(self) -> None:
        self._ours = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        for part in random.sample(range(_PARTS), _PARTS):
            try:
                self._ours.bind(f"\0keepline-ports-{part}")
            except OSError:
                continue
            first = _FIRST + part * _EACH
            self.ports = itertools.cycle(range(first, first + _EACH))
            return
        raise RuntimeError(f"{_PARTS} processes that look for free ports are running already")


@cache
def _part() -> _Part:
    return _Part()


def _is_free(host: str, port: int, *, again: bool = False) -> bool:
    """again: connections of a listener that has ended do not count."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(family, kind) as tried:
            if again and kind == socket.SOCK_STREAM:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((host, port))
            except OSError:
                return False
    return True
