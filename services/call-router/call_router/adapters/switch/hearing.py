"""Counts packets of calls that go on: after 3 s of talk, then every 30 s, for trunks that are being watched.

The number of a count follows from the time of talk, so that any watcher counts alike.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime

from call_router.adapters.switch.happenings import packets_of
from call_router.adapters.switch.questions import Questions, is_uuid
from call_router.app.watched_calls import WatchedCalls
from call_router.domain.live_call import Counted, LiveCall
from servicekit.clock import Clock
from switchlink.esl import CommandRefused

FIRST_SECONDS, EVERY_SECONDS = 3, 30
_LOOK_SECONDS = 0.5


class Hearing:
    """`trunks`: ids; whoever wants a trunk watched puts it there."""

    def __init__(
        self, calls: WatchedCalls, questions: Questions, clock: Clock, trunks: Collection[str]
    ) -> None:
        self._calls = calls
        self._questions = questions
        self._clock = clock
        self._trunks = trunks

    async def run(self) -> None:
        """Ends with the first question that the switch does not answer (EslError)."""
        while True:
            if self._trunks:
                for call in [one for one in self._calls.calls.values() if self._due(one)]:
                    await self._count(call)
            await asyncio.sleep(_LOOK_SECONDS)

    def _due(self, call: LiveCall) -> bool:
        return sample_at(call, self._clock.now()) > call.heard and call.channel.call.trunk_id in self._trunks

    async def _count(self, call: LiveCall) -> None:
        uuid = call.channel.uuid
        provider = await self._dump(uuid)
        if provider is None:
            return
        agent_uuid = provider.get("Other-Leg-Unique-ID") or provider.get("variable_signal_bond", "")
        agent = await self._dump(agent_uuid) if is_uuid(agent_uuid) else None
        now = self._clock.now()
        counted = Counted(uuid, sample_at(call, now), now, packets_of(provider), packets_of(agent or {}))
        self._calls.happened(counted)

    async def _dump(self, uuid: str) -> dict[str, str] | None:
        try:
            await self._questions.measure(uuid)
        except CommandRefused:
            # it ended meanwhile; the others are still to be counted
            return None
        found = await self._questions.dump(uuid)
        return dict(found) if found is not None else None


def sample_at(call: LiveCall, now: datetime) -> int:
    """0: not yet."""
    if call.answered is None:
        return 0
    talked = (now - call.answered.at).total_seconds()
    return 0 if talked < FIRST_SECONDS else 1 + int(talked - FIRST_SECONDS) // EVERY_SECONDS
