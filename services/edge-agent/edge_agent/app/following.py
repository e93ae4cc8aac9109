"""Follows sip-config: takes what it sends, answers, and asks again when the connection or the thread is lost.

Rule: sip-config being away changes nothing at the edge. What cannot be taken is asked for again, with pauses
that grow as long as nothing is taken.
"""

from edge_agent.app.acknowledging import Acknowledgements
from edge_agent.app.keeper import Keeper, Pending
from edge_agent.app.pauses import Pauses
from edge_agent.domain.assembly import Assembly, Whole, short
from edge_agent.domain.updates import Chunk, Current, Delta, OutOfStep, Refusal, Unreadable, Update
from edge_agent.ports import Control, ControlAway
from servicekit.telemetry.logging import logger

_log = logger(__name__)


class Following:
    def __init__(self, control: Control, keeper: Keeper, acknowledgements: Acknowledgements) -> None:
        self._control = control
        self._keeper = keeper
        self._acks = acknowledgements
        self._pauses = Pauses()
        self._assembly = Assembly()
        self._ask_for_the_whole = False
        self.trouble = "not connected yet"

    async def run(self) -> None:
        while True:
            try:
                await self._follow()
            except ControlAway as away:
                if not self.trouble:
                    _log.warning("sip-config is away, the edge goes on with what it has", reason=str(away))
                self.trouble = str(away)
            await self._pauses.rest()

    async def _follow(self) -> None:
        self._assembly = Assembly()
        running = "" if self._ask_for_the_whole else self._keeper.version
        async for update in self._control.watch(running):
            if self.trouble:
                _log.info("following sip-config", running=short(running))
            self.trouble = ""
            if not await self._taken(update):
                return

    async def _taken(self, update: Update) -> bool:
        """False: ask again."""
        match update:
            case Chunk():
                return await self._chunk(update)
            case Delta():
                return await self._delta(update)
            case Current(version):
                return self._current(version)
            case Unreadable(version, reason):
                self._acks.refused(version, reason)
                return False

    async def _chunk(self, chunk: Chunk) -> bool:
        whole = self._assembly.add(chunk)
        if whole is None:
            return True
        outcome = await self._keeper.take_whole(whole) if isinstance(whole, Whole) else whole
        if isinstance(outcome, Refusal):
            self._acks.refused(chunk.version, outcome.reason)
            return isinstance(whole, Whole)  # the same whole would be refused again: wait for another
        self._ask_for_the_whole = False
        self._accepted(chunk.version, outcome)
        return True

    async def _delta(self, delta: Delta) -> bool:
        outcome = await self._keeper.take_delta(delta)
        match outcome:
            case Refusal(reason):
                self._acks.refused(delta.to_version, reason)
                return False
            case OutOfStep(reason):
                _log.warning("asking for the whole", reason=reason)
                return False
        self._accepted(delta.to_version, outcome)
        return True

    def _current(self, version: str) -> bool:
        if not self._keeper.confirm(version):
            _log.warning("asking for the whole", newest=short(version), ours=short(self._keeper.version))
            self._ask_for_the_whole = True
            return False
        self._accepted(version, None if self._keeper.settled else Pending())
        return True

    def _accepted(self, version: str, outcome: Pending | None) -> None:
        self._pauses.reset()
        if outcome is None:
            self._acks.in_force(version)
        else:
            self._acks.owe(version)
