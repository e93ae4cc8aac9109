"""RTP ports: one socket each, symmetric. What arrives is counted and handed to a sink.

A port sends only to the address that the other side's description named, or to the first address from
which a packet came; after that first packet nobody else is listened to.
"""

import asyncio
import itertools
import socket
import time
from collections.abc import Callable, Iterator

from switchlink.devswitch.legs import Peer

from .rtp_figures import RtpFigures

HEADER = 12
MAX_PACKET = 2048
_AT_ONCE = 32
_VERSION_2 = 0x80
_RTCP = range(64, 96)  # payload types that RTP leaves to RTCP (RFC 5761)

Sink = Callable[[bytes], None]


class RtpPort:
    def __init__(self, bound: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = bound
        self.address: Peer = bound.getsockname()
        self.figures = RtpFigures()
        self.sent = 0
        self.sent_octets = 0
        self.dtmf_in: int | None = None
        self.dtmf_out: int | None = None
        self.sink: Sink | None = None
        self.last_heard = time.monotonic()
        self._far: Peer | None = None
        self._latched = False
        self._closed = False
        self._loop.add_reader(bound, self._readable)

    def aim(self, peer: Peer, *, listens: bool) -> None:
        """The other side described itself, at first or anew."""
        self._far = peer if listens else None
        self._latched = False

    def send(self, packet: bytes) -> None:
        if self._far is None or self._closed:
            return
        try:
            self._socket.sendto(packet, self._far)
        except OSError:  # nobody is there yet, or any more: a lost packet like any other
            return
        self.sent += 1
        self.sent_octets += len(packet) - HEADER

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.sink = None
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _readable(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                packet, peer = self._socket.recvfrom(MAX_PACKET)
            except OSError:
                return
            if len(packet) >= HEADER and packet[0] & 0xC0 == _VERSION_2:
                self._take(packet, peer)
            if self._closed:
                return

    def _take(self, packet: bytes, peer: Peer) -> None:
        kind = packet[1] & 0x7F
        if kind in _RTCP or (self._latched and peer != self._far):
            return
        if not self._latched and self._far is not None:
            self._far, self._latched = peer, True
        self.last_heard = now = time.monotonic()
        sequence = int.from_bytes(packet[2:4])
        source = int.from_bytes(packet[8:12])
        if kind == self.dtmf_in:
            self.figures.count_dtmf(sequence, source, len(packet) - HEADER)
        else:
            self.figures.count(sequence, int.from_bytes(packet[4:8]), source, len(packet) - HEADER, now)
        if self.sink is not None:
            self.sink(packet)


class RtpPorts:
    """Hands out even ports: of a range when there is one, else whatever is free."""

    def __init__(self, host: str, first: int = 0, last: int = 0) -> None:
        self._host = host
        self._candidates = _even(first, last) if first else itertools.repeat(0)
        self._tries = max(1, (last - first) // 2 + 1) if first else 32

    def open(self) -> RtpPort:
        for port in itertools.islice(self._candidates, self._tries):
            bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            bound.setblocking(False)
            try:
                bound.bind((self._host, port))
            except OSError:
                bound.close()
                continue
            if bound.getsockname()[1] % 2 == 0:
                return RtpPort(bound)
            bound.close()
        raise OSError("no RTP port is free")


def _even(first: int, last: int) -> Iterator[int]:
    return itertools.cycle(range(first + first % 2, last + 1, 2))
