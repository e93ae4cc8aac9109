"""Answers the switch's question what to do with a call: `hand_over(handed, table, now, chance)`.

Asked first when the call comes in, and again after each leg that failed. Everything that an earlier router
decided comes along in `handed`; nothing is remembered here.
"""

from dataclasses import dataclass
from datetime import datetime

from call_router.domain.explain import explain
from call_router.domain.journey import NOTHING_NOTED, Journey, LegFailure, LegTimes
from call_router.domain.leg import Leg, LegKind
from call_router.domain.next_step import TryLeg, next_step
from call_router.domain.outcome import CODEC_MISSING
from call_router.domain.route import Call, route
from call_router.domain.table import RoutingTable

# RFC 3261, 20.43: incompatible media format
INCOMPATIBLE_MEDIA = 305


@dataclass(frozen=True, slots=True)
class Failure:
    """How the last leg ended, as the switch says it."""

    sip_status: int
    cause: str
    times: LegTimes = NOTHING_NOTED


@dataclass(frozen=True, slots=True)
class Handed:
    """A call that the switch asks about. `leg` is the one that failed; None: it has just come in."""

    call: Call
    journey: Journey | None = None
    leg: int | None = None
    failure: Failure = Failure(0, "")


@dataclass(frozen=True, slots=True)
class DialLeg:
    index: int
    leg: Leg
    # what the caller hears before the answer follows from it: see the dialplan
    kind: LegKind
    journey: Journey


@dataclass(frozen=True, slots=True)
class RefuseCall:
    """`warning` is a warn-code of SIP for the answer; 0: none. `journey` None: nobody's call."""

    status: int
    code: str
    journey: Journey | None = None
    warning: int = 0


Instruction = DialLeg | RefuseCall

UNIDENTIFIED = RefuseCall(403, "call_unidentified")


def hand_over(
    handed: Handed, table: RoutingTable, now: datetime, chance: float, router_id: str
) -> Instruction:
    journey = handed.journey or _decided(handed.call, table, now, chance, router_id)
    if handed.leg is not None:
        return _after_failure(handed, journey, handed.leg, now)
    if journey.legs:
        return _dial(handed, journey, 0)
    decision = journey.decision
    warning = INCOMPATIBLE_MEDIA if decision.code == CODEC_MISSING.code else 0
    return RefuseCall(decision.sip_status, decision.code, journey, warning)


def _decided(call: Call, table: RoutingTable, now: datetime, chance: float, router_id: str) -> Journey:
    decision = route(call, table, now, chance)
    return Journey(call, explain(decision), decision.fallback_on_busy, decision.decided_at, router_id)


def _after_failure(handed: Handed, journey: Journey, leg: int, now: datetime) -> Instruction:
    failure = handed.failure
    if len(journey.failures) == leg:
        journey = journey.failed(LegFailure(failure.sip_status, failure.cause, now, failure.times))
    step = next_step(journey, leg, failure.sip_status, failure.cause)
    if isinstance(step, TryLeg):
        return _dial(handed, journey, step.index)
    return RefuseCall(step.status, step.code, journey)


def _dial(handed: Handed, journey: Journey, index: int) -> DialLeg:
    leg = journey.legs[index]
    # an agent's 183 with SDP ends a call whose offer is to come from us, unless it becomes a 180
    kind: LegKind = "sip" if handed.call.offer.late else leg.kind
    return DialLeg(index, leg, kind, journey)
