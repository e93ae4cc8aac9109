"""Follows sip-config: takes what it sends, answers, and asks again when the connection or the thread is lost.

sip-config being away changes nothing at the edge. A version that was refused is named in the next hello and
not taken again; where the reason was our own (a full disk, an edge that says no) it is asked for again later,
by saying once more what is in force.
"""

import asyncio
from collections import OrderedDict

from edge_agent.app.reconcile import Outcome, Pending, Reconcile
from edge_agent.app.reports import Reports
from edge_agent.domain.assembly import Assembly
from edge_agent.domain.resources import Resource
from edge_agent.domain.updates import (
    ChangeChunk,
    Current,
    Lagging,
    OutOfStep,
    Refusal,
    Stale,
    Update,
    WholeChunk,
)
from edge_agent.ports import Control, ControlAway, Hello
from servicekit.backoff import Backoff
from servicekit.telemetry.logging import logger
from siptypes.versions import Revision, short

_log = logger(__name__)
MAX_REFUSED = 16
MAX_CHANGED = 2_000_000  # resources in one change
_LONGEST_SECONDS = 5.0
_TRY_AGAIN_SECONDS, _TRY_AGAIN_LONGEST_SECONDS = 5.0, 300.0
_SHARE_OF_TRUNKS = 11  # one row of so many is a trunk: 1,000,000 numbers have 100,000 trunks


class Stream:
    def __init__(self, control: Control, reconcile: Reconcile, reports: Reports) -> None:
        self._control = control
        self._reconcile = reconcile
        self._reports = reports
        self._backoff = Backoff(longest_seconds=_LONGEST_SECONDS)
        self._try_again = Backoff(_TRY_AGAIN_SECONDS, _TRY_AGAIN_LONGEST_SECONDS)
        self._trying: asyncio.Task[None] | None = None
        self._begin()
        # since `held` was taken
        self._refused: OrderedDict[str, tuple[Revision, Refusal]] = OrderedDict()
        self.trouble = "not connected yet"

    async def run(self, asked: asyncio.Event) -> None:
        """asked: the edge said how much it holds; sip-config is told no bound that is none."""
        await asked.wait()
        while True:
            try:
                await self._follow()
            except ControlAway as away:
                if not self.trouble:
                    _log.warning("sip-config is away, the edge goes on with what it has", reason=str(away))
                self.trouble = str(away)
            await self._backoff.pause()

    def _begin(self) -> None:
        self._assembly = Assembly()
        self._put: list[Resource] = []
        self._removed: list[str] = []
        self._told = False

    async def _follow(self) -> None:
        self._begin()
        held = self._reconcile.held
        async for update in self._control.watch(self._hello()):
            if self.trouble:
                _log.info("following sip-config", holds=short(held.version))
            self.trouble = ""
            if not await self._taken(update):
                return

    def _hello(self) -> Hello:
        rows = self._reconcile.held.room
        trunks = rows // _SHARE_OF_TRUNKS
        refused = tuple(self._refused)
        return Hello(self._reconcile.held, trunks, rows - trunks, refused, self._reconcile.accept)

    async def _taken(self, update: Update) -> bool:
        """False: ask again."""
        match update:
            case Current(version):
                return await self._current(version)
            case Lagging():
                if not self._told:
                    _log.warning("this sip-config has read less than we hold, which stays")
                self._told = True
                return True
            case WholeChunk() | ChangeChunk():
                if update.version in self._refused and not (update.word.shrunk or update.word.older):
                    if update.last:
                        await self._say_refused(update.version)
                    return True
                return await self._chunk(update)

    async def _chunk(self, chunk: WholeChunk | ChangeChunk) -> bool:
        fault = self._assembly.add(chunk)
        if fault is not None:
            await self._refuse(chunk, fault)
            return False
        wrong = await self._keep(chunk)
        if wrong is not None:
            await self._refuse(chunk, wrong)
            return not chunk.last  # the rest of it is passed over
        return not chunk.last or await self._last(chunk)

    async def _keep(self, chunk: WholeChunk | ChangeChunk) -> Refusal | None:
        if isinstance(chunk, WholeChunk):
            return await self._reconcile.stage(chunk.resources, first=chunk.index == 0)
        if chunk.index == 0:
            self._put, self._removed = [], []
        self._put += chunk.resources
        self._removed += chunk.removed
        if len(self._put) + len(self._removed) > MAX_CHANGED:
            return Refusal(f"a change of more than {MAX_CHANGED} resources")
        return None

    async def _last(self, chunk: WholeChunk | ChangeChunk) -> bool:
        if isinstance(chunk, WholeChunk):
            outcome = await self._reconcile.take_whole(chunk)
        else:
            outcome = await self._reconcile.take_change(chunk, self._put, self._removed)
            self._put, self._removed = [], []
        return await self._answer(chunk, outcome)

    async def _answer(self, chunk: WholeChunk | ChangeChunk, outcome: Outcome) -> bool:
        match outcome:
            case Refusal():
                await self._refuse(chunk, outcome)
            case OutOfStep(reason):
                _log.warning("watching again", reason=reason)
                return False
            case Stale():
                _log.warning(
                    "what came is older than what we hold, which stays", version=short(chunk.version)
                )
                return False
            case Pending():
                self._refused.clear()
                self._reports.owe(chunk.version)
            case None:
                self._accepted()
                await self._reports.in_force(self._reconcile.held)
        return True

    async def _current(self, version: str) -> bool:
        held = self._reconcile.held
        if version in self._refused:
            # it did not hear that, or not yet
            await self._say_refused(version)
            return True
        if version != held.version:
            _log.warning("watching again", sip_config_says=short(version), ours=short(held.version))
            return False
        self._backoff.reset()
        # what is told as in force makes sip-config forget what was refused
        if not self._told and not self._refused and self._reconcile.settled:
            self._told = True
            await self._reports.in_force(held)
        return True

    def _accepted(self) -> None:
        self._backoff.reset()
        self._try_again.reset()
        self._refused.clear()

    async def _refuse(self, chunk: WholeChunk | ChangeChunk, refusal: Refusal) -> None:
        what = short(chunk.version)
        _log.error("a configuration is refused, the old one stays", version=what, reason=refusal.reason)
        self._refused.pop(chunk.version, None)
        self._refused[chunk.version] = (chunk.revision, refusal)
        while len(self._refused) > MAX_REFUSED:
            self._refused.popitem(last=False)
        await self._say_refused(chunk.version)
        if refusal.passing and (self._trying is None or self._trying.done()):
            self._trying = asyncio.create_task(self._once_more())

    async def _say_refused(self, version: str) -> None:
        revision, refusal = self._refused[version]
        await self._reports.refused(version, revision, refusal.reason, self._reconcile.held)

    async def _once_more(self) -> None:
        """What is said to be in force clears what sip-config knows of our refusals, and it sends again. First
        the edge has to run what is held."""
        await self._try_again.pause()
        while self._reconcile.held.version and not self._reconcile.settled:
            await self._try_again.pause()
        lasting = ((version, why) for version, why in self._refused.items() if not why[1].passing)
        self._refused = OrderedDict(lasting)
        await self._reports.in_force(self._reconcile.held)
