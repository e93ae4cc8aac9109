"""What was told of an attempt before its end, so that the end alone makes a bill.

Read off the channel like everything else, so that any watcher tells the same. Where the switch died, what a
watcher keeps of the decision (`Routed`) has to do.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from call_router.domain.call_event import EndedLeg, WholeCall
from call_router.domain.journey import Journey, LegFailure
from call_router.domain.live_call import HungUp, LiveCall, Routed
from call_router.domain.next_step import CANCELLED, leg_status

ANSWERED = 200


def routed_of(journey: Journey) -> Routed:
    decision = journey.decision
    agents = tuple([leg.agent_id for leg in decision.legs])
    return Routed(decision.number, decision.number_id, decision.plan_id, decision.code, agents)


def whole_call(call: LiveCall, end: HungUp, answered_at: datetime | None, sip_status: int) -> WholeCall:
    """`answered_at` and `sip_status` are what the provider got."""
    channel, routed = call.channel, call.routed
    known = channel.call
    address = known.source_address
    whole = WholeCall(channel.started_at, answered_at, known.caller, known.called, address)
    if routed is None:
        return whole
    agent_id = refusal = ""
    if answered_at is not None and call.answered is not None:
        agent_id = next(iter(routed.agent_ids[call.answered.leg :]), "")
    elif channel.refused is not None and sip_status != CANCELLED:
        refusal = channel.refused[1]
    return replace(
        whole,
        number=routed.number,
        number_id=routed.number_id,
        plan_id=routed.plan_id,
        code=routed.code,
        refusal_code=refusal,
        agent_id=agent_id,
        legs=tuple(_legs(call, end, sip_status)),
    )


def _legs(call: LiveCall, end: HungUp, sip_status: int) -> Iterator[EndedLeg]:
    channel, journey = call.channel, call.channel.journey
    if journey is None:
        return
    for index, failure in enumerate(journey.failures):
        status = leg_status(failure.sip_status, failure.cause)
        yield _leg(journey, index, replace(failure, sip_status=status))
    last = channel.leg
    if last is not None and len(journey.failures) <= last < len(journey.legs):
        times = channel.times
        if call.answered is not None and call.answered.leg == last:
            times = replace(times, answered_at=call.answered.at)
            sip_status = ANSWERED
        yield _leg(journey, last, LegFailure(sip_status, end.cause, end.at, times))


def _leg(journey: Journey, index: int, end: LegFailure) -> EndedLeg:
    leg, times = journey.legs[index] if index < len(journey.legs) else None, end.times
    return EndedLeg(
        index,
        leg.agent_id if leg else "",
        leg.uri if leg else "",
        end.sip_status,
        end.cause,
        times.began_at,
        times.rang_at,
        times.answered_at,
        end.at,
    )
