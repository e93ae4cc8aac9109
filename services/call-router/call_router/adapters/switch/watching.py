"""Watches the switch while this router holds the lock: what happens to calls goes in, events come out.

    lock > what the watcher before knew > connect > resync > listen, until the process ends

Reading never waits for anything but the next batch; questions have a connection of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from call_router.adapters.disk.open_calls import OpenCalls
from call_router.adapters.disk.watch_lock import WatchLock
from call_router.adapters.switch import happenings
from call_router.adapters.switch.draining import SwitchDrain
from call_router.adapters.switch.hearing import Hearing
from call_router.adapters.switch.ledger import Ledger
from call_router.adapters.switch.questions import Core, Questions
from call_router.adapters.switch.resync import Resyncing
from call_router.app.watched_calls import WatchedCalls
from call_router.domain.hidden_numbers import Hide
from call_router.domain.live_call import HungUp, Seen
from call_router.ports import EventSink, SwitchOrders
from servicekit.backoff import Backoff
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger
from switchlink.esl import EslError, EslEvent, EslItem, EslLink, Resync

_log = logger(__name__)
_KEEP_SECONDS = 0.5
# a backlog of events is read in pieces: a call that asks meanwhile waits for one of them
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class WatchParts:
    """`folder` is shared with the other router; `link_to` opens a connection for these events; `kept` waits
    until what was put into `events` is on the disk; `hide` takes telephone numbers out of what is told."""

    folder: Path
    lock: WatchLock
    link_to: Callable[[Sequence[str]], EslLink]
    events: EventSink
    kept: Callable[[], Awaitable[None]]
    clock: Clock
    orders: SwitchOrders
    watched_trunks: Collection[str] = ()
    hide: Hide | None = None


class SwitchWatch:
    def __init__(self, parts: WatchParts) -> None:
        self._parts = parts
        self._clock = parts.clock
        # whose end was told, and still has to be forgotten by the switch
        self._told: list[str] = []
        self.calls = WatchedCalls(parts.events, self._told.append, parts.hide)
        self._open_calls = OpenCalls(parts.folder)
        self._asked = asyncio.Event()
        self._core = ""
        # calls of another life of the switch than that one, each with its life: nobody asked it yet
        self._begun: dict[str, str] = {}
        self._heard_at: datetime = parts.clock.now()
        self._links: list[EslLink] = []

    def problem(self) -> str:
        """What keeps this router from watching; "" also while another one watches."""
        return next((link.trouble for link in self._links if link.trouble), "")

    @property
    def hears(self) -> bool:
        """Whether this router watches and the switch sends it its events."""
        return bool(self._links) and not self.problem()

    async def run(self) -> None:
        parts = self._parts
        await parts.lock.taken()
        _log.info("This router watches the switch.")
        self._restore()
        link, asking = parts.link_to(happenings.EVENTS), parts.link_to(())
        self._links = [link, asking]
        questions = Questions(asking, self._clock)
        ledger = Ledger(asking)
        hearing = Hearing(self.calls, questions, self._clock, parts.watched_trunks)
        drain = SwitchDrain(parts.orders, questions)
        async with asking, link, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._resync(questions, ledger), name="resync")
            tasks.create_task(self._keep(ledger), name="open calls")
            tasks.create_task(_always(hearing.run), name="hearing")
            tasks.create_task(_always(drain.run), name="drain of the switch")
            async for batch in link.events():
                for start in range(0, len(batch), _AT_ONCE):
                    self._heard(batch[start : start + _AT_ONCE])
                    await asyncio.sleep(0)

    def _restore(self) -> None:
        """But not after a crash of this task: then more is known here than on the disk."""
        known = None if self._core else self._open_calls.load()
        if known is not None:
            self._core, self._heard_at = known.core, known.heard_at
            self.calls.restore(known.calls)

    def _heard(self, batch: Sequence[EslItem]) -> None:
        now = self._clock.now()
        for item in batch:
            if isinstance(item, Resync):
                self._asked.set()
                continue
            try:
                self._happened(item, now)
            except Exception as error:  # one event that cannot be told must not end the watching
                _log.error("An event of the switch is passed over.", name=item.name, exc_info=error)
        last = batch[-1]
        if isinstance(last, EslEvent) and last.core_uuid == self._core:
            # of another life of the switch it says nothing about the calls of this one
            self._heard_at = now

    def _happened(self, event: EslEvent, now: datetime) -> None:
        happening = happenings.happening_of(event, now)
        if happening is None:
            return
        self.calls.happened(happening)
        if isinstance(happening, Seen) and event.core_uuid != self._core:
            self._begun[event.uuid] = event.core_uuid
        elif isinstance(happening, HungUp):
            self._begun.pop(event.uuid, None)

    async def _resync(self, questions: Questions, ledger: Ledger) -> None:
        resyncing, backoff = Resyncing(self.calls, questions, ledger, self._clock), Backoff()
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                # both, and the one of the events first: what happens from now on is heard
                for link in self._links:
                    await link.wait_connected()
                core = await questions.core()
                if core.id != self._core:
                    await self._begin_life(resyncing, core)
                await resyncing.run(self._heard_at)
            except EslError as error:
                _log.warning("The switch could not be asked what there is.", reason=str(error))
                await backoff.pause()
                self._asked.set()
                continue
            backoff.reset()
            self._heard_at = self._clock.now()

    async def _begin_life(self, resyncing: Resyncing, core: Core) -> None:
        """Before the switch is asked for its channels: from then on all known calls are of this life, and
        are written down as such."""
        if self._core:
            await resyncing.new_life(core, self._heard_at, self._begun)
        self._core, self._heard_at = core.id, self._clock.now()
        self._begun = {uuid: life for uuid, life in self._begun.items() if life != core.id}

    async def _keep(self, ledger: Ledger) -> None:
        """What was told is on our disk, and out of the list of open calls, before the switch forgets it."""
        saved: object = None
        while True:
            await asyncio.sleep(_KEEP_SECONDS)
            state = (self.calls.revision, self._heard_at if self.calls.calls else None)
            if not self._core or (state == saved and not self._told):
                continue
            if self._begun:
                # they are not of the life that would be written beside them
                continue
            told, self._told[:] = list(self._told), []
            # what comes while the disk is waited for may be of another life, and is not on the disk
            known = self._core, self._heard_at, tuple(self.calls.calls.values())
            try:
                await self._parts.kept()
                await self._open_calls.save(*known)
                saved = state
                await ledger.forget(told)
            except (EslError, OSError) as error:
                _log.warning("What was told is not forgotten by the switch yet.", reason=repr(error))
                self._told += told


async def _always(run: Callable[[], Awaitable[None]]) -> None:
    """Again after the switch did not answer."""
    backoff = Backoff()
    while True:
        try:
            await run()
        except EslError:
            await backoff.pause()
