"""One holder at a time of a name, among all processes that share a database.

    leases: {_id: name, holder, token, until}

The token grows with every change of the holder, so that what an earlier holder still does can be told from
what the present one does (fencing: Kleppmann, "How to do distributed locking", 2016). A holder counts its
time by its own monotonic clock from before the question and stops MARGIN of the time early, which covers
clocks of two hosts that differ by as much.
"""

import os
import secrets
import socket
from datetime import timedelta

from servicekit.clock import Clock, SystemClock
from servicekit.documents import Collection, DuplicateKey

LEASE_SECONDS = 15.0
MARGIN = 1 / 3
_RENEW_AT = 1 / 2


class Lease:
    def __init__(
        self,
        leases: Collection,
        name: str,
        *,
        seconds: float = LEASE_SECONDS,
        clock: Clock | None = None,
        holder: str = "",
    ) -> None:
        """`seconds` after its last renewal a dead holder's lease is free; `holder` names us, for who
        looks."""
        self.name = name
        self.token = 0
        self._leases = leases
        self._clock = clock or SystemClock()
        self._lasts = timedelta(seconds=seconds)
        self._usable_seconds = seconds * (1 - MARGIN)
        self._holder = holder or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._ends = 0.0

    def left_seconds(self) -> float:
        """How long it may still be relied on; 0 when it is not ours."""
        return max(0.0, self._ends - self._clock.monotonic()) if self.token else 0.0

    async def keep(self) -> bool:
        """Takes the lease when it is free and renews it when it is ours and half over; whether it is ours.
        Raises Unavailable."""
        if self.left_seconds() > self._usable_seconds * _RENEW_AT:
            return True
        asked = self._clock.monotonic()
        token = await self._renewed() or await self._taken()
        self.token, self._ends = token, asked + self._usable_seconds if token else 0.0
        return bool(token)

    async def give_back(self) -> None:
        """At a good end: the next holder need not wait. Raises Unavailable."""
        if self.token:
            mine = {"_id": self.name, "holder": self._holder, "token": self.token}
            self.token = 0
            await self._leases.update_one(mine, {"$set": {"until": self._clock.now()}})

    async def _renewed(self) -> int:
        if not self.token:
            return 0
        mine = {"_id": self.name, "holder": self._holder, "token": self.token}
        until = self._clock.now() + self._lasts
        return self.token if await self._leases.update_one(mine, {"$set": {"until": until}}) else 0

    async def _taken(self) -> int:
        now = self._clock.now()
        change = {"$set": {"holder": self._holder, "until": now + self._lasts}, "$inc": {"token": 1}}
        try:
            lease = await self._leases.find_one_and_update(
                {"_id": self.name, "until": {"$lte": now}}, change, upsert=True
            )
        except DuplicateKey:  # the document is there and its time is not over
            return 0
        return 0 if lease is None else int(lease["token"])
