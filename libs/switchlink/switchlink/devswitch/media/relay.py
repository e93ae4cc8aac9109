"""What is done with the packets of a call: relayed to the other leg, echoed, or replaced by a tone."""

import asyncio
from collections.abc import Callable, Iterator

from .rtp import RtpPort

PACKET_SECONDS = 0.02
SAMPLES = 160
_SOURCE = 0x4B65657

Stop = Callable[[], None]


def relay(one: RtpPort, other: RtpPort) -> Stop:
    one.sink, other.sink = _towards(one, other), _towards(other, one)

    def stop() -> None:
        one.sink = other.sink = None

    return stop


def echo(port: RtpPort) -> Stop:
    port.sink = port.send

    def stop() -> None:
        port.sink = None

    return stop


def _towards(source: RtpPort, target: RtpPort) -> Callable[[bytes], None]:
    """Each side numbers its key presses as it likes."""
    theirs, ours = source.dtmf_in, target.dtmf_out
    if theirs is None or theirs == ours:
        return target.send

    def renumber(packet: bytes) -> None:
        if packet[1] & 0x7F != theirs:
            target.send(packet)
        elif ours is not None:
            target.send(packet[:1] + bytes([packet[1] & 0x80 | ours]) + packet[2:])

    return renumber


class Playback:
    """Sends frames at their pace; `done` is called when there are no more."""

    def __init__(self, port: RtpPort, kind: int, frames: Iterator[bytes], done: Callable[[], None]) -> None:
        self._port = port
        self._kind = kind
        self._frames = frames
        self._done = done
        self._count = 0
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.time()
        self._timer = self._loop.call_soon(self._play)

    def stop(self) -> None:
        self._timer.cancel()

    def _play(self) -> None:
        frame = next(self._frames, None)
        if frame is None:
            self._done()
            return
        head = bytes([0x80, self._kind]) + (self._count & 0xFFFF).to_bytes(2)
        stamp = (self._count * SAMPLES & 0xFFFFFFFF).to_bytes(4)
        self._port.send(head + stamp + _SOURCE.to_bytes(4) + frame)
        self._count += 1
        self._next += PACKET_SECONDS
        self._timer = self._loop.call_at(self._next, self._play)
