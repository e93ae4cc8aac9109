"""Asks the switch what there is, after a connection was made or events were lost.

Rule: what was heard while asking is fresher than the answer, so a call that moved meanwhile is left alone. A
call that the list does not show is asked for by name before it is given up: the list follows a little later.
"""

import asyncio
from collections.abc import Mapping, Sequence

import orjson

from call_router.adapters.channel_facts import ALL, APPLICATION, channel_of, failure_of, moment_of
from call_router.app.live_calls import LiveCalls
from call_router.domain.call_state import Seen, State, Vanished
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger
from switchlink.esl import CommandRefused, EslLink

_log = logger(__name__)
_UNDEFINED = "_undef_"
_UUID_LENGTH = range(1, 65)
_AT_ONCE = 50
NODE_LOST = "node_lost"
UNKNOWN = "unknown"


class Resyncing:
    def __init__(self, link: EslLink, calls: LiveCalls, clock: Clock) -> None:
        self._link = link
        self._calls = calls
        self._clock = clock
        self._core = ""

    async def run(self, *, connected: bool) -> None:
        """`connected`: the connection is new, so that no instruction is on its way."""
        before = dict(self._calls.states)
        restarted = await self._switch_restarted()
        rows = await self._rows()
        for start in range(0, len(rows), _AT_ONCE):
            piece = rows[start : start + _AT_ONCE]
            await asyncio.gather(*(self._look_at(row, before.get(row["uuid"]), connected) for row in piece))
        listed = {row["uuid"] for row in rows}
        missing = [state for uuid, state in before.items() if uuid not in listed]
        cause = NODE_LOST if restarted else UNKNOWN
        await asyncio.gather(*(self._look_for(state, cause) for state in missing))
        _log.info("The switch was asked what there is.", channels=len(rows), missing=len(missing))

    async def _switch_restarted(self) -> bool:
        try:
            core = (await self._link.api("global_getvar", "core_uuid")).strip()
        except CommandRefused:
            core = ""
        before, self._core = self._core, core
        return before not in ("", core)

    async def _rows(self) -> Sequence[Mapping[str, str]]:
        answer = orjson.loads(await self._link.api("show channels as json"))
        rows = answer.get("rows", []) if isinstance(answer, dict) else []
        return [row for row in rows if row.get("direction") == "inbound" and _is_uuid(row.get("uuid"))]

    async def _look_at(self, row: Mapping[str, str], before: State | None, connected: bool) -> None:
        uuid = row["uuid"]
        try:
            variables = await self._variables(uuid)
        except CommandRefused:
            return
        if self._calls.states.get(uuid) is not before:
            return
        now = self._clock.now()
        started_at = moment_of(str(row.get("created_epoch", "")) + "000000") or now
        channel = channel_of(uuid, variables, row.get("dest", ""), row.get("cid_num", ""), started_at)
        if channel is None:
            return
        failure = failure_of(variables)
        parked = variables.get(APPLICATION) == "park"
        # with instructions on their way, only the mark of a failed leg is a sign that it stands still
        stands = parked and (connected or before is None or failure is not None)
        answered = row.get("callstate") == "ACTIVE" and not parked
        self._calls.happened(Seen(channel, now, parked=stands, answered=answered, failure=failure))

    async def _variables(self, uuid: str) -> Mapping[str, str]:
        values = await asyncio.gather(*(self._link.api("uuid_getvar", uuid, name) for name in ALL))
        return {name: value for name, value in zip(ALL, values, strict=True) if value != _UNDEFINED}

    async def _look_for(self, state: State, cause: str) -> None:
        uuid = state.channel.uuid
        if (await self._link.api("uuid_exists", uuid)).strip() == "true":
            return
        if self._calls.states.get(uuid) is state:
            self._calls.happened(Vanished(state.channel, self._clock.now(), cause))


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and len(value) in _UUID_LENGTH and value.isprintable() and " " not in value
