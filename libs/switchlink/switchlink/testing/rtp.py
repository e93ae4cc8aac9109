"""An RTP port that sends a few packets of one byte value and remembers which values it heard."""

import asyncio
import struct
from collections import Counter
from typing import Self, cast

PACKET_BYTES = 160
INTERVAL = 0.02
_HEADER = 12


class RtpPort(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: Counter[int] = Counter()
        self._transport: asyncio.DatagramTransport | None = None
        self._sequence = 0

    @classmethod
    async def open(cls, host: str) -> Self:
        loop = asyncio.get_running_loop()
        _, port = await loop.create_datagram_endpoint(cls, local_addr=(host, 0))
        return port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        if len(data) > _HEADER and data[1] & 0x7F in (0, 8):
            self.heard[data[_HEADER + PACKET_BYTES // 2]] += 1

    @property
    def address(self) -> tuple[str, int]:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def sdp(self) -> str:
        host, port = self.address
        lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
        lines += [
            f"m=audio {port} RTP/AVP 0 101",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:101 telephone-event/8000",
        ]
        return "\r\n".join([*lines, "a=ptime:20", "a=sendrecv", ""])

    async def send(self, sdp: str, value: int, packets: int, kind: int = 0) -> None:
        """To the address in the other side's SDP, in real time; `kind` is the payload type."""
        assert self._transport is not None
        target = sdp_address(sdp)
        for _ in range(packets):
            self._sequence += 1
            header = struct.pack("!BBHII", 0x80, kind, self._sequence, self._sequence * PACKET_BYTES, 0x4B45)
            self._transport.sendto(header + bytes([value]) * PACKET_BYTES, target)
            await asyncio.sleep(INTERVAL)

    async def hears(self, value: int, packets: int) -> None:
        """Waits for so many of it: a switch passes on what it has got when it comes to that."""
        async with asyncio.timeout(10):
            while self.heard[value] < packets:  # noqa: ASYNC110 - the next packet is that event
                await asyncio.sleep(INTERVAL)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def sdp_address(sdp: str) -> tuple[str, int]:
    lines = sdp.replace("\r", "").split("\n")
    host = next(line for line in lines if line.startswith("c=")).split(" ")[-1]
    port = next(line for line in lines if line.startswith("m=audio ")).split(" ")[1]
    return host, int(port)
