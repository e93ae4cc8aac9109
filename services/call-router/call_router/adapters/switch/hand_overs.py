"""Serves hand-overs: what the channel says in, the variables that the dialplan follows out.

Nothing is told to anybody here: the decision stands on the channel, and whoever watches the switch tells it.
"""

import time
from collections.abc import Callable, Mapping

from call_router.adapters.switch.channel import channel_of, failed_leg_of, failure_of
from call_router.adapters.switch.journey_text import journey_text
from call_router.adapters.switch.questions import is_uuid
from call_router.domain.hand_over import UNIDENTIFIED, DialLeg, Handed, Instruction, RefuseCall, hand_over
from call_router.domain.journey import Journey
from call_router.domain.live_call import Channel
from call_router.domain.table import RoutingTable
from servicekit.clock import Clock
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
Variables = Mapping[str, str]
UNDECIDABLE = RefuseCall(503, "decision_failed")
# A 183 with SDP is no answer. A person's line is heard before the answer; an agent's 183 becomes a 180.
_BEFORE_ANSWER = {"human": "ignore_early_media=false", "sip": "ignore_early_media=ring_ready"}


class HandOvers:
    def __init__(
        self, table: RoutingTable, clock: Clock, chance: Callable[[], float], router_id: str
    ) -> None:
        self._table = table
        self._clock = clock
        self._chance = chance
        self._router_id = router_id
        self._seconds = metrics.histogram(names.HAND_OVER_SECONDS)

    def decide(self, headers: Mapping[str, str]) -> Variables:
        """Never raises: a call that cannot be decided is refused, and the edge takes the next switch."""
        try:
            return self._decided(headers)
        except Exception as error:
            channel = headers.get("Unique-ID", "")
            _log.error("A call cannot be decided, it is refused.", channel=channel, exc_info=error)
            return _refusal(UNDECIDABLE)

    def _decided(self, headers: Mapping[str, str]) -> Variables:
        began = time.perf_counter()
        now = self._clock.now()
        channel = channel_of(headers, now)
        if channel is None:
            _log.warning("A call without the edge's marks is refused.", channel=headers.get("Unique-ID", ""))
            return _refusal(UNIDENTIFIED)
        handed = Handed(channel.call, channel.journey)
        leg = failed_leg_of(headers)
        if leg is not None:
            handed = Handed(channel.call, channel.journey, leg, failure_of(headers))
        instruction = hand_over(handed, self._table, now, self._chance(), self._router_id)
        variables = {**_variables(instruction), **_marks(channel, instruction.journey, self._router_id)}
        self._seconds.record(time.perf_counter() - began)
        return variables


def _variables(instruction: Instruction) -> Variables:
    if isinstance(instruction, RefuseCall):
        return _refusal(instruction)
    return _leg(instruction)


def _leg(dial: DialLeg) -> Variables:
    return {
        "keepline_do": "leg",
        "keepline_leg": str(dial.index),
        "keepline_leg_uri": dial.leg.uri,
        "keepline_leg_timeout": str(dial.leg.ring_seconds),
        "keepline_before_answer": _BEFORE_ANSWER[dial.kind],
    }


def _refusal(refuse: RefuseCall) -> Variables:
    variables = {
        "keepline_do": "refuse",
        "keepline_refuse_status": str(refuse.status),
        "keepline_refuse_code": refuse.code,
    }
    return {**variables, "keepline_refuse_warning": str(refuse.warning)} if refuse.warning else variables


def _marks(channel: Channel, journey: Journey | None, router_id: str) -> Variables:
    marks = {
        "keepline_call_id": channel.call.call_id,
        "keepline_attempt": str(channel.call.attempt),
        "keepline_router": router_id,
    }
    if is_uuid(channel.uuid):
        # where the switch keeps the call's end, see ledger.py
        marks["keepline_ledger"] = f"keepline/{channel.uuid}"
    if journey is None:
        return marks
    decided_at = round(journey.decided_at.timestamp() * 1_000_000)
    return {
        **marks,
        "keepline_decided_at": str(decided_at),
        "keepline_decision": journey_text(journey),
    }
