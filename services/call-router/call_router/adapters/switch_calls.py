"""The live path: reads the switch's events and hands them to the calls.

Rule: reading never waits for anything but the next batch. What lies between two reads is one decision in
memory for each parked call.
"""

import asyncio

from call_router.adapters.resync import Resyncing
from call_router.adapters.switch_events import Unidentified, happening_of
from call_router.app.live_calls import LiveCalls
from call_router.domain.call_state import Refuse
from call_router.ports import SwitchControl
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger
from switchlink.esl import EslError, EslItem, EslLink, Resync

_log = logger(__name__)
_UNIDENTIFIED = 403


class SwitchCalls:
    def __init__(self, link: EslLink, calls: LiveCalls, control: SwitchControl, clock: Clock) -> None:
        self._link = link
        self._calls = calls
        self._control = control
        self._clock = clock
        self._resyncing = Resyncing(link, calls, clock)
        self._asked: asyncio.Queue[Resync] = asyncio.Queue()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            resyncing = tasks.create_task(self._resync())
            async for batch in self._link.events():
                for item in batch:
                    self._heard(item)
            resyncing.cancel()

    def _heard(self, item: EslItem) -> None:
        if isinstance(item, Resync):
            self._asked.put_nowait(item)
            return
        try:
            happening = happening_of(item, self._clock.now())
        except Unidentified:
            _log.warning("A call without the edge's marks is refused.", channel=item.uuid)
            self._control.do(Refuse(item.uuid, _UNIDENTIFIED, "call_unidentified"))
            return
        if happening is not None:
            self._calls.happened(happening)

    async def _resync(self) -> None:
        while True:
            asked = [await self._asked.get()]
            while not self._asked.empty():
                asked.append(self._asked.get_nowait())
            connected = any(one.reason == "connected" for one in asked)
            try:
                await self._link.wait_connected()
                await self._resyncing.run(connected=connected)
            except (EslError, ValueError) as error:
                # a broken connection is made again, and asks for a resync of its own
                _log.warning("The switch could not be asked what there is.", reason=str(error))
