"""TCP to a switch, with gevent: opened within a deadline, and noticed when the other machine is gone."""

import logging
import socket as plain

import gevent
from gevent import socket

from .errors import NotConnected

log = logging.getLogger(__name__)


def open_socket(host: str, port: int, seconds: float) -> plain.socket:
    """The deadline covers the name's look-up too. IPv4 and IPv6."""
    try:
        with gevent.Timeout(seconds):
            sock = socket.create_connection((host, port))
    except gevent.Timeout:
        raise NotConnected(f"{host}:{port} did not accept within {seconds:g} s") from None
    except OSError as error:
        raise NotConnected(f"{host}:{port}: {error}") from error
    _notice_a_dead_peer(sock)
    return sock


def close_socket(sock: plain.socket) -> None:
    """Wakes whoever reads from it, which closing alone does not."""
    try:
        sock.shutdown(plain.SHUT_RDWR)
    except OSError as error:
        log.debug("the connection was already gone: %s", error)
    sock.close()


def _notice_a_dead_peer(sock: plain.socket) -> None:
    """A machine that vanished sends no FIN: 20 s without a sign of life end the connection."""
    sock.setsockopt(plain.IPPROTO_TCP, plain.TCP_NODELAY, 1)
    sock.setsockopt(plain.SOL_SOCKET, plain.SO_KEEPALIVE, 1)
    sock.setsockopt(plain.IPPROTO_TCP, plain.TCP_KEEPIDLE, 5)
    sock.setsockopt(plain.IPPROTO_TCP, plain.TCP_KEEPINTVL, 5)
    sock.setsockopt(plain.IPPROTO_TCP, plain.TCP_KEEPCNT, 3)
    sock.setsockopt(plain.IPPROTO_TCP, plain.TCP_USER_TIMEOUT, 20_000)
