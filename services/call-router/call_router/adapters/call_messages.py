"""Call events and records as messages; events also back."""

from call_router.adapters.routing_messages import Unfit, decision_message, decision_of
from call_router.adapters.timestamps import moment, timestamp
from call_router.domain.call_event import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallRouted,
    CallStarted,
    EndedBy,
    Fact,
    LegFailed,
    Media,
)
from call_router.domain.call_record import CallRecord
from keepline.events.v1 import call_event_pb2 as pb
from keepline.routing.v1 import call_log_pb2

_ENDED_BY: dict[str, EndedBy] = {"caller": "caller", "agent": "agent", "keepline": "keepline"}


def event_message(event: CallEvent, switch_id: str) -> pb.CallEvent:
    message = pb.CallEvent(
        call_id=event.call_id,
        seq=event.seq,
        at=timestamp(event.at),
        tenant_id=event.tenant_id,
        trunk_id=event.trunk_id,
    )
    match event.fact:
        case CallStarted(caller, called, source):
            message.started.MergeFrom(
                pb.CallStarted(caller=caller, called=called, source=source, switch_id=switch_id)
            )
        case CallRouted(decision):
            message.routed.decision.MergeFrom(decision_message(decision))
        case CallAnswered(leg_index, agent_id, setup_ms):
            message.answered.MergeFrom(
                pb.CallAnswered(leg_index=leg_index, agent_id=agent_id, setup_ms=setup_ms)
            )
        case LegFailed(leg_index, agent_id, status, cause, following):
            failed = pb.LegFailed(leg_index=leg_index, agent_id=agent_id, sip_status=status, cause=cause)
            failed.next = following
            message.leg_failed.MergeFrom(failed)
        case CallEnded() as ended:
            message.ended.MergeFrom(_ended_message(ended))
    return message


def event_of(value: bytes) -> CallEvent:
    message = pb.CallEvent.FromString(value)
    if not message.call_id or not message.tenant_id or message.seq == 0:
        raise Unfit("a call event without call_id, tenant_id or seq")
    fact = _fact_of(message)
    return CallEvent(
        message.call_id, message.seq, moment(message.at), message.tenant_id, message.trunk_id, fact
    )


def _fact_of(message: pb.CallEvent) -> Fact:
    match message.WhichOneof("event"):
        case "started":
            started = message.started
            return CallStarted(started.caller, started.called, started.source)
        case "routed":
            return CallRouted(decision_of(message.routed.decision))
        case "answered":
            answered = message.answered
            return CallAnswered(answered.leg_index, answered.agent_id, answered.setup_ms)
        case "leg_failed":
            failed = message.leg_failed
            return LegFailed(failed.leg_index, failed.agent_id, failed.sip_status, failed.cause, failed.next)
        case "ended":
            return _ended_of(message.ended)
        case _:
            raise Unfit(f"event {message.seq} of {message.call_id} says nothing")


def _ended_message(ended: CallEnded) -> pb.CallEnded:
    message = pb.CallEnded(
        hangup_cause=ended.hangup_cause,
        sip_status=ended.sip_status,
        setup_ms=ended.setup_ms,
        talk_ms=ended.talk_ms,
        ended_by=ended.ended_by,
    )
    if ended.media is not None:
        message.media.MergeFrom(_media_message(ended.media))
    return message


def _ended_of(ended: pb.CallEnded) -> CallEnded:
    return CallEnded(
        ended.hangup_cause,
        ended.sip_status,
        ended.setup_ms,
        ended.talk_ms,
        _media_of(ended.media) if ended.HasField("media") else None,
        _ENDED_BY.get(ended.ended_by, ""),
    )


def _media_message(media: Media) -> call_log_pb2.MediaStatistics:
    return call_log_pb2.MediaStatistics(
        packets_received=media.packets_received,
        packets_sent=media.packets_sent,
        packets_lost=media.packets_lost,
        jitter_max_ms=media.jitter_max_ms,
        codec=media.codec,
    )


def _media_of(media: call_log_pb2.MediaStatistics) -> Media:
    return Media(
        media.packets_received if media.HasField("packets_received") else None,
        media.packets_sent if media.HasField("packets_sent") else None,
        media.packets_lost if media.HasField("packets_lost") else None,
        media.jitter_max_ms if media.HasField("jitter_max_ms") else None,
        media.codec,
    )


def record_message(record: CallRecord) -> call_log_pb2.CallRecord:
    return call_log_pb2.CallRecord(
        id=record.id,
        tenant_id=record.tenant_id,
        trunk_id=record.trunk_id,
        caller=record.caller,
        called=record.called,
        source=record.source,
        decision=decision_message(record.decision) if record.decision else None,
        legs=[
            call_log_pb2.LegResult(
                index=leg.index,
                agent_id=leg.agent_id,
                uri=leg.uri,
                sip_status=leg.sip_status,
                cause=leg.cause,
                started_at=timestamp(leg.started_at),
                ended_at=timestamp(leg.ended_at),
            )
            for leg in record.legs
        ],
        started_at=timestamp(record.started_at),
        answered_at=timestamp(record.answered_at),
        ended_at=timestamp(record.ended_at),
        hangup_cause=record.hangup_cause,
        sip_status=record.sip_status,
        setup_ms=record.setup_ms,
        talk_ms=record.talk_ms,
        media=_media_message(record.media) if record.media else None,
        agent_id=record.agent_id,
    )
