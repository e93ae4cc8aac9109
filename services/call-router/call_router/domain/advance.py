"""One step of a live call: `advance(state, happening, decide) -> Step`.

What happens may come twice, late, in the wrong order or not at all. So a happening is judged by the marks on
the channel that it carries (which leg it was last sent to), never by its position in the stream, and what
does not fit the state changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from call_router.domain import call_state as s
from call_router.domain.call_event import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallRouted,
    CallStarted,
    Fact,
    LegFailed,
)
from call_router.domain.explain import explain
from call_router.domain.next_step import TryLeg, leg_status, next_step
from call_router.domain.route import Call, Decision

Decide = Callable[[Call], Decision]

_ANSWERED = 200


@dataclass(frozen=True, slots=True)
class Step:
    """None: the call is not ours to know yet."""

    state: s.State | None
    commands: tuple[s.Command, ...] = ()
    events: tuple[CallEvent, ...] = ()


def advance(state: s.State | None, happening: s.Happening, decide: Decide) -> Step:
    if state is not None:
        return _judge(state, happening, decide)
    if isinstance(happening, s.Seen) and not happening.parked and happening.channel.leg is None:
        return Step(None)
    adopted = adopt(happening.channel, isinstance(happening, s.Seen) and happening.answered, decide)
    step = _judge(adopted, happening, decide)
    if not isinstance(adopted, s.Started):
        return step
    call = happening.channel.call
    started = _event(adopted, adopted.channel.started_at, CallStarted(call.caller, call.called, call.source))
    return replace(step, events=(started, *step.events))


def adopt(channel: s.Channel, answered: bool, decide: Decide) -> s.State:
    """The state of a call that another router (or this one, before it broke) had in hand."""
    if answered:
        return s.Answered(channel, channel.leg or 0, channel.started_at)
    if channel.refused is not None:
        failed = 0 if channel.leg is None else channel.leg + 1
        return s.Refusing(channel, *channel.refused, failed)
    if channel.leg is not None:
        return s.Trying(channel, decide(channel.call), channel.leg)
    return s.Started(channel)


def _judge(state: s.State, happening: s.Happening, decide: Decide) -> Step:
    match state, happening:
        case s.Ended(), _:
            step = Step(state)
        case _, s.HungUp():
            step = _end(state, happening)
        case _, s.Vanished():
            step = _end(state, s.HungUp(happening.channel, happening.at, happening.cause))
        case s.Started(), s.Parked() | s.Seen():
            step = _route(state, decide(state.channel.call))
        case s.Trying(), _:
            step = _judge_trying(state, happening)
        case s.Refusing(), s.Seen(parked=True):
            step = Step(state, (s.Refuse(state.channel.uuid, state.status, state.code),))
        case _:
            step = Step(state)
    return step


def _judge_trying(state: s.Trying, happening: s.Happening) -> Step:
    this_leg = happening.channel.leg == state.leg
    match happening:
        case s.PickedUp() | s.Seen(answered=True):
            return _answer(state, happening.at)
        case s.Parked() if this_leg:
            return _leg_failed(state, happening)
        case s.Seen(parked=True) if this_leg and happening.failure is not None:
            return _leg_failed(state, happening)
        case s.Seen(parked=True):
            return Step(state, _send(state))
        case _:
            # a park without the mark of this leg is one of an earlier time
            return Step(state)


def _route(state: s.Started, decision: Decision) -> Step:
    routed = _event(state, decision.decided_at, CallRouted(explain(decision)))
    if decision.legs:
        trying = s.Trying(state.channel, decision, 0)
        return Step(trying, _send(trying), (routed,))
    outcome = decision.outcome
    return _refuse(state.channel, outcome.sip_status, outcome.code, 0, routed)


def _leg_failed(state: s.Trying, happening: s.Parked | s.Seen) -> Step:
    failure = happening.failure or s.Failure(0, "")
    step = next_step(state.decision, state.leg, failure.sip_status, failure.cause)
    status = leg_status(failure.sip_status, failure.cause)
    failed = LegFailed(state.leg, state.agent_id, status, failure.cause, reason="")
    if isinstance(step, TryLeg):
        words = f"Tries {step.leg.agent_name}."
        failed = replace(failed, reason=words, next="next_leg", next_leg_index=step.index)
        trying = replace(state, leg=step.index)
        return Step(trying, _send(trying), (_event(state, happening.at, failed),))
    failed = replace(
        failed, reason=step.reason, next="refusal", refusal_status=step.status, refusal_code=step.code
    )
    return _refuse(state.channel, step.status, step.code, state.leg + 1, _event(state, happening.at, failed))


def _refuse(channel: s.Channel, status: int, code: str, failed: int, event: CallEvent) -> Step:
    return Step(s.Refusing(channel, status, code, failed), (s.Refuse(channel.uuid, status, code),), (event,))


def _send(state: s.Trying) -> tuple[s.Command, ...]:
    legs = state.decision.legs
    if state.leg >= len(legs):
        return ()
    return (s.SendTo(state.channel.uuid, state.channel.call.call_id, state.leg, legs[state.leg]),)


def _answer(state: s.Trying, at: datetime) -> Step:
    setup = _milliseconds(state.channel.started_at, at)
    answered = _event(state, at, CallAnswered(state.leg, state.agent_id, setup))
    return Step(s.Answered(state.channel, state.leg, at), (), (answered,))


def _end(state: s.State, hung_up: s.HungUp) -> Step:
    before: tuple[CallEvent, ...] = ()
    if isinstance(state, s.Trying) and hung_up.answered:
        at = _answered_at(state, hung_up)
        step = _answer(state, at)
        before, state = step.events, s.Answered(state.channel, state.leg, at)
    ended = _event(state, hung_up.at, _ending(state, hung_up))
    return Step(s.Ended(state.channel), (), (*before, ended))


def _answered_at(state: s.Trying, hung_up: s.HungUp) -> datetime:
    talked = hung_up.talk_ms or 0
    from_the_end = hung_up.at.timestamp() - talked / 1000
    return max(state.channel.started_at, datetime.fromtimestamp(from_the_end, hung_up.at.tzinfo))


def _ending(state: s.State, hung_up: s.HungUp) -> CallEnded:
    started, at = state.channel.started_at, hung_up.at
    if isinstance(state, s.Answered):
        setup = _or(hung_up.setup_ms, _milliseconds(started, state.answered_at))
        talk = _or(hung_up.talk_ms, _milliseconds(state.answered_at, at))
        return CallEnded(hung_up.cause, _ANSWERED, setup, talk, hung_up.media, hung_up.ended_by)
    setup = _milliseconds(started, at)
    if isinstance(state, s.Refusing):
        return CallEnded(hung_up.cause, state.status, setup, 0, None, hung_up.ended_by or "keepline")
    status = leg_status(hung_up.sip_status, hung_up.cause)
    return CallEnded(hung_up.cause, status, setup, 0, None, hung_up.ended_by)


def _event(state: s.State, at: datetime, fact: Fact) -> CallEvent:
    call = state.channel.call
    return CallEvent(call.call_id, at, call.tenant_id, call.trunk_id, fact)


def _milliseconds(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds() * 1000))


def _or(measured: int | None, otherwise: int) -> int:
    return otherwise if measured is None else measured
