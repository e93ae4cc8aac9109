"""One step of a watched call: `advance(call, happening) -> Step`.

What happens may come twice, late, in the wrong order or not at all. Events are read off what stands on the
channel, so any watcher tells the same ones by the same names; what was told once is not told again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from call_router.domain import call_event as e
from call_router.domain.journey import Journey, LegTimes
from call_router.domain.live_call import (
    Answered,
    Channel,
    Counted,
    Happening,
    HungUp,
    LegMoved,
    LiveCall,
    Seen,
)
from call_router.domain.next_step import CANCELLED, TryLeg, leg_status, next_step
from call_router.domain.whole_call import ANSWERED, routed_of, whole_call

_MILLISECOND = timedelta(milliseconds=1)
Dated = tuple[datetime, e.Fact]


@dataclass(frozen=True, slots=True)
class Step:
    """`call` None: it ended, or it is not known."""

    call: LiveCall | None
    events: tuple[e.CallEvent, ...] = ()


def advance(call: LiveCall | None, happening: Happening) -> Step:
    match happening:
        case Seen():
            return _seen(call, happening)
        case HungUp():
            return _hung_up(call, happening)
        case _ if call is None:
            # an agent's channel alone does not say whose call it is; the next sight of the provider's does
            return Step(None)
        case LegMoved():
            return _leg_moved(call, happening)
        case Counted():
            return _counted(call, happening)


def _seen(call: LiveCall | None, seen: Seen) -> Step:
    call = _answered(_with_channel(call, seen.channel), seen.answered_at)
    return _tell(call, _story(call))


def _with_channel(call: LiveCall | None, channel: Channel) -> LiveCall:
    """A late event must not take back what a later one said."""
    call = call or LiveCall(channel)
    known = call.channel
    if channel.journey is None:
        return call if known.journey is not None else replace(call, channel=channel)
    if len(_failures(channel)) < len(_failures(known)):
        return call
    return replace(call, channel=channel, routed=call.routed or routed_of(channel.journey))


def _answered(call: LiveCall, provider_at: datetime | None) -> LiveCall:
    """By the agent's 200, or where that was not noted by the provider's (`provider_at`)."""
    at = call.channel.times.answered_at or provider_at
    return call if at is None else _answered_by(call, call.channel.leg or 0, at)


def _answered_by(call: LiveCall, leg: int, at: datetime) -> LiveCall:
    """A leg may answer and fail all the same (no codec in common), and the next one answers."""
    if call.answered is not None and call.answered.leg >= leg:
        return call
    return replace(call, answered=Answered(leg, at))


def _failures(channel: Channel) -> tuple[object, ...]:
    return channel.journey.failures if channel.journey else ()


def _leg_moved(call: LiveCall, moved: LegMoved) -> Step:
    journey = call.channel.journey
    index = moved.leg
    if journey is None or not 0 <= index < len(journey.legs):
        return Step(call)
    if moved.step == "answered":
        answered = _answered_by(call, index, moved.at)
        return _tell(answered, _story(answered))
    leg = journey.legs[index]
    fact: e.Fact
    if moved.step == "started":
        fact = e.LegStarted(index, leg.agent_id, leg.uri)
    elif moved.step == "ringing":
        fact = e.LegRinging(index, leg.agent_id)
    else:
        fact = e.EarlyMedia(index, leg.agent_id)
    if max(call.told, default=0) > e.seq_of(fact):
        # a 180 after a 183, or what was overtaken: numbers rise within an attempt
        return Step(call)
    return _tell(call, iter([(moved.at, fact)]))


def _counted(call: LiveCall, counted: Counted) -> Step:
    if call.answered is None or not call.heard < counted.sample <= e.MAX_HEARD:
        return Step(call)
    fact = e.CallHeard(call.answered.leg, counted.sample, counted.provider, counted.agent)
    return Step(replace(call, heard=counted.sample), (_event(call.channel, counted.at, fact),))


def _hung_up(call: LiveCall | None, hung_up: HungUp) -> Step:
    call = _answered(_with_channel(call, hung_up.channel), hung_up.answered_at)
    step = _tell(call, _story(call))
    ended = _event(call.channel, hung_up.at, _ending(call, hung_up))
    return Step(None, (*step.events, ended))


def _story(call: LiveCall) -> Iterator[Dated]:
    """What can be read off the channel, in the order of its numbers."""
    channel = call.channel
    known = channel.call
    yield channel.started_at, e.CallStarted(known.caller, known.called, known.source_address)
    journey = channel.journey
    if journey is not None:
        yield journey.decided_at, e.CallRouted(journey.decision, journey.router_id)
        for index, failure in enumerate(journey.failures):
            yield from _steps(journey, index, failure.times)
            if failure.times.answered_at is not None:
                yield _answer(channel, index, failure.times.answered_at)
            yield failure.at, _failed(journey, index)
        if channel.leg is not None and len(journey.failures) <= channel.leg < len(journey.legs):
            yield from _steps(journey, channel.leg, channel.times)
    if call.answered is not None:
        yield _answer(channel, call.answered.leg, call.answered.at)


def _answer(channel: Channel, leg: int, at: datetime) -> Dated:
    agent_id = _agent_id(channel.journey, leg)
    return at, e.CallAnswered(leg, agent_id, _milliseconds(channel.started_at, at))


def _steps(journey: Journey, index: int, times: LegTimes) -> Iterator[Dated]:
    """Up to the answer. A 180 after a 183 is not told: numbers rise within an attempt."""
    leg = journey.legs[index]
    began_at, rang_at, media_at = times.began_at, times.rang_at, times.early_media_at
    if began_at is not None:
        yield began_at, e.LegStarted(index, leg.agent_id, leg.uri)
    if rang_at is not None and (media_at is None or rang_at <= media_at):
        yield rang_at, e.LegRinging(index, leg.agent_id)
    if media_at is not None:
        yield media_at, e.EarlyMedia(index, leg.agent_id)


def _failed(journey: Journey, index: int) -> e.LegFailed:
    failure = journey.failures[index]
    status = leg_status(failure.sip_status, failure.cause)
    step = next_step(journey, index, failure.sip_status, failure.cause)
    failed = e.LegFailed(index, _agent_id(journey, index), status, failure.cause, "")
    if isinstance(step, TryLeg):
        return replace(
            failed, reason=f"Tries {step.leg.agent_name}.", next="next_leg", next_leg_index=step.index
        )
    if step.status == CANCELLED:
        return replace(failed, reason=step.reason, next="nothing")
    return replace(
        failed, reason=step.reason, next="refusal", refusal_status=step.status, refusal_code=step.code
    )


def _ending(call: LiveCall, hung_up: HungUp) -> e.CallEnded:
    """Whether it was answered is told by what the provider got: an agent's answer that crossed the caller's
    CANCEL is no talk. Since when is told as it was told before, by the agent's answer."""
    channel, within = call.channel, hung_up.estimated_within_ms
    if hung_up.answered_at is not None and call.answered is not None:
        answered_at = call.answered.at
        setup, talk = _milliseconds(channel.started_at, answered_at), _milliseconds(answered_at, hung_up.at)
        whole = whole_call(call, hung_up, answered_at, ANSWERED)
        return e.CallEnded(
            hung_up.cause, ANSWERED, setup, talk, hung_up.media, hung_up.ended_by, whole, within
        )
    status, ended_by = leg_status(hung_up.sip_status, hung_up.cause), hung_up.ended_by
    if channel.refused is not None and status != CANCELLED:
        status, ended_by = channel.refused[0], ended_by or "keepline"
    setup = _milliseconds(channel.started_at, hung_up.at)
    whole = whole_call(call, hung_up, None, status)
    return e.CallEnded(hung_up.cause, status, setup, 0, None, ended_by, whole, within)


def _agent_id(journey: Journey | None, leg: int) -> str:
    return journey.legs[leg].agent_id if journey and leg < len(journey.legs) else ""


def _tell(call: LiveCall, dated: Iterator[Dated]) -> Step:
    new: dict[int, Dated] = {}
    for at, fact in dated:
        if (seq := e.seq_of(fact)) not in call.told:
            new.setdefault(seq, (at, fact))
    if not new:
        return Step(call)
    told = replace(call, told=call.told | new.keys())
    return Step(told, tuple([_event(call.channel, at, fact) for at, fact in new.values()]))


def _event(channel: Channel, at: datetime, fact: e.Fact) -> e.CallEvent:
    call = channel.call
    return e.CallEvent(
        call.call_id,
        at,
        call.tenant_id,
        call.trunk_id,
        fact,
        attempt=call.attempt,
        edge_id=call.edge_id,
    )


def _milliseconds(since: datetime, until: datetime) -> int:
    """Of times to the millisecond."""
    return max(0, (until - since) // _MILLISECOND)
