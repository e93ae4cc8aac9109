"""Call records as messages."""

from call_router.adapters.routing_messages import decision_message
from call_router.domain.call_event import Media
from call_router.domain.call_record import CallRecord
from keepline.routing.v1 import call_log_pb2
from servicekit.timestamps import timestamp


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


def _media_message(media: Media) -> call_log_pb2.MediaStatistics:
    return call_log_pb2.MediaStatistics(
        packets_received=media.packets_received,
        packets_sent=media.packets_sent,
        packets_lost=media.packets_lost,
        jitter_max_ms=media.jitter_max_ms,
        codec=media.codec,
    )
