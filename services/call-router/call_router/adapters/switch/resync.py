"""Asks the switch what there is and what ended, after a connection was made or events were lost.

What is seen on a channel tells its whole story, and the switch keeps the end of each call until it was told:
so what nobody heard is told as it was. Only the calls of a switch that died are given an end by us.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from call_router.adapters.switch.happenings import seen_of
from call_router.adapters.switch.ledger import Ledger
from call_router.adapters.switch.questions import Core, Questions
from call_router.app.watched_calls import WatchedCalls
from call_router.domain.call_event import NODE_LOST, UNKNOWN
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_AT_ONCE = 50
# told without a pause; a call that asks this router meanwhile waits so long
_TOLD_AT_ONCE = 10


class Resyncing:
    def __init__(self, calls: WatchedCalls, questions: Questions, ledger: Ledger, clock: Clock) -> None:
        self._calls = calls
        self._questions = questions
        self._ledger = ledger
        self._clock = clock

    async def new_life(self, core: Core, heard_at: datetime, begun: Mapping[str, str]) -> None:
        """The known calls are of another life of the switch, heard of last at `heard_at`; but for `begun`,
        each with its life. A call that came while the switch was being asked is of its new one."""
        lost = [uuid for uuid in self._calls.calls if begun.get(uuid) != core.id]
        for number, uuid in enumerate(lost, 1):
            self._calls.lost(uuid, NODE_LOST, heard_at, core.started_at)
            await _breathe(number)
        if lost:
            _log.warning("The switch was started anew, its calls are lost.", calls=len(lost))

    async def run(self, heard_at: datetime) -> None:
        """The known calls are of this life of the switch, heard of last at `heard_at`. Raises EslError."""
        before = set(self._calls.calls)
        listed = await self._questions.providers_channels()
        for start in range(0, len(listed), _AT_ONCE):
            await asyncio.gather(*(self._look_at(uuid) for uuid in listed[start : start + _AT_ONCE]))
        # after the list: a call that is not in it any more has its end here
        ended = await self._ledger.read()
        for number, end in enumerate(ended, 1):
            self._calls.happened(end)
            await _breathe(number)
        missing = list((before - set(listed)) & set(self._calls.calls))
        for start in range(0, len(missing), _AT_ONCE):
            at_once = missing[start : start + _AT_ONCE]
            await asyncio.gather(*(self._look_for(uuid, heard_at) for uuid in at_once))
        _log.info("The switch was asked what there is.", channels=len(listed), ended=len(ended))

    async def _look_at(self, uuid: str) -> None:
        dump = await self._questions.dump(uuid)
        seen = seen_of(dump, self._clock.now()) if dump is not None else None
        if seen is not None:
            self._calls.happened(seen)

    async def _look_for(self, uuid: str, heard_at: datetime) -> None:
        """In no list and in no ledger: somebody else emptied it, or the switch keeps none."""
        if not await self._questions.exists(uuid):
            self._calls.lost(uuid, UNKNOWN, heard_at, self._clock.now())


async def _breathe(number: int) -> None:
    if number % _TOLD_AT_ONCE == 0:
        await asyncio.sleep(0)
