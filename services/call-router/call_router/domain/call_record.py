"""A call as it is kept: the fold of its events.

Rule: each event counts once, by its number, whatever is replayed and in whatever order; `fold` says so by
giving back the very record that it was given.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from call_router.domain.call_event import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallRouted,
    CallStarted,
    LegFailed,
    LegStarted,
    Media,
)
from call_router.domain.explain import Explained

_ANSWERED = 200
_CANCELLED = 487
_ATTEMPT = 10_000_000


@dataclass(frozen=True, slots=True)
class LegResult:
    index: int
    agent_id: str
    uri: str
    started_at: datetime
    # 0 while it is tried
    sip_status: int = 0
    cause: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    id: str
    tenant_id: str
    trunk_id: str
    # the earliest that is known of the call
    started_at: datetime
    caller: str = ""
    called: str = ""
    source: str = ""
    decision: Explained | None = None
    legs: tuple[LegResult, ...] = ()
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    hangup_cause: str = ""
    sip_status: int = 0
    setup_ms: int = 0
    talk_ms: int = 0
    media: Media | None = None
    agent_id: str = ""
    # numbers of the events that are in here
    seqs: tuple[int, ...] = ()


def fold(record: CallRecord | None, event: CallEvent) -> CallRecord:  # noqa: PLR0911
    if record is None:
        record = CallRecord(event.call_id, event.tenant_id, event.trunk_id, event.at)
    name = event.attempt * _ATTEMPT + event.seq
    if name in record.seqs:
        return record
    seqs = tuple(sorted((*record.seqs, name)))
    counted = replace(record, seqs=seqs, started_at=min(record.started_at, event.at))
    match event.fact:
        case CallStarted(caller, called, source):
            return replace(counted, caller=caller, called=called, source=source)
        case CallRouted(decision):
            routed = replace(counted, decision=decision)
            return _with_leg(routed, 0, event.at) if decision.legs else routed
        case LegFailed() as failed:
            return _leg_ended(counted, failed.leg_index, failed.sip_status, failed.cause, event.at)
        case CallAnswered() as answered:
            counted = _with_leg(counted, answered.leg_index, event.at)
            counted = _changed_leg(counted, answered.leg_index, sip_status=_ANSWERED)
            setup = answered.setup_ms
            return replace(counted, answered_at=event.at, agent_id=answered.agent_id, setup_ms=setup)
        case CallEnded() as ended:
            return _ended(counted, ended, event.at)
        case LegStarted() as leg:
            return _with_leg(counted, leg.leg_index, event.at)
        case _:
            return counted


def _ended(record: CallRecord, ended: CallEnded, at: datetime) -> CallRecord:
    record = replace(
        record,
        ended_at=at,
        hangup_cause=ended.hangup_cause,
        sip_status=ended.sip_status,
        setup_ms=ended.setup_ms,
        talk_ms=ended.talk_ms,
        media=ended.media,
    )
    failed = [leg for leg in record.legs if leg.ended_at is not None]
    cancelled_later = ended.sip_status == _CANCELLED and 0 < len(failed) == len(record.legs)
    if cancelled_later and failed[-1].sip_status != _CANCELLED:
        # the caller gave up on a leg of which nothing else was heard
        record = _with_leg(record, failed[-1].index + 1, at)
    for leg in record.legs:
        if leg.ended_at is None:
            status = leg.sip_status or ended.sip_status
            record = _leg_ended(record, leg.index, status, ended.hangup_cause, at)
    return record


def _leg_ended(record: CallRecord, index: int, status: int, cause: str, at: datetime) -> CallRecord:
    record = _with_leg(record, index, at)
    return _changed_leg(record, index, sip_status=status, cause=cause, ended_at=at)


def _with_leg(record: CallRecord, index: int, at: datetime) -> CallRecord:
    """A leg begins when the one before it failed."""
    if any(leg.index == index for leg in record.legs):
        return record
    planned = record.decision.legs if record.decision else ()
    leg = planned[index] if index < len(planned) else None
    before = next((leg.ended_at for leg in record.legs if leg.index == index - 1), None)
    new = LegResult(index, leg.agent_id if leg else "", leg.uri if leg else "", before or at)
    return replace(record, legs=tuple(sorted((*record.legs, new), key=lambda one: one.index)))


def _changed_leg(
    record: CallRecord,
    index: int,
    *,
    sip_status: int,
    cause: str = "",
    ended_at: datetime | None = None,
) -> CallRecord:
    legs = tuple(
        replace(leg, sip_status=sip_status, cause=cause, ended_at=ended_at) if leg.index == index else leg
        for leg in record.legs
    )
    return replace(record, legs=legs)
