"""Ends what stays open as soon as what was shown for it, a token or an API key, is good no longer.

Looked at every second, so that a key that was revoked ends its streams as soon as its requests.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from servicekit.auth.principal import Principal

LOOK_SECONDS = 1.0


class Judge(Protocol):
    """A TokenVerifier."""

    def now(self) -> float: ...

    def holds(self, who: Principal, since: float) -> bool: ...


@dataclass(eq=False, slots=True)
class Open:
    who: Principal
    since: float
    """Epoch seconds."""
    end: Callable[[], None]


class Rights:
    def __init__(self, judge: Judge, look_seconds: float = LOOK_SECONDS) -> None:
        self._judge = judge
        self._look_seconds = look_seconds
        self._open: set[Open] = set()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, who: Principal, end: Callable[[], None]) -> Open:
        """`end` is called once, unless `forget` comes before."""
        opened = Open(who, self._judge.now(), end)
        self._open.add(opened)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._look_seconds, self._look)
        return opened

    def forget(self, opened: Open) -> None:
        self._open.discard(opened)

    def _look(self) -> None:
        for opened in [one for one in self._open if not self._judge.holds(one.who, one.since)]:
            self._open.discard(opened)
            opened.end()
        self._timer = None
        if self._open:
            self._timer = asyncio.get_running_loop().call_later(self._look_seconds, self._look)
