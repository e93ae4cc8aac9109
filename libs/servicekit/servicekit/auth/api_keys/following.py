"""Follows the topic of API keys and keeps on disk what it says.

While the broker is away the known keys hold, from the disk after a restart too; how old that knowledge is
shows as degraded.
"""

import asyncio
from datetime import datetime
from pathlib import Path

from servicekit.auth.api_keys import kept_keys
from servicekit.auth.api_keys.known_keys import TOPIC, KnownKeys
from servicekit.clock import Clock
from servicekit.kafka.connection import Broker
from servicekit.kafka.follower import StateFollower
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_LOOK_SECONDS = 1.0
_AGAIN_SECONDS = 60.0
"""The time on disk is so old at most, while the broker answers."""


class KeyFollowing:
    def __init__(self, keys: KnownKeys, broker: Broker, name: str, folder: Path, clock: Clock) -> None:
        self._keys = keys
        self._path = folder / "api-keys.json"
        self._clock = clock
        self._follower = StateFollower(
            broker, {TOPIC: keys.heard}, name=f"{name}-keys", on_caught_up=keys.caught_up
        )
        values, self.as_of = kept_keys.read(self._path)
        keys.restore(values)
        self._written, self._written_at = keys.version, self.as_of
        self._unwritten = ""

    @property
    def held_since(self) -> datetime | None:
        """Since when nothing new can be heard; None: all is heard."""
        return self.as_of if self._follower.problem() else None

    def problem(self) -> str:
        """For readiness (degraded)."""
        away = self._follower.problem()
        if not away:
            return self._unwritten
        if self.as_of is None:
            return f"no API key is known yet: {away}"
        age = (self._clock.now() - self.as_of).total_seconds()
        return f"API keys are known as they were {age:.0f} s ago: {away}"

    async def follow(self) -> None:
        await self._follower.run()

    async def keep(self) -> None:
        """Writes what changed; run it as a task."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if not self._follower.problem():
                self.as_of = self._clock.now()
                await self._write(self.as_of)

    async def _write(self, as_of: datetime) -> None:
        version, at = self._keys.version, self._written_at
        if version == self._written and at and (as_of - at).total_seconds() < _AGAIN_SECONDS:
            return
        try:
            await asyncio.to_thread(kept_keys.write, self._path, self._keys.values(), as_of)
        except OSError as error:
            self._unwritten = f"API keys cannot be kept on disk: {error.strerror}"
            return
        self._written, self._written_at, self._unwritten = version, as_of, ""
