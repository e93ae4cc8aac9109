"""Asks the switch what there is and what ended, after a connection was made or events were lost.

What is seen on a channel tells its whole story, and the switch keeps the end of each call until it was told:
so what nobody heard is told as it was. Only the calls of a switch that died are given an end by us.
"""

import asyncio
from datetime import datetime

from call_router.adapters.switch.happenings import seen_of
from call_router.adapters.switch.ledger import Ledger
from call_router.adapters.switch.questions import Core, Questions
from call_router.app.watched_calls import WatchedCalls
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_AT_ONCE = 50
NODE_LOST = "node_lost"
UNKNOWN = "unknown"


class Resyncing:
    def __init__(self, calls: WatchedCalls, questions: Questions, ledger: Ledger, clock: Clock) -> None:
        self._calls = calls
        self._questions = questions
        self._ledger = ledger
        self._clock = clock

    async def run(self, core: Core, known_core: str, heard_at: datetime) -> None:
        """`known_core`: the life of the switch that the known calls are of, heard of last at `heard_at`.
        Raises EslError."""
        if known_core not in ("", core.id):
            self._all_lost(core, heard_at)
        before = set(self._calls.calls)
        listed = await self._questions.providers_channels()
        for start in range(0, len(listed), _AT_ONCE):
            await asyncio.gather(*(self._look_at(uuid) for uuid in listed[start : start + _AT_ONCE]))
        # after the list: a call that is not in it any more has its end here
        ended = await self._ledger.read()
        for end in ended:
            self._calls.happened(end)
        missing = (before - set(listed)) & set(self._calls.calls)
        await asyncio.gather(*(self._look_for(uuid, heard_at) for uuid in missing))
        _log.info("The switch was asked what there is.", channels=len(listed), ended=len(ended))

    def _all_lost(self, core: Core, heard_at: datetime) -> None:
        lost = list(self._calls.calls)
        for uuid in lost:
            self._calls.lost(uuid, NODE_LOST, heard_at, core.started_at)
        if lost:
            _log.warning("The switch was started anew, its calls are lost.", calls=len(lost))

    async def _look_at(self, uuid: str) -> None:
        dump = await self._questions.dump(uuid)
        seen = seen_of(dump, self._clock.now()) if dump is not None else None
        if seen is not None:
            self._calls.happened(seen)

    async def _look_for(self, uuid: str, heard_at: datetime) -> None:
        """In no list and in no ledger: somebody else emptied it, or the switch keeps none."""
        if not await self._questions.exists(uuid):
            self._calls.lost(uuid, UNKNOWN, heard_at, self._clock.now())
