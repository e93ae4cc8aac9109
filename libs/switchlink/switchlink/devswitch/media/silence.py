"""Tells when a port has heard nothing for too long."""

import asyncio
import time
from collections.abc import Callable

from .rtp import RtpPort


class Silence:
    """`seconds` from now, or from the last packet; `told` is called once. Ends by `stop`."""

    def __init__(self, port: RtpPort, seconds: float, told: Callable[[], None]) -> None:
        self._port = port
        self._seconds = seconds
        self._told = told
        self._since = time.monotonic()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def stop(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        left = max(self._since, self._port.last_heard) + self._seconds - time.monotonic()
        if left > 0:
            self._timer = asyncio.get_running_loop().call_later(left, self._look)
        else:
            self._told()
