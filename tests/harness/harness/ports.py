"""Free ports on loopback.

A port is asked of the kernel and remembered, so that two components of one world never get the same one.
Between asking and binding another program could take it; the starter that finds its port taken says so.
"""

import socket

_given: set[int] = set()


def free_port(host: str = "127.0.0.1", wanted: int = 0) -> int:
    """A port that neither TCP nor UDP uses on this address; the wanted one where it is free."""
    if wanted and _is_free(host, wanted):
        _given.add(wanted)
        return wanted
    for _ in range(200):
        with socket.socket(_family(host), socket.SOCK_STREAM) as tcp:
            tcp.bind((host, 0))
            port: int = tcp.getsockname()[1]
            if port not in _given and _free_for_udp(host, port):
                _given.add(port)
                return port
    raise RuntimeError(f"no free port was found on {host}")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(_family(host), socket.SOCK_STREAM) as tcp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tcp.bind((host, port))
        except OSError:
            return False
    return port not in _given and _free_for_udp(host, port)


def _free_for_udp(host: str, port: int) -> bool:
    with socket.socket(_family(host), socket.SOCK_DGRAM) as udp:
        try:
            udp.bind((host, port))
        except OSError:
            return False
    return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
