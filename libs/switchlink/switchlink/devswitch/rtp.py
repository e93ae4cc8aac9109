"""One side's RTP (RFC 3550): received, counted, and passed on, sent back or answered with a tone."""

import asyncio
import math
import struct
import time
from typing import Self, cast

_HEADER = struct.Struct("!BBHII")
_FRAME = 160
_PERIOD = 0.02
_RATE = 8000
_HALF = 0x8000


class RtpPort(asyncio.DatagramProtocol):
    """Speaks to where the SDP says until a packet comes; from then on to where that came from."""

    def __init__(self) -> None:
        self.peer: RtpPort | None = None
        self.echo = False
        self.received = self.sent = self.lost = 0
        self.largest_jitter_ms = 0.0
        self._far: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._expected: int | None = None
        self._transit: float | None = None
        self._jitter = 0.0
        self._tone: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, host: str, ports: tuple[int, int] | None) -> Self:
        loop = asyncio.get_running_loop()
        for port in range(*ports, 2) if ports else (0,):
            try:
                _, opened = await loop.create_datagram_endpoint(cls, local_addr=(host, port))
            except OSError:
                continue
            return opened
        raise OSError(f"no RTP port is free on {host}")

    @property
    def port(self) -> int:
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def aim(self, host: str, port: int) -> None:
        self._far = (host, port)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < _HEADER.size or data[0] >> 6 != 2:  # noqa: PLR2004  RTP's version
            return
        self._far = addr
        self._count(data)
        if self.echo:
            self.send(data)
        elif self.peer is not None:
            self.peer.send(data)

    def send(self, data: bytes) -> None:
        if self._transport is not None and self._far is not None and not self._transport.is_closing():
            self._transport.sendto(data, self._far)
            self.sent += 1

    def play(self, hertz: float) -> None:
        self._tone = asyncio.get_running_loop().create_task(self._play(hertz))

    def close(self) -> None:
        if self._tone is not None:
            self._tone.cancel()
        if self._transport is not None:
            self._transport.close()

    def _count(self, data: bytes) -> None:
        self.received += 1
        _, _, sequence, stamp, _ = _HEADER.unpack_from(data)
        if self._expected is not None:
            gap = (sequence - self._expected) & 0xFFFF
            self.lost += gap if gap < _HALF else 0
        self._expected = (sequence + 1) & 0xFFFF
        transit = time.monotonic() * _RATE - stamp
        if self._transit is not None:
            difference = abs(transit - self._transit)
            if difference < _RATE:  # a jump of a second is another stream, not jitter
                self._jitter += (difference - self._jitter) / 16
        self._transit = transit
        self.largest_jitter_ms = max(self.largest_jitter_ms, self._jitter * 1000 / _RATE)

    async def _play(self, hertz: float) -> None:
        loop = asyncio.get_running_loop()
        due, sequence = loop.time(), 0
        while True:
            stamp = sequence * _FRAME
            samples = (math.sin(2 * math.pi * hertz * (stamp + n) / _RATE) for n in range(_FRAME))
            payload = bytes(_mulaw(round(8000 * sample)) for sample in samples)
            self.send(_HEADER.pack(0x80, 0, sequence & 0xFFFF, stamp & 0xFFFFFFFF, 0x4B4C) + payload)
            sequence, due = sequence + 1, due + _PERIOD
            await asyncio.sleep(max(0.0, due - loop.time()))


def _mulaw(sample: int) -> int:
    """ITU-T G.711."""
    magnitude = min(abs(sample), 32635) + 0x84
    exponent = magnitude.bit_length() - 8
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF
