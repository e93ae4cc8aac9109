"""The calls in hand, on disk: a router that starts again closes those that ended while there was none.

Rule: at most a second old. A call that is missing here is found in the switch; a call that is only here has
vanished, and the resync says so.
"""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from call_router.adapters.snapshot_file import SnapshotRefused, read, write
from call_router.app.live_calls import LiveCalls
from call_router.domain.advance import adopt
from call_router.domain.call_state import Answered, Channel, Refusing, State, Trying
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_MAGIC = b"keepline open calls 1\n"
_WRITE_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class _Open:
    """A channel with the marks that it has in the switch."""

    channel: Channel
    answered_at: datetime | None


class OpenCalls:
    def __init__(self, path: Path, calls: LiveCalls) -> None:
        self._path = path
        self._calls = calls
        self._written = 0
        self._disk = threading.Lock()

    def load(self) -> None:
        try:
            frames = list(read(self._path, _MAGIC))
            found = [one for frame in frames for one in msgspec.msgpack.decode(frame, type=list[_Open])]
        except (SnapshotRefused, msgspec.MsgspecError) as refused:
            _log.info("no open calls are known from before", reason=str(refused))
            return
        self._calls.restore(self._state(one) for one in found)
        _log.info("calls of the process before this one", calls=len(found))

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_WRITE_EVERY)
            await self.save()

    async def save(self) -> None:
        revision = self._calls.revision
        if revision == self._written:
            return
        states = list(self._calls.states.values())
        try:
            await asyncio.to_thread(self._write, states)
        except OSError as error:
            _log.error("the open calls cannot be written", reason=repr(error), path=str(self._path))
            return
        self._written = revision

    def _write(self, states: list[State]) -> None:
        with self._disk:
            write(self._path, _MAGIC, _frames(states))

    def _state(self, one: _Open) -> State:
        if one.answered_at is not None:
            return Answered(one.channel, one.channel.leg or 0, one.answered_at)
        return adopt(one.channel, False, self._calls.decide)


def _frames(states: list[State]) -> Iterator[bytes]:
    yield msgspec.msgpack.encode([_open(state) for state in states])


def _open(state: State) -> _Open:
    channel = state.channel
    leg, refused = channel.leg, channel.refused
    match state:
        case Trying():
            leg = state.leg
        case Answered():
            leg = state.leg
        case Refusing():
            leg = state.failed - 1 if state.failed else None
            refused = (state.status, state.code)
        case _:
            pass
    marked = Channel(channel.uuid, channel.call, channel.started_at, leg, refused)
    return _Open(marked, state.answered_at if isinstance(state, Answered) else None)
