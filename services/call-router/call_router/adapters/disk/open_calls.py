"""The calls that the watching router knows, on the disk that it shares with the other one.

Needed when the switch dies: only here stands which calls died with it and when each was last seen. At most a
second old, and written before the switch is told to forget how a call ended.
"""

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from call_router.adapters.disk.snapshot_file import SnapshotRefused, read, write
from call_router.domain.live_call import LiveCall
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_MAGIC = b"keepline open calls 3\n"


@dataclass(frozen=True, slots=True)
class Known:
    """`core` changes when the switch restarts; `heard_at`: it was alive then, and had these calls."""

    core: str
    heard_at: datetime
    calls: tuple[LiveCall, ...]


class OpenCalls:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "open-calls"
        self._disk = threading.Lock()

    def load(self) -> Known | None:
        try:
            (frame,) = read(self._path, _MAGIC)
            return msgspec.msgpack.decode(frame, type=Known)
        except (SnapshotRefused, ValueError, msgspec.MsgspecError) as refused:
            _log.info("no open calls are known from before", reason=str(refused))
            return None

    async def save(self, core: str, heard_at: datetime, calls: Iterable[LiveCall]) -> None:
        """Raises OSError. Without the journeys: what was decided was told, and stands on the channel."""
        # calls do not change, and ten thousand of them are copied in the thread
        await asyncio.to_thread(self._write, core, heard_at, tuple(calls))

    def _write(self, core: str, heard_at: datetime, calls: tuple[LiveCall, ...]) -> None:
        small = tuple([replace(call, channel=replace(call.channel, journey=None)) for call in calls])
        with self._disk:
            write(self._path, _MAGIC, [msgspec.msgpack.encode(Known(core, heard_at, small))])
