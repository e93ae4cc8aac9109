"""An RTP endpoint (RFC 3550) that plays a tone and remembers what it hears."""

import asyncio
import random
import struct
from dataclasses import dataclass
from typing import Self, cast

from harness.audio.mulaw import decode, encode
from harness.audio.tone import FRAME, share, tone

_HEADER = struct.Struct("!BBHII")
_PCMU = 0
_PERIOD = 0.02
_KEEP = 400  # frames: 8 s


@dataclass(frozen=True, slots=True)
class Heard:
    """packets: RTP packets with audio; share: of the energy that is the awaited tone, 0 to 1."""

    packets: int
    share: float

    @property
    def clear(self) -> bool:
        """At least half a second of sound, most of it the tone."""
        return self.packets >= 25 and self.share > 0.8

    def __str__(self) -> str:
        return f"{self.share:.0%} of the sound in {self.packets} packets"


class Ear(asyncio.DatagramProtocol):
    """Plays `plays` hertz to whoever `talk_to` names; `heard` judges what came."""

    def __init__(self, plays: float) -> None:
        self._plays = plays
        self._frames: list[bytes] = []
        self.packets = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._playing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, host: str, plays: float) -> Self:
        loop = asyncio.get_running_loop()
        _, ear = await loop.create_datagram_endpoint(lambda: cls(plays), local_addr=(host, 0))
        return ear

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        if len(data) > _HEADER.size and data[0] >> 6 == 2 and data[1] & 0x7F == _PCMU:
            self.packets += 1
            self._frames = [*self._frames[-_KEEP:], data[_HEADER.size :]]

    @property
    def port(self) -> int:
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def talk_to(self, host: str, port: int) -> None:
        """Starts to play; a second call changes nothing."""
        if self._playing is None:
            self._playing = asyncio.get_running_loop().create_task(self._play((host, port)))

    def heard(self, hertz: float) -> Heard:
        return Heard(self.packets, share(decode(b"".join(self._frames)), hertz))

    async def _play(self, to: tuple[str, int]) -> None:
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        source, sequence, sample = random.getrandbits(32), 1, 0
        due = loop.time()
        while True:
            header = _HEADER.pack(0x80, _PCMU, sequence & 0xFFFF, sample & 0xFFFFFFFF, source)
            self._transport.sendto(header + encode(tone(self._plays, FRAME, sample)), to)
            sequence, sample, due = sequence + 1, sample + FRAME, due + _PERIOD
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def close(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()
